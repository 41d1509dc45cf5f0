"""Pages behind the gateway, for people with nothing but a browser."""

from ..harness.guarded import CLIENT, COOKIE, OWN, GuardedSites
from ..harness.site import Site


def sites(world):
    """Both sites and their gateway; started when a flow first asks for them."""
    if world.guarded is None:
        world.guarded = GuardedSites(world)
    return world.guarded


def asks_password(tab, issuer):
    return tab.page.url.startswith(issuer + "/") and tab.page.locator("[name=password]").count() == 1


def flow_a_page_behind_the_gateway(world, **options):
    guarded, ada = sites(world), world.person()
    tab, address = ada.browser(**options), guarded.reports + "/pages/1?month=1&day=%2F"
    tab.open(guarded.reports + "/")
    assert tab.path == "/" and tab.page.locator("#subject").inner_text() == "", "open to everybody"
    tab.open(address)
    assert asks_password(tab, world.server.issuer) and "Two Sites" in tab.text, tab.page.url
    ada.enter(tab)
    assert "Let Two Sites in?" in tab.text, tab.text
    tab.submit("Allow")
    assert guarded.shows(tab, address, ada), tab.page.url
    guarded.behind.asked.clear()
    tab.submit("Send")
    assert guarded.shows(tab, address, ada) and "POST" in tab.text, tab.text
    (method, _, fields) = guarded.behind.asked[-1]
    sent = dict(fields)
    assert method == "POST" and sent["x-tessera-subject"] == ada.id and sent["x-tessera-client"] == CLIENT, sent
    assert [value for name, value in fields if name == "cookie"] == [COOKIE], "its own cookie, and none of ours"
    assert "authorization" not in sent and "eyJ" not in str(fields), "a token went to the server behind"
    kept = {cookie["name"]: cookie for cookie in tab.context.cookies(guarded.reports)}
    own = kept["__Host-tessera-gateway"]
    assert own["httpOnly"] and own["secure"] and own["sameSite"] == "Lax" and own["path"] == "/"
    assert "eyJ" not in str(kept), "a token is in a cookie"
    assert tab.page.evaluate("document.cookie") == COOKIE


def flow_a_page_behind_the_gateway_without_script(world):
    flow_a_page_behind_the_gateway(world, script=False)


def flow_sign_on_to_the_other_site_of_the_gateway(world, **options):
    guarded, orchard, ada = sites(world), world.application("Orchard"), world.person()
    tab = ada.browser(**options)
    # Signed in to another application, they only say yes; and not again for the site beside it.
    ada.sign_in(tab, orchard)
    tab.open(guarded.reports + "/pages/1")
    assert "Let Two Sites in?" in tab.text and tab.page.locator("[name=password]").count() == 0
    tab.submit("Allow")
    assert guarded.shows(tab, guarded.reports + "/pages/1", ada), tab.page.url
    tab.open(guarded.desk + "/pages/2?a=b")
    assert guarded.shows(tab, guarded.desk + "/pages/2?a=b", ada), tab.page.url
    # Nobody else is anybody there.
    other = world.person().browser(**options)
    other.open(guarded.desk + "/pages/2")
    assert asks_password(other, world.server.issuer)


def flow_sign_on_to_the_other_site_without_script(world):
    flow_sign_on_to_the_other_site_of_the_gateway(world, script=False)


def flow_scripts_of_pages_behind_the_gateway(world):
    guarded, ada = sites(world), world.person()
    tab = ada.browser()
    tab.expect_status(401)
    tab.open(guarded.reports + "/")
    status, led, _, challenge = guarded.fetch(tab, "/data/1")
    assert (status, led) == (401, False) and challenge.startswith("Bearer"), "a script is led nowhere"
    assert guarded.fetch(tab, OWN + "/sign-in?to=/data/1")[:2] == [401, False]
    guarded.enter(ada, tab)
    for method in ("GET", "POST"):
        status, led, text, _ = guarded.fetch(tab, "/data/1", method)
        assert (status, led) == (200, False) and ada.id in text, text


def flow_a_page_that_wants_a_recent_sign_in(world):
    guarded, ada = sites(world), world.person()
    tab = ada.browser()
    guarded.enter(ada, tab)
    tab.expect_status(401)
    challenge = guarded.wait_for(tab, 401, "/recent/1")
    assert "insufficient_user_authentication" in challenge and "max_age" in challenge, challenge
    assert guarded.fetch(tab, "/data/1")[0] == 200, "the session is as good as before elsewhere"
    tab.open(guarded.reports + "/recent/1")
    assert "Please sign in again" in tab.text and ada.name in tab.text, tab.text
    tab.fill(password=ada.password)
    tab.submit("Sign in")
    assert guarded.shows(tab, guarded.reports + "/recent/1", ada), tab.page.url


