"""Pages and their forms: other sites, frames, names and languages (section K)."""

import os
import urllib.parse

from ..harness.case import critical
from ..harness.people import AUTHORIZE, CONSENT, PASSWORD, SIGN_IN, Page
from .d_refresh import signed_in
from .i_passwords import GOOD, is_signed_in, somebody
from .k_sessions import APPLICATIONS, EVERYWHERE, LOGOUT, SESSIONS, arriving

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
