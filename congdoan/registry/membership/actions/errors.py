"""What can go wrong when membership is written."""

from __future__ import annotations

from congdoan.foundation.units.models import Unit
from congdoan.registry.people.models import Person


class MembershipError(ValueError):
    """A movement that cannot be booked; the message (Vietnamese) says who, why and what to do."""

    def __init__(self, message: str, *, person: Person | None = None, unit: Unit | None = None) -> None:
        super().__init__(message)
        self.person = person
        self.unit = unit


class AlreadyMember(MembershipError):
    """The person is a member somewhere on that day or later."""


class NotAMember(MembershipError):
    """The person is not a member on that day."""


class LaterMovement(MembershipError):
    """Something is booked after that day; it must be reversed first."""


class UnitCannotHold(MembershipError):
    """The unit did not exist on that day, or its kind holds no members."""


class ForeignWorkerRefused(MembershipError):
    """The law's conditions for foreign workers are not met; the message names them and their source."""


class ReasonMissing(MembershipError):
    """Booking into closed books, and reversing, need a reason."""


class HandedOverMeanwhile(MembershipError):
    """A hand-over that somebody accepts rests on what is no longer so."""


class WrongDay(MembershipError):
    """The day has not come yet."""


class CannotReverse(MembershipError):
    """The movement is reversed already, is a reversal, or something later rests on it."""
