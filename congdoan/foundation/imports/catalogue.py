"""What lists can be brought in: each kind is declared in the ``imports.py`` of its room and found here.

The foundation reads the file, finds the columns, keeps the rows, counts, commits in pieces, undoes. The room says
what its columns are called, what a row means, what it is equal to, and writes it through its own actions.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.utils.module_loading import autodiscover_modules

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.imports.reading import FileRefused
from congdoan.foundation.units.models import Decision, Unit
from congdoan.kit.text import header_key

__all__ = [
    "Context",
    "Effect",
    "Field",
    "FileRefused",
    "ListKind",
    "Obstacle",
    "Option",
    "RowReader",
    "SomebodyWasFaster",
    "StagedRow",
    "declare_kind",
    "kind_of",
    "kinds",
]


@dataclass(frozen=True)
class Field:
    """A column a list may have. ``synonyms`` are headings it is known by; case, marks and spaces do not count.

    ``is_private``: an identity number, masked wherever a person only needs to recognise it.
    """

    name: str
    label: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    help: str = ""
    example: str = ""
    is_private: bool = False

    def heading_keys(self) -> set[str]:
        return {header_key(word) for word in (self.label, *self.synonyms)}


@dataclass(frozen=True)
class Option:
    """A question asked with the file: (value, label, explanation) to choose from; the first is the default."""

    name: str
    label: str
    choices: tuple[tuple[str, str, str], ...]


@dataclass
class Context:
    """For whom, where and for which day a list is brought in. ``cache`` holds what a kind looks up once a run."""

    actor: Actor
    unit: Unit
    on: date
    options: Mapping[str, str]
    run_id: int = 0
    decision: Decision | None = None
    batch: UUID | None = None
    recorded_at: datetime | None = None
    #: The heading of each field as the file writes it, for messages.
    headings: Mapping[str, str] = field(default_factory=dict)
    cache: dict[str, Any] = field(default_factory=dict)

    def column(self, name: str) -> str:
        """The heading of a field as the file writes it."""
        return self.headings.get(name, "")


@dataclass(slots=True)
class StagedRow:
    """One row on its way. ``values`` holds what was understood (JSON scalars), blanks left out."""

    number: int
    label: str
    values: dict[str, Any]
    outcome: str = "create"
    messages: list[dict[str, str]] = field(default_factory=list)
    #: Digests (kit.sealed.match_digest): of an identity number, and of what tells rows apart without one.
    identity: bytes | None = None
    likeness: bytes | None = None
    matched_id: int | None = None
    choice: str = ""

    def refuse(self, column: str, message: str) -> None:
        """Say why the row cannot be taken; what to do is part of the sentence."""
        self.outcome = "refused"
        self.messages.append({"column": column, "message": message, "level": "error"})

    def doubt(self, column: str, message: str) -> None:
        """Leave the row to an officer's decision."""
        if self.outcome != "refused":
            self.outcome = "doubtful"
        self.messages.append({"column": column, "message": message, "level": "doubt"})

    def warn(self, column: str, message: str) -> None:
        """Say something without holding the row back."""
        self.messages.append({"column": column, "message": message, "level": "warning"})


@dataclass(slots=True)
class Effect:
    """What became of a row: ``verb`` created, joined or updated, of which record, and its values before.

    A row that turned out to be impossible only now (somebody was faster) has ``refusal`` and no effect.
    """

    number: int
    verb: str
    object_id: int
    before: dict[str, Any] = field(default_factory=dict)
    refusal: tuple[str, str] | None = None


@dataclass(frozen=True)
class Obstacle:
    """Why a row cannot be undone."""

    number: int
    label: str
    message: str


RowReader = Callable[[int, Sequence[object]], StagedRow | None]


class ListKind(ABC):
    """A kind of list. One instance is declared; it keeps nothing between runs (see Context.cache)."""

    code: ClassVar[str]
    name: ClassVar[str]
    #: What one row is: "đoàn viên".
    row_word: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    options: ClassVar[tuple[Option, ...]] = ()
    #: Lines of the note sheet of the template.
    notes: ClassVar[tuple[str, ...]] = ()
    #: List (kit.lists) that shows what was brought in, for the link on the result.
    list_name: ClassVar[str] = ""

    def check(self, context: Context, mapping: Mapping[str, int]) -> None:  # noqa: B027
        """Refuse the file as a whole (FileRefused) when these columns cannot be enough for this unit."""

    @abstractmethod
    def reader(self, context: Context, mapping: Mapping[str, int]) -> RowReader:
        """A function from (row number, cells) to the row as understood; None for a row that says nothing."""

    @abstractmethod
    def match(self, context: Context, rows: Sequence[StagedRow]) -> None:
        """Find what exists already and set outcome, matched_id and messages. A few queries for all rows."""

    @abstractmethod
    def commit(self, context: Context, rows: Sequence[StagedRow]) -> list[Effect]:
        """Write rows through the room's actions, in the caller's transaction; one Effect a row."""

    @abstractmethod
    def obstacles(self, context: Context, effects: Sequence[Effect]) -> list[Obstacle]:
        """What stands in the way of undoing these effects."""

    @abstractmethod
    def undo(self, context: Context, effects: Sequence[Effect]) -> None:
        """Take effects back, in the caller's transaction: remove what was created, restore what was changed."""


_KINDS: dict[str, ListKind] = {}


def declare_kind(kind: ListKind) -> ListKind:
    """Make a kind of list known."""
    _KINDS[kind.code] = kind
    return kind


def kinds() -> dict[str, ListKind]:
    """All declared kinds by code."""
    autodiscover_modules("imports")
    return dict(_KINDS)


def kind_of(code: str) -> ListKind:
    """One kind. Raises KeyError when no room declares it."""
    if code not in _KINDS:
        autodiscover_modules("imports")
    return _KINDS[code]


class SomebodyWasFaster(Exception):
    """Raised by ``commit`` when another write came in between; the piece is tried again from the start."""
