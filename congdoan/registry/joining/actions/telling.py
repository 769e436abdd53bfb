"""What another room does with applications: moving them with a file, and saying so on the logs that workers see."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.kit.text import nfc
from congdoan.registry.joining.models import Application, Event


def hand_to(*, pks: Iterable[int], unit: Unit) -> None:
    """These applications lie at another body from now on, still confidential; in the caller's transaction, which says so to
    their workers (`tell`)."""
    Application.objects.filter(pk__in=list(pks)).update(receiving_unit=unit)


def tell(
    *, applications: Iterable[int], kind: str, words: str = "", actor: Actor | None = None, by: str = ""
) -> None:
    """A line of ``kind`` (choices.EVENTS) on the log of each application, by an officer or, without one, by ``by``: the
    worker when that is left out. One statement, in the caller's transaction."""
    now = timezone.now()
    Event.objects.bulk_create(
        Event(
            application_id=pk,
            at=now,
            kind=kind,
            user=actor.user if actor is not None else None,
            by=(actor.name if actor is not None else by)[:200],
            words=nfc(words),
        )
        for pk in applications
    )
