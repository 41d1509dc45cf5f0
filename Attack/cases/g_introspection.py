"""Who learns what at introspection (108, 110)."""

import random
import time

from ..harness import forge
from ..harness.case import critical, timed
from ..harness.timing import auc
from ..harness.world import INTROSPECT, RS1, RS2

INACTIVE = b'{"active":false}'


@critical
def case_108_introspection_needs_the_audience(w):
    one, two = w.token("conf", RS1), w.token("conf", RS2)
    for token, stranger in (
        (one, "rs2"),
        (two, "rs1"),
        (one, "svc"),
        (two, "svc"),
        (one, "conf"),
        (one, "conf2"),
        (two, "rs3"),
    ):
        answer = w.introspection(token, stranger)
        assert answer.status == 200 and answer.body == INACTIVE, f"{stranger} learned {answer}"
    for auth in (None, "Bearer " + one, w.auth("rs1")[:-4] + "AAAA"):
        w.refused(w.caller().post(INTROSPECT, {"token": one}, authorization=auth), 401, "invalid_client")
    w.refused(w.http.post(INTROSPECT, {}, authorization=w.auth("rs1")), 400, "invalid_request")
    w.refused(
        w.http.post(INTROSPECT, [("token", one), ("token", one)], authorization=w.auth("rs1")), 400, "invalid_request"
    )
    answer = w.introspection(one).json()
    assert answer["active"] and answer["aud"] == RS1 and answer["iss"] == w.issuer and answer["client_id"] == "conf", (
        answer
    )
    assert "tessera" not in answer and "epochs" not in str(answer), "the private claim is shown"
    assert w.introspection(two, "rs2").json()["active"]


@timed
def case_110_inactive_answers_are_alike(w):
    expired = w.token("conf", "https://rs3.test/api")
    born = time.time()
    revoked, audience = w.token("conf", RS1), w.token("conf", "https://rs3.test/api")
    w.revocation(revoked)
    forged = w.token("conf", RS1)
    forged = forged[:-8] + ("AAAAAAAA" if forged[-8:] != "AAAAAAAA" else "BAAAAAAA")
    forged = ".".join(forged.split(".")[:2] + [forge.b64(b"\x01" * 64)])
    opaque = w.token("conf", RS2)
    garbage = [
        "x",
        "a.b.c",
        "tsa_",
        opaque,
        opaque[:-1],
        "tsa_" + "A" * (len(opaque) - 4),
        "\u00e9",
        "." * 300,
        "tsr_" + "A" * 43,
        "{}",
    ]
    time.sleep(max(0, born + 11.5 - time.time()))
    kinds = {"expired": expired, "revoked": revoked, "another audience": audience, "forged": forged}
    assert w.introspection(expired, "rs3").body == INACTIVE
    seen = set()
    for token in list(kinds.values()) + garbage:
        answer = w.introspection(token)
        names = tuple(
            sorted((name, value) for name, value in answer.headers if name.lower() not in ("date", "x-request-id"))
        )
        seen.add((answer.status, answer.body, names))
    assert len(seen) == 1, f"{len(seen)} different answers: {seen}"
    # By time only what the caller cannot see for itself: the key set tells anybody whether a signature is right, and a short
    # text is plainly no token. Why a genuine token has ended must not show.
    kinds.pop("forged")
    rounds = 150 if w.slow > 1 else 400
    samples = {name: [] for name in kinds}
    # Each turn adds to the samples: noise shrinks, and what can be told apart is told apart the better.
    for _ in range(4):
        for _ in range(rounds):
            order = list(kinds.items())
            random.shuffle(order)
            for name, token in order:
                samples[name].append(w.introspection(token).seconds)
        worst = max((abs(auc(samples[a], samples[b]) - 0.5), a, b) for a in kinds for b in kinds if a < b)
        if worst[0] <= 0.1:
            return
    raise AssertionError(f"AUC {0.5 + worst[0]:.2f} tells {worst[1]} from {worst[2]}")
