"""Sessions of browsers at the gateway (sections K and N): who may use one, what it shows, and how it ends."""

import json
import os
import time

from ..harness.case import critical, waited
from ..harness.forge import ECKey, b64, compact, mac, nothing, parts, pem_of, unb64
from ..harness.people import SIGN_IN, Page
from ..harness.proxy import ended
from ..harness.site import (
    BACK_CHANNEL, CALLBACK, NAVIGATION, OTHER, OWN_SIGN_IN, PENDING, SESSION, SIGN_OUT, SIGNED_OUT, WAYS, at_the_site, values,
)  # fmt: skip
from .d_refresh import signed_in
from .i_passwords import somebody
from .k_logout import EVENT, EVERYWHERE
from .n_proxy import CLAIMED, IDENTITY, NAMED, only, untouched

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def strangers(site, w):
    """What comes with requests that a page of another site, or of another origin of this host, makes a browser send."""
    own = site.origin
    origins = (
        "null", "https://evil.test", own + ".evil.test", "https://evil.test?" + own, own.replace("https", "http"), own + "/",
        own.rsplit(":", 1)[0], own.rsplit(":", 1)[0] + ":1", "", own + ", " + own, own + " https://evil.test", own + "0",
        site.other, w.issuer, "HTTPS" + own[5:], "https://evil.test@" + own.split("//")[1],
    )  # fmt: skip
    found = [[], [("Referer", own + "/pages/1")], [("X-Requested-With", "XMLHttpRequest")], [("Sec-Fetch-User", "?1")]]
    found += [[("Origin", origin)] for origin in origins]
    found += [[("Sec-Fetch-Site", word)] for word in ("cross-site", "same-site", "none", "", "x", "Same-Origin", "same-origin, x")]
    # One good word beside a bad one.
    found += [
        [("Origin", own), ("Sec-Fetch-Site", "cross-site")], [("Origin", own), ("Sec-Fetch-Site", "same-site")],
        [("Origin", "https://evil.test"), ("Sec-Fetch-Site", "same-origin")], [("Origin", own), ("Origin", "https://evil.test")],
        [("Origin", "https://evil.test"), ("Origin", own)], [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")],
        [("Origin", own), ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "same-origin")],
    ]  # fmt: skip
    return found


