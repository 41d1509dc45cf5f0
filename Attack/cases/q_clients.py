"""The commands that speak to any server (section Q): whom they believe."""

import concurrent.futures
import os
import socket
import ssl
import threading

from ..harness.case import Skip
from ..harness.trap import KeyHost

# By which other programs are told to believe anybody.
SWITCHES = {
    "TESSERA_INSECURE": "1",
    "SSL_VERIFY": "0",
    "CURL_INSECURE": "1",
    "NODE_TLS_REJECT_UNAUTHORIZED": "0",
    "PYTHONHTTPSVERIFY": "0",
    "GIT_SSL_NO_VERIFY": "1",
}


def asked(w, host, authority, env=None):
    """`tessera token get` with a secret, at a host that has to prove who it is."""
    more = {"TESSERA_CLIENT_SECRET": w.secrets["conf"], **(env or {})}
    issuer = host.url("").rstrip("/")
    return w.server.run("token", "get", "--issuer", issuer, "--client-id", "conf", "--ca", authority, env=more)


class OldHost:
    """A server that speaks nothing newer than TLS 1.1, and keeps what it is told all the same."""

    def __init__(self, certificate, key):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.set_ciphers("ALL:@SECLEVEL=0")
        self.context.minimum_version = ssl.TLSVersion.TLSv1
        self.context.maximum_version = ssl.TLSVersion.TLSv1_1
        self.context.load_cert_chain(certificate, key)
        self.listener = socket.create_server(("127.0.0.10", 0))
        self.port, self.finished = self.listener.getsockname()[1], 0
        threading.Thread(target=self.serve, daemon=True).start()

    def url(self, path):
        return f"https://127.0.0.10:{self.port}{path}"

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.settimeout(10)
            try:
                with self.context.wrap_socket(connection, server_side=True):
                    self.finished += 1
            except OSError:
                pass

    def close(self):
        self.listener.close()


def case_268_whom_a_command_believes(w):
    if not w.key_host:
        raise Skip(w.no_outbound)
    authority = os.path.join(w.certificates, "trusted.pem")
    good = KeyHost("127.0.0.10", *w.host_files[1:])
    try:
        assert asked(w, good, authority).returncode != 0 and good.fetches, "the good host was not asked"
    finally:
        good.close()
    # A client that is refused tries again for a while, so all are asked at the same time.
    hosts = {name: KeyHost("127.0.0.10", *files) for name, files in w.bad_certificates().items()}
    old = OldHost(*w.host_files[1:])
    try:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            tried = {name: pool.submit(asked, w, host, authority, SWITCHES) for name, host in hosts.items()}
            tried["TLS 1.1"] = pool.submit(asked, w, old, authority, SWITCHES)
        for name, done in tried.items():
            done = done.result()
            assert done.returncode != 0, f"{name}: {done.stdout}"
            assert w.secrets["conf"] not in done.stdout + done.stderr
        for name, host in hosts.items():
            assert not host.fetches and not host.posts, f"{name} was asked for something"
        assert not old.finished, "TLS 1.1 was spoken"
    finally:
        for host in (*hosts.values(), old):
            host.close()
