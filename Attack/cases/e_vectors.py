"""Project Wycheproof's signatures through jose-check (092)."""

import json
import os
import subprocess

from ..harness import forge
from ..harness.case import Skip, critical, without_vectors

SUPPORTED = {"ES256", "ES384", "EdDSA", "RS256", "PS256"}


def find(root):
    folder = os.environ.get("TESSERA_VECTORS", os.path.join(root, "..", "shared", "vectors"))
    path = os.path.join(folder, "json_web_signature_test.json")
    if not os.path.exists(path):
        without_vectors("json_web_signature_test.json is missing; name its folder in TESSERA_VECTORS")
    return path


def algorithm(jws, key):
    """What the header says, if the key is for the same."""
    try:
        name = forge.parts(jws)[0]["alg"] if isinstance(jws, str) else None
    except (ValueError, KeyError, TypeError):
        try:
            name = json.loads(forge.unb64(jws.split(".")[0]))["alg"]
        except (ValueError, KeyError, TypeError):
            return None
    return name if (key or {}).get("alg") in (None, name) else None


@critical
def case_092_wycheproof(w):
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
    program = os.path.join(os.path.dirname(w.server.binary), "jose-check")
    if not os.path.exists(program):
        raise Skip("jose-check is not built")
    with open(find(root)) as file:
        groups = json.load(file)["testGroups"]
    questions, expected = [], []
    for group in groups:
        key = group.get("public") or group.get("private") or group.get("key")
        for test in group["tests"]:
            questions.append(json.dumps({"op": "verify", "jwk": key, "jws": test["jws"]}))
            expected.append((test["tcId"], test["result"], algorithm(test["jws"], key), test.get("comment", "")))
    done = subprocess.run([program], input="\n".join(questions) + "\n", capture_output=True, text=True, timeout=60)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(questions), f"{len(answers)} answers to {len(questions)} questions: {done.stderr[-300:]}"
    wrong = [case for case, answer in zip(expected, answers) if case[1] == "invalid" and answer["ok"]]
    assert not wrong, f"accepted though invalid: {wrong[:5]}"
    missed = [
        case
        for case, answer in zip(expected, answers)
        if case[1] == "valid" and case[2] in SUPPORTED and not answer["ok"]
    ]
    assert not missed, f"refused though valid: {missed[:5]}"
