"""private_key_jwt: replay, algorithms, claims (044, 048, 084 to 086)."""

import hashlib
import json
import time

from ..harness import forge
from ..harness.case import critical
from ..harness.world import ASSERTION_TYPE, INTROSPECT, REVOKE, TOKEN

ENDPOINTS = (TOKEN, INTROSPECT, REVOKE)


@critical
def case_044_assertion_replay(w):
    for first in ENDPOINTS:
        for second in ENDPOINTS:
            assertion = w.assertion()
            assert w.present(assertion, first).status == 200, f"a good assertion is refused at {first}"
            w.refused(w.present(assertion, second), 401, "invalid_client")
    # The same identifier in another assertion, and by another client: the first is a replay, the second is not.
    claims = w.claims()
    assert w.present(w.assertion(claims=claims)).status == 200
    w.refused(w.present(w.assertion(claims={**claims, "exp": claims["exp"] + 1})), 401, "invalid_client")
    other = w.claims("pkj2", jti=claims["jti"])
    assert w.present(w.assertion("pkj2", claims=other), INTROSPECT).status == 200
    # A stranger who knows an identifier must not be able to burn it with a signature that does not hold.
    claims = w.claims()
    w.refused(w.present(w.assertion(claims=claims, sign=forge.ECKey())), 401, "invalid_client")
    assert w.present(w.assertion(claims=claims)).status == 200, "a stranger burnt the identifier"


@critical
def case_048_assertion_algorithm(w):
    key = w.keys["pkj"]
    rsa, ed = forge.RSAKey(), forge.EdKey()
    tries = [
        ({"alg": "none"}, forge.nothing),
        ({"alg": "RS256"}, rsa),
        ({"alg": "PS256"}, forge.RSAKey(alg="PS256")),
        ({"alg": "EdDSA"}, ed),
        ({"alg": "ES384"}, key),
        ({"alg": "ES256K"}, key),
        ({"alg": "es256"}, key),
        ({"alg": ""}, key),
        ({"alg": None}, key),
        ({"alg": 256}, key),
        ({"kid": None, "alg": "HS256"}, forge.mac("HS256", b"")),
    ]
    for secret in forge.public_key_secrets(key.jwk, key.pem, key.spki):
        tries.append(({"alg": "HS256"}, forge.mac("HS256", secret)))
    tries.append(({"alg": "HS256"}, forge.mac("HS256", w.secrets["conf"].encode())))
    for header, sign in tries:
        for endpoint in ENDPOINTS:
            w.refused(w.present(w.assertion(header=header, sign=sign), endpoint), 401, "invalid_client")
    # A key that fits the algorithm of another key of the client still does not fit its registration.
    second = forge.RSAKey(kid="rsa")
    w.client(
        "mixed", "private_key_jwt", jwks={"keys": [forge_key(w, "mixed").jwk, second.jwk]}, assertion_algorithm="ES256"
    )
    assert w.present(w.assertion("mixed"), INTROSPECT).status == 200
    mixed = w.assertion("mixed", header={"alg": "RS256", "kid": "rsa"}, sign=second)
    w.refused(w.present(mixed, INTROSPECT), 401, "invalid_client")


def forge_key(w, id):
    w.keys[id] = forge.ECKey(kid=f"{id}-1")
    return w.keys[id]


@critical
def case_048_assertion_key_without_a_name(w):
    """A key that was registered without `kid` is found by its thumbprint or without a name, and by nothing else."""
    key, stranger = forge.ECKey(), forge.ECKey()
    w.keys["nameless"] = key
    jwk = {name: value for name, value in key.jwk.items() if name not in ("kid", "use", "alg")}
    key.kid = forge.b64(hashlib.sha256(json.dumps(jwk, separators=(",", ":"), sort_keys=True).encode()).digest())
    w.client("nameless", "private_key_jwt", jwks={"keys": [jwk]})
    for kid in (key.kid, None):
        header = {"kid": kid}
        assert w.present(w.assertion("nameless", header=header), INTROSPECT).status == 200, f"kid {kid}"
        w.refused(w.present(w.assertion("nameless", header=header, sign=stranger), INTROSPECT), 401, "invalid_client")
    for kid in (key.kid[:-1], key.kid + "=", key.kid.lower(), "", "nameless-1"):
        w.refused(w.present(w.assertion("nameless", header={"kid": kid}), INTROSPECT), 401, "invalid_client")


