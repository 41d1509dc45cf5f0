"""Answers to the consent page: whose, when and how often (section K)."""

from ..harness.case import at_once, critical
from ..harness.people import AUTHORIZE, CONSENT, SIGN_IN, Browser, Page, answered
from .a_authorization import authorizations, page, sent, told
from .i_passwords import somebody
from .k_sessions import arriving

YES = ("openid", "offline_access", "profile", "email")


def form_token(browser):
    """Of a page of the browser's own, so that nothing is wrong with the answer but that nobody asked."""
    return dict(Page(browser.get("/account/password")).form("/account/password").fields)["form_token"]


def said(browser, resume, decision="allow", **more):
    """The answer to a decision that is sent without a page."""
    fields = {"form_token": form_token(browser), "resume": resume, "decision": decision, **more}
    pairs = [(name, value) for name, value in fields.items()] + [("scope", scope) for scope in YES]
    return browser.post(CONSENT, pairs)


def resumed(answer):
    return answer.header("Location").split("resume=")[1]


def agreed(w, name, client):
    """What is remembered of the person's consent to the client, and what the audit log has of decisions about it."""
    events = w.admin("GET", "/admin/v1/audit?limit=1000&order=desc", expect=200).json()["events"]
    events = [event for event in events if event["action"].startswith("consent.")]
    browser = Browser(w)
    browser.sign_in(name)
    listed = ("client", client) in [
        pair for form in Page(browser.get("/account/applications")).forms for pair in form.fields
    ]
    return listed, len([event for event in events if w.people[name] in str(event) and client in str(event)])


@critical
def case_169_consent_out_of_turn(w):
    """A decision that nobody was asked for is none: what comes first is still to come, and nothing is given or denied."""
    name = somebody(w)
    # It comes with a request that waits, and the scan of what is at rest looks for it.
    hint = w.journey("web", scope="openid").through(w.browser(), "eve").tokens()["id_token"]
    if w.admin("GET", "/admin/v1/clients/own").status == 404:
        w.party("own", first_party=True)
        w.party("asking")
    browser = w.browser()
    browser.sign_in(name)
    before = agreed(w, name, "asking")
    # Signed in, but not for this request.
    for more in (
        {"prompt": "login"},
        {"max_age": "0"},
        {"id_token_hint": hint},
        {"prompt": "login consent"},
        {"prompt": "select_account"},
    ):
        for decision in ("allow", "deny"):
            journey = w.journey("asking", scope="openid profile", **more)
            waiting = sent(w, journey.request, browser)
            for _ in range(2):
                answer = said(browser, resumed(waiting), decision)
                assert answer.status == 303, (more, answer)
                assert answer.header("Location").startswith("/authorize?resume="), (more, answer.headers)
                answer = browser.follow(answer)
                assert Page(answer).form(SIGN_IN), f"{more} {decision}: nobody has to sign in"
    assert agreed(w, name, "asking") == before, "something was noted"
    # Nobody is signed in, or somebody else than began it.
    journey = w.journey("asking", scope="openid profile")
    nobody, eve = w.browser(), w.browser()
    waiting = sent(w, journey.request, nobody)
    # With the token of the sign-in page, the one page that such a browser has.
    form = Page(nobody.follow(waiting)).form(SIGN_IN)
    fields = {**dict(form.filled()), "resume": resumed(waiting), "decision": "allow", "scope": "openid"}
    answer = nobody.follow(nobody.post(CONSENT, fields))
    assert Page(answer).form(SIGN_IN) or answer.status in (400, 403), answer
    eve.sign_in("eve")
    for each in (eve, browser):
        for decision in ("allow", "deny"):
            answer = each.follow(said(each, resumed(waiting), decision))
            assert answer.status in (400, 403) and not answer.header("Location"), answer
    # The person to whom it belongs goes on, and is asked.
    answer = nobody.sign_in(name, page=nobody.follow(waiting))
    assert Page(answer).form(CONSENT), "what others said was heard"
    # Nobody is asked for the operator's own application, so nobody answers.
    away = w.browser()
    waiting = sent(w, w.journey("own", scope="openid profile").request, away)
    away.sign_in(name)
    answer = said(away, resumed(waiting), "deny")
    assert answer.status in (303, 400, 403), answer
    answer = away.follow(answer)
    assert "access_denied" not in (answer.header("Location") or ""), "denied what was not asked"
    assert agreed(w, name, "own")[1] == 0, "an answer to no question is remembered"
    # What never was a request that waits.
    for resume in ("", "x", "tsp_" + "A" * 43, resumed(waiting)[:-1], resumed(waiting) + "A"):
        page(said(browser, resume))
    assert agreed(w, name, "asking") == before
    # And what was asked is heard.
    browser.arrive(w.journey("asking", scope="openid profile").request)
    assert agreed(w, name, "asking") == (True, before[1] + 1)


