"""Whether what must be unguessable is random (037)."""

import math
import os

from ..harness import forge
from ..harness.world import RS1, RS2


def common_prefix(values):
    return len(os.path.commonprefix(values))


def bits_look_random(samples, name):
    """Each bit is one half of the time set, and does not follow the same bit of the value before (0.001 over all bits)."""
    length = min(len(sample) for sample in samples)
    count = len(samples)
    bits = length * 8
    # Bonferroni: the two-sided bound for one bit when `bits` of them together may err once in a thousand runs.
    bound = math.sqrt(2 * math.log(2 * bits / 0.001))
    for position in range(bits):
        column = [sample[position // 8] >> (7 - position % 8) & 1 for sample in samples]
        ones = sum(column)
        z = abs(2 * ones - count) / math.sqrt(count)
        assert z < bound, f"{name}: bit {position} is set in {ones} of {count}"
        same = sum(1 for a, b in zip(column, column[1:]) if a == b)
        z = abs(2 * same - (count - 1)) / math.sqrt(count - 1)
        assert z < bound, f"{name}: bit {position} follows its predecessor in {same} of {count - 1}"


def case_037_entropy(w):
    # requirement: 7515-10.8-1
    count = 1200 if w.slow > 1 else 5000
    tokens = [w.ask("conf", resource=RS1, scope="read").json()["access_token"] for _ in range(count)]
    ids = [forge.parts(token)[1]["jti"] for token in tokens]
    assert len(set(ids)) == count, "a jti came twice"
    assert all(len(i) >= 22 for i in ids), f"a jti of {min(map(len, ids))} characters"
    start = common_prefix(ids)
    assert start <= 4, f"jti share {start} characters"
    bits_look_random([forge.unb64(i[start:]) for i in ids], "jti")

    opaque = [w.ask("conf", resource=RS2, scope="read").json()["access_token"] for _ in range(count)]
    assert len(set(opaque)) == count and all(token.startswith("tsa_") for token in opaque)
    raw = [forge.unb64(token[4:]) for token in opaque if len(token) == len(opaque[0])]
    # Beyond the type and the key's id everything must look random, the sealed claims included.
    shared = len(os.path.commonprefix(raw))
    assert shared <= 17, f"opaque tokens share {shared} bytes"
    bits_look_random([token[shared : shared + 96] for token in raw], "opaque token")
    sealed = raw[0][shared:]
    for word in (b"conf", b"rs2", b"read", b"jti", b"https"):
        assert word not in sealed, "an opaque token shows its claims"

    w.client("entropy")
    path = "/admin/v1/clients/entropy/secrets"
    secrets = [w.admin("POST", path, {"expires_old_in": 0}, expect=201).json()["client_secret"] for _ in range(300)]
    assert len(set(secrets)) == 300 and all(len(secret) >= 4 + 43 and secret.startswith("tsc_") for secret in secrets)
    bits_look_random([forge.unb64(secret[4:]) for secret in secrets], "client secret")
