"""A grammar that knows what each endpoint wants, and breaks it (244)."""

import json
import os
import random
import time

from ..harness import forge
from ..harness.case import critical
from ..harness.client import basic
from ..harness.world import ASSERTION_TYPE, RS1, RS2

NASTY = [
    "",
    "\x00",
    "%00",
    "\r\n",
    "\u202e",
    "\ud7ff",
    "𝕊",
    "A" * 300,
    "-1",
    "0",
    "1e999",
    "null",
    "[]",
    "{}",
    "'",
    '"',
    "\\",
    "../..",
    "%",
    "%zz",
    "\x7f",
    "\x1b[31m",
    "é" * 50,
    "tsa_",
    "tsc_",
    "a.b.c",
    "...",
    "=",
    "&",
    ";",
    " ",
    "\t",
    "9" * 400,
    "https://",
    RS1,
    RS2,
    "true",
]
FIELDS = [
    "grant_type",
    "scope",
    "resource",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "token",
    "token_type_hint",
    "audience",
    "x",
    "resource[]",
    "a[b]",
]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
ADMIN = [
    "status",
    "clients",
    "clients/conf",
    "clients/fuzz",
    "clients/conf/secrets",
    "clients/conf/permissions",
    "resources",
    "resources/rs1",
    "keys",
    "keys/x/retire",
    "tokens/inspect",
    "tokens/revoke",
    "grants/x/revoke",
    "subjects/x/revoke-tokens",
    "audit",
    "usage",
    "clients/%2e%2e",
    "clients/%00",
    "clients/" + "a" * 300,
    "../v1/status",
    "backup",
]
MEMBERS = [
    "id",
    "name",
    "authentication_method",
    "grant_types",
    "jwks",
    "jwks_uri",
    "assertion_algorithm",
    "allowed_origins",
    "enabled",
    "version",
    "resource",
    "scope",
    "identifier",
    "token_format",
    "access_token_lifetime",
    "signing_algorithm",
    "purpose",
    "token",
    "jti",
    "expires_at",
    "path",
]


