"""What becomes of foreign members whose contract ends: renewed, or ended; and the reminding before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.messaging.actions import notify
from congdoan.foundation.messaging.queries import office_hours
from congdoan.foundation.units.models import Decision, Unit
from congdoan.kit.dates import format_date
from congdoan.kit.lists import names_url
from congdoan.kit.numbers import format_number
from congdoan.registry.membership import contracts, rules
from congdoan.registry.membership.actions.book import lock_people, require_everywhere
from congdoan.registry.membership.actions.departing import depart
from congdoan.registry.membership.actions.errors import MembershipError
from congdoan.registry.membership.actions.requests import Departure
from congdoan.registry.membership.models import ContractNotice, Membership
from congdoan.registry.people.actions import EmploymentData, employ
from congdoan.registry.people.models import Employment


@transaction.atomic
def renew_contracts(
    *, actor: Actor, on: date, people: Sequence[int], contract_from: date, contract_to: date | None
) -> str:
    """Write the new contract of foreign members whose last one has ended or ends soon; they stay members. ``contract_to`` is
    its last day, None without an end. Returns a warning in words, '' when there is none: a contract shorter than the law
    asks of who joins is written all the same.

    Needs people.edit where they are members. Raises Forbidden, MembershipError for one who no longer waits for it, or whose
    new contract does not end later than the old one.
    """
    held = _waiting(actor, on, people, "people.edit")
    rows = [row for row, _ in held]
    if contract_to is not None and contract_to < contract_from:
        raise MembershipError("Ngày cuối của hợp đồng mới trước ngày bắt đầu.")
    for row, end in held:
        if contract_to is not None and contract_to <= end:
            raise MembershipError(
                f"{row.person.full_name}: hợp đồng đang ghi đã đến hết ngày {format_date(end)}. Hợp đồng"
                " mới phải hết sau ngày đó."
            )
    jobs: dict[int, Employment] = {}
    for job in (
        Employment.objects.filter(person__in=[row.person_id for row in rows], contract_to__isnull=False)
        .select_related("enterprise")
        .order_by("contract_to", "pk")
    ):
        jobs[job.person_id] = job
    employ(
        actor=actor,
        items=[
            EmploymentData(
                row.person,
                jobs[row.person_id].enterprise,
                # A job that goes on is completed; one that ended begins anew with the contract.
                from_on=contract_from
                if jobs[row.person_id].during.upper
                else jobs[row.person_id].during.lower,
                contract_kind="fixed" if contract_to else "indefinite",
                contract_from=contract_from,
                contract_to=contract_to,
            )
            for row in rows
        ],
    )
    until = f" đến hết {format_date(contract_to)}" if contract_to else ", không xác định thời hạn"
    record(
        actor=actor,
        verb="membership.renew_contracts",
        unit_id=rows[0].unit_id,
        obj=rows[0].person if len(rows) == 1 else None,
        summary=f"Gia hạn hợp đồng của {rows[0].person.full_name if len(rows) == 1 else f'{len(rows)} đoàn viên'}"
        f": từ {format_date(contract_from)}{until}",
        data={"people": [row.person_id for row in rows[:2000]]},
    )
    law = parameter("foreign_worker.contract_months", on=max(on, date(2025, 7, 1)))
    if contract_to is not None and contract_to + timedelta(days=1) < rules.add_months(
        contract_from, int(law.value)
    ):
        return f"Hợp đồng mới chưa đủ {law.value} tháng ({law.source}). Hãy xem lại điều kiện là đoàn viên."
    return ""


@transaction.atomic
def end_for_contracts(
    *, actor: Actor, on: date, people: Sequence[int], decision: Decision | None = None
) -> int:
    """Book that foreign members whose contract has ended, or ends soon, are members no longer from ``on``. Returns how many.
    Raises Forbidden, MembershipError for one who no longer waits for it, and what `depart` raises."""
    held = _waiting(actor, actor.today, people, "membership.end")
    return depart(
        actor=actor,
        items=[
            Departure(row.person, "leave", on, f"Hết hợp đồng lao động ngày {format_date(end)}")
            for row, end in held
        ],
        decision=decision,
    )


def _waiting(actor: Actor, on: date, people: Sequence[int], capability: str) -> list[tuple[Membership, date]]:
    """The memberships of these people and the last days of their contracts, held until the end of the transaction; all of
    them wait for a contract."""
    asked = sorted(set(people))
    if not asked:
        raise MembershipError("Hãy chọn ít nhất một người.")
    lock_people(asked)
    ends = {row.person_id: row.contract_end for row in contracts.waiting(on, people=asked)}
    rows = list(
        Membership.objects.filter(person__in=list(ends), is_primary=True, during__contains=on).select_related(
            "person", "unit"
        )
    )
    if len(rows) < len(asked):
        raise MembershipError(
            "Có người trong danh sách vừa được gia hạn, hoặc không còn là đoàn viên. Hãy tải lại trang."
        )
    require_everywhere(actor, capability, [row.unit for row in rows])
    return [(row, ends[row.person_id]) for row in rows]


@transaction.atomic
def remind_contracts(*, actor: Actor, on: date) -> int:
    """On a working day, tell those who end memberships at a union that contracts of its foreign members end soon or have
    ended: once for a member and an end, whatever day the machine was on. Returns how many notices were made.

    The notice leads to exactly the names it speaks of. Where nobody could be told, it is tried again the next day.
    """
    if not office_hours(on).is_worked(on):
        return 0
    by_unit: dict[int, list[contracts.Ending]] = {}
    waiting = contracts.waiting(on)
    told = set(
        ContractNotice.objects.filter(person__in=[row.person_id for row in waiting]).values_list(
            "person_id", "contract_to"
        )
    )
    for row in waiting:
        if (row.person_id, row.contract_end) not in told:
            by_unit.setdefault(row.unit_id, []).append(row)
    units = Unit.objects.in_bulk(list(by_unit))
    made = 0
    for unit_id, rows in by_unit.items():
        unit = units[unit_id]
        last = rows[-1].contract_end
        notices = notify(
            actor=actor,
            kind=rules.CONTRACT.code,
            subject=f"{format_number(len(rows))} đoàn viên người nước ngoài của {unit.name} sắp hoặc đã hết hợp đồng",
            body=f"Từ ngày {format_date(rows[0].contract_end)} đến ngày {format_date(last)}. Hãy hỏi nơi làm việc đã ký"
            " hợp đồng mới chưa, rồi ghi gia hạn hoặc thôi là đoàn viên.",
            url=names_url("membership.members", {"don_vi": unit.code, "nhac_hop_dong": on.isoformat()}),
            holders=[(unit, "membership.end")],
            due_on=rows[0].contract_end,
        )
        if notices:
            ContractNotice.objects.bulk_create(
                [
                    ContractNotice(person_id=row.person_id, contract_to=row.contract_end, told_on=on)
                    for row in rows
                ],
                ignore_conflicts=True,
            )
        made += len(notices)
    return made
