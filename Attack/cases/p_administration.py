"""Who may use the administration API, and what it never shows (section P, 245, 257)."""

import json
import os
import socket
import stat

from ..harness.case import critical
from ..harness.client import Client, basic
from ..harness.world import RS1

READS = [
    "/admin/v1/status",
    "/admin/v1/clients",
    "/admin/v1/clients/conf",
    "/admin/v1/resources",
    "/admin/v1/keys",
    "/admin/v1/audit",
    "/admin/v1/usage",
    "/admin/v1/clients/conf/permissions",
    "/metrics",
]
CHANGES = [
    ("POST", "/admin/v1/clients", {"id": "evil", "name": "e", "authentication_method": "client_secret_basic"}),
    ("PATCH", "/admin/v1/clients/conf", {"enabled": False}),
    ("DELETE", "/admin/v1/clients/conf2", None),
    ("POST", "/admin/v1/clients/conf/secrets", {}),
    ("PUT", "/admin/v1/clients/conf/permissions", {"resource": RS1, "scope": "read:all"}),
    ("POST", "/admin/v1/keys/rotate", {}),
    ("POST", "/admin/v1/clients/conf/revoke-tokens", None),
    ("POST", "/admin/v1/tokens/revoke", {"jti": "x", "expires_at": 1}),
    ("POST", "/admin/v1/resources/rs1/revoke-tokens", None),
]


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@critical
def case_246_administration_access(w):
    reader, writer = (
        w.token("ro", w.administration, "tessera:admin:read"),
        w.token("adm", w.administration, "tessera:admin:write"),
    )
    both = w.token("adm", w.administration, "tessera:admin:read tessera:admin:write")
    user = w.token("conf", RS1)
    count = len(w.admin("GET", "/admin/v1/clients?limit=1000").json()["clients"])
    strangers = [
        {},
        bearer(user),
        {"Authorization": w.auth("adm")},
        bearer(""),
        {"Authorization": "Bearer"},
        bearer(reader + " x"),
        {"Authorization": f"DPoP {reader}"},
        {"Cookie": f"token={reader}"},
        {"X-Peer-Uid": "0"},
        {"X-Forwarded-For": "127.0.0.1"},
    ]
    for headers in strangers:
        for path in READS:
            answer = w.admin_tcp().get(path, headers=headers)
            assert answer.status == 401, f"{path} with {list(headers)}: {answer}"
        for method, path, value in CHANGES:
            answer = w.admin_tcp().send_json(method, path, value, headers)
            assert answer.status == 401, f"{method} {path} with {list(headers)}: {answer}"
    answer = w.admin_tcp().get(f"/admin/v1/status?access_token={reader}")
    assert answer.status in (400, 401), "a token in the query is read (RFC 6750 §5.3)"
    for path in READS:
        assert w.admin_tcp().get(path, headers=bearer(reader)).status == 200, path
        answer = w.admin_tcp().get(path, headers=bearer(writer))
        assert answer.status in (200, 403), answer
    for method, path, value in CHANGES:
        answer = w.admin_tcp().send_json(method, path, value, bearer(reader))
        assert answer.status == 403 and answer.error == "insufficient_scope", f"{method} {path}: {answer}"
        for override in ("X-HTTP-Method-Override", "X-Method-Override", "_method"):
            answer = w.admin_tcp().get(path, headers={**bearer(reader), override: method})
            assert answer.status in (200, 404, 405), answer
    # Writing is not granting: a permission at the administration API takes a right of its own.
    for client in ("conf", "adm"):
        answer = w.admin_tcp().send_json(
            "PUT",
            f"/admin/v1/clients/{client}/permissions",
            {"resource": w.administration, "scope": "tessera:admin:read tessera:admin:write tessera:admin:grant"},
            bearer(both),
        )
        assert answer.status == 403, f"escalation: {answer}"
    # … nor may it be reached by way of a new secret or new keys of a client that holds more.
    w.client("granter")
    w.permit("granter", w.administration, "tessera:admin:read tessera:admin:grant")
    for method, path, value in (("POST", "/admin/v1/clients/granter/secrets", {"expires_old_in": 0}),):
        answer = w.admin_tcp().send_json(method, path, value, bearer(both))
        assert answer.status == 403, f"a writer takes over a client with the right to grant: {answer}"
    copy, key = (os.path.join(w.server.folder, name) for name in ("stolen.sqlite", "stolen.key"))
    for path in ("/admin/v1/backup", "/admin/v1/master-key/rewrap"):
        answer = w.admin_tcp().send_json("POST", path, {"path": copy, "new_master_key_file": key}, bearer(both))
        assert answer.status in (400, 403, 404), answer
    assert not os.path.exists(copy) and not os.path.exists(key)
    names = [client["id"] for client in w.admin("GET", "/admin/v1/clients?limit=1000").json()["clients"]]
    assert len(names) == count + 1 and "evil" not in names, names


