"""Guessing secrets, and whether an answer's time helps (050, 052, 242)."""

import time

from ..harness.case import timed
from ..harness.client import basic
from ..harness.timing import auc
from ..harness.world import RS1, TOKEN

FORM = {"grant_type": "client_credentials", "resource": RS1, "scope": "read"}


def is_waiting(attacker, client, endpoint=TOKEN):
    """Whether a guess has to wait; one is forgiven every few seconds, and may just have been."""
    form = FORM if endpoint == TOKEN else {"token": "t"}
    guess = basic(client, "tsc_" + "z" * 43)
    return any(attacker.post(endpoint, form, authorization=guess).status == 429 for _ in range(3))


@timed
def case_050_secret_brute_force(w):
    attacker = w.caller()
    answers = [attacker.post(TOKEN, FORM, authorization=basic("conf", f"tsc_{i:043d}")) for i in range(200)]
    refused = [answer for answer in answers if answer.status == 429]
    assert {answer.status for answer in answers} == {401, 429}, {answer.status for answer in answers}
    assert len(refused) >= 150, f"only {len(refused)} of 200 guesses were slowed down"
    assert all(int(answer.header("Retry-After") or 0) >= 1 for answer in refused), "429 without Retry-After"
    assert is_waiting(attacker, "conf")
    # The right secret passes, also from there: nobody guesses it, and the client may sit behind the same address.
    took = []
    for via in (attacker, w.caller(), attacker, w.caller()):
        answer = via.post(TOKEN, FORM, authorization=w.auth("conf"))
        assert answer.status == 200, "a stranger locked the client out"
        took.append(answer.seconds)
    assert min(took) < 1, f"{min(took):.1f} s"
    # The counter holds at the other endpoints, and spraying names does not push it out.
    for endpoint in ("/introspect", "/revoke"):
        assert is_waiting(attacker, "conf", endpoint), endpoint
    # What is withheld is withheld from all alike: nothing tells names that exist from others.
    waiting = {
        (answer.status, answer.text)
        for name in ("conf", "rs1", "nobody", "pub")
        for answer in [attacker.post(TOKEN, FORM, authorization=basic(name, "tsc_" + "z" * 43)) for _ in range(14)][11:]
    }
    assert len(waiting) == 1 and {status for status, _ in waiting} == {429}, waiting


@timed
def case_242_throttle_table_is_bounded(w):
    """Many names from many addresses: fixed memory, and the counter of who guesses stays."""
    attacker, began = w.caller(), time.monotonic()
    for i in range(30):
        attacker.post(TOKEN, FORM, authorization=basic("conf2", f"tsc_{i:043d}"))
    assert is_waiting(attacker, "conf2")
    before, count = w.server.rss(), 3000 if w.slow > 1 else 20_000
    sprayer, made = w.caller(), 0
    for i in range(count):
        if i % 90 == 0:
            sprayer.close()
            sprayer = w.caller()
        sprayer.post(TOKEN, FORM, authorization=basic(f"nobody-{i}-{'x' * 100}", "y" * 40))
        made += 1
    grown = w.server.rss() - before
    assert grown < 32 << 20, f"{made} names cost {grown >> 20} MiB"
    tried = [attacker.post(TOKEN, FORM, authorization=basic("conf2", f"tsc_{i:043d}")).status for i in range(30)]
    passed = tried.count(401)
    assert passed <= 2 + (time.monotonic() - began) / 5, (
        f"spraying evicted the attacker's counter: {passed} guesses were looked at"
    )


@timed
def case_052_secret_comparison_time(w):
    """A guess with 42 right characters takes as long as one with none."""
    secret = w.secrets["conf"]
    near = secret[:-1] + ("A" if secret[-1] != "A" else "E")
    far = secret[:4] + ("A" if secret[4] != "A" else "E") + secret[5:]
    samples = {near: [], far: []}
    total = 1200 if w.slow > 1 else 2000
    # Each round adds to the samples: noise shrinks, and what can be told apart is told apart the better.
    for _ in range(4):
        caller = None
        for i in range(total):
            if i % 8 == 0:
                if caller:
                    caller.close()
                caller = w.caller()
                caller.get("/health/live")
            # Both kinds at every position of a connection's life.
            kind = (near, far)[(i + i // 8) % 2]
            answer = caller.post(TOKEN, FORM, authorization=basic("conf", kind))
            assert answer.status == 401, answer
            samples[kind].append(answer.seconds)
        value = auc(samples[near], samples[far])
        if 0.45 <= value <= 0.55:
            return
    raise AssertionError(f"AUC {value:.3f} tells a near miss from a far one")
