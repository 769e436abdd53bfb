"""Doors of membership: lists, the page of a person, and the forms that book."""

from congdoan.registry.membership.views.contracts import foreign_contracts
from congdoan.registry.membership.views.joining import admit, readmit, suggest_unit
from congdoan.registry.membership.views.leaving import alive, depart, depart_many, reverse_movement
from congdoan.registry.membership.views.list_pages import close, members, movements, silent
from congdoan.registry.membership.views.moving import (
    introduction_letter,
    request_transfer,
    suggest_destination,
    transfer,
)
from congdoan.registry.membership.views.person_page import edit, person, reveal

__all__ = [
    "admit",
    "alive",
    "close",
    "depart",
    "depart_many",
    "edit",
    "foreign_contracts",
    "introduction_letter",
    "members",
    "movements",
    "person",
    "readmit",
    "request_transfer",
    "reveal",
    "reverse_movement",
    "silent",
    "suggest_destination",
    "suggest_unit",
    "transfer",
]
