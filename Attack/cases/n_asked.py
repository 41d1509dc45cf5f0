"""Proxies that only ask (section N): they get the same limits as the reverse proxy, and nothing that has two readings."""

from ..harness import h2
from ..harness.case import at_once, critical
from ..harness.client import statuses
from ..harness.site import WAYS
from .n_gateway import identity, raw
from .n_proxy import only, untouched


def ask(proxy, way, target, token=None, more=(), host="a.test"):
    """The answer to a proxy that asks in one of the three ways."""
    fields = list(more) + ([("Authorization", f"Bearer {token}")] if token else [])
    if way == "path":
        return proxy.caller().get("/forward-auth/path" + target, headers=[("Host", host), *fields])
    if way == "forwarded":
        fields += [("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", target), ("X-Forwarded-Host", host)]
        return proxy.caller().get("/forward-auth/forwarded", headers=fields)
    fields += [("X-Original-Method", "GET"), ("X-Original-URI", target)]
    return proxy.caller().get("/forward-auth", headers=[("Host", host), *fields])


def used_up(way):
    """nginx and Apache would take 429 for a failure of ours."""
    return 403 if way == "original" else 429


def exceeds(answer, way, wait):
    """A limit that is used up: who asks is told when to come again, and not who came."""
    assert answer.status == used_up(way) and not identity(answer), (way, answer, answer.headers)
    assert 0 < int(answer.header("Retry-After")) <= wait, (way, answer.headers)
    assert answer.header("RateLimit").split(";")[1] == "r=0" and answer.header("RateLimit-Policy"), (
        way,
        answer.headers,
    )


@critical
def case_225_rate_limits_of_forward_auth(w):
    """A token has its share however it is asked about, and a client however many tokens it has; none is had twice."""
    proxy = w.proxy()
    for way in WAYS:
        token = w.token("conf")
        answers = [ask(proxy, way, "/limited/1", token) for _ in range(5)]
        assert [answer.status for answer in answers] == [200] * 3 + [used_up(way)] * 2, (way, answers)
        assert [answer.header("RateLimit").split(";")[1] for answer in answers] == [
            "r=2",
            "r=1",
            "r=0",
            "r=0",
            "r=0",
        ], way
        for answer in answers[3:]:
            exceeds(answer, way, 1200)
        # Another spelling of the path, a query, another host or another claimed address is the same token.
        for target in ("/limited/%31", "/limited/2?a=1", "/limited"):
            exceeds(ask(proxy, way, target, token), way, 1200)
        exceeds(ask(proxy, way, "/limited/1", token, [("X-Forwarded-For", "203.0.113.77")], "b.test"), way, 1200)
    # One count for all three and for the proxy that passes on.
    token = w.token("conf")
    for way in ("path", "original"):
        assert ask(proxy, way, "/limited/1", token).status == 200
    assert proxy.pass_on("/limited/1", token).status == 200
    for way in WAYS:
        exceeds(ask(proxy, way, "/limited/1", token), way, 1200)
    assert proxy.pass_on("/limited/1", token).status == 429 and len(proxy.behind.asked) == 1
    # At once, from everywhere.
    token = w.token("conf")
    answers = at_once(21, lambda number: ask(proxy, WAYS[number % 3], "/limited/1", token).status)
    assert answers.count(200) == 3, answers
    # What is refused for something else takes nothing from the token's share.
    token = w.token("conf", scope="write")
    for way in WAYS:
        for bearer in (token, None, "x", token + "x"):
            answer = ask(proxy, way, "/limited/1", bearer)
            assert answer.status in (401, 403) and not answer.header("RateLimit"), (way, answer.headers)
    # A client that gets itself another token has no more than before.
    statuses_seen = [ask(proxy, way, "/shared/1", w.token("svc")).status for way in WAYS]
    assert statuses_seen == [200] * 3, statuses_seen
    for way in WAYS:
        exceeds(ask(proxy, way, "/shared/1", w.token("svc")), way, 1200)
    assert proxy.pass_on("/shared/1", w.token("svc")).status == 429
    assert ask(proxy, "path", "/shared/1", w.token("conf2")).status == 200, "another client pays for it"
    # Where everybody may come the address counts that the proxy names; what the client wrote before it is nobody's word.
    for address, passes in (
        ("198.51.100.1", True), ("198.51.100.9, 198.51.100.1", True), ("198.51.100.8, 198.51.100.1", False),
        ("198.51.100.2", True), ("2001:db8:7::1", True), ("2001:db8:7::2", True), ("2001:DB8:7:0:f::", False),
        ("2001:db8:7:1::1", True),
    ):  # fmt: skip
        answer = ask(proxy, "forwarded", "/counted/1", None, [("X-Forwarded-For", address)])
        assert answer.status == (200 if passes else 429), (address, answer)
        if not passes:
            exceeds(answer, "forwarded", 1800)
    exceeds(
        ask(proxy, "original", "/counted/1", "no.such.token", [("X-Forwarded-For", "198.51.100.1")]), "original", 1800
    )


