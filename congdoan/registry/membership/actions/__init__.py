"""Writes of membership. Every one books the ledger; memberships, measures and the audit follow in one transaction.

All work on lists: a form books a list of one, an import lists of thousands, by the same checks and the same
few statements a batch.
"""

from congdoan.registry.membership.actions.admitting import admit
from congdoan.registry.membership.actions.closing import close_books
from congdoan.registry.membership.actions.departing import depart
from congdoan.registry.membership.actions.errors import (
    AlreadyMember,
    CannotReverse,
    ForeignWorkerRefused,
    HandedOverMeanwhile,
    LaterMovement,
    MembershipError,
    NotAMember,
    ReasonMissing,
    UnitCannotHold,
    WrongDay,
)
from congdoan.registry.membership.actions.following import follow_people
from congdoan.registry.membership.actions.handing import KIND as HAND_OVER
from congdoan.registry.membership.actions.handing import propose_transfer
from congdoan.registry.membership.actions.hearing import (
    confirm_alive,
    find_silent,
    record_signs,
    remind_silent,
)
from congdoan.registry.membership.actions.moving import reorganise, transfer
from congdoan.registry.membership.actions.reminding import remind_handovers
from congdoan.registry.membership.actions.renewing import end_for_contracts, remind_contracts, renew_contracts
from congdoan.registry.membership.actions.requests import Admission, AdmitResult, Departure, Refusal, Transfer
from congdoan.registry.membership.actions.reversing import reverse
from congdoan.registry.membership.actions.sectors import follow_sectors
from congdoan.registry.membership.actions.standing import declare_parting

__all__ = [
    "HAND_OVER",
    "Admission",
    "AdmitResult",
    "AlreadyMember",
    "CannotReverse",
    "Departure",
    "ForeignWorkerRefused",
    "HandedOverMeanwhile",
    "LaterMovement",
    "MembershipError",
    "NotAMember",
    "ReasonMissing",
    "Refusal",
    "Transfer",
    "UnitCannotHold",
    "WrongDay",
    "admit",
    "close_books",
    "confirm_alive",
    "declare_parting",
    "depart",
    "end_for_contracts",
    "find_silent",
    "follow_people",
    "follow_sectors",
    "propose_transfer",
    "record_signs",
    "remind_contracts",
    "remind_handovers",
    "remind_silent",
    "renew_contracts",
    "reorganise",
    "reverse",
    "transfer",
]
