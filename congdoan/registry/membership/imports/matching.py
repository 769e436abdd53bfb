"""Who is who: finding the people of a list in the register, and what the list would change of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from congdoan.foundation.access.queries import scope
from congdoan.foundation.imports.catalogue import Context, StagedRow
from congdoan.foundation.units.models import Unit, UnitVersion
from congdoan.kit.dates import format_date
from congdoan.kit.sealed import match_digest, unseal
from congdoan.kit.text import header_key, name_sort_key
from congdoan.registry.people.models import Person


@dataclass(slots=True)
class Known:
    """A person in the register, as far as matching needs: with the newest membership or movement."""

    id: int
    citizen_key: UUID | None
    passport_key: UUID | None
    full_name: str
    name_key: str
    birth_on: date | None
    birth_precision: str
    sex: str
    nationality: str
    phone: str
    email: str
    address: str
    hometown: str
    card_number: str
    ethnicity_sealed: bytes
    unit_id: int | None
    since: date | None
    until: date | None
    last_unit_id: int | None


_KNOWN_COLUMNS = """p.id, p.citizen_id_key, p.passport_key, p.full_name, p.name_key, p.birth_on,
    p.birth_precision, p.sex, p.nationality, p.phone, p.email, p.address, p.hometown, p.card_number,
    p.ethnicity_sealed, m.unit_id, lower(m.during), upper(m.during),
    CASE WHEN m.unit_id IS NULL THEN (SELECT v.unit_id FROM membership_movement v WHERE v.person_id = p.id
                                      ORDER BY v."on" DESC, v.id DESC LIMIT 1) END"""
_NEWEST = """LEFT JOIN LATERAL (SELECT unit_id, during FROM membership_membership
    WHERE person_id = p.id AND is_primary ORDER BY during DESC LIMIT 1) m ON TRUE"""


def by_number(rows: Iterable[StagedRow]) -> dict[bytes, Known]:
    """People in the register by the digests of the rows' numbers. At most two queries."""
    citizens: list[bytes] = []
    passports: list[bytes] = []
    for row in rows:
        if row.identity and row.values.get("citizen_id"):
            citizens.append(row.identity)
        if row.values.get("passport"):
            passports.append(match_digest(row.values["passport"], kind="passport"))
    found: dict[bytes, Known] = {}
    with connection.cursor() as cursor:
        for column, keys, place in (("citizen_id_key", citizens, 1), ("passport_key", passports, 2)):
            if keys:
                # One text instead of an array: thousands of values cost a tenth of the time to send.
                cursor.execute(
                    f"""SELECT {_KNOWN_COLUMNS} FROM people_person p {_NEWEST}
                        WHERE p.{column} = ANY(string_to_array(%s, ',')::uuid[])""",
                    [",".join(map(bytes.hex, keys))],
                )
                for found_row in cursor.fetchall():
                    found[found_row[place].bytes] = Known(*found_row)
    return found


def alike_of(rows: Sequence[tuple[StagedRow, int]]) -> dict[int, list[Known]]:
    """People who are, or were last, in the row's unit and have its name and birth date; by row number."""
    if not rows:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT u.id FROM unnest(%s::bigint[]) AS u(id)
               WHERE EXISTS (SELECT 1 FROM membership_movement v WHERE v.unit_id = u.id)""",
            [list({unit_id for _, unit_id in rows})],
        )
        with_people = {pk for (pk,) in cursor}
    wanted = [
        (
            row.number,
            name_sort_key(row.values["full_name"])[:300],
            row.values["birth_on"],
            unit_id,
            UUID(bytes=row.identity) if row.identity else None,
        )
        for row, unit_id in rows
        if unit_id in with_people and "birth_on" in row.values
    ]
    found: dict[int, list[Known]] = {}
    if not wanted:
        return found
    numbers, keys, births, units, identities = zip(*wanted, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT w.number, {_KNOWN_COLUMNS}
                FROM unnest(%s::int[], %s::text[], %s::date[], %s::bigint[], %s::uuid[])
                       AS w(number, sort_key, birth_on, unit_id, identity)
                JOIN people_person p ON p.sort_key = w.sort_key AND p.birth_on = w.birth_on
                {_NEWEST}
                WHERE (w.identity IS NULL OR (p.citizen_id_key IS NULL AND p.passport_key IS NULL))
                  AND (m.unit_id = w.unit_id OR (m.unit_id IS NULL AND EXISTS (
                        SELECT 1 FROM membership_movement v WHERE v.person_id = p.id AND v.unit_id = w.unit_id)))""",
            [list(numbers), list(keys), list(births), list(units), list(identities)],
        )
        for number, *columns in cursor.fetchall():
            found.setdefault(number, []).append(Known(*columns))
    return found


