"""A browser without script for the sample application (Examples/web-login), for one step of a visit at a time.

usage: visit-web-login.py ADDRESS AUTHORITY COOKIES STEP
  sign-in NAME PASSWORD-FILE   fills in the forms that come, allows what is asked, prints what the application learnt
  show                         prints what the application knows
  refresh                      presses that button

Exit code 1, after the page's own words, unless the application then knows somebody. COOKIES is a file, kept between
steps.
"""

import html.parser
import http.cookiejar
import os
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request


# Elements without an end.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Form:
    """One form of a page, with what a browser would send of it."""

    def __init__(self, action):
        self.action, self.fields = action, {}


class Page(html.parser.HTMLParser):
    """What a person sees of an answer: headings, tables, forms, what consent is about, and words by element id."""

    def __init__(self, answer):
        super().__init__()
        self.url, self.status = answer.url, answer.status
        self.forms, self.rows, self.heading, self.words, self.scopes = [], [], "", {}, []
        self.inside = []
        self.feed(answer.read().decode())

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        if tag not in VOID:
            self.inside.append((tag, has.get("class"), has.get("id")))
        if tag == "form":
            self.forms.append(Form(urllib.parse.urljoin(self.url, has["action"])))
        elif tag in ("tr", "h2"):
            self.rows.append(["", ""])
        elif tag in ("input", "button") and has.get("name") and self.forms:
            self.field(has, tag)

    def field(self, has, tag):
        # A button only sends its value when it is the one that is pressed.
        if tag == "input" and (has.get("type") != "checkbox" or "checked" in has):
            self.forms[-1].fields.setdefault(has["name"], []).append(has.get("value") or "")

    def handle_endtag(self, tag):
        while tag not in VOID and self.inside and self.inside.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tags = [tag for tag, _, _ in self.inside]
        tag, kind, name = self.inside[-1] if self.inside else ("", None, None)
        if name:
            self.words[name] = self.words.get(name, "") + data
        if "h1" in tags:
            self.heading += data
        elif tag in ("h2", "th", "td"):
            self.rows[-1][1 if tag == "td" else 0] += data
        elif kind == "words":
            self.scopes.append(data)


class Visit:
    """The browser: it keeps cookies, follows redirects and sends forms."""

    def __init__(self, address, authority, cookies):
        self.address = address.rstrip("/")
        self.jar = http.cookiejar.MozillaCookieJar(cookies)
        if os.path.exists(cookies):
            self.jar.load(ignore_discard=True)
        trust = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=authority))
        self.opener = urllib.request.build_opener(trust, urllib.request.HTTPCookieProcessor(self.jar))

    def open(self, url, fields=None):
        body = urllib.parse.urlencode(fields, doseq=True).encode() if fields is not None else None
        try:
            page = Page(self.opener.open(url, body, timeout=60))
        except urllib.error.HTTPError as answer:
            page = Page(answer)
        os.umask(0o077)
        self.jar.save(ignore_discard=True)
        return page

    def send(self, page, action, **entered):
        """Fills in the form that is sent to a path ending in `action`."""
        form = next((form for form in page.forms if form.action.endswith(action)), None)
        if form is None:
            raise SystemExit(f"{page.url.split('?')[0]} has no form for {action}: {page.heading}")
        return self.open(form.action, {**form.fields, **entered})

    def sign_in(self, name, password_file):
        with open(password_file) as file:
            password = file.read().strip()
        page = self.open(self.address + "/sign-in")
        if any(form.action.endswith("/sign-in") for form in page.forms):
            print(f"the page says: {page.heading}")
            page = self.send(page, "/sign-in", login=name, password=password)
        if any(form.action.endswith("/consent") for form in page.forms):
            print(f"the page asks: {page.heading}")
            for words in page.scopes:
                print(f"  - {words}")
            page = self.send(page, "/consent", decision="allow")
        return page

    def refresh(self):
        return self.send(self.open(self.address + "/"), "/refresh")

    def show(self):
        return self.open(self.address + "/")


def main(address, authority, cookies, step, *arguments):
    visit = Visit(address, authority, cookies)
    page = {"sign-in": visit.sign_in, "refresh": visit.refresh, "show": visit.show}[step](*arguments)
    print(f"{urllib.parse.urlsplit(page.url).netloc} says: {page.heading}")
    if "message" in page.words:
        print(page.words["message"])
    if "access" in page.words:
        print(f"access token: {page.words['access']}")
    for name, value in page.rows:
        print(f"  {name:<18} {value}" if value else f"{name}:")
    # Only the page for somebody who is signed in says "access", and only at the application itself.
    return 0 if page.url == visit.address + "/" and "access" in page.words else 1


sys.exit(main(*sys.argv[1:]))
