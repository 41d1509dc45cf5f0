"""Keys and algorithms change while tokens are made and verified by a foreign library that caches the key set as it is
told (F37)."""

import random
import re
import threading
import time

import jwt

from Attack.harness.server import Server, limits
from Attack.harness.world import RS1

from .kill9 import furnish

ANNOUNCED, CACHED = 3, 1
# Without RSA: finding primes may take as long as a key is announced here, on a slow machine.
ALGORITHMS = ["ES256", "EdDSA", "ES384"]


class Verifier(threading.Thread):
    """Takes fresh tokens and verifies them with PyJWT; the key set is fetched again only when its age says so."""

    def __init__(self, world, stop):
        super().__init__(daemon=True)
        self.world, self.stop = world, stop
        self.http = world.server.fresh_client()
        self.verified, self.failures, self.kids, self.fetched, self.keys = 0, [], set(), -1e9, {}
        self.algorithms = set()

    def key_set(self):
        if time.monotonic() - self.fetched >= getattr(self, "age", 0):
            begun = time.monotonic()
            answer = self.http.get("/jwks")
            self.age = int(re.search(r"max-age=(\d+)", answer.header("Cache-Control")).group(1))
            self.keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(answer.json()).keys}
            self.fetched = begun
        return self.keys

    def run(self):
        self.stop.wait(random.random())
        while not self.stop.is_set():
            # The key set first: a verifier's cache is as old as its age allows when a token arrives.
            self.key_set()
            try:
                token = self.world.token("conf", RS1, via=self.http)
                # What took longer than the set may be kept says something about this machine only.
                keys = self.key_set()
                header = jwt.get_unverified_header(token)
                kid, algorithm = header["kid"], header["alg"]
                assert keys[kid].algorithm_name == algorithm, f"{kid} is for another algorithm than {algorithm}"
                jwt.decode(token, keys[kid].key, algorithms=[algorithm], audience=RS1, issuer=self.world.issuer)
                self.kids.add(kid)
                self.algorithms.add(algorithm)
                self.verified += 1
            except Exception as error:
                self.failures.append(f"{type(error).__name__}: {error}")


def run(binary, rounds):
    limits()
    server = Server(binary, {"keys": {"announcement": ANNOUNCED, "cache-lifetime": CACHED}}, tls=False, name="rotation")
    try:
        server.initialise()
        server.start()
        world = furnish(server)
        stop = threading.Event()
        verifiers = [Verifier(world, stop) for _ in range(4)]
        for verifier in verifiers:
            verifier.start()
        made = []
        for number in range(rounds):
            made.append(world.token("conf", RS1))
            # In each round another algorithm, which most have no key yet, now and then changed once more.
            for algorithm in [ALGORITHMS[(number + 1) % len(ALGORITHMS)], *random.sample(ALGORITHMS, number % 2)][::-1]:
                world.admin("PATCH", "/admin/v1/resources/rs1", {"signing_algorithm": algorithm}, expect=200)
                time.sleep(random.uniform(0, 0.5))
            world.admin("POST", "/admin/v1/keys/rotate", {"purpose": "all"}, expect=200)
            time.sleep(ANNOUNCED + random.uniform(0.3, 1.0))
            print(
                f"rotation {number + 1}/{rounds}: {sum(v.verified for v in verifiers)} verified, {sum(len(v.failures) for v in verifiers)} failed",
                flush=True,
            )
        stop.set()
        for verifier in verifiers:
            verifier.join(10)
        old = sum(world.active(token) for token in made)
        verified, failures = sum(v.verified for v in verifiers), [failure for v in verifiers for failure in v.failures]
        kids = set().union(*(v.kids for v in verifiers))
        algorithms = set().union(*(v.algorithms for v in verifiers))
        server.stop()
    finally:
        server.discard()
    for failure in failures[:10]:
        print(f"     {failure}")
    print(
        f"rotation: rotations {rounds}, keys seen {len(kids)}, algorithms {len(algorithms)}, verified {verified}, failed verifications {len(failures)}, old tokens still active {old}/{len(made)}"
    )
    return 1 if failures or old != len(made) or len(kids) < rounds or len(algorithms) < min(rounds, len(ALGORITHMS)) else 0
