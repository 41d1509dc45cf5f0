"""The gateway as a reverse proxy (section N): what the server behind is asked, and what it is never asked."""

import json

from ..harness import h2
from ..harness.case import critical, waited
from ..harness.client import statuses
from ..harness.proxy import Proxy, ended
from ..harness.world import RS1, World

IDENTITY = ("x-tessera-subject", "x-tessera-client", "x-tessera-scope", "x-tessera-roles")
CLAIMS = (
    "X-Tessera-Subject", "x-tessera-subject", "X_Tessera_Subject", "X-Tessera_Scope", "X-Tessera-Roles", "X-Auth-User",
    "X_Auth_User", "X-Auth-Roles", "Remote-User", "X-Forwarded-User", "X-Original-URI", "X-HTTP-Method-Override",
    "Remote-Groups", "REMOTE_EMAIL", "remote-name", "X-Remote-User", "X-WebAuth-User", "X_WebAuth_Groups",
    "X-Auth-Request-User", "X_Auth_Request_Email", "X-Forwarded-Email", "X-FORWARDED-GROUPS",
    "X-Forwarded-Preferred-Username", "X_Forwarded_User", "SSL-Client-Verify", "SSL_CLIENT_S_DN", "X-SSL-Client-CN",
    "X_SSL_CLIENT_VERIFY", "X-Authenticated-User", "OIDC_CLAIM_sub", "Client-Cert", "X-User-Id",
)  # fmt: skip
CLAIMED = [(name, "root") for name in CLAIMS] * 2
NAMED = [("Connection", ", ".join(["close", *CLAIMS, "Authorization", "Cookie", "Host", "Content-Length"]))]


def only(proxy):
    """The one request that came through."""
    assert not proxy.behind.problems and len(proxy.behind.asked) == 1, (proxy.behind.problems, proxy.behind.asked)
    return proxy.behind.asked[0]


def untouched(proxy, what):
    assert not proxy.behind.asked and not proxy.behind.problems, (what, [one.target for one in proxy.behind.asked])


def nobody_pretends(asked, client=None):
    """Each identity at most once, and never the one that was claimed."""
    said = {name: asked.values(name) for name in IDENTITY}
    assert all(len(values) <= 1 for values in said.values()), asked.fields
    assert said["x-tessera-client"] == ([client] if client else []), asked.fields
    assert not any(value == "root" for _, value in asked.fields), asked.fields


@critical
def case_202_identity_through_the_proxy(w):
    """The server behind learns who comes from the gateway alone, on every kind of request."""
    proxy, token = w.proxy(), w.token("conf")
    for more in ([], NAMED):
        for target, bearer, client in (
            ("/files/1", token, "conf"), ("/public/1", None, None), ("/public/1", "no.such.token", None),
        ):  # fmt: skip
            for method in ("GET", "HEAD", "POST", "OPTIONS"):
                proxy.behind.forget()
                assert proxy.pass_on(target, bearer, method, CLAIMED + more).status == 200
                nobody_pretends(only(proxy), client)
    claimed = "".join(f"{name}: root\r\n" for name in CLAIMS)
    for target, bearer, client in (("/files/socket", token, "conf"), ("/public/socket", None, None)):
        proxy.behind.forget()
        sock, found = proxy.websocket(target, bearer, claimed)
        sock.close()
        assert b" 101 " in found, found[:200]
        nobody_pretends(only(proxy), client)
    proxy.behind.forget()
    for bad in ("X-Auth-User ", "X-Auth\u2010User", "X-Auth-User\t", "X-Auth User"):
        line = f"GET /public/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{bad}: root\r\n\r\n"
        assert statuses(proxy.raw(line.encode())[0]) == [400], bad
    untouched(proxy, "names that are none")
    chunked = "POST /public/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Tessera-Subject\r\n\r\n"
    proxy.raw((chunked + "2\r\nok\r\n0\r\nX-Tessera-Subject: root\r\n\r\n").encode())
    nobody_pretends(only(proxy))


