"""`tessera gateway` as a reverse proxy before a server that reads strictly."""

import os
import re
import socket
import ssl
import subprocess
import time

import yaml

from .behind import Behind
from .client import Client
from .gateway import Gateway
from .server import free_port


class Proxy(Gateway):
    """The routes of the cases to one server behind; `tls` with the server's own development certificate."""

    def __init__(self, world, resource_id, resource, tls=False, limits=None):
        self.behind, self.listen, self.tls = Behind(), free_port(), tls
        self.closed = free_port()
        folder = os.path.join(world.server.data, "tls")
        self.authority = os.path.join(folder, "ca.pem")
        more = {"listen": {"address": "127.0.0.1", "port": self.listen, "tls": tls}}
        super().__init__(world, resource_id, resource, self.all_routes(), settings=more)
        files = {"certificate": os.path.join(folder, "certificate.pem")}
        files["private-key"] = os.path.join(folder, "private-key.pem")
        self.extend({"tls": files} if tls else {}, {"limits": limits} if limits else {})

    def extend(self, *sections):
        with open(self.configuration) as file:
            settings = yaml.safe_load(file)
        for section in sections:
            settings.update(section)
        self.write("gateway.yaml", yaml.safe_dump(settings))

    def all_routes(self):
        behind = f"http://127.0.0.1:{self.behind.port}"

        def to(path, **more):
            return {"path": path, "upstream": behind, **more}

        return [
            to("/public", access="public"),
            to("/files", scope="read"),
            to("/files/private", scope="write", methods=["GET", "POST"]),
            to("/limited", scope="read", **{"rate-limit": "3/3600s per token"}),
            to("/counted", access="public", **{"rate-limit": ["2/3600s per client"]}),
            to("/shared", scope="read", **{"rate-limit": "3/3600s per client"}),
            to("/hasty", scope="read", timeout=1),
            to("/kept", scope="read", **{"pass-authorization": True}),
            to("/small", scope="read", **{"body-limit": 1000}),
            to("/named", scope="read", **{"websocket-origins": ["https://app.test"]}),
            to("/inner", scope="read", **{"strip-prefix": True}),
            {"path": "/down", "scope": "read", "upstream": f"http://127.0.0.1:{self.closed}"},
            {"path": "/nowhere", "access": "public"},
        ]

    def client(self, address="127.0.0.1", timeout=60):
        context = None
        if self.tls:
            context = ssl.create_default_context(cafile=self.authority)
            context.set_alpn_protocols(["http/1.1"])
        return Client("127.0.0.1", self.listen, address=address, timeout=timeout, context=context)

    def pass_on(self, target, token=None, method="GET", headers=(), body=None):
        fields = list(headers) + ([("Authorization", f"Bearer {token}")] if token else [])
        return self.client().request(method, target, headers=fields, body=body)

    def connect(self, address="127.0.0.1", alpn="http/1.1", timeout=60):
        sock = socket.socket()
        sock.settimeout(timeout)
        sock.bind((address, 0))
        sock.connect(("127.0.0.1", self.listen))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self.tls:
            return sock
        context = ssl.create_default_context(cafile=self.authority)
        context.set_alpn_protocols([alpn])
        return context.wrap_socket(sock, server_hostname="localhost")

    def raw(self, data, wait=5):
        """What comes back for bytes that no library sends, and whether the gateway closed."""
        with self.connect(timeout=wait) as sock:
            found = b""
            try:
                sock.sendall(data)
                while part := sock.recv(65536):
                    found += part
                return found, True
            except TimeoutError:
                return found, False
            except OSError:
                return found, True

    def opened(self, target, token=None, fields=""):
        """A socket on which a request stands and whose answer has begun, and what has come of it."""
        sock = self.connect()
        bearer = f"Authorization: Bearer {token}\r\n" if token else ""
        sock.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost:{self.listen}\r\n{bearer}{fields}\r\n".encode())
        found = b""
        while b"\r\n\r\n" not in found and (part := sock.recv(65536)):
            found += part
        return sock, found

    def websocket(self, target, token=None, fields=""):
        upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        return self.opened(target, token, upgrade + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + fields)

    def curl(self, target, *arguments, token=None, input=None):
        """The status, the version of HTTP and the content, as curl gets them over TLS."""
        bearer = ["-H", f"Authorization: Bearer {token}"] if token else []
        command = ["curl", "-sS", "--cacert", self.authority, "-w", "\n%{http_version} %{http_code}", *bearer, *arguments]
        done = subprocess.run(
            [*command, f"https://localhost:{self.listen}{target}"], input=input, capture_output=True, timeout=120
        )
        content, _, last = done.stdout.rpartition(b"\n")
        version, status = last.decode().split(" ")
        return int(status), version, content

    def rss(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+) kB", file.read()).group(1)) << 10

    def files_open(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def whole_log(self):
        with open(self.log_path, "rb") as file:
            return file.read()

    def discard(self):
        super().discard()
        self.behind.close()


def ended(sock, seconds):
    """Whether the other side closes in this time, whatever it sends until then."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sock.settimeout(max(0.05, end - time.monotonic()))
        try:
            if not sock.recv(65536):
                return True
        except TimeoutError:
            return False
        except OSError:
            return True
    return False
