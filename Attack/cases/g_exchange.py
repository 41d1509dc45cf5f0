"""Token exchange (section G): what a key may be exchanged for, by whom, and what ends it (115, 116)."""

import json
import urllib.parse

from ..harness import forge
from ..harness.case import critical, waited
from ..harness.world import RS1, RS2, TOKEN
from .q_keys import EXCHANGE, ended, made

GRANT = EXCHANGE["grant_type"]
KINDS = ("access_token", "refresh_token", "id_token", "jwt", "saml2")


def exchanged(w, key, by=None, **more):
    """The answer to an exchange, by a client or by the key alone."""
    fields = {**EXCHANGE, "subject_token": key["api_key"], **more}
    return w.at_token(by, fields) if by else w.caller().post(TOKEN, fields)


def bought(w, key, by=None, **more):
    answer = exchanged(w, key, by, **more)
    assert answer.status == 200, answer
    return w.watch.secret(answer.json()["access_token"])


def keeper(w, id, scope="read write"):
    """A key of a program that no other case uses."""
    w.client(id)
    w.permit(id, RS1, scope)
    return made(w, client=id, permissions={RS1: scope})


@critical
def case_115_exchange_policy(w):
    """No exchange gives more than the key says, for another resource or of another kind, nor to a client that may not ask."""
    key = keeper(w, "keeper115", "read")
    w.client("exch115", grant_types=[GRANT])
    for by in ("exch115", None):
        for fields, code in (
            ({"resource": RS2}, "invalid_target"),
            ({"resource": w.administration}, "invalid_target"),
            ({"resource": "https://nowhere.test"}, "invalid_target"),
            ({"audience": "rs2"}, "invalid_target"),
            ({"scope": "write"}, "invalid_scope"),
            ({"scope": "read write"}, "invalid_scope"),
            ({"scope": "tessera:admin:write"}, "invalid_scope"),
            ({"actor_token": key["api_key"], "actor_token_type": EXCHANGE["subject_token_type"]}, "invalid_request"),
            ({"actor_token_type": EXCHANGE["subject_token_type"]}, "invalid_request"),
            *(
                ({"requested_token_type": f"urn:ietf:params:oauth:token-type:{kind}"}, "invalid_request")
                for kind in KINDS[1:]
            ),
        ):
            w.refused(exchanged(w, key, by, **fields), 400, code)
        assert w.active(bought(w, key, by)), "and what is allowed is given"
    # Who may not ask: a client without the grant, one without a secret, one that is disabled, one that is nobody.
    w.refused(exchanged(w, key, "conf"), 400, "unauthorized_client")
    w.refused(exchanged(w, key, "pub"), 400, "unauthorized_client")
    w.refused(exchanged(w, key, "off"), 401, "invalid_client")
    w.refused(exchanged(w, key, client_id="exch115"), 401, "invalid_client")
    # What is no key: tokens of this server, genuine and forged, under every name of a kind.
    token = w.token("conf")
    first, payload, _ = token.split(".")
    nothing = ".".join((forge.b64(forge.octets({**json.loads(forge.unb64(first)), "alg": "none"})), payload, ""))
    for text in (token, nothing, w.token("conf", resource=RS2), "a.b.c", ""):
        for kind in (*(f"urn:ietf:params:oauth:token-type:{kind}" for kind in KINDS), EXCHANGE["subject_token_type"]):
            fields = {"grant_type": GRANT, "subject_token": text, "subject_token_type": kind}
            w.refused(w.at_token("exch115", fields), 400, "invalid_request")
            w.refused(w.caller().post(TOKEN, fields), 400, "invalid_request")


@critical
def case_116_exchange_lifetime(w):
    """What a key was exchanged for ends with the key, before it, and with all that the key was worth: here and at the gateway."""
    w.client("exch116", grant_types=[GRANT])
    short = made(w, expires_in=60)
    for by in ("exch116", None):
        answer = exchanged(w, short, by)
        assert answer.status == 200 and answer.json()["expires_in"] <= 60, answer
        assert "refresh_token" not in answer.json(), answer
    guard = w.gateway()

    def end(path):
        assert w.admin("POST", path).status in (200, 204), path

    def narrowed(id):
        w.permit(id, RS1, "write")

    def taken(id):
        w.admin("DELETE", f"/admin/v1/clients/{id}/permissions?resource=" + urllib.parse.quote(RS1, safe=""), expect=204)

    for index, act in enumerate(
        (
            lambda id, key: ended(w, key),
            lambda id, key: narrowed(id),
            lambda id, key: taken(id),
            lambda id, key: end(f"/admin/v1/clients/{id}/revoke-tokens"),
            lambda id, key: end(f"/admin/v1/subjects/{id}/revoke-tokens"),
            lambda id, key: w.admin("PATCH", f"/admin/v1/clients/{id}", {"enabled": False}, expect=200),
        )
    ):
        id = f"keeper116-{index}"
        key = keeper(w, id)
        tokens = [bought(w, key), bought(w, key, "exch116")]
        for token in tokens:
            assert w.active(token) and guard.ask("/files/1", token).status == 200, "before it ended"
        act(id, key)
        for token in tokens:
            assert not w.active(token), f"what ended left a token: {index}"
            assert waited(lambda: guard.ask("/files/1", token).status == 401), f"at the gateway: {index}"
        assert w.active(w.token("conf")), "others lost something"
