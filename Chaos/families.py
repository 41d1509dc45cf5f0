"""People who are signed in at one application, and the refresh tokens it has of them."""

import contextlib
import os
import sqlite3

from Attack.harness.people import Browser, Journey
from Attack.harness.watch import Watch
from Attack.harness.world import RS1, World

APPLICATION, SCOPE = "web", "openid offline_access read"
PASSWORD = "violet harbour lamp seven"


def furnished(server):
    """The world of a fresh server with one resource and one application."""
    watch = Watch()
    watch.server = server
    world = World(server, watch)
    world.resource("rs1", RS1, "read write", access_token_lifetime=3600)
    world.party(APPLICATION, resource_scopes={RS1: "read write"}, first_party=True)
    return world


def person(world):
    """A browser in which somebody new is signed in."""
    name = "p" + os.urandom(5).hex()
    world.user(name, PASSWORD)
    browser = Browser(world)
    answer = browser.sign_in(name, PASSWORD)
    assert browser.cookie("session"), f"not signed in: {answer}"
    return browser


def code(world, browser):
    """A code for the application, by a person who is signed in."""
    return Journey(world, APPLICATION, scope=SCOPE, resource=RS1).through(browser, None)


def heads(server):
    """The generation of each family as the database has it."""
    with contextlib.closing(sqlite3.connect(f"file:{server.data}/tessera.sqlite?mode=ro", uri=True)) as database:
        return dict(database.execute("select authorization, head from refresh_family"))


class Family:
    """A refresh token that is used again and again, and what its client knows of it."""

    def __init__(self, world, known):
        self.world, self.http = world, world.server.fresh_client(timeout=5)
        self.token = code(world, person(world)).tokens()["refresh_token"]
        (self.id,) = set(heads(world.server)) - known
        self.generation = heads(world.server)[self.id]

    def use(self):
        """One refresh; the answer. Only a complete one changes what the client knows."""
        fields = {"grant_type": "refresh_token", "refresh_token": self.token}
        answer = self.world.at_token(APPLICATION, fields, self.http)
        if answer.status == 200:
            self.token = answer.json()["refresh_token"]
        return answer


def families(world, count):
    made = []
    for _ in range(count):
        made.append(Family(world, {family.id for family in made}))
    return made
