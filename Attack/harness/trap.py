"""Listeners that our server must not reach, and one that it may."""

import http.server
import json
import socket
import ssl
import threading
import time

from aiosmtpd.controller import Controller


class Trap:
    """Accepts connections at an address, counts them and keeps their first bytes: any is a failure of the filter."""

    def __init__(self, address="127.0.0.66", ports=(443, 80)):
        self.address, self.hits, self.sockets = address, [], []
        for port in ports:
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind((address, port))
            except OSError:
                sock.bind((address, 0))  # another run, or no right to a low port
            sock.listen(64)
            self.sockets.append(sock)
            threading.Thread(target=self.accept, args=(sock,), daemon=True).start()

    @property
    def port(self):
        return self.sockets[0].getsockname()[1]

    def accept(self, sock):
        while True:
            try:
                peer, where = sock.accept()
            except OSError:
                return
            self.hits.append((where, sock.getsockname()))
            peer.settimeout(0.5)
            try:
                peer.recv(64)
            except OSError:
                pass
            peer.close()

    def close(self):
        for sock in self.sockets:
            sock.close()


class KeyHost:
    """An https server at an allowed outbound address that publishes key sets and counts who fetches them."""

    def __init__(self, address, certificate, key):
        self.fetches, self.documents, self.redirects = [], {}, {}
        self.posts, self.answers = [], []
        self.delay, self.answered = 0.0, 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.fetches.append(self.path)
                if self.path in outer.redirects:
                    self.send_response(302)
                    self.send_header("Location", outer.redirects[self.path])
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                document = outer.documents.get(self.path)
                if document is None:
                    self.send_error(404)
                    return
                body = document if isinstance(document, bytes) else json.dumps(document).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/jwk-set+json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.posts.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                status = outer.answers.pop(0) if outer.answers else 200
                end = time.monotonic() + outer.delay
                while outer.delay and time.monotonic() < end:
                    time.sleep(0.02)
                outer.answered += 1
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((address, 0), Handler)
        # A refused handshake is what some cases want; it is no event here.
        self.server.handle_error = lambda *_: None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.address, self.port = address, self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path="/jwks"):
        return f"https://{self.address}:{self.port}{path}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Letterbox:
    """An SMTP server that takes every mail and keeps it."""

    def __init__(self):
        self.letters = []
        for _ in range(20):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
            self.controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=60)
            try:
                return self.controller.start()
            except OSError:
                continue  # somebody took the port in between
        raise RuntimeError("no free port for the letterbox")

    async def handle_DATA(self, server, session, envelope):
        self.letters.append((tuple(envelope.rcpt_tos), envelope.content))
        return "250 2.0.0 Kept"

    def close(self):
        self.controller.stop()
