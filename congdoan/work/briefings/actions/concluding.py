"""Holding the meeting, its conclusions, closing and correcting its minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.files.actions import store
from congdoan.foundation.files.models import StoredFile
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import format_date
from congdoan.kit.documents import DOCX
from congdoan.kit.text import nfc
from congdoan.work.briefings import queries, rules, word
from congdoan.work.briefings.actions.steps import audit, lines, locked, tell_owner
from congdoan.work.briefings.models import Addendum, Briefing, Conclusion
from congdoan.work.briefings.rules import BriefingError


@dataclass(frozen=True)
class ConclusionData:
    """A conclusion as typed: exactly one owner."""

    text: str
    due_on: date
    unit: Unit | None = None
    user: User | None = None
    pk: int | None = None


@transaction.atomic
def hold(*, actor: Actor, on: date, briefing: Briefing) -> Briefing:
    """The meeting was held: conclusions of earlier ones that are still open are carried into it.

    Raises Forbidden, BriefingError (not planned, still to come).
    """
    found = locked(actor, briefing, "planned")
    if found.held_on > on:
        raise BriefingError(
            f"Cuộc họp dự kiến ngày {format_date(found.held_on)}. Nếu đã họp sớm hơn, hãy sửa ngày họp trước."
        )
    found.state = "held"
    found.save(update_fields=["state"])
    carried = list(queries.previous_open(found).select_for_update(of=("self",)))
    Conclusion.objects.bulk_create(
        Conclusion(
            briefing=found,
            position=place,
            text=item.text,
            owner_unit_id=item.taken_over_by_id or item.owner_unit_id,
            owner_user_id=item.owner_user_id,
            due_on=item.due_on,
            carried_from=item,
        )
        for place, item in enumerate(carried, 1)
    )
    Conclusion.objects.filter(pk__in=[item.pk for item in carried]).update(state="carried")
    audit(actor, "hold", found, f"Đã họp {found.title}, {found.unit.name}", data={"carried": len(carried)})
    return found


@transaction.atomic
def save_conclusions(
    *, actor: Actor, on: date, briefing: Briefing, items: Sequence[ConclusionData], seen: str
) -> list[Conclusion]:
    """Write the conclusions as typed, in this order. Carried ones may get another day, and are never left out; who
    has said that one is done keeps it as it is.

    ``seen`` is the mark of the rows the form showed. Raises Forbidden, BriefingError with the row.
    """
    found = locked(actor, briefing, "held")
    if seen != queries.conclusions_mark(found):
        raise BriefingError(
            "Kết luận vừa được người khác sửa hoặc báo kết quả. Hãy tải lại trang để thấy bản mới rồi sửa tiếp."
        )
    units, people = queries.owners_of(found, on)
    may_own = {unit.pk for unit in units}, {user.pk for user in people}
    standing = {item.pk: item for item in found.conclusions.all()}
    kept: list[Conclusion] = []
    for place, data in enumerate(items, 1):
        item = standing.get(data.pk) if data.pk is not None else None
        if item is not None and item.state != "open":
            item.position = place
            item.save(update_fields=["position"])
            kept.append(item)
            continue
        _check_conclusion(place, data, found, may_own, item)
        item = item or Conclusion(briefing=found)
        if item.carried_from_id is None:
            item.text = nfc(data.text)
        item.position, item.due_on = place, data.due_on
        item.owner_unit, item.owner_user = data.unit, data.user
        item.save()
        kept.append(item)
    left_out = [item for pk, item in standing.items() if pk not in {row.pk for row in kept}]
    for item in left_out:
        if item.carried_from_id is not None:
            raise BriefingError(
                f"“{item.text[:80]}” chuyển từ kỳ trước nên không bỏ khỏi danh sách được. Nếu không làm nữa, hãy mở "
                "việc đó và ghi “thôi thực hiện” kèm lý do."
            )
    Conclusion.objects.filter(pk__in=[item.pk for item in left_out]).delete()
    audit(actor, "conclude", found, f"Ghi {len(kept)} kết luận của {found.title}, {found.unit.name}")
    return kept


def _check_conclusion(
    place: int,
    data: ConclusionData,
    briefing: Briefing,
    may_own: tuple[set[int], set[int]],
    standing: Conclusion | None,
) -> None:
    if not data.text.strip():
        raise BriefingError(f"Kết luận {place} chưa có nội dung.")
    if (data.unit is None) == (data.user is None):
        raise BriefingError(f"Kết luận {place} cần đúng một đơn vị hoặc một người thực hiện.")
    outside = (data.unit is not None and data.unit.pk not in may_own[0]) or (
        data.user is not None and data.user.pk not in may_own[1]
    )
    if outside:
        who = data.unit.name if data.unit is not None else data.user.get_full_name() if data.user else ""
        raise BriefingError(
            f"Kết luận {place}: {who} không thuộc {briefing.unit.name} và không được mời họp nên không giao việc được."
        )
    is_old = standing is not None and standing.due_on == data.due_on
    if data.due_on < briefing.held_on and not is_old:
        raise BriefingError(
            f"Kết luận {place}: hạn {format_date(data.due_on)} trước ngày họp {format_date(briefing.held_on)}. Hãy ghi "
            "hạn từ ngày họp trở đi."
        )


@transaction.atomic
def close(
    *, actor: Actor, on: date, briefing: Briefing, number: str = "", dated_on: date | None = None
) -> Briefing:
    """Freeze the minutes, keep both papers, and give the conclusions to their owners.

    Raises Forbidden, BriefingError (not held, nothing concluded, no figures), MissingFields and BrokenTemplate (an
    office's own template).
    """
    found = locked(actor, briefing, "held")
    if not found.conclusions.exists() and not found.summary.strip():
        raise BriefingError(
            "Chưa có kết luận nào. Hãy ghi kết luận hoặc đánh giá chung trước khi khóa biên bản."
        )
    found.number, found.dated_on = nfc(number)[:60], dated_on or on
    if found.dated_on < found.held_on:
        raise BriefingError("Ngày ký thông báo không thể trước ngày họp.")
    found.pack = _keep(actor, found, "tai-lieu-hop", word.write_pack(found, on=on))
    found.notice = _keep(actor, found, "thong-bao-ket-luan", word.write_notice(found, on=on))
    found.state, found.closed_by, found.closed_at = "closed", actor.user, timezone.now()
    found.save()
    for item in found.conclusions.filter(state="open").select_related(
        "owner_unit", "taken_over_by", "owner_user"
    ):
        tell_owner(
            actor,
            found,
            item,
            kind=rules.GIVEN.code,
            subject=f"Việc được giao tại {found.title[0].lower()}{found.title[1:]}",
        )
    audit(actor, "close", found, f"Khóa biên bản {found.title}, {found.unit.name}")
    return found


def _keep(actor: Actor, briefing: Briefing, what: str, data: bytes) -> StoredFile:
    return store(
        actor=actor,
        name=f"{word.file_stem(briefing, what)}.docx",
        content_type=DOCX,
        unit=briefing.unit,
        capability=rules.VIEW,
        chunks=[data],
    )


@transaction.atomic
def add_addendum(*, actor: Actor, on: date, briefing: Briefing, text: str, reason: str) -> Addendum:
    """Correct closed minutes: they stay as they are, and the correction stands beside them.

    Raises Forbidden, BriefingError (not closed, no words, no reason).
    """
    found = locked(actor, briefing, "closed")
    if not text.strip() or not reason.strip():
        raise BriefingError("Hãy ghi nội dung đính chính và lý do.")
    made = Addendum.objects.create(
        briefing=found,
        text=lines(text),
        reason=nfc(reason)[:300],
        added_on=on,
        created_by=actor.user,
    )
    audit(actor, "addendum", found, f"Đính chính biên bản {found.title}, {found.unit.name}", reason=reason)
    return made
