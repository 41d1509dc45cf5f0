"""Asks the status list that a token names, with PyJWT and Python's zlib, knowing nothing but the issuer's URL.

usage: status_list.py ISSUER AUTHORITY < token   prints the token's bit and the list's ttl
"""

import json
import ssl
import sys
import urllib.parse
import urllib.request
import zlib

import jwt

LARGEST = 1 << 20
issuer, authority = sys.argv[1:3]
token = sys.stdin.read().strip()
trust = ssl.create_default_context(cafile=authority)
parts = urllib.parse.urlsplit(issuer)
known = f"{parts.scheme}://{parts.netloc}/.well-known/oauth-authorization-server{parts.path}"
with urllib.request.urlopen(known, context=trust) as answer:
    keys = jwt.PyJWKClient(json.load(answer)["jwks_uri"], ssl_context=trust)


def proven(text, kind, **options):
    assert jwt.get_unverified_header(text)["typ"] == kind, "another type of token"
    key = keys.get_signing_key_from_jwt(text).key
    return jwt.decode(text, key, algorithms=["ES256", "EdDSA", "RS256"], issuer=issuer, **options)


# The audience is the verifier's own affair (verify.py); here it is only about the status.
reference = proven(token, "at+jwt", options={"verify_aud": False})["status"]["status_list"]
request = urllib.request.Request(reference["uri"], headers={"Accept": "application/statuslist+jwt"})
with urllib.request.urlopen(request, context=trust) as answer:
    assert answer.headers["content-type"] == "application/statuslist+jwt"
    assert answer.headers["cache-control"].startswith("public, max-age=")
    text = answer.read().decode()
claims = proven(text, "statuslist+jwt", options={"require": ["sub", "iat", "exp"]})
assert claims["sub"] == reference["uri"], "another list"
assert claims["status_list"]["bits"] == 1
stream = zlib.decompressobj()
bits = stream.decompress(jwt.utils.base64url_decode(claims["status_list"]["lst"]), LARGEST)
assert stream.eof and not stream.unused_data, "not one whole list"
index = reference["idx"]
assert 0 <= index < 8 * len(bits), "outside of the list"
print(json.dumps({"status": bits[index // 8] >> index % 8 & 1, "ttl": claims["ttl"], "indexes": 8 * len(bits)}))
