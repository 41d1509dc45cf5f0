"""Two other servers beside ours: glewlwyd (C, Debian) and Authlib under gunicorn (Python, PyPI).

The folder is laid out beforehand: glewlwyd/glewlwyd.sh, authlib/app.py, py/ (a virtual environment). The sample server
of Authlib there has no authorization endpoint, so the code flow has glewlwyd alone beside it.
"""

import http.cookiejar
import json
import os
import subprocess
import time
import urllib.parse
import urllib.request

from Attack.harness.client import basic

from .measure import Load

CLIENT = basic("bench", "bench-secret-0123456789abcdef")
WEB = basic("web", "web-secret-0123456789abcdef")
FORM = "grant_type=client_credentials&scope=api:read"
PASSWORD = "grant_type=password&username=user1&password=password&"
# Some are lost whenever a run ends, with the answers that were on their way.
FAMILIES = 700
VERIFIER, CHALLENGE = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def call(url, body, client=CLIENT):
    request = urllib.request.Request(url, data=body.encode(), headers={"Authorization": client})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def write(folder, name, texts):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.writelines(text + "\n" for text in texts)
    return path


def refresh(name, pid, url, folder):
    """Rotation as ours: each token once, for an access token that is a JWT and without an ID token."""
    tokens = [call(url, PASSWORD + "scope=api:read", WEB)["refresh_token"] for _ in range(FAMILIES)]
    arguments = [write(folder, name, tokens), WEB, "scope=api:read", "-"]
    return Load(name, pid, url, script="rotate.lua", arguments=arguments)


def user_info(name, pid, url, token_url, folder):
    token = call(token_url, PASSWORD + "scope=openid", WEB)["access_token"]
    return Load(name, pid, url, script="bearer.lua", arguments=[write(folder, name, [token]), "0"])


def token_of(url):
    return call(url, FORM)["access_token"]


def introspection_form(url, token):
    body = "token=" + urllib.parse.quote(token)
    if call(url, body).get("active") is not True:
        raise RuntimeError(f"{url} does not answer for its own token")
    return body


def both(peer):
    return [
        Load(f"{peer.name} token", peer.token_pid, peer.token, FORM, CLIENT),
        Load(
            f"{peer.name} introspection", peer.introspection_pid, peer.introspection, peer.introspection_body, CLIENT
        ),
    ]


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

    def loads(self, folder):
        userinfo = self.token.replace("/token", "/userinfo")
        return [
            *both(self),
            refresh(f"{self.name} refresh", self.pid, self.token, folder),
            self.code_flow(folder),
            user_info(f"{self.name} userinfo", self.pid, userinfo, self.token, folder),
        ]

    def code_flow(self, folder):
        """With a session and a grant of the scopes, like ours."""
        jar = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        base = "http://127.0.0.1:7321/api"

        def send(method, path, value):
            headers = {"Content-Type": "application/json"}
            request = urllib.request.Request(base + path, json.dumps(value).encode(), headers, method=method)
            browser.open(request, timeout=10).close()

        send("POST", "/auth/", {"username": "user1", "password": "password"})
        send("PUT", "/auth/grant/web", {"scope": "openid api:read"})
        redirect = "http://127.0.0.1:9/cb"
        asked = {"response_type": "code", "client_id": "web", "redirect_uri": redirect, "scope": "openid api:read"}
        asked |= {"state": "1", "nonce": "n", "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
        form = {"grant_type": "authorization_code", "redirect_uri": redirect, "code_verifier": VERIFIER}
        path = f"/api/es/auth?{urllib.parse.urlencode(asked)}&g_continue"
        cookies = write(folder, "glewlwyd-cookies", ["; ".join(f"{each.name}={each.value}" for each in jar)])
        clients = write(folder, "glewlwyd-clients", [f"{path}\t{WEB}"])
        arguments = ["/api/es/token", urllib.parse.urlencode(form), cookies, clients, "-", "0"]
        return Load(f"{self.name} code flow", self.pid, base + "/es/auth", script="code.lua", arguments=arguments)

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
        self.opaque = opaque
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

    def loads(self, folder):
        userinfo = self.opaque.replace("/oauth/token", "/userinfo")
        return [
            *both(self),
            refresh(f"{self.name} refresh", self.token_pid, self.token, folder),
            user_info(f"{self.name} userinfo", self.introspection_pid, userinfo, self.opaque, folder),
        ]

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
        return started, missing
    for kind in (Glewlwyd, Authlib):
        peer = kind(os.path.abspath(folder))
        try:
            peer.start()
            started.append(peer)
        except (OSError, RuntimeError, subprocess.SubprocessError, KeyError) as error:
            missing.append(f"{peer.name}: {error}")
            peer.stop()
    return started, missing
