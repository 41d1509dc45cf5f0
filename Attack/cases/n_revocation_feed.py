"""Revocation at the gateway (068): tokens that end, an issuer that falls silent, and one that does not let it in."""

import contextlib
import os

import yaml

from ..harness.case import critical, waited
from ..harness.forge import b64, unb64
from ..harness.gateway import Gateway
from ..harness.server import Server, free_port
from ..harness.world import GATEWAY_ROUTES, RS1, World

# The order of the group P-256: with s, its difference to s is a signature as well.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def malleated(token):
    """The same token under another signature that verifies, too."""
    text, _, signature = token.rpartition(".")
    r, s = unb64(signature)[:32], int.from_bytes(unb64(signature)[32:], "big")
    return text + "." + b64(r + (ORDER - s).to_bytes(32, "big"))


def passes(guard, token):
    return guard.ask("/files/1", token).status == 200


def ended(guard, token):
    answer = guard.ask("/files/1", token)
    if answer.status == 200:
        return False
    assert answer.status == 401 and "invalid_token" in answer.header("WWW-Authenticate", ""), answer
    return True


def tried(w, guard):
    """Ends tokens in every way that has a name in the feed, after the gateway has let them in."""
    grant = w.permit("svc2", RS1, "read")["id"]
    for path in (
        None,
        f"/admin/v1/grants/{grant}/revoke",
        "/admin/v1/clients/svc2/revoke-tokens",
        "/admin/v1/subjects/svc2/revoke-tokens",
        "/admin/v1/resources/rs1/revoke-tokens",
    ):
        token = w.token("svc2", RS1)
        other = malleated(token)
        assert passes(guard, token) and passes(guard, token) and passes(guard, other), "before it ended"
        if path:
            answer = w.admin("POST", path)
            assert answer.status in (200, 204), answer
            w.permit("svc2", RS1, "read")
        else:
            assert w.revocation(token, "svc2").status == 200
        assert waited(lambda: ended(guard, token)), f"a JWT that was revoked still passes the gateway: {path}"
        assert ended(guard, other), "another signature of a token that was revoked"
        assert passes(guard, w.token("svc2", RS1)), f"{path} ended the future too"


@critical
def case_068_revocation_reaches_the_gateway(w):
    """A JWT that the gateway has checked and remembered is refused when it, or what it hangs from, has ended."""
    with Gateway(w, "rs1", RS1, GATEWAY_ROUTES) as guard:
        tried(w, guard)
        assert '"token_revoked"' in guard.log(), guard.log()
        assert "revocation feed synchronised" in guard.log(1_000_000)
        figures = guard.caller().get("/metrics")
        assert figures.status == 200 and b"tessera_gateway_revocations_current 1\n" in figures.body, figures
        assert guard.caller("127.0.0.2").get("/metrics").status == 403, "figures for anybody"


@critical
def case_068_revocation_inside_the_server(w):
    """The same for the gateway in the server itself, which reads the feed of its own issuer without a network."""
    port = free_port()
    server = Server(w.server.binary, {"gateway": {}}, name="inside")
    try:
        server.initialise()
        server.start()
        inner = World(server, w.watch)
        inner.resource("rs1", RS1, "read write")
        inner.client("svc2")
        inner.permit("svc2", RS1, "read")
        server.stop()
        for name, text in (("secret", inner.secrets["rs1"]), ("routes.yaml", yaml.safe_dump({"routes": GATEWAY_ROUTES}))):
            with open(os.path.join(server.folder, name), "w") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(text)
        server.settings["gateway"] = {
            "enabled": True, "resource": RS1, "resource-id": "rs1", "resource-secret-file": "secret",
            "routes": "routes.yaml", "forward-auth": {"port": port},
        }  # fmt: skip
        server.settings["proxy"] = {"trusted": ["127.0.0.1"]}
        server.start()
        guard = Gateway(inner, "rs1", RS1, GATEWAY_ROUTES)
        guard.port = port
        assert waited(lambda: guard.caller().get("/health/ready").status == 200), server.tail()
        tried(inner, guard)
    finally:
        server.discard()


@critical
def case_068_gateway_that_hears_nothing(w):
    """While the issuer is silent the chosen mode counts, whatever is known to be revoked stays so, and it recovers."""
    with contextlib.ExitStack() as stack:
        guards = {}
        for mode in ("refuse", "introspect", "accept-until-expiry"):
            settings = {"stale-mode": mode, "stale-after": 8}
            guards[mode] = stack.enter_context(Gateway(w, "rs1", RS1, GATEWAY_ROUTES, settings=settings))
        token, revoked = w.token("conf"), w.token("conf")
        for mode, guard in guards.items():
            assert passes(guard, token) and passes(guard, revoked), mode
        assert w.revocation(revoked).status == 200
        for mode, guard in guards.items():
            assert waited(lambda guard=guard: ended(guard, revoked)), mode
        w.server.pause()
        try:
            for mode, guard in guards.items():
                assert waited(lambda guard=guard: "revocation feed stale" in guard.log(1_000_000)), mode
                assert ended(guard, revoked), f"{mode}: what is known to be revoked"
            answer = guards["refuse"].ask("/files/1", token)
            assert answer.status == 503 and not answer.header("x-tessera-subject"), answer
            assert answer.header("Retry-After"), answer.headers
            assert guards["introspect"].ask("/files/1", token).status == 503, "the issuer cannot be asked either"
            assert passes(guards["accept-until-expiry"], token), "as it was told"
            ready = guards["refuse"].caller().get("/health/ready")
            assert ready.status == 503 and ready.json() == {"status": "revocations_stale"}, ready
            assert guards["accept-until-expiry"].caller().get("/health/ready").status == 200
        finally:
            w.server.pause(False)
        for mode, guard in guards.items():
            assert waited(lambda guard=guard: passes(guard, token), 120), f"{mode} does not recover"
            assert waited(lambda guard=guard: "revocation feed recovered" in guard.log(1_000_000)), mode
            assert ended(guard, revoked), mode
        assert '"revocations_stale"' in guards["refuse"].log(1_000_000)


@critical
def case_068_gateway_without_the_feed(w):
    """Who is not let in to the feed knows of no revocation, lets nobody in, and says so."""
    token = w.token("conf")
    guard = Gateway(w, "rs1", RS1, GATEWAY_ROUTES)
    guard.write("secret", "tsc_" + "A" * 43 + "\n")
    try:
        guard.start(ready=503)
        for presented in (token, malleated(token)):
            answer = guard.ask("/files/1", presented)
            assert answer.status == 503 and not answer.header("x-tessera-subject"), answer
        assert guard.ask("/public").status == 200
        assert waited(lambda: '"unauthorized"' in guard.log(1_000_000)), guard.log()
        assert '"revocations_stale"' in guard.log(1_000_000), guard.log()
    finally:
        guard.discard()
    with Gateway(w, "rs1", RS1, GATEWAY_ROUTES, settings={"revocations": False}) as guard:
        assert passes(guard, token) and "revocations are not followed" in guard.log(1_000_000)
