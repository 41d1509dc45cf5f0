"""The server behind a gateway: reads every byte strictly, keeps what it was asked, and answers by the end of the path."""

import json
import re
import socket
import threading
import time

TOKEN = re.compile(rb"^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$")
TARGET = re.compile(rb"^/[!-~]*$")


class Malformed(Exception):
    """What no strict server would read. A request that is given up half-way is none: nobody answers it."""


class Asked:
    """One request as it came."""

    def __init__(self, method, target, fields):
        self.method, self.target, self.fields, self.body = method, target, fields, b""
        self.whole = False  # Its content came to its end.

    def values(self, name):
        """All values of a field, whichever spelling of its name some servers would take for it."""
        return [value for key, value in self.fields if re.sub("[^a-z0-9]", "-", key.lower()) == name]


class Incoming:
    """The bytes of one connection."""

    def __init__(self, sock):
        self.sock, self.held = sock, b""

    def more(self):
        part = self.sock.recv(65536)
        self.held += part
        return bool(part)

    def until(self, mark, longest=131072):
        while mark not in self.held:
            if len(self.held) > longest:
                raise Malformed("a line without end")
            if not self.more():
                if self.held:
                    raise ConnectionError("it ended within a line")
                return None
        found, self.held = self.held.split(mark, 1)
        return found

    def pieces(self, length):
        while length:
            if not self.held and not self.more():
                raise ConnectionError("it ended within content")
            piece, self.held = self.held[:length], self.held[length:]
            length -= len(piece)
            yield piece

    def chunks(self):
        while True:
            size = self.until(b"\r\n")
            if size is None:
                raise ConnectionError("it ended within content")
            if not re.match(rb"^[0-9A-Fa-f]{1,8}$", size):
                raise Malformed(f"chunk {size!r}")
            if int(size, 16) == 0:
                if self.until(b"\r\n") != b"":
                    raise Malformed("a trailer")
                return
            yield from self.pieces(int(size, 16))
            if self.until(b"\r\n") != b"":
                raise Malformed("content beyond its chunk")


class Behind:
    def __init__(self):
        self.sock = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.sock.getsockname()[1]
        self.asked, self.problems, self.open, self.lock = [], [], 0, threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                peer, _ = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def close(self):
        self.sock.close()

    def forget(self):
        with self.lock:
            self.asked, self.problems = [], []

    def serve(self, peer):
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        incoming = Incoming(peer)
        try:
            while self.exchange(peer, incoming):
                pass
        except Malformed as problem:
            with self.lock:
                self.problems.append(str(problem))
        except OSError:
            pass
        finally:
            peer.close()

    def exchange(self, peer, incoming):
        head = incoming.until(b"\r\n\r\n")
        if head is None:
            return False
        asked, content = self.read(head, incoming)
        with self.lock:
            self.asked.append(asked)
        act = getattr(self, "at_" + asked.target.split("?")[0].rsplit("/", 1)[-1], None)
        if act:
            with self.lock:
                self.open += 1
            try:
                return act(peer, asked, content, incoming)
            finally:
                with self.lock:
                    self.open -= 1
        asked.body = b"".join(content)
        asked.whole = True
        said = {"method": asked.method, "target": asked.target, "fields": asked.fields, "bytes": len(asked.body)}
        self.answer(peer, json.dumps(said).encode(), ["Content-Type: application/json"])
        return True

    def read(self, head, incoming):
        lines = head.split(b"\r\n")
        parts = lines[0].split(b" ")
        if len(parts) != 3 or not TOKEN.match(parts[0]) or not TARGET.match(parts[1]) or parts[2] != b"HTTP/1.1":
            raise Malformed(f"line {lines[0]!r}")
        fields = []
        for line in lines[1:]:
            name, colon, value = line.partition(b":")
            if not colon or not TOKEN.match(name) or re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", value):
                raise Malformed(f"field {line!r}")
            fields.append((name.decode(), value.strip(b" \t").decode("latin-1")))
        asked = Asked(parts[0].decode(), parts[1].decode(), fields)
        lengths, codings = asked.values("content-length"), asked.values("transfer-encoding")
        if len(asked.values("host")) != 1 or len(lengths) + len(codings) > 1:
            raise Malformed(f"hosts or framing {fields}")
        if codings:
            if codings != ["chunked"]:
                raise Malformed(f"coding {codings}")
            return asked, incoming.chunks()
        if lengths and not re.match(r"^[0-9]{1,15}$", lengths[0]):
            raise Malformed(f"length {lengths}")
        return asked, incoming.pieces(int(lengths[0]) if lengths else 0)

    @staticmethod
    def answer(peer, body, fields=(), status="200 OK"):
        head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields]
        peer.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    # What it does at paths that end so

    def at_events(self, peer, *_):
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        number = 0
        while True:
            number += 1
            event = f"data: {number}\n\n".encode()
            peer.sendall(b"%x\r\n%s\r\n" % (len(event), event))
            time.sleep(0.02)

    def at_flood(self, peer, *_):
        """More than anybody reads."""
        peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            peer.sendall(b"10000\r\n" + b"a" * 65536 + b"\r\n")

    def at_socket(self, peer, asked, _, incoming):
        if asked.values("upgrade") != ["websocket"]:
            self.answer(peer, b"", status="426 Upgrade Required")
            return True
        peer.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        while incoming.held or incoming.more():
            peer.sendall(incoming.held)
            incoming.held = b""
        return False

    def at_slow(self, _, asked, content, incoming):
        asked.body = b"".join(content)
        incoming.more()
        return False

    def at_mirror(self, peer, _, content, __):
        """Sends back each piece of the content as it comes."""
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in content:
            peer.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        peer.sendall(b"0\r\ngrpc-status: 0\r\nX-Tessera-Subject: root\r\n\r\n")
        return True

    def at_count(self, peer, asked, content, _):
        """How long the content was, without keeping it."""
        self.answer(peer, str(sum(len(piece) for piece in content)).encode())
        return True

    def at_sip(self, peer, _, content, __):
        """Reads the beginning, and nothing more until it is left."""
        next(content, None)
        while not self.sock._closed and peer.getpeername():
            time.sleep(0.1)

    def at_page(self, peer, asked, _, __):
        fields = ['ETag: "one"', "Vary: Accept"]
        if asked.values("if-none-match") == ['"one"']:
            self.answer(peer, b"", fields, "304 Not Modified")
        elif asked.values("range") == ["bytes=0-3"]:
            self.answer(peer, b"page", [*fields, "Content-Range: bytes 0-3/8"], "206 Partial Content")
        else:
            self.answer(peer, b"pagepage", fields)
        return True

    def at_open(self, peer, *_):
        self.answer(peer, b"for everybody", ["Cache-Control: public, max-age=60"])
        return True

    def at_plant(self, peer, *_):
        """Cookies of its own, and some that are the gateway's."""
        names = (
            "__Host-tessera-gateway", "__HOST-Tessera-Gateway", " __Host-tessera-gateway", "__Host-tessera-gateway-sign-in",
            "tessera-gateway", "__Host-tessera-gateway ", "\t__Host-tessera-gateway", "=__Host-tessera-gateway", "theme",
        )  # fmt: skip
        self.answer(peer, b"ok", [f"Set-Cookie: {name}=tss_planted; Path=/; Secure" for name in names])
        return True

    def at_odd(self, peer, *_):
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Odd: a\rSet-Cookie: b=c\r\n\r\nok")
        return True

    def at_two(self, peer, *_):
        """Two answers for one request: the second is nobody's."""
        self.answer(peer, b"first")
        self.answer(peer, b"second")
        return True
