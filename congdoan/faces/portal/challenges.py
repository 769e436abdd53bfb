"""A small toll against machines: a little work for a browser with scripts, a sum for one without.

Each challenge carries the key of the one application it is for, signed, so that it cannot be spent twice.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass

from django.core.signing import BadSignature, TimestampSigner

#: Bits that must be zero at the begin of the digest: some thousand tries, well under a second on an old phone.
WORK_BITS = 12
#: A form may lie open this long, in seconds.
_LIFE = 24 * 3600
_SIGNER_SALT = "congdoan.portal.challenge"


@dataclass(frozen=True)
class Challenge:
    """``mark`` goes into the form; ``key`` is the application's; the sum asked for is ``left`` + ``right``."""

    mark: str
    key: uuid.UUID
    left: int
    right: int


def make() -> Challenge:
    """A fresh challenge for a fresh form."""
    key, left, right = uuid.uuid4(), secrets.randbelow(8) + 2, secrets.randbelow(8) + 2
    mark = TimestampSigner(salt=_SIGNER_SALT).sign(f"{key.hex}.{left}.{right}")
    return Challenge(mark, key, left, right)


def read(mark: str) -> Challenge | None:
    """The challenge a form carries back; None when it is not ours or too old."""
    try:
        key, left, right = TimestampSigner(salt=_SIGNER_SALT).unsign(mark, max_age=_LIFE).split(".")
    except (BadSignature, ValueError):
        return None
    return Challenge(mark, uuid.UUID(hex=key), int(left), int(right))


def met(challenge: Challenge, *, total: str, work: str) -> bool:
    """Whether the sum is right or the work was done: sha256(mark + ":" + work) begins with WORK_BITS zero bits."""
    if work and len(work) < 20:
        digest = hashlib.sha256(f"{challenge.mark}:{work}".encode()).digest()
        if int.from_bytes(digest[:4], "big") >> (32 - WORK_BITS) == 0:
            return True
    return total.strip() == str(challenge.left + challenge.right)
