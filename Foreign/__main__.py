"""usage: scripts/foreign-clients [--binary PATH] [drivers|short-keys|apache|nginx|reverse-proxy|apache-gateway|caddy|haproxy|authlib|verifiers…]"""

import argparse
import functools
import sys
import time

from Attack.harness.case import Skip
from Attack.harness.runner import default_binary

from . import apache, authlib_application, drivers, gateways, hummingbird_api, short_keys, verifiers

CLIENTS = {
    "drivers": drivers.run,
    "short-keys": short_keys.run,
    "apache": apache.run,
    "authlib": authlib_application.run,
    "verifiers": verifiers.run,
    "hummingbird-api": hummingbird_api.run,
    "nginx": functools.partial(gateways.run, "nginx"),
    "reverse-proxy": gateways.reverse_proxy,
    "apache-gateway": functools.partial(gateways.run, "apache-gateway"),
    "caddy": functools.partial(gateways.run, "caddy"),
    "haproxy": functools.partial(gateways.run, "haproxy"),
}

parser = argparse.ArgumentParser(
    prog="scripts/foreign-clients",
    description="Clients, APIs and servers that others wrote, and our example of an API, against a server of ours.",
)
parser.add_argument("clients", nargs="*", choices=[*CLIENTS, []], help="those to run; all if none is named")
parser.add_argument("--binary", help="the tessera program (default: .build/release, else .build/debug)")
options = parser.parse_args()
binary, failed, skipped = options.binary or default_binary(), [], []
for name in options.clients or CLIENTS:
    begun = time.monotonic()
    print(f"==== {name}", flush=True)
    try:
        if not CLIENTS[name](binary):
            failed.append(name)
    except Skip as reason:
        print(f"SKIPPED {name}: {reason}")
        skipped.append(name)
        continue
    print(f"{name}: {'FAILED' if name in failed else 'passed'} in {time.monotonic() - begun:.0f} s", flush=True)
print(f"foreign clients: {len(failed)} failed, {len(skipped)} skipped{': ' if skipped else ''}{', '.join(skipped)}")
sys.exit(1 if failed else 0)
