"""What must hold after every case, whatever the case itself was about (I1 to I8)."""

import base64
import json
import os
import re
import time
import urllib.parse

# I7: a body never shows the inside of the server.
INSIDE = re.compile(
    r"Traceback|[Ff]atal error|\.swift\b|/Sources/|SQLITE_|sqlite3?_[a-z]|\bSELECT .* FROM\b|\bINSERT INTO\b|/home/|/root/|/tmp/|"
    r"\bStoreError\b|\bJOSEError\b|\bDatabaseError\b|\bNIO(Core|SSL|HTTP|Posix)|0x[0-9a-f]{9,}|Hummingbird|GRDB\."
)
RSS_GROWTH = 32 << 20


def encodings(secret):
    """The forms in which a secret could hide in a text."""
    data = secret.encode() if isinstance(secret, str) else secret
    found = {
        data,
        data.hex().encode(),
        data.hex().upper().encode(),
        urllib.parse.quote(data, safe="").encode(),
        urllib.parse.quote_plus(data).encode(),
    }
    for shift in range(3):
        # The same bytes at another offset of a longer base64 text; the edges depend on the neighbours.
        padded = base64.b64encode(b"\0" * shift + data)[4 if shift else 0 : -4]
        for text in (padded, padded.translate(bytes.maketrans(b"+/", b"-_"))):
            if len(text) >= 12:
                found.add(text)
    return found


class Watch:
    """Collects what cases see and send, and judges it after each."""

    def __init__(self):
        self.server = None
        self.trap = None
        self.everywhere = set()
        self.of_case = set()
        self.all_secrets = set()
        self.problems = []
        self.allowed_5xx = set()
        self.allowed_hits = 0
        self.audit_after = 0
        self.registered = set()

    def secret(self, *values):
        """Notes what must never be found in a log."""
        for value in values:
            if value and len(value) >= 16:
                self.of_case.add(value)
                if len(self.all_secrets) < 4000:
                    self.all_secrets.add(value)
        return values[0] if values else None

    def saw(self, method, target, answer, administrative=False):
        where = f"{method} {target[:80]} -> {answer.status}"
        if answer.status >= 500 and answer.status not in self.allowed_5xx:
            self.problems.append(f"I1 {where}: {answer.text[:160]}")
        if administrative or target.startswith("/metrics"):
            return
        match = INSIDE.search(answer.text)
        if match:
            self.problems.append(f"I7 {where}: body shows {match.group(0)!r}")
        if method != "HEAD" and answer.status != 304 and answer.header("X-Content-Type-Options") != "nosniff":
            self.problems.append(f"I6 {where}: no nosniff")
        if (answer.header("Content-Type") or "").startswith("text/html"):
            self.check_page(where, answer)
        if answer.header("Location"):
            self.check_location(where, answer.header("Location"))

    def check_location(self, where, location):
        """I5: into the issuer itself, or to an address that is registered (native applications choose their port)."""
        if location.startswith("/") and not location.startswith("//"):
            return
        if location.startswith(self.server.issuer + "/"):
            return
        address = re.sub(r"^(http://127\.0\.0\.1):\d+/", r"\1/", location.split("?")[0])
        if address not in self.registered:
            self.problems.append(f"I5 {where}: Location {location}")

    def check_page(self, where, answer):
        """I6: a page is nobody's frame, leaks no address, and is kept by nobody."""
        if "frame-ancestors 'none'" not in (answer.header("Content-Security-Policy") or ""):
            self.problems.append(f"I6 {where}: may be framed")
        if answer.header("Referrer-Policy") != "no-referrer":
            self.problems.append(f"I6 {where}: tells its address")
        if "no-store" not in (answer.header("Cache-Control") or ""):
            self.problems.append(f"I6 {where}: may be stored")

    def begin(self):
        self.problems, self.of_case, self.allowed_5xx, self.allowed_hits = [], set(), set(), 0
        self.rss = self.server.rss()
        self.hits = len(self.trap.hits) if self.trap else 0
        self.log_at = self.server.log_size()

    def judge(self):
        """The breaches since `begin`."""
        server = self.server
        if not server.alive():
            return self.problems + [f"I2 the process ended with {server.process.poll()}: {server.tail()}"]
        self.check_readiness()
        self.check_memory()
        self.check_leaks()
        if self.trap and len(self.trap.hits) - self.hits > self.allowed_hits:
            self.problems.append(f"I8 the trap was reached: {self.trap.hits[self.hits :]}")
        return self.problems

    def check_readiness(self):
        """Quickly at one of five times: a busy machine may be slow once, a server that is stuck always is."""
        for _ in range(5):
            started = time.monotonic()
            try:
                ready = self.server.fresh_client().get("/health/ready")
            except OSError as error:
                self.problems.append(f"I2 ready does not answer: {error}")
                return
            if ready.status != 200:
                self.problems.append(f"I2 ready answers {ready.status}")
            took = time.monotonic() - started
            if took <= 1:
                return
        self.problems.append(f"I2 ready took {took:.1f} s")

    def check_memory(self):
        for _ in range(10):
            grown = self.server.rss() - self.rss
            if grown < RSS_GROWTH:
                return
            time.sleep(0.5)
        self.problems.append(f"I3 resident memory grew by {grown >> 20} MiB")

    def check_leaks(self):
        text = self.server.log_since(self.log_at)
        text += self.metrics() + self.new_audit()
        for secret in self.everywhere | set(list(self.of_case)[:200]):
            for form in encodings(secret):
                if form in text:
                    at = text.index(form)
                    self.problems.append(
                        f"I4 a secret {secret[:10]}… is in the output near {text[max(0, at - 80) : at]!r}"
                    )
                    break

    def metrics(self):
        answer = self.server.admin.get("/metrics")
        return answer.body

    def new_audit(self):
        collected = b""
        for _ in range(20):
            answer = self.server.admin.get(f"/admin/v1/audit?after={self.audit_after}&limit=1000")
            if answer.status != 200:
                break
            page = json.loads(answer.body)
            collected += answer.body
            if page["events"]:
                self.audit_after = page["events"][-1]["id"]
            if not page.get("next"):
                break
        return collected


def resident(pid):
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
