"""What the servers of tests share: certificates made by openssl, a threaded HTTPS server on a
loopback port of the kernel's choice, and a line of reply for each line of standard input."""
import http.server
import os
import pathlib
import socketserver
import ssl
import subprocess
import sys


def openssl(*arguments):
    """Runs openssl quietly."""
    subprocess.run(["openssl", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def make_certificates(folder):
    """An authority, a server certificate for localhost, peer.example and 127.0.0.1, and a client certificate."""
    if (folder / "server.pem").exists():
        return
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    openssl("req", "-x509", *new, "-keyout", folder / "ca.key", "-out", folder / "ca.pem",
            "-subj", "/CN=Test CA")
    for name, names in (("server", "DNS:localhost,DNS:peer.example,IP:127.0.0.1,IP:::1"), ("client", "DNS:client")):
        openssl("req", "-x509", *new, "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
                "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem",
                "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}",
                "-addext", "basicConstraints=CA:FALSE")
        os.chmod(folder / f"{name}.key", 0o600)


def make_context(folder, client=False, version=None, name="server"):
    """The server's TLS; with `client` it asks for a client certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if version is not None:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = version
        context.maximum_version = version
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    if client:
        context.load_verify_locations(folder / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """One thread for each connection; the handshake is made on it."""
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64
    context = None
    connections = 0

    def process_request_thread(self, request, client_address):
        try:
            self.connections += 1
            if self.context is not None:
                request = self.context.wrap_socket(request, server_side=True)
            self.finish_request(request, client_address)
        except (OSError, ssl.SSLError):
            pass
        finally:
            self.shutdown_request(request)


class Handler(http.server.BaseHTTPRequestHandler):
    """HTTP/1.1 with kept connections and no log."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", headers=()):
        """Answers a whole response."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self):
        """The request's body."""
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))


def serve(handler, context, told=None, address=("127.0.0.1", 0)):
    """Prints the port, serves until standard input ends, and replies to each of its lines."""
    import threading
    server = Server(address, handler)
    server.context = context
    handler.server_object = server
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    for line in sys.stdin:
        print(told(line.strip(), server) if told else "", flush=True)
    os._exit(0)


def folder():
    """The folder that the test named."""
    return pathlib.Path(sys.argv[1])
