"""People's browsers sign in at the gateway (sections K and N): whose sign-in it is, where it ends, and what is left."""

import os
import threading
import urllib.parse

from ..harness.case import critical, timed, waited
from ..harness.client import statuses
from ..harness.forge import b64
from ..harness.people import SIGN_IN, Page
from ..harness.site import (
    CALLBACK, OTHER, OWN, OWN_ADDRESSES, OWN_SIGN_IN, PENDING, SESSION, SIGN_OUT, SIGNED_OUT, WAYS, NAVIGATION,
    at_the_site, changed, values,
)  # fmt: skip
from .n_proxy import untouched


def secret(kind="tss_"):
    """One that has the right shape."""
    return kind + b64(os.urandom(32))


@critical
@at_the_site
def case_163_fixation_at_the_site(w, site):
    """No secret that anybody can have prepared or seen before is the session of who signs in."""
    for value in (secret(), "tss_" + "A" * 43, "tss_AAAA", "x", secret("tsb_")):
        bob = site.holding(value)
        bob.sign_in("bob")
        assert bob.session not in (None, value), "the planted value became a session"
        assert not site.holding(value).opens(), value
    # The cookie of a sign-in under way, known to somebody else.
    planted = site.visitor()
    planted.leave()
    bob = site.holding(planted.cookies)
    bob.sign_in("bob")
    assert not planted.opens() and not site.holding(planted.cookies[PENDING]).opens()
    # A session that somebody else is in ends; it never becomes that of the next person.
    eve = site.person("eve")
    bob = site.holding(eve.cookies)
    assert bob.open(bob.at_issuer(bob.begin(), "bob")).status == 303
    assert bob.session != eve.session and bob.opens() and not eve.opens(), "eve's session became bob's"
    # Each sign-in has a secret of its own, and the one before is worth nothing.
    before = dict(bob.cookies)
    assert bob.open(bob.at_issuer(bob.begin(), "bob")).status == 303
    assert bob.session != before[SESSION] and not site.holding(before).opens()


@critical
@at_the_site
def case_163_step_up_at_the_site(w, site):
    """A page that asks for a recent sign-in gets one, under a new secret; nobody talks it out of that."""
    bob = site.person("bob")
    assert waited(lambda: not bob.opens("/fresh/1")), "a sign-in of long ago is good for ever"
    before = dict(bob.cookies)
    location = bob.leave("/fresh/1")
    assert values(location)["max_age"] == "10", location
    # Without the demand the issuer does not ask again, and the answer is not taken for more than it is.
    answer = bob.open(bob.at_issuer(changed(location, max_age=None), "bob"))
    assert answer.status == 403 and not answer.header("Location") and not bob.opens("/fresh/1"), answer
    assert bob.opens("/pages/1"), "what the session was good for, it still is"
    location = bob.leave("/fresh/1")
    page = bob.issuer.get(location[len(w.issuer) :])
    assert Page(page).form(SIGN_IN), "the issuer did not ask for the password"
    assert bob.open(bob.at_issuer(location, "bob")).status == 303
    assert bob.opens("/fresh/1") and bob.session != before[SESSION], "the secret stayed the same"
    assert not site.holding(before).opens("/pages/1") and not site.holding(before).opens("/fresh/1")


