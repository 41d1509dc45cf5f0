"""A site behind `tessera gateway` where people sign in with browsers, and a browser that visits it and the issuer."""

import functools
import json
import os
import shutil
import ssl
import subprocess
import threading
import urllib.parse

from .behind import Behind
from .client import Client
from .gateway import Gateway
from .people import CONSENT, PASSWORD, SIGN_IN, Page
from .proxy import Proxy
from .server import free_port
from .watch import encodings

OWN = "/.tessera"
CALLBACK, OWN_SIGN_IN, SIGN_OUT = OWN + "/callback", OWN + "/sign-in", OWN + "/sign-out"
SIGNED_OUT, BACK_CHANNEL = OWN + "/signed-out", OWN + "/back-channel-logout"
# What the gateway answers itself.
OWN_ADDRESSES = (OWN_SIGN_IN, CALLBACK, SIGN_OUT, SIGNED_OUT, BACK_CHANNEL, OWN, OWN + "/", OWN + "/nothing")
SESSION, PENDING = "__Host-tessera-gateway", "__Host-tessera-gateway-sign-in"
ADDRESS, OTHER = "127.0.0.10", "other.test"
NAVIGATION = [
    ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"), ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"), ("Sec-Fetch-Site", "none"),
]  # fmt: skip


class Site(Proxy):
    """A gateway with TLS for rs1 and two hosts, at the one loopback address that the issuer may call back."""

    def __init__(self, world, resource_id, resource, certificate, id="site", settings=None, **more):
        self.id = id
        self.behind, self.listen, self.tls = Behind(), free_port(ADDRESS), True
        self.authority = world.host_files[0]
        self.origin, self.other = f"https://{ADDRESS}:{self.listen}", f"https://{OTHER}:{self.listen}"
        sign_in = {"client-id": id, "client-secret-file": "client-secret", "origins": [self.origin, self.other]}
        # All cases come from one address, and the flood of one keeps no other out.
        sign_in |= {"scope": "openid offline_access read", "requests-per-address": 1_000_000} | more
        listen = {"address": ADDRESS, "port": self.listen}
        routes = self.all_routes()
        settings = {"listen": listen, "sign-in": sign_in} | (settings or {})
        Gateway.__init__(self, world, resource_id, resource, routes, settings=settings)
        for name, path in zip(("certificate.pem", "key.pem"), certificate):
            shutil.copy(path, os.path.join(self.folder, name))
            os.chmod(os.path.join(self.folder, name), 0o600)
        self.extend({"tls": {"certificate": "certificate.pem", "private-key": "key.pem"}})
        self.write("client-secret", self.register() + "\n")
        self.secrets, self.lock = set(), threading.Lock()

    def all_routes(self):
        behind = f"http://127.0.0.1:{self.behind.port}"

        def to(path, **more):
            return {"path": path, "upstream": behind, "sign-in": True, "scope": "read", **more}

        every = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        return [
            to("/pages", methods=every), to("/kept", **{"pass-authorization": True}),
            to("/writers", scope="write"), to("/fresh", **{"max-age": 10}),
            {"path": "/files", "upstream": behind, "scope": "read"},
            {"path": "/", "upstream": behind, "access": "public"},
        ]  # fmt: skip

    def register(self):
        """As an operator registers it; the secret."""
        both = (self.origin, self.other)
        names = {"--redirect-uri": CALLBACK, "--post-logout-redirect-uri": SIGNED_OUT}
        arguments = [part for name, path in names.items() for origin in both for part in (name, origin + path)]
        self.world.watch.registered.update(
            origin + path for origin in both for path in (CALLBACK, SIGNED_OUT, OWN_SIGN_IN)
        )
        server = self.world.server
        done = server.run(
            "client", "create", self.id, "--name", "The site", "--scope", "openid offline_access", *arguments,
            "--backchannel-logout-uri", self.origin + BACK_CHANNEL, "--resource-scope", "https://rs1.test/api=read write",
            "--config", server.configuration, "--json", check=True,
        )  # fmt: skip
        secret = json.loads(done.stdout)["client_secret"]
        self.world.keep_secret(self.id, secret)
        return secret

    def client(self, address="127.0.0.1", timeout=60):
        context = ssl.create_default_context(cafile=self.authority)
        context.set_alpn_protocols(["http/1.1"])
        return Client(ADDRESS, self.listen, address=address, timeout=timeout, context=context, sni=ADDRESS)

    def connect(self, address="127.0.0.1", alpn="http/1.1", timeout=60):
        context = ssl.create_default_context(cafile=self.authority)
        context.set_alpn_protocols([alpn])
        sock = Client(ADDRESS, self.listen, address=address, timeout=timeout).connect().sock
        return context.wrap_socket(sock, server_hostname=ADDRESS)

    def curl(self, target, *arguments):
        """The status, the version of HTTP and the content."""
        command = ["curl", "-sS", "--cacert", self.authority, "-w", "\n%{http_version} %{http_code}", *arguments]
        done = subprocess.run([*command, self.origin + target], capture_output=True, timeout=120)
        content, _, last = done.stdout.rpartition(b"\n")
        version, status = last.decode().split(" ")
        return int(status), version, content

    def visitor(self, address=None, host=None):
        return Visitor(self, address, host)

    def person(self, login="bob", to="/pages/1"):
        """A visitor who is signed in, with nothing asked of the server behind."""
        visitor = self.visitor()
        visitor.sign_in(login, to)
        self.behind.forget()
        return visitor

    def holding(self, cookies):
        """A browser into which somebody put cookies: all of them, or the value of the session alone."""
        visitor = self.visitor()
        visitor.cookies = dict(cookies) if isinstance(cookies, dict) else {SESSION: cookies}
        return visitor

    def token(self, visitor):
        """The access token of a session, as the one route shows it that passes it on."""
        self.behind.forget()
        assert visitor.opens("/kept/1")
        (said,) = self.behind.asked[-1].values("authorization")
        self.behind.forget()
        return self.secret(said.removeprefix("Bearer "))

    def question(self, way, method, target, fields):
        """The answer to a proxy that only asks about a request with these fields, in one of the three ways."""
        fields = [("Host", self.origin.split("//")[1]), *fields]
        if way == "path":
            return self.caller().request(method, "/forward-auth/path" + target, headers=fields)
        if way == "forwarded":
            fields += [("X-Forwarded-Method", method), ("X-Forwarded-Uri", target), ("X-Forwarded-Host", fields[0][1])]
            return self.caller().get("/forward-auth/forwarded", headers=fields)
        return self.caller().get("/forward-auth", headers=[*fields, ("X-Original-Method", method), ("X-Original-URI", target)])

    def update(self, *arguments):
        server = self.world.server
        server.run("client", "update", self.id, *arguments, "--config", server.configuration, check=True)

    def secret(self, value):
        with self.lock:
            self.secrets.add(value)
        return self.world.watch.secret(value)

    def passing(self, value):
        """What the log of the gateway must not have; the issuer keeps it until the person is back."""
        with self.lock:
            self.secrets.add(value)

    def begin(self):
        self.behind.forget()
        self.secrets = set()
        self.log_at = os.path.getsize(self.log_path)

    def judge(self):
        """What I2 and I4 are for the gateway."""
        assert self.process.poll() is None, f"the gateway ended with {self.process.poll()}: {self.log()}"
        assert self.caller().get("/health/ready").status == 200
        text = self.whole_log()[self.log_at :] + self.caller().get("/metrics").body
        for secret in self.secrets | {self.world.secrets[self.id]}:
            for form in encodings(secret):
                assert form not in text, f"I4 a secret {secret[:10]}… is in the log of the gateway"


