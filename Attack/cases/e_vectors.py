"""Project Wycheproof's signatures through jose-check (092)."""
import glob
import json
import os
import subprocess

from ..harness.case import Skip, critical

SUPPORTED = {"ES256", "ES384", "EdDSA", "RS256", "PS256"}


def find(root):
    given = os.environ.get("TESSERA_VECTORS")
    pattern = os.path.join(root, "**", "json_web_signature_test.json")
    found = [os.path.join(given, "json_web_signature_test.json")] if given else []
    found += [path for path in glob.glob(pattern, recursive=True) if "/.build" not in path]
    for path in found:
        if os.path.exists(path):
            return path
    raise Skip("json_web_signature_test.json is not in the checkout; name its folder in TESSERA_VECTORS")


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
            name = (key or {}).get("alg")
            expected.append((test["tcId"], test["result"], name, test.get("comment", "")))
    done = subprocess.run([program], input="\n".join(questions) + "\n", capture_output=True, text=True, timeout=60)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(questions), f"{len(answers)} answers to {len(questions)} questions: {done.stderr[-300:]}"
    wrong = [case for case, answer in zip(expected, answers) if case[1] == "invalid" and answer["ok"]]
    assert not wrong, f"accepted though invalid: {wrong[:5]}"
    missed = [case for case, answer in zip(expected, answers) if case[1] == "valid" and case[2] in SUPPORTED and not answer["ok"]]
    assert not missed, f"refused though valid: {missed[:5]}"
