"""`tessera gateway` beside a server, on a loopback port of its own."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

import yaml

from .case import waited
from .client import Client
from .server import environment, free_port


class Gateway:
    """A gateway for one resource of a world; `routes` is what its file says."""

    def __init__(self, world, resource_id, resource, routes, proxies=("127.0.0.1",), settings=None):
        self.world = world
        self.folder = tempfile.mkdtemp(prefix="tessera-gateway-", dir=os.environ.get("TMPDIR"))
        self.port, self.process = free_port(), None
        self.write("secret", world.secrets[resource_id] + "\n")
        self.write("routes.yaml", routes if isinstance(routes, str) else yaml.safe_dump({"routes": routes}))
        gateway = {
            "issuer": world.issuer,
            "resource": resource,
            "resource-id": resource_id,
            "resource-secret-file": "secret",
            "routes": "routes.yaml",
            "forward-auth": {"port": self.port},
        }
        configuration = {
            "gateway": gateway | (settings or {}),
            "proxy": {"trusted": list(proxies)},
        }
        if world.server.tls:
            configuration["outbound"] = {"authorities": os.path.join(world.server.data, "tls", "ca.pem")}
        self.configuration = self.write("gateway.yaml", yaml.safe_dump(configuration))
        self.log_path = os.path.join(self.folder, "gateway.log")

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, 0o600)
        return path

    def start(self, wait=120, ready=200, env=None):
        """Returns once the gateway says of itself what is expected: 503 for one that does not become ready."""
        self.process = subprocess.Popen(
            [self.world.server.binary, "gateway", "--config", self.configuration],
            cwd=self.folder,
            stdout=open(self.log_path, "ab"),
            stderr=subprocess.STDOUT,
            env=environment(env),
        )
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the gateway ended with {self.process.returncode}: {self.log()}")
            try:
                if self.caller().get("/health/ready").status == ready:
                    return self
            except OSError:
                pass
            time.sleep(0.02)
        raise RuntimeError(f"the gateway did not become ready: {self.log()}")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def log(self, last=3000):
        with open(self.log_path, errors="replace") as file:
            return file.read()[-last:]

    def tells(self, text, seconds=60):
        """Whether the log says it in this time: it hears of a request 50 ms later, and of the feed up to a second."""
        return waited(lambda: text in self.log(100_000_000), seconds)

    def caller(self, address="127.0.0.1"):
        return Client("127.0.0.1", self.port, address=address, timeout=60)

    def ask(self, target, token=None, method="GET", headers=(), address="127.0.0.1", path="/forward-auth"):
        """The answer to a question as nginx asks it."""
        fields = [("X-Original-Method", method), ("X-Original-URI", target), *headers]
        if token:
            fields.append(("Authorization", f"Bearer {token}"))
        return self.caller(address).get(path, headers=fields)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.discard()

    def discard(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
