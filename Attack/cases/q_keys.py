"""API keys: making and using them, honey, leaks, and what a stranger gets out of them (037, 166, 229, 248, 251)."""

import hashlib
import time

from ..harness import forge
from ..harness.case import critical
from ..harness.people import PASSWORD, SIGN_IN, Page
from ..harness.world import RS1, TOKEN
from .b_entropy import bits_look_random, common_prefix

KEYS, NEW = "/account/keys", "/account/keys/new"
EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:tessera:params:token-type:api-key",
}
INACTIVE = '{"active":false}'


def made(w, **draft):
    """A key that an administrator made; what was answered."""
    draft = {"name": "attack", "client": "conf", "permissions": {RS1: "read"}, **draft}
    answer = w.admin("POST", "/admin/v1/api-keys", {k: v for k, v in draft.items() if v is not None}, expect=201).json()
    w.watch.secret(answer["api_key"])
    return answer


def ended(w, key):
    w.admin("DELETE", f"/admin/v1/api-keys/{key['id']}", expect=204)


def wrong_keys(text):
    """Near a real key: each with something wrong, and one with nothing wrong but that nobody made it."""
    body = text[4:47]
    other = body[:-2] + ("A" if body[-2] != "A" else "B") + body[-1]
    checksum = forge.b64(hashlib.sha256(b"tsk_" + other.encode()).digest())[:6]
    yield "tsk_" + other + text[47:]
    yield "tsk_" + other + checksum
    yield text[:-1] + ("A" if text[-1] != "A" else "B")
    yield from (text[:-1], text + "A", text + "=", text.upper(), "TSK_" + text[4:], "tsk_", "tsk_" + text)
    yield from (text.replace("tsk_", "tsc_"), text + "%00", " " + text)


def case_037_entropy_of_api_keys(w):
    count = 200
    w.client("entropic")
    w.permit("entropic", RS1, "read")
    keys = []
    for _ in range(count):
        key = made(w, client="entropic")
        keys.append(key["api_key"])
        ended(w, key)
    assert len(set(keys)) == count and all(len(key) == 53 and key.startswith("tsk_") for key in keys)
    assert common_prefix(keys) in (4, 5)
    bits_look_random([forge.unb64(key[4:47]) for key in keys], "API key")
    for key in keys:
        assert forge.b64(hashlib.sha256(key[:47].encode()).digest())[:6] == key[47:], "the checksum is another one"


@critical
def case_166_api_keys_of_other_sites(w):
    """No other site makes, replaces or ends a key of who is signed in; nor does a thief at an open browser."""
    w.furnish_people()
    words = {"read": {"text": "Read"}}
    w.admin("PATCH", "/admin/v1/resources/rs1", {"scope_descriptions": words}, expect=200)
    w.user("keyed", email="keyed@people.test", email_verified=True)
    browser, eve = w.browser(), w.browser()
    browser.sign_in("keyed")
    eve.sign_in("eve")
    form = Page(browser.get(NEW)).form(NEW)
    wish = {"name": "theirs", "scope": f"{RS1} read", "days": "90", "current": PASSWORD}
    token = dict(form.fields)["form_token"]
    stranger = dict(Page(eve.get(NEW)).form(NEW).fields)["form_token"]
    for path in (KEYS, NEW, "/account/keys/reroll"):
        for presented, headers in (
            (None, {}),
            ("", {}),
            (token[:-1], {}),
            (stranger, {}),
            (token, {"Origin": "https://evil.test"}),
            (token, {"Origin": "null"}),
            (token, {"Sec-Fetch-Site": "cross-site"}),
        ):
            fields = {**wish, "key": "AAAA"} | ({} if presented is None else {"form_token": presented})
            answer = browser.post(path, fields, headers)
            assert answer.status == 403 and "tsk_" not in answer.text, f"{path} {presented!r} {headers}: {answer}"
    answer = browser.post(NEW, {**wish, "current": "not the password", "form_token": token})
    assert answer.status == 403 and "tsk_" not in answer.text, "made without the password"
    for scope in (f"{RS1} write", f"{w.administration} tessera:admin:write", "https://nowhere.test read", "read", ""):
        answer = browser.post(NEW, {**wish, "scope": scope, "form_token": token})
        assert answer.status == 422 and "tsk_" not in answer.text, f"a key for {scope!r}: {answer}"
    assert "theirs" not in browser.get(KEYS).text, "somebody made a key"
    answer = browser.post(NEW, {**wish, "form_token": token})
    assert answer.status == 200, answer
    key = w.watch.secret("tsk_" + answer.text.split("tsk_")[1][:49])
    assert w.active(key)
    assert "tsk_" not in browser.get(KEYS).text, "the key can be read again"
    assert "no-store" in (answer.header("Cache-Control") or "")
    name = dict(Page(browser.get(KEYS)).form(KEYS).fields)["key"]
    stolen = Page(eve.get("/account/password")).form("/account/password")
    eve.post(KEYS, {"key": name, "form_token": dict(stolen.fields)["form_token"]})
    assert w.active(key), "somebody else ended the key"
    w.admin("POST", f"/admin/v1/users/{w.people['keyed']}/lockdown", {}, expect=None)
    assert not w.active(key), "the key outlives the lockdown"


