"""Two other servers beside ours: glewlwyd (C, Debian) and Authlib under gunicorn (Python, PyPI).

The folder is laid out beforehand: glewlwyd/glewlwyd.sh, authlib/app.py, py/ (a virtual environment).
"""

import json
import os
import subprocess
import time
import urllib.parse
import urllib.request

from Attack.harness.client import basic

CLIENT = basic("bench", "bench-secret-0123456789abcdef")
FORM = "grant_type=client_credentials&scope=api:read"


def call(url, body):
    request = urllib.request.Request(url, data=body.encode(), headers={"Authorization": CLIENT})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def token_of(url):
    return call(url, FORM)["access_token"]


def introspection_form(url, token):
    body = "token=" + urllib.parse.quote(token)
    if call(url, body).get("active") is not True:
        raise RuntimeError(f"{url} does not answer for its own token")
    return body


class Glewlwyd:
    name = "glewlwyd"

    def __init__(self, folder):
        self.script = os.path.join(folder, "glewlwyd", "glewlwyd.sh")
        self.folder = folder

    def start(self):
        environment = {**os.environ, "WAL": "1", "PIN": "taskset -c 0"}
        for step in ("start sqlite", "seed"):
            subprocess.run([self.script, *step.split()], env=environment, check=True, capture_output=True, timeout=60)
        with open(os.path.join(self.folder, "glewlwyd", "pid")) as file:
            self.pid = int(file.read())
        self.token, self.introspection = "http://127.0.0.1:7321/api/es/token", "http://127.0.0.1:7321/api/es/introspect"
        self.introspection_body = introspection_form(self.introspection, token_of(self.token))
        self.introspection_pid, self.token_pid = self.pid, self.pid

    def stop(self):
        subprocess.run([self.script, "stop"], capture_output=True, timeout=20)


class Authlib:
    """Two of it: one makes JWTs, the other opaque tokens that are looked up."""

    name = "authlib"

    def __init__(self, folder):
        self.folder, self.processes = folder, []

    def start(self):
        keys = os.path.join(self.folder, "nodeop", "app", "jwks.json")
        if not os.path.exists(keys):
            os.makedirs(os.path.dirname(keys), exist_ok=True)
            make = (
                "import json;from joserfc.jwk import ECKey;k=ECKey.generate_key('P-256',{'kid':'es','use':'sig','alg':'ES256'});"
                f"json.dump({{'keys':[k.as_dict(private=True)]}},open({keys!r},'w'))"
            )
            subprocess.run([self.python("python"), "-c", make], check=True, capture_output=True)
        self.token_pid, self.token = self.launch("jwt", 7351)
        self.introspection_pid, opaque = self.launch("opaque", 7352)
        self.introspection = opaque.replace("/token", "/introspect")
        self.introspection_body = introspection_form(self.introspection, token_of(opaque))

    def python(self, program):
        return os.path.join(self.folder, "py", "bin", program)

    def launch(self, kind, port):
        database = os.path.join(self.folder, "authlib", f"{kind}.sqlite3")
        for more in ("", "-wal", "-shm"):
            if os.path.exists(database + more):
                os.remove(database + more)
        environment = {
            **os.environ,
            "FORMAT": kind,
            "DBURI": f"sqlite:///{database}",
            "AUTHLIB_INSECURE_TRANSPORT": "1",
        }
        command = [
            "taskset",
            "-c",
            "0",
            self.python("gunicorn"),
            "app:app",
            "-b",
            f"127.0.0.1:{port}",
            "-w",
            "1",
            "--threads",
            "4",
            "--keep-alive",
            "30",
            "--log-level",
            "error",
        ]
        process = subprocess.Popen(
            command,
            cwd=os.path.join(self.folder, "authlib"),
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        url = f"http://127.0.0.1:{port}/oauth/token"
        for _ in range(200):
            try:
                token_of(url)
                return process.pid, url
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("Authlib's server does not answer")

    def stop(self):
        for process in self.processes:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def find(folder):
    """The peers of a folder, started; and why one is missing."""
    started, missing = [], []
    if not folder:
        return started, ["TESSERA_PEERS is not set: no peers are measured"]
    for kind in (Glewlwyd, Authlib):
        peer = kind(os.path.abspath(folder))
        try:
            peer.start()
            started.append(peer)
        except (OSError, RuntimeError, subprocess.SubprocessError, KeyError) as error:
            missing.append(f"{peer.name}: {error}")
            peer.stop()
    return started, missing
