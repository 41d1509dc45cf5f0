"""Who leaves a browser, or hands it to somebody else, leaves nothing in it (section N, as far as our own pages go)."""

import urllib.parse

from ..harness.case import critical
from ..harness.forge import compact, nothing, parts
from ..harness.people import AUTHORIZE, SIGN_IN, Page, answered
from .a_authorization import sent, told
from .i_passwords import is_signed_in, somebody

LOGOUT = "/logout"


def left(w, cookies):
    """A browser with the cookies that another one had."""
    browser = w.browser()
    browser.cookies = dict(cookies)
    return browser


def case_218_sign_out_leaves_nothing(w):
    name = somebody(w)
    browser = w.browser()
    browser.sign_in(name)
    tokens = w.journey("web", scope="openid").through(browser, name).tokens()
    kept = dict(browser.cookies)
    browser.submit(browser.get(LOGOUT), LOGOUT)
    assert browser.cookie("session") is None, "the browser keeps its session cookie"
    for each in (browser, left(w, kept)):
        assert not is_signed_in(each), "the session lives on at the server"
        told(w, sent(w, w.journey("web", prompt="none").request, each), "login_required")
    assert w.userinfo(tokens["access_token"]).status == 401, "what hung from the session lives on"


def case_218_switching_leaves_no_session(w):
    """Somebody else signs in at the same browser: the first person's session is over, there and at the server."""
    first, second = somebody(w), somebody(w)
    browser = w.browser()
    browser.sign_in(first)
    tokens = w.journey("web", scope="openid").through(browser, first).tokens()
    for prompt in ("login", "select_account"):
        assert Page(browser.get(SIGN_IN)) and is_signed_in(browser)
        request = w.journey("web", scope="openid", prompt=prompt).request
        kept = dict(browser.cookies)
        page = browser.get(AUTHORIZE + "?" + urllib.parse.urlencode(request))
        assert Page(page).form(SIGN_IN), f"{prompt} shows no sign-in page"
        # Looking at the page is not leaving; a wrong password is not either.
        browser.post(SIGN_IN, Page(page).form(SIGN_IN).filled(login=second, password="wrong wrong wrong"))
        assert is_signed_in(browser)
        answer = browser.arrive(request, second)
        assert "code" in answered(answer), answer
        assert first not in browser.get("/account").text and second in browser.get("/account").text
        old = left(w, kept)
        assert not is_signed_in(old), "the old session stays valid"
        told(w, sent(w, w.journey("web", prompt="none").request, old), "login_required")
        assert w.userinfo(tokens["access_token"]).status == 401, "what hung from the old session lives on"
        first, second = second, first
        tokens = w.journey("web", scope="openid").through(browser, first).tokens()


@critical
def case_174_logout_hints_of_others(w):
    """The name of a session signs out this very session for this very client, and any other text asks the person."""
    name = somebody(w)
    if w.admin("GET", "/admin/v1/clients/hinted").status == 404:
        for id in ("hinted", "hinted2"):
            w.party(id, post_logout_redirect_uris=["https://app.test/out"])
    browser, elsewhere, eve = w.browser(), w.browser(), w.browser()

    def session(client, who, login):
        tokens = w.journey(client, scope="openid").through(who, login).tokens()
        return parts(tokens["id_token"])[1]["sid"], tokens["id_token"]

    def asked(hint, client="hinted", to="https://app.test/out", more=(), method="GET"):
        pairs = [("logout_hint", hint), ("client_id", client), ("post_logout_redirect_uri", to), ("state", "s"), *more]
        pairs = [(key, value) for key, value in pairs if value is not None]
        if method == "POST":
            # Sent on to itself, so that the browser brings its cookies along.
            answer = browser.post(LOGOUT, pairs)
            return browser.request("GET", answer.header("Location")) if answer.status == 303 else answer
        return browser.request("GET", LOGOUT + "?" + urllib.parse.urlencode(pairs))

    sid, id_token = session("hinted", browser, name)
    same, _ = session("hinted2", browser, name)
    assert same != sid, "two clients see that they share a session"
    far, _ = session("hinted", elsewhere, name)
    hers, foreign = session("hinted", eve, "eve")
    forged = compact({**parts(id_token)[0], "alg": "none"}, parts(id_token)[1], nothing)
    hints = (
        None, "", same, far, hers, name, f"{name}@people.test", w.people[name], sid[:-1], sid + "A", sid.swapcase(), " " + sid, sid + "=",
        browser.cookie("session"), id_token, "*", "%", sid[:-1] + "\x00", "x" * 5000,
    )  # fmt: skip
    tries = [(hint, "hinted", "https://app.test/out", ()) for hint in hints]
    # The right name, of another client or of none, to where nobody registered, or beside an ID token that says otherwise.
    tries += [
        (sid, "hinted2", "https://app.test/out", ()), (sid, None, "https://app.test/out", ()), (sid, "nobody", "https://app.test/out", ()),
        (sid, "hinted", "https://evil.test/", ()), (sid, "hinted", "https://app.test/out/", ()), (sid, "hinted", "//evil.test", ()),
        (sid, "hinted", "https://app.test/out", [("id_token_hint", foreign)]),
        (sid, "hinted", "https://app.test/out", [("id_token_hint", forged)]),
        (sid, "hinted", "https://app.test/out", [("logout_hint", hers)]),
    ]  # fmt: skip
    for hint, client, to, more in tries:
        for method in ("GET", "POST"):
            answer = asked(hint, client, to, more, method)
            assert answer.status in (200, 400, 403, 414, 431), (hint, client, to, answer)
            assert not answer.header("Location"), (hint, client, to, answer.headers)
            assert is_signed_in(browser), f"signed out by {hint!r} of {client} without being asked"
    for each in (elsewhere, eve):
        assert is_signed_in(each), "the session of another browser ended"
    answer = asked(sid)
    assert answer.status == 303 and answer.header("Location") == "https://app.test/out?state=s", answer.headers
    assert not is_signed_in(browser) and is_signed_in(elsewhere) and is_signed_in(eve)
    # It was the name of that session, and is none of the next.
    browser.sign_in(name)
    answer = asked(sid)
    assert answer.status == 200 and not answer.header("Location") and is_signed_in(browser), "an old name signs out"
