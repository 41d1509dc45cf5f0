"""JWS made by hand, so that every byte can be wrong on purpose."""

import base64
import hashlib
import hmac
import json
import os

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def parts(token):
    """Header and claims of a compact token, unverified."""
    header, payload, _ = token.split(".")
    return json.loads(unb64(header)), json.loads(unb64(payload))


def octets(value):
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()


def compact(header, payload, sign):
    """`header` and `payload` are JSON values or bytes; `sign` maps the signing input to a signature."""
    message = b64(octets(header)) + "." + b64(octets(payload))
    return message + "." + b64(sign(message.encode()))


class ECKey:
    """A P-256 (or P-384) key that signs raw r||s."""

    def __init__(self, curve=None, kid=None):
        self.key = ec.generate_private_key(curve or ec.SECP256R1())
        self.size = (self.key.curve.key_size + 7) // 8
        self.alg = {32: "ES256", 48: "ES384"}[self.size]
        self.kid = kid or "k-" + os.urandom(4).hex()

    def __call__(self, message):
        digest = hashes.SHA256() if self.size == 32 else hashes.SHA384()
        r, s = utils.decode_dss_signature(self.key.sign(message, ec.ECDSA(digest)))
        return r.to_bytes(self.size, "big") + s.to_bytes(self.size, "big")

    def der(self, message):
        return self.key.sign(message, ec.ECDSA(hashes.SHA256()))

    @property
    def jwk(self):
        numbers = self.key.public_key().public_numbers()
        return {
            "kty": "EC",
            "crv": "P-256" if self.size == 32 else "P-384",
            "x": b64(numbers.x.to_bytes(self.size, "big")),
            "y": b64(numbers.y.to_bytes(self.size, "big")),
            "kid": self.kid,
            "use": "sig",
            "alg": self.alg,
        }

    @property
    def pem(self):
        return self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def spki(self):
        return self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )


class RSAKey:
    """An RSA key that signs RS256 or PS256."""

    def __init__(self, bits=2048, alg="RS256", kid=None):
        self.key = rsa.generate_private_key(65537, bits)
        self.alg, self.kid = alg, kid or "k-" + os.urandom(4).hex()

    def __call__(self, message):
        if self.alg == "PS256":
            return self.key.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())

    @property
    def jwk(self):
        numbers = self.key.public_key().public_numbers()
        size = (numbers.n.bit_length() + 7) // 8
        return {
            "kty": "RSA",
            "n": b64(numbers.n.to_bytes(size, "big")),
            "e": "AQAB",
            "kid": self.kid,
            "use": "sig",
            "alg": self.alg,
        }


class EdKey:
    """An Ed25519 key."""

    alg = "EdDSA"

    def __init__(self, kid=None):
        self.key = ed25519.Ed25519PrivateKey.generate()
        self.kid = kid or "k-" + os.urandom(4).hex()

    def __call__(self, message):
        return self.key.sign(message)

    @property
    def jwk(self):
        raw = self.key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": b64(raw), "kid": self.kid, "use": "sig", "alg": "EdDSA"}


def mac(name, secret):
    """HS256, HS384 or HS512 under any bytes."""
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[name]
    return lambda message: hmac.new(secret, message, digest).digest()


def nothing(_):
    return b""


def public_key_secrets(jwk, pem=None, spki=None, key_set=None):
    """All that an attacker can read of a public key, as key material for an HMAC."""
    found = [json.dumps(jwk).encode(), json.dumps(jwk, separators=(",", ":")).encode(), b""]
    for member in ("x", "y", "n"):
        if member in jwk:
            found += [jwk[member].encode(), unb64(jwk[member])]
    for text in (pem, key_set):
        if text:
            found += [text, text.strip(), b"\n" + text, text + b"\n"]
    if spki:
        found.append(spki)
    return found


def pem_of(jwk):
    """PEM and DER of a published EC key."""
    x, y = int.from_bytes(unb64(jwk["x"]), "big"), int.from_bytes(unb64(jwk["y"]), "big")
    curve = ec.SECP256R1() if jwk["crv"] == "P-256" else ec.SECP384R1()
    key = ec.EllipticCurvePublicNumbers(x, y, curve).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form), key.public_bytes(serialization.Encoding.DER, form)
