"""A node for fault tests: the quickstart's deployment of a release build, driven over its Unix
socket, and the invariants that must hold after every fault."""
import atexit
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

ROOT = pathlib.Path(os.environ.get("SIGNET_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("SIGNET_RELEASE", ROOT / "build/release"))
PLUGINS = BUILD / "plugins"
READY_LIMIT = 120


def make_deployment(folder, keys="file", status_port=0):
    """The quickstart's deployment with this kind of keys, stopped; what the quickstart printed. With
    a port it serves status there."""
    environment = dict(os.environ, SIGNET_QUICKSTART_BUILD=str(BUILD))
    done = subprocess.run([ROOT / "packaging/quickstart", "--dir", folder, "--keys", keys,
                           "--port", "0", "--status-port", str(status_port), "--once"], env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"quickstart failed\n{done.stdout}{done.stderr}")
    return done.stdout


def reach(deployment, path):
    """Lets the sandbox of a deployment's daemon reach a file or folder of the test's own tools."""
    config = pathlib.Path(deployment) / "signet.cfg"
    text = config.read_text()
    entry = f'{{ path = "{path}"; write = true; }}'
    head = "host = {\n  sandbox = { files = ( "
    config.write_text(text.replace(head, head + entry + ", ", 1) if head in text else
                      text.replace("host = {\n", head + entry + " ); };\n", 1))


def make_requests(folder, count):
    """`count` certificate requests in PEM, each with a name of its own."""
    requests = []
    for number in range(count):
        name = f"host-{number}.example.com"
        requests.append(subprocess.check_output(
            ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
             "-keyout", folder / "request.key"], text=True, stderr=subprocess.DEVNULL))
    return requests


class Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Node:
    """One signetd in a folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.process = None
        # Whatever ends the test, the server ends with it.
        atexit.register(lambda: self.process and self.process.poll() is None and self.kill())

    def start(self, extra=None, wait=True, under=()):
        """Starts it, maybe `under` another command. True once it is ready; False where it ended
        before that."""
        ready = self.folder / "run/ready"
        ready.unlink(missing_ok=True)
        environment = dict(os.environ, SIGNET_PLUGINS=str(PLUGINS), **(extra or {}))
        with open(self.folder / "signetd.log", "ab") as log:
            self.process = subprocess.Popen(
                [*under, BUILD / "bin/signetd", "--config", self.folder / "signet.cfg"],
                stdout=log, stderr=log, env=environment)
        limit = time.monotonic() + READY_LIMIT
        while wait and not ready.exists():
            if self.process.poll() is not None:
                return False
            if time.monotonic() > limit:
                sys.exit(f"signetd was not ready within {READY_LIMIT} s")
            time.sleep(0.002)
        return True

    def must_start(self):
        """Starts it; an end of the test where it does not."""
        if not self.start():
            log = (self.folder / "signetd.log").read_text(errors="replace").splitlines()
            sys.exit("signetd did not start\n" + "\n".join(log[-10:]))

    def kill(self):
        """kill -9, and waits for the end."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """SIGTERM, and waits for the end, which must be clean."""
        self.process.terminate()
        status = self.process.wait(timeout=60)
        if status != 0:
            log = (self.folder / "signetd.log").read_text(errors="replace").splitlines()
            sys.exit(f"signetd ended with {status} on SIGTERM\n" + "\n".join(log[-40:]))

    def connection(self):
        """A connection over the Unix socket."""
        return Connection(self.folder / "run/signet.sock")

    def verify_journal(self):
        """`signet journal verify` must find nothing."""
        done = subprocess.run([BUILD / "bin/signet", "--config", self.folder / "signet.cfg",
                               "journal", "verify"], env=dict(os.environ, SIGNET_PLUGINS=str(PLUGINS)),
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"journal verify: {done.returncode}\n{done.stdout}{done.stderr}")


def call(connection, method, path, body=None):
    """Status and parsed JSON of one request."""
    connection.request(method, path, json.dumps(body) if body is not None else None,
                       {"Content-Type": "application/json"})
    answer = connection.getresponse()
    data = answer.read()
    return answer.status, json.loads(data) if data else None


def await_lines(path, word, count, place=0):
    """The whole lines with a word that a log holds behind a place, once there are so many: the
    daemon's log is written by a thread of its own, which may come after the answer."""
    limit = time.monotonic() + READY_LIMIT
    while True:
        with open(path, encoding="utf-8", errors="replace") as log:
            log.seek(place)
            text = log.read()
        lines = [line for line in text[:text.rfind("\n") + 1].splitlines() if word in line]
        if len(lines) >= count or time.monotonic() > limit:
            return lines
        time.sleep(0.01)


def pages(connection, path, member):
    """All elements of a listed collection, page after page."""
    cursor = ""
    while True:
        joint = "&" if "?" in path else "?"
        more = f"{joint}limit=1000" + (f"&cursor={urllib.parse.quote(cursor)}" if cursor else "")
        status, answer = call(connection, "GET", path + more)
        if status != 200:
            sys.exit(f"GET {path}{more}: {status} {answer}")
        yield from answer[member]
        cursor = answer.get("next")
        if not cursor:
            return


class Clients:
    """Threads that issue and revoke without pause and remember what they were answered."""

    def __init__(self, node, requests, count):
        self.issued, self.revoked, self.errors = [], [], []
        self.ending = False
        self.threads = [threading.Thread(target=self.work, args=(node, requests, number))
                        for number in range(count)]
        for thread in self.threads:
            thread.start()

    def work(self, node, requests, number):
        """Every tenth certificate is revoked again."""
        try:
            connection = node.connection()
            while not self.ending:
                request = requests[number % len(requests)]
                status, answer = call(connection, "POST", "/v1/certificates",
                                      {"profile": "tls-server", "csr": request})
                number += 1
                if status != 201:
                    self.errors.append((status, answer))
                    continue
                key = f"{answer['authority']}/{answer['serial']}"
                self.issued.append(key)
                if number % 10 == 0:
                    status, answer = call(connection, "POST", f"/v1/certificates/{key}/revoke",
                                          {"reason": "superseded"})
                    if status == 200:
                        self.revoked.append(key)
                    else:
                        self.errors.append((status, answer))
        except (OSError, http.client.HTTPException, ValueError):
            pass  # the server was killed; what was answered before counts

    def end(self):
        """Waits for the threads; answers that were neither success nor a cut are faults."""
        self.ending = True
        for thread in self.threads:
            thread.join()
        if self.errors:
            sys.exit(f"unexpected answers: {self.errors[:3]}")


def check_answered(connection, issued, revoked):
    """Every certificate a client was answered is there, and what was revoked stays revoked."""
    revoked = set(revoked)
    for key in issued:
        status, answer = call(connection, "GET", f"/v1/certificates/{key}")
        if status != 200:
            sys.exit(f"{key} was acknowledged and is lost: {status} {answer}")
        if key in revoked and answer["state"] != "revoked":
            sys.exit(f"{key} was revoked and is {answer['state']}")


def check_all(node, connection, issued, revoked):
    """All certificates against all journal entries: none without the other, none twice; and all that
    was answered since the node was made against both."""
    stored = {}
    for certificate in pages(connection, "/v1/certificates", "certificates"):
        key = f"{certificate['authority']}/{certificate['serial']}"
        if key in stored:
            sys.exit(f"{key} is listed twice")
        stored[key] = certificate["state"]
    journaled = set()
    for entry in pages(connection, "/v1/journal?event=certificate.issued", "entries"):
        journaled.add(entry["object"].removeprefix("certificate:"))
    abandoned = [c for c in pages(connection, "/v1/certificates?state=abandoned", "certificates")]
    for key, state in stored.items():
        if state != "abandoned" and key not in journaled:
            sys.exit(f"{key} has no journal entry")
    for key in journaled:
        if key not in stored:
            sys.exit(f"{key} is in the journal and not in the store")
    for key in issued:
        if key not in journaled:
            sys.exit(f"{key} was acknowledged and has no journal entry")
    for key in revoked:
        if stored.get(key) != "revoked":
            sys.exit(f"{key} was revoked and is {stored.get(key)}")
    node.verify_journal()
    return len(stored), len(abandoned)


def temporary(name):
    """A folder that is removed at the end, whatever the end."""
    import tempfile
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"signet-{name}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
