"""What a token may be given: rights to read that its user has, for a year at most."""

from __future__ import annotations

from datetime import timedelta

from congdoan.foundation.access.rules import Actor, Capability, capabilities
from congdoan.kit.lists import lists

#: Longest life of a token.
LONGEST = timedelta(days=366)
#: Tokens one user may hold at a time.
MOST = 20


def readable() -> set[str]:
    """The rights that lists ask for: a token only reads, so no other right is of use to it."""
    found: set[str] = set()
    for spec in lists().values():
        found |= {spec.capability, *(column.capability for column in spec.columns)}
    return found - {""}


def offered(actor: Actor) -> list[Capability]:
    """The rights that a token of this user may carry."""
    wanted = readable()
    return [item for item in capabilities() if item.code in wanted and actor.has_anywhere(item.code)]
