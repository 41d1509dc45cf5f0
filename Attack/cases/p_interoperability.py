"""What others read: the metadata document and the key set, with the libraries that programs use (014, 255)."""

import json
import os
import warnings

import jsonschema

from ..harness.case import without_vectors

LIBRARIES = ("PyJWT", "joserfc", "jwcrypto", "authlib")


def case_014_metadata_names_what_exists(w):
    """Valid by the schema of RFC 8414, only https, and every endpoint that it names answers."""
    # requirement: 8414-3-4
    document = w.metadata()
    assert document["issuer"] == w.issuer
    beside = os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "acceptance")
    folder = os.environ.get("TESSERA_ACCEPTANCE", beside)
    path = os.path.join(folder, "schema", "oauth_authorization_server_metadata.json")
    # The authorization endpoint and the end of a session send browsers on; all others want somebody to authenticate.
    expected = {"authorization_endpoint": 303, "jwks_uri": 200, "end_session_endpoint": 403}
    for name, value in document.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            target = value.removeprefix(w.issuer)
            answer = (
                w.caller().get(target)
                if name == "jwks_uri"
                else w.caller().post(target, {"grant_type": "client_credentials", "token": "x"})
            )
            assert answer.status == expected.get(name, 401), f"{name}: {answer}"
    provider = json.loads(w.http.get("/.well-known/openid-configuration").body)
    assert provider["issuer"] == w.issuer and provider["userinfo_endpoint"] == w.issuer + "/userinfo", provider
    assert all(provider[name] == value for name, value in document.items() if name in provider), "two truths"
    for both in (document, provider):
        assert both["response_types_supported"] == ["code"], both
        assert set(both["response_modes_supported"]) == {"query", "form_post"}, both
        assert both["code_challenge_methods_supported"] == ["S256"], both
    for absent in ("/device", "/oauth/authorize", "/connect/authorize", "/session", "/check-session"):
        assert w.caller().get(absent).status == 404, absent
    answer = w.http.get("/.well-known/oauth-authorization-server")
    assert answer.header("Content-Type").split(";")[0] == "application/json" and answer.header("ETag"), answer.headers
    assert w.http.request("HEAD", "/.well-known/oauth-authorization-server").header("Content-Length") == str(
        len(answer.body)
    )
    if not os.path.exists(path):
        without_vectors("the schema is missing; name its folder in TESSERA_ACCEPTANCE (all else passed)")
    with open(path) as file:
        schema = json.load(file)
    errors = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in jsonschema.validators.validator_for(schema)(schema).iter_errors(document)
    ]
    assert not errors, errors[:5]


def keys_of(library, document):
    """How many keys the library takes from the set."""
    if library == "PyJWT":
        import jwt

        return len(jwt.PyJWKSet.from_dict(document).keys)
    if library == "joserfc":
        from joserfc.jwk import KeySet

        return len(KeySet.import_key_set(document).keys)
    if library == "jwcrypto":
        from jwcrypto.jwk import JWKSet

        return len(list(JWKSet.from_json(json.dumps(document))["keys"]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from authlib.jose import JsonWebKey

        return len(JsonWebKey.import_key_set(document).keys)


def verified(library, token, document, issuer, audience):
    """The claims, if the library accepts the token."""
    if library == "PyJWT":
        import jwt

        key = {key.key_id: key for key in jwt.PyJWKSet.from_dict(document).keys}[
            jwt.get_unverified_header(token)["kid"]
        ]
        return jwt.decode(token, key.key, algorithms=[key.algorithm_name], audience=audience, issuer=issuer)
    if library == "joserfc":
        from joserfc import jwt
        from joserfc.jwk import KeySet

        return jwt.decode(
            token, KeySet.import_key_set(document), algorithms=["ES256", "ES384", "RS256", "PS256", "EdDSA", "Ed25519"]
        ).claims
    if library == "jwcrypto":
        from jwcrypto import jwk, jwt

        checked = jwt.JWT(algs=["ES256", "ES384", "RS256", "PS256", "EdDSA"])
        checked.deserialize(token, jwk.JWKSet.from_json(json.dumps(document)))
        return json.loads(checked.claims)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from authlib.jose import JsonWebKey, JsonWebToken

        return JsonWebToken(["ES256", "ES384", "RS256", "PS256", "EdDSA"]).decode(
            token, JsonWebKey.import_key_set(document)
        )


def case_255_foreign_libraries(w):
    """Four libraries load the key set and verify a token of every algorithm."""
    w.client("libraries")
    tokens = {}
    for algorithm in ("ES256", "ES384", "EdDSA", "RS256", "PS256"):
        identifier = f"https://{algorithm.lower()}.test/"
        w.resource(f"lib-{algorithm}", identifier, "read", signing_algorithm=algorithm)
        w.permit("libraries", identifier, "read")
        tokens[algorithm] = w.token("libraries", identifier), identifier
    document = w.jwks()
    kids = [key["kid"] for key in document["keys"]]
    assert len(set(kids)) == len(kids) and {key["alg"] for key in document["keys"]} == set(tokens), document
    for library in LIBRARIES:
        assert keys_of(library, document) == len(kids), f"{library} does not load every key"
        for algorithm, (token, audience) in tokens.items():
            claims = verified(library, token, document, w.issuer, audience)
            assert claims["aud"] == audience and claims["client_id"] == "libraries", f"{library} {algorithm}: {claims}"
