"""Who the person is: UserInfo, the `claims` parameter, resources and subjects (section G)."""

import json
import os
from urllib.parse import urlencode

from ..harness.case import critical, fast
from ..harness.forge import parts
from ..harness.people import answered
from ..harness.world import RS1, RS2
from .a_authorization import authorizations, pushed, sent, told
from .d_refresh import signed_in

UI = "/userinfo"


def refused_bearer(answer, *codes):
    assert answer.status in (401, 403), answer
    challenge = answer.header("WWW-Authenticate") or ""
    assert "Bearer" in challenge and any(f'error="{code}"' in challenge for code in codes), challenge
    assert "sub" not in answer.text or '"sub"' not in answer.text, answer


def case_111_userinfo_refuses(w):
    if "ursula" not in w.people:
        w.furnish_people()
        w.user("ursula", email="ursula@people.test")
    browser = w.browser()
    journey = w.journey("web", scope="openid profile email").through(browser, "ursula")
    tokens = journey.tokens()
    good = tokens["access_token"]
    answer = w.userinfo(good)
    assert answer.status == 200 and answer.json()["email"] == "ursula@people.test", answer
    assert answer.json()["sub"] == parts(tokens["id_token"])[1]["sub"]
    for word in ("tss_", "tsr_", "tsb_", "hash", "argon", "password", "secret"):
        assert word not in answer.text, word
    refused_bearer(w.userinfo(w.token("conf", RS1)), "invalid_token", "insufficient_scope")
    plain = w.journey("web", scope="write").through(browser, "ursula").tokens()
    refused_bearer(w.userinfo(plain["access_token"]), "invalid_token", "insufficient_scope")
    refused_bearer(w.userinfo(signed_in(w, browser=browser)["access_token"]), "invalid_token")
    for wrong in ("x", "a.b.c", good[:-2] + "AA", good + "A", tokens["id_token"], "." * 10_000):
        refused_bearer(w.userinfo(wrong), "invalid_token", "invalid_request")
    # In the header, and nowhere else.
    for answer in (
        w.caller().get(f"{UI}?access_token={good}"),
        w.caller().post(UI, {"access_token": good}),
        w.caller().get(UI),
        w.caller().get(UI, headers={"Authorization": f"Basic {good}"}),
    ):
        assert answer.status in (400, 401) and "ursula" not in answer.text, answer
    both = [("Authorization", f"Bearer {good}"), ("Authorization", f"Bearer {good}")]
    assert w.caller().get(UI, headers=both).status in (400, 401)
    assert w.caller().request("POST", UI, headers={"Authorization": f"Bearer {good}"}, body=b"").status == 200
    assert w.revocation(good, "web").status == 200
    refused_bearer(w.userinfo(good), "invalid_token")
    fresh = w.journey("web", scope="openid").through(browser, "ursula").tokens()["access_token"]
    assert w.userinfo(fresh).status == 200
    w.admin("PATCH", f"/admin/v1/users/{w.people['ursula']}", {"enabled": False}, expect=200)
    refused_bearer(w.userinfo(fresh), "invalid_token")
    w.admin("PATCH", f"/admin/v1/users/{w.people['ursula']}", {"enabled": True}, expect=200)
    refused_bearer(w.userinfo(fresh), "invalid_token")


def case_117_resources_of_a_request(w):
    browser = w.browser()
    browser.sign_in("bob")
    for resource in (
        "https://unknown.test/",
        RS1 + "#f",
        "/api",
        "api",
        "https://",
        RS1 + "/",
        RS1.upper(),
        w.administration,
        w.issuer,
    ):
        request = w.journey("web", scope="openid", resource=resource).request
        told(w, sent(w, request, browser), "invalid_target", "invalid_request")
        w.refused(pushed(w, request), 400, "invalid_target", "invalid_request")
    for resource in ("x" * 5000, "urn:x\x00"):
        request = w.journey("web", scope="openid", resource=resource).request
        answer = sent(w, request, browser)
        assert answer.status == 400 or answered(answer)["error"] in ("invalid_target", "invalid_request"), answer
        w.refused(pushed(w, request), 400, "invalid_target", "invalid_request")
    many = list(w.journey("web", scope="openid").request.items()) + [
        ("resource", f"https://r{i}.test/") for i in range(50)
    ]
    answer = sent(w, urlencode(many), browser)
    assert answer.status == 400 or answered(answer)["error"] in ("invalid_target", "invalid_request"), answer
    # One that was not given at the request is not given afterwards.
    journey = w.journey("web", scope="openid offline_access read", resource=RS1).through(browser)
    w.refused(journey.redeem(resource=RS2), 400, "invalid_target")
    tokens = journey.tokens(resource=RS1)
    assert parts(tokens["access_token"])[1]["aud"] in (RS1, [RS1])
    for resource in (RS2, "https://unknown.test/", w.administration, RS1 + "/"):
        w.refused(w.refresh("web", tokens["refresh_token"], resource=resource), 400, "invalid_target")
    answer = w.refresh("web", tokens["refresh_token"], resource=RS1)
    assert answer.status == 200 and w.noted(answer.json()), answer


