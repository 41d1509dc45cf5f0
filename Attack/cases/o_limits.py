"""How much one request may cost (232 to 236, 238)."""

import gzip
import socket
import time

from ..harness.case import critical, fast, timed
from ..harness.client import statuses
from ..harness.people import PAR, SIGN_IN, Page
from ..harness.world import INTROSPECT, REVOKE, RS1, TOKEN

ENDPOINTS = (TOKEN, INTROSPECT, REVOKE)


def case_232_header_limits(w):
    slow = 0.02 * w.slow * 3
    for name, headers in (
        ("64 kB", [("X-A", "a" * 65_000)]),
        ("1000 headers", [(f"X-{i}", "a") for i in range(1000)]),
        ("cookie", [("Cookie", "a=" + "b" * 1_000_000)]),
        ("authorization", [("Authorization", "Basic " + "A" * 65_000)]),
        ("name", [("X-" + "a" * 60_000, "b")]),
    ):

        def answered():
            caller = w.caller()
            caller.get("/health/live")
            return caller.get("/jwks", headers=headers)

        try:
            answer = fast(answered, slow, name)
        except (ConnectionResetError, BrokenPipeError, OSError):
            continue  # refused while we still sent
        assert answer.status in (400, 431), f"{name}: {answer}"
    for path in ("/" + "a" * 100_000, "/jwks?" + "a" * 100_000, "/token?" + "a=b&" * 20_000):
        try:
            answer = w.caller().get(path)
        except OSError:
            continue
        assert answer.status in (400, 414, 431), answer


@critical
def case_233_body_limits(w):
    """100 MB to every POST: refused before it is read, the memory stays."""
    before = w.server.rss()
    megabyte = b"a" * (1 << 20)
    for path in ENDPOINTS + ("/nowhere",):
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost:{w.server.port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Authorization: {w.auth('conf')}\r\n"
        ).encode()
        for extra, pieces in (
            (b"Content-Length: 104857600\r\n\r\n", [megabyte] * 100),
            (b"Transfer-Encoding: chunked\r\n\r\n", [b"100000\r\n" + megabyte + b"\r\n"] * 100),
        ):
            sock = w.caller().connect().sock
            sock.settimeout(5)
            received, sent = b"", 0
            try:
                sock.sendall(head + extra)
                for piece in pieces:
                    sock.sendall(piece)
                    sent += 1
            except OSError:
                pass
            try:
                while True:
                    piece = sock.recv(65_536)
                    if not piece:
                        break
                    received += piece
            except OSError:
                pass
            sock.close()
            seen = statuses(received)
            assert not seen or seen[0] in (413, 400, 404, 401), f"{path}: {seen}"
            assert sent < 100 or seen, "100 MB were taken without an answer"
            assert 200 not in seen
    assert w.server.rss() - before < 16 << 20, f"{(w.server.rss() - before) >> 20} MiB"


@critical
def case_234_form_parameters(w):
    slow = 0.05 * w.slow
    # Names that collide under a fixed string hash would make a table quadratic; ours is a short list with a small bound.
    sets = {
        "100,000 pairs": b"&".join(b"p%d=1" % i for i in range(9000)),
        "empty pairs": b"&" * 65_000,
        "equals": b"=" * 65_000,
        "long name": b"n" * 60_000 + b"=1",
        "deep": b"a" + b"[b]" * 20_000 + b"=1",
        "percent": b"a=" + b"%41" * 20_000,
        "broken percent": b"a=" + b"%" * 60_000,
        "half": b"a=%4",
        "not hex": b"a=%zz",
        "bytes": b"a=\xff\xfe&\xff=1",
        "nul": b"a=%00",
        "same": b"&".join([b"a=1"] * 9000),
        "over the limit": b"a=" + b"b" * 70_000,
        "plus": b"+" * 60_000,
        "scope storm": b"grant_type=client_credentials&scope=" + b"%20" * 20_000,
    }
    for endpoint in ENDPOINTS:
        for name, data in sets.items():
            what = f"{name} at {endpoint}"
            answer = fast(lambda: w.http.post(endpoint, data, authorization=w.auth("conf")), slow, what)
            assert answer.status in (400, 413), f"{what}: {answer}"
    twice = w.http.post(TOKEN, [("grant_type", "client_credentials")] * 2, authorization=w.auth("conf"))
    w.refused(twice, 400, "invalid_request")
    array = w.http.post(TOKEN, [("grant_type[]", "client_credentials")], authorization=w.auth("conf"))
    w.refused(array, 400, "invalid_request")


