"""An outside list held against the register: what both have, what one lacks, where they differ. The register stays as
it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Unit
from congdoan.kit.identifiers import check_tax_code
from congdoan.kit.text import nfc, search_key
from congdoan.registry.fieldwork import choices, rules
from congdoan.registry.fieldwork.actions.errors import FieldworkError
from congdoan.registry.fieldwork.models import OutsideList, OutsideRow
from congdoan.registry.fieldwork.queries import employers_of

#: Lines of a file, and employers of a register, that are compared at once.
MOST_LINES = 50_000


@dataclass(frozen=True)
class OutsideLine:
    """A line as the file has it. ``problem`` says why it cannot be compared, '' when it can."""

    line: int
    tax_code: str
    name: str
    workers: int | None
    problem: str = ""


@transaction.atomic
def hold_against(
    *, actor: Actor, on: date, unit: Unit, title: str, least: int, lines: Sequence[OutsideLine]
) -> OutsideList:
    """Compare a list with the employers in operation of a body on a day, by tax code, and where a line has none by the
    whole name when only one is called so. Employers below ``least`` workers, or whose headcount nobody knows, are not
    said to be missing from the list. Raises FieldworkError, Forbidden.
    """
    require(actor, rules.RUN, unit)
    if not lines:
        raise FieldworkError("Danh sách không có dòng nào để đối chiếu.")
    if len(lines) > MOST_LINES:
        raise FieldworkError(
            f"Danh sách dài quá {MOST_LINES} dòng; hãy chia theo địa bàn rồi đối chiếu từng phần."
        )
    columns = ("pk", "tax_code", "name", "name_key", "now__headcount", "now__has_union")
    ours = list(employers_of(unit, on).order_by("sort_key", "pk").values(*columns)[: MOST_LINES + 1])
    if len(ours) > MOST_LINES:
        raise FieldworkError(
            f"Sổ của {unit.name} có hơn {MOST_LINES} doanh nghiệp; hãy đối chiếu ở đơn vị cấp dưới."
        )
    by_code: dict[str, dict[str, Any]] = {row["tax_code"]: row for row in reversed(ours) if row["tax_code"]}
    by_name: dict[str, dict[str, Any] | None] = {}
    for row in ours:
        by_name[row["name_key"]] = None if row["name_key"] in by_name else row
    made = OutsideList.objects.create(
        unit=unit, title=nfc(title), on=on, least=least, uploaded_by=actor.user, uploaded_at=timezone.now()
    )
    met: dict[int, int] = {}
    rows: list[OutsideRow] = []
    for line in lines:
        code = check_tax_code(line.tax_code).value
        key = search_key(line.name)[:250]
        found = (by_code.get(code) if code else by_name.get(key)) if not line.problem else None
        verdict, note = _verdict(line, found, met)
        if found is not None and verdict != choices.UNREAD:
            met[found["pk"]] = line.line
        rows.append(
            OutsideRow(
                outside_list=made,
                line=line.line,
                tax_code=code[:20],
                name=nfc(line.name)[:250],
                name_key=key,
                workers=line.workers,
                verdict=verdict,
                note=note,
                **_of_register(found),
            )
        )
    rows += [
        OutsideRow(
            outside_list=made,
            line=0,
            tax_code=row["tax_code"],
            name=row["name"],
            name_key=row["name_key"],
            verdict=choices.ONLY_HERE,
            **_of_register(row),
        )
        for row in ours
        if row["pk"] not in met and (row["now__headcount"] or 0) >= max(least, 1)
    ]
    OutsideRow.objects.bulk_create(rows, batch_size=2000)
    record(
        actor=actor,
        verb="fieldwork.hold_against",
        unit_id=unit.pk,
        obj=made,
        summary=f"Đối chiếu sổ doanh nghiệp với danh sách {made.title}",
        data={"lines": len(lines)},
    )
    return made


def _of_register(row: dict[str, Any] | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {"enterprise_id": row["pk"], "ours": row["now__headcount"], "has_union": row["now__has_union"]}


def _verdict(line: OutsideLine, found: dict[str, Any] | None, met: dict[int, int]) -> tuple[str, str]:
    if line.problem:
        return choices.UNREAD, line.problem
    if found is None:
        return choices.ONLY_THERE, ""
    if found["pk"] in met:
        return choices.UNREAD, f"Trùng với dòng {met[found['pk']]}: cùng một doanh nghiệp."
    if line.workers is not None and found["now__headcount"] != line.workers:
        return choices.DIFFERS, "" if found["now__headcount"] is not None else "Sổ chưa có số lao động."
    return choices.SAME, ""
