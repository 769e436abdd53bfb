"""A decision changes a committee: some leave it, others enter it, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.actions import keep_decision
from congdoan.foundation.units.models import Decision, Unit, UnitVersion
from congdoan.foundation.units.queries import version_on
from congdoan.kit.text import nfc
from congdoan.registry.committees import choices
from congdoan.registry.founding.models import CommitteePost
from congdoan.registry.membership.queries import members_on
from congdoan.registry.organisation.queries import recognising_body
from congdoan.registry.organisation.rules import FOUND


class CommitteeError(ValueError):
    """What may not be booked; the message says why and what to do."""


@dataclass(frozen=True)
class Seat:
    """A person enters a post."""

    person: int
    post: str


@dataclass(frozen=True)
class ChangeData:
    """The decision and what it says. ``leaving``: keys of the posts that end; ``seats``: who enters;
    ``term_until``: the first day after the term of those who enter."""

    way: str
    number: str
    issued_on: date
    leaving: Sequence[int]
    seats: Sequence[Seat]
    term_until: date


@dataclass(frozen=True)
class Changed:
    """The decision that was kept, and the posts that are held by it."""

    decision: Decision
    posts: list[CommitteePost]


@transaction.atomic
def change_committee(*, actor: Actor, on: date, unit: Unit, data: ChangeData) -> Changed:
    """From ``on``, the posts ``leaving`` end and the seats are held, by one decision of the body that has authority over the
    committee; all of it or nothing.

    Who enters is a member of the union (or of one below it) on that day. Raises CommitteeError, Forbidden.
    """
    require(actor, FOUND, unit)
    # One writer at a time for a committee.
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    version = version_on(unit.pk, on)
    if version is None:
        raise CommitteeError(f"{unit.name} không tồn tại vào ngày {on:%d/%m/%Y}. Hãy chọn ngày khác.")
    if on > actor.today:
        raise CommitteeError("Ngày có hiệu lực chưa tới. Hãy ghi khi quyết định đã có hiệu lực.")
    if not nfc(data.number):
        raise CommitteeError("Hãy ghi số quyết định.")
    if not data.leaving and not data.seats:
        raise CommitteeError("Hãy chọn người thôi hoặc người được bổ sung.")
    if data.way == choices.RELEASE and data.seats:
        raise CommitteeError("Quyết định cho thôi không có người thay; muốn bổ sung hãy chọn hình thức khác.")
    if data.way != choices.RELEASE and not data.seats:
        raise CommitteeError("Hãy ghi người được bổ sung, hoặc chọn hình thức cho thôi.")
    if data.seats and data.term_until <= on:
        raise CommitteeError("Nhiệm kỳ phải kết thúc sau ngày có hiệu lực.")
    leaving = _leaving(unit, on, data.leaving)
    _check_members(unit, on, data.seats)
    decision = keep_decision(
        actor=actor,
        number=data.number,
        issued_on=data.issued_on,
        issuer=_issuer(version, data.issued_on),
        title=f"{dict(choices.WAYS)[data.way]} Ban Chấp hành {version.name}",
    )
    for post in leaving:
        post.during, post.ending_decision = DateRange(post.during.lower, on), decision
        post.save(update_fields=["during", "ending_decision"])
    try:
        with transaction.atomic():
            made = CommitteePost.objects.bulk_create(
                CommitteePost(
                    unit=unit,
                    person_id=seat.person,
                    post=seat.post,
                    during=DateRange(on, data.term_until),
                    decision=decision,
                )
                for seat in data.seats
            )
    except IntegrityError as error:
        if "one_chair_at_a_time" in str(error):
            raise CommitteeError(
                "Công đoàn này đã có Chủ tịch trong thời gian đó. Hãy chọn Chủ tịch cũ trong mục người thôi."
            ) from error
        raise CommitteeError(
            "Có người đã giữ đúng chức vụ này trong thời gian đó. Hãy tải lại trang."
        ) from error
    record(
        actor=actor,
        verb="committees.change",
        summary=f"{version.name}: {len(leaving)} chức vụ kết thúc, {len(made)} chức vụ mới từ {on:%d/%m/%Y}.",
        unit_id=unit.pk,
        obj=unit,
        reason=str(decision),
    )
    return Changed(decision, made)


def _issuer(version: UnitVersion, on: date) -> Unit:
    """Who decides on a committee: for grassroots unions the body that may recognise them on the day of the decision, which a
    commune's union, or a district's since July 2025, may not; for others the superior; the top for itself. Raises
    CommitteeError."""
    if not version.kind.is_grassroots:
        return version.parent or version.unit
    found = recognising_body(version.unit_id, on)
    if found is None:
        raise CommitteeError(
            f"Không có cấp nào phía trên {version.name} có thẩm quyền vào ngày {on:%d/%m/%Y}."
        )
    return found


def end_posts(on: date, unit_ids: Sequence[int], decision: Decision | None) -> None:
    """The posts of unions that end from ``on`` end with them; part of the transaction that ends the unions."""
    held = CommitteePost.objects.select_for_update().filter(unit__in=unit_ids, during__contains=on)
    for post in held:
        if post.during.lower < on:
            post.during, post.ending_decision = DateRange(post.during.lower, on), decision
            post.save(update_fields=["during", "ending_decision"])


def _leaving(unit: Unit, on: date, keys: Sequence[int]) -> list[CommitteePost]:
    found = list(CommitteePost.objects.filter(unit=unit, pk__in=set(keys), during__contains=on))
    if len(found) != len(set(keys)):
        raise CommitteeError(
            "Có chức vụ đã kết thúc trước đó, có thể do người khác vừa ghi. Hãy tải lại trang rồi chọn lại."
        )
    for post in found:
        if post.during.lower == on:
            raise CommitteeError(
                f"{post.person.full_name} mới giữ chức vụ từ chính ngày {on:%d/%m/%Y}; hãy chọn ngày sau đó."
            )
    return found


def _check_members(unit: Unit, on: date, seats: Sequence[Seat]) -> None:
    people = {seat.person for seat in seats}
    held = set(members_on(unit.pk, on).filter(person__in=people).values_list("person_id", flat=True))
    if people - held:
        raise CommitteeError(
            f"Người được bổ sung phải là đoàn viên của {unit.name} vào ngày {on:%d/%m/%Y}. Hãy kiểm tra lại."
        )
