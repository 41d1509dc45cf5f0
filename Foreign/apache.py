"""Apache with mod_auth_openidc (Examples/apache-sign-in): a person signs in, sees claims, logs out, and is logged out."""

import os
import secrets
import shutil
import time
import urllib.parse

from Attack.harness.case import Skip
from Attack.harness.server import Server
from Attack.harness.watch import Watch
from Attack.harness.world import World

from .launched import Launched, certified
from .person import Person

MODULE = "/usr/lib/apache2/modules/mod_auth_openidc.so"
LOGOUT = "/logout"
PASSWORD = "lantern meadow copper nine"


class Apache(Launched):
    """The example on loopback, with a certificate of its own."""

    def __init__(self):
        super().__init__("apache-sign-in")
        self.url = f"https://localhost:{self.port}"
        self.certificate, self.key = certified(self.folder)
        for name in ("loopback.conf", "sign-in.conf"):
            shutil.copy(os.path.join(self.example, name), self.folder)

    def start(self, issuer, authority, client, secret):
        shutil.copy(authority, self.file("issuer.pem"))
        known = {
            "FOLDER": self.folder,
            "SITE": self.file("sign-in.conf"),
            "PAGES": self.file("pages"),
            "ADDRESS": "127.0.0.1",
            "NAME": "localhost",
            "PORT": str(self.port),
            "CERTIFICATE": self.certificate,
            "PRIVATE_KEY": self.key,
            "ISSUER": issuer,
            "ISSUER_AUTHORITY": self.file("issuer.pem"),
            "CLIENT_ID": client,
            "CLIENT_SECRET": secret,
            "PASSPHRASE": secrets.token_hex(32),
        }
        probe = Person(self.certificate)
        self.launch(
            ["/usr/sbin/apache2", "-f", self.file("loopback.conf"), "-DFOREGROUND"],
            lambda: probe.get(self.url + "/bye.html").status_code == 200,
            known,
        )


def check(holds, what):
    print(f"{'PASS' if holds else 'FAIL'} apache.{what}", flush=True)
    return bool(holds)


def visit(world, apache, trusted):
    """One person in one browser: in, out by their own wish, in again, out because the issuer says so."""
    private, held = apache.url + "/private/index.shtml", []
    carol = world.user("carol", PASSWORD, email="carol@people.test", attributes={"name": "Carol C"})
    person = Person(trusted)

    page = person.get(private)
    held.append(check(page.url.startswith(world.issuer), "asks_the_issuer_who_comes"))
    page = person.sign_in(page, "carol", PASSWORD)
    seen = {name: person.text(page, name) for name in ("name", "email", "iss", "sub")}
    expected = {"name": "Carol C", "email": "carol@people.test", "iss": world.issuer, "sub": carol["id"]}
    held.append(check(page.url == private and seen == expected, "shows_the_claims_after_sign_in"))
    held.append(check(person.get(private, follow=False).status_code == 200, "keeps_its_session"))

    goodbye = urllib.parse.quote(apache.url + "/bye.html", safe="")
    page = person.confirm(person.get(f"{apache.url}/private/callback?logout={goodbye}"), LOGOUT)
    held.append(check(page.url.startswith(apache.url + "/bye.html"), "comes_back_from_logout"))
    page = person.get(private)
    held.append(check(page.url.startswith(world.issuer) and person.asks_password(page), "is_signed_out_at_both"))

    page = person.sign_in(page, "carol", PASSWORD)
    held.append(check(page.url == private, "signs_in_again"))
    world.admin("DELETE", f"/admin/v1/users/{carol['id']}/sessions", expect=204)
    deadline = time.monotonic() + 120
    while (status := person.get(private, follow=False).status_code) == 200 and time.monotonic() < deadline:
        time.sleep(0.2)
    held.append(check(status == 302, "ends_its_session_by_back_channel_logout"))
    return all(held)


def run(binary):
    if not os.path.exists(MODULE):
        raise Skip("libapache2-mod-auth-openidc is not installed")
    if os.geteuid() != 0:
        raise Skip("the example changes to the user www-data, which needs root")
    apache, server = Apache(), None
    try:
        outbound = {"allowed": ["127.0.0.1"], "authorities": apache.certificate}
        server = Server(binary, {"outbound": outbound}, name="foreign")
        server.initialise()
        server.start()
        watch = Watch()
        watch.server = server
        world = World(server, watch)
        world.party(
            "apache",
            redirects=[apache.url + "/private/callback"],
            grant_types=["authorization_code"],
            scope="openid profile email",
            post_logout_redirect_uris=[apache.url + "/bye.html"],
            backchannel_logout_uri=apache.url + "/private/callback?logout=backchannel",
            backchannel_logout_session_required=True,
        )
        authority = os.path.join(server.data, "tls", "ca.pem")
        apache.start(world.issuer, authority, "apache", world.secrets["apache"])
        trusted = apache.file("trusted.pem")
        with open(trusted, "w") as file:
            for path in (authority, apache.certificate):
                with open(path) as part:
                    file.write(part.read())
        held = visit(world, apache, trusted)
        if not held:
            print(apache.log())
        return held
    finally:
        apache.close()
        if server:
            server.discard()
