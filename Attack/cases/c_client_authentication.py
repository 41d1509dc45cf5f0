"""How a client proves who it is at the back channel (section C)."""

import base64

from ..harness.case import critical, waited
from ..harness.client import basic
from ..harness.world import ASSERTION_TYPE, INTROSPECT, REVOKE, RS1, TOKEN

ENDPOINTS = (TOKEN, INTROSPECT, REVOKE)


def body(endpoint, **more):
    base = {"grant_type": "client_credentials", "resource": RS1} if endpoint == TOKEN else {"token": "t"}
    return {**base, **more}


@critical
def case_039_public_client_fallback(w):
    secret = w.secrets["conf"]
    for endpoint in ENDPOINTS:
        w.refused(w.caller().post(endpoint, body(endpoint, client_id="conf")), 401, "invalid_client")
        w.refused(w.caller().post(endpoint, body(endpoint, client_id="conf", client_secret="")), 401, "invalid_client")
        w.refused(w.caller().post(endpoint, body(endpoint), authorization=basic("conf", "")), 401, "invalid_client")
        w.refused(w.caller().post(endpoint, body(endpoint)), 401, "invalid_client")
        # A secret in the body of a client that uses Basic is another method than the registered one.
        w.refused(
            w.caller().post(endpoint, body(endpoint, client_id="conf", client_secret=secret)), 401, "invalid_client"
        )
        w.refused(
            w.caller().post(endpoint, body(endpoint), authorization=basic("post", w.secrets["post"])),
            401,
            "invalid_client",
        )
        for query in (
            f"?client_id=conf&client_secret={secret}",
            "?client_id=conf",
            "?grant_type=client_credentials",
            "?x=1",
        ):
            w.refused(
                w.caller().post(endpoint + query, body(endpoint), authorization=w.auth("conf")), 400, "invalid_request"
            )
    # A public client never receives a token on its own behalf, and learns nothing at introspection.
    w.refused(w.caller().post(TOKEN, body(TOKEN, client_id="pub")), 400, "unauthorized_client", "invalid_target")
    w.refused(w.caller().post(INTROSPECT, body(INTROSPECT, client_id="pub")), 401, "invalid_client")
    w.refused(w.caller().post(TOKEN, body(TOKEN, client_id="pkj")), 401, "invalid_client")
    w.refused(
        w.caller().post(TOKEN, body(TOKEN), authorization=w.auth("rs1")), 401, "invalid_client", "unauthorized_client"
    )


def case_040_two_methods(w):
    assertion = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": w.assertion("pkj")}
    auth = w.auth("conf")
    for endpoint in ENDPOINTS:
        w.refused(
            w.caller().post(
                endpoint, body(endpoint, client_id="conf", client_secret=w.secrets["conf"]), authorization=auth
            ),
            400,
            "invalid_request",
        )
        w.refused(w.caller().post(endpoint, body(endpoint, **assertion), authorization=auth), 400, "invalid_request")
        w.refused(
            w.caller().post(endpoint, body(endpoint, client_id="post", client_secret=w.secrets["post"], **assertion)),
            400,
            "invalid_request",
        )
        w.refused(
            w.caller().post(endpoint, body(endpoint, client_id="conf2"), authorization=auth), 400, "invalid_request"
        )
        w.refused(
            w.caller().post(endpoint, body(endpoint, client_assertion=assertion["client_assertion"])),
            400,
            "invalid_request",
        )
        w.refused(
            w.caller().post(endpoint, body(endpoint, client_assertion_type=ASSERTION_TYPE)),
            400,
            "invalid_request",
        )
        twice = [("Authorization", auth), ("Authorization", auth)]
        answer = w.caller().post(endpoint, body(endpoint), headers=twice)
        assert answer.status in (400, 401) and "access_token" not in answer.text, answer
    # The assertion above was shown beside another method: it must not have been burnt for its owner.
    answer = w.present(assertion["client_assertion"])
    assert answer.status == 200, f"a refused request consumed the assertion: {answer}"


