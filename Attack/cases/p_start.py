"""Configurations that must not start (256): a reason that names the thing, within two seconds, and an exit code."""

import base64
import copy
import os
import socket
import subprocess
import time

import yaml

from ..harness.server import Server, environment, free_port


class Attempt:
    """One installation that is spoilt in one way and started."""

    def __init__(self, w):
        self.w = w
        self.server = Server(w.server.binary, name="start")
        self.server.initialise()

    def start(self, settings=None, env=None, mode=0o600, text=None):
        server = self.server
        with open(server.configuration, "w") as file:
            file.write(text if text is not None else yaml.safe_dump(settings or server.settings))
        os.chmod(server.configuration, mode)
        start = time.monotonic()
        try:
            done = subprocess.run(
                [server.binary, "serve", "--config", server.configuration],
                cwd=server.folder,
                capture_output=True,
                text=True,
                timeout=60,
                env=environment(env),
            )
        except subprocess.TimeoutExpired:
            return None, "", time.monotonic() - start
        return done.returncode, done.stderr + done.stdout, time.monotonic() - start

    def with_settings(self, **changes):
        settings = copy.deepcopy(self.server.settings)
        for path, value in changes.items():
            where, names = settings, path.split("__")
            for name in names[:-1]:
                where = where.setdefault(name.replace("_", "-"), {})
            where[names[-1].replace("_", "-")] = value
        return settings


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def certificate(folder, name, key, days="30"):
    openssl(
        folder,
        "req",
        "-x509",
        "-newkey",
        *key,
        "-nodes",
        "-keyout",
        f"{name}.key",
        "-out",
        f"{name}.pem",
        "-days",
        days,
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
    )
    os.chmod(os.path.join(folder, f"{name}.key"), 0o600)
    return os.path.join(folder, f"{name}.pem"), os.path.join(folder, f"{name}.key")


def case_256_start_refusals(w):
    # requirement: 6750-5.2-9
    attempt = Attempt(w)
    server, folder = attempt.server, attempt.server.folder
    failures = []

    def refused(what, word, *arguments, **options):
        code, text, seconds = attempt.start(*arguments, **options)
        # The shortest of a few: a busy machine only ever adds to it.
        for _ in range(4):
            if code is None or seconds <= 2 * max(1, w.slow * 0.7):
                break
            code, text, seconds = attempt.start(*arguments, **options)
        if code in (0, None):
            failures.append(f"{what}: {'starts' if code is None else 'exit code 0'}")
        elif word.lower() not in text.lower():
            failures.append(f"{what}: {word!r} is not named in {text[-200:]!r}")
        elif seconds > 2 * max(1, w.slow * 0.7):
            failures.append(f"{what}: {seconds:.1f} s")

    change = attempt.with_settings
    refused("http issuer", "issuer", change(issuer="http://auth.example"))
    for issuer in (
        "https://localhost/?a",
        "https://localhost/#f",
        "https://localhost/",
        "https://user@localhost",
        "localhost",
        "https://LOCALHOST",
        "",
    ):
        refused(f"issuer {issuer}", "issuer", change(issuer=issuer))
    refused("no issuer", "issuer", {name: value for name, value in server.settings.items() if name != "issuer"})
    refused("unknown key", "colour", change(colour="red"))
    refused("typing error", "listen.prot", change(listen__prot=8443))
    refused("nested unknown key", "limits.everything", change(limits__everything=1))
    refused("number out of range", "limits.header-bytes", change(limits__header_bytes=-5))
    refused("text for a number", "listen.port", change(listen__port="many"))
    refused("port 0 to 65535", "listen.port", change(listen__port=70_000))
    refused("not YAML", "", text="issuer: [unclosed\n  x: :\n")
    refused(
        "same key twice", "issuer", text=f"issuer: {server.issuer}\nissuer: https://other.test\ndata: {server.data}\n"
    )
    refused("short announcement", "announcement", change(keys__announcement=10, keys__cache_lifetime=300))
    refused("public address without TLS", "tls", change(listen__address="0.0.0.0", listen__tls=False))
    refused("public address without certificate", "certificate", change(listen__address="0.0.0.0"))
    refused("administration everywhere without TLS", "", change(administration__address="0.0.0.0", listen__tls=False))
    refused(
        "certificate is missing",
        "certificate",
        change(tls__certificate="/nonexistent.pem", tls__private_key="/nonexistent.key"),
    )
    pem, key = certificate(folder, "weak", ("rsa:1024",))
    refused("RSA 1024", "", change(tls__certificate=pem, tls__private_key=key))
    pem, key = certificate(folder, "good", ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"))
    other_pem, _ = certificate(folder, "other", ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"))
    refused("key of another certificate", "", change(tls__certificate=other_pem, tls__private_key=key))
    os.chmod(key, 0o644)
    refused("private key open to all", "private", change(tls__certificate=pem, tls__private_key=key))
    refused("configuration writable by all", "tessera.yaml", server.settings, mode=0o666)
    refused("secret in a readable configuration", "", change(master_key__value="tsm_" + "A" * 43), mode=0o644)
    master = os.path.join(server.data, "master.key")
    with open(master) as file:
        right = file.read()
    os.chmod(master, 0o644)
    refused("master key open to all", "master", server.settings)
    os.chmod(master, 0o600)
    for what, text in (
        ("empty", ""),
        ("short", "tsm_abc\n"),
        ("zeros", "tsm_" + "A" * 43 + "\n"),
        ("words", "changeme\n"),
    ):
        with open(master, "w") as file:
            file.write(text)
        refused(f"master key {what}", "master", server.settings)
    with open(master, "w") as file:
        file.write("tsm_" + base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode() + "\n")
    refused("another master key", "", server.settings)
    with open(master, "w") as file:
        file.write(right)
    os.chmod(server.data, 0o777)
    refused("data folder open to all", "data", server.settings)
    os.chmod(server.data, 0o700)
    refused("issuer of another installation", "issuer", change(issuer="https://other.test"))
    with socket.socket() as sock:
        port = free_port()
        sock.bind(("127.0.0.1", port))
        sock.listen()
        refused("port in use", str(port), change(listen__port=port))
    server.write_configuration()
    server.start()
    refused("second process on one database", "", change(listen__port=free_port()))
    server.stop()
    # All problems at once.
    code, text, _ = attempt.start(change(issuer="http://auth.example", colour="red", listen__port="many"))
    for word in ("issuer", "colour", "listen.port"):
        if word not in text:
            failures.append(f"three problems at once: {word} is missing")
    # And the installation is as good as before.
    server.write_configuration()
    server.start()
    server.discard()
    assert not failures, "; ".join(failures)


def case_256_clock_behind_the_database(w):
    """A clock five minutes behind what the database has seen would make dead tokens live."""
    if subprocess.run(["which", "faketime"], capture_output=True).returncode != 0:
        from ..harness.case import Skip

        raise Skip("faketime is not installed")
    attempt = Attempt(w)
    attempt.server.start()
    attempt.server.stop()
    done = subprocess.Popen(
        ["faketime", "-f", "-1h", attempt.server.binary, "serve", "--config", attempt.server.configuration],
        cwd=attempt.server.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
    )
    try:
        text, _ = done.communicate(timeout=60)
        assert done.returncode != 0 and "clock" in text.lower(), text[-300:]
    except subprocess.TimeoutExpired:
        done.kill()
        done.communicate()
        raise AssertionError("starts with a clock one hour behind its database") from None
    finally:
        attempt.server.discard()
