"""A tab that remembers everything that should not have happened in it."""

import os
import re
import urllib.parse

from axe_playwright_python.base import AXE_SCRIPT

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
SERIOUS = ("serious", "critical")
# Chromium does not know all names that HTML has for what a field is about; axe-core does, and judges them.
UNKNOWN_PURPOSE = "FormInputHasWrongButWellIntendedAutocompleteValueError"
# Chromium's advice on speed, and what it says of each site that leads elsewhere before anybody has clicked there.
BESIDE_THE_POINT = ("PerformanceIssue", "BounceTrackingIssue")
STATUS = re.compile(r"status of (\d{3})")


class Tab:
    """A page of one person, with the console, the violations of policy, and the failures of its requests."""

    def __init__(self, context, script=True):
        self.context, self.script = context, script
        self.page = context.new_page()
        self.faults = []
        self.expected = set()
        self.page.on("console", self.heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.on("response", self.answered)
        self.protocol = context.new_cdp_session(self.page)
        self.protocol.on("Audits.issueAdded", self.issue)
        self.protocol.send("Audits.enable")

    # Faults

    def expect_status(self, *statuses):
        """Answers with these statuses are what the flow is about."""
        self.expected.update(statuses)

    def heard(self, message):
        if message.type not in ("error", "warning"):
            return
        status = STATUS.search(message.text)
        if status and int(status.group(1)) in self.expected:
            return
        self.faults.append(f"console {message.type}: {message.text}")

    def answered(self, response):
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(f"{response.request.method} {response.url} answered {response.status}")

    def issue(self, event):
        """Chromium's own findings: Content Security Policy, cookies, mixed content."""
        found = event["issue"]
        if found["code"] in BESIDE_THE_POINT:
            return
        if found["details"].get("genericIssueDetails", {}).get("errorType") == UNKNOWN_PURPOSE:
            return
        self.faults.append(f"issue {found['code']}: {found['details']}")

    # Looking

    def accessibility(self):
        """Serious and critical findings of axe-core; it runs from outside, so the page's policy does not stop it.

        Where script is disabled axe-core cannot run either: the same page is looked at with script enabled.
        """
        if not self.script:
            return []
        self.page.evaluate(AXE_SCRIPT)
        results = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{found['id']} ({found['impact']}): {found['help']}: {node['html'][:160]}"
            for found in results["violations"]
            if found["impact"] in SERIOUS
            for node in found["nodes"]
        ]

    def overflows(self):
        """Whether the page is wider than its window: on a phone that is a fault."""
        return self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")

    def portraits(self, folder, name):
        """The page on a phone and a desktop, light and dark, as it stands, with its state kept."""
        size = self.page.viewport_size
        written = []
        for where, viewport in (("phone", PHONE), ("desktop", DESKTOP)):
            self.page.set_viewport_size(viewport)
            for scheme in ("light", "dark"):
                self.page.emulate_media(color_scheme=scheme)
                path = os.path.join(folder, f"{name}-{where}-{scheme}.png")
                self.page.screenshot(path=path, full_page=True)
                written.append(path)
        self.page.set_viewport_size(size)
        self.page.emulate_media(color_scheme="light")
        return written

    def inspect(self):
        """All that every page has to be: no serious finding in light and dark, no scrolling sideways on a phone."""
        size = self.page.viewport_size
        found = []
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            found += [f"{scheme}: {line}" for line in self.accessibility()]
        self.page.set_viewport_size(PHONE)
        if self.overflows():
            found.append(f"{self.page.url} scrolls sideways on a phone")
        self.page.set_viewport_size(size)
        self.page.emulate_media(color_scheme="light")
        return found

    # Doing

    def open(self, address):
        return self.page.goto(address, wait_until="load")

    def fill(self, **fields):
        """Types into fields by their names in the form; `login="ada"` fills `name=login`."""
        for name, value in fields.items():
            self.page.locator(f'[name="{name}"]').fill(value)

    def submit(self, button=None):
        """Presses the button of this text, or the page's one submit button, and waits for what comes."""
        where = self.page.get_by_role("button", name=button, exact=True) if button else self.page.locator("main [type=submit]")
        with self.page.expect_navigation(wait_until="load"):
            where.click()

    @property
    def path(self):
        """Of the page that is open, without what stands behind a question mark."""
        return urllib.parse.urlsplit(self.page.url).path

    @property
    def text(self):
        return self.page.locator("body").inner_text()
