"""Real kits in Swift, in a program of their own: when did each refuse a token that was revoked?"""

import json
import os
import subprocess
import threading
import time

from Attack.harness.world import RS1

from .feed_connections import decoded
from .latencies import Latencies

KITS, TOKENS = 4, 40


class SwiftKits:
    """`chaos-kits` beside the server's program, with tokens of one client."""

    def __init__(self, world, kits=KITS, tokens=TOKENS, mode="refuse", bound=15):
        self.world, self.kits, self.mode, self.bound = world, kits, mode, bound
        world.client("kit")
        world.permit("kit", RS1, "read")
        self.tokens = [world.token("kit", RS1) for _ in range(tokens)]
        self.acknowledged, self.refused, self.failures = {}, {}, []
        # What the kits said of themselves, and how many tokens were accepted or not judged, each with the time.
        self.states, self.judged = [], []
        self.lines = threading.Condition()
        self.is_ready = False

    def jti(self, index):
        return json.loads(decoded(self.tokens[index].split(".")[1]))["jti"]

    def revoked(self, index, now):
        self.acknowledged[index] = now

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
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and len(self.refused) < self.kits * len(self.acknowledged):
            time.sleep(0.05)
        self.stop()
        latencies, missed = Latencies(), 0
        for index, acknowledged in self.acknowledged.items():
            for kit in range(self.kits):
                if (kit, index) in self.refused:
                    latencies.add(self.refused[kit, index] - acknowledged)
                else:
                    missed += 1
        return {"kits": self.kits, "latencies": latencies, "missed": missed, "failures": self.failures}

    def stop(self):
        self.process.kill()
        self.process.wait()
