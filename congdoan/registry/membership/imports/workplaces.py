"""Where the people of a list work: the enterprise a row names, found in the register."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from congdoan.foundation.imports.catalogue import Context, StagedRow
from congdoan.kit.text import search_key
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.membership.imports.columns import LABELS
from congdoan.registry.membership.imports.matching import day_of, unit_of
from congdoan.registry.people.actions import EmploymentChange, EmploymentData, would_employ
from congdoan.registry.people.models import Person
from congdoan.registry.people.queries import EmploymentFacts

#: Employers of that tax code, and those of that name whom the list's unit has to do with: a union at or below it
#: works there, or a body at, below or above it is in charge. The name alone is not looked for in the whole country.
_FOUND_SQL = """
    SELECT e.id, e.name_key, e.tax_code, hosts.units, hosts.is_below OR EXISTS (
             SELECT 1 FROM enterprises_responsibility r
             WHERE r.enterprise_id = e.id AND r.during && %(days)s::daterange
               AND (EXISTS (SELECT 1 FROM units_unitplacement p WHERE p.unit_id = r.unit_id
                            AND p.ancestor_id = %(unit)s AND p.during && %(days)s::daterange)
                 OR EXISTS (SELECT 1 FROM units_unitplacement p WHERE p.unit_id = %(unit)s
                            AND p.ancestor_id = r.unit_id AND p.during && %(days)s::daterange)))
    FROM enterprises_enterprise e
    CROSS JOIN LATERAL (
        SELECT COALESCE(array_agg(h.unit_id), ARRAY[]::bigint[]) AS units,
               COALESCE(bool_or(EXISTS (
                 SELECT 1 FROM units_unitplacement p WHERE p.unit_id = h.unit_id AND p.ancestor_id = %(unit)s
                 AND p.during && %(days)s::daterange)), FALSE) AS is_below
        FROM enterprises_hosting h WHERE h.enterprise_id = e.id AND h.during && %(days)s::daterange
    ) hosts
    WHERE e.tax_code = ANY(%(codes)s) OR e.name_key = ANY(%(names)s)
"""


#: Employers held from one piece of a list to the next; a list may name every employer of the country.
_MOST_KNOWN = 5_000


@dataclass(slots=True)
class _Employer:
    id: int
    name_key: str
    tax_code: str
    hosted_units: set[int]
    is_near: bool


def find_workplaces(context: Context, rows: Sequence[StagedRow]) -> None:
    """Settle the workplace of matched rows: ``values["enterprise"]`` where it is one enterprise. Rows of new members
    that may mean several are left to a decision; where none is found the row says so and the member is booked."""
    rows = [
        row
        for row in rows
        if row.outcome != "refused" and ("workplace" in row.values or "workplace_tax" in row.values)
    ]
    if not rows:
        return
    found = _found(context, {_asked(row) for row in rows})
    for row in rows:
        code, name_key = _asked(row)
        chosen = _chosen(found, code, name_key, unit_of(context, row))
        if len(chosen) == 1:
            row.values["enterprise"] = chosen[0]
        elif chosen:
            _say_ambiguous(context, row, len(chosen))
        else:
            row.warn(
                _column(context, row),
                f"Không tìm thấy doanh nghiệp {_words(row)} trong sổ. Đoàn viên vẫn được ghi, chưa có nơi làm việc; "
                "hãy ghi doanh nghiệp vào sổ rồi nhập lại danh sách này.",
            )
    _find_news(context, [row for row in rows if row.matched_id and "enterprise" in row.values])


def _asked(row: StagedRow) -> tuple[str, str]:
    """(tax code, folded name) of the row's workplace, '' where it says none."""
    return row.values.get("workplace_tax", ""), search_key(row.values.get("workplace", ""))[:250]


def _found(context: Context, asked: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[_Employer]]:
    """Employers by what rows ask for. One query for all that was not asked lately."""
    known: dict[tuple[str, str], list[_Employer]] = context.cache.setdefault("workplaces", {})
    wanted = set(asked)
    fresh = wanted - known.keys()
    if len(known) + len(fresh) > _MOST_KNOWN:
        known.clear()
        fresh = wanted
    if fresh:
        first, last = sorted((context.on, context.actor.today))
        with connection.cursor() as cursor:
            cursor.execute(
                _FOUND_SQL,
                {
                    "unit": context.unit.pk,
                    "days": f"[{first},{last + timedelta(days=1)})",
                    "codes": [code for code, _ in fresh if code],
                    "names": [name for _, name in fresh if name],
                },
            )
            by_code: dict[str, list[_Employer]] = {}
            by_name: dict[str, list[_Employer]] = {}
            for pk, name, code, units, near in cursor:
                employer = _Employer(pk, name, code, set(units), near)
                by_code.setdefault(code, []).append(employer)
                by_name.setdefault(name, []).append(employer)
        for code, name in fresh:
            same_code = by_code.get(code, []) if code else []
            known[code, name] = same_code + [
                item for item in by_name.get(name, []) if not code or item.tax_code != code
            ]
    return known


