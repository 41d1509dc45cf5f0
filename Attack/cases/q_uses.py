"""What each use of an API key costs its owner, or gives its thief away (094, 251)."""

import hashlib
import os
import re
import time

from ..harness import forge
from ..harness.case import at_once, critical, waited
from ..harness.proxy import ended as closed
from ..harness.site import WAYS
from ..harness.world import INTROSPECT, REVOKE, RS1, TOKEN
from .n_asked import ask
from .n_gateway import identity
from .q_keys import EXCHANGE, INACTIVE, ended, made

QUOTA = 6


def metered(w, uses=QUOTA):
    """A key that is good for so many uses, all of them now."""
    if w.admin("GET", "/admin/v1/clients/metered").status == 404:
        w.client("metered")
        w.permit("metered", RS1, "read")
    return made(w, client="metered", quota=uses, quota_period=86_400)


def introspected(w, key, by="rs1", via=None, **more):
    fields = {"token": key["api_key"], **more}
    answer = (via or w.caller()).post(INTROSPECT, fields, authorization=w.auth(by))
    assert answer.status == 200, answer
    return answer.json()


@critical
def case_094_uses_of_a_metered_key(w):
    """A key with a quota is good for as many requests as it says: no memory of a gateway serves one more, however many
    come at once, by however many ways."""
    # Each introspection is one use, and the answer says that it is for one request.
    key = metered(w)
    for _ in range(QUOTA):
        said = introspected(w, key)
        assert said["active"] and said["tessera_metered"] is True, said
    for _ in range(3):
        assert introspected(w, key) == {"active": False}, "beyond its quota"
    # What only goes on is no use; what nobody may know of the key takes nothing from it.
    key = metered(w)
    for _ in range(QUOTA * 3):
        assert introspected(w, key, standing="true")["active"], "to stay was counted"
        assert not introspected(w, key, by="rs2")["active"]
        assert not introspected(w, {"api_key": key["api_key"][:-1] + "."})["active"]
    w.refused(w.caller().post(INTROSPECT, {"token": key["api_key"]}), 401, "invalid_client")
    taken = at_once(24, lambda _: introspected(w, key)["active"])
    assert taken.count(True) == QUOTA, f"{taken.count(True)} uses at once of a key that has {QUOTA}"
    for value in ("true", "false", "1", ""):
        said = introspected(w, key, standing=value)["active"]
        assert said == (value == "true"), f"standing={value}: {said}"
    # Exchanges count as well, and say when to come again.
    key = metered(w, 2)
    fields = {**EXCHANGE, "subject_token": key["api_key"]}
    answers = at_once(8, lambda _: w.caller().post(TOKEN, fields))
    assert [answer.status for answer in answers].count(200) == 2, answers
    for answer in answers:
        if answer.status == 200:
            w.watch.secret(answer.json()["access_token"])
        else:
            assert (
                answer.status == 429 and int(answer.header("Retry-After")) > 0 and "access_token" not in answer.text
            ), answer
    assert introspected(w, key) == {"active": False}


@critical
def case_094_metered_keys_at_the_gateway(w):
    guard, proxy = w.gateway(), w.proxy()
    # One that is not counted is remembered, so that what follows shows something.
    free = made(w)
    assert all(proxy.pass_on("/files/1", free["api_key"]).status == 200 for _ in range(QUOTA * 2))
    ended(w, free)
    # Two gateways, each as a proxy or asked by one, at once: together as often as the key says.
    key = metered(w)
    proxy.behind.forget()

    def use(number):
        if number % 4 == 0:
            return proxy.pass_on("/files/1", key["api_key"]).status == 200
        if number % 4 == 1:
            return guard.ask("/files/1", key["api_key"]).status == 200
        return ask(proxy, WAYS[number % 3], "/files/1", key["api_key"]).status == 200

    passed = at_once(40, use)
    assert passed.count(True) == QUOTA, f"{passed.count(True)} of 40 at once with a key that has {QUOTA} uses"
    assert len(proxy.behind.asked) <= QUOTA
    # It stays so, and the issuer says the same.
    time.sleep(2.5)
    proxy.behind.forget()
    for way in WAYS:
        answer = ask(proxy, way, "/files/1", key["api_key"])
        assert answer.status in (401, 403) and not identity(answer), (way, answer)
    assert proxy.pass_on("/files/1", key["api_key"]).status == 401 and not proxy.behind.asked
    assert introspected(w, key) == {"active": False}
    # One after the other, over one connection: no answer is served twice.
    key = metered(w)
    caller = proxy.client()
    fields = [("Authorization", f"Bearer {key['api_key']}")]
    seen = [caller.get("/files/1", headers=fields).status for _ in range(QUOTA + 3)]
    assert seen == [200] * QUOTA + [401] * 3, seen
    assert len(proxy.behind.asked) == QUOTA
    # A stream is one use for as long as it stands, also beyond the quota, and not beyond the key.
    key = metered(w, 2)
    sock, found = proxy.websocket("/files/socket", key["api_key"])
    assert found.startswith(b"HTTP/1.1 101"), found[:120]
    assert proxy.pass_on("/files/1", key["api_key"]).status == 200
    assert proxy.pass_on("/files/1", key["api_key"]).status == 401
    assert not closed(sock, 4), "a quota that is used up ended what stood"
    # Nobody says of a request that it only goes on.
    for target in ("/files/1?standing=true", "/files/1"):
        said = [("Standing", "true"), ("X-Tessera-Standing", "true")]
        assert proxy.pass_on(target, key["api_key"], headers=said).status == 401, target
    ended(w, key)
    assert closed(sock, 60), "a stream outlives its key"


