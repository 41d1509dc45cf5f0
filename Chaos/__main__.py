"""usage: scripts/chaos kill9|powercut|rotation|refresh-kill9|parallel|sign-ins [--rounds N] [--binary PATH]"""

import argparse
import sys

from Attack.harness.runner import default_binary

from . import kill9, parallel, powercut, refresh_kill9, rotation, sign_ins

FAULTS = {
    "kill9": kill9.run,
    "powercut": powercut.run,
    "rotation": rotation.run,
    "refresh-kill9": refresh_kill9.run,
    "parallel": parallel.run,
    "sign-ins": sign_ins.run,
}

parser = argparse.ArgumentParser(
    prog="scripts/chaos", description="Breaks a server that it starts, and checks what is left."
)
parser.add_argument("fault", choices=FAULTS)
parser.add_argument("--rounds", type=int, default=20)
parser.add_argument("--binary", help="the tessera program (default: .build/release, else .build/debug)")
options = parser.parse_args()
sys.exit(FAULTS[options.fault](options.binary or default_binary(), options.rounds))