def _chosen(
    found: dict[tuple[str, str], list[_Employer]], code: str, name_key: str, unit_id: int
) -> list[int]:
    """The employers a row may mean. The tax code tells first, then the name where the unit has to do with it; of
    several the one where the row's own union works."""
    several = [item for item in found[code, name_key] if code and item.tax_code == code]
    if len(several) > 1:
        several = [item for item in several if item.name_key == name_key] or several
    if not several:
        several = [item for item in found[code, name_key] if item.name_key == name_key and item.is_near]
    own = [item for item in several if unit_id in item.hosted_units]
    return [item.id for item in (own if len(own) == 1 else several)]


def _say_ambiguous(context: Context, row: StagedRow, count: int) -> None:
    words = f"Có {count} doanh nghiệp {_words(row)} trong sổ."
    if row.outcome == "create" and row.matched_id is None:
        row.doubt(
            _column(context, row),
            f"{words} Hãy ghi mã số thuế nơi làm việc rồi tải lại, hoặc chọn “người khác” để ghi đoàn viên mà chưa "
            "ghi nơi làm việc.",
        )
    else:
        row.warn(_column(context, row), f"{words} Chưa ghi nơi làm việc; hãy ghi mã số thuế rồi nhập lại.")


def _column(context: Context, row: StagedRow) -> str:
    for name in ("workplace_tax", "workplace"):
        if row.values.get(name):
            return context.column(name) or LABELS[name]
    return ""


def _words(row: StagedRow) -> str:
    name, code = row.values.get("workplace", ""), row.values.get("workplace_tax", "")
    return " ".join([*([f"“{name[:60]}”"] if name else []), *([f"có mã số thuế {code}"] if code else [])])


def _find_news(context: Context, rows: Sequence[StagedRow]) -> None:
    """Members who are in the register: what the list says anew of their work is a change."""
    rows = [row for row in rows if row.outcome in {"unchanged", "update"}]
    if not rows:
        return
    people = Person.objects.only("id", "full_name").in_bulk([row.matched_id for row in rows])
    items = employments_of_rows(context, [(row, people[row.matched_id]) for row in rows if row.matched_id])
    for row, is_new in zip(rows, would_employ(items), strict=True):
        if is_new:
            row.outcome = "update"
            row.messages.append({"column": "", "message": "Sẽ ghi nơi làm việc", "level": "change"})


def employments_of_rows(context: Context, rows: Sequence[tuple[StagedRow, Person]]) -> list[EmploymentData]:
    """What rows with a known workplace say of it, in the words of people.actions.employ."""
    names: dict[int, Enterprise] = context.cache.setdefault("employers", {})
    wanted = {row.values["enterprise"] for row, _ in rows}
    if missing := wanted - names.keys():
        if len(names) + len(missing) > _MOST_KNOWN:
            names.clear()
            missing = wanted
        names.update(Enterprise.objects.only("id", "name").in_bulk(missing))
    return [
        EmploymentData(
            person,
            names[row.values["enterprise"]],
            _works_from(context, row),
            contract_kind=row.values.get("contract_kind", ""),
            contract_from=day_of(row, "contract_from"),
            contract_to=day_of(row, "contract_to"),
            job_title=row.values.get("job_title", ""),
        )
        for row, person in rows
        if row.values["enterprise"] in names
    ]


def _works_from(context: Context, row: StagedRow) -> date:
    for name in ("works_from", "contract_from", "admitted", "joined"):
        if (day := day_of(row, name)) is not None:
            return day
    return context.on


def to_journal(change: EmploymentChange) -> list[Any]:
    """[before, after] of an employment for the journal of an import."""
    return [_plain(change.before), _plain(change.after)]


def from_journal(person_id: int, pair: Sequence[Any]) -> EmploymentChange:
    """What `to_journal` kept."""
    after = _facts(pair[1])
    assert after is not None
    return EmploymentChange(person_id, _facts(pair[0]), after)


def _plain(facts: EmploymentFacts | None) -> list[Any] | None:
    return (
        None
        if facts is None
        else [value.isoformat() if isinstance(value, date) else value for value in facts]
    )


def _facts(values: Sequence[Any] | None) -> EmploymentFacts | None:
    if values is None:
        return None
    enterprise, since, until, kind, contract_from, contract_to, job = values
    return EmploymentFacts(
        enterprise,
        date.fromisoformat(since),
        date.fromisoformat(until) if until else None,
        kind,
        date.fromisoformat(contract_from) if contract_from else None,
        date.fromisoformat(contract_to) if contract_to else None,
        job,
    )
