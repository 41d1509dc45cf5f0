"""Passwords: what an attacker learns, how often they may guess, and which are accepted (section I)."""

import os
import re
import threading
import time
import unicodedata

from ..harness.case import critical, waited
from ..harness.people import PASSWORD, SIGN_IN, Browser, Page
from ..harness.world import World
from .a_authorization import sent
from .d_refresh import signed_in

GOOD = "quiet orchard ladder nine"
ACCOUNT_PASSWORD = "/account/password"


def somebody(w, **more):
    """A person of this case alone, so that no throttle of another case speaks."""
    w.furnish_people()
    name = "p" + os.urandom(5).hex()
    w.user(name, email=f"{name}@people.test", **more)
    return name


def is_signed_in(browser):
    return browser.request("GET", "/account").status == 200


def attempt(w, login, password, browser=None):
    """One try at the sign-in page from a browser and an address of its own; the answer as it comes."""
    browser = browser or w.browser()
    page = Page(browser.get(SIGN_IN)).form(SIGN_IN)
    return browser.post(SIGN_IN, page.filled(login=login, password=password))


@critical
def case_129_no_account_before_there_is_one(w):
    server = w.fresh()
    empty = World(server, w.watch, slow=w.slow)
    assert empty.admin("GET", "/admin/v1/users", expect=200).json()["users"] == []
    for login in ("admin", "administrator", "root", "tessera", "user", "", "test"):
        for password in ("admin", "password", "tessera", "", "changeme", "admin123", "Passw0rd"):
            browser = Browser(empty)
            answer = browser.sign_in(login, password)
            assert browser.cookie("session") is None and answer.status in (200, 429), f"{login}/{password}: {answer}"
    # Nobody makes themselves an account, nor sees who has one.
    assert not Page(empty.caller().get("/register")).forms
    for path in ("/account", "/account/sessions", "/account/data"):
        assert empty.caller().get(path).header("Location") == SIGN_IN, path
    server.stop()


def bare(answer, login):
    """What one sees of an answer, without what is new each time."""
    text = answer.text.replace(login, "LOGIN")
    text = re.sub(r'(name="form_token" value=")[^"]*', r"\1", text)
    text = text.replace(answer.header("X-Request-ID"), "ID")
    headers = sorted(
        (name.lower(), re.sub(r"=[^;]+", "=", value, count=1) if name.lower() == "set-cookie" else value)
        for name, value in answer.headers
        if name.lower() not in ("date", "x-request-id", "content-length")
    )
    return answer.status, text, headers


def case_130_answers_tell_nobody_apart(w):
    known, locked, disabled = (somebody(w) for _ in range(3))
    w.admin("POST", f"/admin/v1/users/{w.people[locked]}/lockdown", expect=200)
    w.admin("PATCH", f"/admin/v1/users/{w.people[disabled]}", {"enabled": False}, expect=200)
    empty = "p" + os.urandom(5).hex()
    draft = {"username": empty, "email": f"{empty}@people.test"}
    w.people[empty] = w.admin("POST", "/admin/v1/users", draft, expect=201).json()["id"]
    unknown = "p" + os.urandom(5).hex()
    everybody = (known, locked, disabled, empty, unknown)
    seen = set()
    for login in everybody:
        for spelled in (login, login.upper(), f"{login}@people.test"):
            for password in ("wrong wrong wrong", "", PASSWORD if login not in (known,) else "x", "x" * 1024):
                seen.add(str(bare(attempt(w, spelled, password), spelled)))
    assert len(seen) == 1, f"{len(seen)} different answers to failed sign-ins"
    # Where mail is sent, for elsewhere nobody can ask.
    s = w.short()
    seen, letters = set(), len(s.letters)
    for login in (somebody(s), unknown):
        for spelled in (login, f"{login}@people.test"):
            browser = s.browser()
            form = Page(browser.get("/reset")).form("/reset")
            seen.add(str(bare(browser.post("/reset", form.filled(login=spelled)), spelled)))
    assert len(seen) == 1, f"/reset: {len(seen)} different answers"
    assert waited(lambda: len(s.letters) >= letters + 2), "who was known got no mail"
    # Within an application's request, too.
    seen = set()
    for login in everybody:
        browser = w.browser()
        page = browser.follow(sent(w, w.journey("web", state="same").request, browser))
        form = Page(page).form(SIGN_IN)
        answer = browser.post(SIGN_IN, form.filled(login=login, password="wrong wrong wrong"))
        seen.add(re.sub(r'(name="resume" value=")[^"]*', r"\1", str(bare(answer, login))))
    assert len(seen) == 1, f"{len(seen)} different answers within a request"


