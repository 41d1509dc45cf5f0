"""A process that only sleeps and looks at the clock: when it wakes late, the machine stood still, and no server is to blame."""

import multiprocessing
import time

INTERVAL, NOTABLE = 0.02, 0.5


def beat(stop, out):
    pauses, last = [], time.monotonic()
    while not stop.is_set():
        time.sleep(INTERVAL)
        now = time.monotonic()
        if now - last > NOTABLE:
            pauses.append((last, now))
        last = now
    out.put(pauses)


class Pulse:
    def __init__(self):
        context = multiprocessing.get_context("spawn")
        self.stop, self.out = context.Event(), context.Queue()
        self.process = context.Process(target=beat, args=(self.stop, self.out), daemon=True)
        self.process.start()

    def results(self):
        """From when to when nothing ran."""
        self.stop.set()
        pauses = self.out.get(timeout=60)
        self.process.join(30)
        return pauses


def overlap(pauses, start, end):
    """How long nothing ran between two moments."""
    return sum(max(0.0, min(end, until) - max(start, since)) for since, until in pauses)
