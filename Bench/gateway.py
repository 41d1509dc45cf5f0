"""Judging and passing on requests of others: the gateway, and beside it what does one of them without the other."""

import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import yaml

from Attack.harness.server import environment, free_port
from Attack.harness.trap import KeyHost

from .measure import Load, NewTokens, median

PIN = ("taskset", "-c", "0")
# More than the gateway remembers, so that each is a new one when its turn comes again.
REMEMBERED, TOKENS, SEEN = 1000, 3000, 100
QUESTION = ["X-Original-URI: /x", "X-Original-Method: GET"]

NGINX = """daemon off;
worker_processes 1;
pid {folder}/{name}.pid;
error_log {folder}/{name}.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/{name}-body;
    proxy_temp_path {folder}/{name}-proxy;
    fastcgi_temp_path {folder}/{name}-fastcgi;
    uwsgi_temp_path {folder}/{name}-uwsgi;
    scgi_temp_path {folder}/{name}-scgi;
    upstream behind {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 1000000000; }}
    upstream judge {{ server 127.0.0.1:{judge}; keepalive 128; keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{port};
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        location / {{ {location} }}
        location = /.tessera {{
            internal;
            proxy_pass http://judge/forward-auth;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            proxy_set_header Host $host;
            proxy_set_header X-Original-Method $request_method;
            proxy_set_header X-Original-URI $request_uri;
        }}
    }}
}}
"""

APACHE = """ServerRoot {folder}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
LogLevel crit
Listen 127.0.0.1:{port}
ServerName localhost
Mutex file:{folder} default
User www-data
Group www-data
StartServers 1
ServerLimit 1
ThreadLimit 128
ThreadsPerChild 128
MaxRequestWorkers 128
MaxConnectionsPerChild 0
KeepAlive On
KeepAliveTimeout 60
MaxKeepAliveRequests 0
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule auth_openidc_module {modules}/mod_auth_openidc.so
DocumentRoot {folder}/site
OIDCCryptoPassphrase bench
OIDCOAuthVerifyJwksUri {keys}
OIDCCABundlePath {authority}
OIDCOAuthRemoteUserClaim sub
OIDCCacheType shm
<Location />
    AuthType oauth20
    Require claim aud:{resource}
</Location>
"""
APACHE_MODULES = "/usr/lib/apache2/modules"


def found(program):
    return shutil.which(program) or next((path for path in [f"/usr/sbin/{program}"] if os.path.exists(path)), None)


class Process:
    """A server that is pinned like the others and known to judge, or to pass on, before it is measured."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            [*PIN, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()
        )
        self.pid = self.process.pid

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def status(port, path, token=None, more=()):
    headers = dict(line.split(": ", 1) for line in more)
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def write(folder, name, texts):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.writelines(text + "\n" for text in texts)
    return path


def tokens(server, form, authorization):
    """Access tokens of the resource, over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Authorization": authorization, "Content-Type": "application/x-www-form-urlencoded"}
    for _ in range(TOKENS):
        connection.request("POST", "/token", form, headers)
        yield json.load(connection.getresponse())["access_token"]
    connection.close()


