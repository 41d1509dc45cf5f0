"""Debian's Chromium, driven over its own protocol; nothing is downloaded."""

import shutil

from playwright.sync_api import sync_playwright

from .tab import DESKTOP, Tab


class Chromium:
    """One headless browser; every person gets a context (a jar of cookies) of their own."""

    def __init__(self):
        path = shutil.which("chromium")
        if path is None:
            raise SystemExit("chromium is missing: apt-get install chromium")
        self.playwright = sync_playwright().start()
        self.browser = self.playwright.chromium.launch(executable_path=path, headless=True)
        self.version = self.browser.version
        self.tabs = []

    def person(self, *, script=True, language="en-GB", scheme="light", size=DESKTOP):
        """A tab of somebody who was never here. The development certificate is not what the flows are about."""
        context = self.browser.new_context(
            java_script_enabled=script,
            locale=language,
            color_scheme=scheme,
            viewport=size,
            ignore_https_errors=True,
            reduced_motion="reduce",
        )
        context.set_default_timeout(60_000)
        return self.tab(context, script)

    def tab(self, context, script=True):
        """Another tab that shares the cookies of a context."""
        opened = Tab(context, script)
        self.tabs.append(opened)
        return opened

    def faults(self):
        """What all tabs noticed since they were opened."""
        return [fault for tab in self.tabs for fault in tab.faults]

    def forget(self):
        """Closes every tab and person."""
        for context in {id(tab.context): tab.context for tab in self.tabs}.values():
            context.close()
        self.tabs = []

    def close(self):
        self.forget()
        self.browser.close()
        self.playwright.stop()
