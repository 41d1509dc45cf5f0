"""Forged tokens at every place that reads one (section E): three endpoints read assertions, five places access tokens, and
two hints of who is signed in."""

import json
import urllib.parse

from cryptography.hazmat.primitives.asymmetric import utils

from ..harness import forge
from ..harness.case import critical
from ..harness.people import AUTHORIZE, answered
from ..harness.world import INTROSPECT, REVOKE, TOKEN

N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


# A request line has no room for more.
LONGEST_HINT = 6000


class Consumer:
    """A place that reads a JWS: how to get a genuine one for it, and whether it takes a forged one."""

    def __init__(self, name, genuine, jwk, check, key=None):
        self.name, self.genuine, self.jwk, self.check, self.key = name, genuine, jwk, check, key

    def refuses(self, forged, of=None):
        try:
            self.check(forged, of)
        except AssertionError as error:
            header = forged.split(".")[0][:120]
            raise AssertionError(f"{self.name} with header {header}: {error}") from error


def consumers(w):
    keys = {key["kid"]: key for key in w.jwks()["keys"]}

    def published(token):
        return keys[forge.parts(token)[0]["kid"]]

    def introspection(forged, _):
        answer = w.introspection(forged)
        assert answer.status == 200 and answer.json() == {"active": False}, answer

    def revocation(forged, genuine):
        answer = w.revocation(forged)
        assert answer.status in (200, 400, 413), answer
        assert genuine is None or w.active(genuine), "a forged token ended the genuine one"

    def administration(forged, _):
        answer = w.admin_tcp().get(
            "/admin/v1/status", headers=[("Authorization", b"Bearer " + forged.encode("latin-1", "replace"))]
        )
        assert answer.status == 401 or answer.status in (400, 431), answer

    def assertion(endpoint):
        def check(forged, _):
            answer = w.present(forged, endpoint)
            assert answer.status == 401 and answer.error == "invalid_client", answer

        return check

    def userinfo(forged, _):
        value = b"Bearer " + forged.encode("latin-1", "replace")
        answer = w.caller().get("/userinfo", headers=[("Authorization", value)])
        assert answer.status in (400, 401, 431) and '"sub"' not in answer.text, answer

    guard = w.gateway().caller()

    def forward_auth(forged, _):
        """The gateway and the kit in it; never 200, whatever else the transport thinks of the bytes."""
        value = b"Bearer " + forged.encode("latin-1", "replace")
        question = [("X-Original-Method", "GET"), ("X-Original-URI", "/files/1"), ("Authorization", value)]
        answer = guard.get("/forward-auth", headers=question)
        assert answer.status in (400, 401, 403, 431), answer

    proxy = w.proxy()
    through = proxy.client()

    def reverse_proxy(forged, _):
        """The gateway that passes requests on; the server behind hears of none."""
        value = b"Bearer " + forged.encode("latin-1", "replace")
        answer = through.get("/files/1", headers=[("Authorization", value)])
        assert answer.status in (400, 401, 431), answer
        assert not proxy.behind.asked, "a forged token came through"

    browser = w.browser()
    person = w.journey("web", scope="openid").through(browser).tokens()

    def hint_of_a_request(forged, _):
        """Nobody is taken for signed in, and nobody's request goes on, by a forged hint."""
        request = w.journey("web", scope="openid", prompt="none", id_token_hint=forged[:LONGEST_HINT]).request
        answer = browser.request("GET", AUTHORIZE + "?" + urllib.parse.urlencode(request))
        assert answer.status in (303, 400) and "code=" not in (answer.header("Location") or ""), answer
        assert answer.status == 400 or answered(answer)["error"] == "invalid_request", answered(answer)

    def hint_of_a_logout(forged, _):
        """A forged hint signs nobody out without being asked, and leads nowhere."""
        fields = {"id_token_hint": forged[:LONGEST_HINT], "post_logout_redirect_uri": "https://app.test/cb"}
        answer = browser.request("GET", "/logout?" + urllib.parse.urlencode(fields))
        assert answer.status in (200, 400) and not answer.header("Location"), answer
        assert browser.request("GET", "/account").status == 200, "a forged hint signed the person out"

    found = []

    def claiming_administration():
        """The administration API gives out sealed tokens only; a JWT that claims to be for it has to be made up."""
        first, payload, signature = w.token("conf").split(".")
        claims = {
            **json.loads(forge.unb64(payload)),
            "aud": w.administration,
            "scope": "tessera:admin:read tessera:admin:write",
        }
        return ".".join((first, forge.b64(forge.octets(claims)), signature))

    for name, make, check in (
        ("introspection", lambda: w.token("conf"), introspection),
        ("revocation", lambda: w.token("conf"), revocation),
        ("administration", claiming_administration, administration),
        ("UserInfo", lambda: person["access_token"], userinfo),
        ("forward-auth", lambda: w.token("conf"), forward_auth),
        ("reverse proxy", lambda: w.token("conf"), reverse_proxy),
        ("hint of a request", lambda: person["id_token"], hint_of_a_request),
        ("hint of a logout", lambda: person["id_token"], hint_of_a_logout),
    ):
        found.append(Consumer(name, make, published(make()), check))
    for endpoint in (TOKEN, INTROSPECT, REVOKE):
        found.append(
            Consumer(f"assertion at {endpoint}", w.assertion, w.keys["pkj"].jwk, assertion(endpoint), w.keys["pkj"])
        )
    return found


