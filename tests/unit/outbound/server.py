"""A server with whatever manners the dialer's tests ask for, by path."""
import select
import socket
import sys
import time
import urllib.parse

import peer

LAST = {}


class Handler(peer.Handler):
    """Answers by path."""

    def serve(self):
        path, _, query = self.path.partition("?")
        LAST.clear()
        LAST.update(method=self.command, path=self.path, body=self.body().decode(),
                    **{name.lower(): value for name, value in self.headers.items()})
        getattr(self, "at_" + path.strip("/").replace("-", "_"))(urllib.parse.unquote(query))

    do_GET = do_POST = do_PUT = do_HEAD = serve

    def at_ok(self, _):
        self.answer(200, b"fine", [("Content-Type", "text/plain"), ("X-One", " 1 "), ("X-ONE", "2")])

    def at_status(self, query):
        self.answer(int(query), b"no", [("Retry-After", "7")])

    def at_redirect(self, query):
        self.answer(302, b"elsewhere", [("Location", query)])

    def at_loop(self, query):
        self.answer(302, b"", [("Location", f"/loop?{int(query or 0) + 1}")])

    def at_interim(self, _):
        self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n")
        self.answer(200, b"late", [("X-Late", "1")])

    def at_large(self, query):
        self.answer(200, b"x" * int(query))

    def at_endless(self, _):
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 65536)

    def at_headers(self, query):
        self.answer(200, b"", [(f"X-{i}", "y" * 1000) for i in range(int(query))])

    def at_drip(self, _):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(1000):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.2)

    def at_silent(self, _):
        time.sleep(60)

    def at_garbage(self, _):
        self.wfile.write(b"\x00\x01 not HTTP \r\n\r\n")
        self.close_connection = True

    def at_half(self, _):
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"half")
        self.close_connection = True


    def do_CONNECT(self):
        """As a proxy: a tunnel to wherever the client wants."""
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as target:
            self.send_response(200)
            self.send_header("X-Proxy", "1")
            self.end_headers()
            ends = {self.connection: target, target: self.connection}
            while True:
                for end in select.select(list(ends), [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        self.close_connection = True
                        return
                    ends[end].sendall(data)


def told(line, server):
    """connections: how many there were; otherwise a member of the last request."""
    return str(server.connections) if line == "connections" else LAST.get(line, "(none)")


OPTION = sys.argv[2] if len(sys.argv) > 2 else ""
peer.make_certificates(peer.folder())
if OPTION == "plain":
    CONTEXT = None
elif OPTION == "tls1.1":
    CONTEXT = peer.make_context(peer.folder(), version=peer.ssl.TLSVersion.TLSv1_1)
elif OPTION == "other-name":
    CONTEXT = peer.make_context(peer.folder(), name="client")
else:
    CONTEXT = peer.make_context(peer.folder(), client=OPTION == "client")
peer.serve(Handler, CONTEXT, told)