@critical
@at_the_site
def case_163_answers_of_another_browser(w, site):
    """What eve began signs in no other browser (login CSRF), and nobody uses it up for her."""
    eve = site.visitor()
    back = eve.at_issuer(eve.begin(), "eve")
    bob, begun, newcomer, abroad = site.person("bob"), site.visitor(), site.visitor(), site.visitor(host=OTHER)
    begun.leave()
    abroad.cookies = dict(eve.cookies)
    for victim in (bob, begun, newcomer, abroad):
        before = victim.session
        answer = victim.open(back.replace(site.origin, victim.origin))
        assert answer.status == 403 and not answer.header("Set-Cookie"), (answer, answer.headers)
        assert victim.session == before and values(back)["code"] not in answer.text
    assert bob.opens() and not begun.opens() and not abroad.opens()
    for method, status in (("HEAD", 200), ("POST", 405), ("OPTIONS", 204)):
        answer = eve.send(method, back)
        assert answer.status == status and eve.session is None and not answer.header("Location"), (method, answer)
    # Twenty at once: one session.
    answers, field = [], dict(eve.cookies)

    def finish():
        answers.append(site.holding(field).open(back))

    threads = [threading.Thread(target=finish) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [303] + [403] * 19, answers
    assert len([1 for answer in answers if answer.header("Set-Cookie")]) == 1
    # A code of eve's in an answer to bob.
    eve = site.visitor()
    code = values(eve.at_issuer(eve.begin(), "eve"))["code"]
    for victim in (bob, site.visitor()):
        before = victim.session
        answer = victim.open(changed(victim.at_issuer(victim.begin(), "bob"), code=code))
        assert answer.status == 403 and victim.session == before, (answer, "bob is signed in as eve")


@critical
@at_the_site
def case_260_answers_to_the_site(w, site):
    """Only the issuer's whole answer to this very question signs somebody in (RFC 9207, OpenID Connect Core §3.1.2.7)."""
    code, issuer = "tsz_" + "A" * 43, w.issuer
    wrong = [
        {"state": None}, {"state": ""}, {"state": "x"}, {"state": b64(os.urandom(32))}, {"iss": None}, {"iss": ""},
        {"iss": "https://evil.test"}, {"iss": issuer + "/"}, {"iss": issuer.upper()}, {"iss": issuer + ".evil.test"},
        {"iss": issuer.replace("https", "http")}, {"iss": [issuer, issuer]}, {"iss": ["https://evil.test", issuer]},
        {"iss": "https://evil.test", "error": "access_denied", "code": None}, {"error": "access_denied"},
        {"error": "<script>alert(1)</script>", "error_description": "<script>alert(1)</script>"},
        {"code": None}, {"code": ""}, {"code": "x"}, {"code": code}, {"code": "x" * 20_000},
    ]  # fmt: skip
    visitor = site.visitor()
    for change in wrong:
        back = visitor.at_issuer(visitor.begin(), "bob")
        answer = visitor.open(changed(back, **change))
        assert answer.status in (403, 414, 431) and visitor.session is None, (change, answer)
        assert not answer.header("Location") and "<script" not in answer.text, (change, answer.text)
        for value in (values(back)["code"], values(back)["state"], "evil.test"):
            assert value not in answer.text, f"{change} is shown"
    for name in ("state", "code"):
        back = visitor.at_issuer(visitor.begin(), "bob")
        assert visitor.open(changed(back, **{name: [values(back)[name]] * 2})).status == 403, name
    # What another client of this issuer is answered is no answer to this one.
    journey = w.journey("web", scope="openid").through(w.browser(), "bob")
    back = visitor.at_issuer(visitor.begin(), "bob")
    assert visitor.open(changed(back, code=journey.code)).status == 403
    assert visitor.session is None and not visitor.opens()
    untouched(site, "answers that are none")
    visitor.sign_in("bob")


@at_the_site
def case_165_cookies_of_the_site(w, site):
    """The gateway's cookies have all that ties them to one host, are set where they are needed, and are never mixed."""
    seen, eve = [], site.person("eve")

    def collect(answer):
        seen.extend(value for name, value in answer.headers if name.lower() == "set-cookie")
        return answer

    bob = site.visitor()
    location = collect(bob.open(OWN_SIGN_IN)).header("Location")
    collect(bob.open(bob.at_issuer(location, "bob")))
    spent = site.holding(bob.cookies)
    collect(spent.own_page("POST", SIGN_OUT))
    assert [text.split("=")[0] for text in seen] == [PENDING, SESSION, SESSION], seen
    for text in seen:
        attributes = [part.strip().lower() for part in text.split(";")[1:]]
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= set(attributes) and len(text) <= 4096, text
        assert not any(part.startswith(("domain", "expires")) for part in attributes), text
    assert "Max-Age=600" in seen[0] and "Max-Age" not in seen[1] and "Max-Age=0" in seen[2], seen
    bob = site.person("bob")
    for target in (*OWN_ADDRESSES[1:], "/pages/1", "/files/1", "/unknown", "/.well-known/oauth-protected-resource", "/pages//1"):
        for visitor in (bob, site.visitor()):
            for method in ("GET", "POST"):
                if visitor is bob and target == SIGN_OUT:
                    continue
                answer = visitor.send(method, target, NAVIGATION)
                assert not answer.header("Set-Cookie"), (method, target, answer.headers)
    for way in WAYS:
        for fields in ([], bob.field()):
            assert not site.question(way, "GET", "/pages/1", NAVIGATION + fields).header("Set-Cookie"), way
    # Two of one name: neither is believed.
    site.behind.forget()
    mine, hers = bob.session, eve.session
    for text in (
        f"{SESSION}={mine}; {SESSION}={hers}", f"{SESSION}={hers}; {SESSION}={mine}", f"{SESSION}={mine}; {SESSION}={mine}",
        f"{SESSION}={mine}; {SESSION}=", f"{SESSION}={mine}; {SESSION} ={hers}", f"tessera-gateway={mine}",
        f"__host-tessera-gateway={mine}", f"__Secure-tessera-gateway={mine}", f"{SESSION} ={mine}", f"${SESSION}={mine}",
        f'{SESSION}="{mine}"', f"{SESSION}={mine}x", f"{SESSION}={mine[:-1]}", f"{SESSION}={mine.upper()}",
        f"{SESSION}={bob.cookies[PENDING]}", f"{PENDING}={mine}", f"a=b, {SESSION}={mine}",
        f"{SESSION}={bob.issuer.cookie('session')}", "; ".join(["a=b"] * 200 + [f"{SESSION}={mine}"]),
    ):  # fmt: skip
        answer = site.visitor().open("/pages/1", more=[("Cookie", text)])
        assert answer.status == 302 and answer.header("Location").startswith(site.origin + OWN_SIGN_IN), (text, answer)
    two = [("Cookie", f"{SESSION}={mine}"), ("Cookie", f"{SESSION}={hers}")]
    assert site.visitor().open("/pages/1", more=two).status in (302, 400)
    untouched(site, "cookies of two meanings")
    # What was stolen is worth something at one host only, and nothing at the issuer.
    for cookies in (bob.cookies, {SESSION: mine}):
        abroad = site.visitor(host=OTHER)
        abroad.cookies = dict(cookies)
        assert not abroad.opens() and abroad.own_page("POST", "/pages/1").status == 401, "a session of another host"
        assert abroad.own_page("POST", SIGN_OUT).status == 303 and bob.opens(), "ended from another host"
    for name in ("session", "browser"):
        field = [("Cookie", f"{bob.issuer.cookie_name(name)}={mine}")]
        assert w.caller().get("/account", headers=field).header("Location") == SIGN_IN
    # A server behind sets its own, and none of these.
    names = [text.split("=")[0] for key, text in bob.open("/pages/plant").headers if key.lower() == "set-cookie"]
    assert names == ["theme"], names
    assert bob.session == mine and eve.opens() and bob.opens()


TARGETS = (
    "//evil.test", "///evil.test", "/%2Fevil.test", "/%2f%2fevil.test", "https://evil.test", "https:evil.test",
    "https:/evil.test", "http:evil.test", "HTTPS://evil.test", "javascript:alert(1)", "data:text/html,x", "%2F%2Fevil.test",
    "%2F%5Cevil.test", "%5C%5Cevil.test", "/%5Cevil.test", "/%5cevil.test", "/a/../b", "/%2e%2e/evil.test", "/./evil.test",
    "/a%0d%0aLocation:%20https://evil.test", "/%09/evil.test", "%09//evil.test", "%20//evil.test", "/%00", "@evil.test",
    ".evil.test", ":80@evil.test", "evil.test", "?x", "%23", "/%E2%88%95evil.test", "/%EF%BC%8Fevil.test",
    "/.tessera/sign-out", "/.tessera", "/.Tessera/sign-in?to=/", "/%2Etessera/sign-in", "/.tessera/callback?code=x",
    "/pages;//evil.test", "/pages//evil.test", "/a?%", "/" + "a" * 2_048, "/%252Fevil.test", "/%25%32%46evil.test",
)  # fmt: skip


@at_the_site
def case_217_return_targets(w, site):
    """A sign-in ends at a page of the host where it began, or does not begin."""
    https = site.origin
    targets = [*TARGETS, https + "/pages/1", https + "@evil.test/", https + ".evil.test/", "//" + https.split("//")[1]]
    bob = site.person("bob")
    for target in targets:
        for query in ("to=" + target, "rd=/&to=" + target, "to=" + target.replace("/", "%2F")):
            for visitor in (bob, Asking(site)):
                answer = visitor.open(OWN_SIGN_IN + "?" + query)
                assert answer.status == 400 and not answer.header("Location"), (query, answer, answer.headers)
                links = [link for link in Page(answer).links if not link.startswith((OWN + "/", "data:"))]
                assert set(links) <= {"#main", "/"}, (query, links)
        # With more behind it the whole is one target, which may be a page of the site.
        answer = bob.open(f"{OWN_SIGN_IN}?to={target}&to=/pages/1")
        if answer.header("Location"):
            where = bob.open(bob.at_issuer(answer.header("Location"), "bob")).header("Location")
            assert where.startswith("/") and urllib.parse.urljoin(https, where).startswith(https + "/"), (target, where)
            assert "\\" not in where and not where.lower().startswith((OWN + "/", OWN + "?")), (target, where)
    # Odd ones that are pages of the site: through the whole sign-in, with more tried on the way back.
    for to in (
        "/pages/1?next=//evil.test", "/pages/1?u=https://evil.test/&to=//evil.test", "/pages/@evil.test", "/pages/1?a=%0d%0aX:y",
        "/pages/evil.test:80", "/pages/1?", "/pages/%C3%A4", "/pages/:@evil.test/",
    ):  # fmt: skip
        back = bob.at_issuer(bob.begin(to), "bob")
        answer = bob.open(back + "&to=//evil.test&rd=https://evil.test")
        where = answer.header("Location")
        assert answer.status == 303 and where == to and where[:1] == "/" and where[1] not in "/\\", (to, where)
    # No word of the client says where the site is.
    for fields in (
        [("X-Forwarded-Host", "evil.test")], [("X-Forwarded-Proto", "http"), ("X-Forwarded-Port", "1")], [("X-Host", "evil.test")],
        [("Forwarded", "host=evil.test;proto=http")], [("X-Original-URL", "//evil.test")], [("X-Forwarded-Prefix", "//evil.test")],
        [("Referer", "https://evil.test/")], [("Origin", "https://evil.test")],
    ):  # fmt: skip
        stranger = site.visitor()
        answer = stranger.open("/pages/1", more=fields)
        assert answer.header("Location") == f"{https}{OWN_SIGN_IN}?to=/pages/1", (fields, answer.headers)
        answer = stranger.open(OWN_SIGN_IN + "?to=/pages/1", more=fields)
        assert values(answer.header("Location"))["redirect_uri"] == https + CALLBACK, (fields, answer.headers)
    for host in ("127.0.0.10", "127.0.0.10:1", site.origin.split("//")[1].upper(), "127.0.0.10."):
        answer = site.visitor().open("/pages/1", host=host)
        assert answer.header("Location") == f"{https}{OWN_SIGN_IN}?to=/pages/1", (host, answer.headers)
    for host in ("evil.test", "127.0.0.10.evil.test", "evil.test:443", "127.0.0.1", "a@127.0.0.10", "127.0.0.10:80@evil.test"):
        for target in ("/pages/1", OWN_SIGN_IN + "?to=/pages/1", CALLBACK, SIGN_OUT):
            answer = site.visitor().open(target, host=host)
            assert answer.status in (400, 401, 404) and not answer.header("Location"), (host, target, answer)
    # A proxy that only asks is told the same.
    for target in ("//evil.test", "/\\evil.test", "https://evil.test/", "/pages//x", "/pages/..%2f", "/pages/1?a=%"):
        for way in WAYS[:2]:
            answer = site.question(way, "GET", target, NAVIGATION)
            for name in ("Location", "X-Tessera-Sign-In"):
                where = answer.header(name)
                assert where is None or where.startswith(f"{https}{OWN_SIGN_IN}?to=/pages/1"), (way, target, where)
            assert answer.status in (400, 401, 403) or way == "forwarded" and answer.status == 302, (way, target, answer)
    for way in WAYS:
        fields = [*NAVIGATION, ("X-Forwarded-Proto", "http"), ("X-Forwarded-Port", "1"), ("X-Original-Host", "evil.test")]
        answer = site.question(way, "GET", "/pages/1?a=//evil.test", fields)
        where = answer.header("X-Tessera-Sign-In" if way == "original" else "Location")
        assert where == f"{https}{OWN_SIGN_IN}?to=/pages/1?a=//evil.test", (way, answer.headers)


class Asking:
    """A browser whose proxy passes `/.tessera/` on to the address at which it asks."""

    def __init__(self, site):
        self.site = site

    def open(self, target):
        return self.site.caller().get(target, headers=[("Host", self.site.origin.split("//")[1]), *NAVIGATION])


@at_the_site
def case_205_own_addresses_of_the_gateway(w, site):
    """Nothing below the gateway's own addresses reaches a server behind, however it is written, though all else is open."""
    bob = site.person("bob")
    assert bob.open("/.tesserae").status == 200 and bob.open("/.tessera.txt").status == 200
    site.behind.forget()
    for target in (
        OWN, OWN + "/", OWN + "/x", "/%2Etessera/x", "/.TESSERA/x", "/.tesser%61/x", "/.tessera%2fx", "/.tessera;/x", "/.tessera//x",
        "/./.tessera/x", "/a/../.tessera/x", "/.tessera/../x", "//.tessera/x", "/.tessera\\x", "/.tessera/sign-in/", "/.tessera/x?/y",
        "/.tessera/sign-in/../x", "/.tessera/assets/../../x", "/.tessera/%2e%2e/x",
    ):  # fmt: skip
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
            answer = bob.own_page(method, target)
            assert 400 <= answer.status < 406, (method, target, answer)
    for target in (OWN + "/x", "/.TESSERA/x"):
        sock, found = bob.websocket(target, [("Origin", site.origin)])
        sock.close()
        assert b" 101 " not in found, found
        for way in WAYS:
            assert site.question(way, "GET", target, bob.field()).status in (400, 403, 404), (way, target)
    untouched(site, "addresses of the gateway")


@critical
@at_the_site
def case_219_content_before_sign_in(w, site):
    """What somebody sends without a session reaches nobody: not before a sign-in, not after it, not in another's name."""
    canary = "canary-" + os.urandom(8).hex()
    visitor = site.visitor()
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "application/json"):
            for fields in (NAVIGATION, [("Origin", site.origin), ("Sec-Fetch-Site", "same-origin")], []):
                answer = visitor.send(method, "/pages/1?q=" + canary, [*fields, ("Content-Type", kind)], canary.encode())
                assert answer.status == 401 and not answer.header("Location"), (method, kind, answer)
                assert canary not in answer.text and not answer.header("Set-Cookie"), answer.headers
        for way in WAYS:
            answer = site.question(way, method, "/pages/1", NAVIGATION)
            assert answer.status in (401, 403) and not answer.header("Location"), (way, method, answer)
            assert not answer.header("X-Tessera-Sign-In"), (way, method, answer.headers)
    head = f"POST /pages/1 HTTP/1.1\r\nHost: {visitor.host}\r\nAccept: text/html\r\n"
    for framing, body in (
        ("Expect: 100-continue\r\nContent-Length: 100\r\n", ""), ("Content-Length: 100000\r\n", canary),
        ("Transfer-Encoding: chunked\r\n", f"18\r\n{canary}\r\n0\r\n\r\n"),
    ):  # fmt: skip
        found = statuses(site.raw(f"{head}Connection: close\r\n{framing}\r\n{body}".encode())[0])
        assert found in ([401], []), (framing, found)
    untouched(site, "content without a session")
    # On one connection with somebody's own request, which some proxies share among people.
    bob = site.person("bob")
    cookie = f"{SESSION}={bob.session}"
    lines = f"{head}Content-Length: {len(canary)}\r\n\r\n{canary}"
    lines += f"GET /pages/2 HTTP/1.1\r\nHost: {visitor.host}\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n"
    assert statuses(site.raw(lines.encode(), wait=30)[0]) in ([401, 200], [401])
    visitor.sign_in("eve")
    assert visitor.opens("/pages/3")
    for asked in site.behind.asked:
        assert asked.method == "GET" and not asked.body and canary not in asked.target + str(asked.fields), asked.target


