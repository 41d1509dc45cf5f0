"""A real SMTP server for the tests of the mail transport: says its port, then one JSON object for each mail that it took.

usage: smtp_server.py ADDRESS MODE [CERTIFICATE KEY]   MODE: starttls, tls, plain, slow or silent; ends on SIGTERM, and with
whoever started it
"""
import asyncio
import base64
import errno
import json
import os
import signal
import socket
import ssl
import sys
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

USER, PASSWORD = b"tessera", "pass w\u00f6rd".encode()


class Keeper:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("unknown@"):
            return "550 5.1.1 Nobody of that name"
        if address.startswith("busy@"):
            return "450 4.2.1 Come back"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def __init__(self, delay):
        self.delay = delay

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("stuck"):
            await asyncio.sleep(86400)
        await asyncio.sleep(self.delay)
        if envelope.rcpt_tos[0].startswith("spam@"):
            return "554 5.7.1 Not that"
        if envelope.rcpt_tos[0].startswith("later@"):
            return "451 4.3.0 Not now"
        print(json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": server.transport.get_extra_info("ssl_object") is not None,
            "user": session.auth_data.decode() if session.authenticated else None,
            "content": base64.b64encode(envelope.content).decode()}), flush=True)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (USER, PASSWORD)
    return AuthResult(success=good, handled=False, auth_data=data.login)


def free_port(address):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def wait():
    """Until it is asked to end, or whoever started it is gone."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(0)


def started(address, keeper, options):
    """A controller on a port that nobody took in the moment between finding it and listening on it."""
    for _ in range(20):
        controller = Controller(keeper, hostname=address, port=free_port(address), ready_timeout=60, **options)
        try:
            controller.start()
            return controller
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise SystemExit("no free port")


def main():
    # At once: the thread of the controller would keep the program.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    address, mode = sys.argv[1:3]
    if mode == "silent":  # takes the connection and never says a word
        listener = socket.create_server((address, 0))
        print(listener.getsockname()[1], flush=True)
        wait()
        return
    options = {"authenticator": authenticate}
    if mode in ("starttls", "tls"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
    if mode == "starttls":
        options |= {"tls_context": context, "require_starttls": True, "auth_required": True}
    if mode == "tls":
        options |= {"ssl_context": context, "auth_require_tls": False}
    keeper = Keeper(0.05 if mode == "slow" else 0)
    print(started(address, keeper, options).port, flush=True)
    wait()


main()
