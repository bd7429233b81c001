"""An authoritative DNS server for tests, over UDP and TCP: it answers what it is told, or badly."""
import socketserver
import struct
import threading

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset


class Server:
    """Records by name and type; a function instead of records is called for its answer."""

    def __init__(self):
        self.records = {}
        self.asked = []
        outer = self

        class Udp(socketserver.BaseRequestHandler):
            """One question."""

            def handle(self):
                """Answers it; what does not fit is asked again over TCP."""
                data, socket = self.request
                answer = outer.answer(data)
                if answer is None:
                    return
                if len(answer) > 1200:
                    short = dns.message.make_response(dns.message.from_wire(data))
                    short.flags |= dns.flags.TC
                    answer = short.to_wire()
                socket.sendto(answer, self.client_address)

        class Tcp(socketserver.BaseRequestHandler):
            """Questions of one connection."""

            def handle(self):
                """Answers them one after the other."""
                while True:
                    head = self.request.recv(2, 0x100)  # MSG_WAITALL
                    if len(head) < 2:
                        return
                    answer = outer.answer(self.request.recv(struct.unpack("!H", head)[0], 0x100))
                    if answer is None:
                        return
                    self.request.sendall(struct.pack("!H", len(answer)) + answer)

        class UdpServer(socketserver.ThreadingUDPServer):
            """One that ends with the test."""
            daemon_threads = True

        class TcpServer(socketserver.ThreadingTCPServer):
            """On the port of the other."""
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, *_):
                """A client that went away is no fault."""

        while True:
            self.udp = UdpServer(("127.0.0.1", 0), Udp)
            self.port = self.udp.server_address[1]
            try:
                self.tcp = TcpServer(("127.0.0.1", self.port), Tcp)
                break
            except OSError:  # taken for TCP: another one
                self.udp.server_close()
        for server in (self.udp, self.tcp):
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def put(self, name, kind, *values):
        """The records of a name, in the text of zone files."""
        self.records[(name.lower().rstrip("."), kind)] = values[0] if values and callable(values[0]) \
            else list(values)

    def answer(self, data):
        """The answer to a question; None is silence."""
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text().lower().rstrip(".")
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        for _ in range(20):
            values = self.records.get((name, kind))
            if callable(values):
                values = values(response)
                if values is None or isinstance(values, bytes):
                    return values
            if values:
                response.answer.append(dns.rrset.from_text(name + ".", 300, "IN", kind, *values))
            alias = self.records.get((name, "CNAME"))
            if values is not None or not alias:
                break
            response.answer.append(dns.rrset.from_text(name + ".", 300, "IN", "CNAME", *alias))
            name = alias[0].lower().rstrip(".")
        if not response.answer and not any(key[0] == name for key in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire(max_size=65535)
