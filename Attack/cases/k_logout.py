"""Telling clients that a session has ended, and sign-out asked for by clients (section K)."""

import json
import time
import urllib.parse

from ..harness.case import timed, waited
from ..harness.forge import compact, nothing, parts
from ..harness.people import Page
from .d_refresh import signed_in
from .i_passwords import is_signed_in, somebody

EVENT = "http://schemas.openid.net/event/backchannel-logout"
EVERYWHERE, LOGOUT = "/account/log-out-everywhere", "/logout"


@timed
def case_174_backchannel_logout(w):
    name = somebody(w)
    if w.admin("GET", "/admin/v1/clients/back").status == 404:
        uri = w.key_host.url("/logout")
        w.party("back", backchannel_logout_uri=uri, backchannel_logout_session_required=True)
        for inner in ("https://127.0.0.66/x", "http://127.0.0.10/x", "https://10.0.0.1/x"):
            party = {"redirect_uris": ["https://app.test/cb"], "scope": "openid", "backchannel_logout_uri": inner}
            draft = {"id": "inner", "name": "x", "authentication_method": "client_secret_basic"}
            draft |= {"grant_types": ["authorization_code"], "relying_party": party}
            assert w.admin("POST", "/admin/v1/clients", draft).status in (201, 400)
            w.admin("DELETE", "/admin/v1/clients/inner")
    browser = w.browser()
    journey = w.journey("back", scope="openid").through(browser, name)
    claims = parts(journey.tokens()["id_token"])[1]
    # A slow client delays nobody, and one that is away is told again.
    w.key_host.posts.clear()
    w.key_host.answers[:] = [503]
    # Less than the server waits for a client, so who waits for the client waits until it has answered.
    w.key_host.delay, w.key_host.answered = 4.0, 0
    browser.submit(browser.get(EVERYWHERE), EVERYWHERE)
    assert w.key_host.answered == 0, "a slow client delays the person"
    try:
        assert waited(lambda: w.key_host.posts), "the client was not told"
        w.key_host.delay = 0.0
        assert waited(lambda: len(w.key_host.posts) >= 2), "a client that was away was not told again"
    finally:
        w.key_host.delay = 0.0
        w.key_host.answers.clear()
    seen = set()
    for path, headers, body in w.key_host.posts:
        assert path == "/logout" and headers["content-type"].startswith("application/x-www-form-urlencoded"), headers
        token = w.watch.secret(urllib.parse.parse_qs(body.decode())["logout_token"][0])
        header, says = parts(token)
        assert header["typ"] == "logout+jwt" and header["alg"] == "ES256", header
        assert says["iss"] == w.issuer and says["aud"] in ("back", ["back"]) and says["events"] == {EVENT: {}}, says
        assert says["sub"] == claims["sub"] and says["sid"] == claims["sid"] and "nonce" not in says, says
        assert 0 < says["exp"] - says["iat"] <= 120 and says["jti"] not in seen, says
        seen.add(says["jti"])
        assert w.userinfo(token).status == 401, "a logout token opens UserInfo"
    time.sleep(0.5)
    count = len(w.key_host.posts)
    time.sleep(3)
    assert len(w.key_host.posts) == count, "told again although it had understood"


def case_174_logout_asked_for_by_clients(w):
    name = somebody(w)
    if w.admin("GET", "/admin/v1/clients/leaves").status == 404:
        w.party("leaves", post_logout_redirect_uris=["https://app.test/out"])
    browser = w.browser()
    id_token = w.journey("leaves", scope="openid").through(browser, name).tokens()["id_token"]
    header, claims = parts(id_token)
    forged = compact({**header, "alg": "none"}, claims, nothing)
    other = w.journey("leaves", scope="openid").through(w.browser(), "eve").tokens()["id_token"]
    for hint in (None, forged, id_token[:-3] + "AAA", other, "a.b.c", ""):
        for target in (
            "https://app.test/out",
            "https://evil.test/",
            "https://app.test/out/",
            "//evil.test",
            "javascript:1",
        ):
            fields = {"id_token_hint": hint, "post_logout_redirect_uri": target, "state": "s", "client_id": "leaves"}
            fields = {key: value for key, value in fields.items() if value is not None}
            answer = browser.request("GET", LOGOUT + "?" + urllib.parse.urlencode(fields))
            assert answer.status in (200, 400) and not answer.header("Location"), f"{hint} {target}: {answer.headers}"
            assert is_signed_in(browser), f"signed out by {hint} without being asked"
            for form in Page(answer).forms:
                assert form.action == LOGOUT, form.action
    fields = {"id_token_hint": id_token, "post_logout_redirect_uri": "https://evil.test/", "state": "s"}
    answer = browser.request("GET", LOGOUT + "?" + urllib.parse.urlencode(fields))
    assert "evil.test" not in (answer.header("Location") or "")
    if not is_signed_in(browser):
        browser.sign_in(name)
        id_token = w.journey("leaves", scope="openid").through(browser, name).tokens()["id_token"]
    fields = {"id_token_hint": id_token, "post_logout_redirect_uri": "https://app.test/out", "state": "a&b=c"}
    answer = browser.follow(browser.request("GET", LOGOUT + "?" + urllib.parse.urlencode(fields)))
    if Page(answer).form(LOGOUT):
        answer = browser.submit(answer, LOGOUT)
    assert answer.header("Location") == "https://app.test/out?" + urllib.parse.urlencode({"state": "a&b=c"}), (
        answer.headers
    )
    assert not is_signed_in(browser)