class Gateway:
    """A gateway of its own for one API, the server behind it, and the other ways to that server."""

    def __init__(self, binary, program, world, resource, given, folder):
        self.binary, self.server, self.resource, self.folder = binary, world.server, resource, folder
        self.secret = world.secrets["jwt"]
        self.seen = write(folder, "seen-tokens", given[:SEEN])
        self.unseen = write(folder, "unseen-tokens", given)
        self.token, self.processes, self.missing = given[0], [], {}
        # The first character of the signature: of the last one some bits say nothing.
        head, _, signature = given[0].rpartition(".")
        self.forged = f"{head}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
        self.apache_folder = tempfile.mkdtemp(prefix="tessera-bench-apache-")
        self.loads, self.keys = [], None
        try:
            self.begin(program)
        except BaseException:
            self.stop()
            raise

    def begin(self, program):
        behind, self.port, self.judge, plain, nginx, asking, apache = (free_port() for _ in range(7))
        nginx_program = found("nginx")
        if nginx_program:
            location = 'default_type application/json; return 200 "{}";'
            self.nginx(nginx_program, "behind", behind, location, behind)
        self.gateway(behind, with_proxy=bool(nginx_program))
        self.add_judgement()
        self.add_proxies(program, nginx_program, behind, plain, nginx, asking)
        self.add_apache(apache)

    def start(self, *command):
        process = Process(*command)
        self.processes.append(process)
        return process.pid

    def wait(self, name, port, path, more=(), judges=True):
        """Until a good token passes; and a forged one must not."""
        for _ in range(400):
            if status(port, path, self.token, more) == 200:
                break
            time.sleep(0.05)
        else:
            raise RuntimeError(f"{name} lets no good token pass")
        if judges and status(port, path, self.forged, more) != 401:
            raise RuntimeError(f"{name} does not refuse a forged token")

    def add(self, name, kind, pid, port, path, file, more=()):
        load = kind(f"gateway {name}", pid, f"http://127.0.0.1:{port}{path}", file, more)
        self.loads.append(load)

    def gateway(self, behind, with_proxy):
        routes = os.path.join(self.folder, "routes.yaml")
        with open(routes, "w") as file:
            route = {"path": "/", "scope": "read"}
            yaml.safe_dump({"routes": [route | {"upstream": f"http://127.0.0.1:{behind}"}]}, file)
        os.chmod(routes, 0o600)
        path = os.path.join(self.folder, "gateway.yaml")
        secret = write(self.folder, "gateway-secret", [self.secret])
        os.chmod(secret, 0o600)
        settings = {
            "issuer": self.server.issuer,
            "resource": self.resource,
            "resource-id": "jwt",
            "resource-secret-file": secret,
            "routes": routes,
            "cached-tokens": REMEMBERED,
            "forward-auth": {"address": "127.0.0.1", "port": self.judge},
        }
        if with_proxy:
            settings["listen"] = {"address": "127.0.0.1", "port": self.port, "tls": False}
        with open(path, "w") as file:
            yaml.safe_dump({"gateway": settings, "proxy": {"trusted": ["127.0.0.1"]}}, file)
        os.chmod(path, 0o600)
        self.pid = self.start(self.binary, "gateway", "--config", path)
        self.wait("forward-auth", self.judge, "/forward-auth", QUESTION)

    def add_judgement(self):
        self.add("judged seen", SeenTokens, self.pid, self.judge, "/forward-auth", self.seen, QUESTION)
        self.add("judged new", UnseenTokens, self.pid, self.judge, "/forward-auth", self.unseen, QUESTION)

    def nginx(self, program, name, port, location, upstream):
        path = os.path.join(self.folder, name + ".conf")
        with open(path, "w") as file:
            facts = {"folder": self.folder, "name": name, "port": port, "location": location}
            file.write(NGINX.format(**facts, upstream=upstream, judge=self.judge))
        return self.start(program, "-c", path, "-p", self.folder)

    def add_proxies(self, program, nginx_program, behind, plain, nginx, asking):
        if not nginx_program:
            self.missing["proxied"] = "nginx is not here: apt-get install nginx"
            return
        pass_on = "proxy_pass http://behind;"
        plain_pid = self.start(program, "proxy", str(plain), f"http://127.0.0.1:{behind}")
        nginx_pid = self.nginx(nginx_program, "nginx", nginx, pass_on, behind)
        asking_pid = self.nginx(nginx_program, "asking", asking, "auth_request /.tessera; " + pass_on, behind)
        ways = [
            ("proxied", self.pid, self.port, True),
            ("plain", plain_pid, plain, False),
            ("nginx", nginx_pid, nginx, False),
            # What it asks is part of its price.
            ("asking", (asking_pid, self.pid), asking, True),
        ]
        for name, pid, port, judges in ways:
            self.wait(name, port, "/x", judges=judges)
            self.add(name, SeenTokens, pid, port, "/x", self.seen)

    def add_apache(self, port):
        program, module = found("apache2"), os.path.join(APACHE_MODULES, "mod_auth_openidc.so")
        if not program or not os.path.exists(module):
            self.missing["apache"] = "not here: apt-get install apache2 libapache2-mod-auth-openidc"
            return
        os.chmod(self.apache_folder, 0o755)
        os.mkdir(os.path.join(self.apache_folder, "site"))
        write(os.path.join(self.apache_folder, "site"), "x", ["{}"])
        facts = {"folder": self.apache_folder, "modules": APACHE_MODULES, "port": port, "resource": self.resource}
        path = write(self.apache_folder, "apache.conf", [APACHE.format(**facts, **self.keys_over_tls())])
        pid = self.start(program, "-DFOREGROUND", "-f", path)
        try:
            self.wait("Apache", port, "/x")
        except RuntimeError as error:
            self.missing["apache"] = str(error)
            return
        self.add("apache seen", SeenTokens, pid, port, "/x", self.seen)
        self.add("apache new", UnseenTokens, pid, port, "/x", self.unseen)

    def keys_over_tls(self):
        """The module takes the address of a key set only over https, and the server that is measured has none."""
        certificate, key = (os.path.join(self.apache_folder, name) for name in ("authority.pem", "authority.key"))
        make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=bench"
        names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
        subprocess.run([*make.split(), *names], check=True, capture_output=True, timeout=60)
        self.keys = KeyHost("127.0.0.1", certificate, key)
        with urllib.request.urlopen(f"http://127.0.0.1:{self.server.port}/jwks", timeout=10) as answer:
            self.keys.documents["/jwks"] = answer.read()
        return {"keys": self.keys.url(), "authority": certificate}

    def stop(self):
        for process in self.processes:
            process.stop()
        if self.keys:
            self.keys.close()
        shutil.rmtree(self.apache_folder, ignore_errors=True)


