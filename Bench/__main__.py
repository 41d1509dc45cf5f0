"""usage: scripts/bench [--skip-build] [--binary PATH] [--rounds N] [--seconds N]   (TESSERA_PEERS=DIR for the peers)"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse

from Attack.harness.server import Server, free_port
from Attack.harness.watch import Watch, resident
from Attack.harness.world import World

from . import peers
from .measure import Load
from .table import Table

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
PIN = ("taskset", "-c", "0")
RESOURCES = {"jwt": "https://jwt.test/api", "opaque": "https://opaque.test/api"}


class EmptyRoute:
    """E: Hummingbird with one route that does nothing."""

    def __init__(self, program):
        self.port = free_port()
        self.process = subprocess.Popen(
            [*PIN, program, "empty-route", str(self.port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.url = f"http://127.0.0.1:{self.port}/empty"
        for _ in range(200):
            if subprocess.run(["curl", "-sf", "-o", "/dev/null", self.url]).returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError("the empty route does not answer")

    def stop(self):
        self.process.kill()
        self.process.wait(10)


def start(binary):
    """Our server, plain on loopback like the others, with everything on that an installation has on."""
    watch = Watch()
    server = Server(binary, tls=False, watch=watch, name="bench")
    server.initialise()
    server.start(prefix=PIN)
    watch.server = server
    world = World(server, watch)
    for format, identifier in RESOURCES.items():
        world.resource(format, identifier, "read write", token_format=format, access_token_lifetime=3600)
        if format == "jwt":
            world.client("bench")
        world.permit("bench", identifier, "read write")
    return server, world


def loads(server, world, empty):
    base, auth = f"http://127.0.0.1:{server.port}", world.auth("bench")
    pid, found = server.process.pid, {}

    def add(name, *arguments):
        found[name] = Load(name, *arguments)

    def token(format):
        return "grant_type=client_credentials&" + urllib.parse.urlencode(
            {"resource": RESOURCES[format], "scope": "read"}
        )

    add("E get", empty.process.pid, empty.url)
    add("E post", empty.process.pid, empty.url, token("jwt"), auth)
    for format in RESOURCES:
        add(f"token {format}", pid, base + "/token", token(format), auth)
        made = world.token("bench", RESOURCES[format])
        add(f"introspect {format}", pid, base + "/introspect", "token=" + made, world.auth(format))
    add("jwks", pid, base + "/jwks")
    add("metadata", pid, base + "/.well-known/oauth-authorization-server")
    return found


def jose(program):
    """Bare and our own signatures, from the one program that measures both in turns."""
    done = subprocess.run([*PIN, program, "jose"], capture_output=True, text=True, timeout=300, check=True)
    return {
        f"{algorithm} {what}": (float(bare), float(ours), float(more))
        for algorithm, what, bare, ours, more in re.findall(
            r"(\w+) (sign|verify) bare ([\d.]+) ours ([\d.]+) difference_us (-?[\d.]+)", done.stdout
        )
    }


def storage(program):
    """How much one commit for many writers gains; the text of the program is shown as it is."""
    done = subprocess.run([program, "storage"], capture_output=True, text=True, timeout=300)
    match = re.search(r"^appended (\d+) (\d+) ([\d.]+)$", done.stdout, re.M)
    return (float(match.group(3)) if match else None), done.stdout.strip() or done.stderr.strip()[-300:]


def start_and_idle(binary):
    """Seconds from exec to the first answer, and resident MiB at rest."""
    server = Server(binary, tls=False, name="start")
    server.initialise()
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        server.start()
        times.append(time.perf_counter() - begun)
        time.sleep(1.5)
        idle = resident(server.process.pid)
        server.stop()
    server.discard()
    return sorted(times)[2], idle / (1 << 20)


def judge(table, measured, signatures, ratio, beside, first_answer, idle):
    # E is the bare route, the cheaper of the two: what reading a form costs counts as ours.
    e_get, e_post = measured["E get"].microseconds, measured["E post"].microseconds
    e = min(e_get, e_post)
    s, v = signatures["ES256 sign"][0], signatures["ES256 verify"][0]
    for name, value in (
        ("E: empty route, GET", e_get),
        ("E: empty route, POST", e_post),
        ("S: bare ES256 signature", s),
        ("V: bare ES256 verification", v),
    ):
        table.figure(name, value, "us")
    for name, (bare, ours, more) in signatures.items():
        table.at_most(f"JWT {name}, beyond the bare {bare:.1f}", more, 3, "us", "end to end - bare")

    def bound(name, what, limit, formula):
        table.at_most(what, measured[name].microseconds, limit, "us", f"{formula}; {measured[name].rate:.0f}/s")

    bound("token jwt", "POST /token, ES256", e + s + 18, "E + S + 18")
    bound("token opaque", "POST /token, opaque", e + 18, "E + 18")
    bound("introspect opaque", "introspection, opaque", e + 18, "E + 18")
    bound("introspect jwt", "introspection, own JWT", e + v + 18, "E + V + 18")
    bound("jwks", "GET key set", e + 3, "E + 3")
    bound("metadata", "GET metadata", e + 3, "E + 3")
    if ratio is not None:
        table.at_least("group commit, 64 durable writers", ratio, 8, "x", "against one commit per write; rows appended")
    for name, load in beside.items():
        peer, what = name.split(" ", 1)
        ours = measured["token jwt" if what == "token" else "introspect opaque"].microseconds
        table.at_least(
            f"{what}: cheaper than {peer} ({load.microseconds:.0f} us)", load.microseconds / ours, 6, "x", "peer / ours"
        )
    table.at_most("start to first answer", first_answer, 0.5, "s", "")
    table.at_most("resident, idle", idle, 60, "MiB", "")


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--skip-build", action="store_true", help="the release binaries are there")
    parser.add_argument("--binary", default=os.path.join(ROOT, ".build", "release", "tessera"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args()
    program = os.path.join(os.path.dirname(os.path.abspath(options.binary)), "tessera-bench")
    for path in (options.binary, program):
        if not os.path.exists(path):
            raise SystemExit(f"{path} is missing: build it with `swift build -c release`")
    first_answer, idle = start_and_idle(options.binary)
    beside, missing = peers.find(os.environ.get("TESSERA_PEERS"))
    empty = server = None
    try:
        empty = EmptyRoute(program)
        server, world = start(options.binary)
        measured = loads(server, world, empty)
        others = {}
        for peer in beside:
            others[f"{peer.name} token"] = Load(
                f"{peer.name} token", peer.token_pid, peer.token, peers.FORM, peers.CLIENT
            )
            others[f"{peer.name} introspection"] = Load(
                f"{peer.name} introspection",
                peer.introspection_pid,
                peer.introspection,
                peer.introspection_body,
                peers.CLIENT,
            )
        everything = list(measured.values()) + list(others.values())
        for load in everything:
            load.run(1)
            load.samples.clear()
            load.rates.clear()
        signatures = jose(program)
        for number in range(options.rounds):
            for load in everything:
                load.run(options.seconds)
            print(
                f"round {number + 1} of {options.rounds}: "
                + ", ".join(f"{load.name} {load.samples[-1]:.1f}" for load in everything),
                flush=True,
            )
        ratio, text = storage(program)
    finally:
        for one in (empty, *beside):
            if one:
                one.stop()
        if server:
            server.discard()
    table = Table()
    judge(table, measured, signatures, ratio, others, first_answer, idle)
    print(
        "\nCPU microseconds per request, median of",
        options.rounds,
        "interleaved rounds, servers on core 0, load from core 1, 64 connections",
    )
    table.print()
    if text:
        print("\n" + text)
    for why in missing + ([] if ratio is not None else ["no figure for the group commit"]):
        print(f"SKIPPED {why}")
    os.makedirs(os.path.join(ROOT, "out"), exist_ok=True)
    with open(os.path.join(ROOT, "out", "bench.json"), "w") as file:
        json.dump(
            {"rows": table.rows, "skipped": missing, "samples": {load.name: load.samples for load in everything}},
            file,
            indent=1,
        )
    print(
        f"bench: {sum(1 for row in table.rows if row['passed'])} targets met, {len(table.failed)} missed"
        + (f": {', '.join(table.failed)}" if table.failed else "")
    )
    return 1 if table.failed else 0


if __name__ == "__main__":
    sys.exit(main())
