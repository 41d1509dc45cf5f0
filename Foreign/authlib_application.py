"""The example Examples/authlib-sign-in: a person signs in to a Flask application by Authlib."""

import os
import subprocess
import tempfile
import time

from Attack.harness.server import Server, environment, free_port
from Attack.harness.watch import Watch
from Attack.harness.world import World

from .person import Person

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
EXAMPLE = os.path.join(ROOT, "Examples", "authlib-sign-in", "application.py")
PACKAGES = ("Authlib==1.9.8", "Flask==3.1.3", "requests==2.34.2")
PASSWORD = "lantern meadow copper nine"


def check(holds, what):
    print(f"{'PASS' if holds else 'FAIL'} authlib-sign-in.{what}", flush=True)
    return bool(holds)


def started(python, world, port, authority, output):
    """The application as its README starts it."""
    known = {
        "ISSUER": world.issuer,
        "CLIENT_ID": "reader",
        "CLIENT_SECRET": world.secrets["reader"],
        "REQUESTS_CA_BUNDLE": authority,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    process = subprocess.Popen(
        [python, "-m", "flask", "--app", EXAMPLE, "run", "--port", str(port)],
        env=environment(known),
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    probe, deadline = Person(authority), time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if probe.get(f"http://127.0.0.1:{port}/").status_code == 200:
                return process
        except OSError:
            time.sleep(0.05)
    process.kill()
    raise RuntimeError("the application does not answer")


def visit(world, base, authority):
    world.user("carol", PASSWORD, email="carol@people.test", attributes={"name": "Carol C"})
    person, held = Person(authority), []
    page = person.get(base + "/sign-in")
    held.append(check(page.url.startswith(world.issuer), "asks_the_issuer_who_comes"))
    page = person.sign_in(page, "carol", PASSWORD)
    shown = page.url == base + "/" and "Carol C" in page.text and "carol@people.test" in page.text
    held.append(check(shown, "shows_who_signed_in"))
    page = person.sign_in(Person(authority).get(base + "/sign-in"), "carol", "a wrong pass phrase")
    held.append(check(page.url.startswith(world.issuer), "knows_nobody_by_a_wrong_password"))
    page = Person(authority).get(base + "/callback?code=x&state=y")
    held.append(check(page.status_code == 400 and "Carol" not in page.text, "takes_no_answer_that_it_did_not_ask_for"))
    return all(held)


def run(binary):
    made = subprocess.run(
        [os.path.join(ROOT, "scripts", "python-environment"), "authlib-example", *PACKAGES],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    server, process, port = Server(binary, name="foreign"), None, free_port()
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile("w+") as output:
        try:
            server.initialise()
            server.start()
            watch = Watch()
            watch.server = server
            world = World(server, watch)
            world.party("reader", redirects=[base + "/callback"], application_type="native", scope="openid profile email")
            authority = os.path.join(server.data, "tls", "ca.pem")
            process = started(made.stdout.strip(), world, port, authority, output)
            held = visit(world, base, authority)
            if not held:
                output.seek(0)
                print(output.read()[-1500:])
            return held
        finally:
            if process and process.poll() is None:
                process.kill()
                process.wait()
            server.discard()
