"""Looking after one's account: what has access, where one is signed in, and how all of it ends."""

import json

NEW_PASSWORD = "seven quiet harbours under glass"


def signed_in(world, **options):
    """Somebody, a browser in which they are signed in to the account area, and nothing else."""
    ada = world.person()
    tab = ada.browser(**options)
    ada.open(tab, "/account")
    assert tab.path == "/sign-in"
    ada.enter(tab)
    assert tab.path == "/account" and ada.name in tab.text
    return ada, tab


def marked(tab):
    """The names of the fields that the page says are wrong."""
    return [field.get_attribute("name") for field in tab.page.locator("[aria-invalid=true]").all()]


def is_signed_out(person, tab):
    person.open(tab, "/account")
    return tab.path == "/sign-in"


def flow_refresh_and_end_the_application(world, **options):
    orchard, ada = world.application("Orchard"), world.person()
    tab = ada.browser(**options)
    ada.sign_in(tab, orchard)
    tab.submit("Refresh")
    assert ada.is_in(tab, orchard) and "Access token: valid" in tab.text
    beside = world.browser.tab(tab.context, tab.script)
    ada.open(beside, "/account/applications")
    assert "Orchard" in beside.text and orchard.host in beside.text
    world.look(beside, "account-applications")
    beside.submit("End access of Orchard")
    assert "has no access any more" in beside.page.get_by_role("status").inner_text()
    world.look(beside, "account-applications-ended")
    tab.expect_status(400)
    tab.submit("Refresh")
    assert "Your session has ended" in tab.text, f"the refresh was not refused: {tab.text}"
    # The person is still signed in here, and is asked anew what the application may do.
    ada.begin(tab, orchard)
    assert tab.page.locator("[name=password]").count() == 0 and "Let Orchard in?" in tab.text


def flow_end_the_application_without_script(world):
    flow_refresh_and_end_the_application(world, script=False)


def flow_log_out_everywhere(world, **options):
    orchard, ada = world.application("Orchard"), world.person()
    here, there = ada.browser(**options), ada.browser(**options)
    ada.sign_in(here, orchard)
    ada.sign_in(there, orchard)
    ada.open(here, "/account/sessions")
    assert here.page.locator(".rows > li").count() == 2 and "this device" in here.page.locator(".rows > li").first.inner_text()
    world.look(here, "account-sessions")
    here.page.get_by_role("link", name="Sign out everywhere").click()
    world.look(here, "account-log-out-everywhere")
    here.submit("Sign out everywhere")
    assert "You are signed out everywhere" in here.text
    world.look(here, "signed-out-everywhere")
    assert is_signed_out(ada, here) and is_signed_out(ada, there)
    for tab in (here, there):
        tab.expect_status(400)
        tab.open(orchard.address + "/")
        tab.submit("Refresh")
        assert "Your session has ended" in tab.text, f"the refresh was not refused: {tab.text}"
        ada.begin(tab, orchard)
        assert tab.page.locator("[name=password]").count() == 1, "signed in again without a password"


def flow_log_out_everywhere_without_script(world):
    flow_log_out_everywhere(world, script=False)


def flow_end_one_session(world):
    ada, here = signed_in(world)
    there = ada.browser()
    ada.open(there, "/sign-in")
    ada.enter(there)
    ada.open(here, "/account/sessions")
    other = here.page.locator(".rows > li").filter(has_not_text="this device")
    with here.page.expect_navigation(wait_until="load"):
        other.get_by_role("button").click()
    assert "That session has ended" in here.text and here.page.locator(".rows > li").count() == 1
    assert is_signed_out(ada, there) and not is_signed_out(ada, here)


def flow_change_the_profile(world):
    ada, tab = signed_in(world)
    world.look(tab, "account")
    tab.page.get_by_role("link", name="Profile", exact=True).click()
    world.look(tab, "account-profile")
    tab.page.get_by_label("Name", exact=True).fill("Ada, Countess of Lovelace")
    tab.submit("Save")
    assert "Saved." in tab.text
    ada.open(tab, "/account")
    assert "Ada, Countess of Lovelace" in tab.text


def flow_change_the_password(world):
    ada, tab = signed_in(world)
    ada.open(tab, "/account/password")
    world.look(tab, "account-password")
    tab.expect_status(403, 422)
    tab.fill(current="not the one that it is", password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    tab.submit("Change password")
    assert "not right" in tab.page.get_by_role("alert").inner_text()
    assert marked(tab) == ["current"]
    world.look(tab, "account-password-wrong")
    tab.fill(current=ada.password, password="passwordpassword", password_again="passwordpassword")
    tab.submit("Change password")
    assert tab.page.get_by_role("alert").count() == 1, tab.text
    assert marked(tab) == ["password"]
    letters = len(world.mail.letters)
    tab.fill(current=ada.password, password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    tab.submit("Change password")
    assert "Your password is changed" in tab.text
    world.mail.wait(ada.email, after=letters)
    assert not is_signed_out(ada, tab)
    tab.submit("Sign out")
    assert is_signed_out(ada, tab)
    ada.enter(tab)
    assert "do not match" in tab.text, "the old password still works"
    ada.enter(tab, NEW_PASSWORD)
    assert tab.path == "/account"


def flow_activity_and_data(world):
    ada, tab = signed_in(world)
    ada.open(tab, "/account/activity")
    assert "You signed in" in tab.text
    world.look(tab, "account-activity")
    ada.open(tab, "/account/delete")
    world.look(tab, "account-data")
    with tab.page.expect_download() as download:
        tab.page.get_by_role("link", name="Download my data").click()
    data = json.load(open(download.value.path()))
    assert ada.email in json.dumps(data)


def flow_delete_the_account(world, **options):
    ada, tab = signed_in(world, **options)
    ada.open(tab, "/account/delete")
    tab.expect_status(403)
    tab.fill(current="not the one that it is")
    tab.submit("Delete my account")
    assert "not right" in tab.text
    tab.fill(current=ada.password)
    tab.submit("Delete my account")
    assert "Your account is deleted" in tab.text
    world.look(tab, "account-deleted")
    ada.open(tab, "/sign-in")
    ada.enter(tab)
    assert "do not match" in tab.text


def flow_delete_the_account_without_script(world):
    flow_delete_the_account(world, script=False)
