"""300 people sign in at once while applications refresh: those go on nearly as fast, and memory stays bounded.

The applications and the people are processes of their own, so that neither waits for the other's interpreter. The same
client measures the refreshes when nobody signs in, in every round, while the same connections are open. Memory is
compared with what the server had before it hashed anything.

With `--seeded` each promise is broken once, and it counts as a failure when that goes unnoticed.
"""

import contextlib
import glob
import multiprocessing
import os
import threading
import time

from Attack.harness.people import SIGN_IN, Browser, Page
from Attack.harness.server import Server, limits
from Attack.harness.timing import percentile

from .families import PASSWORD, families, furnished
from .sign_in_figures import Measured

PEOPLE, ACCOUNTS, FAMILIES, PAUSE = 300, 60, 40, 0.01


def priority(change):
    """Who measures goes first, or the wait for a core of its own is measured; who makes the load goes last."""
    try:
        os.nice(change)
    except PermissionError:
        pass


def refreshes(everybody, stop, results):
    """One refresh after the other, each of the next family, so that none is used too fast."""
    priority(-15)
    times, number = [], 0
    for family in everybody:
        family.use()
    while not stop.is_set():
        family = everybody[number % len(everybody)]
        number += 1
        begun = time.perf_counter()
        answer = family.use()
        times.append(time.perf_counter() - begun)
        if answer.status != 200:
            results.put(f"a refresh: {answer}")
            return
        time.sleep(PAUSE)
    results.put((times, [family.token for family in everybody]))


def timed(everybody, wait):
    """The seconds of each refresh while `wait` runs."""
    stop, results = multiprocessing.Event(), multiprocessing.Queue()
    process = multiprocessing.Process(target=refreshes, args=(everybody, stop, results))
    process.start()
    wait()
    stop.set()
    found = results.get(timeout=60)
    process.join()
    if isinstance(found, str):
        raise AssertionError(found)
    for family, token in zip(everybody, found[1]):
        family.token = token
    return found[0]


def crowd(world, names, ready, go, results):
    """300 browsers with the sign-in page before them; at the signal each sends it, and again when asked to wait."""
    priority(10)
    forms = []
    for number in range(PEOPLE):
        browser = Browser(world)
        forms.append((browser, Page(browser.get(SIGN_IN)).form(SIGN_IN), names[number % len(names)]))
    signed_in, asked_to_wait, wrong, lock = [], [], [], threading.Lock()

    def sign_in(browser, form, name):
        go.wait()
        for _ in range(200):
            answer = browser.post(SIGN_IN, form.filled(login=name, password=PASSWORD))
            if answer.status != 503:
                break
            with lock:
                asked_to_wait.append(name)
            time.sleep(int(answer.header("Retry-After")))
        with lock:
            (signed_in if browser.cookie("session") else wrong).append(f"{name}: {answer}")

    threads = [threading.Thread(target=sign_in, args=each) for each in forms]
    for thread in threads:
        thread.start()
    ready.set()
    for thread in threads:
        thread.join()
    results.put((len(signed_in), len(asked_to_wait), wrong[:3]))


class Peak(threading.Thread):
    """The most memory that the server had."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.bytes, self.ended = server, server.rss(), threading.Event()

    def run(self):
        while not self.ended.wait(0.02):
            self.bytes = max(self.bytes, self.server.rss())


def one_round(world, everybody, names, seconds):
    """Refreshes at rest and during the sign-ins, how the sign-ins went, and the most memory."""
    ready, go, results = multiprocessing.Event(), multiprocessing.Event(), multiprocessing.Queue()
    people = multiprocessing.Process(target=crowd, args=(world, names, ready, go, results))
    people.start()
    ready.wait(120)
    idle = timed(everybody, lambda: time.sleep(seconds))
    peak, told = Peak(world.server), []

    def flood():
        go.set()
        told.append(results.get(timeout=600))

    peak.start()
    busy = timed(everybody, flood)
    peak.ended.set()
    people.join()
    return idle, busy, told[0], peak.bytes


def hashing_threads_first(server):
    """A seeded fault: hashing goes before everything else in the server, rather than after it."""
    for path in glob.glob(f"/proc/{server.process.pid}/task/*"):
        with contextlib.suppress(FileNotFoundError), open(f"{path}/comm") as name:
            if name.read().startswith("password-"):
                os.setpriority(os.PRIO_PROCESS, int(os.path.basename(path)), -20)


def measured(binary, rounds, settings=None, fault=None, seconds=10):
    """A server of its own, all rounds."""
    slots = len(os.sched_getaffinity(0))
    passwords = {"threads": slots} | (settings or {})
    server = Server(binary, {"passwords": passwords}, tls=False, name="sign-ins")
    try:
        server.initialise()
        server.start()
        world = furnished(server)
        found = Measured(slots, server.rss())
        names = [f"person{number}" for number in range(ACCOUNTS)]
        for name in names:
            world.user(name, PASSWORD)
        everybody = families(world, FAMILIES)
        for family in everybody:
            family.http.close()
        if fault:
            fault(server)
        for number in range(rounds):
            idle, busy, (signed_in, waited, wrong), peak = one_round(world, everybody, names, seconds)
            found.idle += idle
            found.busy += busy
            found.refused += wrong
            found.peak = max(found.peak, peak)
            print(
                f"round {number + 1}/{rounds}: {signed_in} of {PEOPLE} signed in, {waited} times asked to wait, "
                f"refresh p99 {1000 * percentile(idle, 0.99):.1f} ms at rest, "
                f"{1000 * percentile(busy, 0.99):.1f} ms meanwhile, memory {peak >> 20} MiB",
                flush=True,
            )
        server.stop()
    finally:
        server.discard()
    return found


# What breaks, how, and the words by which it must be noticed.
SEEDED = (
    ("memory for each hash that nobody asked about", {"memory": 98304, "passes": 1}, None, "memory grew"),
    ("hashing before all else", {"passes": 12}, hashing_threads_first, "times as slow"),
)


def seeded(binary):
    """Whether each fault is noticed."""
    missed = 0
    for what, settings, fault, words in SEEDED:
        found = measured(binary, 1, settings, fault)
        noticed = [each for each in found.broken() if words in each]
        missed += not noticed
        print(f"seeded fault, {what}: {noticed[0] if noticed else 'NOT NOTICED'}; {found}", flush=True)
    return 1 if missed else 0


def run(binary, rounds, is_seeded=False):
    limits()
    multiprocessing.set_start_method("fork")
    if is_seeded:
        return seeded(binary)
    found = measured(binary, rounds)
    for each in found.broken():
        print(f"     {each}")
    print(f"sign-ins: {found}")
    return 1 if found.broken() else 0
