"""What a token may be given: rights to read that its user has, for a year at most."""

from __future__ import annotations

from datetime import timedelta

from congdoan.foundation.access.rules import Actor, Capability, capabilities
from congdoan.kit.lists import lists

#: Longest life of a token.
LONGEST = timedelta(days=366)
#: Tokens one user may hold at a time.
MOST = 20


#: Rights to read that only a person at a screen has: identity numbers are shown one by one, for a reason.
_AT_THE_SCREEN = frozenset({"people.view_identity"})


def readable() -> set[str]:
    """The rights to see that lists ask for: a token only reads."""
    found: set[str] = set()
    for spec in lists().values():
        found |= {spec.capability, *(column.capability for column in spec.columns)}
    seen = {code for code in found if code.partition(".")[2].startswith("view")}
    return seen - _AT_THE_SCREEN


def offered(actor: Actor) -> list[Capability]:
    """The rights that a token of this user may carry."""
    wanted = readable()
    return [item for item in capabilities() if item.code in wanted and actor.has_anywhere(item.code)]