# Bytes that some readers repair and others pass on: alone, overlong, of half a pair, beyond the last sign, cut short.
NO_TEXT = (
    b"\xff", b"\xe4", b"a\xc3(", b"\xc0\xae", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a\xe2\x82", b"\x80",
)  # fmt: skip
BRACKETS = (
    "a[", "a]", "a[1]", "[", "]", "[]", "[a", "::1]", "[::1", "[[::1]]", "[::1][::1]", "a[::1]", "[::1]a", "[::1].a.test", "[::1]:x",
    "[::1]:1:1", "[::1]:999999", "[a.test]", "[::1%eth0]", "[v1.a]", "a.test:[::1]", "a.test:80]", "a:80:80", ":80", "a:b",
)  # fmt: skip
NAMES = (
    "X-Any",
    "Cookie",
    "Referer",
    "Authorization",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "User-Agent",
    "Origin",
    "Accept",
)


@critical
def case_205_values_and_hosts_of_two_readings(w):
    """What is no text, and hosts with brackets where none belong, are refused: nobody behind reads them otherwise."""
    proxy, token = w.proxy(), w.token("conf")
    overTLS = w.proxy(tls=True)
    asking = {
        "original": "GET /forward-auth HTTP/1.1\r\nX-Original-URI: /public\r\nX-Original-Method: GET\r\n",
        "forwarded": "GET /forward-auth/forwarded HTTP/1.1\r\nX-Forwarded-Uri: /public\r\nX-Forwarded-Method: GET\r\n",
        "path": "GET /forward-auth/path/public HTTP/1.1\r\n",
    }
    more = {"original": "", "forwarded": "X-Forwarded-Host: a.test\r\n", "path": ""}
    for way, head in asking.items():
        good = f"{head}{more[way]}Host: a.test\r\nConnection: close\r\n\r\n"
        assert statuses(raw(proxy, good.encode())) == [200], way
    for value in NO_TEXT:
        for name in NAMES:
            field = f"{name}: ".encode() + value + b"\r\nHost: a.test\r\nConnection: close\r\n\r\n"
            for way, head in asking.items():
                other = "" if name == "X-Forwarded-Host" else more[way]
                assert statuses(raw(proxy, (head + other).encode() + field)) == [400], (way, name, value)
            for path in ("/public/1", "/files/1"):
                found = proxy.raw(f"GET {path} HTTP/1.1\r\n".encode() + field)[0]
                assert statuses(found) == [400], (path, name, value, found[:100])
    for host in BRACKETS:
        for way, head in asking.items():
            named = f"{head}{more[way]}Host: {host}\r\nConnection: close\r\n\r\n"
            assert statuses(raw(proxy, named.encode())) == [400], (way, host)
        answer = ask(proxy, "forwarded", "/public", host=host)
        assert answer.status in (400, 403) and not identity(answer), (host, answer)
        found = proxy.raw(f"GET /public/1 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())[0]
        assert statuses(found) == [400], (host, found[:100])
        found = proxy.raw(f"GET http://{host}/public/1 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())[
            0
        ]
        assert statuses(found) == [400], (host, found[:100])
    # Over HTTP/2 as well, where a library may have put U+FFFD in the place of what came.
    base = [(":method", "GET"), (":scheme", "https"), (":path", "/public/1"), (":authority", "a.test")]

    def ask2(pairs):
        overTLS.behind.forget()
        with overTLS.connect(alpn="h2", timeout=20) as sock:
            return h2.exchange(sock, h2.request(pairs))

    for value in (*NO_TEXT, "\ufffd".encode()):
        assert None not in ask2([*base, ("x-any", value)])
        untouched(overTLS, value)
    for host in BRACKETS:
        assert None not in ask2([*base[:3], (":authority", host)])
        untouched(overTLS, host)
    untouched(proxy, "what can be read in two ways")
    # What is text arrives as it came, and an address in brackets is a host.
    for value in ("ä", "\u2028", "\U0001f512", "\ufeffx"):
        found = proxy.raw(
            b"GET /public/1 HTTP/1.1\r\nX-Any: " + value.encode() + b"\r\nHost: [::1]:80\r\nConnection: close\r\n\r\n"
        )[0]
        assert statuses(found) == [200], (value, found[:100])
        asked = only(proxy)
        assert asked.values("x-any") == [value.encode().decode("latin-1")], asked.fields
        assert "[::1]" in asked.values("x-forwarded-host")[0], asked.fields
        proxy.behind.forget()
    assert None not in ask2([*base, ("x-any", "ä".encode())])
    assert only(overTLS).values("x-any") == ["ä".encode().decode("latin-1")]
    assert ask(proxy, "original", "/files/1", token).status == 200
