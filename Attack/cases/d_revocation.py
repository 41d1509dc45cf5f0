"""Ending a token (section D), for access tokens of both formats."""

from ..harness.case import critical
from ..harness.world import INTROSPECT, REVOKE, RS1, RS2, TOKEN

FORMATS = ((RS1, "rs1"), (RS2, "rs2"))


def case_060_token_of_another_client(w):
    """A token is worth nothing in the hands of another client, and is unharmed by the attempt."""
    for resource, owner in FORMATS:
        token = w.token("conf", resource)
        for client in ("conf2", "svc", "conf"):
            assert w.introspection(token, client).json() == {"active": False}, f"{client} is not the resource"
        w.refused(w.caller().post(INTROSPECT, {"token": token, "client_id": "pub"}), 401, "invalid_client")
        w.refused(w.caller().post(INTROSPECT, {"token": token}), 401, "invalid_client")
        w.refused(w.caller().post(REVOKE, {"token": token}), 401, "invalid_client")
        assert w.active(token, owner), "unharmed"


@critical
def case_065_revocation_by_another(w):
    for resource, owner in FORMATS:
        token = w.token("conf", resource)
        for client in ("conf2", "svc", "rs1", "rs2"):
            answer = w.revocation(token, client)
            assert answer.status == 200 or answer.error in ("unauthorized_client", "invalid_client"), answer
            assert w.active(token, owner), f"{client} ended a token of conf"
        answer = w.caller().post(REVOKE, {"token": token, "client_id": "pub"})
        assert answer.status in (200, 400, 401) and w.active(token, owner), "a public client ended it"
        assert w.revocation(token).status == 200 and not w.active(token, owner)


def case_066_revocation(w):
    for resource, owner in FORMATS:
        for hint in (None, "access_token", "refresh_token", "nonsense", "x" * 3000):
            token, sibling = w.token("conf", resource), w.token("conf", resource)
            more = {"token_type_hint": hint} if hint else {}
            answer = w.revocation(token, **more)
            assert answer.status == 200, answer
            assert "no-store" in (answer.header("Cache-Control") or "")
            assert not w.active(token, owner), f"alive with the hint {hint}"
            assert w.active(sibling, owner), "a sibling died too"
            assert w.revocation(token).status == 200, "the second time is not an error (RFC 7009 §2.2)"
    for unknown in ("x", "a.b.c", "tsa_", "tsa_" + "A" * 200, "tsr_" + "A" * 43, "\u00e9" * 50, "." * 5000):
        assert w.revocation(unknown).status == 200, f"unknown token {unknown[:10]}"
    w.refused(w.http.post(REVOKE, {}, authorization=w.auth("conf")), 400, "invalid_request")
    w.refused(
        w.http.post(REVOKE, [("token", "a"), ("token", "b")], authorization=w.auth("conf")), 400, "invalid_request"
    )


def case_094_revocation_is_seen_at_once(w):
    """No cache answers for a token that has ended: by token, grant, client, resource and subject."""
    for resource, owner in FORMATS:
        for _ in range(20):
            token = w.token("conf", resource)
            assert w.active(token, owner)
            w.revocation(token)
            assert not w.active(token, owner), "served from a cache"
    grant = w.permit("svc2", RS1, "read")
    for path in (
        "/admin/v1/clients/svc2/revoke-tokens",
        "/admin/v1/resources/rs1/revoke-tokens",
        "/admin/v1/subjects/svc2/revoke-tokens",
        f"/admin/v1/grants/{grant['id']}/revoke",
    ):
        token = w.token("svc2", RS1)
        assert w.active(token)
        answer = w.admin("POST", path)
        assert answer.status in (200, 204), answer
        assert not w.active(token), f"alive after {path}"
        w.permit("svc2", RS1, "read")
        assert w.active(w.token("svc2", RS1)), f"{path} ended the future too"


@critical
def case_071_access_token_in_the_wrong_place(w):
    """Only a token for the administration API itself opens it."""
    near = {
        "near1": w.administration + "/",
        "near2": w.administration[:-1],
        "near3": w.issuer,
        "near4": w.administration + "/x",
    }
    w.client("near")
    tokens = [w.token("conf", RS1), w.token("conf", RS2)]
    for id, identifier in near.items():
        answer = w.admin(
            "POST",
            "/admin/v1/resources",
            {
                "id": id,
                "name": id,
                "identifier": identifier,
                "scope": "tessera:admin:read tessera:admin:write tessera:admin:grant",
            },
        )
        if answer.status != 201:
            continue
        w.keep_secret(id, answer.json().get("client_secret"))
        if (
            w.admin(
                "PUT", "/admin/v1/clients/near/permissions", {"resource": identifier, "scope": "tessera:admin:read"}
            ).status
            == 200
        ):
            tokens.append(w.token("near", identifier, "tessera:admin:read"))
    for token in tokens + ["x", "a.b.c", "tsa_AAAA", w.secrets["adm"]]:
        answer = w.admin_tcp().get("/admin/v1/status", headers={"Authorization": f"Bearer {token}"})
        assert answer.status == 401 and answer.error == "invalid_token", answer
        assert "Bearer" in (answer.header("WWW-Authenticate") or ""), "401 without a challenge"
    right = w.token("adm", w.administration, "tessera:admin:read")
    assert w.admin_tcp().get("/admin/v1/status", headers={"Authorization": f"Bearer {right}"}).status == 200
    # An access token proves no client and is no grant.
    for grant in ("refresh_token", "authorization_code"):
        answer = w.ask("conf", grant_type=grant, refresh_token=right, code=right)
        w.refused(answer, 400, "unauthorized_client", "invalid_grant")
    answer = w.caller().post(TOKEN, {"grant_type": "client_credentials"}, authorization=f"Bearer {right}")
    w.refused(answer, 401, "invalid_client")
