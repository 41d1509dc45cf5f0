"""The registered things that the cases use, and short words for what they do with them."""

import atexit
import json
import os
import threading
import time
import urllib.parse

from . import forge
from .case import Skip
from .client import Client, basic
from .gateway import Gateway
from .people import PASSWORD, Browser, Journey
from .proxy import Proxy
from .site import ADDRESS, Site

RS1, RS2, RS3 = "https://rs1.test/api", "https://rs2.test/api", "https://rs3.test/api"
# What the gateway of the cases lets through: everybody, tokens that may read, and tokens that may write.
GATEWAY_ROUTES = [
    {"path": "/public", "access": "public"},
    {"path": "/files", "scope": "read"},
    {"path": "/files/private", "methods": ["GET", "POST"], "scope": "write"},
    {"path": "/all", "scope": "read:all"},
]
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN, INTROSPECT, REVOKE = "/token", "/introspect", "/revoke"


class World:
    """One server with its clients and resources."""

    def __init__(self, server, watch, *, slow=1.0):
        self.server, self.watch, self.slow = server, watch, slow
        self.issuer = server.issuer
        self.secrets, self.keys, self.people = {}, {}, {}
        self.http = self.caller("127.0.0.1")
        self.key_host = None
        self.guard, self.proxies, self.pages = None, {}, None
        self.trap = watch.trap

    # Callers

    def caller(self, address=None, timeout=60):
        return self.server.fresh_client(address or self.server.next_address(), timeout, self.watch)

    def admin(self, method, path, value=None, expect=None, headers=None):
        answer = self.server.admin.send_json(method, path, value, headers)
        if expect is not None:
            assert answer.status == expect, f"{method} {path} answered {answer}, not {expect}"
        return answer

    def admin_tcp(self, address=None, **options):
        """The administration API over TCP, as an administrator elsewhere sees it."""
        return Client(
            "127.0.0.1",
            self.server.admin_port,
            context=self.server.trusted(),
            address=address or self.server.next_address(),
            watch=self.watch,
            **options,
        )

    def gateway(self):
        """A gateway for rs1, started when a case first asks for one, and kept."""
        if self.guard is None:
            self.guard = Gateway(self, "rs1", RS1, GATEWAY_ROUTES).start()
            atexit.register(self.guard.discard)
        return self.guard

    def proxy(self, tls=False):
        """A gateway for rs1 that passes requests on, with a server behind it; kept, and asked for nothing old."""
        if tls not in self.proxies:
            self.proxies[tls] = Proxy(self, "rs1", RS1, tls).start()
            atexit.register(self.proxies[tls].discard)
        self.proxies[tls].behind.forget()
        return self.proxies[tls]

    def site(self):
        """A site behind a gateway where people sign in with browsers; kept, and asked for nothing old."""
        if self.pages is None:
            self.pages = self.another_site().start()
            atexit.register(self.pages.discard)
        self.pages.begin()
        return self.pages

    def another_site(self, id="site", settings=None, **sign_in):
        """One with settings of its own for the gateway and for sign-in, not started."""
        if self.key_host is None:
            raise Skip("the issuer has nobody whom it may tell of the end of a session")
        self.furnish_people()
        return Site(self, "rs1", RS1, self.certificate("site", ADDRESS, "trusted"), id, settings, **sign_in)

    # Registering

    def client(self, id, method="client_secret_basic", **more):
        draft = {"id": id, "name": id, "authentication_method": method, "grant_types": ["client_credentials"], **more}
        if method == "none":
            draft["grant_types"] = more.get("grant_types", [])
        answer = self.admin("POST", "/admin/v1/clients", draft, expect=201).json()
        self.keep_secret(id, answer.get("client_secret"))
        return answer

    def resource(self, id, identifier, scope, **more):
        draft = {"id": id, "name": id, "identifier": identifier, "scope": scope, **more}
        answer = self.admin("POST", "/admin/v1/resources", draft, expect=201).json()
        self.keep_secret(id, answer.get("client_secret"))
        return answer

    def keep_secret(self, id, secret):
        if secret:
            self.secrets[id] = self.watch.secret(secret)
            if len(self.watch.everywhere) < 40:
                self.watch.everywhere.add(secret)

    def permit(self, client, resource, scope):
        path = f"/admin/v1/clients/{client}/permissions"
        return self.admin("PUT", path, {"resource": resource, "scope": scope}, expect=200).json()

    def furnish(self):
        self.resource("rs1", RS1, "read write read:all")
        self.resource("rs2", RS2, "read write", token_format="opaque")
        self.resource("rs3", RS3, "read", access_token_lifetime=10)
        for id in ("conf", "conf2", "svc", "svc2", "off", "adm", "ro"):
            self.client(id)
        self.client("post", "client_secret_post")
        self.client("pub", "none", allowed_origins=["https://app.test"])
        for id in ("pkj", "pkj2"):
            self.keys[id] = forge.ECKey(kid=f"{id}-1")
            self.client(id, "private_key_jwt", jwks={"keys": [self.keys[id].jwk]}, assertion_algorithm="ES256")
        for id in ("conf", "conf2", "svc", "post", "pkj", "off"):
            for resource in (RS1, RS2):
                self.permit(id, resource, "read write")
        self.permit("conf", RS3, "read")
        self.permit("svc2", RS1, "read")
        self.administration = self.issuer + "/admin/v1"
        self.permit("adm", self.administration, "tessera:admin:read tessera:admin:write")
        self.permit("ro", self.administration, "tessera:admin:read")
        self.off_token = self.token("off")
        self.admin("PATCH", "/admin/v1/clients/off", {"enabled": False}, expect=200)

    # People

    def party(self, id, method="client_secret_basic", redirects=("https://app.test/cb",), **more):
        """A client that signs people in. `more` goes into its `relying_party`."""
        grants = more.pop("grant_types", ["authorization_code", "refresh_token"])
        party = {"redirect_uris": list(redirects), "scope": "openid profile email offline_access", **more}
        self.watch.registered.update(party["redirect_uris"] + party.get("post_logout_redirect_uris", []))
        draft = {"id": id, "name": id, "authentication_method": method, "grant_types": grants, "relying_party": party}
        answer = self.admin("POST", "/admin/v1/clients", draft, expect=201).json()
        self.keep_secret(id, answer.get("client_secret"))
        return answer

    def user(self, name, password=PASSWORD, **more):
        """A new person; the answer of the administration."""
        draft = {"username": name, "password": password, **more}
        person = self.admin("POST", "/admin/v1/users", draft, expect=201).json()
        self.people[name] = person["id"]
        return person

    def furnish_people(self):
        """The people and applications of the list; made once, when a case first asks for them."""
        if self.people:
            return
        self.watch.secret(PASSWORD)
        self.watch.everywhere.add(PASSWORD)
        for name in ("bob", "eve", "dave"):
            self.user(name, email=f"{name}@people.test", email_verified=True)
        self.admin("PATCH", f"/admin/v1/users/{self.people['dave']}", {"enabled": False}, expect=200)
        at_rs1 = {"resource_scopes": {RS1: "read write", RS2: "read"}}
        for id in ("web", "web2"):
            self.party(id, **at_rs1)
        self.party("spa", "none", **at_rs1)
        self.party("nat", "none", ["http://127.0.0.1/cb", "com.example.app:/cb"], application_type="native", **at_rs1)
        self.party("two", redirects=["https://app.test/cb", "https://app.test/other"])
        self.warm_hashing()

    def warm_hashing(self):
        """Every thread that hashes passwords has its memory before growth is judged."""
        threads = [threading.Thread(target=lambda: Browser(self).sign_in("nobody", "x" * 20)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.watch.rss = self.server.rss()

    def browser(self, address=None):
        self.furnish_people()
        return Browser(self, address)

    def journey(self, client="web", **more):
        self.furnish_people()
        return Journey(self, client, **more)

    def at_token(self, id, fields, via=None):
        """The token endpoint as client `id`, whether it has a secret or not."""
        if id in self.secrets:
            return (via or self.http).post(TOKEN, fields, authorization=self.auth(id))
        return (via or self.http).post(TOKEN, {"client_id": id, **fields})

    def refresh(self, id, token, **more):
        return self.at_token(id, {"grant_type": "refresh_token", "refresh_token": token, **more})

    def noted(self, tokens):
        """The same answer, its secrets noted."""
        for name in ("access_token", "refresh_token", "id_token"):
            self.watch.secret(tokens.get(name))
        return tokens

    def userinfo(self, token, **options):
        return self.caller().get("/userinfo", headers={"Authorization": f"Bearer {token}"}, **options)

    # Doing

    def auth(self, id):
        return basic(id, self.secrets[id])

    def ask(self, id="conf", *, via=None, authorization=None, **parameters):
        """A request to the token endpoint, as it comes back."""
        form = {"grant_type": "client_credentials", **parameters}
        return (via or self.http).post(TOKEN, form, authorization=authorization or self.auth(id))

    def token(self, id="conf", resource=RS1, scope="read", via=None):
        answer = self.ask(id, via=via, resource=resource, scope=scope)
        assert answer.status == 200, f"token for {id}: {answer}"
        return self.watch.secret(answer.json()["access_token"])

    def introspection(self, token, by="rs1", via=None):
        return (via or self.http).post(INTROSPECT, {"token": token}, authorization=self.auth(by))

    def active(self, token, by="rs1"):
        answer = self.introspection(token, by)
        assert answer.status == 200, f"introspection by {by}: {answer}"
        return answer.json()["active"]

    def revocation(self, token, by="conf", via=None, **more):
        return (via or self.http).post(REVOKE, {"token": token, **more}, authorization=self.auth(by))

    # Assertions

    def claims(self, client="pkj", **changes):
        now = int(time.time())
        claims = {
            "iss": client,
            "sub": client,
            "aud": self.issuer,
            "jti": os.urandom(12).hex(),
            "iat": now,
            "exp": now + 60,
        }
        claims.update(changes)
        return {name: value for name, value in claims.items() if value is not None}

    def assertion(self, client="pkj", *, header=None, claims=None, sign=None):
        key = self.keys[client]
        base = {"alg": key.alg, "kid": key.kid, "typ": "JWT"}
        base.update(header or {})
        base = {name: value for name, value in base.items() if value is not None}
        return self.watch.secret(forge.compact(base, self.claims(client) if claims is None else claims, sign or key))

    def present(self, assertion, endpoint=TOKEN, *, via=None, **parameters):
        """Authenticates with an assertion at one of the three endpoints."""
        form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion, **parameters}
        if endpoint == TOKEN:
            form = {"grant_type": "client_credentials", "resource": RS1, **form}
        else:
            form = {"token": "nothing", **form}
        return (via or self.caller()).post(endpoint, form)

    # Verdicts

    @staticmethod
    def refused(answer, status, *codes):
        """An OAuth error without a token, never stored by a cache (E400 and E401 of the conventions)."""
        assert answer.status == status, f"expected {status}, got {answer}"
        if codes:
            assert answer.error in codes, f"expected {codes}, got {answer}"
        assert "access_token" not in answer.text, answer
        if status in (400, 401):
            assert "no-store" in (answer.header("Cache-Control") or ""), f"no no-store: {answer.headers}"
        if status == 401 and answer.error == "invalid_client":
            assert answer.header("WWW-Authenticate"), "401 without WWW-Authenticate"

    def metadata(self):
        path = "/.well-known/oauth-authorization-server" + urllib.parse.urlparse(self.issuer).path
        return json.loads(self.http.get(path).body)

    def jwks(self):
        return self.http.get("/jwks").json()