def reheaded(token, header):
    """The same payload and signature under another header (bytes or JSON)."""
    _, payload, signature = token.split(".")
    return ".".join((forge.b64(forge.octets(header)), payload, signature))


@critical
def case_073_alg_none(w):
    for consumer in consumers(w):
        genuine = consumer.genuine()
        header, _ = forge.parts(genuine)
        first, payload, signature = genuine.split(".")
        for alg in ("none", "None", "NONE", "nOnE", "none ", "", None, 0, False, ["none"], {"a": 1}):
            bare = forge.b64(forge.octets({**header, "alg": alg}))
            for end in ("", signature, "AA"):
                consumer.refuses(f"{bare}.{payload}.{end}", genuine)
        without = {name: value for name, value in header.items() if name != "alg"}
        for broken in (
            without,
            None,
            [],
            "x",
            5,
            b"{}",
            b"null",
            b"",
            b'{"alg":"ES256","alg":"none"}',
            b'{"alg":"none","alg":"ES256"}',
        ):
            for end in ("", signature):
                consumer.refuses(reheaded(f"{first}.{payload}.{end}", broken), genuine)
        for end in ("", "AA", "A" * 86, "=" * 86, signature[:-1], signature + "=", signature + "A"):
            consumer.refuses(f"{first}.{payload}.{end}", genuine)
        consumer.refuses(f"{first}.{payload}", genuine)
        consumer.refuses("..", genuine)
        consumer.refuses(f".{payload}.", genuine)
        consumer.refuses(f"{first}..{signature}", genuine)


@critical
def case_074_hmac_with_the_public_key(w):
    key_set = w.http.get("/jwks").body
    for consumer in consumers(w):
        genuine = consumer.genuine()
        header, _ = forge.parts(genuine)
        payload = forge.unb64(genuine.split(".")[1])
        pem, spki = forge.pem_of(consumer.jwk)
        for secret in forge.public_key_secrets(consumer.jwk, pem, spki, key_set):
            consumer.refuses(forge.compact({**header, "alg": "HS256"}, payload, forge.mac("HS256", secret)), genuine)
        for alg in ("HS384", "HS512"):
            for secret in (pem, spki, json.dumps(consumer.jwk).encode()):
                consumer.refuses(forge.compact({**header, "alg": alg}, payload, forge.mac(alg, secret)), genuine)
        # The asymmetric name kept, the signature an HMAC.
        consumer.refuses(forge.compact(header, payload, forge.mac("HS256", pem)), genuine)


