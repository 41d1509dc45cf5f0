"""Who leaves a browser, or hands it to somebody else, leaves nothing in it (section N, as far as our own pages go)."""

import urllib.parse

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
