"""Verifies an access token with PyJWT alone, knowing nothing but the issuer's URL: discovery, key set, signature, claims.

usage: verify-with-pyjwt.py ISSUER AUTHORITY AUDIENCE < token
"""
import json
import ssl
import sys
import urllib.request

import jwt

issuer, authority, audience = sys.argv[1:4]
token = sys.stdin.read().strip()
trust = ssl.create_default_context(cafile=authority)

with urllib.request.urlopen(issuer + "/.well-known/oauth-authorization-server", context=trust) as answer:
    metadata = json.load(answer)
assert metadata["issuer"] == issuer, "the metadata is another issuer's"

key = jwt.PyJWKClient(metadata["jwks_uri"], ssl_context=trust).get_signing_key_from_jwt(token)
assert jwt.get_unverified_header(token)["typ"] == "at+jwt", "not an access token (RFC 9068)"
claims = jwt.decode(
    token, key.key, algorithms=["ES256", "ES384", "EdDSA", "RS256", "PS256"], audience=audience, issuer=issuer,
    options={"require": ["iss", "sub", "aud", "exp", "iat", "jti", "client_id"]})

# A verifier that accepts everything would also have come this far.
head, payload, signature = token.split(".")
flipped = ("B" if signature[0] == "A" else "A") + signature[1:]
try:
    jwt.decode(f"{head}.{payload}.{flipped}", key.key, algorithms=["ES256"], audience=audience, issuer=issuer)
    sys.exit("PyJWT accepted a forged signature")
except jwt.InvalidSignatureError:
    pass
print(f"PyJWT {jwt.__version__} accepts it: sub={claims['sub']} scope={claims.get('scope')} kid={key.key_id}")
