"""kill -9 between the commit of a rotation and its answer: no client may be locked out for it."""

import http.client
import random
import threading
import time

from Attack.harness.server import Server, limits

from .families import families, furnished, heads

FAMILIES, WINDOW = 40, 10
# Told to wait: too often in a window, which says nothing about the token.
LATER = (429, 503)


class Moment:
    """When to kill: neither before anything is committed nor after all is answered. Found by trying."""

    def __init__(self):
        self.latest = 0.05

    def wait(self):
        time.sleep(random.uniform(0, self.latest))

    def learn(self, is_early, is_late):
        if is_early:
            self.latest *= 1.1
        elif is_late:
            self.latest *= 0.93


def refresh(family, barrier, interrupted, wrong):
    """One refresh; notes who sent a request and never saw the answer."""
    barrier.wait()
    try:
        answer = family.use()
    except (OSError, http.client.HTTPException):
        interrupted.add(family)
        return
    if answer.status == 200:
        family.generation += 1
    elif answer.status not in LATER:
        wrong.append(f"while it ran: {answer}")


def one_kill(server, everybody, moment):
    """The families whose rotation was committed and not answered, and what was wrong besides."""
    barrier, interrupted, wrong = threading.Barrier(len(everybody) + 1), set(), []
    for family in everybody:
        family.http.get("/health/ready")
    threads = [
        threading.Thread(target=refresh, args=(family, barrier, interrupted, wrong), daemon=True)
        for family in everybody
    ]
    for thread in threads:
        thread.start()
    barrier.wait()
    moment.wait()
    server.process.kill()
    killed = time.monotonic()
    server.process.wait()
    for thread in threads:
        thread.join(10)
    server.start()
    stored, between = heads(server), []
    for family in everybody:
        family.http.close()
        ahead = stored.get(family.id, 0) - family.generation
        if ahead == 1 and family in interrupted:
            between.append(family)
        elif ahead != 0:
            wrong.append(f"the database is {ahead} ahead of a client that saw every answer")
    moment.learn(is_early=not between and len(interrupted) == len(everybody), is_late=not interrupted)
    # Those first: their window runs.
    for family in between + [family for family in everybody if family not in between]:
        wrong += retry(family, killed, family in between, stored.get(family.id, 0))
    return between, wrong


def retry(family, killed, is_between, head):
    """The token that the client has works, whether the rotation before it was committed or not."""
    answer = family.use()
    while answer.status in LATER and time.monotonic() - killed < 2 * WINDOW:
        time.sleep(0.5)
        answer = family.use()
    took = time.monotonic() - killed
    if answer.status != 200 and is_between and took > WINDOW - 1:
        return [f"came back after {took:.1f} s only: too late to judge"]
    if answer.status != 200:
        return [f"locked out {'between commit and answer' if is_between else 'otherwise'}: {answer}"]
    # The same successor again, or a first one.
    family.generation = head if is_between else head + 1
    return []


def run(binary, rounds):
    """As many kills as `rounds` that fell between commit and answer."""
    limits()
    settings = {"tokens": {"refresh-window": WINDOW, "refresh-repeats-per-day": 10_000}}
    server = Server(binary, settings, tls=False, name="refresh-kill9")
    hits = kills = unanswered = 0
    failures = []
    try:
        server.initialise()
        server.start()
        everybody, moment = families(furnished(server), FAMILIES), Moment()
        while hits < rounds and kills < 5 * rounds and not failures:
            between, wrong = one_kill(server, everybody, moment)
            kills, hits, unanswered = kills + 1, hits + bool(between), unanswered + len(between)
            failures += wrong
            if kills % 10 == 0 or wrong:
                print(f"kill {kills}: {hits}/{rounds} between commit and answer, {len(failures)} failures", flush=True)
        time.sleep(WINDOW)
        for family in everybody:
            answer = family.use()
            failures += [] if answer.status == 200 else [f"ended: {answer}"]
        server.stop()
    finally:
        server.discard()
    for failure in failures[:20]:
        print(f"     {failure}")
    locked = sum(failure.startswith(("locked", "ended")) for failure in failures)
    print(
        f"refresh-kill9: kills {kills}, between commit and answer {hits} (of {unanswered} rotations), "
        f"families {FAMILIES}, locked out {locked}, failures {len(failures)}"
    )
    return 1 if failures or hits < rounds else 0
