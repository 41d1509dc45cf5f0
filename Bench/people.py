"""What people's applications ask of our server: the code flow, refreshes, UserInfo."""

import os
import urllib.parse

from Attack.harness.people import AUTHORIZE, USERINFO, Browser, Journey

from .measure import Load, NewTokens

# A family is used a few times in a run, as often as no honest application would.
FAMILIES = 2500
# More than the server remembers.
TOKENS = 16_000
# Of codes redeemed just before: a quarter of what the server remembers, so that hardly three of them share the two places
# that a token has there, and push each other out.
MADE = 1_000
# Room for all that is authorized: the server lets a client hold so much in one session and then ends the oldest.
PEOPLE, BROWSERS = 20, 5
APPLICATIONS = [f"bench-web-{number}" for number in range(6)]
REFRESHING, IDENTIFYING = "bench-refresh", "bench-identify"


def lines(path):
    with open(path) as file:
        return file.read().splitlines()


class MadeTokens(Load):
    """Tokens for codes that were redeemed just before. Each is asked with once: whoever asked again would not see whether
    its signature was checked the first time."""

    def __init__(self, name, pid, url, file, flow):
        super().__init__(name, pid, url, script="bearer.lua", arguments=[file, "once"])
        self.file, self.flow = file, flow

    def run(self, seconds, connections=64):
        with open(self.file, "w"):
            pass
        self.flow.run(10)
        # Few connections, since so few requests would pay for opening them.
        return super().run(seconds, 8)


class People:
    """People who are signed in and have consented, and what applications of theirs hold."""

    def __init__(self, world, resource, base, folder):
        self.world, self.base, self.folder, self.pid = world, base, folder, world.server.process.pid
        self.journeys = {}
        for client in (*APPLICATIONS, REFRESHING, IDENTIFYING):
            world.party(client, resource_scopes={resource: "read write"})
            self.journeys[client] = Journey(world, client, scope="openid offline_access read", resource=resource)
        cookies = []
        for number in range(PEOPLE):
            world.user(f"person{number}", email=f"person{number}@people.test", email_verified=True)
            cookies += [self.signed_in(f"person{number}", first=browser == 0) for browser in range(BROWSERS)]
        self.cookies = self.write("cookies", cookies)
        self.resource = urllib.parse.urlencode({"resource": resource})

    def signed_in(self, name, first):
        """The cookies of another browser, and the first time the consents that all of them need."""
        browser = Browser(self.world, "127.0.0.1")
        for journey in self.journeys.values() if first else list(self.journeys.values())[:1]:
            journey.through(browser, name).tokens()
        return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

    def write(self, name, texts):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.writelines(text + "\n" for text in texts)
        return path

    def code_flow(self, clients=APPLICATIONS, keep="-", enough=0, token="refresh_token"):
        """Session and consent are there: an authorization request and its code, for which there are three tokens."""
        journeys, requests = [self.journeys[client] for client in clients], []
        for number, journey in enumerate(journeys):
            # One verifier for all spares the script a list of them.
            query = journey.request | {"state": str(number + 1), "code_challenge": journeys[0].request["code_challenge"]}
            authorization = self.world.auth(journey.client_id)
            requests.append(f"{AUTHORIZE}?{urllib.parse.urlencode(query)}\t{authorization}")
        form = {
            "grant_type": "authorization_code",
            "redirect_uri": journeys[0].request["redirect_uri"],
            "code_verifier": journeys[0].verifier,
        }
        requests = self.write("requests-" + clients[0], requests)
        arguments = ["/token", urllib.parse.urlencode(form), self.cookies, requests, keep, str(enough), token]
        return Load("code flow", self.pid, self.base + AUTHORIZE, script="code.lua", arguments=arguments)

    def families(self, client):
        """Refresh tokens of a client's families, in a file."""
        path = self.write("families-" + client, [])
        for _ in range(20):
            missing = FAMILIES - len(lines(path))
            if missing <= 0:
                return path
            self.code_flow([client], path, missing).run(10)
        raise RuntimeError("the code flow is too slow to start with")

    def refresh(self, name, client, file, form, keep="-"):
        arguments = [file, self.world.auth(client), form, keep]
        return Load(name, self.pid, self.base + "/token", script="rotate.lua", arguments=arguments)

    def made(self, url):
        file = self.write("made", [])
        flow = self.code_flow(keep=file, enough=MADE, token="access_token")
        return MadeTokens("userinfo made", self.pid, url, file, flow)

    def loads(self):
        plain, identifying = self.families(REFRESHING), self.families(IDENTIFYING)
        unseen, scope = self.write("unseen", []), "scope=openid+read"
        while len(lines(unseen)) < TOKENS:
            self.refresh("tokens", IDENTIFYING, identifying, scope, unseen).run(2)
        seen = self.write("seen", lines(unseen)[:100])
        url = self.base + USERINFO
        return [
            self.refresh("refresh", REFRESHING, plain, self.resource),
            self.refresh("refresh id_token", IDENTIFYING, identifying, scope),
            self.code_flow(),
            NewTokens("userinfo new", self.pid, url, unseen),
            self.made(url),
            Load("userinfo seen", self.pid, url, script="bearer.lua", arguments=[seen, "0"]),
        ]
