"""A strict log of Certificate Transparency (RFC 6962) in memory, and ways for it to misbehave."""
import base64
import datetime
import hashlib
import json
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

import peer

POISON = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.3")
POISON_DER = bytes.fromhex("060a2b06010401d679020403")
SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")


class Refused(Exception):
    """What is submitted is not as RFC 6962 has it."""


def sha256(octets):
    """SHA-256."""
    return hashlib.sha256(octets).digest()


def number(value, octets):
    """An unsigned integer of TLS."""
    return value.to_bytes(octets, "big")


def opaque(octets, length):
    """A vector of TLS with its length before it."""
    return number(len(octets), length) + octets


def read(der):
    """Tag, content and rest of the first element."""
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7f
        length = int.from_bytes(der[2:start], "big")
    if len(der) < start + length:
        raise Refused("DER is cut")
    return der[0], der[start:start + length], der[start + length:]


def write(tag, content):
    """One element."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = number(length, (length.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def elements(content):
    """Each element as (tag, content, whole)."""
    while content:
        tag, inside, rest = read(content)
        yield tag, inside, content[:len(content) - len(rest)]
        content = rest


def without_poison(tbs):
    """The to-be-signed part of a precertificate as it is logged (RFC 6962, 3.2)."""
    parts, found = b"", 0
    for tag, inside, whole in elements(read(tbs)[1]):
        if tag == 0xa3:
            extensions = b""
            for _, extension, all_of_it in elements(read(inside)[1]):
                if extension.startswith(POISON_DER):
                    found += 1
                    if all_of_it != write(0x30, POISON_DER + b"\x01\x01\xff\x04\x02\x05\x00"):
                        raise Refused("the poison is not critical and NULL")
                else:
                    extensions += all_of_it
            whole = write(0xa3, write(0x30, extensions))
        parts += whole
    if found != 1:
        raise Refused("there is not one poison")
    return write(0x30, parts)


def spki(certificate):
    """The SubjectPublicKeyInfo."""
    return certificate.public_key().public_bytes(serialization.Encoding.DER,
                                                 serialization.PublicFormat.SubjectPublicKeyInfo)


def check_signed(certificate, issuer):
    """Whether `issuer` is an authority that signed `certificate`."""
    if certificate.issuer.public_bytes() != issuer.subject.public_bytes():
        raise Refused("the chain is out of order")
    if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
        raise Refused("the issuer is no authority")
    key, digest = issuer.public_key(), certificate.signature_hash_algorithm
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(digest))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(certificate.signature, certificate.tbs_certificate_bytes,
                       padding.PKCS1v15(), digest)
        else:
            raise Refused("a key of another kind")
    except InvalidSignature as error:
        raise Refused("a signature is wrong") from error


def leaf_hash(leaf):
    """The hash of a leaf (2.1)."""
    return sha256(b"\x00" + leaf)


def tree_hash(leaves):
    """The Merkle tree hash (2.1)."""
    if len(leaves) < 2:
        return leaf_hash(leaves[0]) if leaves else sha256(b"")
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\x01" + tree_hash(leaves[:half]) + tree_hash(leaves[half:]))


def audit_path(index, leaves):
    """The Merkle audit path (2.1.1)."""
    if len(leaves) < 2:
        return []
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < half:
        return audit_path(index, leaves[:half]) + [tree_hash(leaves[half:])]
    return audit_path(index - half, leaves[half:]) + [tree_hash(leaves[:half])]


def consistency(first, leaves, whole=True):
    """The consistency proof from the first leaves (2.1.2)."""
    if first == len(leaves):
        return [] if whole else [tree_hash(leaves)]
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    if first <= half:
        return consistency(first, leaves[:half], whole) + [tree_hash(leaves[half:])]
    return consistency(first - half, leaves[half:], False) + [tree_hash(leaves[:half])]


def root_of_path(index, size, hashed, path):
    """The root that an audit path leads to, as a client computes it (RFC 9162, 2.1.3.2)."""
    at, last = index, size - 1
    for other in path:
        if at & 1 or at == last:
            hashed = sha256(b"\x01" + other + hashed)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hashed = sha256(b"\x01" + hashed + other)
        at, last = at >> 1, last >> 1
    if last:
        raise Refused("the path is too short")
    return hashed


def text(octets):
    """Base64."""
    return base64.b64encode(octets).decode()


class Log:
    """One log. `mode` says how it behaves."""

    def __init__(self, folder, roots, extensions=b"", kind="ec"):
        self.roots = roots
        self.extensions = extensions
        self.key = (ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else
                    rsa.generate_private_key(public_exponent=65537, key_size=2048))
        self.public = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.id = sha256(self.public)
        self.lock = threading.Lock()
        self.leaves, self.extra, self.known, self.refused = [], [], {}, []
        self.asked = 0
        self.mode = "good"
        self.release = threading.Event()
        log = self

        class Handler(peer.Handler):
            """The routes of section 4."""

            def do_POST(self):
                body = self.body()
                log.post(self, body)

            def do_GET(self):
                log.get(self)

        self.server = peer.Server(("127.0.0.1", 0), Handler)
        self.server.context = peer.make_context(folder)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def sign(self, octets):
        """DigitallySigned."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return b"\x04\x01" + opaque(
                self.key.sign(octets, padding.PKCS1v15(), hashes.SHA256()), 2)
        return b"\x04\x03" + opaque(self.key.sign(octets, ec.ECDSA(hashes.SHA256())), 2)

    def entry(self, chain, is_precertificate):
        """The part of the leaf after the timestamp; raises what is wrong."""
        if not chain or any(not isinstance(item, str) for item in chain):
            raise Refused("no chain")
        ders = [base64.b64decode(item, validate=True) for item in chain]
        certificates = [x509.load_der_x509_certificate(der) for der in ders]
        for certificate, issuer in zip(certificates, certificates[1:]):
            check_signed(certificate, issuer)
        last = ders[-1]
        if last not in [root.public_bytes(serialization.Encoding.DER) for root in self.roots]:
            issuers = [root for root in self.roots if root.subject == certificates[-1].issuer]
            if not issuers:
                raise Refused("the chain leads to no root of this log")
            check_signed(certificates[-1], issuers[0])
            certificates.append(issuers[0])
        if len(certificates) < 2:
            raise Refused("a root alone")
        oids = [extension.oid for extension in certificates[0].extensions]
        if SCT_LIST in oids:
            raise Refused("it has SCTs already")
        if is_precertificate:
            return (number(1, 2) + sha256(spki(certificates[1])) +
                    opaque(without_poison(certificates[0].tbs_certificate_bytes), 3)), ders
        if POISON in oids:
            raise Refused("a precertificate")
        return number(0, 2) + opaque(ders[0], 3), ders

    def add(self, entry, ders):
        """Appends an entry that is new; the SCT."""
        with self.lock:
            if entry not in self.known:
                now = int(time.time() * 1000)
                if self.mode == "old":
                    now -= 3600 * 1000
                if self.mode == "future":
                    now += 3600 * 1000
                self.known[entry] = now
                self.leaves.append(b"\x00\x00" + number(now, 8) + entry + opaque(self.extensions, 2))
                self.extra.append(opaque(ders[0], 3) + opaque(b"".join(opaque(d, 3) for d in ders[1:]), 3))
            timestamp = self.known[entry]
        signed = b"\x00\x00" + number(timestamp, 8) + entry + opaque(self.extensions, 2)
        sct = {"sct_version": 0, "id": text(self.id), "timestamp": timestamp,
               "extensions": text(self.extensions), "signature": text(self.sign(signed))}
        return self.spoil(sct, signed)

    def spoil(self, sct, signed):
        """What this log makes of an SCT in its mode."""
        if self.mode == "wrong-signature":
            sct["signature"] = text(self.sign(signed + b"x"))
        elif self.mode == "wrong-id":
            sct["id"] = text(sha256(b"another"))
        elif self.mode == "unsigned-extensions":
            sct["extensions"] = text(b"\x00\x01\x02")
        elif self.mode == "version":
            sct["sct_version"] = 1
        elif self.mode == "huge":
            sct["more"] = "x" * 1000000
        elif self.mode == "long-signature":
            sct["signature"] = text(base64.b64decode(sct["signature"]) + b"\x00")
        return sct

    def post(self, handler, body):
        """add-chain and add-pre-chain."""
        self.asked += 1
        if self.mode == "down":
            return handler.answer(503, b"", [])
        if self.mode == "held":
            self.release.wait(30)
        if self.mode == "slow":
            self.release.wait(30)
            return handler.answer(503, b"", [])
        if self.mode == "garbage":
            return handler.answer(200, b"\xff\x00{", [("Content-Type", "application/json")])
        try:
            document = json.loads(body)
            if list(document) != ["chain"] or handler.headers["Content-Type"] != "application/json":
                raise Refused("not a document with a chain")
            if handler.path not in ("/ct/v1/add-chain", "/ct/v1/add-pre-chain"):
                raise Refused("no such route")
            entry, ders = self.entry(document["chain"], handler.path.endswith("pre-chain"))
        except (Refused, ValueError, x509.ExtensionNotFound) as error:
            self.refused.append(str(error))
            return handler.answer(400, str(error).encode(), [("Content-Type", "text/plain")])
        return self.reply(handler, self.add(entry, ders))

    def reply(self, handler, document):
        """JSON."""
        return handler.answer(200, json.dumps(document).encode(), [("Content-Type", "application/json")])

    def sth(self):
        """A signed tree head (4.3)."""
        with self.lock:
            leaves = list(self.leaves)
        now, root = int(time.time() * 1000), tree_hash(leaves)
        signed = b"\x00\x01" + number(now, 8) + number(len(leaves), 8) + root
        return {"tree_size": len(leaves), "timestamp": now, "sha256_root_hash": text(root),
                "tree_head_signature": text(self.sign(signed))}

    def get(self, handler):
        """What clients and monitors read."""
        split = urllib.parse.urlsplit(handler.path)
        query = dict(urllib.parse.parse_qsl(split.query))
        with self.lock:
            leaves = list(self.leaves)
        try:
            if split.path == "/ct/v1/get-sth":
                return self.reply(handler, self.sth())
            if split.path == "/ct/v1/get-roots":
                return self.reply(handler, {"certificates": [
                    text(root.public_bytes(serialization.Encoding.DER)) for root in self.roots]})
            if split.path == "/ct/v1/get-entries":
                start, end = int(query["start"]), int(query["end"])
                return self.reply(handler, {"entries": [
                    {"leaf_input": text(leaf), "extra_data": text(extra)}
                    for leaf, extra in list(zip(leaves, self.extra))[start:end + 1]]})
            if split.path == "/ct/v1/get-proof-by-hash":
                size = int(query["tree_size"])
                index = [leaf_hash(leaf) for leaf in leaves[:size]].index(
                    base64.b64decode(query["hash"]))
                return self.reply(handler, {"leaf_index": index, "audit_path": [
                    text(item) for item in audit_path(index, leaves[:size])]})
            if split.path == "/ct/v1/get-sth-consistency":
                first, second = int(query["first"]), int(query["second"])
                return self.reply(handler, {"consistency": [
                    text(item) for item in consistency(first, leaves[:second])]})
        except (KeyError, ValueError):
            return handler.answer(400, b"", [])
        return handler.answer(404, b"", [])

    def check_logged(self, certificate, issuer, ask):
        """That a certificate's entry is in the tree: by its SCT, an audit path and a signed head,
        as an auditor sees it. `ask` gets a path of this log and answers the document."""
        scts = certificate.extensions.get_extension_for_oid(SCT_LIST).value
        sct = next(item for item in scts if item.log_id == self.id)
        epoch = datetime.datetime(1970, 1, 1)
        stamp = round((sct.timestamp - epoch) / datetime.timedelta(milliseconds=1))
        leaf = (b"\x00\x00" + number(stamp, 8) + number(1, 2) + sha256(spki(issuer)) +
                opaque(certificate.tbs_precertificate_bytes, 3) + opaque(sct.extension_bytes, 2))
        if sct.extension_bytes != self.extensions:
            raise Refused("the extensions of the SCT were lost")
        head = ask(self, "/ct/v1/get-sth")
        root = base64.b64decode(head["sha256_root_hash"])
        proof = ask(self, f"/ct/v1/get-proof-by-hash?tree_size={head['tree_size']}&hash=" +
                    urllib.parse.quote(text(leaf_hash(leaf)), safe=""))
        path = [base64.b64decode(item) for item in proof["audit_path"]]
        if root_of_path(proof["leaf_index"], head["tree_size"], leaf_hash(leaf), path) != root:
            raise Refused("the audit path does not lead to the root")
