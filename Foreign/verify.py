"""Verifies an access token with PyJWT or joserfc, knowing nothing but the issuer's URL and the resource's name.

usage: verify.py pyjwt|joserfc ISSUER AUTHORITY AUDIENCE < token
"""

import json
import ssl
import sys
import urllib.parse
import urllib.request

ALGORITHMS = ["ES256", "EdDSA", "RS256"]
library, issuer, authority, audience = sys.argv[1:5]
token = sys.stdin.read().strip()
trust = ssl.create_default_context(cafile=authority)


def document(url):
    with urllib.request.urlopen(url, context=trust) as answer:
        return json.load(answer)


def with_pyjwt(metadata):
    import jwt

    assert jwt.get_unverified_header(token)["typ"] == "at+jwt", "not an access token (RFC 9068)"
    key = jwt.PyJWKClient(metadata["jwks_uri"], ssl_context=trust).get_signing_key_from_jwt(token)
    required = {"require": ["iss", "sub", "aud", "exp", "iat", "jti", "client_id"]}
    return jwt.decode(token, key.key, algorithms=ALGORITHMS, audience=audience, issuer=issuer, options=required)


def with_joserfc(metadata):
    from joserfc import jwt
    from joserfc.jwk import KeySet

    keys = KeySet.import_key_set(document(metadata["jwks_uri"]))
    proven = jwt.decode(token, keys, algorithms=ALGORITHMS)
    assert proven.header["typ"] == "at+jwt", "not an access token (RFC 9068)"
    essential = {name: {"essential": True} for name in ("sub", "exp", "iat", "jti", "client_id")}
    named = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": audience}}
    jwt.JWTClaimsRegistry(**essential, **named).validate(proven.claims)
    return proven.claims


parts = urllib.parse.urlsplit(issuer)
found = document(f"{parts.scheme}://{parts.netloc}/.well-known/oauth-authorization-server{parts.path}")
assert found["issuer"] == issuer, "the metadata is another issuer's"
try:
    claims = {"pyjwt": with_pyjwt, "joserfc": with_joserfc}[library](found)
except Exception as problem:
    print(f"refused: {type(problem).__name__}")
    sys.exit(1)
print(f"accepted: sub={claims['sub']} scope={claims.get('scope')}")
