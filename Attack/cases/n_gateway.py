"""The gateway and its forward-auth endpoint (section N): what a proxy asks, and what its clients try to make it ask."""

import socket

from ..harness.case import critical
from ..harness.gateway import Gateway
from ..harness.world import GATEWAY_ROUTES, RS1

IDENTITY = ("x-tessera-subject", "x-tessera-client", "x-tessera-scope", "x-tessera-roles")
CLOSED = (400, 401, 403)


def identity(answer):
    """The identity fields of an answer, each as often as it is there."""
    return [(name.lower(), value) for name, value in answer.headers if name.lower() in IDENTITY]


def nobody(answer):
    """Refused, and without a word about who came."""
    assert answer.status in CLOSED and not identity(answer), (answer, answer.headers)
    if answer.status == 401:
        assert answer.header("WWW-Authenticate", "").startswith("Bearer"), answer.headers


@critical
def case_202_identity_headers(w):
    """An identity that a client writes never comes back as the gateway's."""
    guard, token = w.gateway(), w.token("conf")
    names = (
        "X-Tessera-Subject", "x-tessera-subject", "X_Tessera_Subject", "X-Tessera_Scope", "X-Tessera-Roles",
        "X-Auth-User", "X_Auth_User", "X-Auth-Roles", "Remote-User",
    )  # fmt: skip
    claimed = [(name, "root") for name in names] * 2 + [("Connection", "X-Tessera-Subject, X-Tessera-Roles")]
    good = guard.ask("/files/1", token, headers=claimed)
    said = identity(good)
    assert good.status == 200 and [name for name, _ in said] == list(IDENTITY), good.headers
    assert dict(said)["x-tessera-client"] == "conf" and "root" not in str(good.headers), good.headers
    for answer in (guard.ask("/public/x", headers=claimed), guard.ask("/public/x", "no.such.token", headers=claimed)):
        assert answer.status == 200 and identity(answer) == [(name, "") for name in IDENTITY], answer.headers
    for method in ("OPTIONS", "HEAD", "POST"):
        nobody(guard.ask("/files/1", method=method, headers=claimed))
    nobody(guard.ask("/unknown", token, headers=claimed))
    nobody(guard.ask("/files/1", headers=claimed + [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]))
    for bad in ("X-Auth-User ", "X-Auth\u2010User".encode().decode("latin-1"), "X-Auth-User\t"):
        line = f"GET /forward-auth HTTP/1.1\r\nHost: a\r\nX-Original-URI: /public\r\nX-Original-Method: GET\r\n{bad}: root\r\n\r\n"
        assert raw(guard, line.encode("latin-1")).startswith(b"HTTP/1.1 400"), bad


def raw(guard, data):
    """What comes back for bytes that no library sends."""
    with socket.create_connection(("127.0.0.1", guard.port), timeout=60) as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        found = b""
        while part := sock.recv(65536):
            found += part
        return found


@critical
def case_205_malformed_targets(w):
    """A target that can be read in two ways is refused, also with a token for everything."""
    guard, token = w.gateway(), w.token("conf", scope="read write")
    assert guard.ask("/files/1", token).status == 200
    wrong = (
        "*", "files/1", "http://other.test/files/1", "https://other.test/public", "//other.test/public", "/files//1",
        "/public/../files/1", "/public/%2e%2e/files/1", "/public/.%2E/files/1", "/public/..%2ffiles", "/public%2f1",
        "/public\\..\\files", "/public%5cfiles", "/public;/files", "/public/..;/files/1", "/files/%", "/files/%2",
        "/files/%zz", "/files/%00", "/public%0d%0aX: y", "/files/%c0%ae", "/files/%ff", "/public/%252e%252e/files",
        "/public/%25%32%65", "/files/%ef%bc%8e%ef%bc%8e", "/files/1#x", "/files/ 1", "/files/\xe4", "/nothing", "/publicity",
        "/PUBLIC", "/files/" + "a" * 12_000,
    )  # fmt: skip
    for target in wrong:
        for presented in (token, None):
            answer = guard.ask(target, presented)
            assert answer.status in (*CLOSED, 431) and not identity(answer), (target[:80], answer)
    for missing in (
        [],
        [("X-Original-URI", "/public")],
        [("X-Original-Method", "GET")],
        [("X-Original-URI", "/public"), ("X-Original-URI", "/public"), ("X-Original-Method", "GET")],
        [("X-Original-URI", "/public"), ("X-Original-Method", "GET"), ("X-Original-Method", "GET")],
        [("X-Original-URI", "/public"), ("X-Original-Method", "")],
    ):
        answer = guard.caller().get("/forward-auth", headers=missing)
        assert answer.status == 400 and not identity(answer), (missing, answer)


