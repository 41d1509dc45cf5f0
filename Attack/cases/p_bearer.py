"""The administration API as the protected resource that it is (RFC 6750, RFC 9068 §4)."""

import re

from ..harness.case import critical
from ..harness.world import RS1

ATTRIBUTE = re.compile(r'([a-z_]+)="([^"\\]*)"')


def challenge(answer):
    """The attributes of a Bearer challenge, each at most once."""
    text = answer.header("WWW-Authenticate")
    assert text and re.fullmatch(r'Bearer [a-z_]+="[^"\\]*"(, ?[a-z_]+="[^"\\]*")*', text), f"challenge {text!r}"
    pairs = ATTRIBUTE.findall(text)
    assert len({name for name, _ in pairs}) == len(pairs), f"an attribute comes twice: {text}"
    found = dict(pairs)
    assert re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*", found.get("scope", "a")), text
    return found


@critical
def case_246_bearer_tokens(w):
    """How a token is presented, and what each refusal says."""
    # requirement: 6750-2-1 6750-2.1-1 6750-2.1-2 6750-2.3-3 6750-3-1 6750-3-2 6750-3-3 6750-3-4 6750-3-5 6750-3-6 6750-3-7 6750-3-8
    # requirement: 6750-3.1-1 6750-3.1-2 6750-3.1-3 6750-3.1-4 6750-3.1-5 6750-5.3-5 6749-7-1 6749-7-3 6749-7.2-1 9068-4-14 9068-4-15
    path = "/admin/v1/status"
    reader = w.token("ro", w.administration, "tessera:admin:read")
    for good in (f"Bearer {reader}", f"bearer {reader}", f"BEARER  {reader}"):
        assert w.admin_tcp().get(path, headers={"Authorization": good}).status == 200, good[:10]
    bare = w.admin_tcp().get(path)
    assert bare.status == 401 and not {"error", "error_description", "error_uri"} & set(challenge(bare)), bare.headers
    for other in ("Basic YTpi", "Digest x", "DPoP " + reader):
        answer = w.admin_tcp().get(path, headers={"Authorization": other})
        assert answer.status == 401 and challenge(answer), answer
    for wrong in ("x", "a.b.c", "tsa_" + "A" * 300, reader[:-1], w.token("conf", RS1), w.token("svc2", RS1)):
        answer = w.admin_tcp().get(path, headers={"Authorization": f"Bearer {wrong}"})
        assert answer.status == 401 and challenge(answer).get("error") == "invalid_token" == answer.error, answer
    for wrong in (
        "Bearer",
        "Bearer ",
        f"Bearer {reader} {reader}",
        f"Bearer {reader},",
        f"Bearer\t{reader}",
        'Bearer "x"',
        "Bearer é".encode().decode("latin-1"),
    ):
        answer = w.admin_tcp().get(path, headers={"Authorization": wrong})
        assert answer.status in (400, 401) and answer.status != 200, answer
        if answer.status == 401:
            challenge(answer)
    twice = w.admin_tcp().get(
        path, headers=[("Authorization", f"Bearer {reader}"), ("Authorization", f"Bearer {reader}")]
    )
    assert twice.status in (400, 401), "two tokens are accepted"
    both = w.admin_tcp().get(f"{path}?access_token={reader}", headers={"Authorization": f"Bearer {reader}"})
    assert both.status == 400 and both.error == "invalid_request", both
    assert w.admin_tcp().get(f"{path}?access_token={reader}").status in (400, 401)
    form = w.admin_tcp().post("/admin/v1/keys/rotate", {"access_token": reader})
    assert form.status in (400, 401, 415), form
    narrow = w.admin_tcp().send_json(
        "POST",
        "/admin/v1/clients",
        {"name": "x", "authentication_method": "none"},
        {"Authorization": f"Bearer {reader}"},
    )
    said = challenge(narrow)
    assert (
        narrow.status == 403
        and said["error"] == "insufficient_scope" == narrow.error
        and said.get("scope") == "tessera:admin:write"
    ), narrow.headers
    writer = w.token("adm", w.administration, "tessera:admin:write")
    malformed = w.admin_tcp().send_json(
        "POST", "/admin/v1/clients", {"colour": "red"}, {"Authorization": f"Bearer {writer}"}
    )
    assert malformed.status == 400 and malformed.error == "invalid_request", malformed


def case_084_what_a_token_says(w):
    """Each claim once, a type of its own, an audience, a short life, a subject that nobody can choose."""
    # requirement: 6750-5.2-10 6750-5.3-3 6750-5.3-4 7519-4-1 8725-3.11-2 8725-3.11-4 9068-4-1 9068-5-1 6749-2.2-1 6749-2-3 7519-4.1.2-1 7519-4.1.7-2
    import json

    from ..harness import forge

    answer = w.ask("conf", resource=RS1, scope="read").json()
    first, payload, _ = answer["access_token"].split(".")
    names = []

    def once(pairs):
        names.extend(name for name, _ in pairs)
        assert len({name for name, _ in pairs}) == len(pairs), f"a name comes twice: {pairs}"
        return dict(pairs)

    header, claims = (json.loads(forge.unb64(part), object_pairs_hook=once) for part in (first, payload))
    assert header["typ"] == "at+jwt" and header["alg"] == "ES256" and set(header) == {"alg", "typ", "kid"}, header
    assert claims["aud"] == RS1 and claims["sub"] == claims["client_id"] == "conf" and claims["iss"] == w.issuer, claims
    assert 0 < claims["exp"] - claims["iat"] == answer["expires_in"] <= 3600, "a default lifetime over an hour"
    assert all(key["kty"] in ("EC", "RSA", "OKP") for key in w.jwks()["keys"])
    # Clients and resources share one space of names, so that no subject can be taken for another's.
    taken = {"id": "conf", "name": "x", "authentication_method": "client_secret_basic"}
    w.admin("POST", "/admin/v1/clients", taken, expect=409)
    w.admin("POST", "/admin/v1/clients", {**taken, "id": "rs1"}, expect=409)
    resource = {"id": "conf", "name": "x", "identifier": "https://new.test/", "scope": "a"}
    w.admin("POST", "/admin/v1/resources", resource, expect=409)
    w.admin("POST", "/admin/v1/resources", {**resource, "id": "new", "identifier": RS1}, expect=409)
    for missing in ("name", "authentication_method"):
        draft = {name: value for name, value in {**taken, "id": "half"}.items() if name != missing}
        w.admin("POST", "/admin/v1/clients", draft, expect=400)
    w.admin(
        "POST", "/admin/v1/clients", {"id": "half", "name": "x", "authentication_method": "private_key_jwt"}, expect=400
    )
    other = w.other()
    mine = {forge.parts(w.token("conf", RS1))[1]["jti"] for _ in range(50)}
    theirs = {forge.parts(other.token("conf", RS1))[1]["jti"] for _ in range(50)}
    assert len(mine | theirs) == 100, "two issuers made one jti"