def case_042_basic_decoding(w):
    secret = w.secrets["conf"]

    def ask(raw, scheme="Basic"):
        header = f"{scheme} " + (base64.b64encode(raw).decode() if isinstance(raw, bytes) else raw)
        return w.caller().post(TOKEN, body(TOKEN), authorization=header)

    escaped = "".join(f"%{ord(c):02X}" for c in secret)
    for good in (f"conf:{secret}", f"conf:{escaped}", f"%63onf:{secret}", f"conf:{escaped.lower()}"):
        assert ask(good.encode()).status == 200, f"form-encoded credentials are refused: {good[:12]}"
    assert ask(f"conf:{secret}".encode(), scheme="basic").status == 200, (
        "the scheme is case-insensitive (RFC 9110 §11.1)"
    )
    for bad in (
        "!!!!",
        "Y29uZg",
        "Y29uZjo=====",
        "",
        "Y29u\tZg==",
        "====",
        base64.urlsafe_b64encode(b"conf:\xff\xfe\xfd").decode(),
    ):
        w.refused(ask(bad), 401, "invalid_client")
    for bad in (
        b"conf",
        b":",
        b"conf:",
        b":" + secret.encode(),
        b"conf:%zz",
        b"conf:%4",
        b"conf:%",
        b"conf:%00" + secret.encode(),
        b"conf:" + secret.encode() + b"\x00",
        b"conf:\xc0\xaf",
        b"conf\x00:" + secret.encode(),
        b"\xef\xbb\xbfconf:x",
        b"conf:" + secret.encode() + b"+",
        b"conf :" + secret.encode(),
        b"CONF:" + secret.encode(),
        b"x" * 5000 + b":y",
    ):
        w.refused(ask(bad), 401, "invalid_client")
    for scheme in ("Bearer", "Digest", "Negotiate", "Basic2", "Basi"):
        w.refused(ask(f"conf:{secret}".encode(), scheme=scheme), 401, "invalid_client")
    answer = ask(b"conf:" + b"x" * 49_000)
    assert answer.status in (400, 401, 431), answer


def case_049_disabled_client(w):
    for endpoint in ENDPOINTS:
        w.refused(w.caller().post(endpoint, body(endpoint), authorization=w.auth("off")), 401, "invalid_client")
    assert not w.active(w.off_token), "a disabled client's token is active"
    w.admin("PATCH", "/admin/v1/clients/off", {"enabled": True}, expect=200)
    try:
        assert not w.active(w.off_token), "enabling revived a token"
        fresh = w.token("off")
        assert w.active(fresh)
        w.admin("PATCH", "/admin/v1/clients/off", {"enabled": False}, expect=200)
        assert not w.active(fresh), "still active after its client was disabled"
        w.refused(w.ask("off", resource=RS1, via=w.caller()), 401, "invalid_client")
    finally:
        w.admin("PATCH", "/admin/v1/clients/off", {"enabled": False}, expect=200)


def case_051_secret_rotation(w):
    created = w.client("rotating")
    w.permit("rotating", RS1, "read")
    old, path = w.secrets["rotating"], "/admin/v1/clients/rotating"
    first = created["secrets"][0]["id"]
    new = w.admin("POST", path + "/secrets", {}, expect=201).json()
    w.watch.secret(new["client_secret"])

    def status(secret):
        return w.caller().post(TOKEN, body(TOKEN), authorization=basic("rotating", secret)).status

    assert status(old) == 200 and status(new["client_secret"]) == 200, "both live during the overlap"
    w.admin("POST", path + "/secrets", {}, expect=409)
    record = w.admin("GET", path, expect=200)
    for secret in (old, new["client_secret"]):
        assert secret not in record.text and secret[4:] not in record.text
    for word in ("hash", "client_secret"):
        assert f'"{word}"' not in record.text, f"the record shows {word}"
    w.admin("DELETE", f"{path}/secrets/{first}", expect=204)
    assert status(old) == 401, "a removed secret is accepted"
    assert status(new["client_secret"]) == 200
    third = w.admin("POST", path + "/secrets", {"expires_old_in": 0}, expect=201).json()
    w.watch.secret(third["client_secret"])
    assert status(new["client_secret"]) == 401 and status(third["client_secret"]) == 200