class Grammar:
    """Requests from one seed, so that a failure can be made again."""

    def __init__(self, w, seed):
        self.w, self.random = w, random.Random(seed)
        self.tokens = [w.token("conf", RS1), w.token("conf", RS2)]

    def word(self):
        pick = self.random.random()
        if pick < 0.55:
            return self.random.choice(NASTY)
        if pick < 0.7:
            return self.random.choice(self.tokens)
        if pick < 0.85:
            return self.token()
        return "".join(
            chr(self.random.choice([self.random.randrange(0x20, 0x7F), self.random.randrange(1, 0x2000)]))
            for _ in range(self.random.randrange(0, 40))
        )

    def mutated(self, data):
        data = bytearray(data)
        for _ in range(self.random.randrange(1, 4)):
            if not data:
                break
            where = self.random.randrange(len(data))
            action = self.random.random()
            if action < 0.4:
                data[where] = self.random.randrange(256)
            elif action < 0.6:
                del data[where : where + self.random.randrange(1, 20)]
            elif action < 0.8:
                data[where:where] = data[where : where + 30]
            else:
                data[where:where] = self.random.choice(NASTY).encode("utf-8", "surrogatepass")
        return bytes(data)

    def token(self):
        base = self.random.choice(self.tokens + [self.w.assertion()])
        if self.random.random() < 0.5:
            return self.mutated(base.encode()).decode("latin-1")
        header = {
            "alg": self.random.choice(["ES256", "none", "HS256", "RS256"] + NASTY),
            "kid": self.random.choice(NASTY + ["pkj-1"]),
            self.random.choice(["crit", "typ", "jwk", "b64", "cty", "zip"]): self.value(2),
        }
        return forge.compact(
            header,
            self.w.claims(**{self.random.choice(["iss", "sub", "aud", "exp", "jti", "nbf", "iat"]): self.value(2)}),
            self.w.keys["pkj"],
        )

    def value(self, depth):
        pick = self.random.random()
        if depth and pick < 0.2:
            return [self.value(depth - 1) for _ in range(self.random.randrange(4))]
        if depth and pick < 0.4:
            return {self.word(): self.value(depth - 1) for _ in range(self.random.randrange(4))}
        return self.random.choice(
            [None, True, 0, -1, 2**63, 2**70, 1e308, 0.1, "", self.word(), "jwt", "opaque", "conf", "read", RS1]
        )

    def headers(self):
        found = []
        if self.random.random() < 0.6:
            found.append(
                (
                    "Authorization",
                    self.random.choice(
                        [
                            self.w.auth("conf"),
                            self.w.auth("rs1"),
                            basic(self.word()[:50] or "x", "y"),
                            "Basic " + self.clean(self.word()),
                            "Bearer " + self.clean(self.word()),
                        ]
                    ),
                )
            )
        for name in (
            "Content-Type",
            "Origin",
            "Host",
            "Accept",
            "Cookie",
            "If-None-Match",
            "Content-Encoding",
            "User-Agent",
            "X-Request-Id",
            "Range",
            "Expect",
        ):
            if self.random.random() < 0.08:
                found.append((name, self.clean(self.word())))
        return found

    @staticmethod
    def clean(text):
        return "".join(c for c in text if c not in "\r\n\x00").encode("utf-8", "replace").decode("latin-1")

    def form(self):
        pairs = []
        for _ in range(self.random.randrange(0, 7)):
            pairs.append((self.random.choice(FIELDS), self.word()))
        if self.random.random() < 0.6:
            pairs.append(("grant_type", "client_credentials"))
        if self.random.random() < 0.2:
            pairs += [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", self.token())]
        if self.random.random() < 0.4:
            pairs.append(("token", self.word()))
        import urllib.parse

        data = urllib.parse.urlencode(pairs, errors="replace").encode()
        return self.mutated(data) if self.random.random() < 0.3 else data

    def public(self):
        path = self.random.choice(
            [
                "/token",
                "/introspect",
                "/revoke",
                "/jwks",
                "/.well-known/oauth-authorization-server",
                "/health/ready",
                "/",
                "/token/",
                "//token",
                "/TOKEN",
                "/token?" + "a=" + "%41" * 20,
                "/%2e%2e/token",
                "/token%00",
                "*",
                "/metrics",
            ]
        )
        headers, data = self.headers(), self.form()
        if not any(name == "Content-Type" for name, _ in headers):
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        return self.random.choice(METHODS + ["POST"] * 6), path, headers, data

    def administrative(self):
        draft = {self.random.choice(MEMBERS): self.value(3) for _ in range(self.random.randrange(0, 7))}
        data = json.dumps(draft).encode()
        if self.random.random() < 0.3:
            data = self.mutated(data)
        query = (
            ""
            if self.random.random() < 0.6
            else "?"
            + self.random.choice(["after", "limit", "since", "resource", "order", "x"])
            + "="
            + "".join(f"%{byte:02x}" for byte in self.word().encode("utf-8", "replace")[:60])
        )
        return (
            self.random.choice(METHODS),
            "/admin/v1/" + self.random.choice(ADMIN) + query,
            [("Content-Type", "application/json")],
            data,
        )


@critical
def case_244_panic_hunt(w):
    """No crash, no 5xx, no hang over a second; the seed of a failing run is in its message."""
    seed = int(os.environ.get("ATTACK_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
    grammar = Grammar(w, seed)
    seconds = float(os.environ.get("ATTACK_FUZZ_SECONDS", "40"))
    reader = {"Authorization": "Bearer " + w.token("ro", w.administration, "tessera:admin:read")}
    end, count, caller, admin, tcp = time.monotonic() + seconds, 0, None, None, None
    while time.monotonic() < end:
        if count % 25 == 0:
            caller, admin, tcp = w.caller(), w.server.admin, w.admin_tcp()
        where = grammar.random.random()
        try:
            if where < 0.7:
                method, path, headers, data = grammar.public()
                answer = caller.request(method, path, headers=headers, body=data)
            else:
                method, path, headers, data = grammar.administrative()
                # What a change would break is asked with a token that may only read.
                target = admin if method == "GET" else tcp
                answer = target.request(
                    method, path, headers=headers + ([] if target is admin else list(reader.items())), body=data
                )
            said = f"seed {seed}, request {count}: {method} {path[:60]} {data[:80]} -> {answer}"
            assert answer.status < 500, said
            assert answer.seconds < 10, f"{answer.seconds:.1f} s: {said}"
        except OSError as error:
            assert w.server.alive(), f"seed {seed}, request {count}: the process is gone: {w.server.tail()}"
            if isinstance(error, TimeoutError):
                raise AssertionError(f"seed {seed}, request {count}: {method} {path[:60]} hangs") from error
            caller, admin, tcp = w.caller(), w.server.admin, w.admin_tcp()
        except (ValueError, __import__("http").client.HTTPException):
            caller, admin, tcp = w.caller(), w.server.admin, w.admin_tcp()
        count += 1
    assert count > 500, f"only {count} requests"
    assert w.active(w.token("conf", RS1)), "the server no longer does its work"
