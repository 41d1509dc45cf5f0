"""What begins with a link in a mail."""

from .c_account import NEW_PASSWORD, is_signed_out, signed_in


def link(letter, path):
    """The one link of a mail to one of our pages."""
    found = [address for address in letter.links if path + "?" in address]
    assert len(found) == 1, f"links of the mail: {letter.links}"
    return found[0]


def flow_reset_the_password_by_mail(world, **options):
    ada, elsewhere = signed_in(world, **options)
    tab = ada.browser(**options)
    ada.open(tab, "/sign-in")
    tab.page.get_by_role("link", name="Forgot your password?").click()
    world.look(tab, "reset")
    letters = len(world.mail.letters)
    tab.fill(login=ada.username)
    tab.submit("Send link")
    assert "Look at your mail" in tab.text
    world.look(tab, "reset-sent")
    letter = world.mail.wait(ada.email, after=letters)
    tab.open(link(letter, "/reset/set"))
    world.look(tab, "reset-set")
    tab.expect_status(422, 400)
    tab.fill(password=NEW_PASSWORD, password_again=NEW_PASSWORD + "!")
    tab.submit("Set password")
    assert "differ" in tab.page.get_by_role("alert").inner_text()
    letters = len(world.mail.letters)
    tab.fill(password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    tab.submit("Set password")
    assert "Your password is set" in tab.text
    world.look(tab, "password-set")
    world.mail.wait(ada.email, after=letters)
    assert is_signed_out(ada, elsewhere), "the session from before went on"
    tab.open(link(letter, "/reset/set"))
    assert "This link is not good any more" in tab.text
    world.look(tab, "link-gone")
    ada.open(tab, "/sign-in")
    ada.enter(tab)
    assert "do not match" in tab.text, "the old password still works"
    ada.enter(tab, NEW_PASSWORD)
    assert tab.path == "/account" and ada.name in tab.text


def flow_reset_the_password_without_script(world):
    flow_reset_the_password_by_mail(world, script=False)


def flow_a_reset_of_nobody_looks_the_same(world):
    tab = world.browser.person()
    tab.open(world.server.issuer + "/reset")
    letters = len(world.mail.letters)
    tab.fill(login="nobody-of-this-name")
    tab.submit("Send link")
    assert "Look at your mail" in tab.text
    # A mail that is asked for later has come, and none before it.
    ada = world.person()
    tab.open(world.server.issuer + "/reset")
    tab.fill(login=ada.username)
    tab.submit("Send link")
    world.mail.wait(ada.email, after=letters)
    assert len(world.mail.letters) == letters + 1


def flow_a_busy_mail_server_is_tried_again(world):
    ada = world.person()
    tab = ada.browser()
    ada.open(tab, "/reset")
    letters, seen = len(world.mail.letters), world.mail.seen
    world.mail.refuse(1)
    tab.fill(login=ada.username)
    tab.submit("Send link")
    world.mail.wait(ada.email, after=letters, seconds=60)
    assert world.mail.seen >= seen + 2


def flow_confirm_a_new_address(world):
    ada, tab = signed_in(world)
    ada.open(tab, "/account/profile")
    letters = len(world.mail.letters)
    moved = f"countess-{ada.email}"
    tab.fill(email=moved, current=ada.password)
    tab.submit("Save")
    assert tab.path == "/account" and "not confirmed yet" in tab.text
    tab.open(link(world.mail.wait(moved, after=letters), "/verify-email"))
    assert moved in tab.text
    world.look(tab, "verify-address")
    tab.submit("Confirm address")
    assert "Your address is confirmed" in tab.text
    world.look(tab, "address-verified")
    ada.open(tab, "/account")
    assert moved in tab.text and "not confirmed yet" not in tab.text


def flow_confirm_an_address_that_nobody_proved(world, **options):
    ada, tab = signed_in(world, **options)
    world.admin("PATCH", f"/admin/v1/users/{ada.id}", {"email_verified": False}, expect=200)
    ada.open(tab, "/account")
    assert "not confirmed yet" in tab.text
    world.look(tab, "account-not-confirmed")
    letters = len(world.mail.letters)
    tab.submit("Send the link again")
    assert "We sent a message" in tab.page.get_by_role("status").inner_text()
    tab.open(link(world.mail.wait(ada.email, after=letters), "/verify-email"))
    tab.submit("Confirm address")
    ada.open(tab, "/account")
    assert "(confirmed)" in tab.text


def flow_confirm_an_address_without_script(world):
    flow_confirm_an_address_that_nobody_proved(world, script=False)


def flow_take_up_an_invitation(world):
    draft = {"username": "guest", "email": "guest@people.test"}
    guest = world.admin("POST", "/admin/v1/users", draft, expect=201).json()["id"]
    letters = len(world.mail.letters)
    world.admin("POST", f"/admin/v1/users/{guest}/invitation", expect=201)
    tab = world.browser.person()
    tab.open(link(world.mail.wait("guest@people.test", after=letters), "/invitation"))
    world.look(tab, "invitation")
    tab.fill(password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    tab.submit("Set password and begin")
    assert "Your password is set" in tab.text
    tab.open(world.server.issuer + "/sign-in")
    tab.fill(login="guest", password=NEW_PASSWORD)
    tab.submit("Sign in")
    assert tab.path == "/account"


def flow_make_oneself_an_account(world, **options):
    tab = world.browser.person(**options)
    tab.open(world.server.issuer + "/sign-in")
    with tab.page.expect_navigation(wait_until="load"):
        tab.page.get_by_role("link", name="Create an account").click()
    world.look(tab, "register")
    address = f"newcomer{len(world.mail.letters)}@people.test"
    letters = len(world.mail.letters)
    tab.fill(email=address)
    tab.submit("Create account")
    assert "Look at your mail" in tab.text
    world.look(tab, "registered")
    letter = world.mail.wait(address, after=letters)
    assert letter.message["Content-Language"] == "en"
    tab.open(link(letter, "/invitation"))
    tab.fill(password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    tab.submit("Set password and begin")
    assert "Your password is set" in tab.text
    tab.open(world.server.issuer + "/sign-in")
    tab.fill(login=address, password=NEW_PASSWORD)
    tab.submit("Sign in")
    assert tab.path == "/account" and address in tab.text
    # Somebody who has an account is told so by mail; the page says the same as before.
    stranger = world.browser.person(**options)
    stranger.open(world.server.issuer + "/register")
    letters = len(world.mail.letters)
    stranger.fill(email=address)
    stranger.submit("Create account")
    assert "Look at your mail" in stranger.text
    assert "already have" in world.mail.wait(address, after=letters).subject


def flow_make_oneself_an_account_without_script(world):
    flow_make_oneself_an_account(world, script=False)
