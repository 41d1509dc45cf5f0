"""Authorization codes and PKCE (section B)."""

import os
import threading
import time

from ..harness.case import critical, waited
from ..harness.client import form as urlencoded
from ..harness.forge import unb64
from ..harness.people import AUTHORIZE, Page, challenge, verifier
from ..harness.world import RS1
from .a_authorization import authorizations, pushed, sent, told
from .b_entropy import bits_look_random


@critical
def case_025_pkce_is_required(w):
    browser = w.browser()
    browser.sign_in("bob")
    before = authorizations(w)
    for client in ("spa", "web", "nat"):
        address = {"redirect_uri": "http://127.0.0.1/cb"} if client == "nat" else {}
        for more in (
            {"code_challenge": None, "code_challenge_method": None},
            {"code_challenge": None},
            {"code_challenge_method": None},
            {"code_challenge_method": "plain"},
            {"code_challenge_method": "s256"},
            {"code_challenge_method": "S512"},
            {"code_challenge_method": ""},
            {"code_challenge": ""},
            {"code_challenge": "x"},
            {"code_challenge": "A" * 42},
            {"code_challenge": "A" * 44},
            {"code_challenge": "A" * 42 + "="},
            {"code_challenge": "A" * 42 + "+"},
        ):
            journey = w.journey(client, **address, **more)
            told(w, sent(w, journey.request, browser), "invalid_request", state=journey.request["state"])
            if client == "web":
                w.refused(pushed(w, journey.request), 400, "invalid_request")
    assert authorizations(w) == before
    # Public clients cannot be registered to do without.
    party = {"redirect_uris": ["https://app.test/cb"], "scope": "openid", "may_omit_pkce": True}
    draft = {"id": "nopkce", "name": "x", "authentication_method": "none", "grant_types": ["authorization_code"]}
    assert w.admin("POST", "/admin/v1/clients", draft | {"relying_party": party}).status == 400


def case_027_verifier_grammar(w):
    browser = w.browser()
    for wrong in (
        "a" * 42,
        "a" * 129,
        "a" * 100_000,
        "",
        "\u00e9" * 43,
        "a" * 43 + "+",
        "a" * 43 + "/",
        "a" * 43 + " ",
        "a" * 43 + "=",
        "a" * 43 + "\x00",
        "a" * 43 + "\n",
        "a" * 43 + "%",
    ):
        # Even where the challenge is that of the verifier itself.
        journey = w.journey("web", scope="openid", code_challenge=challenge(wrong))
        journey.through(browser)
        answer = journey.redeem(code_verifier=wrong)
        assert answer.status in (400, 413), answer
        if answer.status == 400:
            w.refused(answer, 400, "invalid_grant", "invalid_request")
    journey = w.journey("web", scope="openid").through(browser)
    fields = {"code_verifier": None, "code_verifier[]": journey.verifier}
    w.refused(journey.redeem(**fields), 400, "invalid_grant", "invalid_request")
    twice = [
        ("grant_type", "authorization_code"),
        ("code", journey.code),
        ("redirect_uri", journey.request["redirect_uri"]),
        ("code_verifier", journey.verifier),
        ("code_verifier", journey.verifier),
    ]
    w.refused(w.at_token("web", urlencoded(twice)), 400, "invalid_request")
    assert journey.redeem().status == 200
    for length in (43, 128):
        text = "aZ0-._~" * 20
        journey = w.journey("web", scope="openid", code_challenge=challenge(text[:length])).through(browser)
        assert journey.redeem(code_verifier=text[:length]).status == 200, length


@critical
def case_028_verifier_mismatch(w):
    browser = w.browser()
    journey = w.journey("web", scope="openid").through(browser)
    right = journey.verifier
    other = "B" if right[-1] != "B" else "C"
    for wrong in (
        right[:-1] + other,
        other + right[1:],
        right[:-1],
        right + "A",
        right.swapcase(),
        right.lower() if right.lower() != right else right.upper(),
        verifier(),
        journey.request["code_challenge"],
        challenge(journey.request["code_challenge"]),
        None,
    ):
        w.refused(journey.redeem(code_verifier=wrong), 400, "invalid_grant", "invalid_request")
    assert journey.redeem().status == 200, "the right one was burnt"


