"""What is asked for, and what an admission answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from congdoan.foundation.units.models import Unit
from congdoan.registry.membership.actions.errors import MembershipError
from congdoan.registry.people.models import Person


@dataclass(frozen=True)
class Admission:
    """A person becomes a member of a unit on a day.

    ``kind``: admit, readmit or opening (a member already when the books begin). Someone with a past membership
    in the books is booked as readmit. ``joined_on``: first admission to the trade union, when it was earlier.
    ``contract_from``/``contract_to`` (last day) matter for foreign workers; left out, their employment tells.
    """

    person: Person
    unit: Unit
    on: date
    kind: str = "admit"
    application_on: date | None = None
    contract_from: date | None = None
    contract_to: date | None = None
    joined_on: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Transfer:
    """A member goes to another unit on a day."""

    person: Person
    to_unit: Unit
    on: date
    reason: str = ""


@dataclass(frozen=True)
class Departure:
    """A membership ends on a day; ``kind`` is one of choices.DEPARTURES. The day is the first without."""

    person: Person
    kind: str
    on: date
    reason: str = ""


@dataclass(frozen=True)
class Refusal:
    """An item that was not booked: its place in the list given, and why."""

    index: int
    error: MembershipError


@dataclass
class AdmitResult:
    """``movements``: ids of the booked movements by the place of their item. ``warnings``: (place, sentence)."""

    movements: dict[int, int] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.movements)
