"""Sessions, cookies, consent and endings (section K)."""

import urllib.parse

from ..harness.case import critical
from ..harness.people import AUTHORIZE, CONSENT, PASSWORD, SIGN_IN, Browser, Page, answered
from ..harness.world import RS1
from .a_authorization import authorizations, sent, told
from .d_refresh import signed_in
from .i_passwords import is_signed_in, somebody

SESSIONS, APPLICATIONS, EVERYWHERE, LOGOUT = (
    "/account/sessions",
    "/account/applications",
    "/account/log-out-everywhere",
    "/logout",
)


def arriving(w, browser, request):
    """The page on which a request leaves a browser."""
    return browser.get(AUTHORIZE + "?" + urllib.parse.urlencode(request))


@critical
def case_163_session_fixation(w):
    w.furnish_people()
    planted = Browser(w)
    planted.get(SIGN_IN)
    for value in ("tss_" + "A" * 43, "tss_AAAA", "x", "tsb_" + "A" * 43):
        browser = Browser(w)
        browser.cookies[browser.cookie_name("session")] = value
        browser.cookies[browser.cookie_name("browser")] = planted.cookie("browser")
        browser.sign_in("bob")
        assert browser.cookie("session") != value, "the planted value became a session"
        thief = Browser(w)
        thief.cookies = {
            browser.cookie_name("session"): value,
            browser.cookie_name("browser"): planted.cookie("browser"),
        }
        assert not is_signed_in(thief)
    # Of a session that somebody else is in.
    eve = w.browser()
    eve.sign_in("eve")
    victim = w.browser()
    victim.cookies = dict(eve.cookies)
    victim.sign_in("bob", page=arriving(w, victim, w.journey("web", prompt="login").request))
    assert victim.cookie("session") != eve.cookie("session")
    assert not is_signed_in(eve) or "bob" not in eve.get("/account").text, "eve is signed in as bob"
    # Signing in again renews the secret, and the old one is worth nothing.
    bob = w.browser()
    bob.sign_in("bob")
    old = dict(bob.cookies)
    again = arriving(w, bob, w.journey("web", prompt="login").request)
    bob.sign_in("bob", page=again)
    assert bob.cookie("session") != old[bob.cookie_name("session")]
    stale = w.browser()
    stale.cookies = old
    assert not is_signed_in(stale)


@critical
def case_163_handles_of_another_browser(w):
    """What eve began cannot be finished by bob's browser, nor the other way round."""
    eve, bob = w.browser(), w.browser()
    bob.sign_in("bob")
    before = authorizations(w)
    journey = w.journey("web2")
    first = sent(w, journey.request, eve)
    handle = first.header("Location").split("resume=")[1]
    for target in (
        f"/authorize?resume={handle}",
        f"/authorize?resume={handle}&client_id=web",
        f"/authorize?resume={handle}x",
    ):
        answer = bob.request("GET", target)
        assert answer.status in (400, 403) and not answer.header("Location"), answer
    own = Page(bob.get("/account/password")).form("/account/password")
    token = dict(own.fields)["form_token"]
    for decision in ("allow", "deny"):
        answer = bob.post(CONSENT, {"form_token": token, "resume": handle, "decision": decision})
        assert answer.status in (303, 400, 403) and "code=" not in (answer.header("Location") or ""), answer
        assert "code=" not in (bob.follow(answer).header("Location") or "")
    # Bob signs in on a page that carries eve's handle: eve's request does not become his.
    other = w.browser()
    form = Page(other.get(SIGN_IN)).form(SIGN_IN)
    answer = other.follow(other.post(SIGN_IN, [*form.filled(login="bob", password=PASSWORD), ("resume", handle)]))
    assert "code=" not in (answer.header("Location") or ""), answer
    answer = eve.get(f"/authorize?resume={handle}")
    assert Page(answer).form(SIGN_IN), "eve's request is signed in by somebody else"
    assert authorizations(w) == before


