"""Sessions, cookies, forms of other sites, consent and endings (section K)."""

import os
import urllib.parse

from ..harness.case import critical
from ..harness.people import AUTHORIZE, CONSENT, PASSWORD, SIGN_IN, Browser, Page, answered
from ..harness.world import RS1
from .a_authorization import authorizations, sent, told
from .d_refresh import signed_in
from .i_passwords import GOOD, is_signed_in, somebody

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


FORMS = (
    SIGN_IN,
    "/account/password",
    "/account/profile",
    SESSIONS,
    APPLICATIONS,
    EVERYWHERE,
    "/account/delete",
    "/reset",
    CONSENT,
    LOGOUT,
)


@critical
def case_166_forms_of_other_sites(w):
    name = somebody(w)
    browser, eve = w.browser(), w.browser()
    eve.sign_in("eve")
    stranger = dict(Page(eve.get("/account/password")).form("/account/password").fields)["form_token"]
    signed_in(w, "web", name, browser)
    token = dict(Page(browser.get("/account/password")).form("/account/password").fields)["form_token"]
    client = dict(Page(browser.get(APPLICATIONS)).form(APPLICATIONS).fields)["client"]
    session = dict(Page(browser.get(SESSIONS)).form(SESSIONS).fields)["session"]
    everything = {
        "login": name,
        "current": PASSWORD,
        "password": GOOD,
        "password_again": GOOD,
        "client": client,
        "session": session,
        "decision": "allow",
        "resume": "tsp_" + "A" * 43,
        "confirmed": "yes",
        "name": "Mallory",
        "email": "mallory@evil.test",
    }
    issuer = w.issuer
    attacks = [
        (None, {}),
        ("", {}),
        ("x", {}),
        (token[:-1], {}),
        (token + "A", {}),
        (token.swapcase(), {}),
        (stranger, {}),
    ]
    for origin in (
        "null",
        "https://evil.test",
        issuer + ".evil.test",
        "https://evil.test?" + issuer,
        issuer.replace("https", "http"),
        issuer.rsplit(":", 1)[0] + ":1",
        issuer + "/",
        "",
        issuer + ", " + issuer,
        issuer.upper(),
    ):
        attacks.append((token, {"Origin": origin}))
    for site in ("cross-site", "same-site", "x", ""):
        attacks.append((token, {"Sec-Fetch-Site": site}))
    attacks.append((token, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}))
    for path in FORMS:
        for presented, headers in attacks:
            if path == LOGOUT and presented is None:
                continue  # another site may ask for the end of a session; the person is asked
            fields = everything if presented is None else {**everything, "form_token": presented}
            answer = browser.post(path, fields, headers)
            assert answer.status == 403 and not answer.header("Location"), f"{path} {presented!r} {headers}: {answer}"
        # The token in the query, in another form, or hidden in a method.
        answer = browser.post(path + "?form_token=" + token, everything)
        assert answer.status in (403, 303) and (path == LOGOUT or answer.status == 403), f"{path}: {answer}"
        for kind in ("text/plain", "multipart/form-data; boundary=x", "application/json"):
            body = urllib.parse.urlencode({**everything, "form_token": token}).encode()
            answer = browser.request("POST", path, headers=[("Content-Type", kind)], body=body)
            assert answer.status in (400, 403, 415), f"{path} as {kind}: {answer}"
        for method in ("PUT", "PATCH", "DELETE"):
            assert browser.request(method, path, headers=[("X-HTTP-Method-Override", "POST")], body=b"").status in (
                404,
                405,
            )
        answer = browser.request("GET", path + "?" + urllib.parse.urlencode({**everything, "form_token": token}))
        assert answer.status in (200, 303, 400, 404, 405), answer
        twice = [*everything.items(), ("form_token", token), ("form_token", token)]
        assert browser.post(path, twice).status in (400, 403), path
    # Nothing of it had an effect.
    assert is_signed_in(browser), "somebody signed the person out"
    page = browser.get("/account")
    assert "Mallory" not in page.text and "evil.test" not in page.text
    assert Page(browser.get(APPLICATIONS)).form(APPLICATIONS), "the application lost its access"
    other = w.browser()
    other.sign_in(name)
    assert other.cookie("session"), "the password was changed"
    # A client's request to sign out only asks.
    answer = browser.post(LOGOUT, {})
    assert Page(browser.follow(answer)).form(LOGOUT) and is_signed_in(browser), "signed out without being asked"
    # A token of before the sign-in is none afterwards: signing in on a planted form is no way in either.
    planted = w.browser()
    before = Page(planted.get(SIGN_IN)).form(SIGN_IN)
    planted.sign_in("eve")
    assert planted.post("/account/log-out-everywhere", before.filled()).status == 403


