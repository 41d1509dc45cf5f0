"""A power cut: what the block device holds at a random instant is all that is left.

The data folder lies on ext4 in a loop image on tmpfs. The server is frozen, the image copied (the page cache of the inner file
system is not in it), the copy mounted in the same place, and the server started on it.
"""

import gc
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time

from Attack.harness.server import Server, limits

from .check import Verdict, check, check_audit
from .journal import Journal, expected
from .kill9 import furnish, integrity, other_file_system
from .load import begin


def sh(*command):
    subprocess.run(command, check=True, capture_output=True)


def unmount(path):
    """Connections to the socket in it keep a file system busy until they are collected."""
    for _ in range(20):
        gc.collect()
        if subprocess.run(["umount", path], capture_output=True).returncode == 0:
            return
        time.sleep(0.1)
    sh("umount", "-l", path)


class Disk:
    """A loop-mounted image whose contents can be taken at any instant."""

    def __init__(self):
        self.base = tempfile.mkdtemp(prefix="tessera-powercut-", dir="/tmp")
        self.mount = os.path.join(self.base, "m")
        sh("mount", "-t", "tmpfs", "-o", "size=900m", "tmpfs", self.base)
        os.mkdir(self.mount)
        self.image, self.copy = os.path.join(self.base, "disk.img"), os.path.join(self.base, "copy.img")
        sh("truncate", "-s", "256M", self.image)
        sh("mkfs.ext4", "-q", "-F", self.image)
        self.attach(self.image)

    def attach(self, image):
        # A long commit interval: nothing reaches the disk unless somebody syncs it.
        sh("mount", "-o", "loop,commit=300", image, self.mount)

    def snapshot(self):
        sh("cp", "--sparse=always", self.image, self.copy)

    def detach(self):
        unmount(self.mount)

    def close(self):
        self.detach()
        unmount(self.base)
        os.rmdir(self.base)


def one_round(binary, folder, number):
    disk = Disk()
    server = Server(binary, tls=False, folder=disk.mount, name="powercut")
    try:
        server.initialise()
        server.start()
        world = furnish(server)
        sh("sync", "-f", disk.mount)
        journal = Journal(os.path.join(folder, f"{number}.jsonl"))
        stop, threads = begin(world, journal)
        time.sleep(random.uniform(0.5, 2.0))
        server.process.send_signal(signal.SIGSTOP)
        disk.snapshot()
        server.process.kill()
        server.process.wait()
        stop.set()
        for thread in threads:
            thread.join(10)
        disk.detach()
        disk.attach(disk.copy)
        server.start()
        things, acknowledged = expected(journal.read())
        verdict = Verdict()
        check(world, things, verdict)
        check_audit(world, things, verdict)
        damaged = not integrity(server)
        server.stop()
        return acknowledged, verdict, damaged, world.faults
    finally:
        server.stop(hard=True)
        disk.close()


def run(binary, rounds):
    if os.geteuid() != 0:
        print("powercut: SKIPPED, mounting a loop image needs root")
        return 2
    limits()
    folder = tempfile.mkdtemp(prefix="tessera-journal-", dir=other_file_system())
    acked = lost = resurrected = damaged = bad = 0
    failures = []
    try:
        for number in range(rounds):
            acknowledged, verdict, is_damaged, faults = one_round(binary, folder, number)
            acked, lost, resurrected, damaged = (
                acked + acknowledged,
                lost + len(verdict.lost),
                resurrected + len(verdict.resurrected),
                damaged + is_damaged,
            )
            bad += bool(verdict.lost or verdict.resurrected)
            failures += verdict.lost[:5] + verdict.resurrected[:5] + faults[:5]
            print(
                f"round {number + 1}/{rounds}: {acknowledged} acknowledged, {verdict.checked} checked, {len(verdict.lost)} lost, "
                f"{len(verdict.resurrected)} resurrected",
                flush=True,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for failure in failures[:20]:
        print(f"     {failure}")
    print(
        f"powercut: rounds {rounds}, acked {acked}, lost {lost}, resurrected {resurrected}, rounds with loss {bad}, damaged {damaged}"
    )
    return 1 if failures or lost or resurrected or damaged or not acked else 0
