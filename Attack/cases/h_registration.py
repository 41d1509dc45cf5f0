"""Clients that register themselves: who may, what they may say of themselves, and how many there can be (section H)."""

import urllib.parse

from ..harness import forge
from ..harness.case import Skip, critical
from ..harness.people import AUTHORIZE, CONSENT, Browser, Journey, Page

CALLBACK = "https://self.test/cb"


def register(w, value=None, *, via=None, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else None
    value = {"redirect_uris": [CALLBACK]} if value is None else value
    return (via or w.caller()).send_json("POST", "/clients", value, headers)


def registered(w, **more):
    """A client that registered itself where anybody may; what it was told."""
    answer = register(w, {"redirect_uris": [CALLBACK], **more})
    assert answer.status == 201, answer
    made = answer.json()
    w.watch.registered.add(CALLBACK)
    w.watch.secret(made["registration_access_token"], made.get("client_secret"))
    w.keep_secret(made["client_id"], made.get("client_secret"))
    return made


def managed(w, made, method="GET", value=None, token=None):
    path = made["registration_client_uri"][len(w.issuer) :]
    token = token or made["registration_access_token"]
    return w.caller().send_json(method, path, value, {"Authorization": f"Bearer {token}"})


@critical
def case_006_addresses_that_clients_register(w):
    """What an administrator may not register a client may not either, and not by a change of itself."""
    _, s = w.registering()
    made = registered(s)
    for address in (
        "javascript:alert(1)//cb",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>1</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://self.test/1",
        "https://self.test/*",
        "https://*.test/cb",
        "http://self.test/cb",
        "https://self.test/cb#f",
        "//self.test/cb",
        "",
    ):
        for kind in ("web", "native"):
            value = {"redirect_uris": [address], "application_type": kind}
            answers = [register(s, value)]
            if kind == "web":
                # A client may change itself 20 times at once.
                answers.append(managed(s, made, "PUT", {"client_id": made["client_id"], **value}))
            for answer in answers:
                assert answer.status == 400 and answer.json()["error"] == "invalid_redirect_uri", f"{address}: {answer}"
        for member in ("client_uri", "logo_uri", "policy_uri", "tos_uri"):
            # These are shown, so they have to be addresses of pages.
            if address in ("", "https://self.test/*", "https://self.test/cb#f"):
                continue
            answer = register(s, {"redirect_uris": [CALLBACK], member: address})
            assert answer.status == 400, f"{member} {address} was registered"
    assert managed(s, made).json()["redirect_uris"] == [CALLBACK]
    assert managed(s, made, "DELETE").status == 204


@critical
def case_121_registration_needs_a_token(w):
    s, _ = w.registering()
    assert s.metadata()["registration_endpoint"] == s.issuer + "/clients"
    token = s.admin("POST", "/admin/v1/registration-tokens", {"uses": 2}, expect=201).json()
    good = s.watch.secret(token["registration_token"])
    listed = s.admin("GET", "/admin/v1/registration-tokens", expect=200)
    assert good not in listed.text, "a list shows a token again"
    for wrong in (None, "tsi_" + "A" * 43, good[:-1], good + "A", good.upper(), "tsx" + good[3:], s.token("conf")):
        answer = register(s, token=wrong)
        assert answer.status == 401 and (answer.header("WWW-Authenticate") or "").startswith("Bearer "), answer
        # Who may not register is not told what would be wrong.
        assert register(s, b"{", token=wrong).status == 401
    assert register(s, {"redirect_uris": [CALLBACK], "token": good}).status == 401
    first, second = register(s, token=good), register(s, token=good)
    assert first.status == second.status == 201, (first, second)
    assert register(s, token=good).status == 401, "a token is good for more clients than it was made for"
    # A registration is managed with its own token and with no other.
    one, other = first.json(), second.json()
    for answer in (one, other):
        s.watch.secret(answer["registration_access_token"], answer["client_secret"])
    for method in ("GET", "PUT", "DELETE"):
        body = {"client_id": one["client_id"], "redirect_uris": [CALLBACK]} if method == "PUT" else None
        for token in (other["registration_access_token"], good, one["client_secret"]):
            assert managed(s, one, method, body, token).status == 401, method
    assert managed(s, one).status == 200
    ended = s.admin("POST", "/admin/v1/registration-tokens", {}, expect=201).json()
    s.watch.secret(ended["registration_token"])
    s.admin("DELETE", f"/admin/v1/registration-tokens/{ended['id']}", expect=204)
    assert register(s, token=ended["registration_token"]).status == 401, "an ended token registers"


def case_095_sector_of_a_client(w):
    """What a client says is elsewhere is fetched from public addresses only, and nobody is told what was there."""
    _, s = w.registering()
    before, told = len(w.trap.hits), set()
    for host in ("127.0.0.66", "[::1]", "localhost", "127.0.0.67", "0.0.0.0"):
        url = f"https://{host}:{w.trap.port}/s.json"
        answer = register(s, {"redirect_uris": [CALLBACK], "sector_identifier_uri": url})
        assert answer.status == 400 and answer.json()["error"] == "invalid_client_metadata", answer
        told.add(answer.text)
    assert len(w.trap.hits) == before, "the trap was reached"
    if not s.key_host:
        raise Skip(s.no_outbound)
    documents = ({"a": 1}, [], ["https://self.test/cb/"], [CALLBACK, 1], b"[" * 100_000, b'["' + b"x" * 2_000_000)
    for number, document in enumerate(documents):
        s.key_host.documents[f"/sector{number}"] = document
        uri = s.key_host.url(f"/sector{number}")
        answer = register(s, {"redirect_uris": [CALLBACK], "sector_identifier_uri": uri})
        assert answer.status == 400, answer
    s.key_host.redirects["/moved"] = s.key_host.url("/listed")
    s.key_host.documents["/listed"] = [CALLBACK]
    moved = register(s, {"redirect_uris": [CALLBACK], "sector_identifier_uri": s.key_host.url("/moved")})
    assert moved.status == 400, "a redirect is followed"
    told.add(moved.text)
    assert len(told) == 1, "the answers tell what is inside"
    listed = register(s, {"redirect_uris": [CALLBACK], "sector_identifier_uri": s.key_host.url("/listed")})
    assert listed.status == 201, listed


def case_014_gone_flows_by_registration(w):
    """What does not exist cannot be had by registering for it."""
    _, s = w.registering()
    for more in (
        {"response_types": ["token"]},
        {"response_types": ["id_token token"]},
        {"response_types": ["code", "code token"]},
        {"grant_types": ["implicit"]},
        {"grant_types": ["authorization_code", "implicit"]},
        {"grant_types": ["password"]},
    ):
        answer = register(s, {"redirect_uris": [CALLBACK], **more})
        if answer.status == 201:
            # A server may register less than it was asked for, and says so (RFC 7591 §2).
            made = answer.json()
            s.watch.secret(made["registration_access_token"], made.get("client_secret"))
            assert made["response_types"] == ["code"], made
            assert not {"implicit", "password"} & set(made["grant_types"]), made
            assert managed(s, made, "DELETE").status == 204
        else:
            assert answer.status == 400 and answer.json()["error"] == "invalid_client_metadata", answer


def case_126_secrets_of_registered_clients(w):
    _, s = w.registering()
    public = registered(s, token_endpoint_auth_method="none")
    assert "client_secret" not in public and "client_secret_expires_at" not in public, sorted(public)
    assert "client_secret" not in managed(s, public).json()
    secretive = registered(s, grant_types=["authorization_code", "refresh_token"])
    assert secretive["client_secret"] and secretive["client_secret_expires_at"] == 0
    assert "client_secret" not in managed(s, secretive).json(), "a secret is shown again"
    keyed = registered(s, token_endpoint_auth_method="private_key_jwt", jwks={"keys": [forge.ECKey(kid="k").jwk]})
    assert "client_secret" not in keyed
    # Who has a secret cannot do without, by any other method either.
    id = secretive["client_id"]
    journey = Journey(s, id, redirect_uri=CALLBACK, scope="openid offline_access").through(Browser(s))
    fields = {
        "grant_type": "authorization_code",
        "code": journey.code,
        "redirect_uri": CALLBACK,
        "code_verifier": journey.verifier,
    }
    for proof in ({}, {"client_secret": ""}, {"client_secret": "x"}, {"client_secret": secretive["client_secret"]}):
        answer = s.caller().post("/token", {**fields, "client_id": id, **proof})
        s.refused(answer, 401, "invalid_client")
    tokens = journey.tokens()
    answer = s.caller().post(
        "/token", {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": id}
    )
    s.refused(answer, 401, "invalid_client")
    # One that becomes public takes nothing along of what it was given when it had to prove who it is.
    change = {
        "client_id": id,
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
    }
    answer = managed(s, secretive, "PUT", change)
    assert answer.status == 200 and "client_secret" not in answer.json(), answer
    answer = s.caller().post(
        "/token", {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": id}
    )
    s.refused(answer, 400, "invalid_grant")
    s.refused(s.at_token(id, {"grant_type": "client_credentials"}), 401, "invalid_client")


def case_127_registered_names(w):
    """The page says that nobody looked at the client, and where its answer goes; the name is text and draws nothing."""
    _, s = w.registering()
    browser = Browser(s)
    browser.sign_in("bob")
    for name in ("<b>Bank</b><script>alert(1)</script>", '"><img src=x>', "{{title}}", "A\u202egnaB", "x" * 10_000, "Web\u200b"):
        value = {
            "redirect_uris": [CALLBACK],
            "client_name": name,
            "client_uri": "https://bank.test/",
            "logo_uri": "https://self.test/logo.png",
        }
        answer = register(s, value)
        if answer.status == 400:
            assert answer.json()["error"] == "invalid_client_metadata", answer
            continue
        made = answer.json()
        assert answer.status == 201 and "\u202e" not in name and len(name) < 1000, answer
        s.watch.secret(made["registration_access_token"], made["client_secret"])
        s.watch.registered.add(CALLBACK)
        request = Journey(s, made["client_id"], redirect_uri=CALLBACK, scope="openid").request
        page = browser.get(AUTHORIZE + "?" + urllib.parse.urlencode(request))
        assert Page(page).form(CONSENT), page
        words = " ".join(Page(page).words)
        assert "Nobody here has checked this application" in words, "the page does not say that it is unverified"
        assert "self.test" in words, "the host of the client is not told"
        assert "bank.test" not in words, "a host that proves nothing is shown"
        for raw in ("<b>", "<script>alert", "<img src=x", "logo.png", "\u202e"):
            assert raw not in page.text, f"{name} reached the page as {raw}"
        sources = (page.header("Content-Security-Policy") or "").split("img-src")[1].split(";")[0]
        assert sources.split() == ["'self'"], sources
        assert managed(s, made, "DELETE").status == 204


def case_128_statements_and_floods(w):
    _, s = w.registering()
    s.watch.allowed_5xx = {503}
    for statement in (
        "e30.e30.",
        forge.compact({"alg": "ES256"}, {"iss": "https://trust.test", "client_name": "Bank"}, forge.ECKey()),
        forge.compact({"alg": "ES256"}, {"iss": s.issuer, "redirect_uris": ["https://evil.test/cb"]}, forge.ECKey()),
        "",
        7,
    ):
        answer = register(s, {"redirect_uris": [CALLBACK], "software_statement": statement})
        assert answer.status == 400 and answer.json()["error"] == "invalid_client_metadata", answer

    def count():
        page = s.admin("GET", "/admin/v1/clients?limit=1000", expect=200).json()["clients"]
        return sum(client["self_registered"] for client in page)

    before, size = count(), s.server.rss()
    caller = s.caller()
    statuses = [register(s, via=caller).status for _ in range(1000)]
    assert set(statuses) <= {201, 429}, set(statuses)
    assert statuses.count(201) <= 60 and statuses[-1] == 429, "a flood from one address is not slowed"
    slowed = register(s, via=caller)
    assert int(slowed.header("Retry-After")) > 0, slowed.headers
    # From everywhere at once there is room for as many as the operator allows, and no more.
    statuses = [register(s).status for _ in range(200)]
    assert set(statuses) <= {201, 503} and statuses[-1] == 503, set(statuses)
    assert before <= count() <= 60, count()
    assert s.server.rss() - size < 32 << 20, f"{(s.server.rss() - size) >> 20} MiB more"
    # Those that somebody uses go on, and an administrator makes room.
    assert s.token("conf")


def case_128_attempts_of_one_address(w):
    """Who guesses from one address has to wait, for tokens of both kinds; who has a right one does not, nor anybody else."""
    s, _ = w.registering()
    token = s.admin("POST", "/admin/v1/registration-tokens", {"uses": 45}, expect=201).json()["registration_token"]
    s.watch.secret(token)
    # A right token is good for as many as it says, also from one address and also at once.
    good, made = s.caller(), []
    for _ in range(45):
        answer = register(s, via=good, token=token)
        assert answer.status == 201, f"the {len(made) + 1}th of 45 waits: {answer}"
        made.append(answer.json())
        s.watch.secret(made[-1]["registration_access_token"], made[-1].get("client_secret"))
    assert register(s, via=good, token=token).status == 401
    one, other = made[:2]
    for each in made[2:]:
        assert managed(s, each, "DELETE").status == 204

    def slowed(via, act, count=60):
        """Asserts that what is refused is slowed down, and that the address alone is."""
        answers = [act(via) for _ in range(count)]
        assert {answer.status for answer in answers} <= {400, 401, 429}, {answer.status for answer in answers}
        assert answers[0].status != 429 and answers[-1].status == 429, "guesses are not slowed down"
        waiting = [answer for answer in answers if answer.status == 429]
        assert len(waiting) >= 10 and all(int(answer.header("Retry-After")) > 0 for answer in waiting), waiting
        assert act(s.caller()).status in (400, 401), "another address has to wait, too"

    def guess(number):
        return lambda via: register(s, via=via, token=(None, "tsi_" + "A" * 43, s.token("conf"))[number])

    for number in range(3):
        slowed(s.caller(), guess(number))
    # With a right token what is wrong in the request counts as well.
    spare = s.admin("POST", "/admin/v1/registration-tokens", {"uses": 2}, expect=201).json()["registration_token"]
    s.watch.secret(spare)
    attacker = s.caller()
    slowed(attacker, lambda via: register(s, {"redirect_uris": ["javascript:alert(1)"]}, via=via, token=spare))
    assert register(s, via=attacker, token=spare).status == 429, "a right token is how one goes on at once"
    answer = register(s, token=spare)
    assert answer.status == 201, "what was refused spent the token"
    s.watch.secret(answer.json()["registration_access_token"], answer.json().get("client_secret"))
    assert managed(s, answer.json(), "DELETE").status == 204
    # The token of another's registration.
    path = one["registration_client_uri"][len(s.issuer) :]
    for wrong in (other["registration_access_token"], "tst_" + "A" * 43):
        bearer = {"Authorization": f"Bearer {wrong}"}
        slowed(s.caller(), lambda via, bearer=bearer: via.send_json("GET", path, None, bearer))
    assert managed(s, one).status == 200, "a stranger locked a client out"
    # Changes of one client wait from wherever they come, and those of another do not.
    change = {"client_id": one["client_id"], "redirect_uris": [CALLBACK]}
    statuses = [managed(s, one, "PUT", change).status for _ in range(30)]
    assert set(statuses) == {200, 429} and statuses[0] == 200 and statuses[-1] == 429, statuses
    assert managed(s, other, "PUT", {"client_id": other["client_id"], "redirect_uris": [CALLBACK]}).status == 200
    assert managed(s, other, "DELETE").status == 204
    s.admin("DELETE", f"/admin/v1/clients/{one['client_id']}", expect=204)
