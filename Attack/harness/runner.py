"""Finds the cases, runs them one after the other and says how it went."""

import argparse
import glob
import importlib
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

from .. import cases
from .case import Skip
from .clock import Clock
from .server import Server, limits
from .trap import KeyHost, Letterbox, Trap
from .watch import Watch
from .world import World

NAME = re.compile(r"^case_([0-9]{3}|F[0-9]{2})_(\w+)$")
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def collected():
    """All cases, by number; those that look back come last."""
    found = []
    for module in sorted(info.name for info in pkgutil.iter_modules(cases.__path__)):
        loaded = importlib.import_module(f"{cases.__name__}.{module}")
        for name, value in vars(loaded).items():
            match = NAME.match(name)
            if match and callable(value):
                found.append((getattr(value, "last", False), match.group(1), match.group(2), value))
    return sorted(found, key=lambda case: case[:3])


class TestWorld(World):
    """The world of one run: the main server, a second issuer when a case asks for it, and installations of their own."""

    no_outbound = "the server has no setting for allowed outbound addresses"

    def __init__(self, binary, slow, seconds_announced=4):
        self.watch = Watch()
        limits()
        self.made, self.second, self.hasty, self.registrars, self.slow = [], None, None, None, slow
        self.letterbox = None
        self.keys_announcement = seconds_announced
        self.certificates = tempfile.mkdtemp(prefix="tessera-attack-host-")
        self.host_files = self.certificate_of_key_host()
        self.watch.trap = Trap()
        self.binary = binary
        server = self.installation()
        super().__init__(server, self.watch, slow=slow)
        self.watch.server = server

    CURVE = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.certificates, check=True, capture_output=True)

    def authority(self, name):
        self.openssl(
            "req",
            "-x509",
            "-newkey",
            *self.CURVE,
            "-nodes",
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.pem",
            "-days",
            "2",
            "-subj",
            f"/CN={name}",
        )
        return os.path.join(self.certificates, f"{name}.pem"), os.path.join(self.certificates, f"{name}.key")

    def certificate(self, name, address, authority):
        """A certificate for one address under an authority."""
        self.openssl(
            "req",
            "-newkey",
            *self.CURVE,
            "-nodes",
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.csr",
            "-subj",
            f"/CN={address}",
        )
        with open(os.path.join(self.certificates, "ext"), "w") as file:
            file.write(f"subjectAltName=IP:{address}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n")
        self.openssl(
            "x509",
            "-req",
            "-in",
            f"{name}.csr",
            "-CA",
            f"{authority}.pem",
            "-CAkey",
            f"{authority}.key",
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            "ext",
            "-out",
            f"{name}.pem",
        )
        return os.path.join(self.certificates, f"{name}.pem"), os.path.join(self.certificates, f"{name}.key")

    def certificate_of_key_host(self):
        """A small authority and a certificate for 127.0.0.10, made with openssl."""
        return (self.authority("trusted")[0], *self.certificate("host", "127.0.0.10", "trusted"))

    def bad_certificates(self):
        """Certificates that prove nothing about 127.0.0.10 to our server."""
        self.authority("unknown")
        return {
            "name": self.certificate("elsewhere", "127.0.0.11", "trusted"),
            "authority": self.certificate("stranger", "127.0.0.10", "unknown"),
            "self-signed": self.authority("127.0.0.10"),
        }

    def installation(self, name="tessera", more=None, env=None):
        """A server with short announcements and the one allowed outbound address, started."""
        server = Server(
            self.binary,
            {
                "keys": {"announcement": self.keys_announcement, "cache-lifetime": self.keys_announcement // 2},
                "log": {"level": "debug"},
            },
            watch=self.watch,
            name=name,
        )
        server.settings["administration"] = {"address": "127.0.0.1", "port": server.admin_port}
        outbound = {"outbound": {"allowed": ["127.0.0.10"], "authorities": self.host_files[0]}}
        probe = server.run("config", "reference")
        self.outbound = "outbound.allowed" in probe.stdout
        if self.outbound:
            server.settings.update(outbound)
        server.settings.update(more or {})
        self.made.append(server)
        server.initialise()
        server.start(env=env)
        return server

    def open(self):
        if self.outbound:
            self.key_host = KeyHost("127.0.0.10", self.host_files[1], self.host_files[2])
        self.watch.begin()
        self.furnish()
        self.warm()

    def warm(self):
        """Caches, pools and arenas reach their size before memory is compared."""
        for _ in range(200):
            self.token("conf")
        for _ in range(40):
            self.caller().get("/jwks")

    def other(self):
        if self.second is None:
            server = self.installation("other")
            self.second = World(server, self.watch, slow=self.slow)
            self.second.furnish()
        return self.second

    def short(self):
        """A server on which what people get ends soon, with a clock of its own (`faketime`) where there is one."""
        if self.hasty is None:
            lifetimes = {
                "tokens": {"code-lifetime": 10, "pushed-lifetime": 10, "refresh-window": 2, "refresh-lifetime": 3600},
                "sessions": {"idle-lifetime": 600, "lifetime": 1200},
                "accounts": {"self-registration": True},
            }
            clock, self.letterbox = Clock(), Letterbox()
            lifetimes["mail"] = {
                "host": "127.0.0.1",
                "port": self.letterbox.port,
                "security": "none",
                "from": "tessera@tessera.test",
            }
            self.hasty = World(self.installation("hasty", lifetimes, clock.environment), self.watch, slow=self.slow)
            self.hasty.clock, self.hasty.letters = clock, self.letterbox.letters
            self.hasty.furnish()
            self.hasty.furnish_people()
            self.watch.rss = self.server.rss()
        self.hasty.server.pause(False)
        return self.hasty

    def rest(self):
        """Under libfaketime a server never waits for its timers but asks again and again, so it stands still when it is
        not asked for anything."""
        if self.hasty:
            self.hasty.server.pause()

    def registering(self):
        """A server at which clients register themselves with a token, and a second one at which anybody may."""
        if self.registrars is None:
            rules = {"enabled": True, "clients": 60, "unused-lifetime": 3600}
            made = [
                World(self.installation(name, {"registration": rules | more}), self.watch, slow=self.slow)
                for name, more in (("invited", {}), ("open", {"open": True}))
            ]
            for world in made:
                world.key_host = self.key_host
                world.furnish()
                world.furnish_people()
            self.registrars = made
            self.watch.rss = self.server.rss()
        return self.registrars

    def fresh(self):
        """A new installation with the shipped settings, started."""
        server = Server(self.binary, name="fresh")
        self.made.append(server)
        server.initialise()
        return server.start()

    def copy_of_data(self):
        """A consistent copy of the installation, to be damaged."""
        folder = tempfile.mkdtemp(prefix="copy-attack-")
        copy = Server(
            self.binary,
            {
                name: value
                for name, value in self.server.settings.items()
                if name not in ("data", "listen", "administration")
            },
            folder=folder,
        )
        copy.owns_folder = True
        copy.settings["issuer"] = self.issuer
        os.mkdir(copy.data, 0o700)
        backup = os.path.join(copy.data, "tessera.sqlite")
        self.admin("POST", "/admin/v1/backup", {"path": backup}, expect=201)
        shutil.copy(os.path.join(self.server.data, "master.key"), os.path.join(copy.data, "master.key"))
        os.chmod(os.path.join(copy.data, "master.key"), 0o600)
        shutil.copytree(os.path.join(self.server.data, "tls"), os.path.join(copy.data, "tls"))
        copy.write_configuration()
        self.made.append(copy)
        return copy

    def close(self, keep):
        if self.key_host:
            self.key_host.close()
        self.watch.trap.close()
        if self.letterbox:
            self.letterbox.close()
        for server in self.made:
            if keep:
                server.stop(hard=True)
                print(f"kept: {server.folder}", file=sys.stderr)
            else:
                server.discard()
        shutil.rmtree(self.certificates, ignore_errors=True)


def default_binary():
    """The debug binary, which every build makes anew, else the release one."""
    for kind in ("debug", "release"):
        path = os.path.join(ROOT, ".build", kind, "tessera")
        if os.path.exists(path):
            return path
    raise SystemExit("no binary; build one with `swift build`, or name it with --binary")


def check_documentation():
    """The table and the code must name the same functions, tests that exist, and the right numbers."""
    with open(os.path.join(ROOT, "docs", "security", "attacks.md")) as file:
        page = file.read()
    named = set(re.findall(r"case_(?:[0-9]{3}|F[0-9]{2})_\w+", page))
    rows = re.findall(r"^\| [0-9]{3} .*", page, re.MULTILINE)
    tested = [row for row in rows if "| none |" not in row]
    counts = f"{len(rows)} cases are listed; {len(tested)} have a test."
    wrong = [] if counts in page else [f"docs/security/attacks.md does not say: {counts}"]
    sentences = {text for row in tested for text in re.findall(r"`([a-z][^`]* [^`]*)`", row.split(" | ")[2])}
    tests = ""
    for path in glob.glob(os.path.join(ROOT, "Tests", "**", "*.swift"), recursive=True):
        with open(path) as file:
            tests += file.read()
    wrong += [
        f"docs/security/attacks.md names a test that does not exist: {sentence}"
        for sentence in sorted(sentences)
        if f"func `{sentence}`" not in tests
    ]
    for problem in wrong:
        print(problem)
    written = {f"case_{number}_{what}" for _, number, what, _ in collected()}
    for name in sorted(written - named):
        print(f"docs/security/attacks.md does not name {name}")
    for name in sorted(named - written):
        print(f"docs/security/attacks.md names {name}, which does not exist")
    return 1 if wrong or named != written else 0


def run(case, world):
    """The outcome of one case and the reasons."""
    _, _, _, function = case
    world.watch.begin()
    problems = []
    try:
        function(world)
    except Skip as reason:
        return "SKIP", [str(reason)]
    except Exception as error:
        kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
        problems.append(f"{kind}{error or 'assertion'}")
        problems += [
            f"  {os.path.basename(frame.filename)}:{frame.lineno} in {frame.name}: {frame.line}"
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename.startswith(ROOT) and frame.name != "run"
        ][-4:]
    try:
        problems += world.watch.judge()
    except Exception as error:
        problems.append(f"the invariants could not be judged: {type(error).__name__}: {error}")
    return ("FAIL" if problems else "PASS"), problems


def tried(case, world):
    """The outcome of one case; of a timed one that fails, the outcome of a second run, with a word about the first."""
    outcome, problems = run(case, world)
    if outcome != "FAIL" or not getattr(case[3], "timed", False) or not world.server.alive():
        return outcome, problems
    print(f"AGAIN {case[1]} {case[2]}: it measures time, and did not pass:", flush=True)
    show(problems)
    time.sleep(5)
    return run(case, world)


def show(problems):
    for problem in problems[:8]:
        print(f"     {problem[:600]}", flush=True)


def told(world):
    """The last lines of the server's log since the case began, for whoever has to understand a failure."""
    try:
        lines = world.server.log_lines(world.watch.log_at)
    except OSError:
        return []
    return [line.decode("utf-8", "replace")[:300] for line in lines[-6:]]


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/attack", description="Runs the attack cases against a server that it starts."
    )
    parser.add_argument("ids", nargs="*", help="case ids, such as 039 or F12; all if none is given")
    parser.add_argument("--binary", help="the tessera program (default: .build/debug, else .build/release)")
    parser.add_argument(
        "--slow", type=float, help="factor for time bounds (default: 3 for a debug binary, 1 for a release one)"
    )
    parser.add_argument("--list", action="store_true", help="name the cases and end")
    parser.add_argument("--check", action="store_true", help="compare docs/security/attacks.md with the cases and end")
    parser.add_argument("--keep", action="store_true", help="keep the folders of the run")
    options = parser.parse_args()
    chosen = [case for case in collected() if not options.ids or case[1] in options.ids]
    if options.check:
        return check_documentation()
    if options.list:
        for _, number, what, function in chosen:
            print(f"{number} {'(C) ' if getattr(function, 'critical', False) else ''}{what}")
        return 0
    if not chosen:
        raise SystemExit("no such case")
    if not options.ids and check_documentation():
        return 1
    binary = options.binary or default_binary()
    slow = options.slow or (1.0 if "release" in os.path.realpath(binary) else 3.0)
    print(f"attack: {os.path.relpath(binary, ROOT)}", flush=True)
    started = time.monotonic()
    world = TestWorld(binary, slow)
    counts, escapes, left_out = {"PASS": 0, "FAIL": 0, "SKIP": 0}, 0, []
    try:
        world.open()
        for case in chosen:
            if not world.server.alive():
                world.server.start()
            begun = time.monotonic()
            outcome, problems = tried(case, world)
            world.rest()
            counts[outcome] += 1
            if outcome == "SKIP":
                left_out.append(f"SKIPPED {case[1]} {case[2]}: {'; '.join(problems)}")
            if outcome == "FAIL" and getattr(case[3], "critical", False):
                escapes += 1
            mark = "(C) " if getattr(case[3], "critical", False) else ""
            print(f"{outcome} {case[1]} {mark}{case[2]} {time.monotonic() - begun:.1f}s", flush=True)
            show(problems)
            if outcome == "FAIL":
                print("     the server's log at the end:", flush=True)
                show(told(world))
    finally:
        world.close(options.keep)
    # Once more at the end: a case that was left out far above is taken for one that passed.
    for line in left_out:
        print(line)
    skipped = f", {counts['SKIP']} skipped" if counts["SKIP"] else ""
    print(
        f"attack: {counts['PASS']} passed, {counts['FAIL']} failed, {escapes} critical escapes{skipped} in {time.monotonic() - started:.0f} s"
    )
    return 1 if counts["FAIL"] else 0
