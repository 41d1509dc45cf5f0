"""The real server in a folder of its own, on loopback."""

import json
import os
import random
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

import yaml

from .client import Client
from .watch import resident


GIVEN = set()


def free_port(address="127.0.0.1"):
    """A port where nobody listens, and never the same twice in one program. It lies below those that connections get, of which one could
    take it before the program that it is for is up."""
    for _ in range(1_000):
        port = random.randrange(15_000, 32_000)
        if port in GIVEN:
            continue
        with socket.socket() as sock:
            try:
                sock.bind((address, port))
            except OSError:
                continue
        GIVEN.add(port)
        return port
    raise RuntimeError(f"no free port at {address}")


def environment(more=None):
    """Ours without the settings of another server and of the tools; unknown ones would stop the start."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TESSERA_")} | (more or {})


def limits():
    """As many files as the floods need; the server inherits them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))


class Server:
    """Makes an installation, starts it, stops it, and knows where its output is."""

    def __init__(self, binary, settings=None, *, tls=True, watch=None, folder=None, name="tessera"):
        self.binary, self.tls, self.watch = os.path.abspath(binary), tls, watch
        self.folder = folder or tempfile.mkdtemp(prefix=f"{name}-attack-", dir=os.environ.get("TMPDIR"))
        self.owns_folder = folder is None
        self.data = os.path.join(self.folder, "data")
        self.port, self.admin_port = free_port(), free_port()
        scheme = "https" if tls else "http"
        self.issuer = f"{scheme}://localhost:{self.port}"
        self.settings = {
            "issuer": self.issuer,
            "data": self.data,
            "listen": {"address": "127.0.0.1", "port": self.port} | ({} if tls else {"tls": False}),
        }
        merge(self.settings, settings or {})
        self.configuration = os.path.join(self.folder, "tessera.yaml")
        self.process = None
        self.addresses = 0
        self.context = None
        self.out_path = os.path.join(self.folder, "stdout.log")
        self.err_path = os.path.join(self.folder, "stderr.log")

    # Life

    def write_configuration(self, settings=None):
        with open(self.configuration, "w") as file:
            yaml.safe_dump(settings or self.settings, file, sort_keys=False)
        os.chmod(self.configuration, 0o600)

    def run(self, *arguments, timeout=120, check=False, env=None):
        done = subprocess.run(
            [self.binary, *arguments],
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=self.folder,
            env=environment(env),
        )
        if check and done.returncode != 0:
            raise RuntimeError(
                f"tessera {' '.join(arguments)} ended with {done.returncode}: {done.stderr or done.stdout}"
            )
        return done

    def initialise(self):
        self.run(
            "init",
            "--config",
            self.configuration,
            "--issuer",
            self.issuer,
            "--data",
            self.data,
            "--port",
            str(self.port),
            check=True,
        )

    def start(self, wait=120.0, prefix=(), env=None):
        self.write_configuration()
        self.process = subprocess.Popen(
            [*prefix, self.binary, "serve", "--config", self.configuration],
            cwd=self.folder,
            stdout=open(self.out_path, "ab"),
            stderr=open(self.err_path, "ab"),
            preexec_fn=limits,
            env=environment(env),
        )
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}: {self.tail()}")
            try:
                if self.fresh_client().get("/health/ready").status == 200:
                    return self
            except (OSError, AssertionError):
                pass
            time.sleep(0.02)
        raise RuntimeError(f"the server did not become ready: {self.tail()}")

    def stop(self, hard=False, wait=60):
        if not self.process or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGKILL if hard else signal.SIGTERM)
        try:
            self.process.wait(wait)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def pause(self, paused=True):
        """Nothing of it runs until it goes on."""
        if self.alive():
            self.process.send_signal(signal.SIGSTOP if paused else signal.SIGCONT)

    def discard(self):
        self.stop(hard=True)
        if self.owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def alive(self):
        return self.process is not None and self.process.poll() is None

    # Callers

    def trusted(self):
        """TLS that trusts this server's development authority and nothing else."""
        if not self.tls:
            return None
        path = os.path.join(self.data, "tls", "ca.pem")
        if self.context is None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(path)
            context.set_alpn_protocols(["http/1.1"])
            self.context = context
        return self.context

    def next_address(self):
        """A loopback address that no case has used: throttles of one case do not reach the next."""
        self.addresses += 1
        return f"127.{10 + self.addresses // 60000}.{1 + self.addresses // 240 % 250}.{1 + self.addresses % 240}"

    def fresh_client(self, address="127.0.0.1", timeout=60, watch=None):
        return Client("127.0.0.1", self.port, context=self.trusted(), address=address, watch=watch, timeout=timeout)

    @property
    def admin(self):
        """The administration API over its socket, as the uid that runs the cases."""
        path = self.settings.get("administration", {}).get("socket") or os.path.join(self.data, "admin", "tessera.sock")
        return Client("localhost", 0, unix=path, watch=self.watch)

    # Facts

    def rss(self):
        return resident(self.process.pid)

    def files_open(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def log_size(self):
        return tuple(os.path.getsize(path) for path in (self.out_path, self.err_path))

    def log_since(self, sizes):
        text = b""
        for path, start in zip((self.out_path, self.err_path), sizes):
            with open(path, "rb") as file:
                file.seek(start)
                text += file.read()
        return text

    def log_lines(self, sizes):
        return [line for line in self.log_since(sizes).split(b"\n") if line.strip()]

    def tail(self):
        return self.log_since((0, 0))[-1500:].decode("utf-8", "replace")

    def describe(self):
        return json.dumps(self.settings)


def merge(into, other):
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value