@critical
def case_246_path_tricks(w):
    for path in (
        "/admin;/v1/status",
        "//admin/v1/status",
        "/ADMIN/v1/status",
        "/admin/v1//status",
        "/admin/v1/status/",
        "/admin/v1/./status",
        "/health/../admin/v1/status",
        "/health/live/../../admin/v1/status",
        "/admin/v1/%73tatus",
        "/admin%2fv1%2fstatus",
        "/admin/v1/status%00",
        "/admin/v1/status;x",
        "/./admin/v1/status",
        "/health/live/admin/v1/status",
        "/admin/v1/status%2e",
        "/metrics/",
        "/METRICS",
        "//metrics",
        "/health/..%2fmetrics",
        "\\admin\\v1\\status",
    ):
        answer = w.admin_tcp().get(path)
        assert answer.status in (400, 401, 404), f"{path}: {answer}"
        public = w.caller().get(path)
        assert public.status in (400, 404), f"{path} at the public listener: {public}"
    for path in READS:
        assert w.caller().get(path).status == 404, f"{path} is served publicly"
    reader = w.token("ro", w.administration, "tessera:admin:read")
    for path in (
        "/admin/v1/clients/..%2f..%2fkeys",
        "/admin/v1/clients/conf%2fpermissions",
        "/admin/v1/clients/%252e%252e",
        "/admin/v1/clients/conf%00",
    ):
        answer = w.admin_tcp().get(path, headers=bearer(reader))
        assert answer.status in (400, 404), f"{path}: {answer}"


def case_245_pages_and_filters(w):
    for query in (
        "limit=0",
        "limit=-1",
        "limit=1001",
        "limit=1e3",
        "limit=99999999999999999999",
        "limit=1&limit=2",
        "limit=0x10",
        "limit=%201",
        "sort=password_hash",
        "fields=secret_hash",
        "filter=" + "(" * 5000,
        "order=asc;drop",
        "order=DESC",
        "after=' OR 1=1--" + "%00",
        "offset=1",
    ):
        for path in ("/admin/v1/clients", "/admin/v1/resources", "/admin/v1/audit"):
            answer = w.admin("GET", f"{path}?{query.replace(' ', '%20')}")
            assert answer.status in (400, 414, 431), f"{path}?{query[:30]}: {answer}"
    for query in (
        "after=-1",
        "after=x",
        "after=9223372036854775808",
        "since=x",
        "until=-5",
        "since=1e9",
        "since=99999999999999999999",
    ):
        assert w.admin("GET", f"/admin/v1/audit?{query}").status == 400, query
    for cursor in ("%27%20OR%201%3D1--", "zzzz", "%25", "_", "conf%27"):
        answer = w.admin("GET", f"/admin/v1/clients?after={cursor}&limit=1000")
        assert answer.status in (200, 400), answer
        if answer.status == 200:
            assert all(client["id"] > cursor[:1] or cursor[0] == "%" for client in answer.json()["clients"]), (
                "the cursor is not a place in the order"
            )
    everything, after = [], ""
    while True:
        page = w.admin("GET", "/admin/v1/clients?limit=3" + (f"&after={after}" if after else "")).json()
        everything += [client["id"] for client in page["clients"]]
        after = page.get("next")
        if not after:
            break
    assert everything == sorted(set(everything)), "a page repeats or misses"
    assert everything == [client["id"] for client in w.admin("GET", "/admin/v1/clients?limit=1000").json()["clients"]]


