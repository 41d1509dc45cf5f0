"""Many connections, many requests, many refusals (230, 231, 241)."""

import json
import socket
import time

from ..harness.case import critical, timed, waited
from ..harness.client import basic
from ..harness.timing import percentile
from ..harness.world import RS1


def sockets(w, count, per_address=400):
    held, address = [], None
    for i in range(count):
        if i % per_address == 0:
            address = w.server.next_address()
        sock = socket.socket()
        sock.bind((address, 0))
        sock.settimeout(5)
        try:
            sock.connect(("127.0.0.1", w.server.port))
        except OSError:
            sock.close()
            continue
        held.append(sock)
    return held


def is_open(sock):
    sock.setblocking(False)
    try:
        return sock.recv(100) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def honest(w, seconds):
    """Times of good requests on new connections for a while; a failure counts as such."""
    times, failures, end = [], [], time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.perf_counter()
        try:
            caller = w.caller(timeout=10)
            answer = caller.post(
                "/token",
                {"grant_type": "client_credentials", "resource": RS1, "scope": "read"},
                authorization=w.auth("conf"),
            )
            caller.close()
            if answer.status != 200:
                failures.append(str(answer))
        except OSError as error:
            failures.append(repr(error))
        times.append(time.perf_counter() - start)
    return times, failures


@critical
@timed
def case_230_slowloris(w):
    """2,000 connections that send one byte now and then: all are cut by the header deadline, honest callers notice nothing."""
    idle, failures = honest(w, 2)
    assert not failures, failures[:3]
    start = time.monotonic()
    held = sockets(w, 2000)
    opened = time.monotonic()
    assert len(held) >= 1900, f"only {len(held)} connections were accepted"
    times, failures = honest(w, 6)
    for sock in held[::7]:
        try:
            sock.send(b"\x16")
        except OSError:
            pass
    more, failed = honest(w, max(0.5, 12.5 - (time.monotonic() - opened)))
    failures += failed
    assert not failures, f"{len(failures)} honest failures: {failures[:3]}"
    assert percentile(times + more, 0.99) < max(3 * percentile(idle, 0.99), 0.25 * w.slow), (
        f"p99 {percentile(times + more, 0.99):.3f} s, idle {percentile(idle, 0.99):.3f} s"
    )
    # A busy machine needs a moment for two thousand; nothing else but the deadline ends them within half a minute.
    waited(lambda: not any(map(is_open, held)), max(10, 30 - (time.monotonic() - opened)))
    open_still = sum(map(is_open, held))
    for sock in held:
        sock.close()
    assert open_still == 0, f"{open_still} of {len(held)} slow connections live after {time.monotonic() - start:.0f} s"


@timed
def case_231_connection_flood(w):
    """One address opens all it can: the others get through, and the files come back."""
    base = w.server.files_open()
    held = sockets(w, 1500, per_address=5000)
    times, failures = honest(w, 3)
    assert not failures, failures[:3]
    assert len(times) >= 5
    share = w.server.files_open() - base
    assert share < 700, f"one address holds {share} connections, more than its share"
    for sock in held:
        sock.close()
    waited(lambda: abs(w.server.files_open() - base) <= 20)
    assert abs(w.server.files_open() - base) <= 20, f"{base} files before, {w.server.files_open()} after"


@timed
def case_241_refusal_flood(w):
    """Thousands of equal refusals: every one is counted, few rows and no unbounded text are written."""
    before = w.admin("GET", "/admin/v1/audit?order=desc&limit=1").json()["events"]
    newest = before[0]["id"] if before else 0
    log_at, count = w.server.log_size(), 3000 if w.slow > 1 else 10_000
    caller = w.caller()
    start = time.monotonic()
    for _ in range(count):
        answer = caller.post(
            "/token", {"grant_type": "client_credentials"}, authorization=basic("svc", "tsc_" + "x" * 43)
        )
        assert answer.status in (401, 429), answer
    elapsed = time.monotonic() - start

    def refusals_since():
        events, after = [], newest
        while True:
            page = w.admin("GET", f"/admin/v1/audit?after={after}&limit=1000").json()
            events += page["events"]
            if not page.get("next"):
                break
            after = page["next"]
        return [event for event in events if event["outcome"] == "refusal" and event["address"] == caller.address]

    # Refusals are counted together and written a moment later.
    waited(lambda: sum(event["count"] for event in refusals_since()) >= count, 30)
    refusals = refusals_since()
    lines = w.server.log_lines(log_at)
    for line in lines:
        json.loads(line)
    counted = sum(event["count"] for event in refusals)
    assert counted == count, f"{counted} of {count} refusals are in the audit log"
    assert len(refusals) <= 10 + 4 * elapsed, f"{len(refusals)} rows for {count} equal refusals"
    assert len(lines) <= count + 100 and sum(map(len, lines)) < 700 * count, "the log grows faster than the requests"
