"""The clock of a server, set from outside with libfaketime."""

import ctypes
import glob
import os
import struct
import tempfile
import time

from .case import Skip


class Clock:
    """Steps forward only; without libfaketime it is the real one, and cases that need to move it are skipped."""

    def __init__(self):
        found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        self.offset, self.path, self.environment = 0, None, {}
        if not found:
            return
        handle, self.path = tempfile.mkstemp(prefix="clock-attack-")
        os.close(handle)
        self.write()
        self.share()
        self.environment = {
            "FAKETIME_SHARED": f"/{self.name} /{self.name}",
            "LD_PRELOAD": found[0],
            "FAKETIME_TIMESTAMP_FILE": self.path,
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def share(self):
        """What the `faketime` program makes before it starts another. A process that has to make it itself changes its
        environment before `main`, and Swift then does not find its arguments."""
        self.name = f"tessera-clock-{os.getpid()}-{id(self):x}"
        libc = ctypes.CDLL(None, use_errno=True)
        libc.sem_open.restype = ctypes.c_void_p
        libc.sem_open(f"/{self.name}".encode(), os.O_CREAT, 0o600, 1)
        with open(f"/dev/shm/{self.name}", "wb") as file:
            file.write(struct.pack("=qq", 0, 0) + struct.pack("=qq", 0, -1) * 8)

    def write(self):
        with open(self.path, "w") as file:
            file.write(f"+{self.offset}")

    def forward(self, seconds):
        if self.path is None:
            raise Skip("libfaketime is not installed")
        self.offset += seconds
        self.write()
        time.sleep(0.05)

    def __del__(self):
        if self.path is None:
            return
        for path in (self.path, f"/dev/shm/{self.name}", f"/dev/shm/sem.{self.name}"):
            if os.path.exists(path):
                os.unlink(path)