def case_118_claims_parameter(w):
    browser = w.browser()
    browser.sign_in("eve")
    bob = w.people["bob"]
    deep = '{"userinfo":' + '{"a":' * 3000 + "1" + "}" * 3000 + "}"
    for text in (
        deep,
        "[" * 5000,
        "{",
        "[]",
        '"x"',
        "1",
        '{"userinfo":1}',
        '{"id_token":[]}',
        '{"userinfo":{"sub":1}}',
        "{" + ",".join(f'"c{i}":null' for i in range(400)) + "}",
        '{"userinfo":{"name":{"essential":"yes"}}}',
    ):
        for ask in (
            lambda: pushed(w, w.journey("web", claims=text).request),
            lambda: sent(w, w.journey("web", claims=text).request, browser),
        ):
            answer = fast(ask, 0.1 * w.slow, text[:20])
            # Refused, or (what is unknown in it) without effect.
            assert answer.status in (200, 201, 303, 400, 414, 431), answer
    answer = pushed(w, w.journey("web", claims='{"userinfo":{"a":"' + "x" * (1 << 20) + '"}}').request)
    assert answer.status in (400, 413), answer
    # Secret attributes, and those that no scope allows.
    wish = {
        name: {"essential": True}
        for name in ("password", "password_hash", "secret", "email", "groups", "roles", "id", "attributes")
    }
    claims = json.dumps({"userinfo": wish, "id_token": wish})
    journey = w.journey("two", scope="openid", claims=claims).through(browser, "eve")
    tokens = journey.tokens()
    for text in (json.dumps(parts(tokens["id_token"])[1]), w.userinfo(tokens["access_token"]).text):
        for word in ("argon", "$", "password"):
            assert word not in text, text
    # Somebody else's subject: never their data, never a token.
    before = authorizations(w, "bob")
    for where in ("id_token", "userinfo"):
        for wish in (
            {"value": bob},
            {"value": bob, "essential": True},
            {"values": [bob, w.people["eve"]]},
            {"value": "bob"},
        ):
            request = w.journey("web", scope="openid", prompt="none", claims=json.dumps({where: {"sub": wish}})).request
            answer = sent(w, request, browser)
            told(w, answer, "login_required", "invalid_request", "account_selection_required", "interaction_required")
            request = w.journey("web", scope="openid", claims=json.dumps({where: {"sub": wish}})).request
            answer = browser.arrive(request, "eve")
            assert "code=" not in (answer.header("Location") or ""), f"eve got a code for {wish}"
    assert authorizations(w, "bob") == before
    # `acr` that no sign-in has.
    wish = json.dumps({"id_token": {"acr": {"essential": True, "value": "urn:x:gold"}}})
    told(
        w, sent(w, w.journey("web", claims=wish).request, browser), "unmet_authentication_requirements", "access_denied"
    )


def subject(w, client, name, redirect):
    journey = w.journey(client, redirect_uri=redirect, scope="openid").through(w.browser(), name)
    tokens = journey.tokens()
    sub = parts(tokens["id_token"])[1]["sub"]
    assert w.userinfo(tokens["access_token"]).json()["sub"] == sub
    return sub


def case_120_subjects(w):
    w.furnish_people()
    if w.admin("GET", "/admin/v1/clients/pw1").status == 404:
        for id, host in (("pw1", "one.test"), ("pw2", "two.test"), ("pw3", "one.test")):
            w.party(id, redirects=[f"https://{host}/cb"], subject_type="pairwise")
    one = subject(w, "pw1", "bob", "https://one.test/cb")
    two = subject(w, "pw2", "bob", "https://two.test/cb")
    assert one != two and one == subject(w, "pw3", "bob", "https://one.test/cb"), "a sector is a host"
    assert one == subject(w, "pw1", "bob", "https://one.test/cb"), "not stable"
    assert subject(w, "pw1", "eve", "https://one.test/cb") != one
    assert w.people["bob"] not in (one, two)
    assert (
        subject(w, "web", "bob", "https://app.test/cb")
        == w.people["bob"]
        == subject(w, "two", "bob", "https://app.test/cb")
    )
    # A name that is given again is another person.
    name = "phoenix" + os.urandom(3).hex()
    first = w.user(name)
    old = subject(w, "web", name, "https://app.test/cb")
    w.admin("DELETE", f"/admin/v1/users/{first['id']}", expect=204)
    second = w.user(name)
    assert second["id"] != first["id"] and subject(w, "web", name, "https://app.test/cb") != old
    # Who asks UserInfo with a pairwise token does not learn the public subject.
    journey = w.journey("pw1", redirect_uri="https://one.test/cb", scope="openid").through(w.browser())
    tokens = journey.tokens()
    for text in (json.dumps(parts(tokens["access_token"])), json.dumps(parts(tokens["id_token"]))):
        assert w.people["bob"] not in text, text


@critical
def case_108_introspection_of_tokens_of_people(w):
    """What a person gave to one resource is no other's to read, and no client's."""
    tokens = signed_in(w)
    token = tokens["access_token"]
    assert w.active(token, "rs1")
    for stranger in ("rs2", "svc", "conf", "web2", "web"):
        assert w.introspection(token, stranger).json() == {"active": False}, stranger
    for id in ("rs1", "rs2"):
        assert w.introspection(tokens["refresh_token"], id).json() == {"active": False}
        assert w.introspection(tokens["id_token"], id).json() == {"active": False}
