"""Returns put on paper: what stands around the figures of one, and all that a body has been handed for a period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db.models import QuerySet

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit, UnitVersion
from congdoan.foundation.units.queries import known_version
from congdoan.work.returns import queries
from congdoan.work.returns.choices import HANDED_IN, STATE_WORDS
from congdoan.work.returns.definitions import Definition, read_definition
from congdoan.work.returns.models import Obligation, Return, ReturnForm
from congdoan.work.returns.sheet import Sheet, make_sheet
from congdoan.work.returns.word import Cover, Heading, file_stem, write_booklet


def made_of(owed: Obligation) -> Return | None:
    """The return of an obligation, which knows its obligation without another query; None when there is none."""
    found: Return | None = getattr(owed, "made", None)
    if found is not None:
        found.obligation = owed
    return found


def heading(owed: Obligation, made: Return, definition: Definition, version: UnitVersion | None) -> Heading:
    """What stands around the figures, as the body was called on the last day of the period."""
    place = version.territory.name if version and version.territory else ""
    for word in ("Tỉnh ", "Thành phố ", "Huyện ", "Quận ", "Xã ", "Phường "):
        place = place.removeprefix(word)
    return Heading(
        superior=owed.superior.name,
        unit=version.name if version else owed.unit.name,
        kind=version.kind_id if version else "",
        title=definition.title,
        period=queries.span_of(owed, definition).name,
        from_on=owed.from_on,
        last_day=owed.last_day,
        dated_on=made.submitted_on,
        place=place,
        state=STATE_WORDS[made.state],
    )


def printed(owed: Obligation, made: Return, on: date) -> tuple[Heading, Sheet]:
    """One return for paper."""
    definition = read_definition(made.version.definition)
    return (
        heading(owed, made, definition, known_version(owed.unit, owed.last_day)),
        make_sheet(made, owed, definition, on=on, with_names=False),
    )


def handed_in(actor: Actor, form: ReturnForm, period: str, unit: Unit) -> QuerySet[Obligation]:
    """What the direct subordinates of a body have handed in for a period, as far as the actor sees it."""
    return (
        queries.visible_obligations(actor)
        .filter(form=form, period=period, superior=unit, made__state__in=HANDED_IN)
        .select_related("form", "unit", "superior", "made__version")
        .order_by("unit__sort_key", "pk")
    )


def make_booklet(
    actor: Actor,
    form: ReturnForm,
    period: str,
    unit: Unit,
    *,
    on: date,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[str, bytes]:
    """(file name, Word file) with all of them. Two queries."""
    owed = list(handed_in(actor, form, period, unit))
    versions = {
        version.unit_id: version
        for version in UnitVersion.objects.filter(
            unit__in=[item.unit_id for item in owed], during__contains=owed[0].last_day if owed else on
        ).select_related("kind", "territory")
    }
    pages = []
    for place, item in enumerate(owed, start=1):
        made = made_of(item)
        assert made is not None
        definition = read_definition(made.version.definition)
        pages.append(
            (
                heading(item, made, definition, versions.get(item.unit_id)),
                make_sheet(made, item, definition, on=on, with_names=False),
            )
        )
        progress(place, len(owed))
    cover = Cover(unit.name, form.title, pages[0][0].period if pages else period)
    data = write_booklet(pages, cover=cover)
    return file_stem(f"tap-{form.code}", unit.code, period) + ".docx", data
