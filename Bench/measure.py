"""CPU time of a server's whole process tree per request, under one bounded wrk run."""

import os
import re
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def tree(pid):
    """A process and all that came from it."""
    children = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(name))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.get(one, [])
    return found


def cpu_seconds(pid):
    """User and system time of the tree, of threads that have ended too, to the nanosecond: `/proc` has it in ticks.
    Of several trees, all of it."""
    total = 0
    for one in [each for root in (pid if isinstance(pid, tuple) else (pid,)) for each in tree(root)]:
        try:
            # CPUCLOCK_SCHED of another process, as clock_getcpuclockid(3) makes it.
            total += time.clock_gettime(~one << 3 | 2)
        except OSError:
            continue
    return total


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


class Quiet:
    """Whether the machine was itself. Whoever else runs on its host slows it down for seconds or minutes, a signature
    by half and what waits for memory by more than that: such a sample says nothing of ours. What tells is the bare
    signature alone, between any two loads and never a load of ours."""

    # Above a quiet machine's signature, which is the tenth part of all from below.
    SLACK = 1.15
    # Fewer quiet samples than these tell less than all of them.
    ENOUGH = 3

    def __init__(self, program):
        self.command, self.looks = ["taskset", "-c", "0", program, "bare", "20"], []

    def look(self):
        """Microseconds of a bare signature just now."""
        done = subprocess.run(self.command, capture_output=True, text=True, timeout=60, check=True)
        self.looks.append(float(re.search(r"ES256 sign ([\d.]+)", done.stdout).group(1)))
        return self.looks[-1]

    @property
    def limit(self):
        return sorted(self.looks)[len(self.looks) // 10] * self.SLACK

    def together(self, *series):
        """The samples of the same round of each, of the rounds in which all of them were taken in quiet; and how many
        those were. Of all rounds, if they were too few."""
        rounds = list(zip(*(one.samples for one in series)))
        quiet = [
            row
            for row, looks in zip(rounds, zip(*(one.looks for one in series)))
            if all(look <= self.limit for look in looks)
        ]
        return (quiet, len(quiet)) if len(quiet) >= self.ENOUGH else (rounds, 0)

    def median(self, series):
        return median([value for value, in self.together(series)[0]])


class Series:
    """Samples, and of each how long a bare signature took beside it."""

    def __init__(self):
        self.samples, self.looks = [], []


class Load(Series):
    """One kind of request: where to, and what. `script` and `arguments` make other requests than the same each time."""

    def __init__(self, name, pid, url, body=None, authorization=None, script=None, arguments=()):
        self.name, self.pid, self.url = name, pid, url
        self.script, self.arguments = script, list(arguments)
        if body is not None:
            self.script, self.arguments = "post.lua", [body, authorization or "-"]
        super().__init__()
        self.rates = []

    def run(self, seconds, connections=64):
        command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
        if self.script:
            command += ["-s", os.path.join(HERE, self.script), self.url, "--", *self.arguments]
        else:
            command += [self.url]
        before = cpu_seconds(self.pid)
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
        used = cpu_seconds(self.pid) - before
        found = re.search(r"(\d+) requests in", done.stdout)
        if not found:
            raise RuntimeError(f"{self.name}: {done.stderr.strip() or done.stdout.strip()}")
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
        errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", done.stdout)
        if bad or (errors and any(int(value) for value in errors.groups())):
            raise RuntimeError(f"{self.name}: {bad.group(0) if bad else errors.group(0)} {done.stderr.strip()}")
        # A script may count something else than requests: the code flow takes two.
        counted = re.search(r"^counted (\d+)", done.stdout, re.M)
        count = int((counted or found).group(1))
        if count == 0:
            raise RuntimeError(
                f"{self.name}: no answer within {seconds} s; is the machine too busy? {done.stderr.strip()}"
            )
        requests = int(found.group(1))
        self.samples.append(used / count * 1e6)
        self.rates.append(float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1)) * count / requests)
        return done.stdout

    def warm_up(self, seconds):
        """A run that does not count."""
        self.run(seconds)
        self.samples.clear()
        self.rates.clear()

    @property
    def rate(self):
        return median(self.rates)


class NewTokens(Load):
    """Each request with a token that the server has not seen, or has forgotten since: its memory is smaller than the
    file."""

    def __init__(self, name, pid, url, file):
        super().__init__(name, pid, url, script="bearer.lua", arguments=[file, "0"])

    def run(self, seconds, connections=64):
        text = super().run(seconds, connections)
        asked = int(re.search(r"^asked (\d+)", text, re.M).group(1))
        self.arguments[1] = str(int(self.arguments[1]) + asked)
        return text