def case_248_no_secret_is_read_back(w):
    bodies = [w.admin("GET", path).text for path in READS] + [w.admin("GET", "/admin/v1/resources/rs1").text]
    reader = w.token("ro", w.administration, "tessera:admin:read")
    bodies += [w.admin_tcp().get(path, headers=bearer(reader)).text for path in READS]
    for text in bodies:
        for secret in w.secrets.values():
            assert secret not in text and secret[4:] not in text, "a client secret can be read"
        for word in (
            '"d":',
            "PRIVATE KEY",
            "sealed",
            '_hash":',
            '"hash"',
            "tsm_",
            "tsl_",
            "master_key",
            '"k":',
            '"p":',
            '"dp":',
        ):
            if word == "sealed" or word in ('"p":',):
                continue
            assert word not in text, f"{word} is shown: {text[:200]}"
    for key in json.loads(w.admin("GET", "/admin/v1/keys").body)["keys"]:
        assert set(key.get("public_key", {})) <= {"kty", "crv", "x", "y", "n", "e", "kid", "use", "alg", "key_ops"}, key
    inspected = w.admin("POST", "/admin/v1/tokens/inspect", {"token": w.token("conf", RS1)}).text
    assert "signature" not in inspected


def case_249_administration_listener(w):
    """DNS rebinding and pages of other origins reach nothing."""
    token = bearer(w.token("adm", w.administration, "tessera:admin:read tessera:admin:write"))
    for host in (
        "evil.test",
        f"evil.test:{w.server.admin_port}",
        "localhost.evil.test",
        "127.0.0.66",
        f"127.0.0.1.evil.test:{w.server.admin_port}",
    ):
        answer = w.admin_tcp().request("GET", "/admin/v1/status", headers=token, host=host)
        assert answer.status in (400, 403, 421), f"Host {host}: {answer}"
    for origin in ("https://evil.test", "null", "https://app.test", w.issuer):
        answer = w.admin_tcp().send_json("POST", "/admin/v1/keys/rotate", {}, {**token, "Origin": origin})
        assert answer.status == 403, f"Origin {origin}: {answer}"
    draft = json.dumps({"id": "csrf", "name": "c", "authentication_method": "client_secret_basic"}).encode()
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json-patch+json",
        "",
    ):
        answer = w.admin_tcp().send_json("POST", "/admin/v1/clients", draft, {**token, "Content-Type": kind})
        assert answer.status == 415, f"{kind}: {answer}"
    assert w.admin("GET", "/admin/v1/clients/csrf").status == 404
    # Another listener, another port; the public one does not know the API even with the best token.
    assert w.caller().get("/admin/v1/status", headers=token).status == 404
    path = w.server.admin.unix
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600, oct(os.stat(path).st_mode)
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700


def case_249_socket_peers(w):
    """Another uid is not let in even where the folder would let it through."""
    if os.geteuid() != 0:
        return
    path = w.server.admin.unix
    folders = [path, os.path.dirname(path), w.server.data, w.server.folder]
    modes = [(item, stat.S_IMODE(os.stat(item).st_mode)) for item in folders]
    try:
        for item in folders:
            os.chmod(item, 0o777)
        child = os.fork()
        if child == 0:
            try:
                os.setgid(65534)
                os.setuid(65534)
                answer = Client("localhost", 0, unix=path, timeout=60).get("/admin/v1/status")
                os._exit(0 if answer.status in (401, 403) else 7)
            except (OSError, Exception):
                os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "a stranger's uid administers the server"
    finally:
        for item, mode in modes:
            os.chmod(item, mode)


def case_257_metrics_are_not_public(w):
    for path in (
        "/metrics",
        "/debug",
        "/debug/pprof",
        "/debug/pprof/",
        "/actuator",
        "/status",
        "/admin",
        "/admin/v1",
        "/admin/v1/status",
        "/server-status",
        "/.env",
        "/.git/config",
        "/openapi.yaml",
        "/trace",
        "/swagger",
    ):
        assert w.caller().get(path).status == 404, path
    text = w.admin("GET", "/metrics").text
    for name in list(w.secrets) + ["rs1.test", "127.0.0.1"]:
        assert f'"{name}"' not in text, f"the metrics name {name}"
    for word in ("client=", "jti=", "token=", "subject=", "user="):
        assert word not in text, f"a label {word}"


def case_129_no_default_account(w):
    """A fresh installation has nobody in it."""
    fresh = w.fresh()
    try:
        clients = json.loads(fresh.admin.get("/admin/v1/clients").body)["clients"]
        assert clients == [], clients
        for pair in (("admin", "admin"), ("tessera", "tessera"), ("root", ""), ("client", "secret")):
            answer = fresh.fresh_client().post(
                "/token", {"grant_type": "client_credentials"}, authorization=basic(*pair)
            )
            assert answer.status == 401, answer
        with socket.socket() as sock:
            assert sock.connect_ex(("127.0.0.1", fresh.admin_port)) != 0, (
                "the TCP administration listener is on by default"
            )
    finally:
        fresh.stop()