@critical
def case_132_guesses_in_a_row(w):
    name = somebody(w)
    owner = w.browser()
    owner.sign_in(name)
    assert is_signed_in(owner)
    address = f"{name}@people.test"
    # Each from an address of its own; both names together have what one account has.
    for number in range(52):
        answer = attempt(w, name if number % 2 else address, f"wrong guess number {number}")
        assert answer.status == 200, answer
    # No guess is evaluated any more, and nothing tells under which other name the guesses were made.
    for login in (name, address):
        assert attempt(w, login, PASSWORD).status == 200, "the right one helped after 52 wrong ones"
    waiting = 0
    for number in range(30):
        answer = attempt(w, name, f"another wrong guess {number}")
        assert answer.status in (200, 429), answer
        waiting += answer.status == 429
        if answer.status == 429:
            assert int(answer.header("Retry-After")) > 0
    assert waiting >= 5, f"only {waiting} of 57 guesses at one name had to wait"
    # Nor does the right one help a stranger now, while the owner's browser is not slowed.
    assert attempt(w, name, PASSWORD).status == 429
    again = w.browser()
    again.cookies = {key: value for key, value in owner.cookies.items() if key.endswith("browser")}
    again.sign_in(name)
    assert is_signed_in(again), "strangers locked the owner out"


@critical
def case_132_guesses_in_parallel(w):
    name = somebody(w)
    statuses, lock = [], threading.Lock()

    def guess(number):
        browser = w.browser()
        form = Page(browser.get(SIGN_IN)).form(SIGN_IN)
        for _ in range(40):
            answer = browser.post(SIGN_IN, form.filled(login=name, password=f"wrong guess number {number}"))
            if answer.status != 503:
                break
            time.sleep(0.3)
        with lock:
            statuses.append(answer.status)
        browser.http.close()

    w.watch.allowed_5xx = {503}
    threads = [threading.Thread(target=guess, args=(number,)) for number in range(200)]
    for start in range(0, 200, 50):
        for thread in threads[start : start + 50]:
            thread.start()
        for thread in threads[start : start + 50]:
            thread.join()
    assert len(statuses) == 200 and set(statuses) <= {200, 429, 503}, set(statuses)
    assert statuses.count(200) <= 52, f"{statuses.count(200)} guesses were evaluated at once"
    assert statuses.count(200) >= 20, "attempts were lost"


@critical
def case_132_one_throttle_for_every_page(w):
    """Guesses of a current password count like guesses at the sign-in page."""
    name = somebody(w)
    thief = w.browser()
    thief.sign_in(name)
    thief.cookies["stolen"] = "x"
    evaluated = 0
    for number in range(40):
        form = Page(thief.request("GET", ACCOUNT_PASSWORD)).form(ACCOUNT_PASSWORD)
        answer = thief.post(
            ACCOUNT_PASSWORD, form.filled(current=f"wrong guess {number}", password=GOOD, password_again=GOOD)
        )
        if answer.status == 429:
            break
        evaluated += 1
    assert evaluated <= 22, f"{evaluated} guesses of the current password"
    form = Page(thief.request("GET", "/account/delete")).form("/account/delete")
    assert thief.post("/account/delete", form.filled(current="another wrong guess")).status == 429


def set_password(w, name, password):
    return w.admin("PUT", f"/admin/v1/users/{w.people[name]}/password", {"password": password})


