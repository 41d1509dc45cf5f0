"""A plain HTTP/1.1 caller that can speak from any loopback address, and a raw one for bytes that no library sends."""

import base64
import http.client
import json
import re
import socket
import ssl
import time
import urllib.parse


class Response:
    """One answer; every one that a `Client` sees is also shown to the invariants."""

    def __init__(self, status, headers, body, seconds=0.0):
        self.status, self.headers, self.body, self.seconds = status, headers, body, seconds

    def header(self, name, default=None):
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values[0] if values else default

    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """The OAuth error code, or `None` if the body has none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return None
        return value.get("error") if isinstance(value, dict) else None

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def __repr__(self):
        return f"{self.status} {self.text[:160]!r}"


def form(parameters):
    """Form-encodes a mapping or a list of pairs; bytes and text go as they are."""
    if isinstance(parameters, bytes):
        return parameters
    if isinstance(parameters, str):
        return parameters.encode()
    return urllib.parse.urlencode(parameters).encode()


def basic(client_id, secret):
    """RFC 6749 §2.3.1: both halves are form-encoded first."""
    pair = urllib.parse.quote_plus(client_id) + ":" + urllib.parse.quote_plus(secret)
    return "Basic " + base64.b64encode(pair.encode()).decode()


class UnixConnection(http.client.HTTPConnection):
    """HTTP over the administration socket."""

    def __init__(self, path, timeout=60):
        super().__init__("localhost", timeout=timeout)
        self.socket_path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.socket_path)


class Client:
    """One caller from one address, with one kept connection."""

    def __init__(
        self, host, port, *, context=None, address="127.0.0.1", watch=None, unix=None, timeout=60, sni="localhost"
    ):
        self.host, self.port, self.context, self.address = host, port, context, address
        self.watch, self.unix, self.timeout, self.sni = watch, unix, timeout, sni
        self.connection = None

    def connect(self):
        if self.unix:
            connection = UnixConnection(self.unix, self.timeout)
        else:
            connection = http.client.HTTPConnection(
                self.host, self.port, timeout=self.timeout, source_address=(self.address, 0)
            )
        connection.connect()
        if self.context:
            connection.sock = self.context.wrap_socket(connection.sock, server_hostname=self.sni)
        if not self.unix:
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def request(self, method, target, *, headers=None, body=None, host=None):
        """`headers` is a mapping or a list of pairs; a kept connection that was closed meanwhile is replaced once."""
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
        for attempt in (0, 1):
            fresh = self.connection is None
            if fresh:
                self.connection = self.connect()
            start = time.perf_counter()
            try:
                return self.exchange(method, target, pairs, body, host, start)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, ssl.SSLEOFError):
                self.close()
                if fresh or attempt:
                    raise
        raise AssertionError("unreachable")

    def exchange(self, method, target, pairs, body, host, start):
        connection = self.connection
        names = {name.lower() for name, _ in pairs}
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        if "host" not in names:
            default = 443 if self.context else 80
            where = "localhost" if self.unix else (self.sni if self.port == default else f"{self.sni}:{self.port}")
            connection.putheader("Host", host or where)
        for name, value in pairs:
            connection.putheader(name, value)
        if body is not None and "content-length" not in names and "transfer-encoding" not in names:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        if body:
            try:
                connection.send(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before it was read; the answer may be there
        raw = connection.getresponse()
        data = raw.read()
        answer = Response(raw.status, raw.getheaders(), data, time.perf_counter() - start)
        if raw.will_close:
            self.close()
        if self.watch:
            self.watch.saw(method, target, answer, administrative=bool(self.unix))
        return answer

    def get(self, target, **options):
        return self.request("GET", target, **options)

    def post(self, target, parameters, *, authorization=None, headers=None):
        """A form."""
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
        if not any(name.lower() == "content-type" for name, _ in pairs):
            pairs.append(("Content-Type", "application/x-www-form-urlencoded"))
        if authorization:
            pairs.append(("Authorization", authorization))
        return self.request("POST", target, headers=pairs, body=form(parameters))

    def send_json(self, method, target, value=None, headers=None):
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
        body = None
        if value is not None:
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
            if not any(name.lower() == "content-type" for name, _ in pairs):
                pairs.append(("Content-Type", "application/json"))
        elif method in ("POST", "PUT", "PATCH"):
            body = b""
        return self.request(method, target, headers=pairs, body=body)

    def raw(self, data, *, wait=5.0, chunks=None):
        """Sends bytes as they are; returns all that comes until the peer closes or falls silent, and whether it closed."""
        connection = self.connect()
        sock = connection.sock
        sock.settimeout(wait)
        received, closed = b"", False
        try:
            for piece in chunks or [data]:
                sock.sendall(piece)
            while True:
                piece = sock.recv(65536)
                if not piece:
                    closed = True
                    break
                received += piece
                if len(received) > 1 << 20:
                    break
        except (socket.timeout, TimeoutError):
            pass
        except (ConnectionResetError, BrokenPipeError, ssl.SSLError):
            closed = True
        finally:
            connection.close()
        return received, closed


def statuses(raw):
    """The status codes of all answers in a raw stream."""
    return [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3}) ", raw)]