@critical
def case_166_administration_takes_no_forms(w):
    """The administration listener knows no cookies: a browser's session opens nothing there."""
    browser = w.browser()
    browser.sign_in("bob")
    header = [("Cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))]
    for method, path in (
        ("POST", "/admin/v1/clients"),
        ("POST", "/admin/v1/users"),
        ("GET", "/admin/v1/users"),
        ("POST", "/admin/v1/keys/rotate"),
        ("DELETE", "/admin/v1/clients/web"),
    ):
        answer = w.admin_tcp().send_json(method, path, None, header + [("Origin", "https://evil.test")])
        assert answer.status in (401, 403), answer
        assert answer.header("Access-Control-Allow-Origin") is None


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


def case_182_languages_and_names(w):
    browser = w.browser()
    count = 2000 if w.slow > 1 else 10_000
    for number in range(count):
        noise = os.urandom(4).hex()
        request = w.journey("web", ui_locales=f"x-{noise} {noise}", prompt="none").request
        answer = browser.request("GET", AUTHORIZE + "?" + urllib.parse.urlencode(request))
        assert answer.status in (303, 400), answer
        answer = browser.request(
            "GET", f"{SIGN_IN}?lang={noise}", headers={"Accept-Language": f"x-{noise}, {noise};q=0.{number % 9}"}
        )
        assert answer.status == 200 and answer.header("Content-Language") == "en", answer
    for text in (
        "../../etc/passwd",
        "..%2f..%2f",
        "de/../../x",
        "\u0000",
        "en.json",
        "a" * 900,
        ",".join(["de"] * 500),
        "*;q=9",
        ";;;",
    ):
        for headers in ({"Accept-Language": text.encode("ascii", "replace").decode().replace("\x00", "")},):
            answer = browser.request("GET", SIGN_IN, headers=headers)
            assert answer.status == 200 and "passwd" not in answer.text, answer
        request = w.journey("web", ui_locales=text).request
        answer = browser.get(AUTHORIZE + "?" + urllib.parse.urlencode(request))
        assert answer.status in (200, 303, 400), answer
    for path in (
        "/assets/../tessera.yaml",
        "/assets/..%2f..%2fetc/passwd",
        "/assets/%2e%2e/x",
        "/assets/",
        "/assets/en.json",
        "/assets/sign-in.mustache",
        "/account/../admin/v1/status",
        "/assets/tessera.css%00",
    ):
        assert browser.request("GET", path).status in (400, 404), path


def case_175_pages_are_nobodys_frame(w):
    """Every page, and every refusal, forbids frames and is cut off from who opened it."""
    visitor, browser = w.browser(), w.browser()
    browser.sign_in("bob")
    paths = [
        "/account" + path
        for path in ("", "/profile", "/password", "/sessions", "/applications", "/activity", "/delete")
    ]
    paths += [
        SIGN_IN,
        LOGOUT,
        EVERYWHERE,
        "/signed-out",
        "/reset",
        "/register",
        "/reset/set?link=x",
        "/verify-email?link=x",
    ]
    paths += ["/invitation?link=x", AUTHORIZE, AUTHORIZE + "?client_id=x", AUTHORIZE + "?resume=x", "/account?x=%00"]
    for who in (visitor, browser):
        for path in paths:
            answer = who.request("GET", path)
            assert answer.header("X-Frame-Options") == "DENY", f"{path}: {answer.headers}"
            policy = answer.header("Content-Security-Policy")
            for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
                assert part in policy, f"{path}: {policy}"
            assert "unsafe" not in policy and "*" not in policy, policy
            assert answer.header("Cross-Origin-Opener-Policy") == "same-origin", path
            assert "<script" not in answer.text, f"{path} has a script"


def case_127_names_of_clients(w):
    """What a client calls itself is text on the page: it draws nothing, turns nothing round and hides nothing."""
    browser = w.browser()
    browser.sign_in("bob")
    for number, name in enumerate(
        ("<b>Bank</b><script>alert(1)</script>", '"><img src=x>', "{{title}}{{{title}}}", "A\u202egnaB", "x" * 200)
    ):
        id = f"named{number}"
        party = {"redirect_uris": ["https://named.test/cb"], "scope": "openid", "client_uri": "https://named.test/"}
        draft = {"id": id, "name": name, "authentication_method": "none", "grant_types": ["authorization_code"]}
        answer = w.admin("POST", "/admin/v1/clients", draft | {"relying_party": party})
        if answer.status == 400:
            continue
        assert answer.status == 201, answer
        w.watch.registered.add("https://named.test/cb")
        page = arriving(w, browser, w.journey(id, redirect_uri="https://named.test/cb", scope="openid").request)
        assert Page(page).form(CONSENT), page
        for raw in ("<b>", "<script>alert", "<img src=x", "\u202e"):
            assert raw not in page.text, f"{name} reached the page as {raw}"
        assert "named.test" in page.text, "the host of the client is not told"
        w.admin("DELETE", f"/admin/v1/clients/{id}")
