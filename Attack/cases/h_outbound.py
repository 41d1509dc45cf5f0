"""What the server fetches for a client, and what it must never touch (094, 095, I8)."""

import json
import time

from ..harness import forge
from ..harness.case import Skip, critical
from ..harness.trap import KeyHost
from ..harness.world import INTROSPECT


def hosted(w, id):
    """A client whose keys are at the allowed outbound address."""
    if not w.key_host:
        raise Skip(w.no_outbound)
    key = forge.ECKey(kid=f"{id}-1")
    w.keys[id] = key
    w.key_host.documents[f"/{id}"] = {"keys": [key.jwk]}
    w.client(id, "private_key_jwt", jwks_uri=w.key_host.url(f"/{id}"))
    return key


def fetches(w, path):
    return w.key_host.fetches.count(path)


def case_095_unknown_kid_storm(w):
    hosted(w, "storm")
    assert w.present(w.assertion("storm"), INTROSPECT).status == 200, "a key set over https is not used"
    start = fetches(w, "/storm")
    idle = [w.present(w.assertion("storm"), INTROSPECT).seconds for _ in range(20)]
    caller = None
    for i in range(300 if w.slow > 1 else 2000):
        if i % 9 == 0:
            caller = w.caller()
        answer = w.present(w.assertion("storm", header={"kid": f"random-{i}"}), INTROSPECT, via=caller)
        assert answer.status in (401, 429), answer
    made = fetches(w, "/storm") - start
    assert made <= 2, f"{made} fetches"
    busy = [w.present(w.assertion("storm"), INTROSPECT).seconds for _ in range(20)]
    assert sorted(busy)[18] < max(2 * sorted(idle)[18], 0.05 * w.slow), "good assertions became slow"


def case_078_kid_of_a_hosted_key_set(w):
    hosted(w, "kids")
    assert w.present(w.assertion("kids"), INTROSPECT).status == 200
    start = fetches(w, "/kids")
    for kid in ("../../dev/null", "' OR 1=1--", "k" * 9000, "a\u0000b", "https://127.0.0.66/"):
        w.refused(
            w.present(w.assertion("kids", header={"kid": kid}, sign=forge.ECKey()), INTROSPECT), 401, "invalid_client"
        )
    assert fetches(w, "/kids") - start <= 1, "more than one fetch a minute"


def case_094_key_set_answers(w):
    """Hostile answers of a key host: bounded, never trusted, never a crash."""
    good = forge.ECKey(kid="x-1")
    nested = b'{"keys":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    answers = {
        "html": b"<html>",
        "empty": b"",
        "array": b"[]",
        "noset": {"keys": "x"},
        "nested": nested,
        "big": b" " * (3 << 20),
        "oct": {"keys": [{"kty": "oct", "k": "AAAA", "kid": "x-1"}]},
        "none": {"keys": []},
        "many": {"keys": [good.jwk] * 5000},
        "weak": {"keys": [{"kty": "RSA", "n": "AQAB", "e": "Aw", "kid": "x-1"}]},
        "curve": {"keys": [{**good.jwk, "x": "A" * 43}]},
        "use": {"keys": [{**good.jwk, "use": "enc"}]},
    }
    w.watch.allowed_5xx = {503}
    for id, document in answers.items():
        hosted(w, f"h-{id}")
        w.keys[f"h-{id}"] = good
        w.key_host.documents[f"/h-{id}"] = document
        answer = w.present(w.assertion(f"h-{id}", header={"kid": "x-1"}), INTROSPECT)
        if id != "many":
            assert answer.status in (400, 401, 503), f"{id}: {answer}"
        assert answer.seconds < 2 * w.slow, f"{id}: {answer.seconds:.1f} s"


