"""What the server acknowledged, written down where the fault cannot reach it; and what must therefore hold."""

import json
import os
import threading


class Journal:
    """Append-only, synced line by line, on another file system than the database."""

    def __init__(self, path):
        self.path = path
        self.file = open(path, "ab", buffering=0)
        self.lock = threading.Lock()

    def write(self, **line):
        with self.lock:
            self.file.write(json.dumps(line).encode() + b"\n")
            os.fsync(self.file.fileno())

    def read(self):
        with open(self.path, "rb") as file:
            return [json.loads(line) for line in file.read().split(b"\n") if line.endswith(b"}")]


class Thing:
    """One client as the journal says it must be; `None` is "either way": the answer to a change never arrived."""

    def __init__(self, id):
        self.id = id
        self.exists = self.enabled = None
        self.secrets, self.permissions, self.tokens = {}, {}, {}


def expected(lines):
    """The state of each client after its last acknowledged change, and the number of acknowledged changes."""
    things, acknowledged, open_changes = {}, 0, {}
    for line in lines:
        if line["phase"] == "start":
            open_changes[line["number"]] = line
        else:
            open_changes.pop(line["number"], None)
            if line["phase"] == "ok":
                acknowledged += line["op"] != "token"
                apply(things.setdefault(line["id"], Thing(line["id"])), line)
    for line in open_changes.values():
        blur(things.setdefault(line["id"], Thing(line["id"])), line)
    return things, acknowledged


def apply(thing, line):
    op = line["op"]
    if op == "create":
        thing.exists = thing.enabled = True
        thing.secrets[line["secret"]] = True
    elif op == "permit":
        thing.permissions[line["resource"]] = line["scope"]
    elif op == "forbid":
        thing.permissions[line["resource"]] = ""
        end(thing, line["resource"])
    elif op == "secret":
        thing.secrets[line["secret"]] = True
    elif op == "unsecret":
        thing.secrets[line["secret"]] = False
    elif op == "token":
        thing.tokens[line["token"]] = {"alive": True, "resource": line["resource"]}
    elif op == "revoke":
        thing.tokens[line["token"]]["alive"] = False
    elif op == "revoke-all":
        end(thing)
    elif op == "disable":
        thing.enabled = False
        end(thing)
    elif op == "delete":
        thing.exists = False
        end(thing)


def end(thing, resource=None):
    for token in thing.tokens.values():
        if resource in (None, token["resource"]):
            token["alive"] = False


def blur(thing, line):
    """A change that was sent and not answered may have happened or not; what has ended stays ended."""
    op = line["op"]
    if op == "create":
        thing.exists = None
    elif op in ("permit", "forbid"):
        thing.permissions[line["resource"]] = None
    elif op == "unsecret":
        thing.secrets[line["secret"]] = None
    elif op == "disable":
        thing.enabled = None
    elif op == "delete":
        thing.exists = thing.enabled = None
    if op in ("revoke", "revoke-all", "disable", "delete", "forbid"):
        for value, token in thing.tokens.items():
            if token["alive"] and line.get("token", value) == value:
                token["alive"] = None