@at_the_site
def case_175_pages_of_the_site(w, site):
    """Every page of the gateway forbids frames, scripts of others and caches, and shows nobody's input."""
    bob, stranger = site.person("bob"), site.visitor()
    pages = [
        (who, target)
        for who in (bob, stranger)
        for target in (
            SIGN_OUT, SIGNED_OUT, OWN + "/x", OWN_SIGN_IN + "?to=//x", CALLBACK, CALLBACK + "?state=<script>",
            CALLBACK + "?error=x&state=y", OWN_SIGN_IN + '?to="><script>alert(1)</script>', OWN + "/<script>alert(1)</script>",
        )  # fmt: skip
    ]
    answers = [who.open(target) for who, target in pages] + [bob.open("/writers/1")]
    answers.append(bob.send("POST", "/pages/1", [*NAVIGATION, ("Origin", "https://evil.test")], b""))
    location = bob.begin("/pages/1?a=%22%3E%3Cscript%3E'")
    answers.append(bob.open(f"{CALLBACK}?state={values(location)['state']}&iss={w.issuer}&error=access_denied"))
    for answer in answers:
        assert answer.status in (200, 400, 403, 404), answer
        assert answer.header("X-Frame-Options") == "DENY" and answer.header("Cross-Origin-Opener-Policy") == "same-origin", answer
        policy = answer.header("Content-Security-Policy")
        for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
            assert part in policy, policy
        assert "unsafe" not in policy and "*" not in policy, policy
        assert "<script" not in answer.text and "alert(1)" not in answer.text.replace("%", ""), answer.text
        assert answer.header("Cache-Control") == "no-store" and answer.header("Referrer-Policy") == "no-referrer", answer.headers
        assert "eyJ" not in answer.text and "tss_" not in answer.text, answer.text


