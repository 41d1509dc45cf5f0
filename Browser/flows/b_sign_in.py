"""Signing in to applications, and saying what they may do."""

import urllib.parse

from ..harness.site import Site
from ..harness.tab import PHONE

# RFC 7636, appendix B: nobody redeems the codes of these flows.
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
NOBODY_VOUCHED = "Nobody here has checked this application"


def rows(tab):
    """The tables on the sample application's page: what the ID token and UserInfo told it."""
    cells = tab.page.locator("main table tr")
    return {row.locator("th").inner_text(): row.locator("td").inner_text() for row in cells.all()}


def flow_sign_in_with_one_scope_unticked(world, **options):
    orchard, ada = world.application("Orchard"), world.person()
    tab = ada.browser(**options)
    ada.begin(tab, orchard)
    assert "Orchard" in tab.text and tab.page.title().startswith("Sign in")
    assert tab.page.locator("[name=login]").evaluate("field => field === document.activeElement")
    world.look(tab, "sign-in")
    ada.enter(tab)
    assert "Orchard" in tab.text and orchard.host in tab.text and "See your e-mail address" in tab.text
    assert tab.page.locator(".tag").count() == 0, "nothing is new the first time"
    world.look(tab, "consent")
    tab.page.get_by_label("See your e-mail address").uncheck()
    tab.submit("Allow")
    assert ada.is_in(tab, orchard), tab.text
    told = rows(tab)
    assert told["name"] == ada.name
    assert "email" not in told, "the e-mail address was not allowed"
    assert told["acr"] and "pwd" in told["amr"]
    assert "Access token: valid" in tab.text


def flow_sign_in_without_script(world):
    flow_sign_in_with_one_scope_unticked(world, script=False)


def flow_sign_in_on_a_phone_in_the_dark(world):
    flow_sign_in_with_one_scope_unticked(world, size=PHONE, scheme="dark")


def flow_sign_on_to_a_second_application_without_a_password(world, **options):
    orchard, meadow, ada = world.application("Orchard"), world.application("Meadow"), world.person()
    tab = ada.browser(**options)
    ada.sign_in(tab, orchard)
    ada.begin(tab, meadow)
    assert "Meadow" in tab.text and tab.page.locator("[name=password]").count() == 0, "a password is asked again"
    tab.submit("Allow")
    assert ada.is_in(tab, meadow), tab.text
    assert rows(tab)["name"] == ada.name
    # What was allowed is not asked again: somebody who lost the application's cookie is back at once.
    tab.context.clear_cookies(domain=orchard.host)
    ada.begin(tab, orchard)
    assert ada.is_in(tab, orchard), tab.text


def flow_sign_on_without_script(world):
    flow_sign_on_to_a_second_application_without_a_password(world, script=False)


def flow_saying_no_goes_back_to_the_application(world):
    orchard, ada = world.application("Orchard"), world.person()
    tab = ada.browser()
    ada.begin(tab, orchard)
    ada.enter(tab)
    tab.expect_status(400)
    tab.submit("Don’t allow")
    assert tab.page.url.startswith(orchard.address) and "You did not allow the sign-in." in tab.text


def flow_wrong_password_and_unknown_name_look_the_same(world, **options):
    orchard, ada = world.application("Orchard"), world.person()
    texts = []
    for login in (ada.username, "nobody-of-this-name"):
        tab = ada.browser(**options)
        ada.begin(tab, orchard)
        tab.fill(login=login, password="not the password of anybody")
        tab.submit("Sign in")
        assert "do not match" in tab.page.get_by_role("alert").inner_text()
        assert tab.page.title().startswith("Problem:")
        assert tab.page.locator("[name=login]").input_value() == login, "the name has to be typed again"
        assert tab.page.locator("[name=password]").input_value() == ""
        texts.append(tab.text)
        world.look(tab, "sign-in-refused")
    assert texts[0] == texts[1]
    # The same request goes on with the right password.
    ada.begin(tab, orchard)
    ada.enter(tab)
    tab.submit("Allow")
    assert ada.is_in(tab, orchard)


def flow_wrong_password_without_script(world):
    flow_wrong_password_and_unknown_name_look_the_same(world, script=False)


def flow_pages_speak_german(world):
    orchard, ada = world.application("Orchard"), world.person()
    tab = ada.browser(language="de-DE")
    ada.begin(tab, orchard)
    assert tab.page.locator("html").get_attribute("lang") == "de"
    tab.fill(login=ada.username, password=ada.password)
    tab.submit("Anmelden")
    assert tab.page.locator("html").get_attribute("lang") == "de"
    world.look(tab, "consent-german")


def flow_signing_out_at_the_application_signs_out_here(world):
    orchard, ada = world.application("Orchard"), world.person()
    tab = ada.browser()
    ada.sign_in(tab, orchard)
    tab.submit("Sign out")
    assert tab.page.url == orchard.address + "/signed-out", tab.page.url
    ada.begin(tab, orchard)
    assert tab.page.locator("[name=password]").count() == 1, "the session went on"


def request(world, client, redirect):
    """The address that an application sends people to."""
    parameters = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": redirect,
        "scope": "openid email",
        "state": "s1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return world.server.issuer + "/authorize?" + urllib.parse.urlencode(parameters)


def flow_an_application_that_nobody_vouched_for(world, **options):
    """It registered itself under a name that it chose, and people are told."""
    orchard, ada = world.application("Orchard"), world.person()
    redirect = "https://stranger.example/cb"
    draft = {"client_name": "Totally Tessera", "redirect_uris": [redirect], "token_endpoint_auth_method": "none"}
    answer = world.server.fresh_client().send_json("POST", "/clients", draft)
    assert answer.status == 201, answer
    tab = ada.browser(**options)
    tab.open(request(world, answer.json()["client_id"], redirect))
    ada.enter(tab)
    note = tab.page.get_by_role("note").inner_text()
    assert NOBODY_VOUCHED in note and "Totally Tessera" in tab.text and "stranger.example" in tab.text
    world.look(tab, "consent-unverified")
    # One that an administrator registered is not doubted.
    other = world.person().browser(**options)
    ada.begin(other, orchard)
    ada.enter(other)
    assert orchard.host in other.text and NOBODY_VOUCHED not in other.text


def flow_an_application_that_nobody_vouched_for_without_script(world):
    flow_an_application_that_nobody_vouched_for(world, script=False)


def flow_an_application_on_this_device(world, **options):
    """Any program could be behind its address, so people are asked each time (RFC 8252 §8.6)."""
    ada = world.person()
    site = Site({"/cb": ({}, "<!doctype html><html lang=en><title>Back</title><p>Back on the device.</p>")})
    client = f"desk-{ada.username}"
    party = {"redirect_uris": ["http://127.0.0.1/cb"], "application_type": "native", "scope": "openid email"}
    draft = {"id": client, "name": "Desk", "authentication_method": "none", "grant_types": ["authorization_code"]}
    world.admin("POST", "/admin/v1/clients", draft | {"relying_party": party}, expect=201)
    tab = ada.browser(**options)
    address = request(world, client, site.address + "/cb")
    tab.open(address)
    ada.enter(tab)
    for _ in range(2):
        assert "The answer goes to an application on this device." in tab.text
        assert "127.0.0.1" not in tab.text, "a host that says nothing"
        assert tab.page.get_by_role("note").count() == 0
        world.look(tab, "consent-device")
        tab.submit("Allow")
        assert tab.page.url.startswith(site.address + "/cb?code=") and "Back on the device." in tab.text
        tab.open(address)
    site.close()


def flow_an_application_on_this_device_without_script(world):
    flow_an_application_on_this_device(world, script=False)