@critical
@at_the_site
def case_166_requests_of_other_sites(w, site):
    """A session lets nobody but pages of its own origin do anything, on every path of a request."""
    bob, form = site.person("bob"), ("Content-Type", "application/x-www-form-urlencoded")
    for fields in strangers(site, w):
        for method in UNSAFE:
            for more in ([form], [("Content-Type", "text/plain"), *NAVIGATION[:3]]):
                answer = bob.send(method, "/pages/1", [*fields, *more], b"a=b")
                assert answer.status == 403 and not answer.header("Set-Cookie"), (method, fields, answer)
            for way in WAYS:
                answer = site.question(way, method, "/pages/1", [*bob.field(), *fields])
                assert answer.status == 403 and not answer.header("X-Tessera-Subject"), (way, method, fields, answer)
        answer = bob.send("POST", SIGN_OUT, [*fields, form], b"")
        assert answer.status == 403 and not answer.header("Set-Cookie"), (fields, answer)
    untouched(site, "requests of other sites")
    for version in ("--http1.1", "--http2"):
        for fields in (["Origin: https://evil.test"], ["Sec-Fetch-Site: cross-site"], ["Origin: null"], []):
            arguments = [part for field in [*fields, f"Cookie: {SESSION}={bob.session}"] for part in ("-H", field)]
            assert site.curl("/pages/1", version, "-X", "POST", "-d", "a=b", *arguments)[0] == 403, (version, fields)
            assert site.curl(SIGN_OUT, version, "-d", "", *arguments)[0] == 403, (version, fields)
    # What would make it a request of a program, and yet with somebody's cookie.
    for authorization in ("Bearer x", "Bearer", "", "Basic Ym9iOng=", "Negotiate x"):
        answer = bob.send("POST", "/pages/1", [("Authorization", authorization), ("Origin", "https://evil.test")], b"")
        assert answer.status in (400, 401), (authorization, answer)
    untouched(site, "requests with two proofs")
    # Looking is allowed from anywhere, and is looking only.
    for method in ("GET", "HEAD", "OPTIONS"):
        for override in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X_HTTP_Method_Override"):
            site.behind.forget()
            assert bob.send(method, "/pages/1", [(override, "DELETE"), ("Origin", "https://evil.test")]).status == 200
            assert only(site).method == method
    site.behind.forget()
    for method, target, status in (
        ("GET", SIGN_OUT, 200), ("HEAD", SIGN_OUT, 200), ("GET", SIGN_OUT + "?confirmed=yes", 200), ("PUT", SIGN_OUT, 405),
        ("DELETE", SIGN_OUT, 405), ("GET", BACK_CHANNEL, 405), ("POST", BACK_CHANNEL, 400), ("POST", OWN_SIGN_IN, 405),
        ("POST", CALLBACK, 405), ("GET", SIGNED_OUT, 200), ("GET", CALLBACK, 403), ("HEAD", OWN_SIGN_IN, 200),
    ):  # fmt: skip
        answer = bob.send(method, target, [("Origin", "https://evil.test"), *NAVIGATION[:1]])
        assert answer.status == status and not answer.header("Set-Cookie"), (method, target, answer)
    # A script of another site that loads the sign-in gets nowhere; frames and images do not begin one.
    for mode in ("no-cors", "cors", "same-origin", "websocket"):
        fields = [("Sec-Fetch-Mode", mode), ("Sec-Fetch-Site", "cross-site"), ("Accept", "*/*")]
        answer = bob.send("GET", OWN_SIGN_IN + "?to=/pages/1", fields)
        assert answer.status == 401 and not answer.header("Location") and not answer.header("Set-Cookie"), answer
    for target in ("iframe", "image", "script", "embed", "object", "frame"):
        fields = [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", target), ("Accept", "text/html")]
        assert site.visitor().send("GET", "/pages/1", fields).status == 401, target
    for answer in (bob.send("OPTIONS", "/pages/1", [("Origin", "https://evil.test")]), bob.open(SIGN_OUT)):
        assert answer.header("Access-Control-Allow-Origin") is None
    assert bob.opens(), "somebody signed the person out"
    # And its own pages do what they want.
    site.behind.forget()
    for fields in ([("Origin", site.origin)], [("Sec-Fetch-Site", "same-origin")], [("Origin", "null"), ("Sec-Fetch-Site", "same-origin")]):
        for method in UNSAFE:
            assert bob.send(method, "/pages/1", fields, b"a=b").status == 200, (method, fields)
    assert len(site.behind.asked) == 12


@critical
@at_the_site
def case_202_identity_of_a_session(w, site):
    """The server behind learns who is signed in, once and from the gateway; a token beside the cookie is one or the other."""
    bob, eve = site.person("bob"), site.person("eve")
    subjects = {who: parts(site.token(who))[1]["sub"] for who in (bob, eve)}
    assert subjects[bob] != subjects[eve]
    for who in (bob, eve):
        for more in ([], NAMED):
            for method in ("GET", "HEAD", "POST", "OPTIONS", "DELETE"):
                site.behind.forget()
                assert who.own_page(method, "/pages/1", headers=[*CLAIMED, *more]).status == 200
                asked = only(site)
                assert asked.values("x-tessera-subject") == [subjects[who]] and asked.values("x-tessera-client") == ["site"]
                assert not any(value == "root" for _, value in asked.fields), asked.fields
    site.behind.forget()
    sock, found = bob.websocket("/pages/socket", [("Origin", site.origin), *CLAIMED])
    sock.close()
    assert b" 101 " in found and only(site).values("x-tessera-subject") == [subjects[bob]], found
    # Where everybody may come nobody is named.
    for who in (bob, site.visitor()):
        site.behind.forget()
        assert who.open("/open/1", CLAIMED).status == 200
        assert not any(only(site).values(name) for name in IDENTITY), only(site).fields
    # A token counts instead of the session, for better and for worse; routes for programs know no sessions.
    token = w.token("conf")
    site.behind.forget()
    assert bob.own_page("POST", "/pages/1", headers=[("Authorization", f"Bearer {token}")]).status == 200
    assert only(site).values("x-tessera-client") == ["conf"] and only(site).values("x-tessera-subject") != [subjects[bob]]
    site.behind.forget()
    for authorization in ("Bearer " + token[:-4] + "AAAA", "Bearer", "Basic x", "", f"Bearer {bob.session}", f"Bearer {token}, x"):
        assert bob.open("/pages/1", [("Authorization", authorization)]).status in (400, 401), authorization
    assert bob.open("/files/1").status == 401 and not bob.open("/files/1").header("Location")
    assert bob.open("/writers/1").status == 403, "a session has more than it was given"
    for target in (f"/pages/1?access_token={token}", f"/pages/1?{SESSION}={bob.session}"):
        assert site.visitor().open(target).status == 302, target
    untouched(site, "requests with two proofs")
    # The same words to a proxy that only asks.
    for way in WAYS:
        claimed = [(name, value) for name, value in CLAIMED if name != "X-Original-URI"]
        answer = site.question(way, "GET", "/pages/1", [*bob.field(), *claimed])
        said = [value for name, value in answer.headers if name.lower() == "x-tessera-subject"]
        assert answer.status == 200 and said == [subjects[bob]] and "root" not in str(answer.headers), answer.headers
        answer = site.question(way, "GET", "/pages/1", [*bob.field(), ("Authorization", "Bearer x")])
        assert answer.status in (401, 403) and not answer.header("X-Tessera-Subject"), answer


@at_the_site
def case_215_tokens_stay_at_the_gateway(w, site):
    """Browsers see no token; servers behind see neither the gateway's cookies nor, unless a route says so, a token."""
    bob = site.visitor()
    answers = [bob.open("/pages/1"), bob.open(OWN_SIGN_IN + "?to=/pages/1")]
    back = bob.at_issuer(answers[-1].header("Location"), "bob")
    answers += [bob.open(back), bob.open(back)]
    token = site.token(bob)
    own = f"app=1; {SESSION}={bob.session}; theme=dark; {PENDING}={bob.cookies[PENDING]}; tessera-session=x; __HOST-TESSERA-X=1"
    cookies = [("Cookie", own), ("Origin", site.origin), ("Sec-Fetch-Site", "same-origin")]
    stranger = site.visitor()
    for method, target in (
        ("GET", "/pages/1"), ("HEAD", "/pages/1"), ("POST", "/pages/1"), ("PUT", "/pages/count"), ("OPTIONS", "/pages/1"),
        ("GET", "/pages/page"), ("GET", "/pages/socket"), ("GET", "/open/1"), ("POST", "/open/1"), ("GET", "/pages/plant"),
        ("POST", "/pages/mirror"),
    ):  # fmt: skip
        for more in ([], NAMED):
            site.behind.forget()
            answer = stranger.send(method, target, [*cookies, *more], b"a=b" if method in ("POST", "PUT") else None)
            hides(only(site), bob, token)
            assert only(site).values("cookie") == ["app=1; theme=dark"], only(site).fields
            if target != "/pages/1" and target != "/open/1":
                answers.append(answer)  # What does not tell what it was asked.
    for target in ("/pages/socket", "/open/socket"):
        site.behind.forget()
        sock, found = stranger.websocket(target, cookies)
        sock.close()
        assert b" 101 " in found, found
        hides(only(site), bob, token)
    site.behind.forget()
    arguments = [part for name, value in cookies for part in ("-H", f"{name}: {value}")]
    assert site.curl("/pages/1", "--http2", *arguments)[:2] == (200, "2")
    hides(only(site), bob, token)
    # Passed on where a route says so, and there the cookies no more than anywhere.
    site.behind.forget()
    assert bob.open("/kept/1").status == 200
    assert only(site).values("authorization") == [f"Bearer {token}"] and not only(site).values("cookie")
    # Refusals and errors.
    answers += [bob.open(target) for target in ("/writers/1", "/files/1", "/pages//1", SIGN_OUT, CALLBACK, SIGNED_OUT)]
    answers.append(bob.send("POST", "/pages/1", [("Origin", "https://evil.test")], b""))
    for way in WAYS:
        answer = site.question(way, "GET", "/pages/1", cookies)
        assert answer.status == 200 and answer.header("Cookie") == "app=1; theme=dark", answer.headers
        assert answer.header("Authorization") is None
        answers += [answer, site.question(way, "GET", "/pages/1", NAVIGATION)]
    for answer in answers:
        assert "eyJ" not in answer.text + str(answer.headers), answer.headers
        assert bob.session not in answer.text and token not in answer.text
        assert bob.session not in str([pair for pair in answer.headers if pair[0].lower() != "set-cookie"])
    # Not even at the end: the issuer is told the name of the session, which opens nothing.
    location = bob.own_page("POST", SIGN_OUT).header("Location")
    assert "eyJ" not in location and token not in location, location
    hint = values(location)["logout_hint"]
    assert w.userinfo(hint).status == 401 and site.visitor().open("/pages/1", [("Authorization", f"Bearer {hint}")]).status == 401
    assert not w.active(hint)


def hides(asked, visitor, token):
    """A request at the server behind without anything that is the gateway's own."""
    text = str(asked.fields) + asked.target
    assert not asked.values("authorization") and "tessera-gateway" not in text.lower(), asked.fields
    for secret in (visitor.session, visitor.cookies[PENDING], token, "eyJ"):
        assert secret not in text, asked.fields


@critical
@at_the_site
def case_223_websockets_of_the_site(w, site):
    """A page of another site opens no WebSocket with somebody's session, and one that is open ends with it."""
    bob = site.person("bob")
    for fields in strangers(site, w):
        sock, found = bob.websocket("/pages/socket", fields)
        sock.close()
        assert found.startswith((b"HTTP/1.1 403", b"HTTP/1.1 400")), (fields, found[:120])
        opening = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]
        for way in WAYS:
            # What a proxy that only asks sends along of it: all, or the key alone.
            for more in ([opening[2]], opening if way != "path" else opening[2:]):
                answer = site.question(way, "GET", "/pages/socket", [*bob.field(), *fields, *more])
                assert answer.status in (400, 403), (way, fields, answer)
    sock, found = site.visitor().websocket("/pages/socket", [("Origin", site.origin)])
    sock.close()
    assert found.startswith(b"HTTP/1.1 401"), found[:120]
    sock, found = bob.websocket("/pages/socket", [("Origin", site.origin)], host=f"{OTHER}:{site.listen}")
    sock.close()
    assert b" 101 " not in found, "a session of another host"
    untouched(site, "WebSockets of other sites")
    sock, found = bob.websocket("/pages/socket", [("Origin", site.origin)])
    assert found.startswith(b"HTTP/1.1 101"), found[:120]
    sock.sendall(b"\x81\x85abcdhello")
    assert sock.recv(100) == b"\x81\x85abcdhello"
    assert not ended(sock, 1), "it ended by itself"
    bob.own_page("POST", SIGN_OUT)
    assert ended(sock, 60), "it outlives its session"


