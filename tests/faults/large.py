"""A large configuration: many authorities, all with keys of their own, and many profiles."""
import os
import subprocess
import sys

import node as faults

AUTHORITIES = 50
PROFILES = 200

HEAD = '''host = {
  node = "large";
  ready_file = "run/ready";
  listeners = ( { name = "local"; unix = "run/signet.sock"; roles = [ "administrator", "officer" ]; } );
};
plugins = (
  { name = "store"; plugin = "store-sqlite"; path = "signet.db"; },
  { name = "keys"; plugin = "key-file"; folder = "keys"; passphrase = "file:pass"; },
  { name = "journal"; plugin = "journal"; store = "store"; keys = "keys"; },
  { name = "ca"; plugin = "ca";
    authorities = (
      { name = "root"; kind = "root"; subject = "CN=Large Root,O=Example"; keys = "keys";
        certificate = "authorities/root.pem"; }'''
TAIL = ''' ); },
  { name = "tokens"; plugin = "auth-token"; },
  { name = "rest"; plugin = "protocol-rest"; }
);
'''


def authority(number):
    """One issuing authority."""
    return f''',
      {{ name = "issuing-{number}"; kind = "issuing"; parent = "root"; keys = "keys";
        subject = "CN=Large Issuing {number},O=Example"; certificate = "authorities/issuing-{number}.pem";
        permitted_dns = [ "example-{number}.com" ]; aia_urls = [ "http://pki.example/{number}.cer" ];
        crl_urls = [ "http://pki.example/{number}.crl" ]; ocsp_urls = [ "http://ocsp.example/" ]; }}'''


def profile(number):
    """One profile, every fourth with much in it."""
    issuing = number % (AUTHORITIES - 1)
    more = ('must_staple = true; policies = [ "1.3.6.1.4.1.99999.1" ]; aia_urls = [ "http://own.example/ca" ]; '
            'extensions = ( { oid = "1.3.6.1.4.1.99999.10"; der = "0c0568656c6c6f"; } );'
            if number % 4 == 0 else "")
    return f'''{"," if number else ""}
      {{ name = "profile-{number}"; authority = "issuing-{issuing}"; version = {number + 1};
        requesters = [ "officer" ]; subject = [ "CN=name" ]; dns = [ "*.example-{issuing}.com" ];
        names_required = true; key_types = [ "EC-*", "RSA-*" ]; validity = "90d"; {more}
        key_usage = [ "digitalSignature" ]; extended_key_usage = [ "serverAuth" ]; }}'''


def make_large(folder):
    """Writes the configuration into a folder and makes all authorities."""
    for name in ("run", "keys", "authorities"):
        (folder / name).mkdir(parents=True)
    secret = folder / "pass"
    secret.touch(0o600)
    secret.write_text("correct horse battery staple")
    os.chmod(folder / "keys", 0o700)
    config = folder / "signet.cfg"
    config.write_text(HEAD + "".join(authority(number) for number in range(AUTHORITIES - 1)) +
                      "\n    );\n    profiles = (" +
                      "".join(profile(number) for number in range(PROFILES)) + TAIL)
    environment = dict(os.environ, SIGNET_PLUGINS=str(faults.PLUGINS))

    def signet(*arguments):
        """A local command, which must succeed."""
        done = subprocess.run([faults.BUILD / "bin/signet", "--config", config, *arguments],
                              env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"signet {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")

    signet("authority", "create", "root")
    for number in range(AUTHORITIES - 1):
        signet("authority", "create", f"issuing-{number}")
