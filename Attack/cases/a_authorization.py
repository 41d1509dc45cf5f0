"""The authorization request: where answers may go, and what a request may ask for (section A)."""

import json
import urllib.parse

from ..harness.case import critical, fast
from ..harness.forge import parts
from ..harness.people import AUTHORIZE, CONSENT, PAR, SIGN_IN, Browser, Page, answered
from ..harness.world import RS1

REDIRECT = "https://app.test/cb"


def sent(w, request, browser=None):
    """What `/authorize` says to a request, without going on."""
    query = request if isinstance(request, str) else urllib.parse.urlencode(request)
    return (browser or Browser(w)).request("GET", AUTHORIZE + "?" + query)


def page(answer, status=400):
    """A page of the server, that leads nowhere."""
    assert answer.status == status, f"expected a page with {status}, got {answer} {answer.headers}"
    assert not answer.header("Location"), answer.headers
    assert (answer.header("Content-Type") or "").startswith("text/html"), answer.headers
    return answer


def told(w, answer, *codes, state=None):
    """An error brought to the registered address, with `state` as it was and `iss` (RFC 9207 §2)."""
    assert answer.status in (302, 303), f"expected a redirect with {codes}, got {answer}"
    assert answer.header("Location").split("?")[0] in w.watch.registered, answer.header("Location")
    values = answered(answer)
    assert values.get("error") in codes, f"expected {codes}, got {values}"
    assert values.get("iss") == w.issuer and "code" not in values, values
    if state is not None:
        assert values.get("state") == state, values
    return values


def authorizations(w, name="bob"):
    return len(w.admin("GET", f"/admin/v1/users/{w.people[name]}/applications", expect=200).json()["authorizations"])


@critical
def case_001_redirect_uri_matches_exactly(w):
    browser = w.browser()
    before = authorizations(w)
    browser.sign_in("bob")
    for client in ("spa", "web"):
        for address in (
            REDIRECT + "/",
            REDIRECT + "/x",
            REDIRECT + "?a=1",
            REDIRECT + "?",
            REDIRECT + "#f",
            REDIRECT + "#",
            "https://APP.test/cb",
            "HTTPS://app.test/cb",
            "https://app.test/CB",
            "https://app.test:443/cb",
            "https://app.test",
            "https://app.test/",
            "http://app.test/cb",
            "https://app.test/cb/../cb",
            "https://app.test/x/../cb",
            "https://app.test//cb",
            "https://app.test/%63b",
            "https://user@app.test/cb",
            "https://app.test/cb ",
            " " + REDIRECT,
            "https://app.test\\@evil.test/cb",
            "https://app.test.evil.test/cb",
            "https://evil.test/https://app.test/cb",
            "//app.test/cb",
            "/cb",
            "*",
            "",
        ):
            for who in (browser, Browser(w)):
                answer = page(sent(w, w.journey(client, redirect_uri=address).request, who))
                assert "evil.test" not in answer.text, "the address is on the page"
    # Which of two addresses is meant must not depend on who reads it.
    journey = w.journey("spa")
    twice = urllib.parse.urlencode([*journey.request.items(), ("redirect_uri", "https://evil.test/cb")])
    page(sent(w, twice, browser))
    # Of what else is there twice, or cannot be read, the client is told: at its own address or not at all.
    for more in ("&scope=openid", "&zz=1&zz=2", "&zz=%ff", "&zz=%00"):
        query = urllib.parse.urlencode(journey.request) + more
        told(w, sent(w, query, browser), "invalid_request", state=journey.request["state"])
        stolen = urllib.parse.urlencode({**journey.request, "redirect_uri": "https://evil.test/cb"}) + more
        page(sent(w, stolen, browser))
        page(sent(w, query + "&redirect_uri=https%3A%2F%2Fevil.test%2Fcb", browser))
        page(sent(w, query + "&client_id=web", browser))
    for more in ("&state=other", "&state=%ff"):
        values = told(w, sent(w, urllib.parse.urlencode(journey.request) + more, browser), "invalid_request")
        assert "state" not in values, values
    assert authorizations(w) == before, "something was given"


