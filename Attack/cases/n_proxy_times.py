"""The gateway as a reverse proxy (section N): how long what it passes on may last, how fast it comes and how large it is."""

import json
import time

from ..harness.case import critical, timed, waited
from ..harness.client import statuses
from ..harness.proxy import Proxy, ended
from ..harness.world import RS1, RS2, RS3
from .n_proxy import nobody_pretends, only, untouched


def lifetimes(w, resource_id, resource, end=None, seconds=0):
    """An event stream, a WebSocket and an upload that stand until their token ends."""
    proxy = Proxy(w, resource_id, resource).start()
    try:
        token = w.token("conf", resource, "read")
        streams = [proxy.opened("/files/events", token), proxy.websocket("/files/socket", token)]
        free = proxy.opened("/public/events")[0]
        assert all(found.startswith((b"HTTP/1.1 200", b"HTTP/1.1 101")) for _, found in streams), streams
        if end:
            assert not ended(streams[1][0], 1), "it ended by itself"
            end(token)
        start = time.monotonic()
        for sock, _ in streams:
            assert ended(sock, 120), "it outlives its token"
        took = time.monotonic() - start
        assert proxy.pass_on("/files/1", token).status == 401
        assert waited(lambda: proxy.behind.open <= 1), "the server behind was not told"
        assert not ended(free, 0.2), "it has no token to end with"
        free.close()
        return took
    finally:
        proxy.discard()


def case_068_open_connections_end_with_an_expired_token(w):
    assert lifetimes(w, "rs3", RS3) < 100


@critical
def case_068_open_connections_end_with_a_revoked_token(w):
    """One that only the issuer reads: within the ten seconds for which its answers are believed, and one more."""
    took = lifetimes(w, "rs2", RS2, lambda token: w.revocation(token))
    assert took < 30 * w.slow, took
    # A JWT, of which the revocation feed tells.
    assert lifetimes(w, "rs1", RS1, lambda token: w.revocation(token)) < 30 * w.slow


def case_224_caches(w):
    """What was given to somebody is for nobody else, and conditions and ranges are the server's behind."""
    proxy, token = w.proxy(), w.token("conf")
    answer = proxy.pass_on("/files/page", token)
    assert answer.header("Cache-Control") == "private, no-store" and answer.header("Vary") == "Accept", answer.headers
    assert proxy.pass_on("/files/page", token, headers=[("If-None-Match", '"one"')]).status == 304
    part = proxy.pass_on("/files/page", token, headers=[("Range", "bytes=0-3"), ("Connection", "Range, If-None-Match")])
    assert part.status == 206 and "no-store" in part.header("Cache-Control"), (part, part.headers)
    assert proxy.pass_on("/files/open", token).header("Cache-Control") == "public, max-age=60"
    assert proxy.pass_on("/public/page").header("Cache-Control") is None
    assert "private" in proxy.pass_on("/public/page", "some.token").header("Cache-Control"), "as RFC 9111 §3.5 has it"
    refused = proxy.pass_on("/files/page")
    assert refused.status == 401 and "no-store" in refused.header("Cache-Control"), refused.headers


