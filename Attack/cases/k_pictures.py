"""The one picture that somebody gives to the server: the operator's logo (section K). People upload nothing."""

import os
import re
import struct
import zlib

from ..harness.people import SIGN_IN, Page
from ..harness.server import Server
from .p_start import Attempt

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# Two million dots wide and high: a bomb for whoever unpacks it, which this server never does.
BOMB = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2_000_000, 2_000_000, 8, 6, 0, 0, 0))
PICTURES = ((SVG, "image/svg+xml"), (b"\x89PNG", "image/png"), (BOMB, "image/png"), (b"\xff\xd8\xff<html>", "image/jpeg"))


def case_177_logo(w):
    for picture, media in PICTURES:
        server = Server(w.server.binary, name="logo")
        path = os.path.join(server.folder, "logo")
        with open(path, "wb") as file:
            file.write(picture)
        server.settings["pages"] = {"logo": path}
        try:
            server.initialise()
            server.start()
            caller = server.fresh_client(watch=w.watch)
            page = caller.get(SIGN_IN)
            source = re.search(r'src="([^"]*/assets/logo\.[^"]+)"', page.text)
            assert page.status == 200 and Page(page).form(SIGN_IN) and source, page
            answer = caller.get(source.group(1).removeprefix(server.issuer))
            assert answer.status == 200 and answer.body == picture, answer
            assert answer.header("Content-Type") == media, answer.headers
            assert answer.header("X-Content-Type-Options") == "nosniff", answer.headers
            policy = answer.header("Content-Security-Policy")
            assert "default-src 'none'" in policy and "sandbox" in policy and "script-src" not in policy, policy
        finally:
            server.discard()
    attempt = Attempt(w)
    path = os.path.join(attempt.server.folder, "logo")
    for wrong in (b"", b"<html><script>alert(1)</script>", b"GIF89a" + SVG, b"%PDF-1.7", b"\x89PN", b"\x89PNG" + b"0" * 300_000):
        with open(path, "wb") as file:
            file.write(wrong)
        code, text, _ = attempt.start(attempt.with_settings(pages__logo=path))
        assert code not in (0, None) and "pages.logo" in text, f"{wrong[:12]}: {code} {text[-200:]}"