def case_165_cookies(w):
    browser = w.browser()
    seen = []

    def collect(answer):
        seen.extend(value for name, value in answer.headers if name.lower() == "set-cookie")
        return answer

    page = Page(collect(browser.request("GET", SIGN_IN))).form(SIGN_IN)
    collect(browser.post(SIGN_IN, page.filled(login="bob", password=PASSWORD)))
    collect(browser.request("GET", LOGOUT))
    assert len(seen) >= 3, seen
    for text in seen:
        name, attributes = text.split("=", 1)[0], [part.strip().lower() for part in text.split(";")[1:]]
        assert name.startswith("__Host-") and len(text) <= 4096, text
        for needed in ("secure", "httponly", "path=/"):
            assert needed in attributes, f"{needed} is missing: {text}"
        assert "samesite=lax" in attributes or "samesite=strict" in attributes, text
        assert not any(part.startswith("domain") for part in attributes), text
    for path in (
        "/token",
        "/userinfo",
        "/jwks",
        "/.well-known/openid-configuration",
        "/introspect",
        "/revoke",
        "/par",
        "/health/live",
    ):
        for answer in (w.caller().get(path), w.caller().post(path, {"a": "b"})):
            assert answer.header("Set-Cookie") is None, path
    # Two of one name: neither is believed.
    eve = w.browser()
    eve.sign_in("eve")
    name = browser.cookie_name("session")
    for pair in ((browser, eve), (eve, browser)):
        first, second = (each.cookie("session") for each in pair)
        header = f"{name}={first}; {name}={second}; {browser.cookie_name('browser')}={browser.cookie('browser')}"
        for headers in (
            [("Cookie", header)],
            [("Cookie", f"{name}={first}"), ("Cookie", f"{name}={second}")],
        ):
            answer = w.caller().request("GET", "/account", headers=headers)
            assert answer.header("Location") == SIGN_IN, "one of two sessions was chosen"
    for other in (
        "tessera-session",
        "__host-tessera-session",
        "__Secure-tessera-session",
        "__Host-tessera-session ",
        "$__Host-tessera-session",
    ):
        answer = w.caller().request("GET", "/account", headers=[("Cookie", f"{other}={browser.cookie('session')}")])
        assert answer.header("Location") == SIGN_IN, f"{other} is believed"


def case_169_consent_memory(w):
    name = somebody(w)
    browser = w.browser()
    browser.sign_in(name)

    def asks(client, **more):
        return Page(arriving(w, browser, w.journey(client, **more).request)).form(CONSENT) is not None

    assert asks("web", scope="openid")
    told(
        w,
        sent(w, w.journey("web", scope="openid", prompt="none").request, browser),
        "consent_required",
        "interaction_required",
    )
    w.journey("web", scope="openid").through(browser, name)
    assert not asks("web", scope="openid"), "asked again for what was agreed to"
    assert asks("web", scope="openid email"), "something new was given without asking"
    told(
        w,
        sent(w, w.journey("web", scope="openid email", prompt="none").request, browser),
        "consent_required",
        "interaction_required",
    )
    assert asks("web", scope="openid write"), "a scope at a resource was given without asking"
    assert asks("web", scope="openid offline_access")
    assert asks("web", scope="openid", prompt="consent"), "prompt=consent did not ask"
    # Whoever claims to be this application on this machine is asked each time (RFC 8252 §8.6).
    for address in ("http://127.0.0.1:5000/cb", "com.example.app:/cb"):
        w.journey("nat", scope="openid", redirect_uri=address).through(browser, name)
        assert asks("nat", scope="openid", redirect_uri=address), f"{address} was believed"
        silent = sent(w, w.journey("nat", scope="openid", redirect_uri=address, prompt="none").request, browser)
        assert answered(silent)["error"] in ("consent_required", "interaction_required"), answered(silent)
    # What the person does not tick is not given, and denial gives nothing.
    page = arriving(w, browser, w.journey("web2", scope="openid email write").request)
    assert set(Page(page).form(CONSENT).optional) >= {"email"}, Page(page).form(CONSENT).optional
    journey = w.journey("web2", scope="openid email write")
    answer = browser.submit(
        arriving(w, browser, journey.request), CONSENT, decision="allow", scope=["profile", RS1 + " read", "groups"]
    )
    journey.code = w.watch.secret(answered(answer)["code"])
    given = set(journey.tokens()["scope"].split())
    assert given == {"openid"}, f"ticked nothing that was asked for, and got {given}"
    told(w, browser.arrive(w.journey("two", scope="openid").request, allow=False), "access_denied")
    assert asks("two", scope="openid")


