"""usage: scripts/chaos kill9|powercut|rotation|refresh-kill9|parallel|sign-ins|revocation|issuer-away [--rounds N] [--binary PATH] [--seeded]"""

import argparse
import sys

from Attack.harness.runner import default_binary

from . import issuer_away, kill9, parallel, powercut, refresh_kill9, revocation, rotation, sign_ins

FAULTS = {
    "kill9": kill9.run,
    "powercut": powercut.run,
    "rotation": rotation.run,
    "refresh-kill9": refresh_kill9.run,
    "parallel": parallel.run,
    "sign-ins": sign_ins.run,
    "revocation": revocation.run,
    "issuer-away": issuer_away.run,
}

parser = argparse.ArgumentParser(
    prog="scripts/chaos", description="Breaks a server that it starts, and checks what is left."
)
parser.add_argument("fault", choices=FAULTS)
parser.add_argument("--rounds", type=int, default=20)
parser.add_argument("--binary", help="the tessera program (default: .build/release, else .build/debug)")
parser.add_argument("--connections", type=int, help="of revocation, to the feed (default: 1000)")
parser.add_argument("--revocations", type=int, help="of revocation (default: 500 for each round)")
parser.add_argument("--live", type=int, help="of revocation, JWTs that it has issued before (default: 1000000)")
parser.add_argument("--seeded", action="store_true", help="break what is promised, and fail if that goes unnoticed")
options = parser.parse_args()
more = {}
if options.seeded:
    if options.fault != "sign-ins":
        parser.error("only sign-ins has seeded faults")
    more["is_seeded"] = True
for name in ("connections", "revocations", "live"):
    if getattr(options, name) is not None:
        if options.fault != "revocation":
            parser.error(f"only revocation has {name}")
        more[name] = getattr(options, name)
sys.exit(FAULTS[options.fault](options.binary or default_binary(), options.rounds, **more))