@critical
@at_the_site
def case_068_sessions_end_with_their_tokens(w, site):
    """Whatever ends a token at the issuer ends the session that it is in, and every connection that it opened."""
    name = somebody(w)
    id = w.people[name]

    def revoked(bob, token):
        assert w.revocation(token, by="site").status == 200

    def application(bob, _):
        page = bob.issuer.get("/account/applications")
        form = next(each for each in Page(page).forms if ("client", "site") in each.fields)
        assert bob.issuer.post("/account/applications", form.filled()).status == 303

    def disabled(*_):
        w.admin("PATCH", f"/admin/v1/users/{id}", {"enabled": False}, expect=200)

    for end in (revoked, application, disabled):
        bob = site.person(name)
        cookies, token = dict(bob.cookies), site.token(bob)
        sock, found = bob.websocket("/pages/socket", [("Origin", site.origin)])
        assert found.startswith(b"HTTP/1.1 101"), found[:120]
        end(bob, token)
        assert ended(sock, 60), f"{end.__name__}: an open connection goes on"
        assert waited(lambda: not site.holding(cookies).opens()), f"{end.__name__}: the session goes on"
        site.behind.forget()
        assert site.holding(cookies).own_page("POST", "/pages/1").status == 401
        untouched(site, end.__name__)


