"""Real gateways in processes of their own, and what asks them as nginx does: when did each refuse a revoked token?"""

import collections
import http.client
import multiprocessing
import threading
import time

from Attack.harness.gateway import Gateway
from Attack.harness.world import GATEWAY_ROUTES, RS1

from .latencies import Latencies

# Between two questions about one token: so exact is what is measured.
INTERVAL = 0.005


def asked(connection, token):
    """The status that a gateway answers with, over a kept connection."""
    headers = {"X-Original-Method": "GET", "X-Original-URI": "/files/1", "Authorization": f"Bearer {token}"}
    connection.request("GET", "/forward-auth", headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def watch(port, pipe):
    """The process that asks one gateway about each token it is told, until that refuses it."""
    connection, pending = http.client.HTTPConnection("127.0.0.1", port, timeout=60), {}
    while True:
        while pipe.poll(0 if pending else 0.2):
            token = pipe.recv()
            if token is None:
                return
            pending[token] = False
        for token, has_passed in list(pending.items()):
            try:
                status = asked(connection, token)
            except (http.client.HTTPException, OSError):
                # A connection on which nothing was asked for long was closed.
                connection.close()
                continue
            now = time.monotonic()
            # A key that is new is not known at once: until then its tokens are no good ones.
            if has_passed and status != 200:
                del pending[token]
                pipe.send((token, status, now))
            elif not has_passed and status == 200:
                pending[token] = True
                pipe.send((token, 200, now))
        time.sleep(INTERVAL)


class Watched:
    """One gateway, seen from the one that revokes."""

    def __init__(self, world):
        self.gateway = Gateway(world, "rs1", RS1, GATEWAY_ROUTES).start()
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=watch, args=(self.gateway.port, other), daemon=True)
        self.process.start()
        self.connection = None
        self.told, self.passed, self.refused, self.failures = threading.Condition(), set(), {}, []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            try:
                token, status, now = self.pipe.recv()
            except (EOFError, OSError):
                return
            with self.told:
                if status == 200:
                    self.passed.add(token)
                elif status == 401:
                    self.refused[token] = now
                else:
                    self.failures.append(f"a gateway answered {status}")
                self.told.notify_all()

    def asked(self, token):
        """The answer to one question from here, once more where a kept connection was closed."""
        if self.connection is not None:
            try:
                return asked(self.connection, token)
            except (http.client.HTTPException, OSError):
                self.connection.close()
        self.connection = http.client.HTTPConnection("127.0.0.1", self.gateway.port, timeout=60)
        return asked(self.connection, token)

    def discard(self):
        self.process.kill()
        self.process.join()
        self.gateway.discard()


class Gateways:
    def __init__(self, world, count):
        self.all, self.acknowledged, self.sending = [Watched(world) for _ in range(count)], {}, threading.Lock()

    def watch(self, token):
        """Returns once every gateway has let it in."""
        with self.sending:
            for one in self.all:
                one.pipe.send(token)
        for one in self.all:
            with one.told:
                if not one.told.wait_for(lambda one=one: token in one.passed, 120):
                    one.failures.append("a gateway does not let a good token in")

    def revoked(self, token, kind, now):
        self.acknowledged[token] = (kind, now)

    def results(self):
        """By kind, from the acknowledgement to the refusal; how many never came; what went wrong."""
        by_kind, missed = collections.defaultdict(Latencies), 0
        deadline = time.monotonic() + 60
        for token, (kind, acknowledged) in self.acknowledged.items():
            for one in self.all:
                with one.told:
                    one.told.wait_for(lambda one=one: token in one.refused, max(0, deadline - time.monotonic()))
                    if token in one.refused:
                        by_kind[kind].add(one.refused[token] - acknowledged)
                    else:
                        missed += 1
        return by_kind, missed, [failure for one in self.all for failure in one.failures]

    def discard(self):
        for one in self.all:
            one.discard()
