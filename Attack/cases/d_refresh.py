"""Refresh tokens of people: rotation, reuse, and where they end (section D)."""

import threading
import time

from ..harness.case import critical, timed
from ..harness.people import AUTHORIZE
from ..harness.world import INTROSPECT, REVOKE, RS1, RS2, TOKEN
from .b_codes import urlencoded

OFFLINE = "openid offline_access read"


def signed_in(w, client="web", login="bob", browser=None, **more):
    """The tokens of a fresh sign-in at `client`, with one for rs1."""
    journey = w.journey(client, scope=OFFLINE, resource=RS1, **more).through(browser or w.browser(), login)
    return journey.tokens(resource=RS1)


@critical
@timed
def case_055_rotation_and_reuse(w):
    s = w.short()
    for client in ("web", "spa"):
        tokens = signed_in(s, client)
        chain = [tokens]
        for _ in range(4):
            answer = s.refresh(client, chain[-1]["refresh_token"], resource=RS1)
            assert answer.status == 200, answer
            chain.append(s.noted(answer.json()))
        texts = [each["refresh_token"] for each in chain]
        assert len(set(texts)) == len(texts), "a refresh token came twice"
        assert all(len(text) >= 47 for text in texts)
        # The parent within the window: the same successor, for an answer that was lost. Its own parent: nothing.
        again = s.refresh(client, texts[-2], resource=RS1)
        assert again.status == 200 and s.noted(again.json())["refresh_token"] == texts[-1], again
        s.refused(s.refresh(client, texts[0]), 400, "invalid_grant")
        assert s.active(chain[-1]["access_token"]), "a late duplicate ended the family"
        time.sleep(2.5)
        s.refused(s.refresh(client, texts[-2]), 400, "invalid_grant")
        for each in chain + [again.json()]:
            s.refused(s.refresh(client, each["refresh_token"]), 400, "invalid_grant")
            assert not s.active(each["access_token"]), "an access token outlived its family"
        events = s.admin("GET", "/admin/v1/audit?action=refresh_token.reused&limit=1000").json()["events"]
        assert any(event["actor"] == f"client:{client}" for event in events), "nobody is told"


