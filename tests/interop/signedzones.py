"""An authoritative server (nsd) with zones that are signed by DNSSEC (ldns-signzone): rightly, or in
a way that no resolver may believe."""
import atexit
import pathlib
import re
import signal
import socket
import subprocess
import time

import dns.exception
import dns.message
import dns.query
import dns.rdatatype

WAIT = 60


def run(*arguments, folder):
    """A command that must not fail; what it prints."""
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


class Zone:
    """One zone; what is spoiled after it was signed is a function of its text."""

    def __init__(self, folder, name, signed=True, spoil=None, signing=()):
        self.folder, self.name, self.spoil, self.signing = folder, name, spoil, signing
        self.records = []
        self.serial = 0
        self.key = run("ldns-keygen", "-k", "-a", "ECDSAP256SHA256", name, folder=folder) if signed else None

    def ds(self):
        """What its parent, or a trust anchor, says about its key."""
        return (self.folder / f"{self.key}.ds").read_text().strip()

    def write(self):
        """Writes it, signed; the file that is served."""
        self.serial += 1
        path = self.folder / f"{self.name}.zone"
        path.write_text(f"$ORIGIN {self.name}.\n$TTL 60\n@ IN SOA ns hostmaster {self.serial} 3600 600 86400 60\n"
                        "@ IN NS ns\nns IN A 127.0.0.1\n" + "\n".join(self.records) + "\n")
        served = self.folder / f"{self.name}.served"
        if self.key is None:
            served.write_text(path.read_text())
            return
        run("ldns-signzone", *self.signing, "-f", served, path, self.key, folder=self.folder)
        if self.spoil:
            served.write_text(self.spoil(served.read_text()))


def forge(kind):
    """Changes the signatures of a type of records."""
    def spoil(text):
        forged, count = re.subn(rf"(\sRRSIG\s+{kind}\s.*?)(\S{{20}})(\S+)$",
                                lambda m: m[1] + m[2].swapcase() + m[3], text, flags=re.M)
        if not count:
            raise RuntimeError(f"there is no signature of {kind}")
        return forged
    return spoil


def leave_out(pattern):
    """Leaves out lines."""
    return lambda text: "".join(line for line in text.splitlines(True) if not re.search(pattern, line))


class Zones:
    """The server and what it serves."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.zones = {}
        self.process = None
        self.port = 0
        atexit.register(self.stop)

    def add(self, name, **options):
        """A further zone, before the start."""
        self.zones[name] = Zone(self.folder, name, **options)
        return self.zones[name]

    def start(self):
        """Starts it on a port that the kernel chooses."""
        for zone in self.zones.values():
            zone.write()
        for _ in range(5):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as chosen:
                chosen.bind(("127.0.0.1", 0))
                self.port = chosen.getsockname()[1]
            (self.folder / "nsd.conf").write_text(f'''server:
  ip-address: 127.0.0.1@{self.port}
  username: ""
  server-count: 1
  database: ""
  zonesdir: "{self.folder}"
  pidfile: "{self.folder}/nsd.pid"
  xfrdfile: "{self.folder}/xfrd.state"
  xfrdir: "{self.folder}"
  zonelistfile: "{self.folder}/zone.list"
  logfile: "{self.folder}/nsd.log"
remote-control:
  control-enable: no
''' + "".join(f'zone:\n  name: "{name}"\n  zonefile: "{name}.served"\n' for name in self.zones))
            self.process = subprocess.Popen(["/usr/sbin/nsd", "-d", "-c", self.folder / "nsd.conf"],
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if all(self.serves(zone) for zone in self.zones.values()):
                return
        raise RuntimeError("nsd did not start: " + (self.folder / "nsd.log").read_text(errors="replace"))

    def serves(self, zone):
        """Waits until the zone is served as it was written last; 0 where the server ended."""
        limit = time.monotonic() + WAIT
        question = dns.message.make_query(zone.name, "SOA")
        while time.monotonic() < limit and self.process.poll() is None:
            try:
                answer = dns.query.udp(question, "127.0.0.1", 0.2, self.port)
                if answer.answer and answer.answer[0][0].serial == zone.serial:
                    return 1
            except (dns.exception.DNSException, OSError):
                pass
            time.sleep(0.01)
        return 0

    def put(self, zone, record):
        """Adds a record to a zone, which is signed anew and served."""
        zone = self.zones[zone]
        zone.records.append(record)
        zone.write()
        self.process.send_signal(signal.SIGHUP)
        if not self.serves(zone):
            raise RuntimeError(f"{zone.name} is not served")

    def stop(self):
        """Stops it."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
