"""Claims that a client asks for by name (OpenID Core §5.5): who agrees to them, and what they never open (118)."""

import json
import os
from urllib.parse import urlencode

from ..harness.case import critical
from ..harness.forge import parts
from ..harness.people import AUTHORIZE, CONSENT, PASSWORD, SIGN_IN, Browser, Page, answered
from ..harness.world import RS1, RS2
from .a_authorization import page as refused
from .a_authorization import pushed, sent, told
from .i_passwords import somebody
from .k_sessions import APPLICATIONS, arriving

PLAIN = "openid offline_access"
# What every sign-in tells, and what a token is made of.
OF_TOKENS = {
    "iss", "sub", "aud", "exp", "iat", "nbf", "auth_time", "nonce", "acr", "amr", "azp", "sid", "at_hash", "jti", "client_id",
    "scope", "tessera",
}  # fmt: skip
PLACES = ("userinfo", "id_token")


def wish(place, *names, **more):
    return json.dumps({place: {name: more.get(name, {"essential": True}) for name in names}})


def places(w, tokens, name="email"):
    """Where the claim is told."""
    found = {part for part in ("id_token", "access_token") if part in tokens and name in parts(tokens[part])[1]}
    answer = w.userinfo(tokens["access_token"])
    assert answer.status == 200, answer
    return found | ({"userinfo"} if name in answer.json() else set())


def narrow(w, tokens, scope=PLAIN):
    """Asserts that nothing grew by what was asked for: not the scope of a token, nor what else is told."""
    wanted = set(scope.split())
    assert set(tokens["scope"].split()) <= wanted, tokens["scope"]
    claims = parts(tokens["access_token"])[1]
    assert set(claims["scope"].split()) <= wanted and set(claims) <= OF_TOKENS, claims
    told_ = set(w.userinfo(tokens["access_token"]).json()) | set(
        parts(tokens.get("id_token", tokens["access_token"]))[1]
    )
    assert told_ <= OF_TOKENS | {"email"}, told_
    for wider in (f"{scope} email", "openid profile", "read", "tessera:admin:read", "roles groups"):
        w.refused(w.refresh("named", tokens["refresh_token"], scope=wider), 400, "invalid_scope")
    for resource in (RS2, w.administration):
        w.refused(w.refresh("named", tokens["refresh_token"], resource=resource), 400, "invalid_target")


def given(w, browser, journey, *ticked):
    """The tokens of a request after which the person ticked these items on the page that asks."""
    page = arriving(w, browser, journey.request)
    assert Page(page).form(CONSENT), f"nobody is asked: {page}"
    answer = browser.submit(page, CONSENT, decision="allow", scope=["openid", *ticked])
    journey.code = w.watch.secret(answered(answer)["code"])
    return journey.tokens()


def named(w):
    """A client that may ask people for all about them, and a person who has an address."""
    name = somebody(w, email_verified=True, groups=["staff"], roles=["admin"])
    if w.admin("GET", "/admin/v1/clients/named").status == 404:
        scope = "openid profile email offline_access groups roles"
        w.party("named", scope=scope, resource_scopes={RS1: "read write"})
        w.party("unnamed", scope=PLAIN)
    browser = Browser(w)
    browser.sign_in(name)
    return name, browser


@critical
def case_118_claims_only_after_consent(w):
    """A claim by name is given by the person alone, at the place that was asked for, for as long as they agree."""
    for place in PLACES:
        name, browser = named(w)
        plain = given(w, browser, w.journey("named", scope=PLAIN), "offline_access")
        assert not places(w, plain)
        narrow(w, plain)

        def asking(place=place, **more):
            return w.journey("named", scope=PLAIN, claims=wish(place, "email"), **more)

        # Somebody who agreed to less is asked, and without a page nothing is given.
        for silent in (asking(prompt="none"), asking(prompt="none", login_hint=name)):
            told(w, sent(w, silent.request, browser), "consent_required", "interaction_required")
        answer = pushed(w, asking(prompt="none").request, "named")
        assert answer.status == 201, answer
        by_reference = f"client_id=named&request_uri={w.watch.secret(answer.json()['request_uri'])}"
        told(w, sent(w, by_reference, browser), "consent_required", "interaction_required")
        page = arriving(w, browser, asking().request)
        assert "email" in Page(page).form(CONSENT).optional, Page(page).form(CONSENT).optional
        told(w, browser.arrive(asking().request, allow=False), "access_denied")
        told(w, sent(w, asking(prompt="none").request, browser), "consent_required", "interaction_required")
        # Unticked: not told, nor anywhere else, nor later.
        without = given(w, browser, asking(), "offline_access")
        assert not places(w, without), "told although the person took it away"
        narrow(w, without)
        # What is sent for other items than were asked for gives nothing either.
        odd = given(
            w,
            browser,
            asking(),
            "offline_access",
            "Email",
            "email ",
            "profile",
            f"{RS1} read",
            "claims",
            "email_verified",
        )
        assert not places(w, odd)
        narrow(w, odd)
        agreed = given(w, browser, asking(), "offline_access", "email")
        assert places(w, agreed) == {place}, f"{place}: told at {places(w, agreed)}"
        narrow(w, agreed)
        assert (
            not places(w, without) and not places(w, plain) and not places(w, odd)
        ), "what was given before grew by it"
        again = w.noted(w.refresh("named", agreed["refresh_token"]).json())
        # A refresh need not bring another ID token.
        assert places(w, again) <= {place}
        narrow(w, again)
        # A token for a resource says nothing of the person.
        answer = w.refresh("named", again["refresh_token"], scope="openid")
        assert answer.status == 200, answer
        again = w.noted(answer.json())
        # The end of the application ends it: at once, and until somebody agrees anew.
        form = next(each for each in Page(browser.get(APPLICATIONS)).forms if ("client", "named") in each.fields)
        assert browser.post(APPLICATIONS, form.filled()).status == 303
        for tokens in (agreed, again, without):
            assert w.userinfo(tokens["access_token"]).status == 401
            w.refused(w.refresh("named", tokens["refresh_token"]), 400, "invalid_grant")
        told(w, sent(w, asking(prompt="none").request, browser), "consent_required", "interaction_required")


