"""A real SMTP server on loopback that keeps what it is given."""

import email
import email.policy
import re
import threading
import time

from aiosmtpd.controller import Controller

from Attack.harness.server import free_port

LINK = re.compile(r"https?://[^\s<>\"']+")


class Letter:
    """One mail as it arrived."""

    def __init__(self, envelope):
        self.sender, self.recipients = envelope.mail_from, list(envelope.rcpt_tos)
        self.message = email.message_from_bytes(envelope.content, policy=email.policy.default)

    @property
    def subject(self):
        return str(self.message["Subject"])

    @property
    def text(self):
        return self.message.get_body(preferencelist=("plain", "html")).get_content()

    @property
    def links(self):
        return LINK.findall(self.text)


class MailServer:
    """Accepts everything, or refuses the next few for a while, as a busy server does."""

    def __init__(self):
        self.letters, self.refusals, self.seen = [], 0, 0
        self.arrived = threading.Condition()
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    async def handle_DATA(self, server, session, envelope):
        with self.arrived:
            self.seen += 1
            if self.refusals > 0:
                self.refusals -= 1
                return "451 4.3.0 Not now"
            self.letters.append(Letter(envelope))
            self.arrived.notify_all()
        return "250 2.0.0 Kept"

    def refuse(self, number):
        """The next deliveries are put off: the sender has to come again."""
        with self.arrived:
            self.refusals = number

    def wait(self, recipient, *, after=0, seconds=60):
        """The first letter to somebody beyond the first `after` letters of all."""
        deadline = time.monotonic() + seconds
        with self.arrived:
            while True:
                found = [letter for letter in self.letters[after:] if recipient in letter.recipients]
                if found:
                    return found[0]
                left = deadline - time.monotonic()
                assert left > 0, f"no mail to {recipient} in {seconds} s; {self.seen} attempts"
                self.arrived.wait(left)

    def close(self):
        self.controller.stop()
