"""What people see when something is not as it should be, and the pages that only a few applications lead to."""

import base64
import hashlib
import urllib.parse

from ..harness.doorway import Doorway
from ..harness.site import Site
from .c_account import is_signed_out, signed_in

VERIFIER = "a-verifier-of-forty-three-characters-or-more-0123"
HOME = '<!doctype html><html lang="en"><title>Harbour</title><main>Received.</main>'


class Harbour:
    """A small application of our own, for what the sample does not ask for."""

    def __init__(self, world):
        self.world = world
        self.site = Site({"/callback": ({}, HOME), "/signed-out": ({}, HOME)})
        self.doorway = Doorway(world.scratch, "harbour.localhost", self.site.server.server_port)
        self.redirect = self.doorway.address + "/callback"
        self.signed_out = self.doorway.address + "/signed-out"
        party = {
            "redirect_uris": [self.redirect],
            "post_logout_redirect_uris": [self.signed_out],
            "scope": "openid profile",
        }
        draft = {"id": "harbour", "name": "Harbour", "authentication_method": "none"}
        draft |= {"grant_types": ["authorization_code"], "relying_party": party}
        world.admin("POST", "/admin/v1/clients", draft, expect=201)

    def request(self, **more):
        """The address that asks for a sign-in; the challenge is RFC 7636's S256."""
        digest = hashlib.sha256(VERIFIER.encode()).digest()
        parameters = {
            "client_id": "harbour",
            "redirect_uri": self.redirect,
            "response_type": "code",
            "scope": "openid profile",
            "state": "state-of-harbour",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **more,
        }
        return f"{self.world.server.issuer}/authorize?{urllib.parse.urlencode(parameters)}"


def harbour(world):
    if not hasattr(world, "harbour"):
        world.harbour = Harbour(world)
    return world.harbour


def flow_answers_by_form_post(world, **options):
    own, (ada, tab) = harbour(world), signed_in(world, **options)
    tab.open(own.request(response_mode="form_post", login_hint=ada.username))
    before = len(own.site.posted)
    tab.submit("Allow")
    if not tab.script:
        assert tab.path == "/authorize" and "press the button" in tab.text
        world.look(tab, "form-post")
        tab.submit("Continue")
    tab.page.wait_for_url(own.redirect)
    assert "Received." in tab.text
    (path, form) = own.site.posted[before]
    assert path == "/callback" and form["state"] == ["state-of-harbour"] and form["iss"] == [world.server.issuer]
    assert len(form["code"]) == 1


def flow_answers_by_form_post_without_script(world):
    flow_answers_by_form_post(world, script=False)


def flow_the_page_that_posts_forms_can_be_read(world):
    own, (_, tab) = harbour(world), signed_in(world)
    # It is gone before it can be looked at, unless its script does nothing.
    tab.page.route("**/assets/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    tab.open(own.request(response_mode="form_post"))
    tab.submit("Allow")
    assert tab.path == "/authorize" and "press the button" in tab.text
    world.look(tab, "form-post")


def flow_sign_in_again_when_the_application_insists(world):
    own, (ada, tab) = harbour(world), signed_in(world)
    tab.open(own.request(prompt="login"))
    assert "Please sign in again" in tab.text and ada.name in tab.text
    world.look(tab, "sign-in-again")
    tab.fill(password=ada.password)
    tab.submit("Sign in")
    tab.submit("Allow")
    assert tab.page.url.startswith(own.redirect + "?") and "code=" in tab.page.url


def flow_an_application_asks_to_sign_out(world, **options):
    own, (ada, tab) = harbour(world), signed_in(world, **options)
    query = urllib.parse.urlencode({"client_id": "harbour", "post_logout_redirect_uri": own.signed_out})
    ada.open(tab, "/logout?" + query)
    assert "Harbour asks to sign you out" in tab.text
    world.look(tab, "logout")
    tab.page.get_by_role("link", name="Stay signed in").click()
    assert tab.path == "/account"
    ada.open(tab, "/logout?" + query)
    tab.submit("Sign out")
    assert tab.page.url == own.signed_out, tab.page.url
    assert is_signed_out(ada, tab)


def flow_an_application_asks_to_sign_out_without_script(world):
    flow_an_application_asks_to_sign_out(world, script=False)


def flow_sign_out_here(world):
    ada, tab = signed_in(world)
    tab.submit("Sign out")
    assert tab.path == "/signed-out" and "You are signed out" in tab.text
    world.look(tab, "signed-out")
    # Going back shows nothing of the account.
    tab.page.go_back(wait_until="load")
    assert ada.email not in tab.text, "the account is still to be seen"


def flow_a_request_that_cannot_be_answered(world):
    own, tab = harbour(world), world.browser.person()
    tab.expect_status(400)
    for wrong in ({"client_id": "nobody"}, {"redirect_uri": "https://attacker.test/callback"}):
        tab.open(own.request(**wrong))
        assert "This request cannot be answered" in tab.text and tab.path == "/authorize"
    world.look(tab, "request-refused")


def flow_a_request_of_another_browser(world):
    own, ada = harbour(world), world.person()
    mine, other = ada.browser(), ada.browser()
    mine.open(own.request())
    other.expect_status(400)
    other.open(mine.page.url)
    assert "This sign-in is over" in other.text
    world.look(other, "request-gone")


def flow_a_form_of_another_site(world, **options):
    ada, tab = signed_in(world, **options)
    ada.open(tab, "/account/log-out-everywhere")
    beside = world.browser.tab(tab.context)
    form = f'<form method="post" action="{world.server.issuer}/account/log-out-everywhere"><button>Win</button></form>'
    site = Site({"/": ({}, f'<!doctype html><title>Win</title><main>{form}</main>')})
    try:
        beside.open(site.address + "/")
        beside.expect_status(403)
        beside.submit("Win")
    finally:
        site.close()
    assert "This form cannot be taken" in beside.text
    world.look(beside, "form-refused")
    assert not is_signed_out(ada, tab)


def flow_a_page_that_is_not_offered(world):
    tab = world.browser.person()
    tab.expect_status(404)
    tab.open(world.closed.issuer + "/register")
    assert "There is nothing here" in tab.text
    world.look(tab, "not-found")


def flow_too_many_wrong_passwords(world):
    ada = world.person()
    tab = ada.browser()
    tab.expect_status(429)
    ada.open(tab, "/sign-in")
    for _ in range(60):
        ada.enter(tab, "not the password of anybody")
        if "too many attempts" in tab.text:
            break
    assert "your account is not locked" in tab.page.get_by_role("alert").inner_text()
    world.look(tab, "sign-in-throttled")