@critical
def case_118_claims_widen_no_token(w):
    """Names of scopes, of rights and of what a token is made of are no claims; what a client may not have nobody is asked for."""
    _, browser = named(w)
    w.journey("named", scope="openid offline_access read", resource=RS1).through(browser)
    names = (
        "scope", "scp", "read", "write", "offline_access", "openid", "aud", "client_id", "iss", "sub_type", "roles:admin", "permissions",
        "tessera:admin:read", RS1, "email#x", "password", "password_hash", "attributes", "id", "jti", "cnf", "act", "azp",
    )  # fmt: skip
    values = {"scope": {"value": "read write tessera:admin:read"}, "aud": {"values": [RS1, w.administration]}}
    every = {name: values.get(name) for name in names}
    text = json.dumps({"userinfo": every, "id_token": every})
    journey = w.journey("named", scope=PLAIN, claims=text)
    page = browser.get(AUTHORIZE + "?" + urlencode(journey.request))
    if form := Page(page).form(CONSENT):
        assert set(form.optional) <= {"offline_access"}, form.optional
        page = browser.submit(
            page, CONSENT, decision="allow", scope=["openid", "offline_access", "write", f"{RS1} write"]
        )
    journey.code = w.watch.secret(answered(page)["code"])
    tokens = journey.tokens()
    assert not places(w, tokens)
    narrow(w, tokens)
    assert parts(tokens["access_token"])[1]["aud"] != RS1
    # At a resource: what was given there, and nothing by name.
    journey = w.journey(
        "named", scope="openid offline_access read", resource=RS1, claims=wish("userinfo", "email", "write")
    )
    tokens = given(w, browser, journey, "offline_access", "email", f"{RS1} read")
    assert places(w, tokens) == {"userinfo"}
    there = w.noted(w.refresh("named", tokens["refresh_token"], resource=RS1).json())
    claims = parts(there["access_token"])[1]
    assert claims["aud"] == RS1 and claims["scope"] == "read" and "email" not in claims, claims
    assert w.userinfo(there["access_token"]).status == 401
    said = w.introspection(there["access_token"]).json()
    assert said["active"] and said["scope"] == "read" and "email" not in said, said
    # A client that is not registered for it: nobody is asked, and nothing is told, whatever the person would send along.
    for place in PLACES:
        journey = w.journey("unnamed", scope=PLAIN, claims=wish(place, "email", "name", "groups"))
        page = arriving(w, browser, journey.request)
        if form := Page(page).form(CONSENT):
            assert not {"email", "profile", "groups"} & set(form.optional), form.optional
            page = browser.submit(
                page, CONSENT, decision="allow", scope=["openid", "offline_access", "email", "profile"]
            )
        journey.code = w.watch.secret(answered(page)["code"])
        tokens = journey.tokens()
        assert not places(w, tokens) and not places(w, tokens, "groups")
    # No later step of a request brings claims that it did not have.
    name = somebody(w, email_verified=True)
    browser = Browser(w)
    journey, text = w.journey("named", scope=PLAIN), wish("userinfo", "email")
    first = sent(w, journey.request, browser)
    more = "&" + urlencode({"claims": text, "scope": "openid email", "prompt": "none"})
    refused(browser.get(first.header("Location") + more))
    page = browser.get(first.header("Location"))
    page = browser.submit(page, SIGN_IN, login=name, password=PASSWORD, claims=text, scope="openid email")
    resume = dict(Page(page).form(CONSENT).fields)["resume"]
    refused(browser.get(f"{AUTHORIZE}?resume={resume}{more}"))
    assert "email" not in Page(page).form(CONSENT).optional
    answer = browser.submit(page, CONSENT, decision="allow", scope=["openid", "offline_access", "email"], claims=text)
    journey.code = w.watch.secret(answered(answer)["code"])
    tokens = journey.tokens(claims=text, scope="openid email")
    assert not places(w, tokens)
    narrow(w, tokens)
    answer = w.refresh("named", tokens["refresh_token"], claims=text)
    assert answer.status == 200 and not places(w, w.noted(answer.json())), answer


@critical
def case_118_claims_of_the_right_person(w):
    """A value that is not the person's is no way to learn or to claim another's."""
    name, browser = named(w)
    other = f"x{os.urandom(5).hex()}@people.test"
    for value, is_told in (
        (f"{name}@people.test", True),
        (other, False),
        ("eve@people.test", False),
        (name, False),
        ("", False),
    ):
        for place in PLACES:
            journey = w.journey(
                "named", scope="openid", prompt="consent", claims=wish(place, "email", email={"value": value})
            )
            tokens = given(w, browser, journey, "email")
            assert places(w, tokens) == ({place} if is_told else set()), (place, value)
            assert other not in json.dumps(w.userinfo(tokens["access_token"]).json())