@critical
def case_076_psychic_signatures(w):
    zero, one, order = (0).to_bytes(32, "big"), (1).to_bytes(32, "big"), N.to_bytes(32, "big")
    pairs = [
        zero + zero,
        order + order,
        zero + one,
        one + zero,
        order + one,
        one + order,
        b"\xff" * 64,
        one + one,
        (N + 1).to_bytes(32, "big") + one,
        b"",
        zero,
        b"\0" * 63,
        b"\0" * 65,
        b"\0" * 96,
    ]
    for consumer in consumers(w):
        genuine = consumer.genuine()
        first, payload, signature = genuine.split(".")
        raw = forge.unb64(signature)
        r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        der = utils.encode_dss_signature(r, s)
        for wrong in pairs + [der, raw[:63], raw + b"\0", b"\0" + raw, raw[32:] + raw[:32], raw[:32] + zero]:
            consumer.refuses(f"{first}.{payload}.{forge.b64(wrong)}", genuine)


@critical
def case_077_embedded_keys(w):
    own = forge.ECKey(kid="mine")
    url = f"https://127.0.0.66:{w.trap.port}/jwks"
    embedded = [
        {"jwk": own.jwk},
        {"jku": url},
        {"x5u": url},
        {"x5c": [forge.b64(own.spki)]},
        {"x5t": "AA"},
        {"x5t#S256": "AA"},
        {"jwk": own.jwk, "jku": url, "x5u": url},
    ]
    for consumer in consumers(w):
        genuine = consumer.genuine()
        header, _ = forge.parts(genuine)
        payload = forge.unb64(genuine.split(".")[1])
        for more in embedded:
            for kid in (header.get("kid"), "mine", None):
                changed = {**header, **more, "alg": "ES256", "kid": kid}
                changed = {name: value for name, value in changed.items() if value is not None}
                consumer.refuses(forge.compact(changed, payload, own), genuine)


def case_078_kid_injection(w):
    kids = [
        "../../dev/null",
        "' OR 1=1--",
        "${jndi:ldap://127.0.0.66/a}",
        "k" * 9000,
        ["a"],
        "a\u0000b",
        "https://127.0.0.66/k",
        7,
        None,
        {"a": 1},
        "",
        "/proc/self/environ",
        "\u202e",
        True,
    ]
    own = forge.ECKey()
    for consumer in consumers(w):
        genuine = consumer.genuine()
        header, _ = forge.parts(genuine)
        payload = forge.unb64(genuine.split(".")[1])
        for kid in kids:
            consumer.refuses(forge.compact({**header, "kid": kid}, payload, own), genuine)
            consumer.refuses(forge.compact({**header, "kid": kid}, payload, forge.nothing), genuine)


@critical
def case_079_critical_headers(w):
    headers = [
        {"crit": ["nope"], "nope": 1},
        {"crit": []},
        {"crit": ["exp"]},
        {"crit": ["alg"]},
        {"crit": "exp"},
        {"crit": None},
        {"crit": ["b64"], "b64": True},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"b64": True},
        {"crit": [7]},
        {"crit": {}},
    ]
    for consumer in consumers(w):
        genuine = consumer.genuine()
        header, _ = forge.parts(genuine)
        payload = forge.unb64(genuine.split(".")[1])
        for more in headers:
            # Where we hold the key the signature is right, so nothing but the header can be the reason.
            if consumer.key:
                payload = forge.octets(w.claims())
            consumer.refuses(forge.compact({**header, **more}, payload, consumer.key or forge.ECKey()), genuine)
        first, middle, signature = genuine.split(".")
        flattened = json.dumps(
            {"protected": first, "payload": middle, "signature": signature, "header": {"crit": ["exp"]}}
        )
        general = json.dumps({"payload": middle, "signatures": [{"protected": first, "signature": signature}]})
        for form in (flattened, general):
            if consumer.name != "administration":
                consumer.refuses(form, genuine)