@critical
def case_205_paths_at_the_proxy(w):
    """What can be read in two ways is not passed on, and what is passed on is what was judged."""
    proxy, reader = w.proxy(), w.token("conf")
    wrong = (
        "files/1", "//files/1", "/files//1", "/public/../files/1", "/public/%2e%2e/files/1", "/public/.%2E/files/1",
        "/public/..%2ffiles", "/public%2f1", "/public\\..\\files", "/public%5cfiles", "/public;/files", "/files/%",
        "/public/..;/files/1", "/files/%zz", "/files/%00", "/public%0d%0aX:y", "/files/%c0%ae", "/public/%252e%252e/x",
        "/public/%25%32%65", "/files/%ef%bc%8e", "/files/1#x", "/nothing", "/publicity", "/PUBLIC", "*",
        "http://other.test:80@a/files/1", "/public/1?%", "/public/1?a=%0", "/inner/../files/1",
    )  # fmt: skip
    for target in wrong:
        for bearer in (f"Authorization: Bearer {reader}\r\n", ""):
            line = f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{bearer}\r\n"
            seen = statuses(proxy.raw(line.encode("latin-1"))[0])
            assert len(seen) == 1 and 400 <= seen[0] < 405, (target, seen)
    untouched(proxy, "paths of two meanings")
    for target, behind in (
        ("/public/%61%7e", "/public/a~"), ("/public/%c3%a4?a=b&c=%2f", "/public/%C3%A4?a=b&c=%2f"),
        ("/public/1?x=[1]|{}", "/public/1?x=%5B1%5D%7C%7B%7D"),
    ):  # fmt: skip
        proxy.behind.forget()
        assert statuses(proxy.raw(f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())[0]) == [200]
        assert only(proxy).target == behind, (target, only(proxy).target)


@critical
def case_206_spoofing_at_the_proxy(w):
    """No field leads a request to another route, or tells the server behind of another client."""
    proxy = w.proxy()
    spoofed = [
        ("X-Forwarded-Uri", "/public"), ("X-Forwarded-Method", "GET"), ("X-Forwarded-Host", "public.test"),
        ("X-Forwarded-Proto", "gopher"), ("X-Forwarded-Prefix", "/public"), ("X-Forwarded-Port", "1"),
        ("X-Original-URL", "/public"), ("X-Rewrite-URL", "/public"), ("Forwarded", "for=10.9.9.9;host=public.test"),
        ("X-Real-IP", "10.9.9.9"), ("X-HTTP-Method-Override", "DELETE"), ("X-Envoy-Original-Path", "/public"),
        ("X-Forwarded_For", "10.9.9.9"), ("Via", "1.1 a"),
    ]  # fmt: skip
    assert proxy.pass_on("/files/1", headers=spoofed).status == 401
    assert proxy.pass_on("/files/private/1", w.token("conf"), "POST", spoofed).status == 403
    untouched(proxy, "spoofed")
    assert proxy.client(address="127.9.9.9").get("/public/1", headers=[*spoofed, ("X-Forwarded-For", "10.9.9.9")]).status == 200
    asked = only(proxy)
    assert asked.values("x-forwarded-for") == ["127.9.9.9"], "only listed proxies are believed"
    assert asked.values("x-forwarded-proto") == ["https"] and asked.values("via") == ["1.1 tessera"]
    assert not any("10.9.9.9" in value or "public.test" in value for _, value in asked.fields), asked.fields


