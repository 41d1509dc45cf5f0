"""Other sites get no page of ours into a frame, and no hold on a window in which one is open."""

from ..harness.site import Site

PATHS = ("/sign-in", "/account", "/account/delete", "/consent", "/logout", "/reset", "/authorize?client_id=x")


def framing(address):
    return (
        f'<!doctype html><html lang="en"><title>Thief</title><iframe id="f" src="{address}"></iframe>'
        f"<button onclick=\"window.opened = window.open('{address}')\">Open</button>"
    )


def flow_shows_nothing_in_a_frame_of_another_site(world):
    issuer, ada = world.server.issuer, world.person()
    site = Site({f"/{number}": ({}, framing(issuer + path)) for number, path in enumerate(PATHS)})
    tab = ada.browser()
    try:
        ada.open(tab, "/sign-in")
        ada.enter(tab)
        assert tab.path == "/account", tab.page.url
        for number, path in enumerate(PATHS):
            tab.open(f"{site.address}/{number}")
            frame = tab.page.locator("#f").element_handle().content_frame()
            shown = frame.locator("body").inner_text() if frame else ""
            assert frame is None or frame.url.startswith("chrome-error://"), f"{path} is shown in a frame: {frame.url}"
            assert "Ada" not in shown and not frame.locator("form").count(), f"{path} shows {shown[:100]}"
        # The browser complains about each of them, as it should.
        refused = [fault for fault in tab.faults if "frame" in fault.lower() or "/authorize" in fault]
        assert len(refused) >= len(PATHS), tab.faults
    finally:
        tab.faults.clear()
        site.close()


def flow_lets_no_other_site_hold_its_window(world):
    issuer, ada = world.server.issuer, world.person()
    site = Site({"/": ({}, framing(issuer + "/sign-in"))})
    tab = ada.browser()
    try:
        tab.open(site.address + "/")
        with tab.page.expect_popup() as opened:
            tab.page.get_by_role("button", name="Open").click()
        opened.value.wait_for_url("**/sign-in")
        assert opened.value.evaluate("window.opener === null"), "the page of ours knows who opened it"
        assert tab.page.evaluate("window.opened.closed"), "who opened the page still holds it"
    finally:
        tab.faults.clear()
        site.close()