@critical
def case_169_consent_replays(w):
    """A consent is for one request and one code, however often it is sent, at once or later; the last word holds."""
    name = somebody(w)
    if w.admin("GET", "/admin/v1/clients/replayed").status == 404:
        w.party("replayed")
    browser = w.browser()
    browser.sign_in(name)
    journey = w.journey("replayed", scope="openid profile")
    asked = arriving(w, browser, journey.request)
    form = Page(asked).form(CONSENT)
    spent = form.filled(decision="allow", scope=list(YES[:1]))
    # Sixteen times at once: each leads on, and there is one code.
    cookies = dict(browser.cookies)

    def decide(_):
        each = w.browser()
        each.cookies = dict(cookies)
        return each.follow(each.post(CONSENT, spent))

    found = at_once(16, decide)
    codes = {answered(each)["code"] for each in found if "code=" in (each.header("Location") or "")}
    w.watch.secret(*codes)
    assert len(codes) == 1, f"{len(codes)} codes for one request"
    for each in found:
        assert each.header("Location") or each.status == 400, each
    (journey.code,) = codes
    tokens = journey.tokens()
    assert tokens["scope"] == "openid", tokens
    # Later, with another decision, with more, from the same and from another browser.
    before = authorizations(w, name)
    eve = w.browser()
    eve.sign_in("eve")
    for pairs in (spent, form.filled(decision="deny"), form.filled(decision="allow", scope=list(YES))):
        for who in (browser, eve, w.browser()):
            answer = who.follow(who.post(CONSENT, pairs))
            assert answer.status in (200, 400, 403) and not answer.header("Location"), answer
    assert authorizations(w, name) == before and w.userinfo(tokens["access_token"]).status == 200
    wider = w.journey("replayed", scope="openid profile", prompt="none").request
    told(w, sent(w, wider, browser), "consent_required", "interaction_required")
    # Two tabs: a no is a no, whatever was said in the other.
    first, second = (w.journey("replayed", scope="openid profile", prompt="consent") for _ in range(2))
    pages = [arriving(w, browser, each.request) for each in (first, second)]
    given = browser.submit(pages[0], CONSENT, decision="allow", scope=list(YES))
    assert w.watch.secret(answered(given)["code"])
    told(w, browser.submit(pages[1], CONSENT, decision="deny"), "access_denied")
    # One that is said twice before anybody goes on: the last word.
    third = w.journey("replayed", scope="openid profile email", prompt="consent")
    form = Page(arriving(w, browser, third.request)).form(CONSENT)
    for decision in ("allow", "deny"):
        answer = browser.post(CONSENT, form.filled(decision=decision, scope=list(YES)))
        assert answer.status == 303 and answer.header("Location").startswith("/authorize?resume="), answer
    told(w, browser.follow(answer), "access_denied")
    # The handle is no secret that opens anything elsewhere.
    resume = dict(form.fields)["resume"]
    for way in (
        f"{AUTHORIZE}?resume={resume}",
        f"{AUTHORIZE}?request_uri=urn:ietf:params:oauth:request_uri:{resume}&client_id=replayed",
    ):
        assert "code=" not in (browser.get(way).header("Location") or ""), way
    assert w.userinfo(resume).status == 401 and not w.active(resume)