@at_the_site
def case_218_sign_out_of_the_site(w, site):
    """Who signs out leaves nothing: not in the browser, not at the gateway, not at the issuer."""
    name = somebody(w)
    bob = site.person(name)
    cookies, token = dict(bob.cookies), site.token(bob)
    form = Page(bob.open(SIGN_OUT)).form(SIGN_OUT)
    assert form and form.method.lower() == "post" and bob.opens(), "asking is signing out"
    answer = bob.own_page("POST", SIGN_OUT, b"", [("Content-Type", "application/x-www-form-urlencoded")])
    location = answer.header("Location")
    assert answer.status == 303 and location.startswith(w.issuer + "/logout?"), (answer, answer.headers)
    assert values(location)["post_logout_redirect_uri"] == site.origin + SIGNED_OUT, location
    assert bob.session is None, "the browser keeps its cookie"
    for who in (bob, site.holding(cookies)):
        assert not who.opens() and who.own_page("POST", "/pages/1").status == 401, "the session lives on"
    assert not w.active(token), "the token lives on"
    assert waited(lambda: site.visitor().open("/pages/1", [("Authorization", f"Bearer {token}")]).status == 401)
    page = bob.issuer.get(location[len(w.issuer) :])
    if Page(page).form("/logout"):
        page = bob.issuer.submit(page, "/logout")
    assert page.header("Location") == site.origin + SIGNED_OUT, (page, page.headers)
    assert bob.open(SIGNED_OUT).status == 200
    page = bob.issuer.get(bob.leave()[len(w.issuer) :])
    assert Page(page).form(SIGN_IN), "nobody has to sign in again"
    # Twice, by nobody, and with a session of long ago.
    for who in (bob, site.visitor(), site.holding(cookies), site.holding("tss_" + b64(os.urandom(32)))):
        answer = who.own_page("POST", SIGN_OUT)
        assert answer.status == 303 and answer.header("Location") == SIGNED_OUT, (answer, answer.headers)
    # Somebody else at the same browser: the first session is over, and so is its token.
    bob = site.person(name)
    cookies, token, subject = dict(bob.cookies), site.token(bob), parts(site.token(bob))[1]["sub"]
    bob.issuer = w.browser()
    assert bob.opens(), "the way to the sign-in is no sign-out"
    assert bob.open(bob.at_issuer(bob.begin(), "eve")).status == 303
    assert parts(site.token(bob))[1]["sub"] != subject and not site.holding(cookies).opens()
    assert not w.active(token), "the token of the one before lives on"


