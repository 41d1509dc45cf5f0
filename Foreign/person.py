"""Somebody with a browser without script, who goes wherever links, redirects and forms lead."""

import html.parser
import urllib.parse

import requests

from Attack.harness.people import CONSENT, SIGN_IN, Page


class Texts(html.parser.HTMLParser):
    """The words of elements by their id."""

    def __init__(self, text):
        super().__init__()
        self.found, self.inside = {}, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.inside = dict(attributes).get("id")

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside:
            self.found[self.inside] = self.found.get(self.inside, "") + data


class Person:
    """One browser; `trusted` is a file of certificates."""

    def __init__(self, trusted):
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = trusted

    def get(self, url, follow=True):
        return self.session.get(url, timeout=60, allow_redirects=follow)

    def submit(self, page, action, **changes):
        """The form of a page that is sent to `action`, with some fields filled in."""
        form = Page(page).form(action)
        if form is None:
            raise AssertionError(f"no form for {action} at {page.url}: {page.text[:200]}")
        target = urllib.parse.urljoin(page.url, form.action)
        # Browsers say which page a form is of.
        origin = "/".join(page.url.split("/")[:3])
        return self.session.post(target, data=form.filled(**changes), headers={"Origin": origin}, timeout=60)

    def asks_password(self, page):
        return Page(page).form(SIGN_IN) is not None

    def sign_in(self, page, login, password):
        """Signs in and allows what is asked."""
        page = self.submit(page, SIGN_IN, login=login, password=password)
        if Page(page).form(CONSENT):
            page = self.submit(page, CONSENT, decision="allow")
        return page

    def confirm(self, page, action):
        """Presses the one button of a page, if it has one."""
        return self.submit(page, action) if Page(page).form(action) else page

    def text(self, page, id):
        return Texts(page.text).found.get(id, "").strip()