class SeenTokens(Load):
    """Each request with one of a few tokens, which were there a moment ago."""

    def __init__(self, name, pid, url, file, more):
        super().__init__(name, pid, url, script="bearer.lua", arguments=[file, "0", *more])


class UnseenTokens(NewTokens):
    """Each request with a token that whoever judges it has forgotten since it came last."""

    def __init__(self, name, pid, url, file, more):
        super().__init__(name, pid, url, file)
        self.arguments += more


def judge(table, quiet, gateway, measured, empty, bare):
    def ratio(load, *others):
        return median([ours / sum(each) for ours, *each in quiet.together(load, *others)[0]])

    def row(name, what, bound, formula, *others):
        load = measured[name]
        whole = f"against {formula}; {quiet.median(load):.1f} us, {load.rate:.0f}/s"
        table.at_most(what, ratio(load, *others), bound, "x", whole)

    row("gateway judged seen", "forward-auth, a token just seen", 1.5, "E", empty)
    row("gateway judged new", "forward-auth, a token not seen before", 1.5, "E + V", empty, bare.v)
    if "proxied" in gateway.missing:
        table.missing("proxied request, a token just seen", gateway.missing["proxied"])
    else:
        plain = measured["gateway plain"]
        row("gateway proxied", "proxied request, a token just seen", 2, "Hummingbird proxying unchecked", plain)
        table.figure("proxied by Hummingbird, unchecked", quiet.median(plain), "us")
        table.figure("proxied by nginx, unchecked", quiet.median(measured["gateway nginx"]), "us")
        asking = quiet.median(measured["gateway asking"])
        table.figure("proxied by nginx, auth_request to us", asking, "us", "both processes")
    for kind, what in (("seen", "a token just seen"), ("new", "a token not seen before")):
        name = f"forward-auth, {what}: cheaper than Apache's mod_auth_openidc"
        if "apache" in gateway.missing:
            table.missing(name, gateway.missing["apache"])
            continue
        ours, apache = measured[f"gateway judged {kind}"], measured[f"gateway apache {kind}"]
        table.at_least(name + f" ({quiet.median(apache):.0f} us)", ratio(apache, ours), 2, "x", "Apache / ours")


class Kit:
    """The kit by itself, and what a million revocations take: measured in each round, in a process of its own."""

    def __init__(self, program):
        self.program, self.cached, self.ratios, self.colds, self.resident = program, [], [], [], None

    def run(self):
        text = self.ask("kit")
        found = re.search(r"kit cached ([\d.]+) cold ([\d.]+) bare [\d.]+ ratio ([\d.]+)", text)
        for list, value in zip((self.cached, self.colds, self.ratios), found.groups()):
            list.append(float(value))

    def weigh(self):
        found = re.search(r"revocations (\d+) resident_mib ([\d.]+)", self.ask("revocations"))
        self.count, self.resident = int(found.group(1)), float(found.group(2))

    def ask(self, what):
        done = subprocess.run([*PIN, self.program, what], capture_output=True, text=True, timeout=120, check=True)
        return done.stdout

    def judge(self, table):
        table.at_most("kit, a token just seen", median(self.cached), 2, "us", "with a million revocations")
        whole = f"against bare verification of the same; {median(self.colds):.1f} us"
        table.at_most("kit, a token not seen before, ES256", median(self.ratios), 1.25, "x", whole)
        table.at_most(f"{self.count:,} live revocations in memory", self.resident, 64, "MiB", "half of each kind")