def case_082_dots(w):
    slow = 0.005 * max(w.slow, 1) * 4
    tokens = ["." * 15_000, "a.b", "a.b.c.d", "a.b.c.d.e", ".", "a..b", "." * 60_000]
    for consumer in consumers(w):
        genuine = consumer.genuine()
        for token in tokens + [genuine + ".", "." + genuine, genuine + ".x", genuine.replace(".", "..")]:
            if consumer.name == "administration" and len(token) > 15_000:
                continue
            consumer.refuses(token, genuine)
    for token in ("." * 60_000, "a" * 60_000, "tsa_" + "A" * 60_000, "eyJ" + "." * 60_000):
        seconds = min(w.introspection(token).seconds for _ in range(5))
        assert seconds < slow, f"{seconds * 1000:.1f} ms for {len(token)} bytes of {token[:4]}"


def case_090_nested(w):
    for consumer in consumers(w):
        genuine = consumer.genuine()
        header, _ = forge.parts(genuine)
        sign = consumer.key or forge.ECKey()
        nested = genuine
        for depth in range(1, 101):
            nested = forge.compact({**header, "cty": "JWT"}, nested.encode(), sign)
            if len(nested) > 12_000:
                break
            if depth < 4 or depth % 5 == 0:
                consumer.refuses(nested, genuine)
        unsigned = forge.compact({"alg": "none"}, forge.unb64(genuine.split(".")[1]), forge.nothing)
        for kind in (
            {"alg": "dir", "enc": "A128GCM"},
            {"alg": "RSA1_5", "enc": "A128CBC-HS256", "cty": "JWT"},
            {"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2**31 - 1, "p2s": "AA"},
            {"alg": "dir", "enc": "A128GCM", "zip": "DEF"},
        ):
            first = forge.b64(forge.octets(kind))
            consumer.refuses(
                f"{first}..{forge.b64(b'0' * 12)}.{forge.b64(unsigned.encode())}.{forge.b64(b'0' * 16)}", genuine
            )
        if consumer.key:
            for typ in ("at+jwt", "logout+jwt", "dpop+jwt", "JWT2", 7, ["JWT"]):
                consumer.refuses(forge.compact({**header, "typ": typ}, w.claims(), sign), genuine)
            # What is not one JSON object is no claims set.
            for payload in (
                b"",
                b"[]",
                b"null",
                b'"x"',
                b"{}{}",
                b'{"iss":"pkj","iss":"pkj"}',
                b"\xef\xbb\xbf{}",
                b'{"a":1,}',
                b'{"a":01}',
            ):
                consumer.refuses(forge.compact(header, payload, sign), genuine)


@critical
def case_085_keys_of_another_issuer(w):
    """Two installations with the same names: what one signed or sealed is nothing to the other."""
    other = w.other()
    for resource, owner in (("https://rs1.test/api", "rs1"), ("https://rs2.test/api", "rs2")):
        token = other.token("conf", resource)
        assert other.active(token, owner)
        assert w.introspection(token, owner).json() == {"active": False}
        assert w.revocation(token).status in (200, 400)
        assert other.active(token, owner)
    token = other.token("adm", other.administration, "tessera:admin:read")
    answer = w.admin_tcp().get("/admin/v1/status", headers={"Authorization": f"Bearer {token}"})
    assert answer.status == 401, answer
    foreign = w.assertion(claims=w.claims(aud=other.issuer))
    w.refused(w.present(foreign), 401, "invalid_client")


def case_065_opaque_tokens_cannot_be_changed(w):
    """One bit anywhere in a sealed token, another length, another kind: inactive."""
    token = w.token("conf", "https://rs2.test/api")
    assert w.active(token, "rs2")
    raw = forge.unb64(token[4:])
    for position in range(len(raw)):
        changed = bytearray(raw)
        changed[position] ^= 1 << (position % 8)
        assert w.introspection("tsa_" + forge.b64(bytes(changed)), "rs2").json() == {"active": False}, (
            f"byte {position}"
        )
    for wrong in (
        token[:-1],
        token + "A",
        token + "=",
        token[4:],
        "TSA_" + token[4:],
        "tsc_" + token[4:],
        " " + token,
        token[:40],
        "tsa_" + forge.b64(raw[:20]),
        "tsa_" + forge.b64(raw + raw),
        "tsa_",
        "tsa_" + "A" * 400,
    ):
        assert w.introspection(wrong, "rs2").json() == {"active": False}, wrong[:12]
    assert w.active(token, "rs2")