@critical
def case_055_parallel_use(w):
    """Of fifty that bring one token at once all get one and the same successor, which is alone alive."""
    tokens = signed_in(w)
    for _ in range(5):
        successors, faults, barrier = set(), [], threading.Barrier(20)

        def use(token=tokens["refresh_token"]):
            via = w.caller()
            barrier.wait()
            fields = {"grant_type": "refresh_token", "refresh_token": token, "resource": RS1}
            answer = w.at_token("web", fields, via)
            if answer.status == 200:
                successors.add(w.noted(answer.json())["refresh_token"])
            else:
                faults.append(answer)
            via.close()

        threads = [threading.Thread(target=use) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(successors) == 1, f"{len(successors)} successors"
        assert all(fault.status == 400 for fault in faults), faults[:2]
        tokens = {"refresh_token": successors.pop()}
    assert w.refresh("web", tokens["refresh_token"]).status == 200


def case_060_refresh_token_of_another_client(w):
    for owner in ("web", "spa"):
        tokens = signed_in(w, owner)
        token = tokens["refresh_token"]
        for other in ("web2", "two", "nat", "spa", "web"):
            if other != owner:
                w.refused(w.refresh(other, token), 400, "invalid_grant")
        w.refused(w.refresh("conf2", token), 400, "unauthorized_client", "invalid_grant")
        fields = {"grant_type": "refresh_token", "refresh_token": token}
        w.refused(w.caller().post(TOKEN, fields), 401, "invalid_client")
        if owner == "web":
            w.refused(w.caller().post(TOKEN, fields | {"client_id": "web"}), 401, "invalid_client")
        answer = w.refresh(owner, token)
        assert answer.status == 200, f"the owner was harmed: {answer}"
        w.noted(answer.json())
        assert w.active(tokens["access_token"])


@critical
def case_060_forged_refresh_tokens(w):
    """A stranger, or a client that knows its own tokens, cannot make one of an older generation and end a family with it."""
    tokens = signed_in(w)
    text = tokens["refresh_token"]
    for position in range(4, len(text), 3):
        changed = "A" if text[position] != "A" else "B"
        w.refused(w.refresh("web", text[:position] + changed + text[position + 1 :]), 400, "invalid_grant")
    for wrong in (
        text[:-1],
        text + "A",
        text[4:],
        "tsr_",
        "tsr_" + "A" * 82,
        text.upper(),
        text + "=",
        text + "\x00",
        "x" * 60_000,
    ):
        answer = w.refresh("web", wrong)
        assert answer.status in (400, 413) and (
            answer.status == 413 or answer.error in ("invalid_grant", "invalid_request")
        ), answer
    assert w.refresh("web", text).status == 200, "the family was ended by what a stranger made up"


@critical
def case_065_revocation_of_a_refresh_token_by_another(w):
    tokens = signed_in(w)
    for other in ("web2", "conf2", "rs1"):
        for kind in ("refresh_token", "access_token"):
            answer = w.revocation(tokens[kind], other)
            assert answer.status == 200 or answer.error in ("unauthorized_client", "invalid_client", "invalid_grant"), (
                answer
            )
    answer = w.caller().post(REVOKE, {"token": tokens["refresh_token"], "client_id": "spa"})
    assert answer.status in (200, 400, 401)
    assert w.active(tokens["access_token"])
    assert w.refresh("web", tokens["refresh_token"]).status == 200, "a stranger ended it"
    # A public client may end its own.
    tokens = signed_in(w, "spa")
    assert w.caller().post(REVOKE, {"token": tokens["refresh_token"], "client_id": "spa"}).status == 200
    w.refused(w.refresh("spa", tokens["refresh_token"]), 400, "invalid_grant")


def case_066_revocation_of_a_refresh_token(w):
    # requirement: 7009-2-1 7009-2.1-9
    for hint in (None, "refresh_token", "access_token", "nonsense"):
        tokens = signed_in(w)
        later = w.noted(w.refresh("web", tokens["refresh_token"], resource=RS1).json())
        more = {"token_type_hint": hint} if hint else {}
        # An access token alone: the refresh token lives on (documented).
        assert w.revocation(later["access_token"], "web", **more).status == 200
        assert not w.active(later["access_token"]) and w.active(tokens["access_token"])
        third = w.noted(w.refresh("web", later["refresh_token"], resource=RS1).json())
        assert w.active(third["access_token"])
        # Any generation of the refresh token ends them all.
        assert w.revocation(third["refresh_token"], "web", **more).status == 200
        for each in (tokens, later, third):
            assert not w.active(each["access_token"]), "an access token outlived it"
            w.refused(w.refresh("web", each["refresh_token"]), 400, "invalid_grant")
        assert w.revocation(third["refresh_token"], "web", **more).status == 200, "the second time is no error"


@critical
def case_071_refresh_token_in_the_wrong_place(w):
    tokens = signed_in(w)
    whole = w.noted(w.refresh("web", tokens["refresh_token"]).json())
    for token in (whole["refresh_token"], whole["id_token"]) if "id_token" in whole else (whole["refresh_token"],):
        answer = w.userinfo(token)
        assert answer.status == 401 and "invalid_token" in answer.header("WWW-Authenticate"), answer
        answer = w.admin_tcp().get("/admin/v1/status", headers={"Authorization": f"Bearer {token}"})
        assert answer.status == 401 and answer.error == "invalid_token", answer
        assert w.http.post(INTROSPECT, {"token": token}, authorization=w.auth("rs1")).json() == {"active": False}
        for answer in (w.gateway().ask("/files/1", token), w.proxy().pass_on("/files/1", token)):
            assert answer.status == 401 and "invalid_token" in answer.header("WWW-Authenticate"), answer
    for token in (whole["access_token"], tokens["access_token"], tokens["id_token"]):
        w.refused(w.refresh("web", token), 400, "invalid_grant")
        fields = {"grant_type": "authorization_code", "code": token, "code_verifier": "a" * 43}
        w.refused(w.at_token("web", {**fields, "redirect_uri": "https://app.test/cb"}), 400, "invalid_grant")
    answer = w.admin_tcp().get("/admin/v1/status", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert answer.status == 401, "a token for rs1 opened the administration"
    answer = w.userinfo(tokens["access_token"])
    assert answer.status in (401, 403), "a token for rs1 tells who the person is"
    assert w.refresh("web", whole["refresh_token"]).status == 200


def case_072_no_refresh_token_without_offline_access(w):
    browser = w.browser()
    journey = w.journey("web", scope="openid").through(browser)
    assert "refresh_token" not in journey.tokens()
    if w.admin("GET", "/admin/v1/clients/once").status == 404:
        w.party("once", grant_types=["authorization_code"])
    journey = w.journey("once", scope="openid offline_access").through(browser)
    tokens = journey.tokens()
    assert "refresh_token" not in tokens and "offline_access" not in tokens.get("scope", ""), tokens
    good = signed_in(w)["refresh_token"]
    w.refused(w.refresh("once", good), 400, "unauthorized_client", "invalid_grant")
    assert w.refresh("web", good).status == 200
    # Denied by the person: none either.
    page = browser.get(AUTHORIZE + "?" + urlencoded(w.journey("two", scope="openid offline_access").request).decode())
    answer = browser.submit(page, "/consent", decision="allow", scope=None)
    journey = w.journey("two", scope="openid")
    assert "code=" in (answer.header("Location") or ""), answer


def case_072_scopes_never_grow(w):
    tokens = signed_in(w)
    narrow = w.noted(w.refresh("web", tokens["refresh_token"], scope="openid").json())
    assert narrow.get("scope") == "openid", narrow
    for scope in ("openid write", "openid email", "admin", "openid tessera:admin:read"):
        w.refused(w.refresh("web", narrow["refresh_token"], scope=scope), 400, "invalid_scope")
    w.refused(w.refresh("web", narrow["refresh_token"], resource=RS2), 400, "invalid_target")
    whole = w.refresh("web", narrow["refresh_token"], resource=RS1)
    assert whole.status == 200 and w.noted(whole.json())["scope"] == "read", whole


@timed
def case_034_code_expires(w):
    s = w.short()
    journey = s.journey("web", scope="openid").through(s.browser())
    begun = time.monotonic()
    early = s.journey("web", scope="openid").through(s.browser())
    time.sleep(max(0, 6 - (time.monotonic() - begun)))
    assert early.redeem().status == 200, "ended before its time"
    time.sleep(max(0, 12 - (time.monotonic() - begun)))
    s.refused(journey.redeem(), 400, "invalid_grant")
    settings = w.server.run("config", "show", "--config", w.server.configuration).stdout
    assert "code-lifetime" in settings, settings[:300]


def case_023_pushed_request_expires(w):
    s = w.short()
    answer = s.caller().post("/par", s.journey("web").request, authorization=s.auth("web"))
    assert answer.status == 201 and answer.json()["expires_in"] == 10, answer
    s.clock.forward(11)
    query = urlencoded({"client_id": "web", "request_uri": s.watch.secret(answer.json()["request_uri"])}).decode()
    answer = s.browser().request("GET", AUTHORIZE + "?" + query)
    assert answer.status == 400 or "invalid_request_uri" in answer.header("Location", ""), answer


def case_063_absolute_lifetime(w):
    """However often it is used, a family ends an hour after the sign-in of its session at the latest."""
    s = w.short()
    tokens = signed_in(s)
    lived = 0
    for _ in range(14):
        s.clock.forward(290)
        lived += 290
        answer = s.refresh("web", tokens["refresh_token"])
        if answer.status != 200:
            break
        tokens = s.noted(answer.json())
    s.refused(answer, 400, "invalid_grant")
    assert 3600 - 300 < lived < 3600 + 300, f"ended after {lived} s"
