"""Leaving a site behind the gateway (sections K and N): what the addresses on the way say, and who else ends a session."""

import contextlib
import urllib.parse

from ..harness.case import at_once, critical, waited
from ..harness.forge import parts
from ..harness.people import SIGN_IN, Page
from ..harness.site import BACK_CHANNEL, CALLBACK, OTHER, OWN_SIGN_IN, SIGN_OUT, SIGNED_OUT, at_the_site, values
from ..harness.watch import encodings
from .i_passwords import is_signed_in, somebody
from .k_logout import EVENT, EVERYWHERE
from .n_site import told

LOGOUT = "/logout"
# What a history, a bookmark, a `Referer` or the log of a proxy must never have.
NEVER = {
    "id_token_hint", "id_token", "access_token", "refresh_token", "token", "logout_token", "client_secret", "client_assertion",
    "code_verifier", "password", "request",
}  # fmt: skip


@contextlib.contextmanager
def addresses(w):
    """All that browsers are led to, ask for or are shown as a link in the meantime."""
    seen, saw = [], w.watch.saw

    def note(method, target, answer, **more):
        seen.append(target)
        if answer.header("Location"):
            seen.append(answer.header("Location"))
        if (answer.header("Content-Type") or "").startswith("text/html"):
            page = Page(answer)
            seen.extend(
                [link for link in page.links if not link.startswith("data:")] + [form.action for form in page.forms]
            )
        return saw(method, target, answer, **more)

    w.watch.saw = note
    try:
        yield seen
    finally:
        del w.watch.saw


def out(visitor):
    """Signs out at the site; where the gateway leads."""
    answer = visitor.own_page("POST", SIGN_OUT, b"", [("Content-Type", "application/x-www-form-urlencoded")])
    assert answer.status == 303 and visitor.session is None, (answer, answer.headers)
    return answer.header("Location")


@critical
@at_the_site
def case_218_no_token_in_any_address(w, site):
    """From the first page to the last no address has a token or a cookie, and what the last one names opens nothing."""
    name = somebody(w)
    secrets = {w.secrets["site"]}
    with addresses(w) as seen:
        bob = site.visitor()
        bob.leave("/pages/1")
        # Once anew, and once more at the issuer where the person is known.
        for to in ("/pages/1", "/fresh/1?a=b"):
            answer = bob.open(bob.at_issuer(bob.begin(to), name))
            assert answer.header("Location") == to and bob.opens(to), (answer, answer.headers)
            token = site.token(bob)
            secrets |= {token, *bob.cookies.values(), *bob.issuer.cookies.values()}
        bob.open(SIGN_OUT)
        location = out(bob)
        page = bob.issuer.get(location[len(w.issuer) :])
        if Page(page).form(LOGOUT):
            page = bob.issuer.submit(page, LOGOUT)
        assert page.header("Location") == site.origin + SIGNED_OUT, (page, page.headers)
        bob.open(SIGNED_OUT)
        bob.open(OWN_SIGN_IN)
        assert not bob.opens()
    assert len(seen) > 30, seen
    for address in seen:
        asked = values(address)
        assert not NEVER & set(asked) and "#" not in address.removesuffix("#main"), address
        assert (
            "eyJ" not in address and "tss_" not in address and "tsr_" not in address and "tsa_" not in address
        ), address
        for secret in secrets:
            for form in encodings(secret):
                assert form not in address.encode(), f"a secret {secret[:8]}… is in {address[:120]}"
        if "code" in asked:
            assert address.split("?")[0].endswith(CALLBACK), address
    said = values(location)
    assert set(said) <= {"logout_hint", "client_id", "post_logout_redirect_uri", "state"}, location
    # Whoever finds it in a history has nothing.
    hint = said["logout_hint"]
    assert w.userinfo(hint).status == 401 and not w.active(hint)
    for field in ([("Authorization", f"Bearer {hint}")], [("Cookie", f"__Host-tessera-gateway={hint}")]):
        assert site.visitor().open("/pages/1", field).status in (302, 401), field
    # Nor does it end another session: not the next one of the person, nor one of somebody else.
    bob, eve = site.person(name), site.person("eve")
    for who in (bob, eve):
        answer = who.issuer.request("GET", location[len(w.issuer) :])
        assert answer.status == 200 and not answer.header("Location") and Page(answer).form(LOGOUT), answer
        assert is_signed_in(who.issuer) and who.opens(), "an address of long ago signs people out"
    # Led there without having left the site, nobody is signed out by more than what they confirm.
    stranger = site.visitor()
    assert urllib.parse.urlsplit(out(stranger)).path == SIGNED_OUT and bob.opens() and eve.opens()


@critical
@at_the_site
def case_174_logout_tokens_of_others_at_the_site(w, site):
    """A real logout token of another client ends nothing here, and one for this client ends what it names once, however
    often and wherever it is shown at once."""
    name, host = somebody(w), w.key_host
    if w.admin("GET", "/admin/v1/clients/elsewhere").status == 404:
        w.party("elsewhere", backchannel_logout_uri=host.url("/elsewhere"))
    bob = site.person(name)

    def heard(path, start):
        """The logout token that came to an address."""
        assert waited(lambda: any(where == path for where, _, _ in host.posts[start:])), f"{path} was not told"
        body = next(body for where, _, body in host.posts[start:] if where == path)
        return w.watch.secret(site.secret(values("?" + body.decode())["logout_token"]))

    # The same person, in another session at the issuer, leaves another application.
    other, start = w.browser(), len(host.posts)
    w.journey("elsewhere", scope="openid").through(other, name).tokens()
    other.submit(other.get(LOGOUT), LOGOUT)
    token = heard("/elsewhere", start)
    claims = parts(token)[1]
    assert claims["aud"] in ("elsewhere", ["elsewhere"]) and claims["events"] == {EVENT: {}}, claims
    assert claims["sub"] == parts(site.token(bob))[1]["sub"], "it names nobody who is signed in here"
    for where in (None, f"{OTHER}:{site.listen}"):
        assert (
            told(site, {"logout_token": token}, host=where).status == 400
        ), "a logout token of another client is believed"
    assert bob.opens(), "a logout token of another client ended a session"
    # One of this client's own, caught on its way.
    site.update("--backchannel-logout-uri", host.url("/site"))
    try:
        gone, start = site.person(name), len(host.posts)
        gone.issuer.submit(gone.issuer.get(LOGOUT), LOGOUT)
        token = heard("/site", start)
    finally:
        site.update("--backchannel-logout-uri", site.origin + BACK_CHANNEL)
    cookies = dict(gone.cookies)
    hosts = (None, f"{OTHER}:{site.listen}")
    answers = at_once(20, lambda number: told(site, {"logout_token": token}, host=hosts[number % 2]).status)
    assert sorted(answers) == [200] + [400] * 19, f"one logout token was good {answers.count(200)} times"
    assert waited(lambda: not site.holding(cookies).opens()), "the session that it names goes on"
    assert bob.opens(), "it ended another session of the person"
    # Who signs in anew is not signed out by it.
    again = site.person(name)
    for where in hosts:
        assert told(site, {"logout_token": token}, host=where).status == 400
    assert again.opens() and bob.opens()
    bob.issuer.submit(bob.issuer.get(EVERYWHERE), EVERYWHERE)
    assert waited(lambda: not bob.opens() and not again.opens()), "the issuer's own word is not heard any more"
    assert Page(again.issuer.get(again.leave()[len(w.issuer) :])).form(SIGN_IN)