class Visitor:
    """A person's browser: cookies by host as browsers keep them, whatever the port, and nothing of tokens."""

    def __init__(self, site, address=None, host=None):
        self.site, self.world = site, site.world
        self.issuer = self.world.browser(address)
        self.origin = site.other if host == OTHER else site.origin
        self.http = site.client(address or self.world.server.next_address())
        self.cookies = {}

    @property
    def host(self):
        return self.origin.split("//")[1]

    @property
    def session(self):
        return self.cookies.get(SESSION)

    def field(self):
        return [("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))] if self.cookies else []

    def send(self, method, target, headers=(), body=None, host=None):
        """A request as it is, with the cookies of the host."""
        if target.startswith(self.origin + "/"):
            target = target[len(self.origin) :]
        answer = self.http.request(
            method, target, headers=[("Host", host or self.host), *self.field(), *headers], body=body
        )
        for name, value in answer.headers:
            if name.lower() == "set-cookie" and value.startswith("__Host-tessera-gateway"):
                self.keep(value)
        if answer.header("Via") is None:  # Not one of the server behind.
            self.world.watch.saw(method, target, answer)
        return answer

    def keep(self, text):
        pair, *attributes = (part.strip() for part in text.split(";"))
        name, value = pair.split("=", 1)
        if not value or "Max-Age=0" in attributes:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = self.site.secret(value)

    def open(self, target, more=(), host=None):
        """What comes when the person types an address or follows a link."""
        return self.send("GET", target, [*NAVIGATION, *more], host=host)

    def own_page(self, method, target, body=None, headers=()):
        """What a page of this origin makes the browser send."""
        said = [("Origin", self.origin), ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Mode", "cors")]
        return self.send(method, target, [*said, *headers], body)

    def opens(self, target="/pages/1"):
        """Whether a page opens without a sign-in."""
        answer = self.open(target)
        assert answer.status in (200, 302), answer
        return answer.status == 200

    def websocket(self, target, fields=(), host=None):
        """A socket on which a WebSocket was asked for with the cookies, and the head of the answer."""
        sock = self.site.connect(self.world.server.next_address())
        lines = [
            f"GET {target} HTTP/1.1", f"Host: {host or self.host}", "Connection: Upgrade", "Upgrade: websocket",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]  # fmt: skip
        lines += [f"{name}: {value}" for name, value in [*self.field(), *fields]]
        sock.sendall("\r\n".join([*lines, "", ""]).encode())
        found = b""
        while b"\r\n\r\n" not in found and (part := sock.recv(65536)):
            found += part
        return sock, found

    def leave(self, to="/pages/1"):
        """Goes to a page without a session; the address at the issuer that the browser is led to."""
        answer = self.open(to)
        assert answer.status == 302 and answer.header("Location") == f"{self.origin}{OWN_SIGN_IN}?to={to}", answer.headers
        return self.begin(to)

    def begin(self, to="/pages/1"):
        answer = self.open(f"{OWN_SIGN_IN}?to={to}")
        location = answer.header("Location", "")
        assert answer.status == 302 and location.startswith(self.world.issuer + "/authorize?"), (answer, answer.headers)
        self.site.passing(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))["state"])
        return location

    def at_issuer(self, location, login="bob"):
        """Signs in at the issuer's own pages where they ask, and agrees; the address that they lead back to."""
        answer = self.issuer.get(location[len(self.world.issuer) :])
        if Page(answer).form(SIGN_IN):
            answer = self.issuer.sign_in(login, PASSWORD, answer)
        if Page(answer).form(CONSENT):
            answer = self.issuer.submit(answer, CONSENT, decision="allow")
        back = answer.header("Location", "")
        assert back.startswith(self.origin + CALLBACK + "?"), (answer, answer.headers)
        self.site.secret(values(back).get("code"))
        return back

    def sign_in(self, login="bob", to="/pages/1"):
        """From a page to the same page, signed in; the last answer before it."""
        answer = self.open(self.at_issuer(self.leave(to), login))
        assert answer.status == 303 and answer.header("Location") == to, (answer, answer.headers)
        assert self.opens(to), "signed in, and yet not"
        return answer


WAYS = ("original", "forwarded", "path")


def at_the_site(case):
    """A case at the site, after which its gateway lives and has told no secret."""

    @functools.wraps(case)
    def run(w):
        site = w.site()
        case(w, site)
        site.judge()

    return run


def values(address):
    """The parameters of an address."""
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query, keep_blank_values=True))


def changed(address, **more):
    """The address with some parameters replaced; `None` leaves one out and a list repeats it."""
    pairs = [(name, value) for name, value in values(address).items() if name not in more]
    for name, value in more.items():
        pairs += [(name, each) for each in (value if isinstance(value, list) else [] if value is None else [value])]
    return address.split("?")[0] + "?" + urllib.parse.urlencode(pairs)