@critical
def case_029_code_replay(w):
    for client in ("web", "spa"):
        journey = w.journey(client, scope="openid offline_access read", resource=RS1).through(w.browser())
        tokens = journey.tokens(resource=RS1)
        assert w.active(tokens["access_token"])
        more = w.noted(w.refresh(client, tokens["refresh_token"], resource=RS1).json())
        # A stranger's attempt harms nobody.
        w.refused(journey.redeem(by="web2", client_id=None), 400, "invalid_grant")
        assert w.active(tokens["access_token"]) and w.active(more["access_token"]), "a stranger ended it"
        gateways = (lambda token: w.gateway().ask("/files/1", token), lambda token: w.proxy().pass_on("/files/1", token))
        for ask in gateways:
            assert ask(tokens["access_token"]).status == 200
        w.refused(journey.redeem(), 400, "invalid_grant")
        for ask in gateways:
            refuses = waited(lambda: ask(tokens["access_token"]).status == 401, 5 * w.slow)  # noqa: B023
            assert refuses, "the gateway lets the first access in"
        for token in (tokens, more):
            assert not w.active(token["access_token"]), "the first access lives on"
            w.refused(w.refresh(client, token["refresh_token"]), 400, "invalid_grant")
        w.refused(journey.redeem(), 400, "invalid_grant")
        events = w.admin("GET", "/admin/v1/audit?action=authorization_code.replayed&limit=1000").json()["events"]
        assert any(event["actor"] == f"client:{client}" for event in events), "nobody is told"


@critical
def case_029_code_in_parallel(w):
    """Of twenty that bring one code at once, one at most is given tokens."""
    for _ in range(10):
        journey = w.journey("web", scope="openid").through(w.browser())
        answers, barrier = [], threading.Barrier(20)

        def redeem():
            via = w.caller()
            barrier.wait()
            fields = {
                "grant_type": "authorization_code",
                "code": journey.code,
                "redirect_uri": journey.request["redirect_uri"],
                "code_verifier": journey.verifier,
            }
            answers.append(w.at_token("web", fields, via))
            via.close()

        threads = [threading.Thread(target=redeem) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        minted = [answer for answer in answers if answer.status == 200]
        assert len(minted) <= 1 and len(answers) == 20, f"{len(minted)} of {len(answers)}"
        for answer in minted:
            w.noted(answer.json())
            assert w.userinfo(answer.json()["access_token"]).status == 401, "alive after a replay"


def case_033_failed_redemption(w):
    """A wrong redemption costs the owner nothing, gets nothing, and is in the audit log with its reason."""
    journey = w.journey("web", scope="openid").through(w.browser())
    w.refused(journey.redeem(code_verifier=verifier()), 400, "invalid_grant")
    w.refused(journey.redeem(by="web2"), 400, "invalid_grant")
    w.refused(journey.redeem(by="spa"), 400, "invalid_grant")
    w.refused(journey.redeem(code=journey.code[:-1]), 400, "invalid_grant")
    w.refused(
        w.caller().post("/token", {"grant_type": "authorization_code", "code": journey.code}), 401, "invalid_client"
    )
    assert w.userinfo(journey.tokens()["access_token"]).status == 200
    end = time.monotonic() + 60
    while True:
        events = w.admin("GET", "/admin/v1/audit?order=desc&limit=1000").text
        if "verifier_wrong" in events and "of_another_client" in events:
            return
        assert time.monotonic() < end, "the reasons are not in the audit log"
        time.sleep(0.5)


def case_037_entropy_of_codes(w):
    count = 200 if w.slow > 1 else 1000
    browser = w.browser()
    browser.sign_in("bob")
    found = {"tsz_": [], "tsp_": [], "tsb_": []}
    for _ in range(count):
        journey = w.journey("web", scope="openid").through(browser)
        found["tsz_"].append(journey.code)
        uri = pushed(w, journey.request).json()["request_uri"]
        found["tsp_"].append(w.watch.secret(uri.rsplit(":", 1)[1]))
        visitor = w.browser()
        visitor.get("/sign-in")
        found["tsb_"].append(visitor.cookie("browser"))
        visitor.http.close()
    sessions = []
    for _ in range(20):
        browser.sign_in(
            "bob", page=browser.get(AUTHORIZE + "?" + urlencoded(w.journey("web", prompt="login").request).decode())
        )
        sessions.append(browser.cookie("session"))
    assert len(set(sessions)) == 20, "the secret of a session came twice"
    for tag, values in (*found.items(), ("tss_", sessions)):
        assert all(value.startswith(tag) and len(value) >= 4 + 43 for value in values), f"{tag}: {values[0][:8]}"
        assert len(set(values)) == len(values), f"{tag} came twice"
        assert len(os.path.commonprefix(values)) <= 6, tag
    for tag, values in found.items():
        bits_look_random([unb64(value[4:]) for value in values], tag)
    token = Page(browser.get("/account/sessions")).forms[-1]
    assert len(dict(token.fields)["form_token"]) >= 43