@critical
@at_the_site
def case_174_logout_tokens_at_the_site(w, site):
    """Only the issuer's own logout token for this client ends sessions, once; and when it says so they do end."""
    name = somebody(w)
    host = w.key_host
    # Tokens that are real, seen by somebody on their way.
    site.update("--backchannel-logout-uri", host.url("/site"))
    host.posts.clear()
    try:
        gone = site.person(name)
        gone.issuer.submit(gone.issuer.get(EVERYWHERE), EVERYWHERE)
        assert waited(lambda: any(path == "/site" for path, _, _ in host.posts)), "the site was not told"
        token = values("?" + next(body for path, _, body in host.posts if path == "/site").decode())["logout_token"]
    finally:
        site.update("--backchannel-logout-uri", site.origin + BACK_CHANNEL)
    w.watch.secret(site.secret(token))
    bob = site.person(name)
    access = site.token(bob)
    other = signed_in(w, "web", name)
    # One that the site never lets go: only whoever has its secret gets it.
    identity = signed_in(w, "site", name, redirect_uri=site.origin + CALLBACK)["id_token"]
    header, claims = parts(token)
    claims |= {"sub": parts(access)[1]["sub"], "sid": parts(access)[1]["sid"], "iat": int(time.time()), "exp": int(time.time()) + 60}
    claims["jti"] = b64(os.urandom(16))
    key, published = ECKey(kid=header["kid"]), next(each for each in w.jwks()["keys"] if each["kid"] == header["kid"])
    pem, spki = pem_of(published)
    head, body, signature = token.split(".")
    forged = [
        compact({**header, "alg": alg}, claims, nothing) for alg in ("none", "None", "NONE", "")
    ] + [
        compact({**header, "alg": "HS256"}, claims, mac("HS256", secret))
        for secret in (pem, spki, json.dumps(published).encode(), w.secrets["site"].encode(), b"", unb64(published["x"]))
    ] + [
        compact(header, claims, key), compact({**header, "jwk": key.jwk}, claims, key),
        compact({**header, "kid": key.kid, "jku": host.url("/jwks")}, claims, key),
        compact({**header, "x5u": f"https://127.0.0.66:{w.trap.port}/x"}, claims, key),
        compact({name: value for name, value in header.items() if name != "kid"}, claims, key),
        f"{head}.{b64(json.dumps(claims).encode())}.{signature}", f"{head}.{body}.{b64(bytes(64))}", f"{head}.{body}.",
        f"{head}.{body}", token + ".x", token[:-2], b64(json.dumps({**header, "typ": "JWT"}).encode()) + f".{body}.{signature}",
        # Real ones that say something else.
        identity, access, other["id_token"], other["access_token"], other["refresh_token"], "", "x", "." * 30_000,
    ]  # fmt: skip
    assert claims["events"] == {EVENT: {}} and header["typ"] == "logout+jwt"
    for number, text in enumerate(forged):
        answer = told(site, {"logout_token": text})
        assert answer.status == 400 and "no-store" in answer.header("Cache-Control"), (number, text[:60], answer)
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded2"):
        assert told(site, {"logout_token": token}, kind).status in (400, 415), kind
    assert told(site, [("logout_token", token), ("logout_token", token)]).status == 400, "twice"
    assert told(site, {}, query="?logout_token=" + token).status == 400, "in the address"
    assert told(site, {}, more=[("Authorization", f"Bearer {token}")]).status == 400
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        assert bob.send(method, BACK_CHANNEL + "?logout_token=" + token).status in (404, 405), method
    assert told(site, {"logout_token": token}, host="evil.test").status == 404
    assert bob.opens(), "a forged logout token ended a session"
    # The real one is good for what it says and once; the session that it names is gone already, and others live on.
    assert told(site, {"logout_token": token}).status == 200
    assert told(site, {"logout_token": token}).status == 400, "a second time"
    assert bob.opens(), "it ended another session than the one it names"
    # The issuer tells the gateway itself.
    eve, cookies = site.person("eve"), dict(bob.cookies)
    before, at = figure(site, "ended"), len(site.whole_log())
    bob.issuer.submit(bob.issuer.get(EVERYWHERE), EVERYWHERE)
    heard = b'"path":"/.tessera/back-channel-logout","status":200'
    assert waited(lambda: heard in site.whole_log()[at:]), "the issuer did not tell, or was not believed"
    assert waited(lambda: not site.holding(cookies).opens()) and waited(lambda: figure(site, "ended") > before)
    assert eve.opens(), "somebody else's session ended, too"
    # It is worth nothing elsewhere.
    assert w.userinfo(token).status == 401 and site.visitor().open("/pages/1", [("Authorization", f"Bearer {token}")]).status == 401


def told(site, fields, kind="application/x-www-form-urlencoded", query="", more=(), host=None):
    """The answer to a logout token that comes without a browser."""
    headers = [("Host", host or site.origin.split("//")[1]), ("Content-Type", kind), *more]
    return site.client().post(BACK_CHANNEL + query, fields, headers=headers)


def figure(site, result):
    lines = site.caller().get("/metrics").text.splitlines()
    mark = f'tessera_gateway_sign_ins_total{{result="{result}"}}'
    return next(float(line.split()[-1]) for line in lines if line.startswith(mark))
