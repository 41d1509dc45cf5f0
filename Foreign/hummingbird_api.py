"""The example Examples/hummingbird-api: an API of ours that accepts tokens, follows revocations, and goes on when the server stops."""

import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from Attack.harness.server import Server, environment, free_port
from Attack.harness.watch import Watch
from Attack.harness.world import World

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
NOTES, VAULT, OTHER = "https://notes.test/api", "https://vault.test", "https://other.test"


def check(holds, what):
    print(f"{'PASS' if holds else 'FAIL'} hummingbird-api.{what}", flush=True)
    return bool(holds)


class API:
    """One running example."""

    def __init__(self, binary, world, resource, output, client_id=None):
        self.url = f"http://127.0.0.1:{free_port()}"
        port = self.url.rsplit(":", 1)[1]
        authority = os.path.join(world.server.data, "tls", "ca.pem")
        command = [binary, "--issuer", world.issuer, "--resource", resource, "--ca", authority, "--port", port]
        more = {}
        if client_id:
            command += ["--client-id", client_id]
            more = {"CLIENT_SECRET": world.secrets[client_id]}
        self.process = subprocess.Popen(command, env=environment(more), stdout=output, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.ask("/notes")[0] == 401:
                    return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise RuntimeError("the API does not answer")

    def ask(self, path, token=None, body=None):
        """Status, challenge and content of an answer."""
        request = urllib.request.Request(self.url + path, data=body)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return answer.status, "", answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers.get("WWW-Authenticate", ""), answer.read().decode()

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def register(world):
    world.resource("notes", NOTES, "read write")
    world.resource("vault", VAULT, "read", token_format="opaque")
    world.resource("other", OTHER, "read")
    world.client("caller")
    for resource, scope in ((NOTES, "read write"), (VAULT, "read"), (OTHER, "read")):
        world.permit("caller", resource, scope)


def signed(world, api):
    """JWTs: who is let in, and what the others are told."""
    read, write = world.token("caller", NOTES, "read"), world.token("caller", NOTES, "read write")
    held = []
    status, challenge, _ = api.ask("/notes")
    address = 'resource_metadata="https://notes.test/.well-known/oauth-protected-resource/api"'
    held.append(check(status == 401 and challenge == f"Bearer {address}", "asks_for_a_token_and_says_where"))
    status, _, document = api.ask("/.well-known/oauth-protected-resource/api")
    described = f'"authorization_servers":["{world.issuer}"]' in document and NOTES in document
    held.append(check(status == 200 and described, "describes_itself"))
    held.append(check(api.ask("/notes", write, b"water the plants")[0] == 201, "lets_the_holder_of_a_token_write"))
    status, _, content = api.ask("/notes", read)
    held.append(check(status == 200 and content == '["water the plants"]', "lets_the_holder_of_a_token_read"))
    status, challenge, _ = api.ask("/notes", read, b"x")
    lacking = 'error="insufficient_scope"' in challenge and 'scope="write"' in challenge
    held.append(check(status == 403 and lacking, "names_the_scope_that_is_missing"))
    status, challenge, _ = api.ask("/notes", world.token("caller", OTHER, "read"))
    held.append(check(status == 401 and 'error="invalid_token"' in challenge, "refuses_a_token_for_another_api"))
    held.append(check(api.ask("/notes", read[:-4] + "AAAA")[0] == 401, "refuses_a_forgery"))
    held.append(check(api.ask("/notes", world.token("caller", VAULT, "read"))[0] == 401, "refuses_what_it_cannot_read"))
    return all(held)


def ended(world, api, token):
    """Revokes a token; the seconds from the acknowledgement until the API refuses it, a minute at most."""
    assert world.revocation(token, by="caller").status == 200
    begun = time.monotonic()
    while api.ask("/notes", token)[0] == 200 and time.monotonic() < begun + 60:
        time.sleep(0.005)
    return time.monotonic() - begun


def revoked(world, api, unregistered):
    """The API follows the revocation feed: a JWT is dead within a second, and others go on."""
    first, used, other = (world.token("caller", NOTES, "read") for _ in range(3))
    # Before the issuer was heard for the first time nobody is let in.
    deadline = time.monotonic() + 60
    while api.ask("/notes", first)[0] == 503 and time.monotonic() < deadline:
        time.sleep(0.05)
    held = [check(api.ask("/notes", first)[0] == 200, "judges_once_it_knows_what_was_revoked")]
    held.append(check(api.ask("/notes", used)[0] == 200, "lets_a_token_in_before_its_revocation"))
    elapsed = ended(world, api, used)
    status, challenge, _ = api.ask("/notes", used)
    print(f"a JWT was refused {elapsed * 1000:.0f} ms after its revocation was acknowledged")
    held.append(check(elapsed < 1, "refuses_a_revoked_jwt_within_a_second"))
    held.append(check(status == 401 and 'error="invalid_token"' in challenge, "says_that_the_token_is_no_good"))
    held.append(check(api.ask("/notes", other)[0] == 200, "lets_other_tokens_in_after_a_revocation"))
    # The one without a registration hears of nothing, as its documentation says.
    held.append(check(unregistered.ask("/notes", used)[0] == 200, "judges_by_signature_alone_without_registration"))
    return all(held)


def opaque(world, vault):
    """Opaque tokens: asked about, and dead soon after their revocation."""
    used, unused = world.token("caller", VAULT, "read"), world.token("caller", VAULT, "read")
    held = [check(vault.ask("/notes", used)[0] == 200, "asks_the_issuer_about_an_opaque_token")]
    for token in (used, unused):
        assert world.revocation(token, by="caller").status == 200
    held.append(check(vault.ask("/notes", unused)[0] == 401, "refuses_a_revoked_opaque_token"))
    # Its good answer is remembered for ten seconds at most.
    deadline = time.monotonic() + 60
    while vault.ask("/notes", used)[0] == 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    held.append(check(vault.ask("/notes", used)[0] == 401, "forgets_that_a_token_was_good"))
    # By then the API follows the feed, which tells that something ended: answers from before are asked for again.
    next_one = world.token("caller", VAULT, "read")
    held.append(check(vault.ask("/notes", next_one)[0] == 200, "lets_an_opaque_token_in_before_its_revocation"))
    elapsed = ended(world, vault, next_one)
    print(f"an opaque token was refused {elapsed * 1000:.0f} ms after its revocation was acknowledged")
    held.append(check(elapsed < 1, "refuses_a_revoked_opaque_token_within_a_second"))
    return all(held)


def without_server(world, notes, vault):
    """The issuer is away: known keys go on judging, and what only it can judge gets neither yes nor no."""
    fresh, other = world.token("caller", NOTES, "read"), world.token("caller", OTHER, "read")
    asked = world.token("caller", VAULT, "read")
    world.server.stop()
    held = [check(notes.ask("/notes", fresh)[0] == 200, "judges_a_new_token_without_the_server")]
    held.append(check(notes.ask("/notes", other)[0] == 401, "refuses_without_the_server"))
    status, challenge, _ = vault.ask("/notes", asked)
    held.append(check(status == 503 and not challenge, "says_that_nobody_can_judge"))
    return all(held)


def run(binary):
    subprocess.run(["swift", "build", "--product", "hummingbird-api"], cwd=ROOT, check=True, capture_output=True)
    example = os.path.join(ROOT, ".build", "debug", "hummingbird-api")
    server, apis = Server(binary, name="foreign"), []
    with tempfile.TemporaryFile("w+") as output:
        try:
            server.initialise()
            server.start()
            watch = Watch()
            watch.server = server
            world = World(server, watch)
            register(world)
            apis.append(API(example, world, NOTES, output))
            apis.append(API(example, world, VAULT, output, client_id="vault"))
            apis.append(API(example, world, NOTES, output, client_id="notes"))
            steps = [signed(world, apis[0]), revoked(world, apis[2], apis[0]), opaque(world, apis[1])]
            steps.append(without_server(world, *apis[:2]))
            if not all(steps):
                output.seek(0)
                print(output.read()[-1500:])
            return all(steps)
        finally:
            for api in apis:
                api.stop()
            server.discard()
