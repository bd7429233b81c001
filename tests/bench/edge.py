"""Benchmarks of the edge: an inline route beside nginx, many connections, and what logging costs.

The servers run on one core and the load generator on another, in turn. What each request costs is
the CPU time of the server: neighbours on the machine change rates far more than that."""
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
TICK = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 5000
KINDS = (("edge-http1", "http", ("--h1", "-c", "32")), ("edge-tls", "https", ("--h1", "-c", "32")),
         ("edge-http2", "https", ("-c", "16", "-m", "32")))

SIGNET = """host = {{
  ready_file = "{folder}/ready";
  log = {{ access = {access}; }};
  listeners = ( {{ name = "https"; address = "127.0.0.1:0"; certificate = "{folder}/server.pem";
                  key = "{folder}/server.key"; }},
               {{ name = "http"; address = "127.0.0.1:0"; }} );
}};
"""

NGINX = """worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
daemon off;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  http2_max_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  default_type text/plain;
  server {{
    listen 127.0.0.1:{http};
    listen 127.0.0.1:{https} ssl http2;
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.key;
    location / {{ return 200 "ok\\n"; }}
  }}
}}
"""


def pin(core):
    """The start of a command that runs on one core alone, where there are more."""
    return ["taskset", "-c", str(core % (os.cpu_count() or 1))]


def make_certificate(folder):
    """A server's certificate and key."""
    subprocess.check_call(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-keyout", folder / "server.key", "-out", folder / "server.pem", "-days", "2", "-subj",
         "/CN=localhost"], stderr=subprocess.DEVNULL)
    (folder / "server.key").chmod(0o600)


class Server:
    """A running server: its URLs and its CPU time."""

    def __init__(self, command, log):
        with open(log, "wb") as output:
            self.child = subprocess.Popen(pin(0) + command, stdout=output, stderr=output)
        self.urls = {}

    def processes(self):
        """The server and its children."""
        children = f"/proc/{self.child.pid}/task/{self.child.pid}/children"
        return [self.child.pid] + [int(number) for number in
                                   pathlib.Path(children).read_text().split()]

    def cpu(self):
        """CPU seconds so far."""
        used = 0
        for process in self.processes():
            fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
            used += int(fields[11]) + int(fields[12])
        return used / TICK

    def resident(self):
        """Resident memory in KB."""
        text = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1))

    def load(self, scheme, options, seconds):
        """CPU microseconds a request, and requests a second."""
        before = self.cpu()
        done = subprocess.run(pin(1) + ["h2load", "-D", str(seconds), *options, self.urls[scheme]],
                              capture_output=True, text=True, check=True)
        found = re.search(r"(\d+) succeeded, 0 failed, 0 errored", done.stdout)
        if found is None or found.group(1) == "0":
            sys.exit(f"bench: h2load failed\n{done.stdout}{done.stderr}")
        count = int(found.group(1))
        return (self.cpu() - before) / count * 1e6, count / seconds

    def stop(self):
        """Ends it."""
        self.child.terminate()
        self.child.wait()


def start_signet(build, folder, access=False):
    """signetd with listeners alone; /healthz is an inline route."""
    home = folder / f"signet-{access}"
    home.mkdir()
    shutil.copy(folder / "server.pem", home)
    shutil.copy(folder / "server.key", home)
    (home / "signet.cfg").write_text(SIGNET.format(folder=home, access=str(access).lower()))
    server = Server([build / "bin/signetd", "--config", home / "signet.cfg"], home / "log")
    for _ in range(200):
        if (home / "ready").exists():
            break
        time.sleep(0.05)
    for line in (home / "ready").read_text().split("\n"):
        if line:
            name, url = line.split(" ")
            server.urls[name] = url + "/healthz"
    return server


def start_nginx(folder):
    """nginx that answers with the same body."""
    ports = {"http": free_port(), "https": free_port()}
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, **ports))
    server = Server(["nginx", "-e", folder / "nginx.log", "-c", folder / "nginx.conf"], folder / "nginx.out")
    server.urls = {scheme: f"{scheme}://127.0.0.1:{port}/x" for scheme, port in ports.items()}
    time.sleep(1)
    return server


def free_port():
    """A port that nobody listens on."""
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def bench_edge(build, row, seconds):
    """An inline route beside nginx: the ratio is nginx's CPU time a request to ours."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="signet-bench-"))
    make_certificate(folder)
    ours, theirs = start_signet(build, folder), start_nginx(folder)
    for name, scheme, options in KINDS:
        costs, rates = [[], []], [[], []]
        for _ in range(ROUNDS):
            for which, server in enumerate((ours, theirs)):
                cost, rate = server.load(scheme, options, max(1, int(seconds / 2)))
                costs[which].append(cost)
                rates[which].append(rate)
        cost, their_cost = statistics.median(costs[0]), statistics.median(costs[1])
        yield row(name, 1e6 / cost, "requests/s/core", "nginx", 1e6 / their_cost,
                  note=f"goal ratio 0.9; {cost:.1f} us CPU each, nginx {their_cost:.1f}; "
                       f"{statistics.median(rates[0]):.0f}/s, nginx {statistics.median(rates[1]):.0f}/s")
    ours.stop()
    theirs.stop()
    shutil.rmtree(folder)


def bench_connections(build, row, seconds):
    """Idle and trickling connections: what honest clients notice, and what each one costs."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit[1] < CONNECTIONS + 500:
        print(f"bench: connections is skipped: at most {limit[1]} files may be open", file=sys.stderr)
        return
    folder = pathlib.Path(tempfile.mkdtemp(prefix="signet-bench-"))
    make_certificate(folder)
    server = start_signet(build, folder)
    port = server.urls["https"].rsplit(":", 1)[1].split("/")[0]
    server.load("https", ("--h1", "-c", "32"), 1)
    before = server.resident()
    rounds, sizes = [], []
    for _ in range(ROUNDS):
        load = subprocess.Popen(
            pin(1) + [build / "connections", port, str(CONNECTIONS), str(seconds)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        calm = float(load.stdout.readline().split()[1])
        idle = int(load.stdout.readline().split()[1])
        sizes.append((server.resident() - before) / idle)
        load.stdin.write("\n")
        load.stdin.flush()
        _, held, cut = load.stdout.readline().split()
        load.wait()
        rounds.append((float(held) / calm, float(held), calm, cut))
    each = sizes[0]
    _, held, calm, cut = sorted(rounds)[len(rounds) // 2]
    server.stop()
    shutil.rmtree(folder)
    yield row("connections-p99", held, "ms", "p99 without them", calm,
              note=f"goal ratio under 2; {CONNECTIONS} idle and trickling, {cut} cut at deadlines")
    yield row("connections-memory", each, "KB", "40 KB", 40,
              note=f"goal ratio under 1; each of {idle} idle TLS connections")


def bench_observability(build, row, seconds):
    """An inline route with the access log written to a file, and without. Metrics are always on."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="signet-bench-"))
    make_certificate(folder)
    servers = [start_signet(build, folder, access) for access in (True, False)]
    costs = [[], []]
    for _ in range(ROUNDS):
        for which, server in enumerate(servers):
            costs[which].append(server.load("https", ("--h1", "-c", "32"), max(1, int(seconds / 2)))[0])
    logged, silent = statistics.median(costs[0]), statistics.median(costs[1])
    for server in servers:
        server.stop()
    shutil.rmtree(folder)
    yield row("observability", 1e6 / logged, "requests/s/core", "without access log", 1e6 / silent,
              note=f"an inline route: {logged - silent:.1f} us CPU each for its line; "
                   f"goal ratio 0.95 of an issuance")
