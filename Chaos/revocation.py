"""From the acknowledgement of a revocation to its arrival at a thousand kits: how long, and does each arrive?

The live tokens are simulated: the server keeps nothing for a JWT that it has issued, so that a million of them are a
number to it. What is real: the server, a connection for each kit, every revocation, every message, and kits in Swift that
judge tokens.
"""

import base64
import collections
import hashlib
import itertools
import json
import os
import random
import struct
import threading
import time

from Attack.harness.people import Journey
from Attack.harness.server import Server, limits
from Attack.harness.world import RS1

from .families import APPLICATION, furnished, person
from .feed_connections import Crowd, decoded, verified
from .latencies import Latencies
from .swift_kits import SwiftKits

LIVE_TOKENS = 1_000_000
BURST, PAUSE, WORKERS, SESSIONS, KEYS = 125, 1.0, 8, 8, 3
CLIENTS = [f"c{index}" for index in range(40)]
# A session ends through the grants that hang from it.
NAMED = {"session": "grant"}
GOAL_MS = 500


def digest(issuer, kind, name):
    """`RevocationName`, from what the guide says."""
    return hashlib.sha256("\0".join(["tessera-revocation", kind, issuer, name]).encode()).digest()[:16]


class Revocations:
    """What to revoke, of every kind, and when each was acknowledged."""

    def __init__(self, world, count, kits):
        self.world, self.kits, self.issuer = world, kits, world.issuer
        self.acknowledged, self.lock, self.failures = [], threading.Lock(), []
        self.counters = collections.Counter()
        # Permissions to end, each of one client; whoever ends one permits it anew.
        self.permissions = collections.deque()
        for id in CLIENTS:
            world.client(id)
            self.permissions.append((id, world.permit(id, RS1, "read")["id"]))
        self.sessions = [self.signed_in() for _ in range(SESSIONS)]
        rare = [self.session(*one) for one in self.sessions] + [self.key] * KEYS + [self.resource] * 20
        tokens = [self.kit_token(index) for index in range(len(kits.tokens))]
        kinds = itertools.cycle([self.token, self.grant, self.subject, self.client, self.token])
        rest = [next(kinds) for _ in range(max(0, count - len(rare) - len(tokens)))]
        # The rare ones last: what ends a key or a resource would end the tokens of the real kits before their turn.
        step = max(1, len(rest) // max(1, len(tokens)))
        self.work = [one for i, one in enumerate(rest) for one in ([one] + ([tokens[i // step]] if i % step == 0 and i // step < len(tokens) else []))]
        self.work += tokens[-(-len(rest) // step) :] + rare

    def signed_in(self):
        """A session, by its id at the server, and the grant of a token that hangs from it."""
        name = "s" + os.urandom(4).hex()
        browser = person(self.world)
        # Without offline_access, so that it ends with the session.
        journey = Journey(self.world, APPLICATION, scope="openid read", resource=RS1).through(browser, None)
        token = journey.tokens()["access_token"]
        claims = json.loads(decoded(token.split(".")[1]))
        listed = self.world.admin("GET", f"/admin/v1/users/{claims['sub']}/sessions", expect=200).json()["sessions"]
        return listed[0]["id"], claims["tessera"]["grant"], name

    # Each: the request, and the digest and value that the feed must then have told.

    def token(self, admin):
        jti = base64.urlsafe_b64encode(os.urandom(16)).decode().strip("=")
        body = {"jti": jti, "expires_at": int(time.time()) + 3600}
        return admin.send_json("POST", "/admin/v1/tokens/revoke", body), "jti", jti, 2**63 - 1

    def kit_token(self, index):
        def revoke(admin):
            jti = self.kits.jti(index)
            answer = admin.send_json("POST", "/admin/v1/tokens/revoke", {"token": self.kits.tokens[index]})
            self.kits.revoked(index, time.monotonic())
            return answer, "jti", jti, 2**63 - 1

        return revoke

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

    def session(self, session, grant, _):
        return lambda admin: (admin.send_json("DELETE", f"/admin/v1/sessions/{session}"), "session", grant, 2**63 - 1)

    def key(self, admin):
        keys = json.loads(admin.get("/admin/v1/keys").body)["keys"]
        chosen = next(k for k in keys if k["purpose"].startswith("signing:") and not k.get("distrusted_at"))
        kid = chosen["kid"]
        return admin.send_json("POST", f"/admin/v1/keys/{kid}/distrust", {}), "kid", kid, 2**63 - 1

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

    def all(self):
        begun = time.monotonic()
        for number, start in enumerate(range(0, len(self.work), BURST)):
            self.burst(self.work[start : start + BURST])
            if (number + 1) % 10 == 0:
                print(f"revocation {len(self.acknowledged)}/{len(self.work)}, {time.monotonic() - begun:.0f} s", flush=True)
            time.sleep(PAUSE)


def snapshot_of(world):
    answer = world.server.fresh_client().get(
        "/revocations/snapshot",
        headers={"Authorization": world.auth("rs1"), "Accept": "application/vnd.tessera.revocations"},
    )
    assert answer.status == 200, answer
    (length,) = struct.unpack(">I", answer.body[:4])
    claims = json.loads(decoded(answer.body[4 : 4 + length].decode().split(".")[1]))
    return claims, len(answer.body)


def measure(found, revocations, entries):
    """For each kit and each revocation: when the message with it came, after the acknowledgement."""
    numbers, missed = [], 0
    told = collections.defaultdict(list)
    for number, name, value in entries:
        told[name].append((number, value))
    by_kind = collections.defaultdict(Latencies)
    wanted = []
    for kind, name, value, acknowledged in revocations.acknowledged:
        number = next((number for number, said in told[name] if said >= value), None)
        wanted.append((kind, number, acknowledged))
    for keys, times in found["arrived"]:
        arrived = dict(zip(keys, times))
        for kind, number, acknowledged in wanted:
            if number not in arrived:
                missed += 1
                continue
            by_kind[kind].add(arrived[number] - acknowledged)
    total = Latencies()
    for one in by_kind.values():
        total.buckets.update(one.buckets)
        total.count += one.count
        total.largest = max(total.largest, one.largest)
    return total, by_kind, missed


def run(binary, rounds, kits=1000):
    limits()
    server = Server(binary, tls=False, name="revocation")
    try:
        server.initialise()
        server.start()
        world = furnished(server)
        swift = SwiftKits(world)
        request = (
            f"GET /revocations HTTP/1.1\r\nHost: localhost:{server.port}\r\nAccept: text/event-stream\r\n"
            f"Authorization: {world.auth('rs1')}\r\n\r\n"
        ).encode()
        position, _ = snapshot_of(world)
        crowd = Crowd(server.port, [request] * kits)
        crowd.wait()
        swift.start()
        revocations = Revocations(world, rounds * 500, swift)
        revocations.all()
        time.sleep(2)
        found = crowd.results()
        judged = swift.results()
        key_set = server.fresh_client().get("/revocations/keys").json()
        _, size = snapshot_of(world)
        rss = server.rss()
        server.stop()
    finally:
        server.discard()
    failures = revocations.failures + judged["failures"]
    texts = found["texts"][0]
    first = min(texts)
    differing = sum(other.get(n) != text for other in found["texts"] for n, text in texts.items())
    if first == position["seq"] + 1:
        entries = verified(texts, key_set, position)
    else:
        failures.append(f"the first message is {first}, after the snapshot's {position['seq']}")
        entries = []
    total, by_kind, missed = measure(found, revocations, entries)
    for failure in failures[:10]:
        print(f"     {failure}")
    for kind, latencies in sorted(by_kind.items()):
        print(f"revocation {kind}: {latencies.count} arrivals, {latencies}")
    print(f"revocation kits in Swift, to refusal: {judged['kits']} kits, {judged['latencies'].count} refusals, {judged['latencies']}, missed {judged['missed']}")
    print(
        f"revocation: {kits} connections, {len(revocations.acknowledged)} revocations, {len(texts)} messages, {total}; "
        f"missed {missed}, connections lost {found['lost']}, texts that differ {differing}, failures {len(failures)}"
    )
    print(
        f"revocation: snapshot {size} bytes for {LIVE_TOKENS} live tokens: {size / LIVE_TOKENS:.3f} bytes each; server {rss >> 20} MiB"
    )
    misses = missed + judged["missed"] + found["lost"] + differing
    is_late = max(total.percentile(0.99), judged["latencies"].percentile(0.99)) > GOAL_MS
    return 1 if failures or misses or is_late or not total.count else 0
