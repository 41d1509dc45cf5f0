"""People whose browsers have no token, before a site that the gateway guards: in by a password, and out again."""

import json
import os
import shlex
import shutil
import tempfile
import time

from Attack.harness.people import Page
from Browser.harness.doorway import Doorway

from .launched import ROOT, certified
from .person import Person

CLIENT, PASSWORD = "site", "lantern meadow copper nine"
OWN, LOGOUT = "/.tessera", "/logout"
SESSION = "__Host-tessera-gateway"
# What browsers say when somebody opens a page, and when a script of it asks.
OPENS = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
ASKS = {"Accept": "*/*", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": "same-origin"}


class Entrance:
    """TLS before a site that speaks plain HTTP on loopback: browsers keep the cookies of the gateway for nothing less."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="tessera-entrance-")
        chain = certified(self.folder)
        self.certificate = chain[0]
        self.doorway = Doorway(self.folder, "localhost", 0, chain)
        self.origin = self.doorway.address

    def leads_to(self, port):
        self.doorway.inner = port

    def outbound(self):
        """What the issuer needs to reach the site."""
        return {"outbound": {"allowed": ["127.0.0.1"], "authorities": self.certificate}}

    def register(self, world, example, origin):
        """The site as a client of the issuer, as the example says; what the gateway has to know of it."""
        with open(os.path.join(ROOT, "Examples", example, "README.md")) as file:
            text = file.read().replace("\\\n", " ")
        command = next(line for line in text.splitlines() if line.startswith("tessera client create "))
        _, *words = shlex.split(command.replace(origin + OWN, self.origin + OWN))
        done = world.server.run(*words, "--config", world.server.configuration, "--json", check=True)
        world.keep_secret(CLIENT, json.loads(done.stdout)["client_secret"])
        return {"client-id": CLIENT, "client-secret-file": "client-secret", "origins": [self.origin]}

    def trusted(self, world):
        """A file with this certificate and the authority of the issuer."""
        path = os.path.join(self.folder, "trusted.pem")
        with open(path, "w") as file:
            for part in (self.certificate, os.path.join(world.server.data, "tls", "ca.pem")):
                with open(part) as text:
                    file.write(text.read())
        return path

    def close(self):
        self.doorway.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Visitor(Person):
    """A person, and the scripts in their browser."""

    def __init__(self, trusted, site):
        super().__init__(trusted)
        self.site = site
        self.session.headers.update(OPENS)

    def open(self, target):
        return self.get(self.site + target)

    def script(self, target, method="GET", **fields):
        """A request of a page's script, which is led nowhere."""
        url = self.site + target
        return self.session.request(method, url, headers=ASKS | fields, timeout=60, allow_redirects=False)

    def forget(self, name):
        kept = next(each for each in self.session.cookies if each.name == name)
        self.session.cookies.clear(kept.domain, kept.path, kept.name)


def fields(answer):
    """What the server behind was sent, and by which target."""
    target, sent = json.loads(answer.text)
    return target, [(name.lower(), value) for name, value in sent]


class Visitors:
    """All that a person does at one site."""

    def __init__(self, world, entrance, check):
        self.world, self.check, self.site = world, check, entrance.origin
        self.trusted = entrance.trusted(world)
        self.carol = world.user("carol", PASSWORD, email="carol@people.test")["id"]

    def visitor(self):
        return Visitor(self.trusted, self.site)

    def all(self):
        carol = self.visitor()
        self.comes_in(carol)
        self.is_known_behind(carol)
        self.scripts(carol)
        self.leaves(carol)
        self.is_ended(carol)

    def is_at_issuer(self, page):
        return page.url.startswith(self.world.issuer + "/")

    def comes_in(self, carol):
        target = "/reports/?month=1&day=%2F"
        page = carol.open(target)
        self.check(self.is_at_issuer(page) and carol.asks_password(page), "leads_a_browser_to_the_issuer")
        first = [*page.history, page][0]
        led = first.headers.get("Location") == f"{self.site}{OWN}/sign-in?to={target}"
        self.check(first.status_code == 302 and led, "by_way_of_the_sign_in_of_the_site")
        self.check("WWW-Authenticate" not in first.headers, "and_challenges_no_browser_that_it_leads")
        page = carol.sign_in(page, "carol", PASSWORD)
        self.check(page.url == self.site + target and "report number one" in page.text, "comes_back_to_the_page")
        self.check(SESSION in carol.session.cookies.keys(), "gets_a_cookie")
        said = "".join(f"{answer.headers}{answer.url}" for answer in page.history)
        self.check("eyJ" not in said, "and_no_token")
        carol.forget(SESSION)
        page = carol.open(target)
        self.check(page.url == self.site + target and page.status_code == 200, "signs_on_again_without_a_password")

    def is_known_behind(self, carol):
        # The server behind sets a cookie of its own, which comes back to it alone.
        carol.open("/app/x")
        target, sent = fields(carol.open("/app/x?a=%2F.."))
        known = dict(sent)
        self.check(target == "/app/x?a=%2F..", "passes_the_request_of_a_browser_on")
        self.check(known.get("x-tessera-subject") == self.carol, "tells_the_upstream_which_person_comes")
        self.check(known.get("x-tessera-client") == CLIENT, "tells_the_upstream_through_which_client")
        cookies = [value for name, value in sent if name == "cookie"]
        self.check(cookies == ["basket=apples"], "keeps_its_own_cookies_to_itself")
        self.check("authorization" not in known and "eyJ" not in str(sent), "gives_no_token_away")

    def scripts(self, carol):
        self.check(carol.script("/app/x").status_code == 200, "answers_scripts_with_a_session")
        bare = self.visitor().script("/app/x")
        challenges = bare.raw.headers.getlist("WWW-Authenticate")
        self.check(bare.status_code == 401 and "Location" not in bare.headers, "leads_no_script_anywhere")
        self.check(len(challenges) == 1 and challenges[0].startswith("Bearer"), f"challenges_it_once {challenges}")
        own = carol.script("/app/x", "POST", Origin=self.site)
        self.check(own.status_code == 200, "carries_out_what_its_own_page_asks")
        foreign = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
        answers = [carol.script("/app/x", "POST", **each) for each in (foreign, {"Sec-Fetch-Site": None})]
        self.check([each.status_code for each in answers] == [403, 403], "and_nothing_that_another_asks")
        self.check(carol.script("/reports/..%2fadmin/").status_code in (400, 403, 404), "reads_no_path_in_two_ways")

    def leaves(self, carol):
        page = carol.open(OWN + "/sign-out")
        self.check(Page(page).form(OWN + "/sign-out") is not None, "asks_whether_to_sign_out")
        theirs = carol.session.post(self.site + OWN + "/sign-out", headers={"Origin": "https://evil.test"}, timeout=60)
        self.check(theirs.status_code == 403, "signs_nobody_out_for_another_site")
        page = carol.submit(page, OWN + "/sign-out")
        page = carol.confirm(page, LOGOUT)
        self.check(page.url.startswith(f"{self.site}{OWN}/signed-out"), f"comes_back_from_signing_out {page.url}")
        self.check(SESSION not in carol.session.cookies.keys(), "takes_the_cookie_back")
        page = carol.open("/reports/")
        self.check(self.is_at_issuer(page) and carol.asks_password(page), "is_signed_out_at_both")

    def is_ended(self, carol):
        page = carol.sign_in(carol.open("/reports/"), "carol", PASSWORD)
        self.check(page.url == self.site + "/reports/", "signs_in_again")
        self.world.admin("DELETE", f"/admin/v1/users/{self.carol}/sessions", expect=204)
        deadline = time.monotonic() + 120
        while (answer := carol.script("/app/x")).status_code == 200 and time.monotonic() < deadline:
            time.sleep(0.2)
        self.check(answer.status_code == 401, "ends_its_session_when_the_issuer_does")
        page = carol.open("/reports/")
        self.check(self.is_at_issuer(page) and carol.asks_password(page), "and_asks_anew")
