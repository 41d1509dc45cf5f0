"""The drivers of the acceptance material: Authlib, requests-oauthlib and readers of metadata, with all that they need."""

import os
import subprocess
import sys

from Attack.harness.case import without_vectors
from Attack.harness.server import Server, environment
from Attack.harness.watch import Watch
from Attack.harness.world import World

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
RESOURCE, PERSON, PASSWORD = "https://rs.conf.test/", "alice", "lantern meadow copper nine"
REDIRECT, NATIVE_REDIRECT = "http://127.0.0.1:21481/callback", "http://127.0.0.1/callback"
DRIVERS = ("d_metadata.py", "d_authlib.py")


def folder():
    """Where the drivers are: named, or beside the checkout."""
    found = os.environ.get("TESSERA_ACCEPTANCE", os.path.join(ROOT, "..", "shared", "acceptance"))
    if not all(os.path.exists(os.path.join(found, "drivers", name)) for name in DRIVERS):
        without_vectors("no drivers in $TESSERA_ACCEPTANCE, nor in ../shared/acceptance")
    return os.path.abspath(found)


def python():
    """A Python with the libraries of the drivers."""
    with open(os.path.join(ROOT, "Foreign", "requirements.txt")) as file:
        packages = file.read().split()
    command = [os.path.join(ROOT, "scripts", "python-environment"), "foreign", *packages]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def register(world):
    """The resource, the clients and the person of the drivers; what they have to know about them."""
    world.resource("conf-rs", RESOURCE, "api:access")
    at_resource = {"resource_scopes": {RESOURCE: "api:access"}, "default_resource": RESOURCE}
    grants = ["authorization_code", "refresh_token", "client_credentials"]
    native = {"application_type": "native"}
    # requests-oauthlib and some of the questions go without a nonce or a challenge; what may be relaxed is relaxed.
    world.party("conf-basic", redirects=[REDIRECT], grant_types=grants, may_omit_pkce=True, **native, **at_resource)
    world.permit("conf-basic", RESOURCE, "api:access")
    world.party("conf-native", "none", [NATIVE_REDIRECT], **native, **at_resource)
    world.user(PERSON, PASSWORD, email="alice@people.test", attributes={"name": "Alice A"})
    return {
        "ISSUER": world.issuer,
        "CONF_CA": os.path.join(world.server.data, "tls", "ca.pem"),
        "CLIENT_ID": "conf-basic",
        "CLIENT_SECRET": world.secrets["conf-basic"],
        "NATIVE_CLIENT_ID": "conf-native",
        "RS_CLIENT_ID": "conf-rs",
        "RS_CLIENT_SECRET": world.secrets["conf-rs"],
        "RESOURCE": RESOURCE,
        "CONF_USER": PERSON,
        "CONF_PASS": PASSWORD,
    }


def run(binary):
    where, interpreter = folder(), python()
    server = Server(binary, {"registration": {"enabled": True, "open": True}}, name="foreign")
    held = True
    try:
        server.initialise()
        server.start()
        watch = Watch()
        watch.server = server
        known = register(World(server, watch))
        for name in DRIVERS:
            sys.stdout.flush()
            # No byte code is written beside material that is not ours.
            done = subprocess.run(
                [interpreter, os.path.join(where, "drivers", name)],
                env=environment(known | {"PYTHONDONTWRITEBYTECODE": "1"}),
                stdout=subprocess.PIPE,
                text=True,
                timeout=300,
            )
            print(done.stdout, end="")
            # Without a line of its own a driver did not get as far as to fail.
            held = held and done.returncode == 0 and "\nFAIL " not in "\n" + done.stdout and "PASS" in done.stdout
        return held
    finally:
        server.discard()
