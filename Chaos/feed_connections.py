"""A thousand connections to the revocation feed, as many kits hold them, and when each message reached each."""

import array
import base64
import hashlib
import json
import multiprocessing
import re
import selectors
import socket
import struct
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

EVENT = re.compile(rb"id: [^:\r\n]+:(\d+)\r?\n(?:[^\r\n]+\r?\n)*?\r?\n")
DATA = re.compile(rb"data: ([^\r\n]+)")
# Of so many connections every text is kept and compared; of the first, every signature and link is checked.
COMPARED = 20


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def part(token, number):
    """The header (0) or the claims (1) of a JWT."""
    return json.loads(decoded(token.split(".")[number]))


class Connection:
    """One kit: all it does with a message is to note when it was complete."""

    def __init__(self, port, request, number):
        # Kits run on machines of their own: the server's bound for one address is not what is tried here.
        source = f"127.30.{number // 200}.{1 + number % 200}"
        self.sock = socket.create_connection(("127.0.0.1", port), source_address=(source, 0))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.sendall(request)
        self.sock.setblocking(False)
        self.rest, self.begun, self.arrived, self.texts = b"", False, {}, None

    def read(self, now):
        """`False` at the end of the stream."""
        try:
            data = self.sock.recv(262_144)
        except BlockingIOError:
            return True
        if not data:
            return False
        data = self.rest + data
        if not self.begun:
            head, separator, data = data.partition(b"\r\n\r\n")
            if not separator:
                self.rest = head
                return True
            assert b" 200 " in head.split(b"\r\n")[0], head[:300]
            self.begun = True
        end = 0
        for match in EVENT.finditer(data):
            number = int(match.group(1))
            self.arrived.setdefault(number, now)
            if self.texts is not None:
                self.texts[number] = DATA.search(match.group(0)).group(1).decode()
            end = match.end()
        self.rest = data[end:]
        return True


def listen(port, requests, ready, stop, out):
    """The process that holds the connections. Ends with what came, after `stop`."""
    connections = []
    selector = selectors.DefaultSelector()
    for request in requests:
        connection = Connection(port, request, len(connections))
        if len(connections) < COMPARED:
            connection.texts = {}
        connections.append(connection)
        selector.register(connection.sock, selectors.EVENT_READ, connection)
    lost = 0
    while not stop.is_set():
        for key, _ in selector.select(0.2):
            try:
                is_open = key.data.read(time.monotonic())
            except ConnectionError:
                is_open = False
            if not is_open:
                lost += 1
                selector.unregister(key.fileobj)
        if lost and not ready.is_set():
            raise ConnectionError(f"{lost} connections were closed at once")
        if not ready.is_set() and all(connection.begun for connection in connections):
            ready.set()
    out.put(
        {
            "lost": lost,
            "arrived": [
                (array.array("q", c.arrived.keys()), array.array("d", c.arrived.values())) for c in connections
            ],
            "texts": [c.texts for c in connections[:COMPARED]],
        }
    )


class Crowd:
    """The process with the connections, seen from the one that revokes."""

    def __init__(self, port, requests):
        context = multiprocessing.get_context("spawn")
        self.ready, self.stop, self.out = context.Event(), context.Event(), context.Queue()
        self.process = context.Process(
            target=listen, args=(port, requests, self.ready, self.stop, self.out), daemon=True
        )
        self.process.start()

    def wait(self):
        deadline = time.monotonic() + 120
        while not self.ready.wait(1):
            assert self.process.is_alive() and time.monotonic() < deadline, "not all connections were answered"

    def results(self):
        self.stop.set()
        found = self.out.get(timeout=120)
        self.process.join(30)
        return found


def verified(texts, key_set, position):
    """The entries of the messages that follow a snapshot's position: (number, digest, value). Checks as a kit does."""
    keys = {}
    for key in key_set["keys"]:
        numbers = ec.EllipticCurvePublicNumbers(
            int.from_bytes(decoded(key["x"]), "big"), int.from_bytes(decoded(key["y"]), "big"), ec.SECP256R1()
        )
        keys[key["kid"]] = numbers.public_key()
    entries, expected, link = [], position["seq"] + 1, position["prev"]
    for number in sorted(texts):
        text = texts[number]
        head, body, signature = text.split(".")
        header, claims = json.loads(decoded(head)), json.loads(decoded(body))
        raw = decoded(signature)
        der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        try:
            keys[header["kid"]].verify(der, f"{head}.{body}".encode(), ec.ECDSA(SHA256()))
        except InvalidSignature:
            raise AssertionError(f"message {number} has a bad signature") from None
        assert header["typ"] == "tessera-revocations+jwt", header
        assert (claims["seq"], claims["prev"]) == (expected, link), f"message {number} does not follow"
        expected, link = expected + 1, base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().strip("=")
        entries += [(number, digest, value) for digest, value in parsed(decoded(claims.get("entries", "")))]
    return entries


def parsed(data):
    """Digest and value of each entry; what ended for good has the highest value."""
    place = 0
    while place < len(data):
        digest = data[place + 1 : place + 17]
        if data[place] == 1:
            yield digest, 2**63 - 1
            place += 21
        else:
            yield digest, struct.unpack(">Q", data[place + 21 : place + 29])[0]
            place += 29
