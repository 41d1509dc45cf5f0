"""Somebody with an account, and what they do the same way in many flows."""

import itertools

NUMBERS = itertools.count(1)
PASSWORD = "four plain bicycles at dawn"


class Person:
    """Made by an administrator; every flow has people of its own."""

    def __init__(self, world, name="Ada Lovelace"):
        self.world, self.name = world, name
        self.username = f"{name.split()[0].lower()}{next(NUMBERS)}"
        self.email = f"{self.username}@people.test"
        self.password = PASSWORD
        draft = {
            "username": self.username,
            "email": self.email,
            "email_verified": True,
            "password": self.password,
            "attributes": {"name": name, "locale": "en"},
        }
        self.id = world.admin("POST", "/admin/v1/users", draft, expect=201).json()["id"]

    def browser(self, **options):
        """A browser in which this person was never signed in."""
        return self.world.browser.person(**options)

    def enter(self, tab, password=None):
        """Fills the sign-in page that is open, and sends it."""
        assert tab.path == "/sign-in" or tab.path == "/authorize", f"not a sign-in page: {tab.page.url}"
        tab.fill(login=self.username, password=password or self.password)
        tab.submit("Sign in")

    def begin(self, tab, application):
        """From the page of an application to wherever Tessera takes them."""
        tab.open(application.address + "/")
        with tab.page.expect_navigation(wait_until="load"):
            tab.page.click("#sign-in")

    def sign_in(self, tab, application):
        """All the way into an application, with everything allowed."""
        self.begin(tab, application)
        self.enter(tab)
        if tab.path == "/authorize":
            tab.submit("Allow")
        assert self.is_in(tab, application), f"{self.username} did not reach {application.name}: {tab.text[:300]}"

    def is_in(self, tab, application):
        """Whether the application's page knows somebody."""
        return tab.page.url == application.address + "/" and "Hello," in tab.text

    def open(self, tab, path):
        """A page of Tessera."""
        return tab.open(self.world.server.issuer + path)