def case_170_end_of_an_application(w):
    name = somebody(w)
    browser = w.browser()
    tokens = signed_in(w, "web", name, browser)
    other = signed_in(w, "web2", name, browser)
    waiting = w.journey("web", scope="openid").through(browser, name)
    form = next(each for each in Page(browser.get(APPLICATIONS)).forms if ("client", "web") in each.fields)
    assert browser.post(APPLICATIONS, form.filled()).status == 303
    assert not w.active(tokens["access_token"]), "the access token lives on"
    w.refused(w.refresh("web", tokens["refresh_token"]), 400, "invalid_grant")
    w.refused(waiting.redeem(), 400, "invalid_grant")
    assert w.active(other["access_token"]), "the other application lost its access too"
    assert w.refresh("web2", other["refresh_token"]).status == 200
    told(
        w,
        sent(w, w.journey("web", scope="openid", prompt="none").request, browser),
        "consent_required",
        "interaction_required",
    )
    events = w.admin("GET", "/admin/v1/audit?action=application.ended&limit=1000").json()["events"]
    assert any(event["target"] == f"user:{w.people[name]}" for event in events), "it is not in the audit log"
    # Nobody ends what is somebody else's.
    eve = w.browser()
    eve.sign_in("eve")
    token = dict(Page(eve.get("/account/password")).form("/account/password").fields)["form_token"]
    eve.post(APPLICATIONS, {"form_token": token, "client": "web2"})
    assert w.active(other["access_token"])


def case_178_session_lifetimes(w):
    s = w.short()
    name = somebody(s)
    browser = s.browser()
    browser.sign_in(name)
    assert is_signed_in(browser)
    s.clock.forward(590)
    assert is_signed_in(browser), "over before its time"
    s.clock.forward(590)
    assert is_signed_in(browser), "use did not keep it alive"
    s.clock.forward(30)
    assert not is_signed_in(browser), "older than its absolute lifetime"
    browser.sign_in(name)
    assert is_signed_in(browser)
    s.clock.forward(610)
    assert not is_signed_in(browser), "idle for too long"
    told_ = sent(s, s.journey("web", prompt="none").request, browser)
    told(s, told_, "login_required")


@critical
def case_178_refresh_in_an_idle_session(w):
    """A refresh token that hangs from a session ends when the session is idle: nobody carries it on by refusals, and
    whoever works for the person carries it no longer than a browser would."""
    s = w.short()
    name = somebody(s)

    def given(scope="read"):
        """Tokens in a session of their own; without `openid` they hang from it."""
        return s.journey("web", scope=scope, resource=RS1).through(s.browser(), name).tokens(resource=RS1)

    def refreshed(tokens):
        answer = s.refresh("web", tokens["refresh_token"], resource=RS1)
        return s.noted(answer.json()) if answer.status == 200 else s.refused(answer, 400, "invalid_grant")

    # Somebody has the token, and not the client's secret: their attempts are no use of the session.
    tokens, offline = given(), given("openid offline_access read")
    s.clock.forward(590)
    for other in ("web2", "spa", "conf"):
        answer = s.refresh(other, tokens["refresh_token"])
        assert answer.status in (400, 401), answer
    assert s.userinfo(tokens["access_token"]).status == 401
    assert s.refresh("web", tokens["refresh_token"], scope="openid write").error == "invalid_scope"
    s.clock.forward(20)
    for _ in range(2):
        assert refreshed(tokens) is None, "a session that was idle for too long carries a refresh token on"
    assert refreshed(offline), "what was given for longer than the session ended with it"
    # Work for the person is use, up to the session's absolute end.
    tokens = given()
    for _ in range(2):
        s.clock.forward(590)
        tokens = refreshed(tokens)
        assert tokens, "over before its time"
    s.clock.forward(30)
    assert refreshed(tokens) is None, "refreshing keeps a session beyond its absolute lifetime"


