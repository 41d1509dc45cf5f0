"""Callers of whom their proxy tells twice, wrongly or not at all (section N): they are nobody, and never the proxy."""

from ..harness.case import critical
from ..harness.gateway import Gateway
from ..harness.server import Server
from ..harness.world import RS1, TOKEN, World
from .n_proxy import only, untouched
from .q_keys import EXCHANGE, ended, made

# Where the proxies of the cases are, and where a client of theirs may be that its key is good for.
INSIDE = "127.0.0.0/8"
TOLD, OUTSIDE = ("X-Forwarded-For", "127.9.9.9"), ("X-Forwarded-For", "203.0.113.9")
# What a client adds to what its proxy says of it, or makes it say.
CLAIMS = (
    [OUTSIDE, ("Forwarded", "for=x")], [OUTSIDE, ("Forwarded", "for=127.0.0.1")], [OUTSIDE, ("Forwarded", "")],
    [OUTSIDE, ("forwarded", "for=127.9.9.9")], [TOLD, ("FORWARDED", "for=127.9.9.9")],
    [("X-Forwarded-For", "203.0.113.9, x")], [("X-Forwarded-For", "127.9.9.9, unknown")], [("X-Forwarded-For", "")],
    [("X-Forwarded-For", "127.0.0.1")], [("Forwarded", "for=_hidden")], [("Forwarded", "by=127.9.9.9")], [],
)  # fmt: skip
ROUTES = [
    {"path": "/files", "scope": "read"},
    {"path": "/counted", "access": "public", "rate-limit": ["2/3600s per client"]},
]


@critical
def case_206_callers_of_whom_nobody_told(w):
    """No header makes a client the proxy that it comes through: not for networks of keys, nor for more than its share."""
    server = Server(w.server.binary, {"proxy": {"trusted": ["127.0.0.1"]}}, watch=w.watch, name="behind")
    try:
        server.initialise()
        server.start()
        inner = World(server, w.watch)
        inner.resource("rs1", RS1, "read write")
        inner.client("conf")
        inner.permit("conf", RS1, "read write")
        bound, free = made(inner, networks=[INSIDE]), made(inner)

        def exchanged(key, headers):
            fields = {**EXCHANGE, "subject_token": key["api_key"]}
            answer = inner.caller("127.0.0.1").post(TOKEN, fields, headers=headers)
            if answer.status == 200:
                w.watch.secret(answer.json()["access_token"])
            return answer

        assert exchanged(bound, [TOLD]).status == 200, "the proxy tells of a client that is inside"
        assert exchanged(bound, [OUTSIDE]).status == 400
        for claim in CLAIMS:
            answer = exchanged(bound, claim)
            assert answer.status == 400 and "access_token" not in answer.text, (claim, answer)
            assert exchanged(free, claim).status == 200, f"a key without networks is good from anywhere: {claim}"

        with Gateway(inner, "rs1", RS1, ROUTES) as guard:
            assert guard.ask("/files/1", bound["api_key"], headers=[TOLD]).status == 200
            for claim in (*CLAIMS, [OUTSIDE]):
                assert guard.ask("/files/1", bound["api_key"], headers=claim).status == 401, claim
            # Whoever has used up what one address may ask has, with all others who pretend, what the proxy may ask.
            assert [guard.ask("/counted/1", headers=[OUTSIDE]).status for _ in range(3)] == [200, 200, 403]
            seen = [guard.ask("/counted/1", headers=claim).status for claim in CLAIMS]
            seen += [guard.ask("/counted/1", headers=[OUTSIDE, ("Forwarded", f"for={n}")]).status for n in range(5)]
            assert set(seen) == {200, 403} and seen.count(200) == 2, seen
    finally:
        server.discard()


@critical
def case_206_callers_of_the_reverse_proxy(w):
    """The same where the gateway passes requests on; and the server behind is not told of the proxy as of a client."""
    proxy, key = w.proxy(), made(w, networks=[INSIDE])
    assert proxy.pass_on("/files/1", key["api_key"], headers=[TOLD]).status == 200
    assert only(proxy).values("x-forwarded-for") == ["127.9.9.9"]
    proxy.behind.forget()
    for claim in (*CLAIMS, [OUTSIDE]):
        assert proxy.pass_on("/files/1", key["api_key"], headers=claim).status == 401, claim
        untouched(proxy, claim)
    for claim in CLAIMS:
        proxy.behind.forget()
        assert proxy.pass_on("/public/1", headers=claim).status == 200, claim
        asked = only(proxy)
        assert asked.values("x-forwarded-for") == ["unknown"] and not asked.values("forwarded"), (claim, asked.fields)
    ended(w, key)