def case_225_streams_and_trailers(w):
    """Content passes both ways while it comes, over both versions of HTTP; trailers do not."""
    proxy, token = w.proxy(), w.token("conf")
    head = "POST /files/mirror HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc+proto\r\nTE: trailers\r\n"
    with proxy.connect() as sock:
        sock.sendall(f"{head}Authorization: Bearer {token}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode())
        found = b""
        for word in (b"first", b"second"):
            sock.sendall(b"%x\r\n%s\r\n" % (len(word), word))
            while word not in found:
                part = sock.recv(65536)
                assert part, found
                found += part
        sock.sendall(b"0\r\nX-Auth-User: root\r\n\r\n")
        while part := sock.recv(65536):
            found += part
    assert found.startswith(b"HTTP/1.1 200") and b"application/grpc" in found and b"root" not in found, found
    asked = only(proxy)
    nobody_pretends(asked, "conf")
    assert asked.values("content-type") == ["application/grpc+proto"] and not asked.values("te")
    overTLS = w.proxy(tls=True)
    data = b"0123456789abcdef" * 262_144
    status, version, content = overTLS.curl("/files/mirror", "--http2", "-T", "-", token=token, input=data)
    assert (status, version) == (200, "2") and content == data, (status, version, len(content))
    status, version, content = overTLS.curl("/files/1", "--http1.1", token=token)
    assert (status, version) == (200, "1.1") and json.loads(content)["target"] == "/files/1"
    status, version, _ = overTLS.curl("/files/1", "--http2")
    assert (status, version) == (401, "2")
    status, version, content = overTLS.curl("/files/events", "--http2", "-N", "--max-time", "2", token=token)
    assert (status, version) == (200, "2") and content.startswith(b"data: 1\n\ndata: 2\n\n"), content[:80]


def case_225_rate_limits(w):
    """A token has its share, is told so, and takes none of another's."""
    proxy, token, other = w.proxy(), w.token("conf"), w.token("conf")
    answers = [proxy.pass_on("/limited/1", token) for _ in range(5)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429, 429], answers
    assert [answer.header("RateLimit").split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0", "r=0"]
    assert answers[0].header("RateLimit-Policy") == '"token";q=3;w=3600', answers[0].headers
    assert 0 < int(answers[3].header("Retry-After")) <= 1200, answers[3].headers
    assert proxy.pass_on("/limited/1", other).status == 200
    assert len(proxy.behind.asked) == 4
    # Without a token the address counts; of IPv6 the network that one party holds.
    for address, status in (
        ("192.0.2.1", 200), ("192.0.2.1", 200), ("192.0.2.1", 429), ("192.0.2.2", 200), ("2001:db8::1", 200),
        ("2001:db8::2", 200), ("2001:db8::3", 429), ("2001:DB8:0:0:1::", 429), ("2001:db8:0:1::1", 200),
    ):  # fmt: skip
        assert proxy.pass_on("/counted/1", headers=[("X-Forwarded-For", address)]).status == status, address


@critical
@timed
def case_230_slow_clients_of_the_proxy(w):
    """Heads and content that never end, handshakes that never begin and sockets that say nothing: honest ones pass."""
    limits = {"header-deadline": 3, "body-deadline": 3, "stream-idle": 3, "write-deadline": 3}
    proxy = Proxy(w, "rs1", RS1, limits=limits).start()
    try:
        token, held = w.token("conf"), []
        for i in range(300):
            sock = proxy.connect(f"127.77.0.{1 + i % 3}")
            kind = i % 3
            if kind == 0:
                sock.sendall(b"GET /public/1 HTTP/1.1\r\nHost: a\r\nX-A: ")
            elif kind == 1:
                sock.sendall(b"POST /public/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\na")
            held.append(sock)
        held += [proxy.websocket("/files/socket", token)[0] for _ in range(20)]
        before = proxy.rss()
        unread = [proxy.opened("/files/flood", token)[0] for _ in range(20)]
        end, times = time.monotonic() + 2, []
        while time.monotonic() < end:
            start = time.monotonic()
            assert proxy.pass_on("/files/1", token).status == 200
            times.append(time.monotonic() - start)
        assert sorted(times)[len(times) // 2] < 0.5 * w.slow, times
        # Idle connections that said nothing have the longer limit of the others.
        assert all(ended(sock, 60) for i, sock in enumerate(held) if i >= 300 or i % 3 != 2), "it is held for ever"
        assert waited(lambda: proxy.behind.open == 0), "an answer that nobody reads is fetched for ever"
        assert proxy.rss() - before < 32 << 20, f"{(proxy.rss() - before) >> 20} MiB more"
        for sock in [*held, *unread]:
            sock.close()
    finally:
        proxy.discard()


@timed
def case_231_flood_of_the_proxy(w):
    """One address opens all it can: the others get through, and the files come back."""
    proxy, token = w.proxy(), w.token("conf")
    assert proxy.pass_on("/files/1", token).status == 200
    base, held = proxy.files_open(), []
    for _ in range(900):
        try:
            held.append(proxy.connect("127.78.0.1"))
        except OSError:
            pass
    assert proxy.pass_on("/files/1", token).status == 200
    share = proxy.files_open() - base
    for sock in held:
        sock.close()
    assert share < 700, f"one address holds {share} connections"
    assert waited(lambda: abs(proxy.files_open() - base) <= 20), (base, proxy.files_open())


def case_232_heads_at_the_proxy(w):
    proxy = w.proxy()
    for status, line in (
        ((431,), "X-A: " + "a" * 65_536 + "\r\n"), ((431,), "X-A: a\r\n" * 1_000), ((431,), "Cookie: " + "a" * 1_048_576 + "\r\n"),
    ):  # fmt: skip
        seen = statuses(proxy.raw(f"GET /public/1 HTTP/1.1\r\nHost: a\r\n{line}\r\n".encode())[0])
        assert seen in ([], *([one] for one in status)), seen
    seen = statuses(proxy.raw(f"GET /public/{'a' * 100_000} HTTP/1.1\r\nHost: a\r\n\r\n".encode())[0])
    assert seen in ([], [414], [431]), seen
    untouched(proxy, "heads")


def case_233_bodies_at_the_proxy(w):
    """Content beyond the limit of a route or of all is refused, and none is collected while it passes."""
    proxy, token = w.proxy(), w.token("conf")
    bearer = f"Authorization: Bearer {token}\r\n"
    for framing, body in (
        ("Content-Length: 104857600\r\n", b"a" * 2000), ("Content-Length: 1001\r\n", b"a" * 1001),
        ("Transfer-Encoding: chunked\r\n", b"3e9\r\n" + b"a" * 1001 + b"\r\n0\r\n\r\n"),
    ):  # fmt: skip
        line = f"POST /small/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{bearer}{framing}\r\n"
        assert statuses(proxy.raw(line.encode() + body)[0]) == [413], framing
    line = f"POST /files/1 HTTP/1.1\r\nHost: a\r\n{bearer}Content-Length: 104857601\r\n\r\n"
    assert statuses(proxy.raw(line.encode())[0]) == [413], "limits.streamed-body-bytes"
    assert not any(one.body for one in proxy.behind.asked), "content beyond the limit came through"
    size, before = 100 << 20, proxy.rss()
    with proxy.connect() as sock:
        sock.sendall(f"PUT /files/count HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{bearer}Content-Length: {size}\r\n\r\n".encode())
        for _ in range(size >> 20):
            sock.sendall(b"a" * (1 << 20))
        found = b""
        while part := sock.recv(65536):
            found += part
    assert found.endswith(str(size).encode()), found[:200]
    assert proxy.rss() - before < 16 << 20, f"{(proxy.rss() - before) >> 20} MiB more"
    # A server behind that does not read holds the client up, not our memory.
    with proxy.connect(timeout=3) as sock:
        sock.sendall(f"PUT /files/sip HTTP/1.1\r\nHost: a\r\n{bearer}Content-Length: {size}\r\n\r\n".encode())
        taken = 0
        try:
            while taken < size:
                taken += sock.send(b"a" * (1 << 16))
        except TimeoutError:
            pass
        assert taken < 32 << 20, f"{taken >> 20} MiB were taken from the client"
        assert proxy.rss() - before < 16 << 20, f"{(proxy.rss() - before) >> 20} MiB more"
