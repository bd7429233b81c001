"""A little OpenID Connect issuer: discovery and keys over TLS, with manners that tests choose, and
tokens that PyJWT and cryptography make. It reads one JSON object a line and replies one line."""
import base64
import hashlib
import hmac
import json
import sys
import time

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa, utils

sys.path.insert(0, sys.argv[2])
import peer  # noqa: E402

CURVES = {"ES256": ("P-256", ec.SECP256R1, 32, hashes.SHA256),
          "ES384": ("P-384", ec.SECP384R1, 48, hashes.SHA384),
          "ES512": ("P-521", ec.SECP521R1, 66, hashes.SHA512)}


def b64(octets):
    """Base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def number(value, length=None):
    """An integer as Base64url octets."""
    return b64(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


def make_key(algorithm, bits=2048):
    """A private key for an algorithm."""
    if algorithm in CURVES:
        return ec.generate_private_key(CURVES[algorithm][1]())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == "Ed448":
        return ed448.Ed448PrivateKey.generate()
    return rsa.generate_private_key(65537, bits)


def raw_public(key):
    """The octets of an Edwards public key."""
    return key.public_key().public_bytes(serialization.Encoding.Raw,
                                         serialization.PublicFormat.Raw)


def jwk(kid, key):
    """The public part as a JWK."""
    out = {"kid": kid, "use": "sig"}
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        out.update(kty="RSA", n=number(numbers.n), e=number(numbers.e))
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        numbers = key.public_key().public_numbers()
        name, length = next((c[0], c[2]) for c in CURVES.values() if isinstance(key.curve, c[1]))
        out.update(kty="EC", crv=name, x=number(numbers.x, length), y=number(numbers.y, length))
    else:
        crv = "Ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else "Ed448"
        out.update(kty="OKP", crv=crv, x=b64(raw_public(key)))
    return out


class State:
    """What the issuer has and how it behaves."""
    keys = {name: make_key(name) for name in
            ("RS256", "ES256", "ES384", "ES512", "EdDSA", "Ed448", "other")}
    published = ["RS256", "ES256", "ES384", "ES512", "EdDSA", "Ed448"]
    extra = []
    mode = "ok"
    fetches = 0
    discoveries = 0
    url = ""
    last_token = "(none)"
    rotations = 0


def document():
    """The JWK Set."""
    return {"keys": [jwk(name, State.keys[name]) for name in State.published] + State.extra}


class Handler(peer.Handler):
    """Serves discovery and keys."""

    def do_GET(self):
        State.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        State.last_token = self.headers.get("Authorization", "(none)")
        if State.mode == "down":
            self.close_connection = True
        elif State.mode == "slow":
            time.sleep(120)
        elif State.mode == "late":
            time.sleep(0.7)
        if State.mode in ("ok", "late", "other-issuer", "no-uri"):
            self.serve()
        elif State.mode == "error":
            self.answer(500, b"no")
        elif State.mode == "huge":
            self.answer(200, b"[" + b" " * 1000000)
        elif State.mode == "many":
            self.answer(200, json.dumps({"keys": [document()["keys"][0]] * 101}).encode())
        elif State.mode == "garbage":
            self.answer(200, b"{\"keys\": \"x\"")
        elif State.mode == "empty":
            self.answer(200, b"{\"keys\": []}")
        elif State.mode == "redirect":
            self.answer(302, b"", [("Location", State.url + "/elsewhere")])

    def serve(self):
        """The two documents."""
        if self.path == "/.well-known/openid-configuration":
            State.discoveries += 1
            issuer = "https://other.example" if State.mode == "other-issuer" else State.url
            found = {"issuer": issuer, "jwks_uri": State.url + "/keys"}
            if State.mode == "no-uri":
                del found["jwks_uri"]
            self.answer(200, json.dumps(found).encode(), [("Content-Type", "application/json")])
        elif self.path == "/keys":
            State.fetches += 1
            self.answer(200, json.dumps(document()).encode())
        else:
            self.answer(404)


def claims_of(asked):
    """Claims that are right, with what the test changes; null removes one. Times are relative."""
    now = int(time.time())
    claims = {"iss": State.url, "aud": "signet", "sub": "alice", "iat": now, "exp": now + 300}
    for name, value in asked.get("claims", {}).items():
        if value is None:
            claims.pop(name, None)
        elif name in ("iat", "exp", "nbf") and isinstance(value, (int, float)) \
                and not isinstance(value, bool):
            claims[name] = now + value
        else:
            claims[name] = value
    return claims


def sign(algorithm, key, data):
    """A signature over octets as JOSE has it, by cryptography alone."""
    if algorithm.startswith("HS"):
        public = key.public_key().public_bytes(serialization.Encoding.PEM,
                                               serialization.PublicFormat.SubjectPublicKeyInfo)
        return hmac.new(public, data, hashlib.sha256).digest()
    if algorithm in CURVES:
        length, digest = CURVES[algorithm][2:]
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(digest())))
        return r.to_bytes(length, "big") + s.to_bytes(length, "big")
    if algorithm == "ES256-DER":
        return key.sign(data, ec.ECDSA(hashes.SHA256()))
    if algorithm == "EdDSA":
        return key.sign(data)
    if algorithm.startswith("PS"):
        salt = int(algorithm[5:]) if algorithm[5:] else hashes.SHA256.digest_size
        return key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), salt), hashes.SHA256())
    if algorithm == "RS1":
        return key.sign(data, padding.PKCS1v15(), hashes.SHA1())
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def token(asked):
    """A token by PyJWT."""
    name = asked.get("key", "RS256")
    algorithm = asked.get("alg", "RS256" if name == "other" else name)
    headers = {"kid": name, **asked.get("headers", {})}
    headers = {k: v for k, v in headers.items() if v is not None}
    return jwt.encode(claims_of(asked), State.keys[name], algorithm, headers)


def raw(asked):
    """A token of these very octets; signed as `with` says, whatever its header says."""
    name = asked.get("key", "RS256")
    head = asked.get("head", json.dumps({"alg": name, "kid": name}))
    body = asked.get("body", json.dumps(claims_of(asked)))
    head, body = (text.replace("URL", State.url) for text in (head, body))
    data = f"{b64(head.encode())}.{b64(body.encode())}"
    how = asked.get("with", name)
    if how == "nothing":
        return data + "."
    signature = bytes.fromhex(how[4:]) if how.startswith("hex:") \
        else sign(how, State.keys[name], data.encode())
    return f"{data}.{b64(signature)}"


def rotate(asked):
    """A new key takes the place of the RSA one."""
    State.rotations += 1
    State.keys["RS256"] = make_key("RS256")
    name = asked.get("kid", f"new-{State.rotations}")
    State.keys[name] = State.keys["RS256"]
    State.published = [name, *State.published[1:]]
    return name


def told(line, server):
    """Does what a line says."""
    State.url = f"https://127.0.0.1:{server.server_address[1]}"
    asked = json.loads(line)
    action = asked["do"]
    if action == "token":
        return token(asked)
    if action == "raw":
        return raw(asked)
    if action == "rotate":
        return rotate(asked)
    if action == "mode":
        State.mode = asked["mode"]
    elif action == "extra":
        State.extra = asked["keys"]
    elif action == "weak":
        State.keys["weak"] = make_key("RS256", 1024)
        State.published.append("weak")
    elif action == "same":
        State.extra = [dict(jwk("RS256", State.keys["other"]))]
    elif action == "write":
        (peer.folder() / "jwks.json").write_text(json.dumps(document()))
    elif action == "fetches":
        return str(State.fetches)
    elif action == "discoveries":
        return str(State.discoveries)
    elif action == "bearer":
        return State.last_token
    return "done"


peer.make_certificates(peer.folder())
peer.serve(Handler, peer.make_context(peer.folder()), told)
