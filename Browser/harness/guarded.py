"""Two sites behind one `tessera gateway`, which is the reverse proxy before a server that knows nothing of tokens."""

import html
import http.server
import json
import os
import threading
import time
import types

import yaml

from Attack.harness.gateway import Gateway
from Attack.harness.server import free_port

from .doorway import certificate

RESOURCE, CLIENT = "https://sites.test", "two-sites"
READ, WRITE = "sites:read", "sites:write"
# How old a sign-in may be at `/recent`; the gateway allows for clocks that differ beyond that.
RECENT = 5
# Of the gateway itself, and of the issuer.
OWN, NAME = "/.tessera", "Two Sites"
COOKIE = "basket=apples"

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Site</title><link rel="icon" href="data:,"><main><h1>{path}</h1><p id="subject">{subject}</p>
<p>{method}</p><form method="post" action="{path}"><button>Send</button></form></main></html>"""


class Behind:
    """The server behind: a page at every path, which says who comes; it keeps what it was sent."""

    def __init__(self):
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                fields = [(name.lower(), value) for name, value in self.headers.items()]
                asked.append((self.command, self.path, fields))
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                said = {"path": self.path, "subject": dict(fields).get("x-tessera-subject", ""), "method": self.command}
                page = PAGE.format(**{name: html.escape(value) for name, value in said.items()})
                body = (json.dumps(said) if self.path.startswith("/data") else page).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Set-Cookie", f"{COOKIE}; Path=/; Secure; SameSite=Lax")
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class GuardedSites:
    """The gateway with TLS of its own. Hosts of two names share no cookies, and each is an origin."""

    def __init__(self, world):
        self.world, self.behind, port = world, Behind(), free_port()
        self.reports, self.desk = (f"https://{name}.localhost:{port}" for name in ("reports", "desk"))
        origins = [self.reports, self.desk]
        known = types.SimpleNamespace(server=world.server, issuer=world.server.issuer, secrets=self.register(origins))
        settings = {
            "listen": {"address": "127.0.0.1", "port": port},
            "sign-in": {
                "client-id": CLIENT,
                "client-secret-file": "client-secret",
                "origins": origins,
                "scope": f"openid offline_access {READ}",
            },
        }
        self.gateway = Gateway(known, "sites", RESOURCE, self.routes(), settings=settings)
        self.gateway.write("client-secret", known.secrets[CLIENT] + "\n")
        with open(certificate(self.gateway.folder, "localhost")) as file:
            key, mark, chain = file.read().partition("-----BEGIN CERTIFICATE-----")
        files = {"certificate": self.gateway.write("chain.pem", mark + chain)}
        files["private-key"] = self.gateway.write("key.pem", key)
        with open(self.gateway.configuration) as file:
            whole = yaml.safe_load(file)
        whole["tls"] = files
        self.gateway.write(os.path.basename(self.gateway.configuration), yaml.safe_dump(whole))
        self.gateway.start()

    def register(self, origins):
        """The resource and the client at the issuer; their secrets."""
        resource = {"id": "sites", "name": NAME, "identifier": RESOURCE, "scope": f"{READ} {WRITE}"}
        party = {
            "redirect_uris": [f"{origin}{OWN}/callback" for origin in origins],
            "post_logout_redirect_uris": [f"{origin}{OWN}/signed-out" for origin in origins],
            "scope": "openid offline_access",
            "resource_scopes": {RESOURCE: f"{READ} {WRITE}"},
        }
        client = {"id": CLIENT, "name": NAME, "authentication_method": "client_secret_basic", "relying_party": party}
        client["grant_types"] = ["authorization_code", "refresh_token"]
        made = {"sites": ("resources", resource), CLIENT: ("clients", client)}
        answers = {id: self.world.admin("POST", f"/admin/v1/{kind}", draft, 201) for id, (kind, draft) in made.items()}
        return {id: answer.json()["client_secret"] for id, answer in answers.items()}

    def routes(self):
        to = {"upstream": f"http://127.0.0.1:{self.behind.port}"}
        people = to | {"sign-in": True}
        return [
            {"path": "/", "match": "exact", "access": "public", **to},
            {"path": "/pages", "scope": READ, **people},
            {"path": "/data", "scope": READ, **people},
            {"path": "/recent", "scope": READ, "max-age": RECENT, **people},
            {"path": "/strong", "scope": READ, "acr": ["of-nobody"], **people},
            {"path": "/desk", "scope": WRITE, **people},
        ]

    # People

    def enter(self, person, tab, path="/pages/1", site=None):
        """Opens a page, signs in with a password, allows what is asked, and is at that page."""
        address = (site or self.reports) + path
        tab.open(address)
        person.enter(tab)
        if tab.path == "/authorize":
            tab.submit("Allow")
        assert self.shows(tab, address, person), f"{person.username} did not reach {address}: {tab.page.url} {tab.text[:300]}"

    def shows(self, tab, address, person):
        """Whether the page of this address is open, and the server behind it knows who looks at it."""
        return tab.page.url == address and tab.page.locator("#subject").inner_text() == person.id

    def fetch(self, tab, path, method="GET"):
        """What a script of the page that is open is answered: status, whether it was led elsewhere, text."""
        program = """async ([path, method]) => {
            const answer = await fetch(path, {method});
            return [answer.status, answer.redirected, await answer.text(), answer.headers.get('WWW-Authenticate')];
        }"""
        return tab.page.evaluate(program, [path, method])

    def wait_for(self, tab, status, path="/data/1", seconds=120):
        """Until a script is answered so; returns the challenge of that answer. It is led nowhere in the meantime."""
        deadline = time.monotonic() + seconds
        while (answer := self.fetch(tab, path))[0] != status:
            assert not answer[1] and time.monotonic() < deadline, f"{path} is answered {answer}"
            tab.page.wait_for_timeout(200)
        return answer[3]

    def close(self):
        self.gateway.discard()
        self.behind.close()
