"""What is written where (251, 253, 255), and damaged files (F12)."""

import base64
import json
import os
import re
import stat
import subprocess
import time

from ..harness import forge
from ..harness.case import critical, last, waited
from ..harness.watch import encodings
from ..harness.world import RS1

WINDOW = 12


def case_253_log_injection(w):
    log_at = w.server.log_size()
    nasty = [
        "a\r\nlevel=error",
        "a\nb",
        '","x":"y',
        "\x1b[2Jclear",
        "a\u2028b\u2029c",
        "\x00",
        "\u202eevil",
        "%0d%0aX",
        "\t",
        '{"a":1}',
        "x" * 60_000,
        "\x85",
        "\x7f",
    ]
    for text in nasty:
        caller = w.caller()
        caller.post("/token", {"grant_type": "client_credentials", "client_id": text, "client_secret": "y" * 20})
        caller.post(
            "/token", {"grant_type": text, "scope": text[:3000], "resource": text[:400]}, authorization=w.auth("conf")
        )
        caller.post("/revoke", {"token": text, "token_type_hint": text}, authorization=w.auth("conf"))
        plain = text[:2000].replace("\r", "").replace("\n", "").replace("\x00", "").encode("utf-8").decode("latin-1")
        try:
            caller.get(
                "/jwks",
                headers={"User-Agent": plain, "X-Request-Id": plain, "Referer": plain, "X-Forwarded-For": plain},
            )
            caller.get("/" + "".join(f"%{byte:02x}" for byte in text[:300].encode()))
        except (OSError, ValueError):
            pass
        w.admin(
            "POST",
            "/admin/v1/clients",
            {"id": text[:100], "name": text[:100], "authentication_method": "client_secret_basic"},
        )
        raw = base64.b64encode((text[:200] + ":x").encode()).decode()
        caller.post("/token", {"grant_type": "client_credentials"}, authorization="Basic " + raw)
    time.sleep(1.5)
    data = w.server.log_since(log_at)
    for character in ("\u2028", "\u2029", "\x85"):
        assert character.encode() not in data, f"U+{ord(character):04X} is in the log"
    assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", data), "a control character is in the log"
    lines = w.server.log_lines(log_at)
    assert lines, "nothing was logged"
    for line in lines:
        event = json.loads(line)
        assert isinstance(event, dict), line[:100]
    assert max(map(len, lines)) < 4096, f"a line of {max(map(len, lines))} bytes"
    for page in (w.admin("GET", "/admin/v1/audit?order=desc&limit=200"),):
        assert not re.search(r"[\x00-\x09\x0b-\x1f]", page.text)


def case_255_keys(w):
    """Public parts only; a successor is published before it signs, and stays afterwards."""

    def names():
        return {key["kid"]: key for key in w.jwks()["keys"]}

    def signer():
        return forge.parts(w.token("conf", RS1))[0]["kid"]

    before, signing = names(), signer()
    assert signing in before
    for key in before.values():
        assert set(key) <= {"kty", "crv", "x", "y", "n", "e", "kid", "use", "alg"}, set(key)
    answer = w.http.get("/jwks")
    etag, cache = answer.header("ETag"), answer.header("Cache-Control")
    age = int(re.search(r"max-age=(\d+)", cache).group(1))
    assert w.http.get("/jwks", headers={"If-None-Match": etag}).status == 304
    old_token = w.token("conf", RS1)
    announced = w.keys_announcement
    assert announced >= 2 * age, f"announced {announced} s, cached {age} s"
    rotated_at = time.monotonic()
    w.admin("POST", "/admin/v1/keys/rotate", {"purpose": "signing:ES256"}, expect=200)
    published = names()
    new = set(published) - set(before)
    assert len(new) == 1 or set(published) == set(before), "the successor is published at once"
    if new:
        assert w.http.get("/jwks").header("ETag") != etag, "another set under the same ETag"
    # Looked at after the answer, and in whole seconds as the server counts: a slow machine does not make it early.
    waited(lambda: signer() != signing)
    took = time.monotonic() - rotated_at
    assert took > announced - 1, f"the successor signs after {took:.1f} s, before verifiers can know it"
    now = signer()
    assert now != signing and now in published, "the successor did not take over"
    assert signing in names(), "the old key is gone while tokens of it live"
    assert w.active(old_token), "a token of the retired key is refused"
    w.admin("POST", f"/admin/v1/keys/{now}/distrust", None, expect=200)
    assert now not in names(), "a distrusted key is published"
    assert w.active(w.token("conf", RS1)), "no key after an emergency"