def case_053_cors(w):
    evil, own = "https://evil.test", "https://app.test"
    for endpoint in (TOKEN, REVOKE, INTROSPECT):
        for origin in (
            evil,
            "null",
            "https://app.test.evil.test",
            "http://app.test",
            "https://APP.test",
            own + "/",
            "*",
        ):
            answer = w.caller().post(endpoint, body(endpoint), authorization=w.auth("conf"), headers={"Origin": origin})
            assert answer.header("Access-Control-Allow-Origin") is None, f"{endpoint} reflects {origin}"
            preflight = w.caller().request(
                "OPTIONS",
                endpoint,
                headers={
                    "Origin": origin,
                    "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "authorization",
                },
            )
            assert preflight.header("Access-Control-Allow-Origin") is None, f"{endpoint} allows {origin}"
    # An origin that was registered counts within a second.
    waited(
        lambda: (
            w.caller()
            .post(TOKEN, body(TOKEN), authorization=w.auth("conf"), headers={"Origin": own})
            .header("Access-Control-Allow-Origin")
        ),
        20,
    )
    for endpoint in (TOKEN, REVOKE):
        answer = w.caller().post(endpoint, body(endpoint), authorization=w.auth("conf"), headers={"Origin": own})
        assert answer.header("Access-Control-Allow-Origin") == own, answer.headers
        assert answer.header("Access-Control-Allow-Credentials") is None, "credentials are allowed"
        assert "origin" in (answer.header("Vary") or "").lower(), "no Vary: Origin"
    for path in ("/jwks", "/.well-known/oauth-authorization-server"):
        answer = w.http.get(path, headers={"Origin": evil})
        assert answer.header("Access-Control-Allow-Origin") == "*" and not answer.header(
            "Access-Control-Allow-Credentials"
        )
    for method in ("OPTIONS", "GET"):
        answer = w.admin_tcp().request(
            method, "/admin/v1/status", headers={"Origin": own, "Access-Control-Request-Method": "GET"}
        )
        assert answer.status >= 400 and answer.header("Access-Control-Allow-Origin") is None, answer.headers


def case_054_content_type(w):
    form = b"grant_type=client_credentials&resource=https%3A%2F%2Frs1.test%2Fapi"
    boundary = b'--b\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\nclient_credentials\r\n--b--\r\n'
    kinds = [
        ("application/json", b'{"grant_type":"client_credentials"}'),
        ("multipart/form-data; boundary=b", boundary),
        ("application/x-www-form-urlencoded; charset=utf-16", form.decode().encode("utf-16")),
        ("text/plain", form),
        ("application/x-www-form-urlencodedx", form),
        ("application/xml", b"<a/>"),
        ("", form),
    ]
    for endpoint in ENDPOINTS:
        for kind, data in kinds:
            answer = w.caller().request(
                "POST", endpoint, headers={"Content-Type": kind, "Authorization": w.auth("conf")}, body=data
            )
            assert answer.status in (400, 415) and "access_token" not in answer.text, f"{kind}: {answer}"
        answer = w.caller().request("POST", endpoint, headers={"Authorization": w.auth("conf")}, body=form)
        assert answer.status in (400, 415), f"no content type: {answer}"
        for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD"):
            answer = w.caller().request(method, endpoint, headers={"Authorization": w.auth("conf")})
            assert answer.status == 405 and "POST" in (answer.header("Allow") or ""), f"{method} {endpoint}: {answer}"
    good = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    assert w.http.post(TOKEN, form, authorization=w.auth("conf"), headers=good).status == 200
