"""Debian's nginx, Apache, Caddy and HAProxy before a site (Examples/), asking the gateway about every request."""

import http.client
import http.server
import json
import os
import threading
import time

import yaml

from Attack.harness.case import Skip
from Attack.harness.gateway import Gateway
from Attack.harness.server import Server, free_port
from Attack.harness.watch import Watch
from Attack.harness.world import World

from .launched import ROOT, Launched
from .visitors import CLIENT, Entrance, Visitors

RESOURCE = "https://reports.example.com"
SCOPE = "reports:read reports:write"
IDENTITY = ("x-tessera-subject", "x-tessera-client", "x-tessera-scope", "x-tessera-roles")
# What other proxies call an identity: no client may say it either.
OTHERS = (
    "Remote-User", "Remote-Groups", "Remote-Email", "Remote-Name", "X-Remote-User", "X-Authenticated-User",
    "X-WebAuth-User", "X-Auth-User", "X-Auth-Roles", "X-Auth-Request-User", "X-Auth-Request-Email",
    "X-Auth-Request-Groups", "X-Auth-Request-Preferred-Username", "X-Forwarded-User", "X-Forwarded-Email",
    "X-Forwarded-Groups", "X-Forwarded-Preferred-Username", "SSL-Client-Verify", "SSL-Client-S-DN",
    "X-SSL-Client-Verify", "X-SSL-Client-S-DN", "X-SSL-Client-CN", "Forwarded",
)  # fmt: skip