def flow_sign_out_at_the_gateway(world, **options):
    guarded, ada = sites(world), world.person()
    tab = ada.browser(**options)
    guarded.enter(ada, tab)
    tab.open(guarded.reports + OWN + "/sign-out")
    assert "Sign out?" in tab.text
    world.look(tab, "gateway-sign-out")
    tab.page.get_by_role("link", name="Stay signed in").click()
    tab.page.wait_for_url(guarded.reports + "/")
    tab.open(guarded.reports + OWN + "/sign-out")
    tab.submit("Sign out")
    # They have said so once; the issuer knows its own session by the ID token, and asks nothing.
    assert tab.page.url == guarded.reports + OWN + "/signed-out", tab.page.url
    assert "You are signed out" in tab.text
    world.look(tab, "gateway-signed-out")
    assert not [each for each in tab.context.cookies(guarded.reports) if each["name"] == "__Host-tessera-gateway"]
    tab.page.get_by_role("link", name="Go to the site").click()
    tab.page.wait_for_url(guarded.reports + "/")
    tab.open(guarded.reports + "/pages/1")
    assert asks_password(tab, world.server.issuer), "the session went on at the issuer"


def flow_sign_out_at_the_gateway_without_script(world):
    flow_sign_out_at_the_gateway(world, script=False)


def flow_end_the_access_of_the_gateway(world):
    guarded, ada = sites(world), world.person()
    tab = ada.browser()
    guarded.enter(ada, tab)
    beside = world.browser.tab(tab.context)
    ada.open(beside, "/account/applications")
    beside.submit("End access of Two Sites")
    assert "has no access any more" in beside.page.get_by_role("status").inner_text()
    tab.expect_status(401)
    guarded.wait_for(tab, 401)
    tab.open(guarded.reports + "/pages/1")
    assert "Let Two Sites in?" in tab.text and tab.page.locator("[name=password]").count() == 0, tab.text


def flow_what_the_gateway_says_instead_of_a_page(world, **options):
    guarded, ada = sites(world), world.person()
    tab = ada.browser(**options)
    tab.expect_status(400, 403, 404)

    def says(text, name):
        assert text in tab.text and tab.page.url.startswith(guarded.reports + "/"), f"{tab.page.url} {tab.text[:300]}"
        world.look(tab, f"gateway-{name}")

    tab.open(f"{guarded.reports}{OWN}/nothing")
    says("There is nothing here", "not-found")
    tab.open(f"{guarded.reports}{OWN}/sign-in?to=//evil.test/")
    says("This request cannot be read", "malformed")
    tab.open(f"{guarded.reports}{OWN}/callback?code=x&state=y")
    says("This sign-in cannot be continued", "unknown")
    tab.open(guarded.reports + "/pages/1")
    ada.enter(tab)
    tab.submit("Don’t allow")
    says("You are not signed in", "refused")
    with tab.page.expect_navigation(wait_until="load"):
        tab.page.get_by_role("link", name="Sign in again").click()
    tab.submit("Allow")
    assert guarded.shows(tab, guarded.reports + "/pages/1", ada), tab.page.url
    tab.open(guarded.reports + "/strong/1")
    says("This page needs another sign-in", "stronger")
    tab.open(guarded.reports + "/desk/1")
    says("You may not see this page", "not-allowed")
    tab.open(guarded.reports + "/pages/1")
    assert guarded.shows(tab, guarded.reports + "/pages/1", ada), "the session went on"


def flow_what_the_gateway_says_without_script(world):
    flow_what_the_gateway_says_instead_of_a_page(world, script=False)


def flow_a_page_while_nobody_can_be_asked(world):
    guarded, ada = sites(world), world.person()
    tab = ada.browser()
    guarded.enter(ada, tab)
    beside = world.browser.tab(tab.context)
    for each in (tab, beside):
        each.expect_status(503)
    world.server.pause()
    try:
        # Once the issuer has said nothing for too long, nothing is believed any more.
        guarded.wait_for(tab, 503)
        beside.open(guarded.reports + "/pages/1")
        assert "Please try again in a moment" in beside.text, beside.text
        world.look(beside, "gateway-unavailable")
    finally:
        world.server.pause(False)
    guarded.wait_for(tab, 200)
    with beside.page.expect_navigation(wait_until="load"):
        beside.page.get_by_role("link", name="Try again").click()
    assert guarded.shows(beside, guarded.reports + "/pages/1", ada), "the session went on"


def flow_a_form_of_another_site_at_the_gateway(world):
    guarded, ada = sites(world), world.person()
    tab = ada.browser()
    guarded.enter(ada, tab)
    guarded.behind.asked.clear()
    # Their cookie does not come along: the first is nobody's, and the second is refused whoever it is.
    for target, said in {"/pages/1": "an access token is needed", OWN + "/sign-out": "was not carried out"}.items():
        form = f'<form method="post" action="{guarded.reports}{target}"><button>Win</button></form>'
        site = Site({"/": ({}, f"<!doctype html><title>Win</title><main>{form}</main>")})
        beside = world.browser.tab(tab.context)
        beside.expect_status(401, 403)
        try:
            beside.open(site.address + "/")
            beside.submit("Win")
        finally:
            site.close()
        assert said in beside.text, beside.text
    assert not guarded.behind.asked, "the server behind was asked"
    world.look(beside, "gateway-foreign")
    tab.open(guarded.reports + "/pages/1")
    assert guarded.shows(tab, guarded.reports + "/pages/1", ada), "they were signed out"
