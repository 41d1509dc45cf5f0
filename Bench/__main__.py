"""usage: scripts/bench [--skip-build] [--binary PATH] [--rounds N] [--seconds N]   (TESSERA_PEERS=DIR for the peers)"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

from Attack.harness.server import Server, free_port
from Attack.harness.watch import Watch, resident
from Attack.harness.world import World

from . import gateway, peers
from .measure import Load, Quiet, Series, median
from .people import People
from .table import Table

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
PIN = ("taskset", "-c", "0")
# What of ours stands beside what a peer does; of two, the dearer.
BESIDE = {
    "token": "token jwt",
    "introspection": "introspect opaque",
    "refresh": "refresh",
    "code flow": "code flow",
    "userinfo": "userinfo new",
}
SIGNATURES = [f"{algorithm} {what}" for algorithm in ("ES256", "EdDSA", "RS256") for what in ("sign", "verify")]
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
    # A memory far smaller than the file of tokens: those that UserInfo is asked with for the first time are forgotten when
    # they come again.
    settings = {"limits": {"verified-tokens": 4000}}
    server = Server(binary, settings, tls=False, watch=watch, name="bench")
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


def loads(server, world, empty, folder):
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
    for load in People(world, RESOURCES["jwt"], base, folder).loads():
        found[load.name] = load
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


class Bare:
    """S and V, measured in each round like everything else."""

    def __init__(self, program):
        self.program, self.s, self.v, self.v_new = program, Series(), Series(), Series()

    def run(self):
        done = subprocess.run([*PIN, self.program, "bare"], capture_output=True, text=True, timeout=60, check=True)
        found = re.search(r"ES256 sign ([\d.]+) verify ([\d.]+) new ([\d.]+)", done.stdout)
        for series, value in zip((self.s, self.v, self.v_new), found.groups()):
            series.samples.append(float(value))
            series.looks.append(float(found.group(1)))


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


def bare_route(measured, quiet):
    """E is the cheaper of the two: what reading a form costs counts as ours."""
    return min(measured["E get"], measured["E post"], key=quiet.median)


def judge(table, quiet, measured, bare, signatures, ratio, beside, first_answer, idle):
    empty = bare_route(measured, quiet)
    for name, value in (
        ("E: empty route, GET", measured["E get"]),
        ("E: empty route, POST", measured["E post"]),
        ("S: bare ES256 signature", bare.s),
        ("V: bare ES256 verification", bare.v),
        ("V (new): each signature new", bare.v_new),
    ):
        table.figure(name, quiet.median(value), "us")
    for name in SIGNATURES:
        if name not in signatures:
            table.missing(f"JWT {name}", "tessera-bench says nothing of it")
            continue
        alone, _, more = signatures[name]
        table.at_most(f"JWT {name}, beyond the bare {alone:.1f}", more, 3, "us", "end to end - bare")

    def beyond(name, what, bound, formula="E", cryptography=()):
        load = measured[name]
        series = (load, empty, *cryptography)
        rounds, count = quiet.together(*series)
        everywhere = median([ours - sum(others) for ours, *others in zip(*(one.samples for one in series))])
        whole = f"beyond {formula}; {quiet.median(load):.1f} in all, {load.rate:.0f}/s; "
        whole += f"{count} rounds in quiet, {everywhere:.1f} in all {len(load.samples)}"
        table.at_most(what, median([ours - sum(others) for ours, *others in rounds]), bound, "us", whole)

    beyond("token jwt", "POST /token, ES256", 18, "E + S", [bare.s])
    beyond("token opaque", "POST /token, opaque", 18)
    beyond("introspect opaque", "introspection, opaque", 18)
    beyond("introspect jwt", "introspection, own JWT", 18, "E + V", [bare.v])
    beyond("jwks", "GET key set", 3)
    beyond("metadata", "GET metadata", 3)
    beyond("refresh", "refresh with rotation, ES256", 55, "E + S", [bare.s])
    beyond("refresh id_token", "refresh, with an ID token", 55, "E + S + S", [bare.s, bare.s])
    flow = measured["code flow"]
    whole = f"authorization request, code, three tokens; {flow.rate:.0f}/s"
    table.at_most("code flow, session and consent there", quiet.median(flow), 600, "us", whole)
    beyond("userinfo new", "UserInfo, a token not remembered", 20, "E + V (new)", [bare.v_new])
    beyond("userinfo made", "UserInfo, the first time after a code", 20, "E + V (new)", [bare.v_new])
    beyond("userinfo seen", "UserInfo, a token just seen", 20)
    commit = "group commit, 64 durable writers"
    if ratio is None:
        table.missing(commit, "tessera-bench gives no ratio")
    else:
        table.at_least(commit, ratio, 8, "x", "against one commit per write; rows appended")
    for load in beside:
        peer, what = load.name.split(" ", 1)
        ours, theirs = quiet.median(measured[BESIDE[what]]), quiet.median(load)
        table.at_least(f"{what}: cheaper than {peer} ({theirs:.0f} us)", theirs / ours, 6, "x", "peer / ours")
    table.at_most("start to first answer", first_answer, 0.5, "s", "")
    table.at_most("resident, idle", idle, 60, "MiB", "")


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--skip-build", action="store_true", help="the release binaries are there")
    parser.add_argument("--binary", default=os.path.join(ROOT, ".build", "release", "tessera"))
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=int, default=1)
    options = parser.parse_args()
    program = os.path.join(os.path.dirname(os.path.abspath(options.binary)), "tessera-bench")
    for path in (options.binary, program):
        if not os.path.exists(path):
            raise SystemExit(f"{path} is missing: build it with `swift build -c release`")
    first_answer, idle = start_and_idle(options.binary)
    peers_here, missing = peers.find(os.environ.get("TESSERA_PEERS"))
    empty = server = guard = None
    kit = gateway.Kit(program)
    folder = tempfile.mkdtemp(prefix="tessera-bench-")
    try:
        empty = EmptyRoute(program)
        server, world = start(options.binary)
        measured = loads(server, world, empty, folder)
        form = "grant_type=client_credentials&" + urllib.parse.urlencode({"resource": RESOURCES["jwt"], "scope": "read"})
        given = list(gateway.tokens(server, form, world.auth("bench")))
        guard = gateway.Gateway(options.binary, program, world, RESOURCES["jwt"], given, folder)
        measured |= {load.name: load for load in guard.loads}
        beside = [load for peer in peers_here for load in peer.loads(folder)]
        for load in [*measured.values(), *beside]:
            load.warm_up(3 if load in beside else 1)
        signatures, bare, quiet = jose(program), Bare(program), Quiet(program)
        kit.weigh()
        for number in range(options.rounds):
            bare.run()
            if number % 3 == 0:
                kit.run()
            # The peers answer far fewer requests in a second: they get three, in a third of the rounds.
            also = beside if number % 3 == 0 else []
            look = quiet.look()
            for load in [*measured.values(), *also]:
                load.run(3 * options.seconds if load in beside else options.seconds)
                look, before = quiet.look(), look
                load.looks.append(max(look, before))
            print(
                f"round {number + 1} of {options.rounds}: S {bare.s.samples[-1]:.1f}, V {bare.v.samples[-1]:.1f}, "
                + ", ".join(f"{load.name} {load.samples[-1]:.1f}" for load in [*measured.values(), *also]),
                flush=True,
            )
        ratio, text = storage(program)
    finally:
        for one in (guard, empty, *peers_here):
            if one:
                one.stop()
        if server:
            server.discard()
        shutil.rmtree(folder, ignore_errors=True)
    table = Table()
    judge(table, quiet, measured, bare, signatures, ratio, beside, first_answer, idle)
    kit.judge(table)
    gateway.judge(table, quiet, guard, measured, bare_route(measured, quiet), bare)
    # Peers that were asked for and did not start are missed targets; without any the last line says so.
    for why in missing:
        table.missing("peer", why)
    if not os.environ.get("TESSERA_PEERS"):
        table.without("cheaper than the peers (TESSERA_PEERS is not set)")
    print(
        f"\nCPU microseconds per request, {options.rounds} interleaved rounds of {options.seconds} s after one that does"
        "\nnot count, servers on core 0, load from core 1, 64 connections. What is `beyond E` (`+ S`, `+ V`) is the median"
        "\nof the differences to E (S, V) of the same round; every other figure is the median of its own samples. Of samples"
        f"\ncount those that were taken in quiet, beside which a bare signature took {quiet.limit:.1f} us at most "
        f"({sum(look <= quiet.limit for look in quiet.looks)} of"
        f"\n{len(quiet.looks)} looks); all of them where fewer than {Quiet.ENOUGH} were."
    )
    table.print()
    if text:
        print("\n" + text)
    series = {load.name: load for load in [*measured.values(), *beside]} | {"S": bare.s, "V": bare.v, "V new": bare.v_new}
    samples = {name: {"us": one.samples, "signature beside": one.looks} for name, one in series.items()}
    os.makedirs(os.path.join(ROOT, "out"), exist_ok=True)
    with open(os.path.join(ROOT, "out", "bench.json"), "w") as file:
        json.dump({"rows": table.rows, "not_measured": table.left_out, "samples": samples}, file, indent=1)
    line, status = table.verdict()
    print(line)
    return status


if __name__ == "__main__":
    sys.exit(main())