def case_235_json(w):
    slow = 0.05 * w.slow
    deep, keys = b"[" * 60_000, b"{" + b",".join(b'"k%d":1' % i for i in range(6000)) + b"}"
    bodies = [
        deep,
        b'{"a":' * 10_000,
        b'{"name":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        keys,
        b'{"name":"' + b"a" * 60_000 + b'"}',
        b'{"name":' + b"9" * 60_000 + b"}",
        b'{"name":1e999999}',
        b'{"name":-0.' + b"1" * 50_000 + b"}",
        b'"',
        b"{",
        b"nul",
        b"\xff",
        b'{"name":"\\ud800"}',
        b'{"name":"a","name":"b"}',
        b"[]",
        b"null",
        b"7",
        b'{"name":"a",}',
        b"\xef\xbb\xbf{}",
    ]
    for method, path in (
        ("POST", "/admin/v1/clients"),
        ("PATCH", "/admin/v1/clients/conf"),
        ("POST", "/admin/v1/resources"),
        ("PUT", "/admin/v1/clients/conf/permissions"),
        ("POST", "/admin/v1/keys/rotate"),
        ("POST", "/admin/v1/tokens/inspect"),
    ):
        for data in bodies:
            answer = fast(lambda: w.admin(method, path, data), slow, f"{path} {data[:20]}")
            assert answer.status in (400, 413), f"{path} {data[:20]}: {answer}"
        assert w.admin(method, path, b"x" * 70_000).status in (400, 413)
    from ..harness import forge

    for data in (
        b"[" * 10_000,
        b'{"iss":' * 2_000,
        b'{"iss":"pkj","exp":' + b"9" * 9_000 + b"}",
        b"{" + b",".join(b'"k%d":1' % i for i in range(1500)) + b"}",
    ):
        token = forge.compact({"alg": "ES256", "kid": "pkj-1"}, data, w.keys["pkj"])
        w.refused(w.present(token), 401, "invalid_client")
        header = forge.b64(data) + ".e30.AAAA"
        w.refused(w.present(header), 401, "invalid_client")
        fast(lambda: w.introspection(header), slow, "JWT header")
        assert w.introspection(token).json() == {"active": False}


def case_236_compression(w):
    plain = f"grant_type=client_credentials&resource={RS1}".encode()
    bomb = gzip.compress(b"a" * (10 << 20))
    for endpoint in ENDPOINTS:
        for coding, data in (
            ("gzip", gzip.compress(plain)),
            ("gzip", bomb),
            ("deflate", plain),
            ("br", plain),
            ("gzip, identity", plain),
        ):
            answer = w.http.post(endpoint, data, authorization=w.auth("conf"), headers={"Content-Encoding": coding})
            assert answer.status in (415, 400, 413), f"{coding}: {answer}"
    for path in ("/jwks", "/.well-known/oauth-authorization-server"):
        assert w.http.get(path, headers={"Accept-Encoding": "gzip, br"}).header("Content-Encoding") is None
    answer = w.http.post(TOKEN, plain, authorization=w.auth("conf"), headers={"Accept-Encoding": "gzip"})
    assert answer.status == 200 and answer.header("Content-Encoding") is None, "an answer with a token is compressed"