@critical
def case_206_spoofed_forwarding(w):
    """Words of another proxy than the one that asks count for nothing, and words of anybody else neither."""
    guard = w.gateway()
    spoofed = [
        ("X-Forwarded-Uri", "/public"), ("X-Forwarded-Method", "GET"), ("X-Forwarded-Host", "public.test"),
        ("X-Forwarded-Proto", "https"), ("X-Forwarded-Prefix", "/public"), ("X-Forwarded-Port", "443"),
        ("X-Original-URL", "/public"), ("X-Rewrite-URL", "/public"), ("X-Original-Host", "public.test"),
        ("Forwarded", "for=127.0.0.1;host=public.test"), ("X-HTTP-Method-Override", "GET"),
        ("X-Envoy-Original-Path", "/public"),
    ]  # fmt: skip
    nobody(guard.ask("/files/1", headers=spoofed))
    nobody(guard.ask("/files/private/1", w.token("conf"), method="POST", headers=spoofed))
    original = [("X-Original-URI", "/public"), ("X-Original-Method", "GET")]
    assert guard.caller().get("/forward-auth/forwarded", headers=original).status == 400
    asked = [("X-Forwarded-Uri", "/files/1"), ("X-Forwarded-Method", "GET"), ("X-Forwarded-Host", "a.test")]
    nobody(guard.caller().get("/forward-auth/forwarded", headers=asked + original))
    nobody(guard.caller().get("/forward-auth/path/files/1", headers=spoofed + original))
    nobody(guard.caller().get("/forward-auth/path/public/../files/1", headers=spoofed))
    assert guard.caller().get("/forward-auth/path/public/1").status == 200
    assert guard.caller().get("/forward-auth/forwarded", headers=[(n, v) for n, v in spoofed if "-O" not in n]).status == 200
    # Not from where the configuration says that a proxy is.
    for address in ("127.0.0.2", "127.1.2.3"):
        answer = guard.ask("/public", address=address, headers=[("X-Forwarded-For", "127.0.0.1")])
        assert answer.status == 403 and not identity(answer), answer


def case_209_methods_and_disguises(w):
    """No method, probe or program is let in that a route does not name."""
    guard, reader = w.gateway(), w.token("conf")
    for method in ("OPTIONS", "HEAD", "CONNECT", "TRACE", "PROPFIND", "get", "G E T", ""):
        nobody(guard.ask("/files/1", method=method))
        nobody(guard.ask("/files/private/1", reader, method=method))
    for agent in ("kube-probe/1.30", "ELB-HealthChecker/2.0", "GoogleHC/1.0"):
        nobody(guard.ask("/files/1", headers=[("User-Agent", agent)]))
    for target in ("/files/1?/ping", "/files/1?x=/public", "/ping", "/health/live", "/favicon.ico"):
        nobody(guard.ask(target))
    strong = w.token("conf", scope="read write")
    for method in ("DELETE", "PUT", "OPTIONS"):
        assert guard.ask("/files/private/1", strong, method=method).status == 403, method
    assert guard.ask("/files/private/1", strong, method="POST").status == 200


def case_214_hop_by_hop_at_the_gateway(w):
    """`Connection` takes nothing away from a question."""
    guard = w.gateway()
    named = "Authorization, X-Original-URI, X-Original-Method, Cookie, X-Tessera-Subject"
    hops = [("Connection", named), ("Keep-Alive", "timeout=5"), ("Proxy-Connection", named)]
    nobody(guard.ask("/files/1", headers=hops))
    assert dict(identity(guard.ask("/files/1", w.token("conf"), headers=hops)))["x-tessera-client"] == "conf"
    upgrade = b"GET /forward-auth/path/files/1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
    upgrade += b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
    assert raw(guard, upgrade).startswith(b"HTTP/1.1 400"), "h2c"


@critical
def case_221_issuer_away(w):
    """While the issuer is away what it signed is judged, and what only it can read is refused."""
    signed = w.token("conf")
    with Gateway(w, "rs1", RS1, GATEWAY_ROUTES) as guard:
        assert guard.ask("/files/1", signed).status == 200
        other = w.token("conf")
        w.server.pause()
        try:
            assert guard.ask("/files/1", signed).status == 200, "a token that is known"
            assert guard.ask("/files/1", other).status == 200, "a token of known keys"
            for opaque in ("tsa_" + "A" * 300, "tsk_" + "A" * 49, "nonsense"):
                answer = guard.ask("/files/1", opaque)
                assert answer.status in (401, 403, 503) and not identity(answer), (opaque[:8], answer)
            nobody(guard.ask("/files/1", other[:-4] + "AAAA"))
        finally:
            w.server.pause(False)


def case_226_scope_logic(w):
    """A scope is a set of exact words."""
    guard = w.gateway()
    reader, writer = w.token("conf"), w.token("conf", scope="write")
    assert guard.ask("/files/1", reader).status == 200
    for target, token in (("/all/1", reader), ("/files/1", writer), ("/files/private/1", reader), ("/all", writer)):
        answer = guard.ask(target, token)
        assert answer.status == 403 and 'error="insufficient_scope"' in answer.header("WWW-Authenticate"), answer