def case_005_redirect_uri_unicode(w):
    w.furnish_people()
    for address in (
        "https://app\u3002test/cb",
        "https://\uff41pp.test/cb",
        "https://\u0430pp.test/cb",
        "https://xn--pp-7lc.test/cb",
        "https://a\u0301pp.test/cb",
        "https://app.test/c\u0062\u0301",
        "https://app.test\u200b/cb",
        "https://app.test/cb\u0000",
        "https://app.test/cb\r\nX: y",
        "https://app\u2024test/cb",
        "https://app.test\uff0fcb",
    ):
        page(sent(w, w.journey("spa", redirect_uri=address).request))
    for raw in ("%c0%af", "%c0%ae", "%e0%80%af", "%ff", "%ed%a0%80"):
        query = urllib.parse.urlencode(w.journey("spa").request).replace("%2Fcb", raw + "cb")
        page(sent(w, query))


@critical
def case_006_dangerous_schemes(w):
    w.furnish_people()
    schemes = (
        "javascript:alert(1)//cb",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>1</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://app.test/1",
        "about:blank",
        "view-source:https://app.test",
        "filesystem:https://app.test/x",
        "intent://x#Intent;end",
        "ws://app.test/cb",
        "ftp://app.test/cb",
        "https://app.test/*",
        "https://*.test/cb",
        "http://app.test/cb",
    )
    for number, address in enumerate(schemes):
        for kind in ("web", "native"):
            party = {"redirect_uris": [address], "application_type": kind, "scope": "openid"}
            draft = {
                "id": f"scheme-{number}-{kind}",
                "name": "x",
                "authentication_method": "none",
                "grant_types": ["authorization_code"],
                "relying_party": party,
            }
            answer = w.admin("POST", "/admin/v1/clients", draft)
            assert answer.status == 400, f"{kind} {address} was registered"
            for member in ("post_logout_redirect_uris", "client_uri", "logo_uri", "policy_uri", "tos_uri"):
                if member != "post_logout_redirect_uris" and address.startswith("https://app.test/*"):
                    continue
                good = party | {"redirect_uris": [REDIRECT]}
                good[member] = [address] if member.endswith("uris") else address
                answer = w.admin("POST", "/admin/v1/clients", draft | {"relying_party": good})
                assert answer.status == 400, f"{kind} {member} {address} was registered"
        answer = page(sent(w, w.journey("spa", redirect_uri=address).request))
        for form in Page(answer).forms:
            assert form.action.startswith("/"), form.action
        assert address not in Page(answer).links, "a link to it"


def case_008_loopback_port(w):
    browser = w.browser()
    for address in ("http://127.0.0.1:49152/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1/cb", "com.example.app:/cb"):
        answer = sent(w, w.journey("nat", redirect_uri=address).request, browser)
        assert answer.status == 303 and answer.header("Location").startswith("/authorize?resume="), answer
    for address in (
        "http://[::1]:1/cb",
        "http://localhost:1/cb",
        "http://localhost/cb",
        "http://127.0.0.1.evil.test/cb",
        "http://127.0.0.1:1@evil.test/cb",
        "http://127.0.0.1:1/other",
        "http://127.0.0.1:1/cb/",
        "http://127.0.0.1:1/cb?x=1",
        "http://127.0.0.1:1/cb#x",
        "http://127.1/cb",
        "http://2130706433/cb",
        "http://0x7f.0.0.1:1/cb",
        "http://127.0.0.2:1/cb",
        "https://127.0.0.1:1/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:+1/cb",
        "http://127.0.0.1:1x/cb",
        "http://127.0.0.1: 1/cb",
        "com.example.app:/cb/x",
        "com.example.app://cb",
        "com.example.app2:/cb",
    ):
        page(sent(w, w.journey("nat", redirect_uri=address).request, browser))
    # A client that is no native application has no such rule.
    page(sent(w, w.journey("spa", redirect_uri="http://127.0.0.1:49152/cb").request, browser))
    page(sent(w, w.journey("spa", redirect_uri="https://app.test:49152/cb").request, browser))