@at_the_site
def case_224_caches_of_the_site(w, site):
    """No cache keeps a step of a sign-in, or gives one person's page to another."""
    bob, stranger = site.visitor(), site.visitor()
    location = bob.open(OWN_SIGN_IN)
    steps = [bob.open("/pages/1"), location, bob.open(bob.at_issuer(location.header("Location"), "bob")), stranger.open("/pages/1")]
    steps += [stranger.send("GET", "/pages/1"), stranger.send("POST", "/pages/1"), stranger.send("HEAD", CALLBACK)]
    steps += [stranger.open(CALLBACK), stranger.own_page("POST", SIGN_OUT)]
    for answer in steps:
        assert answer.header("Cache-Control") == "no-store", (answer, answer.headers)
    assert bob.open("/pages/page").header("Cache-Control") == "private, no-store"
    assert bob.open("/pages/open").header("Cache-Control") == "public, max-age=60"
    assert "private" in bob.open("/kept/1").header("Cache-Control")


@timed
@at_the_site
def case_231_flood_of_sign_ins(w, site):
    """A stranger who begins many sign-ins makes nobody else's forgotten, and no room for more than a share."""
    bob, flood = site.visitor(), site.visitor("127.79.0.1")
    mine = bob.begin()
    before = site.rss()
    for number in range(1_000):
        flood.cookies = {}
        answer = flood.open(OWN_SIGN_IN)
        assert answer.status in (302, 429), answer
    figures = site.caller().get("/metrics").text
    pending = next(line for line in figures.splitlines() if line.startswith("tessera_gateway_pending_sign_ins "))
    assert float(pending.split()[1]) < 400, pending
    assert bob.open(bob.at_issuer(mine, "bob")).status == 303, "somebody else's flood ended this sign-in"
    assert site.rss() - before < 32 << 20, f"{(site.rss() - before) >> 20} MiB more"
