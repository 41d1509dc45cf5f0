"""A client by Authlib whose key is written without leading zeroes: registers itself, then proves who it is with that key.

usage: short_key_client.py ISSUER AUTHORITY NUMBER SIGNING_NUMBER

The two numbers are private keys on P-256: the one that is registered, and the one that signs.
Prints the length of x and of y as they were registered, and the status of the answer to its request.
"""

import sys
import warnings

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import JWKRegistry

warnings.filterwarnings("ignore")
from authlib.jose import JsonWebKey  # noqa: E402  it warns that joserfc comes after it

issuer, authority, registered, signing = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])


def key(number):
    made = ec.derive_private_key(number, ec.SECP256R1())
    return JsonWebKey.import_key(
        made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), {"kty": "EC", "kid": "one"}
    )


found = requests.get(issuer + "/.well-known/openid-configuration", verify=authority, timeout=60).json()
public = key(registered).as_dict()
answer = requests.post(
    found["registration_endpoint"],
    json={
        "redirect_uris": ["http://127.0.0.1:21481/callback"],
        "application_type": "native",
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "jwks": {"keys": [dict(public, use="sig")]},
    },
    verify=authority,
    timeout=60,
)
if answer.status_code != 201:
    sys.exit(f"registration: {answer.status_code} {answer.text}")
kept = answer.json()["jwks"]["keys"][0]
if [len(kept[name]) for name in ("x", "y")] != [43, 43]:
    sys.exit(f"the registered key is not answered in full: {kept}")
session = OAuth2Session(
    answer.json()["client_id"],
    JWKRegistry.import_key(key(signing).as_dict(is_private=True)),
    token_endpoint_auth_method="private_key_jwt",
    revocation_endpoint_auth_method="private_key_jwt",
)
session.verify = authority
session.register_client_auth_method(PrivateKeyJWT(found["issuer"], alg="ES256", headers={"kid": "one"}))
done = session.revoke_token(found["revocation_endpoint"], token="none")
print(len(public["x"]), len(public["y"]), done.status_code)