def case_009_redirect_uri_at_the_token_endpoint(w):
    browser = w.browser()
    for client, changes in (
        ("two", {"redirect_uri": "https://app.test/other"}),
        ("two", {"redirect_uri": None}),
        ("two", {"redirect_uri": REDIRECT + "/"}),
        ("two", {"redirect_uri": "https://APP.test/cb"}),
        ("two", {"redirect_uri": ""}),
    ):
        journey = w.journey(client, scope="openid").through(browser)
        w.refused(journey.redeem(**changes), 400, "invalid_grant", "invalid_request")
        # The owner of the code is not harmed by a request that was wrong.
        assert journey.redeem().status == 200


def case_010_redirect_uri_is_required(w):
    w.furnish_people()
    for client in ("two", "spa", "web", "nat"):
        page(sent(w, w.journey(client, redirect_uri=None).request))


def case_012_client_id(w):
    browser = w.browser()
    browser.sign_in("bob")
    if w.admin("GET", "/admin/v1/clients/gone").status == 404:
        w.party("gone")
        w.admin("PATCH", "/admin/v1/clients/gone", {"enabled": False}, expect=200)
    before, texts = authorizations(w), set()
    for id in (
        "gone",
        "unknown",
        "svc",
        "rs1",
        "off",
        "x" * 5000,
        "spa\x00",
        "spa\r\n",
        "",
        None,
        "SPA",
        "spa ",
        "%",
        "é",
    ):
        answer = page(sent(w, w.journey(id, client_id=id).request, browser), 400)
        # The number of the request is on the page, so that the person can name it.
        texts.add(answer.text.replace(answer.header("X-Request-ID"), ""))
    assert len(texts) == 1, "unknown and disabled read differently"
    assert authorizations(w) == before


def case_014_response_types(w):
    browser = w.browser()
    browser.sign_in("bob")
    for kind in (
        "token",
        "id_token",
        "id_token token",
        "code token",
        "code id_token",
        "code id_token token",
        "none",
        "CODE",
        "code ",
    ):
        journey = w.journey("spa", response_type=kind)
        answer = sent(w, journey.request, browser)
        told(w, answer, "unsupported_response_type", "invalid_request", state=journey.request["state"])
    journey = w.journey("spa", response_type=None)
    told(w, sent(w, journey.request, browser), "invalid_request", state=journey.request["state"])
    for grant in ("implicit", "password"):
        draft = {"id": "implicit", "name": "x", "authentication_method": "none", "grant_types": [grant]}
        assert w.admin("POST", "/admin/v1/clients", draft).status == 400, f"{grant} was registered"


def case_016_response_modes(w):
    browser = w.browser()
    browser.sign_in("bob")
    for mode in ("fragment", "query.jwt", "form_post.jwt", "jwt", "web_message", "evil", "QUERY", '"><script>'):
        journey = w.journey("spa", response_mode=mode)
        answer = sent(w, journey.request, browser)
        told(w, answer, "invalid_request", "unsupported_response_mode", state=journey.request["state"])
    state = "\"><script>alert(1)</script>'&amp;&lt;{{t}}{{{t}}}<!--"
    journey = w.journey("web", response_mode="form_post", state=state, scope="openid")
    answer = browser.arrive(journey.request)
    form = Page(answer).forms[0]
    assert form.action == REDIRECT and form.method == "post", answer
    values = dict(form.fields)
    assert values["state"] == state and values["iss"] == w.issuer and "code" in values, values
    w.watch.secret(values["code"])
    assert "<script>alert" not in answer.text, "a value became markup"
    journey = w.journey("web", response_mode="form_post", state=state, scope="openid nonsense")
    answer = sent(w, journey.request, browser)
    values = answered(answer)
    assert answer.status == 200 and values["error"] == "invalid_scope" and values["state"] == state, answer
    assert "<script>alert" not in answer.text


