"""The harness before anything else: each fault is noticed, and a page without fault has none."""

import smtplib
from email.message import EmailMessage

from ..harness.site import Site

POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; form-action 'self'"}
STYLE = "<style>:root{color-scheme:light dark} body{font:1rem/1.5 sans-serif;margin:1rem}</style>"


def page(body):
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>A page</title>{STYLE}<main><h1>A page</h1>{body}</main></html>"
    )


PAGES = {
    "/good": (POLICY, page('<form action="/sent"><label>Name <input name="login"></label><button>Send</button></form>')),
    "/sent?login=ada": (POLICY, page("<p>Received.</p>")),
    "/policy": (POLICY, page("<script>document.title = 'ran'</script>")),
    "/script": ({}, page("<p id=said>static</p><script>document.getElementById('said').textContent = 'script'</script>")),
    "/console": ({}, page("<script>console.error('wrong')</script>")),
    "/throws": ({}, page("<script>throw new Error('thrown')</script>")),
    "/label": ({}, page('<form><input name="login"></form>')),
    "/dim": ({}, page('<p style="color:#bbb;background:#fff">Hardly to be read.</p>')),
    "/wide": ({}, page('<p style="width:2000px">Far out.</p>')),
}


def visited(world, path, **options):
    """A tab with one of the pages open."""
    if not hasattr(world, "site"):
        world.site = Site(PAGES)
    tab = world.browser.person(**options)
    tab.open(world.site.address + path)
    return tab


def noticed(tab, word):
    """The fault was seen, and is forgotten as it was wanted."""
    tab.page.wait_for_timeout(100)
    found = [fault for fault in tab.faults if word in fault]
    assert found, f"{word!r} was not noticed: {tab.faults}"
    tab.faults.clear()


def flow_a_good_page_has_no_fault(world):
    tab = visited(world, "/good")
    assert tab.inspect() == []
    tab.fill(login="ada")
    tab.page.get_by_role("button", name="Send").click()
    tab.page.wait_for_url("**/sent?login=ada")
    assert "Received." in tab.text


def flow_faults_of_a_page_are_noticed(world):
    noticed(visited(world, "/policy"), "ContentSecurityPolicyIssue")
    noticed(visited(world, "/console"), "wrong")
    noticed(visited(world, "/throws"), "thrown")
    tab = world.browser.person()
    tab.open(world.site.address + "/nowhere")
    noticed(tab, "404")
    tab.expect_status(404)
    tab.open(world.site.address + "/nowhere")


def flow_faults_of_accessibility_are_noticed(world):
    assert any("label" in line for line in visited(world, "/label").inspect())
    assert any("color-contrast" in line for line in visited(world, "/dim").inspect())
    assert any("sideways" in line for line in visited(world, "/wide").inspect())


def flow_script_can_be_disabled(world):
    assert "script" in visited(world, "/script").text
    without = visited(world, "/script", script=False)
    assert "static" in without.text
    assert without.inspect() == []


def flow_people_do_not_share_cookies(world):
    first, second = visited(world, "/good"), visited(world, "/good")
    first.context.add_cookies([{"name": "who", "value": "ada", "url": world.site.address}])
    assert first.context.cookies() and not second.context.cookies()
    beside = world.browser.tab(first.context)
    beside.open(world.site.address + "/good")
    assert beside.page.evaluate("document.cookie") == "who=ada"


def flow_pictures_are_taken_in_four_ways(world):
    tab = visited(world, "/good")
    written = tab.portraits(world.scratch, "good")
    assert len(written) == 4
    pictures = [open(path, "rb").read() for path in written]
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert len(set(pictures)) == 4, "two pictures are the same"


def flow_mail_arrives_and_can_be_put_off(world):
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "tessera@tessera.test", "ada@tessera.test", "Grüße"
    letter.set_content("Follow https://localhost/reset/set?link=tsl_abc to go on.")
    world.mail.refuse(1)
    with smtplib.SMTP("127.0.0.1", world.mail.port) as sender:
        try:
            sender.send_message(letter)
            raise AssertionError("the first delivery was to be put off")
        except smtplib.SMTPDataError as refusal:
            assert refusal.smtp_code == 451
        sender.send_message(letter)
    received = world.mail.wait("ada@tessera.test")
    assert received.subject == "Grüße"
    assert received.links == ["https://localhost/reset/set?link=tsl_abc"]
