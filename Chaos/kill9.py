"""kill -9 at a random moment under load, restart, check (F01)."""

import contextlib
import os
import random
import shutil
import sqlite3
import tempfile
import time

from Attack.harness.server import Server, limits
from Attack.harness.timing import percentile
from Attack.harness.watch import Watch
from Attack.harness.world import RS1, RS2, World

from .check import Verdict, check, check_audit
from .journal import Journal, expected
from .load import begin


def other_file_system():
    return "/dev/shm" if os.path.isdir("/dev/shm") else tempfile.gettempdir()


def furnish(server):
    watch = Watch()
    watch.server = server
    world = World(server, watch)
    world.faults = []
    for id, identifier, format in (("rs1", RS1, "jwt"), ("rs2", RS2, "opaque")):
        world.resource(id, identifier, "read write", token_format=format, access_token_lifetime=3600)
    world.client("conf")
    for resource in (RS1, RS2):
        world.permit("conf", resource, "read")
    return world


def verdict_of(world, things, current, rounds_before):
    verdict = Verdict()
    check(world, current, verdict)
    check(
        world,
        {id: thing for id, thing in things.items() if id not in current},
        verdict,
        sample=60 if rounds_before else None,
    )
    check_audit(world, current, verdict)
    return verdict


def integrity(server):
    with contextlib.closing(sqlite3.connect(f"file:{server.data}/tessera.sqlite?mode=ro", uri=True)) as database:
        return database.execute("pragma integrity_check").fetchone()[0] == "ok"


def run(binary, rounds):
    limits()
    folder = tempfile.mkdtemp(prefix="tessera-journal-", dir=other_file_system())
    server = Server(binary, tls=False, name="kill9")
    totals = {"acked": 0, "lost": 0, "resurrected": 0, "checked": 0, "damaged": 0}
    recovery, known, failures = [], {}, []
    try:
        server.initialise()
        server.start()
        world = furnish(server)
        for number in range(rounds):
            journal = Journal(os.path.join(folder, f"{number}.jsonl"))
            stop, threads = begin(world, journal)
            time.sleep(random.uniform(0.2, 3.0))
            server.process.kill()
            server.process.wait()
            stop.set()
            for thread in threads:
                thread.join(10)
            begun = time.monotonic()
            server.start()
            recovery.append(time.monotonic() - begun)
            current, acknowledged = expected(journal.read())
            verdict = verdict_of(world, known, current, number)
            totals["damaged"] += not integrity(server)
            for name, value in (
                ("acked", acknowledged),
                ("lost", len(verdict.lost)),
                ("resurrected", len(verdict.resurrected)),
                ("checked", verdict.checked),
            ):
                totals[name] += value
            failures += verdict.lost[:5] + verdict.resurrected[:5] + world.faults[:5]
            world.faults.clear()
            known.update(current)
            print(
                f"round {number + 1}/{rounds}: {acknowledged} acknowledged, {verdict.checked} checked, {len(verdict.lost)} lost, "
                f"{len(verdict.resurrected)} resurrected, back after {recovery[-1]:.2f} s",
                flush=True,
            )
        server.stop()
    finally:
        server.discard()
        shutil.rmtree(folder, ignore_errors=True)
    for failure in failures[:20]:
        print(f"     {failure}")
    print(
        f"kill9: rounds {rounds}, acked {totals['acked']}, checked {totals['checked']}, lost {totals['lost']}, resurrected {totals['resurrected']}, "
        f"damaged {totals['damaged']}, recovery p95 {percentile(recovery, 0.95):.2f} s"
    )
    return 1 if failures or totals["lost"] or totals["resurrected"] or totals["damaged"] or not totals["acked"] else 0