def case_018_state_and_nonce(w):
    browser = w.browser()
    browser.sign_in("bob")
    reserved = "aZ0-._~:/?#[]@!$&'()*+,;=%20%zz \"<>\\^`{|}\u00e9\u20ac"
    nonce = "n" * 500 + "/+=&%"
    for state in (reserved, "s" * 4096, (reserved * 120).encode()[:4000].decode(errors="ignore")):
        journey = w.journey("web", state=state, nonce=nonce, scope="openid")
        request = journey.request
        if len(state) > 1000:
            # Longer than an address may be, once it is encoded.
            uri = pushed(w, request).json()["request_uri"]
            request = {"client_id": "web", "request_uri": w.watch.secret(uri)}
        values = answered(browser.arrive(request))
        assert values["state"] == state, "state came back as something else"
        journey.code = w.watch.secret(values["code"])
        assert parts(journey.tokens()["id_token"])[1]["nonce"] == nonce
    for name in ("state", "nonce"):
        for length in (4097, 20_000):
            answer = sent(w, w.journey("web", **{name: "s" * length}).request, browser)
            if answer.status in (302, 303):
                assert answered(answer).get("error") == "invalid_request", answered(answer)
                assert "sss" not in answer.header("Location"), "cut off and sent back"
            else:
                assert answer.status in (400, 414, 431), answer
    for value in ("a\x00b", "a\nb", "a\x7fb"):
        answer = sent(w, w.journey("web", state=value).request, browser)
        assert answer.status == 400 or "state" not in answered(answer), answer.header("Location")


def case_019_iss_in_every_response(w):
    browser = w.browser()
    told(w, sent(w, w.journey("web", prompt="none").request), "login_required")
    browser.sign_in("eve")
    told(w, sent(w, w.journey("web", prompt="none").request, browser), "consent_required")
    denied = browser.arrive(w.journey("web").request, allow=False)
    told(w, denied, "access_denied")
    for more, code in (
        ({"scope": "openid nonsense"}, "invalid_scope"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"request_uri": "https://app.test/request"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"resource": "https://unknown.test/"}, "invalid_target"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"id_token_hint": "a.b.c"}, "invalid_request"),
    ):
        journey = w.journey("web", **more)
        values = told(w, sent(w, journey.request, browser), code, "invalid_request_uri", state=journey.request["state"])
        assert values["iss"] == w.issuer
    values = answered(browser.arrive(w.journey("web").request))
    assert values["iss"] == w.issuer and w.watch.secret(values["code"])
    assert json.loads(w.http.get("/.well-known/openid-configuration").body)[
        "authorization_response_iss_parameter_supported"
    ]


def case_020_scope_of_a_request(w):
    browser = w.browser()
    browser.sign_in("bob")
    for scope in (
        "openid admin",
        "openid tessera:admin:read",
        "openid READ",
        'openid re"ad',
        "openid re\\ad",
        "openid \u00e9",
        "openid read:all",
        "openid\tread",
        "phone",
    ):
        told(w, sent(w, w.journey("web", scope=scope).request, browser), "invalid_scope", "invalid_request")
    journey = w.journey("web", scope="openid openid openid").through(browser)
    assert journey.tokens().get("scope", "openid") == "openid"
    for scope in (" ".join(f"s{i}" for i in range(10_000)), "s" * 60_000):
        for ask in (sent, pushed):
            answer = fast(lambda: ask(w, w.journey("web", scope=scope).request), 0.05 * w.slow, "a long scope")
            assert answer.status in (400, 413, 414, 431), answer
    # Granted is what was asked for and is registered, never more.
    journey = w.journey("web", scope="openid read", resource=RS1).through(browser)
    tokens = journey.tokens(resource=RS1)
    assert parts(tokens["access_token"])[1]["scope"] == "read", tokens


