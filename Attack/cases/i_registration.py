"""Accounts that people make themselves, where the operator lets them (section I)."""

import os
import time

from ..harness.case import waited
from ..harness.people import PASSWORD, SIGN_IN, Browser, Page
from .i_passwords import bare, somebody

REGISTER = "/register"


def asked(s, address, **more):
    browser = s.browser()
    form = Page(browser.get(REGISTER)).form(REGISTER)
    answer = browser.post(REGISTER, form.filled(email=address, **more))
    browser.http.close()
    return answer


def case_130_registration_tells_nobody_apart(w):
    """Whether an address has an account, and of what kind, is told to its mailbox and to nobody else."""
    s = w.short()
    known, locked, disabled = (somebody(s, email_verified=True) for _ in range(3))
    s.admin("POST", f"/admin/v1/users/{s.people[locked]}/lockdown", expect=200)
    s.admin("PATCH", f"/admin/v1/users/{s.people[disabled]}", {"enabled": False}, expect=200)
    unknown, begun = "p" + os.urandom(5).hex(), len(s.letters)
    seen = set()
    for name in (known, locked, disabled, unknown):
        for address in (f"{name}@people.test", f"{name.upper()}@people.test"):
            seen.add(str(bare(asked(s, address), address)))
    assert len(seen) == 1, f"{len(seen)} different answers"
    assert waited(lambda: any(f"{unknown}@" in str(to) for to, _ in s.letters[begun:])), "no mail came"
    # Asking makes no account that opens with anything, and gives nobody a right.
    browser = Browser(s)
    for password in ("", PASSWORD):
        browser.sign_in(f"{unknown}@people.test", password)
        assert browser.cookie("session") is None
    wishes = {"enabled": "true", "email_verified": "true", "roles": "admin", "password": PASSWORD, "username": "root"}
    other = "p" + os.urandom(5).hex()
    assert asked(s, f"{other}@people.test", **wishes).status == 200
    users = s.admin("GET", "/admin/v1/users?limit=1000", expect=200).json()["users"]
    for user in users:
        if user["email"] and other in user["email"]:
            assert not user["email_verified"] and not user["roles"] and user["username"] != "root", user
    browser.sign_in(f"{other}@people.test")
    assert browser.cookie("session") is None, "a password came with the request"


def case_240_registrations_of_one_address(w):
    s = w.short()
    name, begun, seen = "p" + os.urandom(5).hex(), len(s.letters), set()
    for _ in range(40):
        seen.add(asked(s, f"{name}@people.test").status)
    assert seen == {200}, seen
    assert waited(lambda: len(s.letters) > begun), "no mail came"
    time.sleep(3)
    assert 1 <= sum(name in str(to) for to, _ in s.letters[begun:]) <= 3, "too many mails to one address"
