"""A browser without script, and the steps that people take in it: the pages are driven through their own forms."""

import base64
import hashlib
import html.parser
import os
import urllib.parse

from .client import form as encoded

AUTHORIZE, SIGN_IN, CONSENT, USERINFO, PAR = "/authorize", "/sign-in", "/consent", "/userinfo", "/par"
PASSWORD = "violet harbour lamp seven"


class Form:
    """One form of a page, with what a browser would send of it."""

    def __init__(self, action, method):
        self.action, self.method, self.fields, self.optional = action, method, [], []

    def filled(self, **changes):
        """The fields with some replaced; `None` leaves a field out and a list repeats it."""
        pairs = [(name, value) for name, value in self.fields if name not in changes]
        for name, value in changes.items():
            values = value if isinstance(value, list) else [] if value is None else [value]
            pairs += [(name, each) for each in values]
        return pairs


class Page(html.parser.HTMLParser):
    """The forms and links of one page."""

    def __init__(self, answer):
        super().__init__()
        self.forms, self.links, self.words = [], [], []
        self.feed(answer.text)

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        if tag == "form":
            self.forms.append(Form(has.get("action", ""), has.get("method", "get")))
        elif tag == "input" and self.forms and has.get("name"):
            if has.get("type") == "checkbox":
                self.forms[-1].optional.append(has.get("value", ""))
                if "checked" not in has:
                    return
            self.forms[-1].fields.append((has["name"], has.get("value") or ""))
        elif tag in ("a", "link") and has.get("href"):
            self.links.append(has["href"])

    def handle_data(self, data):
        self.words.append(data)

    def form(self, action):
        """The first form that is sent to `action`."""
        return next((form for form in self.forms if form.action == action), None)


def verifier():
    return base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode()


def challenge(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def answered(answer):
    """The parameters that a response carries to a client: in its address, or in the form that it posts."""
    location = answer.header("Location")
    if location:
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query, keep_blank_values=True))
    return dict(Page(answer).forms[0].fields)


class Browser:
    """One browser at one address: it keeps cookies, follows redirects within the issuer and nothing else."""

    def __init__(self, world, address=None):
        self.world, self.cookies = world, {}
        self.http = world.caller(address)

    # Requests

    def request(self, method, target, *, headers=None, body=None):
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
        if self.cookies and not any(name.lower() == "cookie" for name, _ in pairs):
            pairs.append(("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())))
        answer = self.http.request(method, target, headers=pairs, body=body)
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                self.keep(value)
        return answer

    def keep(self, text):
        pair, *attributes = (part.strip() for part in text.split(";"))
        name, value = pair.split("=", 1)
        if not value or "Max-Age=0" in attributes:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = self.world.watch.secret(value)

    def follow(self, answer):
        """Goes on as long as the issuer sends the browser to itself."""
        for _ in range(10):
            location = answer.header("Location")
            if not location or answer.status not in (302, 303):
                return answer
            if location.startswith(self.world.issuer + "/"):
                location = location[len(self.world.issuer) :]
            if not location.startswith("/") or location.startswith("//"):
                return answer
            answer = self.request("GET", location)
        raise AssertionError("the issuer sends browsers round and round")

    def get(self, target):
        return self.follow(self.request("GET", target))

    def post(self, target, pairs, headers=None):
        """A form as it is, without going on."""
        own = [("Content-Type", "application/x-www-form-urlencoded"), *(headers or {}).items()]
        return self.request("POST", target, headers=own, body=encoded(pairs))

    def submit(self, answer, action, **changes):
        """The form of a page, with some fields filled in."""
        form = Page(answer).form(action)
        assert form, f"no form for {action} in {answer}"
        return self.follow(self.post(action, form.filled(**changes)))

    # Cookies

    def cookie(self, what):
        """The value of the cookie for `session` or `browser`."""
        return next((value for name, value in self.cookies.items() if name.endswith("tessera-" + what)), None)

    def cookie_name(self, what):
        return ("__Host-" if self.world.issuer.startswith("https") else "") + "tessera-" + what

    # Journeys

    def sign_in(self, login, password=PASSWORD, page=None):
        page = page or self.get(SIGN_IN)
        return self.submit(page, SIGN_IN, login=login, password=password)

    def arrive(self, request, login=None, password=PASSWORD, allow=True):
        """Sends the browser off with a request, signs in and consents where asked; the last answer."""
        answer = self.get(AUTHORIZE + "?" + urllib.parse.urlencode(request))
        if login and Page(answer).form(SIGN_IN):
            answer = self.sign_in(login, password, answer)
        if Page(answer).form(CONSENT):
            answer = self.submit(answer, CONSENT, decision="allow" if allow else "deny")
        return answer


class Journey:
    """One authorization request of a client: made, brought to a browser, and redeemed."""

    def __init__(self, world, client="web", redirect_uri="https://app.test/cb", scope="openid offline_access", **more):
        self.world, self.client_id, self.verifier = world, client, verifier()
        self.request = {
            "client_id": client,
            "response_type": "code",
            "redirect_uri": redirect_uri,
            "scope": scope,
            "state": os.urandom(6).hex(),
            "nonce": os.urandom(6).hex(),
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
            **more,
        }
        self.request = {name: value for name, value in self.request.items() if value is not None}
        self.code = None

    def through(self, browser, login="bob", password=PASSWORD):
        """Signs in and consents; keeps the code."""
        answer = browser.arrive(self.request, login, password)
        values = answered(answer)
        assert "code" in values, f"no code but {answer} {values}"
        self.code = self.world.watch.secret(values["code"])
        return self

    def redeem(self, by=None, **changes):
        """The answer of the token endpoint."""
        fields = {
            "grant_type": "authorization_code",
            "code": self.code,
            "redirect_uri": self.request["redirect_uri"],
            "code_verifier": self.verifier,
            **changes,
        }
        fields = {name: value for name, value in fields.items() if value is not None}
        return self.world.at_token(by or self.client_id, fields)

    def tokens(self, **changes):
        answer = self.redeem(**changes)
        assert answer.status == 200, f"not redeemed: {answer}"
        return self.world.noted(answer.json())