def pushed(w, request, id="web", **more):
    return w.caller().post(PAR, {**request, **more}, authorization=w.auth(id))


def case_023_pushed_requests(w):
    browser = w.browser()

    def push(client="web", **more):
        answer = pushed(w, w.journey(client, **more).request, client)
        assert answer.status == 201 and answer.json()["expires_in"] <= 600, answer
        assert "no-store" in (answer.header("Cache-Control") or "")
        return w.watch.secret(answer.json()["request_uri"])

    # Of another client, twice, and unknown.
    uri = push()
    answer = sent(w, {"client_id": "web2", "request_uri": uri})
    assert answer.status in (400, 303), answer
    if answer.status == 303:
        told(w, answer, "invalid_request_uri", "invalid_request")
    uri = push()
    first = sent(w, {"client_id": "web", "request_uri": uri}, browser)
    assert first.header("Location", "").startswith("/authorize?resume="), first
    again = sent(w, {"client_id": "web", "request_uri": uri}, Browser(w))
    assert again.status == 400 or answered(again).get("error") in ("invalid_request_uri", "invalid_request"), again
    for unknown in (
        "urn:ietf:params:oauth:request_uri:tsp_" + "A" * 43,
        "urn:ietf:params:oauth:request_uri:",
        uri + "A",
        uri[:-1],
    ):
        answer = sent(w, {"client_id": "web", "request_uri": unknown})
        assert answer.status == 400 or answered(answer).get("error") in (
            "invalid_request_uri",
            "request_uri_not_supported",
        ), answer
    # Nothing beside the reference counts.
    uri = push(scope="openid", state="pushed")
    over = {
        "client_id": "web",
        "request_uri": uri,
        "scope": "openid email",
        "redirect_uri": "https://evil.test/cb",
        "state": "other",
    }
    answer = sent(w, over, browser)
    if answer.header("Location", "").startswith("/authorize?resume="):
        answer = browser.follow(answer)
        if Page(answer).form(SIGN_IN):
            answer = browser.sign_in("bob", page=answer)
        if Page(answer).form(CONSENT):
            assert not any("email" in value for value in Page(answer).form(CONSENT).optional), (
                "the address was listened to"
            )
            answer = browser.submit(answer, CONSENT, decision="allow")
        assert answered(answer)["state"] == "pushed" and answer.header("Location").startswith(REDIRECT + "?"), (
            answer.headers
        )
        w.watch.secret(answered(answer)["code"])
    else:
        assert answer.status == 400, answer
    # Who may push.
    request = w.journey("web").request
    w.refused(w.caller().post(PAR, request), 401, "invalid_client")
    w.refused(w.caller().post(PAR, request, authorization=w.auth("web2")), 400, "invalid_request")
    w.refused(pushed(w, request, "web", client_secret="x"), 400, "invalid_request")
    w.refused(pushed(w, request, "web", request_uri=uri), 400, "invalid_request")
    w.refused(
        pushed(w, request | {"redirect_uri": "https://evil.test/"}), 400, "invalid_request", "invalid_redirect_uri"
    )
    w.refused(pushed(w, request | {"scope": "admin"}), 400, "invalid_scope")
    w.refused(pushed(w, request | {"code_challenge_method": "plain"}), 400, "invalid_request")
    assert w.caller().get(PAR).status == 405
    # A client that has to push, and does not.
    if w.admin("GET", "/admin/v1/clients/pushes").status == 404:
        w.party("pushes", require_pushed_authorization_requests=True)
    told(w, sent(w, w.journey("pushes").request), "invalid_request")
    uri = push("pushes")
    assert sent(w, {"client_id": "pushes", "request_uri": uri}).header("Location", "").startswith("/authorize?resume=")
    # One that nobody fetched in time.
    answer = pushed(w, w.journey("web").request)
    assert answer.json()["expires_in"] <= 90
