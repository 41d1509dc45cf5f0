"""The server stops: kits go on judging until their bound passes, say so, and then do what their mode says."""

import time

from Attack.harness.server import Server, limits

from .families import furnished
from .swift_kits import SwiftKits

BOUND, KITS, TOKENS = 6, 2, 10
# What is said of each mode, and what then becomes of good tokens: accepted, or 503.
MODES = {
    "refuse": ("every token is refused", False),
    "introspect": ("the issuer is asked about each token", False),
    "accept-until-expiry": ("tokens are accepted until they expire", True),
}


def under(binary, mode):
    """What does not hold in one mode."""
    says, accepts = MODES[mode]
    server = Server(binary, tls=False, name="away")
    try:
        server.initialise()
        server.start()
        kits = SwiftKits(furnished(server), KITS, TOKENS, mode, BOUND)
        kits.start()
        server.stop()
        stopped = time.monotonic()
        deadline = stopped + BOUND + 60
        while time.monotonic() < deadline and sum("stale" in text for _, text in kits.states) < KITS:
            time.sleep(0.1)
        time.sleep(2)
        kits.stop()
    finally:
        server.discard()
    stale = [(when, text) for when, text in kits.states if "stale" in text]
    if len(stale) < KITS:
        return [f"{mode}: {len(stale)} of {KITS} kits said that they are stale"]
    first, last = min(when for when, _ in stale), max(when for when, _ in stale)
    between = [one for one in kits.judged if stopped < one[0] < first - 1.5]
    after = [one for one in kits.judged if one[0] > last + 0.5]
    print(
        f"issuer-away {mode}: {len(between)} rounds judged without the server, stale after {first - stopped:.1f} s: "
        f"{stale[0][1]}"
    )
    found = []
    if not between or any(accepted != KITS * TOKENS for _, accepted, _ in between):
        found.append(f"{mode}: without the server tokens were not accepted before the bound: {between}")
    wanted = (KITS * TOKENS, 0) if accepts else (0, KITS * TOKENS)
    if not after or any((accepted, unknown) != wanted for _, accepted, unknown in after):
        found.append(f"{mode}: after the bound {after}, not {wanted}")
    return found + [f"{mode}: it said {text}" for _, text in stale if says not in text]


def run(binary, rounds):
    limits()
    failures = [failure for mode in MODES for failure in under(binary, mode)]
    for failure in failures:
        print(f"     {failure}")
    print(f"issuer-away: {len(MODES)} modes, bound {BOUND} s: {len(failures)} failures")
    return 1 if failures else 0
