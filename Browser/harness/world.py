"""What a flow is given: the browser, the mail server, and the real server once a flow asks for it."""

import os
import tempfile

from Attack.harness.runner import default_binary
from Attack.harness.server import Server

from .application import Application
from .chromium import Chromium
from .mail import MailServer
from .person import Person


class World:
    """One run. The server is started when it is first needed, with mail that goes to our own SMTP server."""

    def __init__(self, binary=None, screenshots=None):
        self.binary, self.screenshots = binary, screenshots
        if screenshots:
            os.makedirs(screenshots, exist_ok=True)
        self.browser, self.mail = Chromium(), MailServer()
        self.scratch = tempfile.mkdtemp(prefix="tessera-browser-")
        self.started = self.reserved = self.guarded = None
        self.applications = {}
        self.problems = []

    @property
    def server(self):
        if self.started is None:
            server = Server(self.binary or default_binary(), self.settings(), name="browser")
            server.initialise()
            self.started = server.start()
        return self.started

    @property
    def closed(self):
        """Another server, which offers strangers nothing."""
        if self.reserved is None:
            server = Server(self.binary or default_binary(), name="browser")
            server.initialise()
            self.reserved = server.start()
        return self.reserved

    def settings(self):
        return {
            "mail": {"host": "127.0.0.1", "port": self.mail.port, "security": "none", "from": "tessera@tessera.test"},
            "accounts": {"self-registration": True},
            "registration": {"enabled": True, "open": True},
        }

    def admin(self, method, path, value=None, expect=None):
        """The administration API over its socket, as the uid that runs the flows."""
        answer = self.server.admin.send_json(method, path, value)
        assert expect is None or answer.status == expect, f"{method} {path} answered {answer}, not {expect}"
        return answer

    def application(self, name, **options):
        """The sample application under this name; registered and started when it is first asked for."""
        if name not in self.applications:
            self.applications[name] = Application(self, name, **options)
        return self.applications[name]

    def person(self, name="Ada Lovelace"):
        return Person(self, name)

    def look(self, tab, name):
        """Notes what is wrong with the page that is open, and takes its pictures when pictures are asked for."""
        self.problems += [f"{name}: {line}" for line in tab.inspect()]
        if self.screenshots:
            tab.portraits(self.screenshots, name)

    def judge(self):
        """What went wrong in a flow besides its own assertions; and everybody leaves."""
        found = self.problems + self.browser.faults()
        self.problems = []
        self.browser.forget()
        return found

    def close(self):
        self.browser.close()
        self.mail.close()
        for application in self.applications.values():
            application.close()
        if self.guarded:
            self.guarded.close()
        for server in (self.started, self.reserved):
            if server:
                server.discard()
