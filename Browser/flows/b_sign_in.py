"""Signing in to applications, and saying what they may do."""

from ..harness.tab import PHONE


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
