"""Resource servers that others wrote: PyJWT, joserfc and Node's own crypto accept our tokens from discovery alone."""

import json
import os
import shutil
import subprocess
import time

from Attack.harness.case import Skip
from Attack.harness.server import Server, environment
from Attack.harness.watch import Watch
from Attack.harness.world import World

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
ALGORITHMS = ("ES256", "EdDSA", "RS256")


def check(holds, what):
    print(f"{'PASS' if holds else 'FAIL'} verifiers.{what}", flush=True)
    return bool(holds)


def python():
    """A Python with the libraries of the verifiers, in the versions of the other clients."""
    with open(os.path.join(ROOT, "Foreign", "requirements.txt")) as file:
        wanted = [line for line in file.read().split() if line.startswith(("PyJWT", "joserfc", "cryptography"))]
    command = [os.path.join(ROOT, "scripts", "python-environment"), "verifiers", *wanted]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def commands(issuer, authority):
    """How each verifier is started for an audience, by its name."""
    node, interpreter = shutil.which("node"), python()
    if not node:
        raise Skip("node is not installed")
    script = os.path.join(ROOT, "Foreign", "verify.py")
    return {
        "pyjwt": lambda audience: [interpreter, script, "pyjwt", issuer, authority, audience],
        "joserfc": lambda audience: [interpreter, script, "joserfc", issuer, authority, audience],
        "node": lambda audience: [node, os.path.join(ROOT, "Foreign", "verify.mjs"), issuer, audience],
    }


def accepts(command, token, authority):
    """Whether it says yes; neither a yes nor a refusal is an error."""
    more = {"NODE_EXTRA_CA_CERTS": authority, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, input=token, env=environment(more), capture_output=True, text=True, timeout=120
    )
    if not done.stdout.startswith(("accepted: ", "refused: ")):
        raise RuntimeError(f"{command[0]} says neither yes nor no: {done.stdout}{done.stderr[-800:]}")
    return done.stdout.startswith("accepted: ")


def flipped(token):
    """The same token with another signature."""
    head, payload, signature = token.split(".")
    return f"{head}.{payload}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def status(issuer, authority, token):
    """What a status list says of a token: 0 or 1."""
    script = os.path.join(ROOT, "Foreign", "status_list.py")
    done = subprocess.run(
        [python(), script, issuer, authority],
        input=token,
        env=environment({"PYTHONDONTWRITEBYTECODE": "1"}),
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode != 0:
        raise RuntimeError(f"no status: {done.stdout}{done.stderr[-800:]}")
    return json.loads(done.stdout)["status"]


def revoked(issuer, authority, token):
    """Whether the list says within its second that the token was revoked; how long it may take is not judged here."""
    for _ in range(60):
        if status(issuer, authority, token) == 1:
            return True
        time.sleep(0.25)
    return False


def visit_status_lists(world, authority):
    name, held = "https://es256.rs.test/", []
    before, asked = world.token("caller", name, "read"), (world.issuer, authority)
    held.append(check(status(*asked, before) == 0, "status_list_says_valid"))
    world.admin("POST", "/admin/v1/clients/caller/revoke-tokens", expect=200)
    held.append(check(revoked(*asked, before), "status_list_says_revoked"))
    after = world.token("caller", name, "read")
    held.append(check(status(*asked, after) == 0, "status_list_says_that_the_next_is_valid"))
    return all(held)


def visit(world, authority):
    known, held = commands(world.issuer, authority), []
    world.client("caller")
    for algorithm in ALGORITHMS:
        name = f"https://{algorithm.lower()}.rs.test/"
        world.resource(algorithm.lower(), name, "read", signing_algorithm=algorithm)
        world.permit("caller", name, "read")
        token = world.token("caller", name, "read")
        for verifier, command in known.items():
            what = f"{verifier}_{algorithm.lower()}"
            held.append(check(accepts(command(name), token, authority), f"{what}_accepts_ours"))
            held.append(check(not accepts(command(name), flipped(token), authority), f"{what}_refuses_a_forgery"))
            other = command("https://other.rs.test/")
            held.append(check(not accepts(other, token, authority), f"{what}_refuses_another_audience"))
    return all(held)


def run(binary):
    settings = {"keys": {"algorithms": list(ALGORITHMS)}, "status-list": {"resources": ["*"]}}
    server = Server(binary, settings, name="foreign")
    try:
        server.initialise()
        server.start()
        watch = Watch()
        watch.server = server
        world, authority = World(server, watch), os.path.join(server.data, "tls", "ca.pem")
        return all([visit(world, authority), visit_status_lists(world, authority)])
    finally:
        server.discard()
