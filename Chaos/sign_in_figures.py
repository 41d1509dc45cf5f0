"""What sign-ins did to refreshes and to memory, and whether that is within the bounds."""

import os
from dataclasses import dataclass, field

from Attack.harness.timing import percentile

SLOT, ROOM, FACTOR = 19 << 20, 64 << 20, 3
# Fewer say nothing about one in a hundred.
SAMPLES = 500


@dataclass
class Measured:
    """What was seen in all rounds."""

    slots: int
    base: int
    peak: int = 0
    idle: list = field(default_factory=list)
    busy: list = field(default_factory=list)
    refused: list = field(default_factory=list)

    def broken(self):
        """The promises that do not hold."""
        found = [f"not signed in: {each}" for each in self.refused[:10]]
        if min(len(self.idle), len(self.busy)) < SAMPLES:
            found.append(f"too few refreshes to judge: {len(self.idle)} at rest, {len(self.busy)} meanwhile")
        elif self.ratio > FACTOR:
            found.append(f"refreshes are {self.ratio:.2f} times as slow (bound {FACTOR})")
        if self.grown > self.bound:
            found.append(f"memory grew by {self.grown >> 20} MiB (bound {self.bound >> 20})")
        return found

    @property
    def ratio(self):
        return percentile(self.busy, 0.99) / percentile(self.idle, 0.99)

    @property
    def grown(self):
        return self.peak - self.base

    @property
    def bound(self):
        return self.slots * SLOT + ROOM

    def __str__(self):
        ms = {
            (name, share): f"{1000 * percentile(times, share):.1f}"
            for name, times in (("idle", self.idle), ("busy", self.busy))
            for share in (0.5, 0.99)
        }
        return (
            f"slots {self.slots}; memory {self.base >> 20} MiB before the first hash, {self.peak >> 20} MiB at most: "
            f"+{self.grown >> 20} (bound {self.bound >> 20}); refresh p99 {ms['idle', 0.99]} ms at rest "
            f"({len(self.idle)}), {ms['busy', 0.99]} ms meanwhile ({len(self.busy)}): {self.ratio:.2f} "
            f"(bound {FACTOR}); p50 {ms['idle', 0.5]} and {ms['busy', 0.5]} ms; "
            f"load of the machine {os.getloadavg()[0]:.1f}"
        )