@critical
def case_229_api_keys_hash_no_password(w):
    """A key that is wrong costs a look, not a password hash, and the answer says nothing about why."""
    w.furnish_people()
    key = made(w)
    assert w.active(key["api_key"]) and w.introspection(key["api_key"], by="rs2").text == INACTIVE
    browser = w.browser()
    form = Page(browser.get(SIGN_IN)).form(SIGN_IN)
    begun = time.perf_counter()
    browser.post(SIGN_IN, form.filled(login="nobody-here", password="wrong wrong wrong"))
    hashing = time.perf_counter() - begun
    for text in wrong_keys(key["api_key"]):
        answer = w.introspection(text)
        assert answer.status == 200 and answer.text == INACTIVE, f"{text}: {answer}"
        answer = w.caller().post(TOKEN, {**EXCHANGE, "subject_token": text})
        assert answer.status == 400 and answer.json()["error"] == "invalid_request", f"{text}: {answer}"
    best = 9.0
    for _ in range(5):
        begun = time.perf_counter()
        w.introspection("tsk_" + "A" * 49)
        best = min(best, time.perf_counter() - begun)
    assert best < hashing / 2, f"a wrong key took {best * 1000:.0f} ms, a sign-in {hashing * 1000:.0f} ms"
    ended(w, key)
    assert w.introspection(key["api_key"]).text == INACTIVE


@critical
def case_248_api_keys_are_not_read_back(w):
    """Neither a key nor its hash is in an answer, an audit event or a metric, and an exchange gives no more than the key."""
    key = made(w, networks=["127.0.0.0/8"])
    text = key["api_key"]
    assert w.introspection(text).text == INACTIVE, "bound to networks, and nobody said where from"
    answer = w.caller().post(TOKEN, {**EXCHANGE, "subject_token": text, "scope": "read"})
    assert answer.status == 200 and answer.json()["issued_token_type"].endswith(":access_token"), answer
    token = w.watch.secret(answer.json()["access_token"])
    assert w.active(token) and not w.active(token, by="rs2")
    for scope in ("write", "read write", "tessera:admin:read"):
        refused = w.caller().post(TOKEN, {**EXCHANGE, "subject_token": text, "scope": scope})
        assert refused.status == 400 and "access_token" not in refused.text, refused
    bodies = [
        w.admin("GET", path).text
        for path in ("/admin/v1/api-keys", f"/admin/v1/api-keys/{key['id']}", "/admin/v1/audit", "/metrics")
    ]
    digest = hashlib.sha256(text.encode()).digest()
    for body in bodies:
        for secret in (text, text[4:47], digest.hex(), forge.b64(digest)):
            assert secret not in body, "a key can be read back"
    ended(w, key)
    assert not w.active(token), "a token outlives its key"


@critical
def case_251_leaked_and_honey_keys(w):
    """A reported key ends within a second, whoever reports it; honey grants nothing. Nobody learns which is which."""
    key, honey = made(w), made(w, name="bait", client=None, permissions=None, honey=True, endless=True)
    before = w.admin("GET", "/metrics").text
    assert w.introspection(honey["api_key"]).text == INACTIVE
    refused = w.caller().post(TOKEN, {**EXCHANGE, "subject_token": honey["api_key"]})
    unknown = w.caller().post(TOKEN, {**EXCHANGE, "subject_token": "tsk_" + "A" * 49})
    assert refused.status == unknown.status == 400 and refused.text == unknown.text
    after = w.admin("GET", "/metrics").text
    assert before != after and 'tessera_alarms_total{alarm="honey_key_used"}' in after
    caller = w.caller()
    for text in (key["api_key"], honey["api_key"], "tsk_" + "A" * 49, "x", "tsk_"):
        answer = caller.send_json("POST", "/leaked-secrets", {"secret": text})
        assert (answer.status, answer.text) == (202, "{}"), answer
    for _ in range(100):
        if not w.active(key["api_key"]):
            break
        time.sleep(0.1)
    assert not w.active(key["api_key"]), "a leaked key goes on"
    assert w.admin("GET", f"/admin/v1/api-keys/{key['id']}").json()["state"] == "quarantined"
    assert w.admin("GET", f"/admin/v1/api-keys/{honey['id']}").json()["state"] == "active"
