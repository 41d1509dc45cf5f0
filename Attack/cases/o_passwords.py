"""Floods of people who sign in (section O)."""

import threading
import time

from ..harness.case import critical, timed
from ..harness.people import SIGN_IN, Page
from .d_refresh import signed_in
from .i_passwords import somebody

SLOTS, MEMORY = 2, 19 << 20


@critical
@timed
def case_228_password_flood(w):
    """300 sign-ins at once: memory stays within what the threads have, who has to wait is told at once, tokens go on."""
    w.watch.allowed_5xx = {503}
    name = somebody(w)
    tokens = signed_in(w, "web", name)

    def timed():
        begun = time.perf_counter()
        answer = w.refresh("web", tokens["refresh_token"])
        assert answer.status == 200, answer
        tokens.update(w.noted(answer.json()))
        return time.perf_counter() - begun

    idle = sorted(timed() for _ in range(5))
    base, peak, answers, lock = w.server.rss(), 0, [], threading.Lock()

    def flood(number):
        browser = w.browser()
        form = Page(browser.get(SIGN_IN)).form(SIGN_IN)
        begun = time.perf_counter()
        answer = browser.post(
            SIGN_IN, form.filled(login=name if number % 3 == 0 else f"nobody{number}", password="wrong wrong wrong")
        )
        with lock:
            answers.append((answer.status, time.perf_counter() - begun, answer.header("Retry-After")))
        browser.http.close()

    threads = [threading.Thread(target=flood, args=(number,)) for number in range(300)]
    for thread in threads:
        thread.start()
    busy = []
    while any(thread.is_alive() for thread in threads):
        peak = max(peak, w.server.rss())
        if len(busy) < 4:
            # More often is more than a family may rotate in its window.
            busy.append(timed())
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert len(answers) == 300 and {status for status, _, _ in answers} <= {200, 429, 503}
    assert peak - base < SLOTS * MEMORY + (64 << 20), f"{(peak - base) >> 20} MiB more"
    assert all(retry for status, _, retry in answers if status != 200), "sent away without a time to come again"
    # The cases and the server share this machine, so the bound is a wide one.
    assert max(busy) < max(0.5 * w.slow, 3 * idle[-1]), f"{max(busy):.2f} s for a refresh, {idle[-1]:.3f} s when idle"


@timed
def case_229_hashing_is_not_to_be_had_cheaply(w):
    """Nothing but a sign-in hashes a password: client secrets, tokens and forms without a token are far quicker."""
    w.furnish_people()
    browser = w.browser()
    form = Page(browser.get(SIGN_IN)).form(SIGN_IN)
    begun = time.perf_counter()
    browser.post(SIGN_IN, form.filled(login="nobody-here", password="wrong wrong wrong"))
    hashing = time.perf_counter() - begun

    def quickest(ask):
        best = 9.0
        for _ in range(5):
            begun = time.perf_counter()
            ask()
            best = min(best, time.perf_counter() - begun)
        return best

    cheap = {
        "a client's secret": lambda: w.ask("conf", authorization="Basic Y29uZjp3cm9uZw=="),
        "a form without its token": lambda: browser.post(SIGN_IN, {"login": "bob", "password": "wrong wrong wrong"}),
        "a password that is too long": lambda: browser.post(SIGN_IN, form.filled(login="bob", password="x" * 60_000)),
        "a reset": lambda: browser.post("/reset", form.filled(login="bob", password=None)),
        "a redemption": lambda: w.at_token("web", {"grant_type": "authorization_code", "code": "tsz_" + "A" * 43}),
    }
    for what, ask in cheap.items():
        took = quickest(ask)
        if what == "a password that is too long":
            continue  # judged with the same work, so that nobody learns more from it
        assert took < hashing / 2, f"{what} took {took * 1000:.0f} ms, a sign-in {hashing * 1000:.0f} ms"