def case_209_methods_at_the_proxy(w):
    """Nothing is tunnelled, traced or let past by its method."""
    proxy, reader = w.proxy(), w.token("conf")
    for method in ("OPTIONS", "HEAD", "GET", "POST", "DELETE", "PROPFIND", "get"):
        seen = statuses(proxy.raw(f"{method} /files/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())[0])
        assert seen and seen[0] in (400, 401, 405, 501), (method, seen)
    bearer = f"Authorization: Bearer {reader}\r\n"
    for line in ("CONNECT a:443", "CONNECT /files/1", "TRACE /files/1", "PURGE /files/1", "PRI *"):
        seen = statuses(proxy.raw(f"{line} HTTP/1.1\r\nHost: a\r\n{bearer}Connection: close\r\n\r\n".encode())[0])
        assert seen and seen[0] in (400, 405, 501), (line, seen)
    sock, found = proxy.websocket("/files/socket")
    sock.close()
    assert b" 401 " in found and b"WWW-Authenticate: Bearer".lower() in found.lower(), found[:300]
    untouched(proxy, "methods")
    assert proxy.pass_on("/nowhere").status == 404, "a route without an upstream"
    for target in ("/files/1?/ping", "/ping", "/health/live", "/metrics", "/forward-auth", "/admin/v1/clients"):
        assert proxy.pass_on(target).status in (401, 404), target
    untouched(proxy, "disguises")


@critical
def case_210_smuggling_through_the_proxy(w):
    """The server behind sees no request that was not meant, and none when the framing is ambiguous."""
    proxy = w.proxy()
    second = b"GET /public/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
    chunks = b"0\r\n\r\n" + second
    broken = {
        "CL and TE": (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", chunks),
        "TE and CL": (b"Transfer-Encoding: chunked\r\nContent-Length: 500\r\n", chunks),
        "folded TE": (b"Transfer-Encoding:\r\n chunked\r\n", chunks),
        "folded CL": (b"Content-Length:\r\n 5\r\n", b"hello" + second),
        "TE space colon": (b"Transfer-Encoding : chunked\r\n", chunks),
        "tab TE": (b"Transfer-Encoding:\tchunked, identity\r\n", chunks),
        "CR in a field": (b"X: a\rTransfer-Encoding: chunked\r\n", chunks),
        "NUL in a field": (b"X: a\x00\r\n", second),
        "two hosts": (b"Host: b\r\nContent-Length: 0\r\n", second),
        "+5": (b"Content-Length: +5\r\n", b"hello" + second),
        "0x5": (b"Content-Length: 0x5\r\n", b"hello" + second),
        "5, 5": (b"Content-Length: 5, 5\r\n", b"hello" + second),
        "5 twice": (b"Content-Length: 5\r\nContent-Length: 5\r\n", b"hello" + second),
        "5 and 6": (b"Content-Length: 5\r\nContent-Length: 6\r\n", b"hello" + second),
        "huge": (b"Content-Length: 18446744073709551621\r\n", b"hello" + second),
    }
    for value in (
        b"xchunked", b"chunked, identity", b"\x0bchunked", b"identity", b"chunked, chunked", b"gzip, chunked", b"",
        b'"chunked"', b"chunked;x=1",
    ):  # fmt: skip
        broken[f"TE {value!r}"] = (b"Transfer-Encoding: " + value + b"\r\n", chunks)
    for chunk in (
        b"FFFFFFFFFFFFFFFF5\r\nhello\r\n", b"-5\r\nhello\r\n", b"0x5\r\nhello\r\n", b"5\r\nhelloXX", b" 5\r\nhello\r\n",
        b"5 \r\nhello\r\n", b"5\nhello\r\n", b"5;a\nb\r\nhello\r\n", b"5\rX\nhello\r\n",
    ):  # fmt: skip
        broken[f"chunk {chunk!r}"] = (b"Transfer-Encoding: chunked\r\n", chunk + chunks)
    for name, (head, body) in broken.items():
        proxy.behind.forget()
        seen = statuses(proxy.raw(b"POST /public/first HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n" + body)[0])
        targets = [one.target for one in proxy.behind.asked]
        assert "/public/smuggled" not in targets and 200 not in seen and len(seen) <= 1, (name, seen, targets)
    for line in (
        b"GET\t/public/line HTTP/1.1", b"GET  /public/line HTTP/1.1", b"GET /public/line HTTP/1.1 ",
        b"GET /public/line HTTP/1.1\r", b"GET /public/line  HTTP/1.1", b"GET /public/line HTTP/2.0", b"GET /public/line",
        b"GET /public/\rline HTTP/1.1", b"\x00GET /public/line HTTP/1.1", b"GET /public/line\x0bHTTP/1.1",
    ):  # fmt: skip
        seen = statuses(proxy.raw(line + b"\r\nHost: a\r\n\r\n")[0])
        assert 200 not in seen, (line, seen)
    # Content on GET is a request to whoever does not expect it.
    held = b"GET /public/line HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(second)
    assert statuses(proxy.raw(held + second)[0]) == [400]
    # Two that are meant are two, in order.
    good = b"GET /public/one HTTP/1.1\r\nHost: a\r\n\r\n" + second.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert statuses(proxy.raw(good)[0]) == [200, 200]
    # A request with broken content may have come that far, and was given up then.
    assert [one.target for one in proxy.behind.asked if one.target != "/public/first"] == ["/public/one", "/public/smuggled"]
    assert not proxy.behind.problems, proxy.behind.problems


@critical
def case_210_answers_of_the_server_behind(w):
    """An answer that nobody asked for is given to nobody, and one that is odd adds no field."""
    proxy = w.proxy()
    assert proxy.pass_on("/public/two").text == "first"
    for _ in range(8):
        assert json.loads(proxy.pass_on("/public/1").body)["target"] == "/public/1"
    w.watch.allowed_5xx = {502}
    answer = proxy.pass_on("/public/odd")
    assert answer.header("Set-Cookie") is None and answer.status in (200, 502), (answer, answer.headers)


@critical
def case_210_http2_to_http1(w):
    """What HTTP/2 can hold and HTTP/1 cannot never reaches a server that speaks only this."""
    proxy, host = w.proxy(tls=True), f"localhost:{w.proxy(tls=True).listen}"
    base = [(":method", "POST"), (":scheme", "https"), (":authority", host), (":path", "/public/first")]
    second = b"GET /public/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

    def sent(pairs, body=b"hello", trailers=None):
        proxy.behind.forget()
        with proxy.connect(alpn="h2", timeout=5) as sock:
            return h2.exchange(sock, h2.request(pairs, body, trailers=trailers))

    for name, more in {
        "te": [("transfer-encoding", "chunked")],
        "cl too short": [("content-length", "0")],
        "cl too long": [("content-length", "500")],
        "cl too long to be held": [("content-length", "500000")],
        "two cl": [("content-length", "5"), ("content-length", "0")],
        "upper case": [("Transfer-Encoding", "chunked")],
        "crlf in a value": [("x-a", "b\r\ntransfer-encoding: chunked")],
        "crlf in a name": [("x-a: b\r\nx-b", "c")],
        "lf in a value": [("x-a", "b\nx-b: c")],
        "nul in a value": [("x-a", "b\x00c")],
        "colon in a name": [("x-a: b", "c")],
        "connection": [("connection", "x-tessera-subject")],
        "upgrade": [("upgrade", "websocket")],
        "te that is not trailers": [("te", "chunked")],
        "another pseudo field": [(":protocol", "websocket")],
        "a pseudo field behind": [("x-a", "b"), (":path", "/files/1")],
        "another host": [("host", "other.test")],
    }.items():
        sent(base + more, second if name == "cl too short" else b"hello")
        # Short content is passed on once all of it is there. Of long content the beginning may have come, and never the end.
        held = "to be held" not in name
        if not held:
            # What has come of it must not be taken for the next one.
            waited(lambda: proxy.behind.asked, 3)
        targets = [(one.method, one.target) for one in proxy.behind.asked if held or one.whole]
        assert not targets and not proxy.behind.problems, (name, targets, proxy.behind.problems)
    for place, value in (
        (":path", "/public/first HTTP/1.1\r\nX: y"), (":path", "/public/a b"), (":path", "public"), (":path", ""),
        (":path", "/public/../files/1"), (":path", "https://a/public/first"), (":method", "GET /public/x HTTP/1.1\r\n"),
        (":method", "G ET"), (":method", "CONNECT"), (":authority", "a\r\nX: y"), (":authority", ""), (":scheme", "gopher://"),
    ):  # fmt: skip
        sent([(name, value if name == place else text) for name, text in base])
        untouched(proxy, (place, value))
    assert None not in sent(base, trailers=[("x-tessera-subject", "root"), ("x-auth-user", "root")])
    nobody_pretends(only(proxy))
    sent(base + [("cookie", "a=1"), ("cookie", "__Host-tessera=x"), ("cookie", "b=2")])
    assert only(proxy).values("cookie") == ["a=1; b=2"], only(proxy).fields


def case_214_hop_by_hop_through_the_proxy(w):
    """Fields of one connection end with it, and `Connection` takes nobody's identity or token away."""
    proxy, token = w.proxy(), w.token("conf")
    hops = [
        ("Keep-Alive", "timeout=5"), ("Proxy-Connection", "keep-alive"), ("TE", "trailers, chunked"), ("Trailer", "X-A"),
        ("Proxy-Authorization", "Basic eDp5"), ("X-Hop", "1"), ("Expect", "200-maybe"), ("X-Kept", "1"), ("Cookie", "a=1"),
        ("Max-Forwards", "0"),
    ]  # fmt: skip
    answer = proxy.pass_on("/files/1", token, headers=[*hops[:6], *hops[7:], ("Connection", "X-Hop, Authorization, Cookie, X-Tessera-Client")])
    assert answer.status == 200, answer
    asked = only(proxy)
    nobody_pretends(asked, "conf")
    for name in (name.lower() for name, _ in hops if name not in ("X-Kept", "Cookie")):
        assert not asked.values(name), (name, asked.fields)
    assert asked.values("x-kept") == ["1"] and asked.values("cookie") == ["a=1"], asked.fields
    proxy.behind.forget()
    for upgrade in ("h2c", "TLS/1.0", "HTTP/2.0", "websocket, h2c", "connect-udp"):
        line = f"GET /public/1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: {upgrade}\r\nHTTP2-Settings: AAMA\r\n\r\n"
        assert 101 not in statuses(proxy.raw(line.encode())[0]), upgrade
    assert not any(one.values("upgrade") for one in proxy.behind.asked), proxy.behind.asked
    assert proxy.raw(h2.PREFACE + h2.frame(h2.SETTINGS, 0, 0))[0][:9] != h2.frame(h2.SETTINGS, 0, 0)[:9], "h2 in clear"


@critical
def case_215_token_hygiene(w):
    """The token reaches only the server that is meant to have it, and no log; our cookies reach none."""
    proxy, token = w.proxy(), w.token("conf")
    cookies = [("Cookie", "a=1; __Host-tessera-session=secretsecretsecret; tessera-x=2; b=3")]
    assert proxy.pass_on("/files/1", token, headers=cookies).status == 200
    asked = only(proxy)
    assert not asked.values("authorization") and asked.values("cookie") == ["a=1; b=3"], asked.fields
    assert not any(token in value for _, value in asked.fields)
    proxy.behind.forget()
    assert proxy.pass_on("/kept/1", token).status == 200
    assert only(proxy).values("authorization") == [f"Bearer {token}"]
    proxy.behind.forget()
    for target in (f"/files/1?access_token={token}", f"/public/1?access_token={token}"):
        answer = proxy.pass_on(target)
        assert answer.status == (200 if "public" in target else 401) and "Location" not in str(answer.headers), answer
    assert token.encode() not in proxy.whole_log() and b"secretsecret" not in proxy.whole_log()
    w.watch.allowed_5xx = {502}
    assert token not in proxy.pass_on("/down/1", token).text


@critical
def case_219_content_of_strangers(w):
    """Content of a request without a good token never reaches the server behind."""
    proxy, reader = w.proxy(), w.token("conf")
    for token, target, status in ((None, "/files/1", 401), ("no.such.token", "/files/1", 401), (reader, "/files/private/1", 403)):
        for extra in ([], [("Expect", "100-continue")]):
            answer = proxy.pass_on(target, token, "POST", extra, b"a=b" * 1000)
            assert answer.status == status, (target, answer)
    untouched(proxy, "content")


@critical
def case_221_issuer_away_at_the_proxy(w):
    """While the issuer is away what it signed passes, and what only it can read does not."""
    known, other = w.token("conf"), w.token("conf")
    proxy = w.proxy()
    assert proxy.pass_on("/files/1", known).status == 200
    w.server.pause()
    try:
        assert proxy.pass_on("/files/1", known).status == 200
        assert proxy.pass_on("/files/1", other).status == 200
        proxy.behind.forget()
        for bad in ("tsa_" + "A" * 300, "tsk_" + "A" * 49, "nonsense", other[:-4] + "AAAA"):
            assert proxy.pass_on("/files/1", bad).status in (401, 403, 503), bad[:8]
        untouched(proxy, "tokens that nobody could judge")
    finally:
        w.server.pause(False)


def case_222_prefix_and_endings(w):
    """A prefix is taken from what was judged, and what is left is still one path."""
    proxy, token = w.proxy(), w.token("conf")
    for target, behind in (("/inner/a/b?c=/x", "/a/b?c=/x"), ("/inner", "/"), ("/inner/", "/"), ("/inner/inner", "/inner")):
        proxy.behind.forget()
        assert proxy.pass_on(target, token).status == 200, target
        assert only(proxy).target == behind, (target, only(proxy).target)
    proxy.behind.forget()
    for target in ("/inner//a", "/inner/%2f/a", "/inner/%2e%2e/a", "/innera", "/inner%2fa"):
        assert proxy.pass_on(target, token).status in (400, 404), target
    untouched(proxy, "prefixes")
    w.watch.allowed_5xx = {502, 504}
    assert proxy.pass_on("/down/1", token).status == 502
    assert proxy.pass_on("/hasty/slow", token).status == 504
    assert proxy.pass_on("/down/1").status == 401, "who may not come learns nothing of the server behind"


def case_222_inside_the_server(w):
    """The same gateway within `tessera serve`, with the certificate and the keys of that server."""
    proxy = Proxy(w, "rs1", RS1, tls=True)
    try:
        listen = {"address": "127.0.0.1", "port": proxy.listen}
        gateway = {"enabled": True, "resource": RS1, "routes": f"{proxy.folder}/routes.yaml", "listen": listen}
        gateway["forward-auth"] = {"socket": f"{proxy.folder}/asking.sock"}
        world = World(w.installation("inside", {"gateway": gateway}), w.watch, slow=w.slow)
        world.resource("rs1", RS1, "read write")
        world.client("conf")
        world.permit("conf", RS1, "read write")
        token = world.token("conf")
        proxy.authority = f"{world.server.data}/tls/ca.pem"
        assert proxy.pass_on("/files/1", token).status == 200
        nobody_pretends(only(proxy), "conf")
        for target, presented, status in (
            ("/files/1", None, 401), ("/files/1", w.token("conf"), 401), ("/files/private/1", token, 403), ("/x", token, 404),
        ):  # fmt: skip
            assert proxy.pass_on(target, presented).status == status, target
        assert len(proxy.behind.asked) == 1
        status, version, _ = proxy.curl("/files/1", "--http2", token=token)
        assert (status, version) == (200, "2")
        sock, _ = proxy.websocket("/files/socket", token)
        world.server.stop()
        assert world.server.process.returncode == 0 and ended(sock, 10), "it ends in order with an open WebSocket"
    finally:
        proxy.discard()


@critical
def case_223_websockets(w):
    """Pages of other origins open no WebSocket, and a token in a subprotocol counts for nothing and is not logged."""
    proxy, token = w.proxy(), w.token("conf")
    here = f"https://localhost:{proxy.listen}"
    for target, origin, is_open in (
        ("/files/socket", here, True), ("/files/socket", None, True), ("/files/socket", "https://evil.test", False),
        ("/files/socket", f"http://localhost:{proxy.listen}", False), ("/files/socket", "null", False),
        ("/files/socket", here + ".evil.test", False), ("/named/socket", "https://app.test", True),
        ("/named/socket", here, False), ("/named/socket", "https://app.test.evil", False),
        ("/named/socket", "https://app.test\r\nOrigin: https://evil.test", False),
    ):  # fmt: skip
        sock, found = proxy.websocket(target, token, f"Origin: {origin}\r\n" if origin else "")
        assert found.startswith(b"HTTP/1.1 101" if is_open else b"HTTP/1.1 403"), (target, origin, found[:80])
        if is_open:
            sock.sendall(b"\x81\x85abcdhello")
            assert sock.recv(100) == b"\x81\x85abcdhello"
        sock.close()
    proxy.behind.forget()
    sock, found = proxy.websocket("/files/socket", None, f"Sec-WebSocket-Protocol: bearer, {token}\r\n")
    sock.close()
    assert b" 401 " in found, found[:80]
    untouched(proxy, "a token in a subprotocol")
    sock, found = proxy.websocket("/public/socket", None, f"Sec-WebSocket-Protocol: {token}\r\n")
    sock.close()
    assert b" 101 " in found and token.encode() not in proxy.whole_log()