@critical
def case_095_key_hosts_are_authenticated(w):
    """A key set from a host whose certificate is for another name, self-signed, or of an unknown authority is none."""
    # requirement: 7515-8-2 7515-8-3 7515-10.3-1 oidc-registration-9.3-1
    if not w.key_host:
        raise Skip(w.no_outbound)
    w.watch.allowed_5xx = {503}
    key = forge.ECKey(kid="tls-1")
    for name, (certificate, private_key) in w.bad_certificates().items():
        host = KeyHost("127.0.0.10", certificate, private_key)
        try:
            host.documents["/jwks"] = {"keys": [key.jwk]}
            w.keys[f"tls-{name}"] = key
            w.client(f"tls-{name}", "private_key_jwt", jwks_uri=host.url())
            answer = w.present(w.assertion(f"tls-{name}"), INTROSPECT)
            assert answer.status in (400, 401, 503), f"{name}: {answer}"
            assert not host.fetches, f"{name}: the set was asked for"
        finally:
            host.close()


@critical
def case_095_no_request_to_inner_addresses(w):
    """jwks_uri with the trap behind it, in all the ways to write its address (I8: 0 connects)."""
    port = w.trap.port
    hosts = [
        "127.0.0.66",
        "2130706498",
        "0x7f000042",
        "0177.0.0.0102",
        "127.66",
        "127.0.66",
        "[::ffff:127.0.0.66]",
        "[::ffff:7f00:42]",
        "127.0.0.66.",
        "127.0.0.10@127.0.0.66",
        "0.0.0.0",
        "localhost",
        "[::1]",
        "[::]",
        "127.1",
        "[64:ff9b::7f00:42]",
        "%31%32%37.0.0.66",
        "１２７.0.0.66",
        "127。0。0。66",
        "[0:0:0:0:0:ffff:127.0.0.66]",
    ]
    urls = [f"https://{host}:{port}/jwks" for host in hosts]
    urls += [
        f"http://127.0.0.66:{port}/jwks",
        f"http://127.0.0.10:{port}/",
        "ftp://127.0.0.66/",
        "file:///etc/passwd",
        "gopher://127.0.0.66/",
        f"https://127.0.0.10#@127.0.0.66:{port}/",
        f"https://127.0.0.10\\@127.0.0.66:{port}/",
        f"//127.0.0.66:{port}/",
        "https://127.0.0.66\r\nX: y/",
        "https://",
    ]
    if w.key_host:
        w.key_host.redirects["/away"] = f"https://127.0.0.66:{port}/jwks"
        w.key_host.redirects["/plain"] = f"http://127.0.0.66:{w.trap.sockets[-1].getsockname()[1]}/jwks"
        urls += [w.key_host.url("/away"), w.key_host.url("/plain")]
    key = forge.ECKey(kid="trap-1")
    w.watch.allowed_5xx = {503}
    before = len(w.trap.hits)
    for number, url in enumerate(urls):
        id = f"trap-{number}"
        draft = {
            "id": id,
            "name": id,
            "authentication_method": "private_key_jwt",
            "grant_types": ["client_credentials"],
            "jwks_uri": url,
        }
        answer = w.admin("POST", "/admin/v1/clients", draft)
        assert answer.status in (201, 400), f"{url}: {answer}"
        if answer.status == 201:
            w.keys[id] = key
            start = time.monotonic()
            answer = w.present(w.assertion(id), INTROSPECT)
            assert answer.status in (401, 400, 503), f"{url}: {answer}"
            assert time.monotonic() - start < 5 + 3 * w.slow, f"{url} took {time.monotonic() - start:.1f} s"
    assert len(w.trap.hits) == before, f"the trap was reached: {w.trap.hits[before:]}"


def case_121_no_dynamic_registration(w):
    for path in ("/connect/register", "/oauth/register", "/clients", "/clients/web", "/reg"):
        answer = w.caller().send_json("POST", path, {"redirect_uris": ["https://app.test/cb"]})
        assert answer.status == 404, answer
    # The page on which people make themselves an account is another thing; it takes no JSON, and is off too.
    answer = w.caller().send_json("POST", "/register", {"redirect_uris": ["https://app.test/cb"]})
    assert answer.status in (400, 403, 404) and "client_id" not in answer.text, answer
    assert "registration_endpoint" not in w.metadata()
    assert "registration_endpoint" not in json.loads(w.http.get("/.well-known/openid-configuration").body)
