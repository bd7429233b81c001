"""An ACME client for tests: what a right one sends, and whatever else a test wants to send. Its
cryptography is PyPI's, not ours."""
import base64
import hashlib
import http.client
import http.server
import json
import ssl
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.x509.oid import NameOID


def b64(data):
    """base64url without padding."""
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else data.encode()) \
        .rstrip(b"=").decode()


def number(value, length=None):
    """An integer as base64url of its octets."""
    return b64(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


class Key:
    """A key that signs as JSON Web Signatures have it."""

    def __init__(self, kind="ES256"):
        self.algorithm = kind
        self.key = {"ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
                    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
                    "ES512": lambda: ec.generate_private_key(ec.SECP521R1()),
                    "RS256": lambda: rsa.generate_private_key(65537, 2048),
                    "RS256-1024": lambda: rsa.generate_private_key(65537, 1024),
                    "EdDSA": ed25519.Ed25519PrivateKey.generate}[kind]()
        self.algorithm = kind.split("-", maxsplit=1)[0]

    def jwk(self):
        """The public part."""
        public = self.key.public_key()
        if self.algorithm.startswith("ES"):
            length = (public.curve.key_size + 7) // 8
            point = public.public_numbers()
            return {"crv": {256: "P-256", 384: "P-384", 521: "P-521"}[public.curve.key_size],
                    "kty": "EC", "x": number(point.x, length), "y": number(point.y, length)}
        if self.algorithm == "EdDSA":
            return {"crv": "Ed25519", "kty": "OKP", "x": b64(public.public_bytes(
                serialization.Encoding.Raw, serialization.PublicFormat.Raw))}
        numbers = public.public_numbers()
        return {"e": number(numbers.e), "kty": "RSA", "n": number(numbers.n)}

    def thumbprint(self):
        """RFC 7638."""
        return b64(hashlib.sha256(json.dumps(self.jwk(), sort_keys=True,
                                             separators=(",", ":")).encode()).digest())

    def sign(self, data):
        """The signature of octets, as JWS carries it."""
        if self.algorithm.startswith("ES"):
            digest = {"ES256": hashes.SHA256, "ES384": hashes.SHA384, "ES512": hashes.SHA512}
            r, s = utils.decode_dss_signature(
                self.key.sign(data, ec.ECDSA(digest[self.algorithm]())))
            length = (self.key.curve.key_size + 7) // 8
            return r.to_bytes(length, "big") + s.to_bytes(length, "big")
        if self.algorithm == "EdDSA":
            return self.key.sign(data)
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def mac(secret, data):
    """HMAC with SHA-256."""
    code = hmac.HMAC(secret, hashes.SHA256())
    code.update(data)
    return code.finalize()


def signed(key, header, payload):
    """A flattened JWS over a payload: octets, or what becomes JSON."""
    if not isinstance(payload, bytes):
        payload = json.dumps(payload).encode()
    protected = b64(json.dumps(header))
    body = b64(payload)
    return {"protected": protected, "payload": body,
            "signature": b64(key.sign(f"{protected}.{body}".encode()))}


def request_for(names, key=None, common=None, extra=()):
    """A PKCS#10 request in DER, and its key."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else []
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    alternatives = [x509.DNSName(name) for name in names] + list(extra)
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER), key


class Answer:
    """Status, headers and document of an answer."""

    def __init__(self, answer):
        self.status = answer.status
        self.headers = answer.headers
        self.body = answer.read()
        self.type = answer.headers.get_content_type()
        self.document = json.loads(self.body) if "json" in self.type and self.body else None
        self.location = answer.headers.get("Location")

    @property
    def problem(self):
        """The last part of the problem's type, or None."""
        kind = (self.document or {}).get("type", "") if self.status >= 400 else ""
        return kind.rsplit(":", 1)[-1] if kind.startswith("urn:ietf:params:acme:error:") else None

    def __repr__(self):
        return f"<{self.status} {self.body[:600]!r}>"


class Client:
    """One account at one directory."""

    def __init__(self, directory, roots, key=None):
        self.url = directory
        parts = urllib.parse.urlsplit(directory)
        self.host = parts.netloc
        self.context = ssl.create_default_context(cafile=roots)
        self.connection = None
        self.key = key or Key()
        self.kid = None
        self.nonces = []
        self.directory = self.get(directory).document

    def exchange(self, method, url, body=None, headers=None):
        """One request."""
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(self.host, context=self.context,
                                                          timeout=60)
        parts = urllib.parse.urlsplit(url)
        try:
            self.connection.request(method, parts.path + ("?" + parts.query if parts.query else ""),
                                    body, headers or {})
            answer = Answer(self.connection.getresponse())
        except (http.client.HTTPException, OSError):
            self.connection.close()
            self.connection = None
            raise
        if "Replay-Nonce" in answer.headers:
            self.nonces.append(answer.headers["Replay-Nonce"])
        return answer

    def get(self, url):
        """A plain GET."""
        return self.exchange("GET", url)

    def nonce(self):
        """One that was not used."""
        if not self.nonces:
            self.exchange("HEAD", self.directory["newNonce"])
        return self.nonces.pop()

    def header(self, target, by_key=False, **changes):
        """A protected header; a change to None leaves a member out."""
        header = {"alg": self.key.algorithm, "nonce": None, "url": target}
        header.update({"jwk": self.key.jwk()} if by_key or not self.kid else {"kid": self.kid})
        header.update(changes)
        if "nonce" not in changes:
            header["nonce"] = self.nonce()
        return {name: value for name, value in header.items() if value is not None}

    def send(self, url, body, content_type="application/jose+json"):
        """Posts what it is given."""
        text = body if isinstance(body, (bytes, str)) else json.dumps(body)
        return self.exchange("POST", url, text, {"Content-Type": content_type})

    def post(self, target, payload=b"", by_key=False, **changes):
        """Signs and posts; without a payload it is a POST-as-GET."""
        return self.send(target, signed(self.key, self.header(target, by_key, **changes), payload))

    def register(self, **members):
        """Makes the account."""
        answer = self.post(self.directory["newAccount"],
                           {"termsOfServiceAgreed": True, **members}, by_key=True)
        if answer.status in (200, 201):
            self.kid = answer.location
        return answer

    def order(self, *names, **members):
        """Makes an order; names with ':' or digits alone are addresses."""
        identifiers = [{"type": "ip" if name.replace(".", "").isdigit() or ":" in name else "dns",
                        "value": name} for name in names]
        return self.post(self.directory["newOrder"], {"identifiers": identifiers, **members})

    def authorization(self, key_answer):
        """What a challenge's peer must answer."""
        return f"{key_answer['token']}.{self.key.thumbprint()}"

    def poll(self, url, *states):
        """Asks until it is in one of the states."""
        limit = time.monotonic() + 60
        while True:
            answer = self.post(url)
            if answer.status != 200 or answer.document["status"] in states or \
                    time.monotonic() > limit:
                return answer
            time.sleep(0.02)

    def challenge(self, url, kind="http-01"):
        """A challenge of an authorization."""
        document = self.post(url).document
        return next(item for item in document["challenges"] if item["type"] == kind)

    def prove(self, order, answers):
        """Has all authorizations of an order validated by http-01."""
        for url in order.document["authorizations"]:
            if self.post(url).document["status"] == "valid":
                continue
            challenge = self.challenge(url)
            answers.put(challenge["token"], self.authorization(challenge))
            self.post(challenge["url"], {})
            answer = self.poll(url, "valid", "invalid")
            if answer.document["status"] != "valid":
                return answer
        return self.post(order.location)

    def finalize(self, order, csr):
        """Asks for the certificate."""
        return self.post(order.document["finalize"], {"csr": b64(csr)})

    def obtain(self, answers, *names):
        """From names to a certificate, its chain in PEM."""
        order = self.order(*names)
        proved = self.prove(order, answers)
        if proved.status != 200 or proved.document["status"] != "ready":
            raise AssertionError(f"order is {proved}")
        csr, key = request_for(names)
        done = self.finalize(order, csr)
        if done.status != 200 or done.document["status"] != "valid":
            raise AssertionError(f"finalize: {done}")
        return self.post(done.document["certificate"]), key


class Answers:
    """An HTTP server that answers http-01: with what it was told, or badly."""

    def __init__(self):
        self.known = {}
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One request."""

            def do_GET(self):  # noqa: N802, the base class names it
                """Answers a challenge."""
                outer.asked.append(self.path)
                known = outer.known.get(self.path.rsplit("/", 1)[-1])
                if callable(known):
                    known(self)
                    return
                self.send_response(200 if known is not None else 404)
                self.end_headers()
                self.wfile.write((known or "").encode())

            def log_message(self, *_):
                """Nothing is logged."""

        class Server(http.server.ThreadingHTTPServer):
            """One whose clients may go away."""
            daemon_threads = True

            def handle_error(self, *_):
                """A client that went away is no fault."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, token, answer):
        """What is answered for a token: a text, or a function of the handler."""
        self.known[token] = answer

    def redirect(self, token, location):
        """Answers a token with a redirect."""
        def answer(handler):
            handler.send_response(302)
            handler.send_header("Location", location)
            handler.end_headers()
        self.known[token] = answer
