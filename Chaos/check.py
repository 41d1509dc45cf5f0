"""After the fault: is everything there that was acknowledged, and is everything dead that was ended?"""

import json
import random

from Attack.harness.client import basic
from Attack.harness.world import RS1, RS2

OWNERS = {RS1: "rs1", RS2: "rs2"}


class Verdict:
    def __init__(self):
        self.lost, self.resurrected, self.checked = [], [], 0

    def must(self, holds, what, ended=False):
        self.checked += 1
        if not holds:
            (self.resurrected if ended else self.lost).append(what)


def check(world, things, verdict, sample=None):
    chosen = list(things.values())
    if sample and len(chosen) > sample:
        chosen = random.sample(chosen, sample)
    http, admin = world.server.fresh_client(), world.server.admin
    for thing in chosen:
        if thing.exists is None:
            check_tokens(world, http, thing, verdict)
            continue
        answer = admin.get(f"/admin/v1/clients/{thing.id}")
        verdict.must(
            answer.status == (200 if thing.exists else 404),
            f"client {thing.id}: {answer.status}",
            ended=not thing.exists,
        )
        if answer.status == 200 and thing.exists:
            if thing.enabled is not None:
                verdict.must(
                    answer.json()["enabled"] == thing.enabled, f"enabled of {thing.id}", ended=not thing.enabled
                )
            listed = json.loads(admin.get(f"/admin/v1/clients/{thing.id}/permissions").body)["permissions"]
            scopes = {grant["resource"]: grant["scope"] for grant in listed}
            for resource, scope in thing.permissions.items():
                if scope is not None:
                    verdict.must(
                        scopes.get(resource, "") == scope, f"permission of {thing.id} at {resource}", ended=not scope
                    )
        check_secrets(world, thing, verdict)
        check_tokens(world, http, thing, verdict)


def check_secrets(world, thing, verdict):
    caller = world.server.fresh_client(world.server.next_address())
    for secret, live in thing.secrets.items():
        if live is None or thing.enabled is None:
            continue
        works = caller.post("/revoke", {"token": "x"}, authorization=basic(thing.id, secret)).status == 200
        should = bool(live and thing.exists and thing.enabled)
        verdict.must(
            works == should, f"a secret of {thing.id} {'works' if works else 'does not work'}", ended=not should
        )
    caller.close()


def check_tokens(world, http, thing, verdict):
    for token, facts in thing.tokens.items():
        answer = http.post("/introspect", {"token": token}, authorization=world.auth(OWNERS[facts["resource"]]))
        if answer.status != 200:
            verdict.must(False, f"introspection answers {answer}")
        elif facts["alive"] is False:
            verdict.must(answer.json()["active"] is False, f"an ended token of {thing.id} is active", ended=True)
        elif facts["alive"] and thing.exists and thing.enabled:
            verdict.must(answer.json()["active"] is True, f"a live token of {thing.id} is inactive")


def check_audit(world, things, verdict):
    """Every acknowledged registration has its event."""
    seen, after = set(), 0
    admin = world.server.admin
    while True:
        page = json.loads(admin.get(f"/admin/v1/audit?after={after}&limit=1000").body)
        for event in page["events"]:
            if event["outcome"] == "success":
                seen.add(event["target"].split(":", 1)[-1])
        if not page.get("next"):
            break
        after = page["next"]
    for thing in things.values():
        if thing.exists is not None:
            verdict.must(thing.id in seen, f"no audit event of {thing.id}")
