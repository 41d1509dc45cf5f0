"""Programs and operators at work: every change is journalled before it is sent and after it was acknowledged."""

import itertools
import os
import random
import threading
import urllib.parse

from Attack.harness.client import basic
from Attack.harness.world import RS1, RS2

RESOURCES = {RS1: "rs1", RS2: "rs2"}


class Worker(threading.Thread):
    """Takes clients of its own through their lives until it is told to stop or the server is gone."""

    numbers = itertools.count()

    def __init__(self, world, journal, name, stop):
        super().__init__(daemon=True)
        self.world, self.journal, self.prefix, self.stop = world, journal, name, stop
        self.random = random.Random()
        self.admin, self.http = world.server.admin, world.server.fresh_client(timeout=5)
        self.admin.timeout = 5

    def change(self, op, id, send, **facts):
        """Start, request, acknowledgement; a refusal is a fault of the driver and ends the run."""
        number = next(self.numbers)
        self.journal.write(phase="start", number=number, op=op, id=id, **facts)
        answer = send()
        if answer.status in (503, 429):
            self.journal.write(phase="refused", number=number, op=op, id=id)
            raise OSError("busy")
        if answer.status >= 300:
            raise AssertionError(f"{op} of {id} was refused: {answer}")
        body = answer.json() if answer.body[:1] == b"{" else {}
        if op in ("create", "secret"):
            facts["secret"] = body["client_secret"]
        self.journal.write(phase="ok", number=number, op=op, id=id, **facts)
        return body

    def run(self):
        for count in itertools.count():
            if self.stop.is_set():
                return
            try:
                self.life(f"{self.prefix}-{count}")
            except OSError:
                self.admin.close()
                self.http.close()
                if not self.world.server.alive() or self.stop.wait(0.02):
                    return
            except Exception as error:
                if not self.stop.is_set():
                    self.world.faults.append(f"{type(error).__name__}: {error}")
                return

    def call(self, method, path, value=None):
        return self.admin.send_json(method, "/admin/v1/clients" + path, value)

    def life(self, id):
        pick = self.random
        draft = {
            "id": id,
            "name": id,
            "authentication_method": "client_secret_basic",
            "grant_types": ["client_credentials"],
        }
        made = self.change("create", id, lambda: self.call("POST", "", draft))
        secret, first = made["client_secret"], made["secrets"][0]["id"]
        for resource in RESOURCES:
            self.change(
                "permit",
                id,
                lambda: self.call("PUT", f"/{id}/permissions", {"resource": resource, "scope": "read"}),
                resource=resource,
                scope="read",
            )
        tokens = [self.token(id, secret, resource) for resource in RESOURCES for _ in range(2)]
        if pick.random() < 0.7:
            token = pick.choice(tokens)
            self.change(
                "revoke",
                id,
                lambda: self.http.post("/revoke", {"token": token}, authorization=basic(id, secret)),
                token=token,
            )
        if pick.random() < 0.4:
            second = self.change("secret", id, lambda: self.call("POST", f"/{id}/secrets", {}))["client_secret"]
            if pick.random() < 0.6:
                self.change("unsecret", id, lambda: self.call("DELETE", f"/{id}/secrets/{first}"), secret=secret)
                secret = second
        if pick.random() < 0.3:
            self.change("revoke-all", id, lambda: self.call("POST", f"/{id}/revoke-tokens"))
            self.token(id, secret, RS1)
        if pick.random() < 0.3:
            resource = pick.choice(list(RESOURCES))
            quoted = urllib.parse.quote(resource, safe="")
            self.change(
                "forbid", id, lambda: self.call("DELETE", f"/{id}/permissions?resource={quoted}"), resource=resource
            )
        if pick.random() < 0.2:
            self.change("disable", id, lambda: self.call("PATCH", f"/{id}", {"enabled": False}))
        if pick.random() < 0.2:
            self.change("delete", id, lambda: self.call("DELETE", f"/{id}"))

    def token(self, id, secret, resource):
        form = {"grant_type": "client_credentials", "resource": resource, "scope": "read"}
        answer = self.http.post("/token", form, authorization=basic(id, secret))
        if answer.status != 200:
            raise (
                OSError(f"token: {answer}")
                if answer.status in (429, 503)
                else AssertionError(f"token for {id}: {answer}")
            )
        token = answer.json()["access_token"]
        self.journal.write(phase="ok", number=-1, op="token", id=id, token=token, resource=resource)
        return token


class Reader(threading.Thread):
    """Tokens and introspections without end, so that a fault meets a busy server."""

    def __init__(self, world, stop):
        super().__init__(daemon=True)
        self.world, self.stop = world, stop

    def run(self):
        http = self.world.server.fresh_client(timeout=5)
        while not self.stop.is_set():
            try:
                for resource, owner in RESOURCES.items():
                    answer = http.post(
                        "/token",
                        {"grant_type": "client_credentials", "resource": resource},
                        authorization=self.world.auth("conf"),
                    )
                    http.post(
                        "/introspect", {"token": answer.json()["access_token"]}, authorization=self.world.auth(owner)
                    )
            except (OSError, ValueError, KeyError):
                http.close()
                if self.stop.wait(0.02):
                    return


def begin(world, journal, workers=6, readers=2):
    stop = threading.Event()
    run = os.urandom(3).hex()
    threads = [Worker(world, journal, f"w{run}-{i}", stop) for i in range(workers)] + [
        Reader(world, stop) for _ in range(readers)
    ]
    for thread in threads:
        thread.start()
    return stop, threads
