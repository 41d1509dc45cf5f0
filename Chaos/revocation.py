"""From the acknowledgement of a revocation to its arrival at a thousand kits: how long, and does each arrive?

Real are the server, a million live tokens that it issues before, a connection for each kit, every revocation, every message,
kits in Swift that judge tokens, and gateways in processes of their own that are asked as nginx asks. The server keeps nothing
for a JWT that it has issued, which is looked at; of the million a random sample is judged by gateways and kits.
"""

import base64
import collections
import hashlib
import itertools
import json
import os
import random
import struct
import sys
import threading
import time

from Attack.harness.people import Journey
from Attack.harness.server import Server, limits
from Attack.harness.world import RS1

from .families import APPLICATION, furnished, person
from .feed_connections import Crowd, decoded, part, verified
from .gateways import INTERVAL, Gateways
from .latencies import Latencies
from .live_tokens import ENDING, SAMPLE, LiveTokens, needs_wrk
from .pulse import Pulse, overlap
from .swift_kits import SwiftKits

# A thousand arrivals for each: what one machine carries beside a thousand readers without falling behind.
BURST, PAUSE, WORKERS = 40, 0.3, 8
# With real tokens: so many are revoked themselves, and of each kind of counter; sessions and keys.
TOKENS, PROBES, SESSIONS, KEYS, GATEWAYS = 40, 10, 8, 3, 2
CLIENTS = [f"c{index}" for index in range(40)]
# A session ends through the grants that hang from it.
NAMED = {"session": "grant"}
GOAL_MS = 500


def digest(issuer, kind, name, resource=RS1):
    """The name that a resource is told, from what the reference says."""
    common = hashlib.sha256("\0".join(["tessera-revocation", kind, issuer, name]).encode()).digest()[:16]
    at = hashlib.sha256(f"tessera-revocation-at\0{resource}".encode()).digest()
    return hashlib.sha256(at + common).digest()[:16]