@timed
def case_238_validators_are_linear(w):
    """Twice the text, at most twice and a half the time."""

    shapes = {
        "a…!": lambda n: b"a" * n + b"!",
        "((": lambda n: b"(" * n,
        "spaces": lambda n: b"+" * n,
        "dots": lambda n: b"." * n,
        "words": lambda n: b"a+" * (n // 2),
        "percent": lambda n: b"%2E" * (n // 3),
    }
    for name, shape in shapes.items():
        for field in (b"scope", b"resource", b"client_id", b"grant_type", b"client_assertion"):

            def send(size):
                data = b"grant_type=client_credentials&" + field + b"=" + shape(size)
                if field == b"grant_type":
                    data = field + b"=" + shape(size)
                return w.http.post(TOKEN, data, authorization=w.auth("conf"))

            # The shortest of each, in turns: a busy machine only ever adds to them.
            small, large = 9.0, 9.0
            for _ in range(60):
                small, large = min(small, send(30_000).seconds), min(large, send(60_000).seconds)
                # Below a few milliseconds the network is most of what is measured.
                if large < max(2.2 * small, 0.010 * w.slow):
                    break
            assert large < max(2.5 * small, 0.012 * w.slow), (
                f"{field.decode()} {name}: {small * 1e3:.1f} -> {large * 1e3:.1f} ms"
            )
    for field, shape in (
        ("name", "a" * 199),
        ("id", "a" * 128),
        ("jwks_uri", "https://" + "a." * 1000),
        ("allowed_origins", None),
    ):
        draft = {"name": "x", "authentication_method": "client_secret_basic"}
        draft[field] = shape if shape else ["https://" + "a" * 240] * 20
        answers = [w.admin("POST", "/admin/v1/clients", {**draft, "unknown": 1}) for _ in range(5)]
        assert {answer.status for answer in answers} == {400}, answers[0]
        assert min(answer.seconds for answer in answers) < 0.05 * w.slow, answers[0]


@timed
def case_230_slow_tls_and_slow_bodies(w):
    """A handshake never finished, a body that does not come, an answer that nobody reads: each ends by itself."""
    held = []
    for _ in range(20):
        held.append(socket.create_connection(("127.0.0.1", w.server.port), source_address=(w.server.next_address(), 0)))
    body = w.caller().connect().sock
    body.sendall(
        f"POST /token HTTP/1.1\r\nHost: localhost:{w.server.port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: 100\r\n\r\ngrant".encode()
    )
    start, closed = time.monotonic(), None
    body.settimeout(0.2)
    while time.monotonic() - start < 55 and closed is None:
        try:
            piece = body.recv(4096)
            if not piece:
                closed = time.monotonic() - start
        except (TimeoutError, socket.timeout):
            assert w.http.get("/health/live").status == 200
        except OSError:
            closed = time.monotonic() - start
    assert closed is not None, "a body that never comes holds its connection beyond the request's deadline"
    for sock in held:
        sock.settimeout(30)
        try:
            assert sock.recv(1) == b"", "a handshake that never begins is kept"
        except (ConnectionResetError, BrokenPipeError):
            pass
        sock.close()


@timed
def case_238_validators_of_people_are_linear(w):
    """The same for what clients ask of people, and for what people type."""
    w.furnish_people()
    request = w.journey("web").request
    browser, caller = w.browser(), w.caller()
    sign_in = dict(Page(browser.get(SIGN_IN)).form(SIGN_IN).fields)

    def pushed(field, text):
        return caller.post(PAR, {**request, field: text}, authorization=w.auth("web"))

    def typed(field, text):
        return browser.post(SIGN_IN, {**sign_in, "login": "x", "password": "x", field: text})

    tries = [(pushed, field) for field in ("redirect_uri", "scope", "claims", "login_hint", "ui_locales", "resource")]
    for ask, field in (*tries, (typed, "login")):
        for name, part in (("a", "a"), ("dots", "."), ("open", "("), ("braces", '{"a":'), ("at", "a@"), ("slash", "/..")):
            small, large = 9.0, 9.0
            for _ in range(40):
                answers = [ask(field, part * (size // len(part))) for size in (20_000, 40_000)]
                assert {answer.status for answer in answers} <= {200, 201, 400, 413, 429}, f"{field} {name}: {answers}"
                small, large = min(small, answers[0].seconds), min(large, answers[1].seconds)
                if large < max(2.2 * small, 0.010 * w.slow):
                    break
            assert large < max(2.5 * small, 0.012 * w.slow), f"{field} {name}: {small * 1e3:.1f} -> {large * 1e3:.1f} ms"
