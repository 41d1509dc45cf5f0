"""The bytes of HTTP/1.1 at our own listener (section N where it needs no gateway)."""

from ..harness.case import critical
from ..harness.client import statuses

FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
SECOND = b"GET /health/live HTTP/1.1\r\nHost: %s\r\n\r\n"


def host(w):
    return f"localhost:{w.server.port}".encode()


def post(w, extra, body=b"", line=b"POST /token HTTP/1.1"):
    return line + b"\r\nHost: " + host(w) + b"\r\n" + FORM + extra + b"\r\n" + body


@critical
def case_210_request_smuggling(w):
    second = SECOND % host(w)
    broken = {
        "CL and TE": post(w, b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n" + second),
        "TE and CL": post(w, b"Transfer-Encoding: chunked\r\nContent-Length: 500\r\n", b"0\r\n\r\n" + second),
        "xchunked": post(w, b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n" + second),
        "chunked, identity": post(w, b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n" + second),
        "identity": post(w, b"Transfer-Encoding: identity\r\n", second),
        "vertical tab": post(w, b"Transfer-Encoding: \x0bchunked\r\n", b"0\r\n\r\n" + second),
        "two TE": post(w, b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"0\r\n\r\n" + second),
        "TE twice chunked": post(
            w, b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n" + second
        ),
        "gzip, chunked": post(w, b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n" + second),
        "two CL": post(w, b"Content-Length: 5\r\nContent-Length: 6\r\n", b"a=b&c=" + second),
        "same CL twice": post(w, b"Content-Length: 3\r\nContent-Length: 3\r\n", b"a=b" + second),
        "list CL": post(w, b"Content-Length: 3, 3\r\n", b"a=b" + second),
        "+5": post(w, b"Content-Length: +3\r\n", b"a=b" + second),
        "0x3": post(w, b"Content-Length: 0x3\r\n", b"a=b" + second),
        "-1": post(w, b"Content-Length: -1\r\n", second),
        "3 3": post(w, b"Content-Length: 3 3\r\n", b"a=b" + second),
        "huge CL": post(w, b"Content-Length: 99999999999999999999999\r\n", second),
        "empty CL": post(w, b"Content-Length: \r\n", second),
        "space before colon": post(w, b"Content-Length : 3\r\n", b"a=b" + second),
        "TE space colon": post(w, b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n" + second),
        "obs-fold": post(w, b"X-A: b\r\n c: d\r\nContent-Length: 3\r\n", b"a=b" + second),
        "folded TE": post(w, b"Transfer-Encoding:\r\n chunked\r\n", b"0\r\n\r\n" + second),
        "NUL in a header": post(w, b"X-A: b\x00c\r\nContent-Length: 3\r\n", b"a=b" + second),
        "CR in a header": post(w, b"X-A: b\rX-B: c\r\nContent-Length: 3\r\n", b"a=b" + second),
        "no name": post(w, b": x\r\nContent-Length: 3\r\n", b"a=b" + second),
        "name with space": post(w, b"X A: x\r\nContent-Length: 3\r\n", b"a=b" + second),
        "leading space": b"POST /token HTTP/1.1\r\n Host: "
        + host(w)
        + b"\r\n"
        + FORM
        + b"Content-Length: 3\r\n\r\na=b"
        + second,
        "chunk size overflow": post(
            w, b"Transfer-Encoding: chunked\r\n", b"FFFFFFFFFFFFFFFFF\r\na\r\n0\r\n\r\n" + second
        ),
        "negative chunk": post(w, b"Transfer-Encoding: chunked\r\n", b"-1\r\na\r\n0\r\n\r\n" + second),
        "chunk 0x": post(w, b"Transfer-Encoding: chunked\r\n", b"0x1\r\na\r\n0\r\n\r\n" + second),
        "chunk without CRLF": post(w, b"Transfer-Encoding: chunked\r\n", b"1\r\naXX0\r\n\r\n" + second),
        "tab in the line": post(w, b"Content-Length: 0\r\n", second, b"POST\t/token\tHTTP/1.1"),
        "two spaces": post(w, b"Content-Length: 0\r\n", second, b"POST  /token HTTP/1.1"),
        "HTTP/1.1x": post(w, b"Content-Length: 0\r\n", second, b"POST /token HTTP/1.1x"),
        "HTTP/9": post(w, b"Content-Length: 0\r\n", second, b"POST /token HTTP/9.9"),
        "no host": b"GET /jwks HTTP/1.1\r\n\r\n" + second,
        "two hosts": b"GET /jwks HTTP/1.1\r\nHost: a\r\nHost: " + host(w) + b"\r\n\r\n" + second,
        "space in target": b"GET /jwks x HTTP/1.1\r\nHost: " + host(w) + b"\r\n\r\n" + second,
        "NUL in target": b"GET /jw\x00ks HTTP/1.1\r\nHost: " + host(w) + b"\r\n\r\n" + second,
        "bytes in target": b"GET /jw\xffks HTTP/1.1\r\nHost: " + host(w) + b"\r\n\r\n" + second,
    }
    failures = []
    for name, data in broken.items():
        received, closed = w.caller().raw(data, wait=2.5)
        seen = statuses(received)
        if len(seen) > 1 or (seen and not (400 <= seen[0] <= 505)) or not closed:
            failures.append(f"{name}: {seen} closed={closed}")
        if 200 in seen:
            failures.append(f"{name}: the second request was answered")
    # Bare LF: either refused, or read as the line end that RFC 9112 §2.2 allows; never two readings of one body.
    for data in (
        b"GET /health/live HTTP/1.1\nHost: " + host(w) + b"\n\n",
        post(w, b"Transfer-Encoding: chunked\r\n", b"1;a\nb\r\nx\r\n0\r\n\r\n" + second),
    ):
        received, _ = w.caller().raw(data, wait=1.5)
        if len(statuses(received)) > 1 or 500 in statuses(received):
            failures.append(f"bare LF: {statuses(received)}")
    # A trailer must not become a header, and a body on GET must not become a request.
    trailer = post(
        w,
        b"Transfer-Encoding: chunked\r\nConnection: close\r\n",
        b"1\r\na\r\n0\r\nAuthorization: " + w.auth("conf").encode() + b"\r\n\r\n",
    )
    received, _ = w.caller().raw(trailer, wait=3)
    if 200 in statuses(received):
        failures.append("a trailer authenticated")
    body = SECOND % host(w)
    get = (
        b"GET /jwks HTTP/1.1\r\nHost: "
        + host(w)
        + b"\r\nContent-Length: "
        + str(len(body)).encode()
        + b"\r\nConnection: close\r\n\r\n"
        + body
    )
    if len(statuses(w.caller().raw(get, wait=3)[0])) > 1:
        failures.append("the body of a GET was read as a request")
    assert not failures, "; ".join(failures)


def case_210_pipelining_is_answered_in_order(w):
    """Two whole requests in one packet are two requests: the strict framing refuses only what is ambiguous."""
    one = b"GET /jwks HTTP/1.1\r\nHost: " + host(w) + b"\r\n\r\n"
    two = b"GET /health/live HTTP/1.1\r\nHost: " + host(w) + b"\r\nConnection: close\r\n\r\n"
    received, closed = w.caller().raw(one + two, wait=5)
    assert statuses(received) == [200, 200] and closed, statuses(received)
    assert received.index(b'"keys"') < received.index(b'"status"'), "out of order"


def case_214_hop_by_hop(w):
    form = {"grant_type": "client_credentials", "resource": "https://rs1.test/api"}
    for value in ("Authorization", "authorization, content-type", "close, Authorization", "Host", "Content-Length"):
        answer = w.caller().post("/token", form, authorization=w.auth("conf"), headers={"Connection": value})
        assert answer.status in (200, 400), f"Connection: {value}: {answer}"
    for name in ("Proxy-Connection", "Keep-Alive", "TE", "Proxy-Authorization"):
        assert w.caller().get("/jwks", headers={name: "Authorization, keep-alive"}).status == 200
    for protocol in ("h2c", "websocket", "TLS/1.0", "HTTP/2.0"):
        data = (
            b"GET /health/live HTTP/1.1\r\nHost: "
            + host(w)
            + b"\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: "
            + protocol.encode()
            + b"\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
        )
        received, _ = w.caller().raw(data, wait=2)
        assert 101 not in statuses(received), f"upgraded to {protocol}"
        assert statuses(received) and statuses(received)[0] < 500, received[:60]


def case_209_methods(w):
    """Nothing but what an endpoint knows: CONNECT, TRACE, unknown methods, overrides."""
    for path in (
        "/token",
        "/introspect",
        "/revoke",
        "/jwks",
        "/.well-known/oauth-authorization-server",
        "/health/ready",
    ):
        for method in ("TRACE", "CONNECT", "PROPFIND", "FOO", "PATCH", "DELETE", "get"):
            data = f"{method} {path} HTTP/1.1\r\nHost: ".encode() + host(w) + b"\r\nConnection: close\r\n\r\n"
            received, closed = w.caller().raw(data, wait=3)
            seen = statuses(received)
            assert seen and seen[0] in (400, 404, 405, 501) or not seen and closed, f"{method} {path}: {seen}"
    for override in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"):
        answer = w.caller().get("/token", headers={override: "POST"})
        assert answer.status == 405, answer


def case_206_forwarded_headers_of_strangers(w):
    """Public addresses come from configuration; a caller that is no trusted proxy changes nothing with these."""
    plain = w.http.get("/.well-known/oauth-authorization-server").body
    for headers in (
        {"X-Forwarded-Host": "evil.test"},
        {"Forwarded": "host=evil.test;proto=http;for=9.9.9.9"},
        {"X-Forwarded-Proto": "http"},
        {"X-Forwarded-Prefix": "/x"},
        {"X-Original-URL": "/metrics"},
        {"X-Rewrite-URL": "/admin/v1/status"},
    ):
        answer = w.caller().get("/.well-known/oauth-authorization-server", headers=headers)
        assert answer.body == plain, headers
    answer = w.caller().request("GET", "/.well-known/oauth-authorization-server", host="evil.test")
    assert answer.status in (400, 421) or answer.body == plain, answer
    # The throttle counts the peer, not whom it claims to speak for.
    attacker = w.caller()
    got = [
        attacker.post(
            "/token",
            {"grant_type": "client_credentials"},
            authorization="Basic Y29uZjp4",
            headers={"X-Forwarded-For": f"10.0.0.{i}", "Forwarded": f"for=10.0.0.{i}"},
        ).status
        for i in range(40)
    ]
    assert 429 in got, "X-Forwarded-For of a stranger resets the throttle"
