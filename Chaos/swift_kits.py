"""Real kits in Swift, in a program of their own: when did each refuse a token that was revoked?"""

import collections
import json
import os
import subprocess
import threading
import time

from Attack.harness.world import RS1

from .latencies import Latencies

KITS, TOKENS = 4, 40


class SwiftKits:
    """`chaos-kits` beside the server's program, with tokens of one client, and more."""

    def __init__(self, world, kits=KITS, tokens=TOKENS, mode="refuse", bound=15, more=()):
        self.world, self.kits, self.mode, self.bound = world, kits, mode, bound
        if "kit" not in world.secrets:
            world.client("kit")
            world.permit("kit", RS1, "read")
        self.tokens = [world.token("kit", RS1) for _ in range(tokens)] + list(more)
        self.acknowledged, self.refused, self.failures = {}, {}, []
        # What the kits said of themselves, and how many tokens were accepted or not judged, each with the time.
        self.states, self.judged = [], []
        self.lines = threading.Condition()
        self.is_ready = False

    def revoked(self, token, kind, now):
        """What the kits were not given is nothing to them."""
        if token in self.tokens:
            self.acknowledged[self.tokens.index(token)] = (kind, now)

    def has_refused(self, token):
        """Whether any of the kits has, of a token that they were given."""
        return token in self.tokens and any((kit, self.tokens.index(token)) in self.refused for kit in range(self.kits))

    def start(self):
        program = os.path.join(os.path.dirname(self.world.server.binary), "chaos-kits")
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        orders = {
            "issuer": self.world.issuer,
            "audience": RS1,
            "id": "rs1",
            "secret": self.world.secrets["rs1"],
            "kits": self.kits,
            "bound": self.bound,
            "mode": self.mode,
        }
        self.process.stdin.write(json.dumps(orders) + "\n" + "\n".join(self.tokens) + "\n\n")
        self.process.stdin.flush()
        threading.Thread(target=self.read, daemon=True).start()
        with self.lines:
            assert self.lines.wait_for(lambda: self.is_ready, 60), "the kits do not accept good tokens"
            # Some modes accept tokens before anything was heard, too.
            assert self.lines.wait_for(self.have_heard, 60), f"the kits have not heard of revocations: {self.states}"

    def have_heard(self):
        return len({text.split()[1] for _, text in self.states if "revocations current" in text}) == self.kits

    def read(self):
        for line in self.process.stdout:
            words = line.split()
            with self.lines:
                if words[0] == "ready":
                    self.is_ready = True
                elif words[0] == "refused":
                    self.refused[int(words[1]), int(words[2])] = int(words[3]) / 1e9
                elif words[0] == "judged":
                    self.judged.append((time.monotonic(), int(words[1]), int(words[2])))
                elif words[0] == "state":
                    self.states.append((time.monotonic(), line.strip()))
                    if self.is_ready and "stale" in line:
                        self.failures.append(f"a kit became stale: {line.strip()}")
                self.lines.notify_all()

    def results(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and len(self.refused) < self.kits * len(self.acknowledged):
            time.sleep(0.05)
        self.stop()
        by_kind, missed = collections.defaultdict(Latencies), 0
        for index, (kind, acknowledged) in self.acknowledged.items():
            for kit in range(self.kits):
                if (kit, index) in self.refused:
                    by_kind[kind].add(self.refused[kit, index] - acknowledged)
                else:
                    missed += 1
        return by_kind, missed, self.failures

    def stop(self):
        self.process.kill()
        self.process.wait()
