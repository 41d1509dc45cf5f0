"""A hundred use one code, and then one refresh token, at the same moment: one mint, one live head, no error of ours."""

import threading

from Attack.harness.server import Server, limits
from Attack.harness.world import RS1

from .families import APPLICATION, code, furnished, person

CALLERS, PEOPLE = 100, 20


class Crowd:
    """A hundred callers with a connection each, who ask the same at once."""

    def __init__(self, world):
        self.world = world
        self.callers = [world.server.fresh_client(timeout=60) for _ in range(CALLERS)]

    def ask(self, fields):
        """All answers; a caller whose connection broke has none."""
        answers, lock, barrier = [], threading.Lock(), threading.Barrier(CALLERS)

        def one(via):
            # A connection that stands before the moment comes.
            via.get("/health/ready")
            barrier.wait()
            answer = self.world.at_token(APPLICATION, fields, via)
            with lock:
                answers.append(answer)

        threads = [threading.Thread(target=one, args=(via,)) for via in self.callers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers


def problems(answers, what):
    """Nobody is lost, nobody gets an error of ours; all others are told invalid_grant."""
    found = [f"{what}: {len(answers)} of {CALLERS} answered"] if len(answers) != CALLERS else []
    found += [f"{what}: {answer}" for answer in answers if answer.status >= 500]
    return found + [
        f"{what}: {answer}"
        for answer in answers
        if answer.status not in (200, 429) and answer.status < 500 and answer.error != "invalid_grant"
    ]


def redeemed(journey):
    return {
        "grant_type": "authorization_code",
        "code": journey.code,
        "redirect_uri": journey.request["redirect_uri"],
        "code_verifier": journey.verifier,
    }


def redeem(world, crowd, browser):
    """One code, a hundred times: one mint at most, and nothing of it outlives the replays."""
    answers = crowd.ask(redeemed(code(world, browser)))
    minted = [answer.json() for answer in answers if answer.status == 200]
    found = problems(answers, "code")
    if len(minted) != 1:
        found.append(f"code: {len(minted)} mints")
    for tokens in minted:
        if world.refresh(APPLICATION, tokens["refresh_token"]).status == 200:
            found.append("code: a refresh token outlived the replay")
    return found


def rotate(world, crowd, browser, strict):
    """One refresh token, a hundred times: one successor, which is alive in grace and ended in strict."""
    first = code(world, browser).tokens()["refresh_token"]
    answers = crowd.ask({"grant_type": "refresh_token", "refresh_token": first, "resource": RS1})
    given = [answer.json()["refresh_token"] for answer in answers if answer.status == 200]
    found = problems(answers, "refresh")
    if len(set(given)) != 1 or (strict and len(given) != 1):
        found.append(f"refresh: {len(given)} answers with {len(set(given))} successors")
    alive = [token for token in set(given) if world.refresh(APPLICATION, token).status == 200]
    if len(alive) != (0 if strict else 1):
        found.append(f"refresh: {len(alive)} live heads")
    return found


def under(binary, rounds, strict):
    """All rounds in one policy."""
    server = Server(binary, {"tokens": {"refresh-window": 0 if strict else 10}}, tls=False, name="parallel")
    failures = []
    try:
        server.initialise()
        server.start()
        world = furnished(server)
        crowd, people = Crowd(world), [person(world) for _ in range(PEOPLE)]
        for number in range(rounds):
            browser = people[number % PEOPLE]
            failures += redeem(world, crowd, browser) + rotate(world, crowd, browser, strict)
            if (number + 1) % 20 == 0:
                print(f"{'strict' if strict else 'grace'} {number + 1}/{rounds}: {len(failures)} failures", flush=True)
        server.stop()
    finally:
        server.discard()
    return failures


def run(binary, rounds):
    limits()
    failures = under(binary, rounds, strict=False) + under(binary, rounds, strict=True)
    for failure in failures[:20]:
        print(f"     {failure}")
    print(
        f"parallel: {CALLERS} callers, {rounds} rounds in each policy, of codes and of refresh tokens: "
        f"{len(failures)} failures"
    )
    return 1 if failures else 0
