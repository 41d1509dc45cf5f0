"""What a case is: a function named case_<id>_<what>, marked when a failure would be a critical escape."""

import os
import threading
import time


def waited(condition, seconds=60):
    """Whether it came true in this time; a generous one costs nothing where the machine is quick."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def fast(ask, seconds, what=""):
    """The answer, which must come in this time once in five tries: the machine may be busy, a costly input always is."""
    took = []
    for _ in range(5):
        answer = ask()
        took.append(answer.seconds)
        if answer.seconds < seconds:
            return answer
    raise AssertionError(f"{what}: never below {min(took) * 1000:.0f} ms, {seconds * 1000:.0f} ms are allowed")


def at_once(count, act):
    """What `count` threads got that began together."""
    found, faults, barrier = [], [], threading.Barrier(count)

    def run(number):
        try:
            barrier.wait()
            found.append(act(number))
        except Exception as fault:
            faults.append(repr(fault))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults[:3]
    return found


class Skip(Exception):
    """The case cannot run here; the text says why."""


def without_vectors(what):
    """The case goes without what others wrote, which is not part of this repository; unless it must not."""
    if os.environ.get("TESSERA_REQUIRE_VECTORS") == "1":
        raise AssertionError(f"{what}; TESSERA_REQUIRE_VECTORS forbids to go without")
    raise Skip(what)


def critical(function):
    """Marks a case whose failure lets an attacker in (C in the list)."""
    function.critical = True
    return function


def timed(function):
    """Marks a case that measures time: the machine may be busy, so it fails only if it fails again at once."""
    function.timed = True
    return function


def last(function):
    """Marks a case that looks at what all the others left behind."""
    function.last = True
    return function
