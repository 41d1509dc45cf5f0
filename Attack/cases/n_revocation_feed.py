"""Revocation at the gateway (068): tokens that end, an issuer that falls silent, and one that does not let it in; and what
the feed tells one resource of others."""

import contextlib
import hashlib
import os

import yaml

from ..harness.case import critical, waited
from ..harness.forge import b64, parts, unb64
from ..harness.gateway import Gateway
from ..harness.server import Server, free_port
from ..harness.world import GATEWAY_ROUTES, RS1, RS2, World

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
        assert guard.tells('"token_revoked"'), guard.log()
        assert guard.tells("revocation feed synchronised"), guard.log()
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
                assert guard.tells("revocation feed stale"), mode
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
            assert guard.tells("revocation feed recovered"), mode
            assert ended(guard, revoked), mode
        assert guards["refuse"].tells('"revocations_stale"')


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
        assert guard.tells('"unauthorized"'), guard.log()
        assert guard.tells('"revocations_stale"'), guard.log()
    finally:
        guard.discard()
    with Gateway(w, "rs1", RS1, GATEWAY_ROUTES, settings={"revocations": False}) as guard:
        assert passes(guard, token) and guard.tells("revocations are not followed")


def names(w, resource):
    """All names that the resource is told in a snapshot."""
    headers = {"Authorization": w.auth(resource), "Accept": "application/vnd.tessera.revocations"}
    answer = w.server.fresh_client().get("/revocations/snapshot", headers=headers)
    assert answer.status == 200, answer
    place, found = 4 + int.from_bytes(answer.body[:4], "big"), set()
    while place < len(answer.body):
        found.add(answer.body[place + 1 : place + 17])
        place += {1: 21, 2: 29}[answer.body[place]]
    return found


def name(w, resource, kind, value):
    """As the reference makes it."""
    common = hashlib.sha256("\0".join(["tessera-revocation", kind, w.issuer, value]).encode()).digest()[:16]
    at = hashlib.sha256(f"tessera-revocation-at\0{resource}".encode()).digest()
    return hashlib.sha256(at + common).digest()[:16]


@critical
def case_120_the_feed_tells_resources_nothing_of_each_other(w):
    """A resource hears of nobody who never came to it, and two that compare their lists find no name in both."""
    server = Server(w.server.binary, name="feed")
    try:
        server.initialise()
        server.start()
        inner = World(server, w.watch)
        inner.resource("rs1", RS1, "read write")
        inner.resource("rs2", RS2, "read write")
        for id, host, resource in (("pw1", "one.test", RS1), ("pw2", "two.test", RS2)):
            redirects = [f"https://{host}/cb"]
            inner.party(id, redirects=redirects, subject_type="pairwise", resource_scopes={resource: "read"})
        inner.client("svc")
        inner.permit("svc", RS2, "read")
        inner.token("svc", RS2)

        def visit(person, browser, client, resource):
            redirect = f"https://{'one' if client == 'pw1' else 'two'}.test/cb"
            journey = inner.journey(client, redirect_uri=redirect, scope="openid read", resource=resource)
            token = parts(journey.through(browser, person).tokens()["access_token"])[1]
            assert resource in token["aud"], token
            return token

        def told(resource, *wanted):
            return waited(lambda: set(wanted) <= names(inner, resource))

        def signed_out(person):
            path = f"/admin/v1/users/{inner.people[person]}/sessions"
            for session in inner.admin("GET", path, expect=200).json()["sessions"]:
                assert inner.admin("DELETE", f"/admin/v1/sessions/{session['id']}").status in (200, 204)

        for person in ("bob", "eve"):
            inner.user(person)
        browser = inner.browser()
        first, second = visit("bob", browser, "pw1", RS1), visit(None, browser, "pw2", RS2)
        assert first["sub"] != second["sub"] and inner.people["bob"] not in (first["sub"], second["sub"])
        other = visit("eve", inner.browser(), "pw2", RS2)
        assert not names(inner, "rs1") and not names(inner, "rs2")

        signed_out("eve")
        assert inner.admin("POST", "/admin/v1/clients/svc/revoke-tokens").status in (200, 204)
        grant = other["tessera"]["grant"]
        assert told("rs2", name(inner, RS2, "grant", grant), name(inner, RS2, "client", "svc"))
        assert not names(inner, "rs1"), "told of somebody who never came"

        signed_out("bob")
        grants = first["tessera"]["grant"], second["tessera"]["grant"]
        assert grants[0] != grants[1]
        assert told("rs1", name(inner, RS1, "grant", grants[0])) and told("rs2", name(inner, RS2, "grant", grants[1]))
        lists = names(inner, "rs1"), names(inner, "rs2")
        assert lists[0].isdisjoint(lists[1]), "a name that both were told"
        assert name(inner, RS1, "grant", grants[1]) not in lists[0], "told of a grant at another resource"

        # Of a key everybody hears, and nobody under the same name.
        kid = parts(inner.token("svc", RS2))[0]["kid"]
        assert inner.admin("POST", f"/admin/v1/keys/{kid}/distrust", {}).status in (200, 204)
        assert told("rs1", name(inner, RS1, "kid", kid)) and told("rs2", name(inner, RS2, "kid", kid))
        assert names(inner, "rs1").isdisjoint(names(inner, "rs2"))
    finally:
        server.discard()