def case_240_mail_bombing(w):
    s = w.short()
    name = somebody(s)
    before, seen = len(s.letters), set()
    for number in range(100):
        browser = s.browser()
        form = Page(browser.get("/reset")).form("/reset")
        login = name if number % 2 else f"{name}@people.test"
        answer = browser.post("/reset", form.filled(login=login))
        seen.add(answer.status)
        browser.http.close()
    assert seen == {200}, seen
    assert waited(lambda: len(s.letters) > before), "no mail came"
    time.sleep(3)
    own = [letter for letter in s.letters[before:] if f"{name}@people.test" in letter[0]]
    assert 1 <= len(own) <= 3, f"{len(own)} mails in a minute"
    assert len(s.letters) - before == len(own), "somebody else got mail"
    # From one address: a limit of its own, whoever is named.
    browser, begun = s.browser(), len(s.letters)
    for number in range(60):
        form = Page(browser.get("/reset")).form("/reset")
        answer = browser.post("/reset", form.filled(login=f"nobody{number}"))
        assert answer.status in (200, 429), answer
    assert not [letter for letter in s.letters[begun:] if f"{name}@people.test" not in letter[0]]


def case_049_client_disabled_later(w):
    """What a client got before it was disabled is worth nothing, and stays so."""
    name = somebody(w)
    if w.admin("GET", "/admin/v1/clients/later").status == 404:
        w.party("later", resource_scopes={"https://rs1.test/api": "read"})
    browser = w.browser()
    tokens = signed_in(w, "later", name, browser)
    waiting = w.journey("later", scope="openid").through(browser, name)
    pushed = w.journey("later", scope="openid").request
    w.admin("PATCH", "/admin/v1/clients/later", {"enabled": False}, expect=200)
    try:
        w.refused(w.refresh("later", tokens["refresh_token"]), 401, "invalid_client")
        w.refused(waiting.redeem(), 401, "invalid_client")
        w.refused(w.caller().post("/par", pushed, authorization=w.auth("later")), 401, "invalid_client")
        assert not w.active(tokens["access_token"])
    finally:
        w.admin("PATCH", "/admin/v1/clients/later", {"enabled": True}, expect=200)
    assert not w.active(tokens["access_token"]), "enabling revived a token"
    w.refused(w.refresh("later", tokens["refresh_token"]), 400, "invalid_grant")
    w.refused(waiting.redeem(), 400, "invalid_grant")


def case_053_cors_of_userinfo(w):
    token = w.journey("web", scope="openid").through(w.browser()).tokens()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    for origin in ("https://evil.test", "null", "https://app.test.evil.test", "*"):
        for answer in (
            w.caller().get("/userinfo", headers=bearer | {"Origin": origin}),
            w.caller().request(
                "OPTIONS", "/userinfo", headers={"Origin": origin, "Access-Control-Request-Method": "GET"}
            ),
        ):
            assert answer.header("Access-Control-Allow-Credentials") is None, answer.headers
            assert answer.header("Access-Control-Allow-Origin") is None, f"{origin} is let in"
    for page in ("/sign-in", "/account", "/authorize", "/account/data"):
        answer = w.caller().get(page, headers={"Origin": "https://app.test"})
        assert answer.header("Access-Control-Allow-Origin") is None, page


def case_253_names_in_the_log(w):
    """What people type is no log line, and no audit event shows it."""
    log_at, browser = w.server.log_size(), w.browser()
    for text in (
        "a\r\nlevel=error",
        '","x":"y',
        "\x1b[2J",
        "a\u2028b",
        "\u202eevil",
        "x" * 60_000,
        "{{x}}",
        "<script>",
        "\x00",
    ):
        form = Page(browser.get("/sign-in")).form("/sign-in")
        answer = browser.post("/sign-in", form.filled(login="canary-7731" + text, password="canary-9982" + text))
        assert answer.status in (200, 400, 413, 429) and "<script>" not in answer.text, answer
        browser.get("/authorize?client_id=" + urllib.parse.quote("canary-7731" + text[:500]))
        browser.request("GET", "/sign-in", headers={"User-Agent": "canary<script>"})
    time.sleep(1)
    data = w.server.log_since(log_at) + w.admin("GET", "/admin/v1/audit?limit=1000&order=desc").body
    assert b"canary-9982" not in data, "a password is in the log"
    for line in w.server.log_lines(log_at):
        json.loads(line)
