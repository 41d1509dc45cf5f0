"""As many live JWTs as the run is to have, each really issued over HTTP, and whether the server keeps anything of them."""

import contextlib
import math
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.parse

from Attack.harness.world import RS1

from .feed_connections import part
from .swift_kits import SwiftKits

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "live_tokens.lua")
# Of the clients of the tokens one ends in each of these ways while the run lasts; the others stand until the resource ends.
ENDING = {f"ends-by-{kind}": kind for kind in ("grant", "subject", "client")}
STANDING = [f"stands{index}" for index in range(57)]
SAMPLE, WARM_UP, CONNECTIONS = 2000, 2000, 32
# What memory and files may grow by while they are issued, whatever their number: the bare identifiers of a million would be
# more.
GROWTH, FILE_GROWTH = 12 << 20, 8 << 20


def needs_wrk():
    if not shutil.which("wrk"):
        sys.exit("chaos: wrk is missing, which issues the live tokens; on Debian: apt-get install wrk")


def of_store(server, query):
    with contextlib.closing(sqlite3.connect(f"file:{server.data}/tessera.sqlite?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def rows(server):
    """How many rows each table has. Tokens are counted by client and minute: those rows are no token's."""
    tables = [name for (name,) in of_store(server, "select name from sqlite_master where type = 'table'")]
    return {name: of_store(server, f'select count(*) from "{name}"')[0][0] for name in tables if name != "usage_counter"}


def file_size(server):
    """Of the database and what SQLite has beside it."""
    names = [name for name in os.listdir(server.data) if name.startswith("tessera.sqlite")]
    return sum(os.path.getsize(os.path.join(server.data, name)) for name in names)


class LiveTokens:
    """JWTs of many clients for one resource, of which only a sample is kept here as well."""

    def __init__(self, world, count):
        self.world, self.server, self.failures = world, world.server, []
        for id in [*ENDING, *STANDING]:
            world.client(id)
            world.permit(id, RS1, "read")
        # So many that at least `count` stand until the end; a few are revoked one by one.
        self.wanted = math.ceil(count * (1 + len(ENDING) / len(STANDING))) + 2 * CONNECTIONS + len(ENDING) * 100
        self.count, self.revoked = count, set()
        self.sample = []

    def issue(self):
        """All of them, before anything is measured."""
        # A server that has had load before: what it then has of memory is not what tokens cost.
        first, _ = self.load(WARM_UP, 1)
        time.sleep(2)
        memory, before, size = self.server.rss(), rows(self.server), file_size(self.server)
        begun = time.monotonic()
        issued, self.sample = self.load(self.wanted, SAMPLE)
        took = time.monotonic() - begun
        counted = self.counted(first + issued)
        grown, more = self.grown(memory), rows(self.server)
        added = {name: n - before.get(name, 0) for name, n in more.items() if n != before.get(name, 0)}
        larger = file_size(self.server) - size
        self.issued, self.standing = sum(counted.values()), sum(counted.get(id, 0) for id in STANDING)
        print(
            f"live tokens: {issued} issued in {took:.0f} s ({issued / took:.0f} a second), all answered with 200, to "
            f"{len(ENDING) + len(STANDING)} clients; the server counts {self.issued} with {first} before, of which "
            f"{self.standing} are of clients that stand until the resource ends"
        )
        print(
            f"live tokens: resident memory {memory / 2**20:.1f} MiB before and {(memory + grown) / 2**20:.1f} MiB after: "
            f"{grown / issued:.1f} bytes for each; rows added {added or 'none'}, files larger by {larger >> 10} KiB"
        )
        if issued < self.wanted or self.issued < first + issued or self.standing < self.count:
            self.failures.append(f"{issued} of {self.wanted} tokens were issued, {self.issued} counted")
        if grown > GROWTH:
            self.failures.append(f"resident memory grew by {grown >> 20} MiB with {issued} tokens: the server keeps them")
        if sum(added.values()) > 100 or larger > FILE_GROWTH:
            self.failures.append(f"the store grew with {issued} tokens: {added}, {larger >> 20} MiB")
        if len(set(self.sample)) < SAMPLE:
            self.failures.append("a token was issued twice")

    def load(self, count, keep):
        """How many were answered with 200, and a random sample of so many."""
        clients, kept = (os.path.join(self.server.folder, name) for name in ("live-clients", "live-sample"))
        with open(clients, "w") as file:
            file.writelines(self.world.auth(id) + "\n" for id in [*ENDING, *STANDING])
        form = urllib.parse.urlencode({"grant_type": "client_credentials", "resource": RS1, "scope": "read"})
        often, begun, total = max(10_000, count // 20), time.monotonic(), 0
        process = subprocess.Popen(
            # It sleeps as long as it is told to, whatever its script says: a signal ends it.
            ["wrk", "-t1", f"-c{CONNECTIONS}", "-d3000s", "--timeout", "60s", "-s", SCRIPT]
            + [f"http://127.0.0.1:{self.server.port}/token", "--"]
            + [form, clients, str(count), str(often), kept, str(keep)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said, refused = [], None
        try:
            for line in process.stdout:
                said.append(line)
                word, _, rest = line.strip().partition(" ")
                if word == "issued":
                    print(f"live tokens {rest}/{count}, {time.monotonic() - begun:.0f} s", flush=True)
                elif word == "all":
                    total = int(rest)
                elif word == "refused":
                    refused = refused or rest
                if word in ("enough", "refused"):
                    process.send_signal(signal.SIGINT)
                elif "Socket errors" in line:
                    print(f"live tokens: {line.strip()}")
            process.wait(60)
        finally:
            process.kill()
            process.wait()
        if not total or refused:
            raise RuntimeError(f"the tokens could not be issued: {refused or ''.join(said)[-600:]}")
        with open(kept) as file:
            return total, file.read().split()

    def counted(self, least):
        """What the server itself has counted, by client, as soon as that is stored."""
        deadline = time.monotonic() + 30
        while True:
            found = dict(
                of_store(
                    self.server,
                    "select client, sum(count) from usage_counter where kind = 'issued' "
                    "and (client like 'ends-by-%' or client like 'stands%') group by client",
                )
            )
            if sum(found.values()) >= least or time.monotonic() > deadline:
                return found
            time.sleep(0.5)

    def grown(self, memory):
        """By how much memory has grown, at the least within some seconds."""
        least = None
        for _ in range(10):
            now = self.server.rss() - memory
            least = now if least is None else min(least, now)
            if least <= 0:
                break
            time.sleep(0.5)
        return least

    # What the run revokes of them

    def take(self, count, client=None):
        """Tokens of the sample that stand until somebody ends them, or of one client that ends."""
        found = []
        for token in self.sample:
            id = part(token, 1)["client_id"]
            if len(found) < count and token not in self.revoked and (id == client if client else id not in ENDING):
                found.append(token)
        assert len(found) == count, f"not {count} tokens of {client or 'those that stand'} in the sample"
        return found

    def take_to_revoke(self, count):
        found = self.take(count)
        self.standing -= count
        self.revoked.update(found)
        return found

    # Whether all of the sample are what they have become

    def judge(self, gateways, ended_all=False):
        """At every gateway those that ended are refused, and the others still are accepted."""
        claims = {token: part(token, 1) for token in self.sample}
        ended = {t for t in self.sample if ended_all or t in self.revoked or claims[t]["client_id"] in ENDING}
        left = min(each["exp"] for each in claims.values()) - time.time()
        if left <= 0:
            self.failures.append("tokens expired while the run lasted: they were not live")
        wrong = 0
        for number, one in enumerate(gateways.all):
            missing = [t for t in self.sample if one.asked(t) != (401 if t in ended else 200)]
            # What comes late is measured elsewhere; what is refused without a reason is wrong at once.
            deadline = time.monotonic() + 10
            early = [t for t in missing if t not in ended]
            late = [t for t in missing if t in ended]
            while late and time.monotonic() < deadline:
                time.sleep(0.5)
                late = [t for t in late if one.asked(t) != 401]
            wrong += len(early) + len(late)
            if early or late:
                self.failures.append(f"gateway {number} refused {len(early)} good tokens and let {len(late)} ended ones in")
        print(
            f"live tokens: of a sample of {len(self.sample)} each gateway had to refuse {len(ended)} that had ended and to "
            f"accept the other {len(self.sample) - len(ended)}; wrong {wrong}; the first expires in {left:.0f} s"
        )

    def judge_by_kits(self, kits):
        """Kits that follow the feed all along have refused none that stands; a new one accepts all that stand."""
        standing = [t for t in self.sample if t not in self.revoked and part(t, 1)["client_id"] not in ENDING]
        early = sum(kits.has_refused(token) for token in standing)
        if early:
            self.failures.append(f"kits refused {early} tokens that stand")
        fresh = SwiftKits(self.world, kits=1, tokens=0, more=standing)
        try:
            fresh.start()
            verdict = f"accepted the {len(standing)} of the sample that stand"
        except AssertionError as error:
            verdict = f"failed: {error}"
            self.failures.append(f"a new kit {verdict}")
        finally:
            fresh.stop()
        print(f"live tokens: a kit that has just read the snapshot {verdict}")
