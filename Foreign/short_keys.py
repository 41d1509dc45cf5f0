"""Keys that Authlib writes without their leading zeroes: registered, and used with private_key_jwt."""

import os
import subprocess

from Attack.harness.server import Server, environment

from . import drivers

CLIENT = os.path.join(drivers.ROOT, "Foreign", "short_key_client.py")
FULL = 43
# Private keys on P-256, as numbers, and which coordinates of their points begin with a zero octet.
KEYS = {"x": 379, "y": 43, "x_and_y": 49350}


def check(holds, what):
    print(f"{'PASS' if holds else 'FAIL'} short-keys.{what}", flush=True)
    return bool(holds)


def tried(interpreter, server, registered, signing):
    """The lengths of x and y as they were sent, and the status with which the client was answered."""
    authority = os.path.join(server.data, "tls", "ca.pem")
    done = subprocess.run(
        [interpreter, CLIENT, server.issuer, authority, str(registered), str(signing)],
        # Authlib asks for a revocation with the session's own settings forgotten.
        env=environment({"REQUESTS_CA_BUNDLE": authority, "PYTHONDONTWRITEBYTECODE": "1"}),
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode:
        print(done.stdout + done.stderr[-800:])
        return None
    return tuple(int(word) for word in done.stdout.split())


def run(binary):
    interpreter, held = drivers.python(), []
    server = Server(binary, {"registration": {"enabled": True, "open": True}}, name="foreign")
    try:
        server.initialise()
        server.start()
        for name, number in KEYS.items():
            said = tried(interpreter, server, number, number)
            is_short = said is not None and (said[0] < FULL, said[1] < FULL) == ("x" in name, "y" in name)
            held.append(check(is_short, name + "_is_written_short"))
            held.append(check(said is not None and said[2] == 200, name + "_authenticates"))
        other = tried(interpreter, server, KEYS["x"], KEYS["y"])
        held.append(check(other is not None and other[2] == 401, "another_key_does_not_authenticate"))
        return all(held)
    finally:
        server.discard()
