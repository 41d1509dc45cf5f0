"""CPU time of a server's whole process tree per request, under one bounded wrk run."""

import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
TICK = os.sysconf("SC_CLK_TCK")


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
    """User and system time of the tree, of threads and children that have ended too."""
    total = 0
    for one in tree(pid):
        try:
            with open(f"/proc/{one}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(value) for value in fields[11:15])
    return total / TICK


class Load:
    """One kind of request: where to, and what."""

    def __init__(self, name, pid, url, body=None, authorization=None):
        self.name, self.pid, self.url, self.body, self.authorization = name, pid, url, body, authorization
        self.samples, self.rates = [], []

    def run(self, seconds, connections=64):
        command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
        if self.body is not None:
            command += ["-s", os.path.join(HERE, "post.lua"), self.url, "--", self.body, self.authorization or "-"]
        else:
            command += [self.url]
        before = cpu_seconds(self.pid)
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
        used = cpu_seconds(self.pid) - before
        count = int(re.search(r"(\d+) requests in", done.stdout).group(1))
        if count == 0:
            raise RuntimeError(
                f"{self.name}: no answer within {seconds} s; the machine is too busy to measure anything"
            )
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
        errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", done.stdout)
        if bad or (errors and any(int(value) for value in errors.groups())):
            raise RuntimeError(f"{self.name}: {bad.group(0) if bad else errors.group(0)}")
        self.samples.append(used / count * 1e6)
        self.rates.append(float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1)))

    @property
    def microseconds(self):
        return sorted(self.samples)[len(self.samples) // 2]

    @property
    def rate(self):
        return sorted(self.rates)[len(self.rates) // 2]
