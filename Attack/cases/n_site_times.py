"""How long sign-ins and sessions at the gateway last, how many there are, and what becomes of them without an issuer."""

from ..harness.case import critical, waited
from ..harness.clock import Clock
from ..harness.proxy import ended
from ..harness.site import NAVIGATION, SIGN_OUT, SIGNED_OUT, WAYS, at_the_site
from .n_proxy import untouched


def case_178_sessions_of_the_site(w):
    """A sign-in that took too long is none; a session ends when nobody uses it, and at last however it is used."""
    clock = Clock()
    clock.forward(0)
    times = {"pending-lifetime": 30, "session-idle": 60, "session-lifetime": 180, "sessions-per-person": 2}
    # The issuer's word about revocations is old by a clock that is far ahead.
    site = w.another_site("timed", {"revocations": False}, **times)
    site.start(env=clock.environment)
    site.begin()
    try:
        # The clock of the gateway is ahead of the issuer's by less than what is tolerated.
        late = site.visitor()
        back = late.at_issuer(late.begin(), "bob")
        clock.forward(31)
        assert late.open(back).status == 403 and late.session is None, "a sign-in under way lasts for ever"
        first, idle, used = (site.person("bob") for _ in range(3))
        assert used.opens() and idle.opens() and not first.opens(), "one person has more than a share"
        clock.forward(40)
        assert used.opens()
        clock.forward(25)
        assert used.opens() and not idle.opens(), "a session that nobody uses goes on"
        for _ in range(2):
            clock.forward(40)
            assert used.opens()
        sock, found = used.websocket("/pages/socket", [("Origin", site.origin)])
        assert found.startswith(b"HTTP/1.1 101"), found[:120]
        clock.forward(40)
        assert not used.opens(), "a session that is used lasts for ever"
        assert used.own_page("POST", "/pages/1").status == 401
        assert ended(sock, 60), "an open connection outlives its session"
        site.judge()
    finally:
        site.discard()


@critical
@at_the_site
def case_221_issuer_away_from_browsers(w, site):
    """While the issuer does not answer nobody gets in, who is in does not stay for long, and who wants to leaves."""
    bob, leaving, newcomer = site.person("bob"), site.person("bob"), site.visitor()
    back = newcomer.at_issuer(newcomer.begin(), "eve")
    w.watch.allowed_5xx = {503}
    w.server.pause()
    try:
        answer = newcomer.open(back)
        assert answer.status == 503 and not answer.header("Set-Cookie") and newcomer.session is None, answer
        assert newcomer.open("/pages/1").status == 302
        cookies = dict(leaving.cookies)
        answer = leaving.own_page("POST", SIGN_OUT)
        where = answer.header("Location")
        assert answer.status == 303 and (where == SIGNED_OUT or where.startswith(w.issuer + "/logout?")), (answer, where)
        assert leaving.session is None and not site.holding(cookies).opens(), "nobody leaves without the issuer"
        # No word of revocations for gateway.stale-after: whether the session still counts nobody knows.
        assert waited(lambda: bob.open("/pages/1").status == 503), "it is believed for ever"
        site.behind.forget()
        for answer in (bob.open("/pages/1"), bob.own_page("POST", "/pages/1"), bob.open("/kept/1")):
            assert answer.status == 503 and not answer.header("Location"), answer
        for way in WAYS:
            answer = site.question(way, "GET", "/pages/1", [*bob.field(), *NAVIGATION])
            assert answer.status == 503 and not answer.header("X-Tessera-Subject"), (way, answer)
        untouched(site, "sessions that nobody could judge")
    finally:
        w.server.pause(False)
    assert waited(lambda: bob.open("/pages/1").status == 200), "the session was lost over it"