class Revocations:
    """What to revoke, of every kind, and when each was acknowledged."""

    def __init__(self, world, count, live):
        self.world, self.issuer = world, world.issuer
        self.acknowledged, self.lock, self.failures = [], threading.Lock(), []
        self.issuing = threading.Lock()
        self.counters = collections.Counter()
        # Permissions to end, each of one client; whoever ends one permits it anew.
        self.permissions = collections.deque()
        for id in CLIENTS:
            world.client(id)
            self.permissions.append((id, world.permit(id, RS1, "read")["id"]))
            # The feed tells a resource of those whose tokens it can have been shown.
            world.token(id, RS1)
        self.kits, self.gateways = None, None
        probes = [self.probe_of_token(token) for token in live.take_to_revoke(TOKENS)]
        for index in range(PROBES):
            probes += [self.probe_of_counter(kind, f"{kind}{index}") for kind in ("grant", "subject", "client")]
        # With each of these end thousands of the live tokens at once.
        probes += [(live.take(3, client), self.of_counter(kind, client)) for client, kind in ENDING.items()]
        self.tokens = [token for tokens, _ in probes for token in tokens]
        work = [self.watched(tokens, revoke) for tokens, revoke in probes]
        sessions = [self.signed_in() for _ in range(SESSIONS)]
        last = live.take(PROBES)
        self.tokens += [token for token, _ in sessions] + last
        # What ends a resource or a key ends all tokens: these come last, one after the other.
        self.ends = [self.watched([token], revoke) for token, revoke in sessions]
        self.ends += [self.watched(last, self.resource)] + [self.resource] * 19 + [self.key] * KEYS
        kinds = itertools.cycle([self.token, self.grant, self.subject, self.client, self.token])
        rest = [next(kinds) for _ in range(max(0, count - len(self.ends) - len(work)))]
        # Evenly among the others.
        self.work = [one for _, one in sorted(itertools.chain(spread(rest), spread(work)), key=lambda pair: pair[0])]

    def meet(self, kits, gateways):
        """From now on these are told which tokens end."""
        self.kits, self.gateways = kits, gateways

    def watched(self, tokens, revoke):
        """A revocation of which kits and gateways are asked with real tokens, which pass until then."""

        def run(admin):
            for token in tokens:
                self.gateways.watch(token)
            answer, kind, name, value, *at = revoke(admin)
            now = at[0] if at else time.monotonic()
            for token in tokens:
                self.kits.revoked(token, kind, now)
                self.gateways.revoked(token, kind, now)
            return answer, kind, name, value, now

        return run

    def of_client(self, id):
        if id not in self.world.secrets:
            self.world.client(id)
            self.world.permit(id, RS1, "read")
        return self.issued(id)

    def issued(self, client):
        """A token of a client, over the one connection that all workers share."""
        with self.issuing:
            return self.world.token(client, RS1)

    def probe_of_token(self, token):
        path, jti = "/admin/v1/tokens/revoke", part(token, 1)["jti"]
        return [token], lambda admin: (admin.send_json("POST", path, {"token": token}), "jti", jti, 2**63 - 1)

    def probe_of_counter(self, kind, id):
        return [self.of_client(id)], self.of_counter(kind, id)

    def of_counter(self, kind, id):
        name = self.world.permit(id, RS1, "read")["id"] if kind == "grant" else id
        path = f"grants/{name}/revoke" if kind == "grant" else f"{kind}s/{name}/revoke-tokens"
        return lambda admin: self.advanced(admin, kind, name, path)

    def signed_in(self):
        """A token that hangs from a session, and what ends that."""
        browser = person(self.world)
        # Without offline_access, so that it ends with the session.
        journey = Journey(self.world, APPLICATION, scope="openid read", resource=RS1).through(browser, None)
        token = journey.tokens()["access_token"]
        claims = part(token, 1)
        listed = self.world.admin("GET", f"/admin/v1/users/{claims['sub']}/sessions", expect=200).json()["sessions"]
        path, grant = f"/admin/v1/sessions/{listed[0]['id']}", claims["tessera"]["grant"]
        return token, lambda admin: (admin.send_json("DELETE", path), "session", grant, 2**63 - 1)

    # Each: the request, and the digest and value that the feed must then have told.

    def token(self, admin):
        jti = base64.urlsafe_b64encode(os.urandom(16)).decode().strip("=")
        body = {"jti": jti, "expires_at": int(time.time()) + 3600}
        return admin.send_json("POST", "/admin/v1/tokens/revoke", body), "jti", jti, 2**63 - 1

    def advanced(self, admin, kind, id, path):
        """A counter goes up by one. Two who raise it at once learn the lower of the two values: it has come as well."""
        answer = admin.send_json("POST", f"/admin/v1/{path}", {})
        now = time.monotonic()
        with self.lock:
            self.counters[kind, id] += 1
            return answer, kind, id, self.counters[kind, id], now

    def grant(self, admin):
        client, id = self.permissions.popleft()
        answer = self.advanced(admin, "grant", id, f"grants/{id}/revoke")
        again = {"resource": RS1, "scope": "read"}
        permitted = admin.send_json("PUT", f"/admin/v1/clients/{client}/permissions", again).json()
        self.issued(client)
        self.permissions.append((client, permitted["id"]))
        return answer

    def subject(self, admin):
        id = random.choice(CLIENTS)
        return self.advanced(admin, "subject", id, f"subjects/{id}/revoke-tokens")

    def client(self, admin):
        id = random.choice(CLIENTS)
        return self.advanced(admin, "client", id, f"clients/{id}/revoke-tokens")

    def resource(self, admin):
        return self.advanced(admin, "resource", RS1, "resources/rs1/revoke-tokens")

    def key(self, admin):
        """The key that signs, with tokens that it has just signed: the kits were given theirs before, and lose them
        with the resource."""
        tokens = [self.of_client("probe") for _ in range(PROBES)]
        kid = part(tokens[0], 0)["kid"]
        revoke = self.watched(
            tokens, lambda admin: (admin.send_json("POST", f"/admin/v1/keys/{kid}/distrust", {}), "kid", kid, 2**63 - 1)
        )
        return revoke(admin)

    def one(self, admin, revoke):
        answer, kind, name, value, *at = revoke(admin)
        now = at[0] if at else time.monotonic()
        with self.lock:
            if answer.status >= 300:
                self.failures.append(f"{kind} {name}: {answer}")
            else:
                self.acknowledged.append((kind, digest(self.issuer, NAMED.get(kind, kind), name), value, now))

    def burst(self, works):
        queue = collections.deque(works)

        def worker():
            admin = self.world.server.admin
            while queue:
                try:
                    revoke = queue.popleft()
                except IndexError:
                    break
                try:
                    self.one(admin, revoke)
                except Exception as error:
                    self.failures.append(f"{type(error).__name__}: {error}")
            admin.close()

        threads = [threading.Thread(target=worker) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def most(self):
        """All but those that end a resource or a key."""
        begun = time.monotonic()
        for number, start in enumerate(range(0, len(self.work), BURST)):
            self.burst(self.work[start : start + BURST])
            if (number + 1) % 10 == 0:
                print(f"revocation {len(self.acknowledged)}/{len(self.work)}, {time.monotonic() - begun:.0f} s", flush=True)
            time.sleep(PAUSE)
        self.burst(self.ends[:SESSIONS])

    def rest(self):
        for revoke in self.ends[SESSIONS:]:
            self.burst([revoke])


def spread(works):
    return [((index + 0.5) / len(works), work) for index, work in enumerate(works)]


def snapshot_of(world):
    answer = world.server.fresh_client().get(
        "/revocations/snapshot",
        headers={"Authorization": world.auth("rs1"), "Accept": "application/vnd.tessera.revocations"},
    )
    assert answer.status == 200, answer
    (length,) = struct.unpack(">I", answer.body[:4])
    claims = json.loads(decoded(answer.body[4 : 4 + length].decode().split(".")[1]))
    return claims, len(answer.body)


def measure(found, revocations, entries, pauses):
    """For each connection and each revocation: when the message with it came, after the acknowledgement."""
    missed = 0
    told = collections.defaultdict(list)
    for number, name, value in entries:
        told[name].append((number, value))
    by_kind = collections.defaultdict(Latencies)
    wanted = []
    for kind, name, value, acknowledged in revocations.acknowledged:
        number = next((number for number, said in told[name] if said >= value), None)
        wanted.append((kind, number, acknowledged))
    first, last = {}, {}
    for keys, times in found["arrived"]:
        arrived = dict(zip(keys, times))
        for place, (kind, number, acknowledged) in enumerate(wanted):
            if number not in arrived:
                missed += 1
                continue
            took = arrived[number] - acknowledged
            by_kind[kind].add(took)
            first[place], last[place] = min(took, first.get(place, took)), max(took, last.get(place, took))
    slow = sorted((place for place in last if last[place] * 1000 > GOAL_MS), key=last.get, reverse=True)
    for place in slow[:5]:
        kind, number, acknowledged = wanted[place]
        still = overlap(pauses, acknowledged, acknowledged + last[place])
        print(
            f"revocation slow ({len(slow)} of {len(wanted)}): {kind} in message {number}, first {first[place] * 1000:.0f} ms "
            f"and last {last[place] * 1000:.0f} ms after its acknowledgement; the machine stood still for {still * 1000:.0f} ms"
        )
    longest = max((until - since for since, until in pauses), default=0.0)
    print(f"revocation: the machine stood still {len(pauses)} times, at the longest for {longest:.1f} s")
    return Latencies.of(by_kind.values()), by_kind, missed


def told(what, by_kind, missed):
    for kind, latencies in sorted(by_kind.items()):
        print(f"revocation {what}, {kind}: {latencies.count} refusals, {latencies}")
    total = Latencies.of(by_kind.values())
    print(f"revocation {what}, all: {total.count} refusals, {total}, missed {missed}")
    return total.count > 0 and total.percentile(0.99) <= GOAL_MS and not missed


def run(binary, rounds, connections=1000, revocations=None, live=1_000_000):
    needs_wrk()
    if live < SAMPLE:
        sys.exit(f"chaos: --live is {SAMPLE} at the least")
    limits()
    server, gateways = Server(binary, tls=False, name="revocation"), None
    try:
        server.initialise()
        server.start()
        world = furnished(server)
        request = (
            f"GET /revocations HTTP/1.1\r\nHost: localhost:{server.port}\r\nAccept: text/event-stream\r\n"
            f"Authorization: {world.auth('rs1')}\r\n\r\n"
        ).encode()
        live = LiveTokens(world, live)
        live.issue()
        revocations = Revocations(world, revocations or rounds * 500, live)
        swift = SwiftKits(world, tokens=0, more=revocations.tokens)
        position, _ = snapshot_of(world)
        crowd = Crowd(server.port, [request] * connections)
        crowd.wait()
        swift.start()
        gateways = Gateways(world, GATEWAYS)
        revocations.meet(swift, gateways)
        pulse = Pulse()
        revocations.most()
        time.sleep(2)
        # While all but the few that ended are live.
        live.judge(gateways)
        live.judge_by_kits(swift)
        _, size = snapshot_of(world)
        revocations.rest()
        time.sleep(2)
        live.judge(gateways, ended_all=True)
        found, pauses = crowd.results(), pulse.results()
        kits, kits_missed, kit_failures = swift.results()
        guards, guards_missed, guard_failures = gateways.results()
        key_set = server.fresh_client().get("/revocations/keys").json()
        rss = server.rss()
        server.stop()
    finally:
        if gateways:
            gateways.discard()
        server.discard()
    failures = live.failures + revocations.failures + kit_failures + guard_failures
    texts = found["texts"][0]
    first = min(texts)
    # From where the last one had come, to what had been read everywhere when the reading ended.
    everywhere = range(max(min(other) for other in found["texts"]), 1 + min(max(other) for other in found["texts"]))
    differing = sum(other.get(n) != texts.get(n) for other in found["texts"] for n in everywhere)
    if first == position["seq"] + 1:
        entries = verified(texts, key_set, position)
    else:
        failures.append(f"the first message is {first}, after the snapshot's {position['seq']}")
        entries = []
    total, by_kind, missed = measure(found, revocations, entries, pauses)
    for failure in failures[:10]:
        print(f"     {failure}")
    for kind, latencies in sorted(by_kind.items()):
        print(f"revocation {kind}: {latencies.count} arrivals, {latencies}")
    in_time = told(f"at {swift.kits} kits in Swift", kits, kits_missed)
    in_time = told(f"at {GATEWAYS} gateways (asked each {INTERVAL * 1000:.0f} ms)", guards, guards_missed) and in_time
    print(
        f"revocation: {connections} connections, {len(revocations.acknowledged)} revocations, {len(texts)} messages, {total}; "
        f"missed {missed}, connections lost {found['lost']}, texts that differ {differing}, failures {len(failures)}"
    )
    print(
        f"revocation: snapshot {size} bytes for {live.standing} live tokens: {size / live.standing:.3f} bytes each; "
        f"server {rss >> 20} MiB; {len(gateways.acknowledged)} tokens watched at the kits and gateways until refused"
    )
    misses = missed + found["lost"] + differing
    is_late = total.percentile(0.99) > GOAL_MS
    return 1 if failures or misses or is_late or not in_time or not total.count else 0