@critical
def case_084_assertion_audience(w):
    issuer = w.issuer
    wrong = [
        "https://other.test",
        None,
        [issuer, "https://other.test"],
        ["https://other.test"],
        issuer[:-1],
        issuer + "0",
        7,
        True,
        {},
        [],
        issuer.upper(),
        issuer + "/",
        issuer + "/token",
        issuer + "/introspect",
        " " + issuer,
        issuer + "\u0000",
        [7, issuer],
        issuer.replace("https", "http"),
        issuer.replace("localhost", "LOCALHOST"),
        [issuer],
        [[issuer]],
        issuer.encode().hex(),
    ]
    for audience in wrong:
        for endpoint in ENDPOINTS[:2]:
            w.refused(w.present(w.assertion(claims=w.claims(aud=audience)), endpoint), 401, "invalid_client")
    assert w.present(w.assertion()).status == 200


@critical
def case_085_assertion_issuer(w):
    for change in (
        {"iss": None},
        {"iss": "pkj2"},
        {"iss": "pkj/"},
        {"iss": "PKJ"},
        {"iss": 7},
        {"sub": None},
        {"sub": "pkj2"},
        {"iss": "pkj2", "sub": "pkj2"},
        {"sub": ["pkj"]},
        {"iss": w.issuer},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 5000},
        {"iss": "conf", "sub": "conf"},
    ):
        w.refused(w.present(w.assertion(claims=w.claims(**change))), 401, "invalid_client")
    # The client_id beside it must be the same client.
    w.refused(w.present(w.assertion(), client_id="pkj2"), 401, "invalid_client")
    w.refused(w.present(w.assertion(), client_id="conf"), 401, "invalid_client")
    assert w.present(w.assertion(), client_id="pkj").status == 200


def case_086_assertion_time(w):
    now = int(time.time())
    wrong = [
        {"exp": now - 65},
        {"exp": None},
        {"exp": str(now + 60)},
        {"exp": 1e300},
        {"exp": -1},
        {"exp": True},
        {"exp": [now + 60]},
        {"exp": now + 86_400},
        {"exp": 2**63},
        {"exp": 2**70},
        {"nbf": now + 300},
        {"nbf": "x"},
        {"iat": now + 86_400},
        {"iat": "x"},
        {"iat": 1e300},
        {"nbf": 1e300},
        {"exp": {"a": 1}},
    ]
    for change in wrong:
        w.refused(w.present(w.assertion(claims=w.claims(**change))), 401, "invalid_client")
    for change in ({"exp": now + 60.5}, {"exp": float(now + 60)}, {"nbf": now - 10}, {"iat": now - 300}):
        answer = w.present(w.assertion(claims=w.claims(**change)))
        assert answer.status == 200, f"{change}: {answer}"


@critical
def case_044_assertion_replay_at_the_pushed_endpoint(w):
    """The endpoint of pushed requests remembers assertions together with all others."""
    w.furnish_people()
    w.keys["pushkey"] = forge.ECKey(kid="pushkey-1")
    draft = {
        "id": "pushkey",
        "name": "pushkey",
        "authentication_method": "private_key_jwt",
        "jwks": {"keys": [w.keys["pushkey"].jwk]},
        "assertion_algorithm": "ES256",
        "grant_types": ["authorization_code"],
        "relying_party": {"redirect_uris": ["https://app.test/cb"], "scope": "openid"},
    }
    w.admin("POST", "/admin/v1/clients", draft, expect=201)
    request = w.journey("pushkey", scope="openid").request
    request = {name: value for name, value in request.items() if name != "client_id"}

    def push(assertion):
        fields = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        return w.caller().post("/par", {**request, **fields})

    for second in ("/par", *ENDPOINTS):
        assertion = w.assertion("pushkey")
        assert push(assertion).status == 201
        again = push(assertion) if second == "/par" else w.present(assertion, second)
        w.refused(again, 401, "invalid_client")
    w.refused(push(w.assertion("pushkey", sign=forge.ECKey(kid="pushkey-1"))), 401, "invalid_client")
    w.refused(push(w.assertion("pushkey", claims=w.claims("pushkey", aud="https://evil.test"))), 401, "invalid_client")
