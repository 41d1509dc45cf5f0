"""Whether the time of a refused sign-in tells why it was refused (section I)."""

import itertools
import os
import random

from ..harness.people import PASSWORD, SIGN_IN, Page
from ..harness.timing import auc

KINDS = ("unknown", "wrong", "empty", "locked", "disabled", "imported")
# Of another system, and far cheaper than our own: a third of its time.
FOREIGN = "$2b$08$" + "." * 53
# One of an account's 50, and of a browser's 30: no throttle speaks.
# What is a few microseconds in a release is a part of a millisecond in a debug build; a hash that is left out shows in both.
PER_ACCOUNT, PER_BROWSER, BOUND, DEBUG_BOUND = 10, 20, 0.60, 0.75


class Attempts:
    """Accounts, addresses and browsers without end, none of them used so often that anything slows."""

    def __init__(self, w):
        self.w, self.run, self.numbers = w, os.urandom(3).hex(), itertools.count()
        self.accounts = {kind: self.names(kind) for kind in KINDS}
        self.browsers = self.opened()

    def names(self, kind):
        """A login name of a kind again and again, then one of the next account."""
        while True:
            name = f"t{self.run}{next(self.numbers)}"
            if kind == "imported":
                self.w.admin("POST", "/admin/v1/users", {"username": name, "password_hash": FOREIGN}, expect=201)
            elif kind != "unknown":
                person = self.w.user(name, email=f"{name}@people.test")
                if kind == "locked":
                    self.w.admin("POST", f"/admin/v1/users/{person['id']}/lockdown", expect=200)
                elif kind == "disabled":
                    self.w.admin("PATCH", f"/admin/v1/users/{person['id']}", {"enabled": False}, expect=200)
            yield from itertools.repeat(name, PER_ACCOUNT)

    def opened(self):
        """A browser with the sign-in page before it, at an address of its own."""
        while True:
            browser = self.w.browser()
            form = Page(browser.get(SIGN_IN)).form(SIGN_IN)
            yield from itertools.repeat((browser, form), PER_BROWSER)
            browser.http.close()

    def prepare(self, count):
        """All accounts first: making one between two attempts would not leave the second as the first was."""
        self.prepared = {kind: list(itertools.islice(names, count)) for kind, names in self.accounts.items()}

    def seconds(self, kind):
        login = self.prepared[kind].pop()
        # Locked and disabled accounts are tried with the right password.
        password = {"wrong": "wrong wrong wrong", "empty": ""}.get(kind, PASSWORD)
        browser, form = next(self.browsers)
        answer = browser.post(SIGN_IN, form.filled(login=login, password=password))
        assert answer.status == 200 and browser.cookie("session") is None, f"{kind}: {answer}"
        return answer.seconds


def measured(attempts, count):
    """The largest AUC of any two kinds, and the two."""
    attempts.prepare(count + 1)
    for kind in KINDS:
        attempts.seconds(kind)
    samples = {kind: [] for kind in KINDS}
    # In no order that could fall in step with what the server does once a second.
    shuffled = random.Random(130)
    for _ in range(count):
        for kind in shuffled.sample(KINDS, len(KINDS)):
            samples[kind].append(attempts.seconds(kind))
    pairs = [(auc(samples[one], samples[other]), one, other) for one, other in itertools.combinations(KINDS, 2)]
    return max((max(value, 1 - value), one, other) for value, one, other in pairs)


def case_130_refusals_take_alike_long(w):
    """`TESSERA_SAMPLES=400` of each kind is the run before a release; a few are measured again before they are believed."""
    w.furnish_people()
    attempts, wanted = Attempts(w), int(os.environ.get("TESSERA_SAMPLES", "0"))
    for count in (wanted,) if wanted else (80, 320, 640):
        worst, one, other = measured(attempts, count)
        print(f"     sign-in: AUC {worst:.3f} between {one} and {other}, {count} of each kind", flush=True)
        if worst <= (DEBUG_BOUND if w.slow > 1 else BOUND):
            return
    raise AssertionError(f"AUC {worst:.3f} tells {one} from {other} ({count} of each)")