def case_145_password_policy(w):
    name = somebody(w)
    refused = [
        "short",
        "fourteen chars",
        "aaaaaaaaaaaaaaaaaaaa",
        "123456789012345678",
        "passwordpassword",
        "Password1!Password1!",
        "qwertyuiopasdfghjkl",
        name + name,
        f"{name}@people.test",
        "tessera" * 3,
        "x" * 1025,
        "",
    ]
    for password in refused:
        answer = set_password(w, name, password)
        assert answer.status == 400, f"{password[:30]!r} was accepted"
        draft = {"username": "q" + os.urandom(4).hex(), "password": password}
        if password and name not in password:
            assert w.admin("POST", "/admin/v1/users", draft).status == 400, f"{password[:30]!r} made an account"
    browser = w.browser()
    browser.sign_in(name)
    for password in refused:
        form = Page(browser.request("GET", ACCOUNT_PASSWORD)).form(ACCOUNT_PASSWORD)
        answer = browser.post(
            ACCOUNT_PASSWORD, form.filled(current=PASSWORD, password=password, password_again=password)
        )
        assert answer.status in (200, 400, 422) and not answer.header("Location"), f"{password[:30]!r}: {answer}"
    # Any characters, no composition, to the last byte.
    base = "correct horse battery staple of the violet harbour and its seventy third lamp "
    twins = (base + "one", base + "two")
    assert len(base) > 72
    for password, other in (
        twins,
        twins[::-1],
        ("\u65e5\u672c\u8a9e\u306e\u9577\u3044\u5408\u8a00\u8449\u306f\u5b89\u5168\u3067\u3059\u304b\u306d", "x"),
        ("\U0001f511 \U0001f40e \U0001f50b staple quietly \u00e4\u00f6\u00fc", "y"),
        ("mountain " * 3 + os.urandom(480).hex(), "z"),
    ):
        answer = set_password(w, name, password)
        assert answer.status == 204, f"{password[:20]!r} was refused: {answer}"
        assert not signs_in(w, name, other), "its twin opens the account"
        assert not signs_in(w, name, password[:-1]) and not signs_in(w, name, password + " ")
        assert signs_in(w, name, password), f"{password[:20]!r} does not open the account"


def signs_in(w, name, password):
    browser = w.browser()
    browser.sign_in(name, password)
    return browser.cookie("session") is not None


def case_146_password_forms(w):
    name = somebody(w)
    composed = unicodedata.normalize("NFC", "\u00e9tage caf\u00e9 r\u00eave na\u00efve \u00fcber \u00c5ngstr\u00f6m")
    assert set_password(w, name, composed).status == 204
    assert signs_in(w, name, composed) and signs_in(w, name, unicodedata.normalize("NFD", composed))
    assert not signs_in(w, name, composed + "\x00"), "cut off at a NUL"
    assert not signs_in(w, name, composed[:5] + "\x00" + composed[5:])
    took = []
    for _ in range(3):
        answer = attempt(w, name, "x" * (1 << 20))
        assert answer.status in (400, 413), answer
        took.append(answer.seconds)
    assert min(took) < 0.5 * w.slow, f"{min(took):.1f} s"
    answer = attempt(w, name, composed + "x" * 2000)
    assert answer.status in (200, 400), answer
    answer = set_password(w, name, "long enough but\x00with a NUL inside")
    assert answer.status in (204, 400)
    if answer.status == 204:
        assert not signs_in(w, name, "long enough but")


def case_147_password_change(w):
    name = somebody(w)
    here, elsewhere = w.browser(), w.browser()
    signed_in(w, "web", name, here)
    there = signed_in(w, "web2", name, elsewhere)
    stolen = dict(here.cookies)
    for current in ("", "wrong wrong wrong"):
        form = Page(here.request("GET", ACCOUNT_PASSWORD)).form(ACCOUNT_PASSWORD)
        answer = here.post(ACCOUNT_PASSWORD, form.filled(current=current, password=GOOD, password_again=GOOD))
        assert answer.status != 303, "changed without the current password"
    form = Page(here.request("GET", ACCOUNT_PASSWORD)).form(ACCOUNT_PASSWORD)
    answer = here.post(ACCOUNT_PASSWORD, form.filled(current=None, password=GOOD, password_again=GOOD))
    assert answer.status != 303
    before = here.cookie("session")
    answer = here.post(ACCOUNT_PASSWORD, form.filled(current=PASSWORD, password=GOOD, password_again=GOOD))
    assert answer.status == 303 and answer.header("Location").startswith(ACCOUNT_PASSWORD), answer
    w.watch.secret(GOOD)
    assert here.cookie("session") != before, "the secret of the session stayed"
    old = w.browser()
    old.cookies = stolen
    assert not is_signed_in(old), "the old secret still opens the account"
    assert is_signed_in(here) and not is_signed_in(elsewhere), "another browser is still signed in"
    assert not w.active(there["access_token"])
    w.refused(w.refresh("web2", there["refresh_token"]), 400, "invalid_grant")
    assert signs_in(w, name, GOOD) and not signs_in(w, name, PASSWORD)
