"""API keys of one's own, on the account page."""

from .c_account import signed_in

RESOURCE = {
    "id": "orders",
    "name": "Orders",
    "identifier": "https://orders.test/api",
    "scope": "orders.read orders.write",
    "scope_descriptions": {
        "orders.read": {"text": "See your orders"},
        "orders.write": {"text": "Order for you"},
    },
}


def offer_a_resource(world):
    """What a key can be for; made once, however many flows ask."""
    answer = world.admin("POST", "/admin/v1/resources", RESOURCE)
    assert answer.status in (201, 409), answer


def the_key(tab):
    return tab.page.get_by_label("Your new key").input_value().strip()


def flow_make_replace_and_end_a_key(world, **options):
    offer_a_resource(world)
    ada, tab = signed_in(world, **options)
    ada.open(tab, "/account/keys")
    assert "You have no API key." in tab.text
    world.look(tab, "account-keys-none")
    tab.page.get_by_role("link", name="Make a new key").click()
    world.look(tab, "account-key-new")
    tab.expect_status(422)
    tab.fill(name="Night report", current=ada.password)
    tab.submit("Make the key")
    assert "Choose at least one thing" in tab.page.get_by_role("alert").inner_text()
    world.look(tab, "account-key-problem")
    tab.page.get_by_label("See your orders").check()
    tab.fill(current=ada.password)
    tab.submit("Make the key")
    first = the_key(tab)
    assert first and "It is not shown again." in tab.text
    world.look(tab, "account-key-made")
    with tab.page.expect_navigation(wait_until="load"):
        tab.page.get_by_role("link", name="I have stored it").click()
    assert "Night report" in tab.text and "Never used" in tab.text and first not in tab.page.content()
    world.look(tab, "account-keys")
    with tab.page.expect_navigation(wait_until="load"):
        tab.page.get_by_role("link", name="Replace the key Night report").click()
    world.look(tab, "account-key-replace")
    tab.fill(current=ada.password)
    tab.submit("Replace")
    assert the_key(tab) not in ("", first)
    ada.open(tab, "/account/keys")
    assert tab.page.locator(".rows > li").count() == 2 and "replaced" in tab.text
    tab.page.locator(".rows > li").first.get_by_role("button", name="End the key Night report").click()
    tab.page.wait_for_load_state("load")
    assert "The key is good for nothing any more." in tab.page.get_by_role("status").inner_text()


def flow_keys_without_script(world):
    flow_make_replace_and_end_a_key(world, script=False)