def case_179_sessions_of_others(w):
    name = somebody(w)
    here, there, eve = w.browser(), w.browser(), w.browser()

    def listed(browser):
        return {dict(form.fields)["session"] for form in Page(browser.get(SESSIONS)).forms if form.action == SESSIONS}

    here.sign_in(name)
    own = listed(here)
    there.sign_in(name)
    eve.sign_in("eve")
    ids = listed(here)
    assert len(ids) == 2, f"{len(ids)} sessions are listed"
    foreign = listed(eve)
    assert not ids & foreign, "eve sees sessions of others"
    token = dict(Page(eve.get("/account/password")).form("/account/password").fields)["form_token"]
    for id in ids:
        eve.post(SESSIONS, {"form_token": token, "session": id})
    assert is_signed_in(here) and is_signed_in(there), "eve ended a session of somebody else"
    tokens = w.journey("web", scope="openid read", resource=RS1).through(there, name).tokens(resource=RS1)
    form = next(form for form in Page(here.get(SESSIONS)).forms if dict(form.fields).get("session") in ids - own)
    assert here.post(SESSIONS, form.filled()).status == 303 and is_signed_in(here)
    assert not is_signed_in(there), "the other browser is still signed in"
    assert not w.active(tokens["access_token"]), "what hangs from the session lives on"


def case_069_ending_everything(w):
    name = somebody(w)
    here, there = w.browser(), w.browser()
    tokens, others = signed_in(w, "web", name, here), signed_in(w, "spa", name, there)
    here.submit(here.get(EVERYWHERE), EVERYWHERE)
    assert not is_signed_in(here) and not is_signed_in(there)
    for client, each in (("web", tokens), ("spa", others)):
        assert not w.active(each["access_token"])
        w.refused(w.refresh(client, each["refresh_token"]), 400, "invalid_grant")
    for path in ("lockdown", None):
        browser = w.browser()
        tokens = signed_in(w, "web", name, browser)
        if path:
            w.admin("POST", f"/admin/v1/users/{w.people[name]}/{path}", expect=200)
        else:
            w.admin("PATCH", f"/admin/v1/users/{w.people[name]}", {"enabled": False}, expect=200)
        assert not is_signed_in(browser) and not w.active(tokens["access_token"])
        w.refused(w.refresh("web", tokens["refresh_token"]), 400, "invalid_grant")
        again = w.browser()
        again.sign_in(name)
        assert again.cookie("session") is None
        if path:
            w.admin("POST", f"/admin/v1/users/{w.people[name]}/release", expect=200)


def case_143_profile_is_no_way_up(w):
    """Nobody gives themselves a role, a group, a verified address or an enabled account."""
    name = somebody(w)
    w.admin("PATCH", f"/admin/v1/users/{w.people[name]}", {"email_verified": False}, expect=200)
    before = w.admin("GET", f"/admin/v1/users/{w.people[name]}").json()
    browser = w.browser()
    browser.sign_in(name)
    form = Page(browser.get("/account/profile")).form("/account/profile")
    wishes = {
        "email_verified": "true",
        "phone_number_verified": "true",
        "roles": "admin",
        "groups": "admins",
        "enabled": "true",
        "username": "root",
        "id": w.people["bob"],
        "sub": "x",
        "locked_down_at": "",
        "attributes": '{"admin":true}',
        "tessera:admin:read": "1",
    }
    answer = browser.post("/account/profile", form.filled(**wishes))
    assert answer.status in (200, 303, 400, 422), answer
    after = w.admin("GET", f"/admin/v1/users/{w.people[name]}").json()
    for field in ("id", "username", "email", "email_verified", "enabled", "groups", "roles"):
        assert after[field] == before[field], f"{field} became {after[field]}"
    assert not set(wishes) & set(after["attributes"]), after["attributes"]