class Upstream:
    """A server behind the site that answers with the fields it was sent."""

    def __init__(self, pages=None):
        """`pages` is a folder to serve beside `/app`."""

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=pages)

            def do_GET(self):
                if pages and not self.path.startswith("/app"):
                    return super().do_GET()
                body = json.dumps([self.path, self.headers.items()]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Set-Cookie", "basket=apples; Path=/")
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Site(Launched):
    """One of the examples on loopback."""

    def adapted(self, name, changes):
        with open(os.path.join(self.example, name)) as file:
            text = file.read()
        for old, new in changes.items():
            if old not in text:
                raise RuntimeError(f"{name} has no {old!r}")
            text = text.replace(old, new)
        with open(self.file(name), "w") as file:
            file.write(text)

    def request(self, target, token=None, method="GET", headers=()):
        """The bytes of the target go as they are."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if token:
            connection.putheader("Authorization", f"Bearer {token}")
        connection.endheaders()
        answer = connection.getresponse()
        answer.text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer


def nginx(gateway, upstream):
    if not os.path.exists("/usr/sbin/nginx"):
        raise Skip("nginx is not installed")
    site = Site("nginx")
    os.mkdir(site.file("temporary"))
    os.chmod(site.file("temporary"), 0o777)
    site.adapted("loopback.conf", {})
    site.adapted(
        "site.conf",
        {
            "127.0.0.1:8080": f"127.0.0.1:{site.port}",
            "/srv/reports": site.file("pages"),
            "127.0.0.1:3000": f"127.0.0.1:{upstream}",
            "127.0.0.1:8446": f"127.0.0.1:{gateway}",
        },
    )
    command = ["/usr/sbin/nginx", "-p", site.folder, "-c", site.file("loopback.conf")]
    site.launch(command, lambda: site.request("/"))
    return site


def apache(gateway, upstream):
    if not os.path.exists("/usr/lib/apache2/modules/mod_lua.so"):
        raise Skip("apache2-bin is not installed")
    if not os.path.exists("/usr/share/lua/5.3/socket.lua"):
        raise Skip("lua-socket is not installed")
    if os.geteuid() != 0:
        raise Skip("the example changes to the user www-data, which needs root")
    site = Site("apache")
    for name in ("loopback.conf", "site.conf", "gateway.lua"):
        site.adapted(name, {})
    known = {
        "FOLDER": site.folder,
        "SITE_FOLDER": site.folder,
        "PAGES": site.file("pages"),
        "ADDRESS": "127.0.0.1",
        "PORT": str(site.port),
        "UPSTREAM": f"http://127.0.0.1:{upstream}",
        "TESSERA_GATEWAY": f"127.0.0.1:{gateway}",
    }
    command = ["/usr/sbin/apache2", "-f", site.file("loopback.conf"), "-DFOREGROUND"]
    site.launch(command, lambda: site.request("/"), known)
    return site


def caddy(gateway, upstream):
    if not os.path.exists("/usr/bin/caddy"):
        raise Skip("caddy is not installed")
    site = Site("caddy")
    site.adapted(
        "Caddyfile",
        {
            "http://:8080": f"http://:{site.port}",
            "/srv/reports": site.file("pages"),
            "127.0.0.1:3000": f"127.0.0.1:{upstream}",
            "127.0.0.1:8446": f"127.0.0.1:{gateway}",
        },
    )
    command = ["/usr/bin/caddy", "run", "--config", site.file("Caddyfile"), "--adapter", "caddyfile"]
    known = {"HOME": site.folder, "XDG_DATA_HOME": site.folder, "XDG_CONFIG_HOME": site.folder}
    site.launch(command, lambda: site.request("/"), known)
    return site


def haproxy(gateway, upstream):
    if not os.path.exists("/usr/sbin/haproxy"):
        raise Skip("haproxy is not installed")
    site = Site("haproxy")
    site.adapted("gateway.lua", {})
    site.adapted(
        "haproxy.cfg",
        {
            "127.0.0.1:8080": f"127.0.0.1:{site.port}",
            "127.0.0.1:3000": f"127.0.0.1:{upstream}",
            "127.0.0.1:8446": f"127.0.0.1:{gateway}",
        },
    )
    known = {"SITE_FOLDER": site.folder, "TESSERA_GATEWAY": f"127.0.0.1:{gateway}"}
    site.launch(["/usr/sbin/haproxy", "-db", "-f", site.file("haproxy.cfg")], lambda: site.request("/"), known)
    return site


class GatewayItself(Site):
    """The gateway as the only server that is asked."""

    def __init__(self, gateway, port):
        super().__init__("nginx")
        self.gateway, self.port = gateway, port

    def log(self):
        return self.gateway.log()


SITES = {"nginx": nginx, "apache-gateway": apache, "caddy": caddy, "haproxy": haproxy}


class Visit:
    """What is asked of a site, and whether the answers are as they must be."""

    def __init__(self, name, world, site, gateway, entrance):
        self.name, self.world, self.site, self.gateway, self.failed = name, world, site, gateway, 0
        self.entrance = entrance
        # Proxies that take any status for an answer are told which.
        self.closed = 403 if name in ("nginx", "apache-gateway") else 404

    def check(self, holds, what):
        print(f"{'PASS' if holds else 'FAIL'} {self.name}.{what}", flush=True)
        self.failed += 0 if holds else 1

    def token(self, scope, client="reader"):
        return self.world.token(client, RESOURCE, scope)

    def all(self):
        self.pages()
        self.upstream()
        self.paths()
        self.entrance.leads_to(self.site.port)
        Visitors(self.world, self.entrance, self.check).all()
        self.endings()
        return not self.failed

    def pages(self):
        site, reader = self.site, self.token("reports:read")
        self.check("open to everybody" in site.request("/").text, "shows_an_open_page")
        bare = site.request("/reports/")
        challenge = bare.headers.get_all("WWW-Authenticate") or []
        self.check(bare.status == 401 and len(challenge) == 1, "asks_for_a_token_once")
        self.check(
            challenge and challenge[0].startswith("Bearer") and "resource_metadata=" in challenge[0], "says_where_from"
        )
        good = site.request("/reports/", reader)
        self.check(good.status == 200 and "report number one" in good.text, "shows_a_page_for_a_good_token")
        weak = site.request("/admin/", reader)
        said = weak.headers.get("WWW-Authenticate", "")
        self.check(weak.status == 403 and 'scope="reports:write"' in said, "names_the_scope_that_is_missing")
        self.check(site.request("/admin/", self.token("reports:write")).status == 200, "admits_the_right_scope")
        self.check(site.request("/reports/", reader[:-4] + "AAAA").status == 401, "refuses_a_forged_token")
        self.check(site.request("/elsewhere", reader).status == self.closed, "is_closed_where_no_route_is")
        metadata = json.loads(site.request("/.well-known/oauth-protected-resource").text)
        self.check(metadata.get("authorization_servers") == [self.world.issuer], "describes_the_resource")

    def upstream(self):
        names = ("X-Tessera-Subject", "X_Tessera_Subject", "X-Tessera-Roles", "X-TESSERA-SUBJECT", "X-Tessera-Client")
        others = [spelling for name in OTHERS for spelling in (name.upper(), name.replace("-", "_"))]
        claimed = [(name, "root") for name in (*names, *others)] + [("Connection", "X-Tessera-Subject")]
        answer = self.site.request("/app/x?a=%2F..", self.token("reports:read"), headers=claimed)
        path, fields = json.loads(answer.text) if answer.status == 200 else ("", [])
        seen = [(name.lower().replace("_", "-"), value) for name, value in fields]
        identity = {name: value for name, value in seen if name in IDENTITY}
        self.check(path == "/app/x?a=%2F..", "passes_the_request_on")
        self.check(identity.get("x-tessera-client") == "reader", "tells_the_upstream_who_comes")
        self.check(identity.get("x-tessera-scope") == "reports:read", "tells_the_upstream_the_scope")
        self.check("root" not in dict(seen).values(), "replaces_what_a_client_claims")
        self.check(len([1 for name, _ in seen if name in IDENTITY]) == len(identity), "says_each_once")

    def paths(self):
        site, reader = self.site, self.token("reports:read")
        twofold = (
            "//reports/", "/reports//", "/./reports/", "/app/../admin/", "/app/%2e%2e/admin/", "/app/..%2fadmin/",
            "/app%2f..%2fadmin/", "/app/.%2e/admin/", "/app/..;/admin/", "/app\\..\\admin/", "/app/%5c..%5cadmin/",
            "/app/%00", "/app/%252e%252e/admin/", "/app/%c0%ae%c0%ae/admin/", "/app/%",
        )  # fmt: skip
        for target in twofold:
            for token in (None, reader):
                answer = site.request(target, token)
                closed = answer.status in (400, 401, 403, 404) and "administrators" not in answer.text
                if not closed or "report number" in answer.text:
                    self.check(False, f"refuses {target} ({answer.status})")
        self.check(True, "tried_paths_with_two_meanings")
        statuses = {method: site.request("/reports/", None, method).status for method in ("HEAD", "OPTIONS", "POST")}
        self.check(set(statuses.values()) <= {401, 403, 405}, f"lets_no_method_past {statuses}")
        self.check(site.request("/reports/", reader, "HEAD").status == 200, "admits_head_with_get")
        self.check(site.request("/reports/", reader, "OPTIONS").status in (403, 405), "admits_no_other_method")
        spoofed = [("X-Original-URI", "/"), ("X-Original-Method", "GET"), ("X-Forwarded-Uri", "/"), ("X-Rewrite-URL", "/")]
        self.check(site.request("/reports/", headers=spoofed).status == 401, "believes_no_other_address")

    def opaque(self):
        """A token that only the issuer can read."""
        address = "/admin/v1/resources/reports"
        self.world.admin("PATCH", address, {"token_format": "opaque"}, expect=200)
        token = self.token("reports:read")
        self.world.admin("PATCH", address, {"token_format": "jwt"}, expect=200)
        return token

    def endings(self):
        world, site = self.world, self.site
        opaque = self.opaque()
        self.check(site.request("/reports/", opaque).status == 200, "asks_the_issuer_about_an_opaque_token")
        assert world.revocation(opaque, by="reader").status == 200
        deadline = time.monotonic() + 120
        while (status := site.request("/reports/", opaque).status) == 200 and time.monotonic() < deadline:
            time.sleep(0.2)
        self.check(status == 401, "refuses_a_revoked_token")
        reader = self.token("reports:read")
        self.gateway.stop()
        if isinstance(site, GatewayItself):
            return
        answers = [site.request(target, reader) for target in ("/reports/", "/", "/app/x")]
        self.check(all(answer.status >= 500 for answer in answers), "is_closed_while_the_gateway_is_down")
        self.check(not any("report number" in answer.text for answer in answers), "shows_nothing_then")


def furnished(binary, settings=None):
    """A server and a world with the resource of the examples and one client."""
    server = Server(binary, settings, name="foreign")
    server.initialise()
    server.start()
    watch = Watch()
    watch.server = server
    world = World(server, watch)
    world.resource("reports", RESOURCE, SCOPE)
    world.client("reader")
    world.permit("reader", RESOURCE, SCOPE)
    return server, world


def guarded(world, example, routes, entrance, settings=None):
    """The gateway of an example, at which people sign in who come through the entrance."""
    sign_in = entrance.register(world, example, RESOURCE)
    gateway = Gateway(world, "reports", RESOURCE, routes, settings={"sign-in": sign_in} | (settings or {}))
    gateway.write("client-secret", world.secrets[CLIENT] + "\n")
    return gateway


def reverse_proxy(binary):
    """The example of the gateway alone, with its own routes."""
    server, site, entrance = None, None, Entrance()
    upstream, port = Upstream(os.path.join(ROOT, "Examples", "nginx", "pages")), free_port()
    try:
        server, world = furnished(binary, entrance.outbound())
        with open(os.path.join(ROOT, "Examples", "reverse-proxy", "routes.yaml")) as file:
            routes = file.read()
        assert routes.count("http://127.0.0.1:3000") == 5
        routes = routes.replace("127.0.0.1:3000", f"127.0.0.1:{upstream.port}")
        listen = {"listen": {"address": "127.0.0.1", "port": port, "tls": False}}
        with guarded(world, "reverse-proxy", routes, entrance, listen) as gateway:
            site = GatewayItself(gateway, port)
            held = Visit("reverse-proxy", world, site, gateway, entrance).all()
            if not held:
                print(site.log())
            return held
    finally:
        if site:
            site.close()
        upstream.close()
        entrance.close()
        if server:
            server.discard()


def run(name, binary):
    server, site, entrance = None, None, Entrance()
    # HAProxy serves no files itself.
    upstream = Upstream(os.path.join(ROOT, "Examples", "nginx", "pages") if name == "haproxy" else None)
    try:
        server, world = furnished(binary, entrance.outbound())
        # The others have the routes of nginx's example, and are registered as it is.
        example = "apache" if name == "apache-gateway" else "nginx"
        with open(os.path.join(ROOT, "Examples", example, "routes.yaml")) as file:
            routes = yaml.safe_load(file)["routes"]
        with guarded(world, example, routes, entrance) as gateway:
            site = SITES[name](gateway.port, upstream.port)
            held = Visit(name, world, site, gateway, entrance).all()
            if not held:
                print(site.log(), gateway.log())
            return held
    finally:
        if site:
            site.close()
        upstream.close()
        entrance.close()
        if server:
            server.discard()
