"""Clients of ACME, run as docs/acme-clients says: each test takes its commands from the client's
page, with folders of its own in place of the system's."""
import functools
import http.server
import pathlib
import re
import socket
import subprocess
import threading

from acmehost import TESTS, Host, faults
from cryptography import x509
from dnsserver import Server

URL = "https://acme.corp.example/acme/tls/directory"
HOSTS = ("www", "old", "shop", "team", "tls", "own")


def free_port():
    """A port that the kernel chooses, for a client that answers challenges itself."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        return chosen.getsockname()[1]


class Page:
    """A page's commands, a host for them, and what stands in for the rest of the world: a DNS server
    for corp.example, a web server, the programs that change records."""

    def __init__(self, client):
        self.folder = faults.temporary(f"acme-{client}")
        text = (TESTS.parent / f"docs/acme-clients/{client}.md").read_text()
        self.blocks = {name: block for name, block in re.findall(r"^```sh (\S+)\n(.*?)^```", text, re.M | re.S)}
        self.ran = {"setup"} if "setup" in self.blocks else set()
        for name in ("work", "home", "bin", "txt", "signet", "www/.well-known/acme-challenge"):
            (self.folder / name).mkdir(parents=True)
        self.names = Server()
        for name in HOSTS:
            self.names.put(f"{name}.corp.example", "A", "127.0.0.1")
            self.names.put(f"_acme-challenge.{name}.corp.example", "TXT", functools.partial(self.records, name))
        self.http_port, self.tls_port = free_port(), free_port()
        self.host = None

    def records(self, name, _):
        """What the programs put into the zone."""
        path = self.folder / f"txt/_acme-challenge.{name}.corp.example"
        return [f'"{line}"' for line in path.read_text().splitlines()] if path.exists() else []

    def serve_files(self):
        """A web server, as those have one that do not answer challenges themselves."""
        class Handler(http.server.SimpleHTTPRequestHandler):
            """Files, and no log."""

            def log_message(self, *_):
                """Nothing is logged."""

        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Handler, directory=self.folder / "www"))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.http_port = server.server_address[1]

    def begin(self, wildcards=False):
        """Starts the host: the directory `tls`, and `team`, which wants credentials."""
        common = f'''authority = "tls"; profiles = [ "tls-server" ]; names = [ "*.corp.example" ];
          challenges = [ "http-01", "dns-01", "tls-alpn-01" ];
          http_port = {self.http_port}; tls_port = {self.tls_port};'''
        self.host = Host("acme-client", f'''{{ name = "tls"; {common} }},
          {{ name = "team"; {common} credential_required = true; }}''',
                         f'resolvers = [ "127.0.0.1@{self.names.port}" ];', wildcards=wildcards)
        self.host.start()
        (self.folder / "signet/root.pem").write_bytes(self.host.roots.read_bytes())

    def program(self, path, script):
        """A program of the operator's, or one in place of the client's."""
        path = self.folder / path
        path.write_text(script)
        path.chmod(0o755)

    def own(self, text):
        """A text of the page with folders of the test's own."""
        for system, own in (("/etc/signet", "signet"), ("/var/www/html", "www"), ("/etc/letsencrypt", "letsencrypt"),
                            ("/etc/ssl/uacme", "uacme"), ("/var/lib/dehydrated", "dehydrated")):
            text = text.replace(system, str(self.folder / own))
        return text

    def run(self, block, directory="tls", status=0, **environment):
        """Runs a block, behind what the page sets up; all that was printed."""
        self.ran.add(block)
        script = self.own(self.blocks.get("setup", "") + self.blocks[block])
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script.replace(URL, self.host.directory(directory))],
                              cwd=self.folder / "work", capture_output=True, text=True, timeout=300,
                              env={"PATH": f"{self.folder / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
                                   "HOME": str(self.folder / "home"), **environment})
        if done.returncode != status:
            self.host.fail(f"{block}: {done.returncode}\n{script}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def credential(self):
        """A credential of the directory `team`, as the pages name its parts."""
        line = self.host.json("acme", "eab", "create", "team", "--name", "team")
        return {"KID": line["id"], "KEY": line["key"]}

    def certificate(self, path, *names, key="EC", chain=None):
        """A certificate that the client has: chained to the root, for these names and this kind of
        key, and known to the host as good."""
        path = pathlib.Path(self.own(str(path)) if str(path).startswith("/") else self.folder / "work" / path)
        done = subprocess.run(["openssl", "verify", "-x509_strict", "-CAfile", self.host.roots, "-untrusted",
                               chain or path, path], capture_output=True, text=True)
        if done.returncode != 0:
            self.host.fail(f"{path}: {done.stdout}{done.stderr}")
        found = x509.load_pem_x509_certificate(path.read_bytes())
        holds = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        if set(holds.get_values_for_type(x509.DNSName)) != set(names):
            self.host.fail(f"{path}: {holds} and not {names}")
        if key not in type(found.public_key()).__name__.replace("Elliptic", "EC"):
            self.host.fail(f"{path}: the key is {found.public_key()}")
        if self.state(found) != "valid":
            self.host.fail(f"{path}: the certificate is {self.state(found)}")
        return found

    def state(self, certificate):
        """What a certificate is to the host."""
        for item in faults.pages(self.host.node.connection(), "/v1/certificates", "certificates"):
            if int(item["serial"], 16) == certificate.serial_number:
                return item["state"]
        return "not there"

    def renewed(self, before, after):
        """Two certificates must be two, both good."""
        if before.serial_number == after.serial_number:
            self.host.fail("it was not renewed")

    def revoked(self, certificate):
        """A certificate must be revoked."""
        if self.state(certificate) != "revoked":
            self.host.fail(f"what was revoked is {self.state(certificate)}")

    def finish(self):
        """Stops the host. Each block of the page must have been run."""
        if set(self.blocks) != self.ran:
            self.host.fail(f"not run: {set(self.blocks) - self.ran}")
        self.host.finish(f"ran {', '.join(self.blocks)}")


ADD_RECORD = '''#!/bin/sh
printf '%s\\n' "$CERTBOT_VALIDATION" >>{txt}/_acme-challenge.$CERTBOT_DOMAIN
'''
REMOVE_RECORD = '''#!/bin/sh
sed -i "/^$CERTBOT_VALIDATION\\$/d" {txt}/_acme-challenge.$CERTBOT_DOMAIN
'''
CHANGE_RECORD = '''#!/bin/sh
case $1 in
present) printf '%s\\n' "$3" >>"{txt}/${2%.}" ;;
cleanup) sed -i "/^$3\\$/d" "{txt}/${2%.}" ;;
esac
'''
