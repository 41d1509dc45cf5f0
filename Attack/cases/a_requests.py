"""Grants, scopes and resources at the token endpoint (sections A, G of the list)."""

import time

from ..harness.case import critical, fast
from ..harness.world import RS1, RS2, TOKEN


def case_014_gone_grants(w):
    for grant in (
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "client_credentials ",
        "CLIENT_CREDENTIALS",
    ):
        answer = w.ask("conf", grant_type=grant, username="a", password="b", code="c", refresh_token="d", assertion="e")
        w.refused(answer, 400, "unsupported_grant_type", "invalid_request")
    document = w.metadata()
    for grant in ("authorization_code", "refresh_token"):
        answer = w.ask("conf", grant_type=grant, code="c", refresh_token="d")
        w.refused(answer, 400, "unauthorized_client", "invalid_grant")
    exchange = "urn:ietf:params:oauth:grant-type:token-exchange"
    answer = w.ask("conf", grant_type=exchange, subject_token="x", subject_token_type="x")
    w.refused(answer, 400, "invalid_request", "unauthorized_client")
    offered = {"authorization_code", "client_credentials", "refresh_token", exchange}
    assert set(document["grant_types_supported"]) == offered, document["grant_types_supported"]
    assert document["response_types_supported"] == ["code"], document["response_types_supported"]


def case_020_scope(w):
    slow = 0.05 * w.slow
    for scope in ("admin", "read admin", "READ", "read\twrite", 'read"', "read\\", "rea", "read,write", "réad"):
        w.refused(w.ask("conf", resource=RS1, scope=scope), 400, "invalid_scope", "invalid_request")
    answer = w.ask("conf", resource=RS1, scope="read read read").json()
    assert answer.get("scope", "read") == "read", answer
    answer = w.ask("conf", resource=RS1).json()
    assert set(answer["scope"].split()) <= {"read", "write"}, "more than was permitted"
    for scope in (" ".join(f"s{i}" for i in range(10_000)), "s" * 60_000, " " * 60_000 + "x", "read " * 12_000):
        answer = fast(lambda: w.ask("conf", resource=RS1, scope=scope), slow, f"a {len(scope)} byte scope")
        assert answer.status in (400, 413, 414, 431), answer


@critical
def case_112_client_credentials_limits(w):
    for scope in ("openid", "offline_access", "profile", "email", "tessera:admin:read", "read openid"):
        w.refused(w.ask("conf", resource=RS1, scope=scope), 400, "invalid_scope")
    answer = w.ask("conf", resource=RS1, scope="read").json()
    assert set(answer) <= {"access_token", "token_type", "expires_in", "scope"}, f"unexpected members {set(answer)}"
    # svc2 may read at rs1 and nothing else; the administration resource is nobody's without a grant of its own.
    w.refused(w.ask("svc2", resource=RS1, scope="write"), 400, "invalid_scope")
    w.refused(w.ask("svc2", resource=RS2, scope="read"), 400, "invalid_target")
    w.refused(
        w.ask("conf", resource=w.administration, scope="tessera:admin:read"), 400, "invalid_target", "invalid_scope"
    )
    w.refused(w.ask("ro", resource=w.administration, scope="tessera:admin:write"), 400, "invalid_scope")
    w.refused(w.ask("ro", resource=w.administration, scope="tessera:admin:grant"), 400, "invalid_scope")


def case_072_no_refresh_token(w):
    answer = w.ask("conf", resource=RS1, scope="read").json()
    assert "refresh_token" not in answer and "id_token" not in answer, answer
    w.refused(w.ask("conf", resource=RS1, scope="offline_access"), 400, "invalid_scope")
    answer = w.ask("conf", grant_type="refresh_token", refresh_token="x" * 43)
    w.refused(answer, 400, "unauthorized_client", "invalid_grant")


def case_117_resource_indicators(w):
    for resource in (
        "https://unknown.test/",
        RS1 + "#f",
        "/api",
        "api",
        "https://",
        "https:///x",
        RS1 + "/",
        RS1.upper(),
        RS1 + "?x=1",
        "https://RS1.test/api",
        "https://rs1.test:443/api",
        "urn:",
        "x" * 5000,
        "https://rs1.test/api\x00",
    ):
        w.refused(w.ask("conf", resource=resource, scope="read"), 400, "invalid_target", "invalid_request")
    many = [("grant_type", "client_credentials"), ("scope", "read")] + [
        ("resource", f"https://r{i}.test/") for i in range(50)
    ]
    w.refused(w.http.post(TOKEN, many, authorization=w.auth("conf")), 400, "invalid_target", "invalid_request")
    both = [("grant_type", "client_credentials"), ("resource", RS1), ("resource", RS2)]
    w.refused(w.http.post(TOKEN, both, authorization=w.auth("conf")), 400, "invalid_target")
    # Two resources are permitted and none is named: the server must not choose.
    w.refused(w.ask("conf"), 400, "invalid_target")


def case_226_exact_scope_set(w):
    """`read:all` never stands for `read`, nor the other way round, in what is given and in what is asked."""
    w.client("scopes")
    w.permit("scopes", RS1, "read:all")
    for scope in ("read", "read:", "read:al", "read:all:x", "READ:ALL", "read:all,read", "*", "read:*"):
        w.refused(w.ask("scopes", resource=RS1, scope=scope), 400, "invalid_scope")
    token = w.token("scopes", RS1, "read:all")
    assert w.introspection(token).json()["scope"] == "read:all"
    # The administration listener reads scopes of access tokens: a name that contains a right is not the right.
    w.admin(
        "PUT",
        "/admin/v1/clients/scopes/permissions",
        {"resource": w.administration, "scope": "tessera:admin"},
        expect=400,
    )
    w.admin("PUT", "/admin/v1/clients/scopes/permissions", {"resource": RS1, "scope": "read:all,read"}, expect=400)
    reader = w.token("ro", w.administration, "tessera:admin:read")
    bearer = {"Authorization": f"Bearer {reader}"}
    assert w.admin_tcp().get("/admin/v1/status", headers=bearer).status == 200
    answer = w.admin_tcp().send_json("POST", "/admin/v1/keys/rotate", {}, bearer)
    assert answer.status == 403 and answer.error == "insufficient_scope", answer


def case_086_expired_access_token(w):
    """A token ends at its `exp`, by the server's clock."""
    token = w.token("conf", "https://rs3.test/api", "read")
    end = time.time() + 10
    assert w.active(token, "rs3")
    while time.time() < end + 1.5:
        time.sleep(0.1)
    assert not w.active(token, "rs3"), "active after its end"