def changes_of(values: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """What the row says of the person that the register does not: {field of people.rules.EDITABLE: value}."""
    changes: dict[str, Any] = {}
    for name in ("phone", "email", "address", "hometown", "card_number", "sex"):
        value = values.get(name)
        if value and value != getattr(known, name):
            changes[name] = value
    name = values.get("full_name", "")
    if name and name != known.full_name and name_sort_key(name) != name_sort_key(known.full_name):
        changes["full_name"] = name
    if values.get("nationality", "VN") != known.nationality and "nationality" in values:
        changes["nationality"] = values["nationality"]
    if values.get("ethnicity") and unseal(known.ethnicity_sealed) != values["ethnicity"]:
        changes["ethnicity"] = values["ethnicity"]
    if values.get("citizen_id") and known.citizen_key is None:
        changes["citizen_id"] = values["citizen_id"]
    if values.get("passport") and known.passport_key is None:
        changes["passport"] = values["passport"]
    if "birth_on" in values:
        birth, precision = date.fromisoformat(values["birth_on"]), values.get("birth_precision", "day")
        finer = {"year": 0, "month": 1, "day": 2}
        is_coarser = (
            known.birth_on is not None
            and finer[precision] < finer[known.birth_precision]
            and birth.year == known.birth_on.year
            and (precision == "year" or birth.month == known.birth_on.month)
        )
        if not is_coarser and (birth, precision) != (known.birth_on, known.birth_precision):
            changes["birth_on"] = birth
            changes["birth_precision"] = precision
    return changes


def same_birth(values: Mapping[str, Any], known: Known) -> bool:
    if "birth_on" not in values or known.birth_on is None:
        return True
    birth = date.fromisoformat(values["birth_on"])
    if values.get("birth_precision", "day") == "day" and known.birth_precision == "day":
        return birth == known.birth_on
    return birth.year == known.birth_on.year


CHANGE_WORDS = {
    "full_name": "họ và tên",
    "birth_on": "ngày sinh",
    "sex": "giới tính",
    "nationality": "quốc tịch",
    "citizen_id": "số căn cước",
    "passport": "số hộ chiếu",
    "ethnicity": "dân tộc",
    "phone": "điện thoại",
    "email": "thư điện tử",
    "address": "nơi ở",
    "hometown": "quê quán",
    "card_number": "số thẻ đoàn viên",
    "employment": "nơi làm việc",
}
_OPEN_WORDS = {"full_name", "birth_on", "sex", "nationality"}


def change_words(changes: Mapping[str, Any], known: Known) -> str:
    """The changes in words; contacts and numbers are named but not shown."""
    parts = []
    for name in changes:
        if name not in CHANGE_WORDS:
            continue
        if name not in _OPEN_WORDS:
            parts.append(CHANGE_WORDS[name])
            continue
        old: Any = getattr(known, name)
        new = changes[name]
        if name == "birth_on":
            old = format_date(old, known.birth_precision) or "chưa có"  # type: ignore[arg-type]
            new = format_date(new, changes.get("birth_precision", "day"))
        elif name == "sex":
            words = {"m": "nam", "f": "nữ", "": "chưa rõ"}
            old, new = words[old], words[new]
        parts.append(f"{CHANGE_WORDS[name]}: {old} → {new}")
    return "; ".join(parts)


def known_of(row: StagedRow, known: Mapping[bytes, Known]) -> Known | None:
    """The person in the register who has one of the row's numbers."""
    if not known:
        return None
    if row.identity in known:
        return known[row.identity]  # type: ignore[index]
    passport = row.values.get("passport")
    return known.get(match_digest(passport, kind="passport")) if passport else None


def as_known(person: Person) -> Known:
    return Known(
        person.pk,
        person.citizen_id_key,
        person.passport_key,
        person.full_name,
        person.name_key,
        person.birth_on,
        person.birth_precision,
        person.sex,
        person.nationality,
        person.phone,
        person.email,
        person.address,
        person.hometown,
        person.card_number,
        bytes(person.ethnicity_sealed),
        None,
        None,
        None,
        None,
    )


def day_of(row: StagedRow, name: str) -> date | None:
    value = row.values.get(name)
    return date.fromisoformat(value) if value else None


def unit_of(context: Context, row: StagedRow) -> int:
    return row.values.get("unit") or context.unit.pk


def units_of(context: Context) -> UnitRows:
    """Units by id, looked up when first asked for."""
    if "unit_rows" not in context.cache:
        context.cache["unit_rows"] = UnitRows({context.unit.pk: context.unit})
    found: UnitRows = context.cache["unit_rows"]
    return found


class UnitRows(dict[int, Unit]):
    """Units by id. Holds those asked for last, since a list may name every union of the country."""

    _MOST = 2_000

    def __missing__(self, pk: int) -> Unit:
        if len(self) >= self._MOST:
            self.clear()
        self[pk] = found = Unit.objects.get(pk=pk)
        return found

    def load(self, ids: Iterable[int]) -> None:
        """Look up those not known yet. One query."""
        wanted = set(ids)
        if missing := wanted - self.keys():
            if len(self) + len(missing) > self._MOST:
                self.clear()
                missing = wanted
            self.update(Unit.objects.in_bulk(missing))


def unit_name(context: Context, unit_id: int) -> str:
    return units_of(context)[unit_id].name


def units_by_name(context: Context) -> dict[str, int | None]:
    """Units that hold members at or below the run's unit on its day, by code, name and short name as headings
    are folded; None where a name is not one unit's alone."""
    found: dict[str, int | None] = {}
    codes: dict[str, int] = {}
    versions = UnitVersion.objects.filter(
        unit__placements__ancestor=context.unit,
        unit__placements__during__contains=context.on,
        during__contains=context.on,
        kind__holds_members=True,
    )
    for pk, code, name, short in versions.values_list("unit_id", "unit__code", "name", "short_name"):
        codes[header_key(code)] = pk
        for key in {header_key(name), header_key(short)}:
            found[key] = pk if found.get(key, pk) == pk else None
    return {**found, **codes}


def is_near_actor(context: Context, known: Known) -> bool:
    """Whether the actor may know where this person is: in a unit where they see members."""
    unit_id = known.unit_id or known.last_unit_id
    if unit_id is None:
        return True
    seen: dict[int, bool] = context.cache.setdefault("near", {})
    if unit_id not in seen:
        reach = context.cache.get("reach")
        if reach is None:
            reach = context.cache["reach"] = scope(context.actor, "membership.view")
        seen[unit_id] = reach.contains(unit_id)
    return seen[unit_id]


def places_of(people: Sequence[int]) -> dict[int, tuple[int, date | None]]:
    """(unit, first day no longer) of each person's newest membership."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (person_id) person_id, unit_id, upper(during) FROM membership_membership
               WHERE person_id = ANY(%s) AND is_primary ORDER BY person_id, during DESC""",
            [list(people)],
        )
        return {person: (unit, until) for person, unit, until in cursor.fetchall()}


def later_than(batch: UUID | None, people: Sequence[int]) -> dict[int, tuple[str, date]]:
    """Movements in force of these people that were booked after this batch: (kind, day) of the last one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (v.person_id) v.person_id, v.kind, v."on" FROM membership_movement v
               WHERE v.person_id = ANY(%(people)s) AND v.batch IS DISTINCT FROM %(batch)s AND v.reverses_id IS NULL
                 AND NOT EXISTS (SELECT 1 FROM membership_movement r WHERE r.reverses_id = v.id)
                 AND v.id > (SELECT min(b.id) FROM membership_movement b
                             WHERE b.batch = %(batch)s AND b.person_id = v.person_id)
               ORDER BY v.person_id, v.id DESC""",
            {"people": list(people), "batch": batch},
        )
        return {person: (kind, on) for person, kind, on in cursor.fetchall()}
