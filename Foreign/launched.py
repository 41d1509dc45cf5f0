"""A server of Debian's, started on loopback as one of the examples says."""

import os
import shutil
import subprocess
import tempfile
import time

from Attack.harness.server import environment, free_port

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))


def certified(folder):
    """The paths of a new certificate for localhost, which signed itself, and of its key."""
    certificate, key = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key]
        + ["-out", certificate],
        check=True,
        capture_output=True,
    )
    return certificate, key


class Launched:
    """One server with its pages, in a folder that the user it runs as can read."""

    def __init__(self, example):
        self.folder = tempfile.mkdtemp(prefix=f"tessera-{example}-")
        os.chmod(self.folder, 0o755)
        self.example = os.path.join(ROOT, "Examples", example)
        self.port, self.process = free_port(), None
        pages = os.path.join(self.example, "pages")
        if not os.path.isdir(pages):
            pages = os.path.join(ROOT, "Examples", "nginx", "pages")
        shutil.copytree(pages, self.file("pages"))

    def file(self, name):
        return os.path.join(self.folder, name)

    def launch(self, command, answers, env=None):
        """Starts it and waits until `answers()` says so without an OSError."""
        self.process = subprocess.Popen(
            command, env=environment(env), stdout=open(self.file("out.log"), "ab"), stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended: {self.log()}")
            try:
                if answers():
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"{command[0]} does not answer: {self.log()}")

    def log(self):
        text = ""
        for name in ("out.log", "error.log"):
            if os.path.exists(self.file(name)):
                with open(self.file(name), errors="replace") as file:
                    text += file.read()[-2500:]
        return text

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