@critical
def case_255_files(w):
    """Only the owner reads what is secret; without the master key the stored keys are noise."""
    for folder, _, files in os.walk(w.server.data):
        assert stat.S_IMODE(os.stat(folder).st_mode) & 0o077 == 0, f"{folder} is open to others"
        for name in files:
            path = os.path.join(folder, name)
            mode = stat.S_IMODE(os.stat(path).st_mode)
            public = name in ("ca.pem", "certificate.pem")
            assert mode & (0o022 if public else 0o077) == 0, f"{path} has mode {oct(mode)}"
    log_at = w.server.log_size()
    copy = w.copy_of_data()
    os.remove(os.path.join(copy.data, "master.key"))
    done = copy.run("serve", "--config", copy.configuration, timeout=60)
    assert done.returncode not in (0, None), "starts without the master key"
    assert "master" in (done.stderr + done.stdout).lower(), done.stderr[-300:]
    with open(os.path.join(copy.data, "master.key"), "w") as file:
        file.write("tsm_" + base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode() + "\n")
    os.chmod(os.path.join(copy.data, "master.key"), 0o600)
    done = copy.run("serve", "--config", copy.configuration, timeout=60)
    assert done.returncode not in (0, None), "starts with another master key"
    assert w.server.log_size() >= log_at


def case_F12_damaged_database(w):
    """Zeroed page, truncated, wrong magic: the start is refused and nothing is overwritten."""
    for name, damage in (
        ("zeroed page", lambda data: data[:4096] + b"\0" * 4096 + data[8192:]),
        ("truncated", lambda data: data[:6000]),
        ("wrong magic", lambda data: b"not a database at all" + data[21:]),
    ):
        copy = w.copy_of_data()
        path = os.path.join(copy.data, "tessera.sqlite")
        with open(path, "rb") as file:
            data = damage(file.read())
        with open(path, "wb") as file:
            file.write(data)
        for more in ("-wal", "-shm"):
            if os.path.exists(path + more):
                os.remove(path + more)
        try:
            done = copy.run("serve", "--config", copy.configuration, timeout=60)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{name}: serves") from None
        assert done.returncode not in (0, None), f"{name}: ends without an error"
        assert (done.stderr + done.stdout).strip(), f"{name}: no reason is given"
        with open(path, "rb") as file:
            assert file.read() == data, f"{name}: the file was overwritten"
        copy.discard()


@last
@critical
def case_251_at_rest_scan(w):
    """After everything: no secret of the run in the database, its journals, a backup, the logs or any other file."""
    backup = os.path.join(w.server.folder, "backup.sqlite")
    w.admin("POST", "/admin/v1/backup", {"path": backup}, expect=201)
    assert stat.S_IMODE(os.stat(backup).st_mode) == 0o600
    secrets = w.watch.all_secrets | w.watch.everywhere
    assert len(secrets) > 200
    # By their first bytes: thousands of needles in megabytes of files.
    needles = {}
    for secret in secrets:
        for form in encodings(secret):
            needles.setdefault(form[:WINDOW], set()).add(form)
    scanned = 0
    for folder, _, files in os.walk(w.server.folder):
        for name in files:
            path = os.path.join(folder, name)
            if name == "private-key.pem" or name == "master.key" or not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                data = file.read()
            scanned += len(data)
            for at in range(len(data) - WINDOW + 1):
                for form in needles.get(data[at : at + WINDOW], ()):
                    assert not data.startswith(form, at), (
                        f"{path} holds {form[:12]}… at {at}: {data[max(0, at - 60) : at]!r}"
                    )
            for sign in (b"PRIVATE KEY", b'"d":"'):
                assert sign not in data, f"{path} holds a private key in clear"
    assert scanned > 100_000