def invented():
    """A key that nobody made, and that has the form of one."""
    body = "tsk_" + forge.b64(os.urandom(32))
    return body + forge.b64(hashlib.sha256(body.encode()).digest())[:6]


def alarms(w):
    found = re.search(
        r'^tessera_alarms_total\{alarm="honey_key_used"\} (\d+)', w.admin("GET", "/metrics").text, re.MULTILINE
    )
    return int(found.group(1)) if found else 0


def noted(w, key):
    """How many uses of the key the audit log tells of."""
    events = w.admin("GET", "/admin/v1/audit?action=api_key.honey_used&limit=1000&order=desc", expect=200).json()[
        "events"
    ]
    return sum(event.get("count", 1) for event in events if key["id"] in event["target"])


def bare(answer):
    """What a thief sees of an answer, without what is new each time."""
    told = {name.lower(): value for name, value in answer.headers if name.lower() not in ("date", "x-request-id")}
    return answer.status, answer.text.replace(answer.header("X-Request-ID") or "-", "ID"), told


@critical
def case_251_honey_keys_wherever_they_are_shown(w):
    """Bait raises the alarm at every place where a thief may try it, and each place answers as to a key of nobody."""
    honey = made(w, name="bait", client=None, permissions=None, honey=True, endless=True)
    grant, kind = EXCHANGE["grant_type"], EXCHANGE["subject_token_type"]
    jwt = "urn:ietf:params:oauth:token-type:jwt"
    exchange = {"grant_type": grant, "subject_token_type": kind}
    forms = [
        (TOKEN, {**exchange, "subject_token": "KEY"}), (TOKEN, {"grant_type": grant, "subject_token": "KEY"}),
        (TOKEN, {**exchange, "subject_token": "KEY", "subject_token_type": jwt}), (TOKEN, {"subject_token": "KEY"}),
        (TOKEN, {**exchange, "subject_token": "KEY", "requested_token_type": "x"}),
        (TOKEN, {**exchange, "subject_token": "KEY", "scope": '"'}), (TOKEN, {**exchange, "subject_token": "KEY", "resource": RS1}),
        (TOKEN, {**exchange, "subject_token": "x", "actor_token": "KEY", "actor_token_type": kind}),
        (INTROSPECT, {"token": "KEY"}), (INTROSPECT, {"token": "KEY", "standing": "true"}),
        (INTROSPECT, {"token": "KEY", "caller_address": "192.0.2.1"}), (INTROSPECT, {"token": "KEY", "token_type_hint": "refresh_token"}),
        (REVOKE, {"token": "KEY"}),
    ]  # fmt: skip

    def told(show):
        """The answer to the bait, which alarms, and the same to what nobody made, which does not."""
        before = alarms(w)
        answer = show(honey["api_key"])
        assert alarms(w) == before + 1, f"no alarm, or two: {answer}"
        usual = show(w.watch.secret(invented()))
        assert alarms(w) == before + 1, "an invention rings the bell"
        assert bare(answer) == bare(usual), (bare(answer), bare(usual))
        return answer

    wrong = "Basic " + forge.b64(b"conf:tsc_" + b"z" * 43) + "=="
    shown = 0
    for path, fields in forms:
        for by in (None, "conf", "rs1", "rs2", wrong):
            # Each from an address of its own, since wrong secrets are slowed down.
            authorization = w.auth(by) if by in w.secrets else by

            def post(key, path=path, fields=fields, authorization=authorization):
                filled = {name: key if value == "KEY" else value for name, value in fields.items()}
                return w.caller().post(path, filled, authorization=authorization)

            answer = told(post)
            shown += 1
            assert answer.status in (200, 400, 401) and "access_token" not in answer.text, (path, fields, by, answer)
            if path == INTROSPECT and by in ("rs1", "rs2"):
                assert answer.text == INACTIVE, answer
    # As a bearer token.
    for method, path in (("GET", "/userinfo"), ("POST", "/userinfo")):
        answer = told(
            lambda key, m=method, p=path: w.caller().request(m, p, headers={"Authorization": f"Bearer {key}"}, body=b"")
        )
        shown += 1
        assert answer.status == 401, answer
    for method, path, value in (
        ("GET", "/admin/v1/status", None), ("GET", "/admin/v1/api-keys", None), ("GET", "/admin/v1/nothing", None),
        ("POST", "/admin/v1/clients", {"id": "bait"}), ("DELETE", "/admin/v1/clients/conf", None),
    ):  # fmt: skip
        answer = told(
            lambda key, m=method, p=path, v=value: w.admin_tcp().send_json(m, p, v, {"Authorization": f"Bearer {key}"})
        )
        shown += 1
        assert answer.status in (401, 404), (path, answer)
    # At gateways, of which each asks once about one address and remembers the refusal for a moment.
    guard, proxy = w.gateway(), w.proxy()
    proxy.behind.forget()
    addresses = (f"192.0.2.{number}" for number in range(1, 200))

    def at(show):
        nonlocal shown
        address = [("X-Forwarded-For", next(addresses))]
        answer = told(lambda key: show(key, address))
        shown += 1
        assert answer.status in (401, 403) and not identity(answer), (answer, answer.headers)

    at(lambda key, more: guard.ask("/files/1", key, headers=more))
    for way in WAYS:
        at(lambda key, more, way=way: ask(proxy, way, "/files/1", key, more))
    at(lambda key, more: proxy.pass_on("/files/1", key, headers=more))
    at(lambda key, more: proxy.pass_on("/files/private/1", key, "POST", more))
    assert not proxy.behind.asked, "bait opened something"
    assert waited(lambda: noted(w, honey) == shown), f"{noted(w, honey)} of {shown} uses are in the audit log"
    assert w.admin("GET", f"/admin/v1/api-keys/{honey['id']}").json()["state"] == "active", "thieves are told to stop"
