"""The agenda: points that are behind, one's own, their order, what was said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from congdoan.foundation.access.rules import Actor
from congdoan.kit.text import nfc
from congdoan.work.briefings import queries
from congdoan.work.briefings.actions.steps import audit, lines, locked
from congdoan.work.briefings.models import AgendaItem, Briefing
from congdoan.work.briefings.rules import BriefingError


@dataclass(frozen=True)
class AgendaData:
    """An item of the agenda as typed: a standing one by its number, or a new one of one's own."""

    title: str
    detail: str = ""
    note: str = ""
    pk: int | None = None


@transaction.atomic
def put_on_agenda(*, actor: Actor, on: date, briefing: Briefing, keys: Iterable[str]) -> list[AgendaItem]:
    """Put suggested points (by `queries.Suggestion.key`) at the end of the agenda, with their figures of the day.

    What is on it already, or is no longer behind, is passed over. Raises Forbidden, BriefingError.
    """
    found = locked(actor, briefing, "planned", "held")
    wanted = set(keys)
    there = set(found.agenda.exclude(source_key="").values_list("source_key", flat=True))
    place = max(found.agenda.values_list("position", flat=True), default=0)
    fresh = [item for item in queries.suggestions(found, on) if item.key in wanted and item.key not in there]
    made = AgendaItem.objects.bulk_create(
        AgendaItem(
            briefing=found,
            position=place + number,
            source=item.source,
            source_key=item.key,
            title=item.title,
            detail=item.detail,
            url=item.url,
            unit_id=item.unit_id,
        )
        for number, item in enumerate(fresh, 1)
    )
    if made:
        audit(actor, "agenda", found, f"Đưa {len(made)} nội dung vào chương trình {found.title}")
    return made


@transaction.atomic
def save_agenda(
    *, actor: Actor, on: date, briefing: Briefing, items: Sequence[AgendaData], seen: str
) -> list[AgendaItem]:
    """Write the agenda as typed: in this order, with what was said; items left out are taken off.

    ``seen`` is the mark of the agenda the form showed (`queries.agenda_mark`). Raises Forbidden, BriefingError (closed,
    changed by somebody else in the meantime, an item without words).
    """
    found = locked(actor, briefing, "planned", "held")
    if seen != queries.agenda_mark(found):
        raise BriefingError(
            "Chương trình vừa được người khác sửa. Hãy tải lại trang để thấy bản mới rồi sửa tiếp."
        )
    standing = {item.pk: item for item in found.agenda.all()}
    kept: list[AgendaItem] = []
    for place, data in enumerate(items, 1):
        title = nfc(data.title)
        if not title:
            raise BriefingError(f"Nội dung {place} chưa có tên.")
        item = standing.get(data.pk) if data.pk is not None else None
        item = item or AgendaItem(briefing=found)
        item.position, item.title = place, title[:300]
        item.detail, item.note = nfc(data.detail)[:500], lines(data.note)
        item.save()
        kept.append(item)
    found.agenda.exclude(pk__in=[item.pk for item in kept]).delete()
    audit(actor, "agenda", found, f"Sửa chương trình {found.title}, {found.unit.name}")
    return kept
