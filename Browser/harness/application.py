"""The sample web application (Examples/web-login), which people sign in to: a real relying party."""

import os
import subprocess
import time
import urllib.request

from Attack.harness.server import environment, free_port

from .doorway import Doorway

SCOPE = "openid profile email offline_access"


ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def program(server):
    """The sample, built beside the server or in the other way of building."""
    folders = [os.path.dirname(server), *(os.path.join(ROOT, ".build", kind) for kind in ("debug", "release"))]
    for folder in folders:
        path = os.path.join(folder, "web-login")
        if os.path.exists(path):
            return path
    raise RuntimeError("web-login is missing: swift build --product web-login")


class Application:
    """One registered client, the process that is it, and the TLS in front of it."""

    def __init__(self, world, name, *, scope=SCOPE, **party):
        self.id, self.name, self.port = name.lower(), name, free_port()
        # A name of its own, which browsers look for on this machine: applications do not share cookies.
        self.host = f"{self.id}.localhost"
        self.doorway = Doorway(world.scratch, self.host, self.port)
        self.address = self.doorway.address
        self.process = None
        draft = {
            "id": self.id,
            "name": name,
            "authentication_method": "client_secret_basic",
            "grant_types": ["authorization_code", "refresh_token"],
            "relying_party": {
                "redirect_uris": [self.address + "/callback"],
                "post_logout_redirect_uris": [self.address + "/signed-out"],
                "scope": scope,
                "client_uri": self.address + "/",
                **party,
            },
        }
        secret = world.admin("POST", "/admin/v1/clients", draft, expect=201).json()["client_secret"]
        self.output = open(os.path.join(world.scratch, f"{self.id}.log"), "ab")
        self.start(world, scope, secret)

    def start(self, world, scope, secret):
        binary = program(world.server.binary)
        authority = os.path.join(world.server.data, "tls", "ca.pem")
        options = {
            "--issuer": world.server.issuer,
            "--client-id": self.id,
            "--name": self.name,
            "--port": str(self.port),
            "--base-url": self.address,
            "--scope": scope,
            "--ca": authority,
        }
        self.process = subprocess.Popen(
            [binary, *(part for option in options.items() for part in option)],
            stdout=self.output,
            stderr=self.output,
            env=environment({"CLIENT_SECRET": secret}),
        )
        deadline = time.monotonic() + 120
        while not self.answers():
            assert self.process.poll() is None, f"{self.name} ended with {self.process.returncode}"
            assert time.monotonic() < deadline, f"{self.name} did not start"
            time.sleep(0.05)

    def answers(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/style.css", timeout=10).status == 200
        except OSError:
            return False

    def close(self):
        self.process.kill()
        self.process.wait()
        self.doorway.close()
        self.output.close()
