"""An invented country to measure in: a tree of unions in the shape of the real one, and people to fill it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from congdoan.config.demo.names import DemoPerson, PeopleMaker

#: The day the bench lives in, and the first day of its tree.
TODAY = date(2026, 11, 18)
FOUNDED = date(2025, 7, 1)
PASSWORD = "mat-khau-de-do"
LEADER = "do.lanh-dao"

#: Mean members of a grassroots union, and grassroots unions of a body above them: the country has 125,000 unions
#: below some 3,300 communes, zones and sectors in 34 provinces.
_MEMBERS_A_UNION = 40
_UNIONS_A_BODY = 38
_PROVINCES = 34

_ORIGINS = ("LC", "HP", "HD", "BD", "HCM", "NA")
_SECTORS = ("non_state", "non_state", "non_state", "fdi", "fdi", "public_service", "administrative", "soe")
_TRADES = (
    "May mặc",
    "Điện tử",
    "Giày da",
    "Chế biến gỗ",
    "Thủy sản",
    "Cơ khí",
    "Vận tải",
    "Xây dựng",
    "Bao bì",
)
_WORDS = (
    "An",
    "Bình",
    "Đông",
    "Hòa",
    "Hưng",
    "Khánh",
    "Lộc",
    "Minh",
    "Nam",
    "Phú",
    "Sơn",
    "Tân",
    "Thịnh",
    "Việt",
)


@dataclass(frozen=True)
class Ground:
    """The codes of the units that are asked for: the top, a province, a body in the middle, a grassroots union.

    ``sizes``: members by the code of their grassroots union, ``members`` in all.
    """

    root: str
    province: str
    middle: str
    small: str
    unions: int
    members: int
    sizes: dict[str, int]


def build_ground(members: int) -> Ground:
    """Bring the schema up, load the catalogues, grow the tree for so many members, and sign up a leader at its top."""
    from congdoan.config.cli.startup import prepare_database
    from congdoan.foundation.access.actions import grant_role
    from congdoan.foundation.access.models import Role
    from congdoan.foundation.access.rules import Actor
    from congdoan.foundation.accounts.models import User
    from congdoan.foundation.units.models import Unit
    from congdoan.registry.organisation.actions import NewUnion, found_unions

    prepare_database()
    system = Actor.system("đo tốc độ", today=TODAY)
    rng = random.Random(members)

    def grow(rows: list[tuple[str, str, str, Unit | None, str | None]]) -> list[Unit]:
        return found_unions(
            actor=system,
            items=[
                NewUnion(code, name, name[:120], kind, parent, FOUNDED, sector=sector, is_opening=True)
                for code, name, kind, parent, sector in rows
            ],
        )

    (root,) = grow([("TLD", "Tổng Liên đoàn", "confederation", None, None)])
    sizes = _sizes(rng, members)
    count = max(2, min(_PROVINCES, len(sizes) // 40))
    provinces = grow(
        [
            (f"T{n:02d}", f"Liên đoàn Lao động tỉnh {n}", "provincial_federation", root, None)
            for n in range(1, count + 1)
        ]
    )
    bodies = grow(
        [
            (
                f"{province.code}-{n:03d}",
                f"Công đoàn phường {_two(rng)} {n}"
                if n % 7
                else f"Công đoàn khu công nghiệp {_two(rng)} {n}",
                "commune_union" if n % 7 else "zone_union",
                province,
                None,
            )
            for province in provinces
            for n in range(1, max(2, round(len(sizes) / _UNIONS_A_BODY / count)) + 1)
        ]
    )
    # Bodies differ in size as provinces do: the first are several times as large as the last.
    weights = [1 / (1 + 4 * rng.random()) for _ in bodies]
    parents = rng.choices(bodies, weights, k=len(sizes))
    numbers: dict[str, int] = {}
    rows: list[tuple[str, str, str, Unit | None, str | None]] = []
    counts: dict[str, int] = {}
    for parent, size in zip(parents, sizes, strict=True):
        numbers[parent.code] = numbers.get(parent.code, 0) + 1
        code = f"{parent.code}-{numbers[parent.code]:04d}"
        counts[code] = size
        name = f"CĐCS Công ty {rng.choice(_TRADES)} {_two(rng)}"
        rows.append((code, name, "grassroots_union", parent, rng.choice(_SECTORS)))
    for start in range(0, len(rows), 5_000):
        grow(rows[start : start + 5_000])

    user = User.objects.create_user(LEADER, password=PASSWORD, full_name="Người đo")
    grant_role(actor=system, on=FOUNDED, user=user, role=Role.objects.get(code="leader"), unit=root)
    held: dict[str, int] = {}
    for code, size in counts.items():
        body = code.rsplit("-", 1)[0]
        held[body] = held.get(body, 0) + size
    by_size = sorted(held, key=lambda code: (held[code], code))
    middle = by_size[len(by_size) // 2]
    usual = sorted(counts, key=lambda code: (counts[code], code))[len(counts) // 2]
    return Ground("TLD", middle.split("-")[0], middle, usual, len(sizes), members, counts)


def _two(rng: random.Random) -> str:
    return f"{rng.choice(_WORDS)} {rng.choice(_WORDS)}"


def _sizes(rng: random.Random, members: int) -> list[int]:
    """Sizes of unions that add up: many of a dozen, few of hundreds, as they are."""
    drawn = [rng.lognormvariate(0, 1.1) for _ in range(max(20, members // _MEMBERS_A_UNION))]
    scale = members / sum(drawn)
    sizes = [max(1, int(value * scale)) for value in drawn]
    sizes.sort(reverse=True)
    sizes[0] += members - sum(sizes)
    return sizes


def people(ground: Ground, count: int) -> Iterator[tuple[str, DemoPerson, date]]:
    """``count`` invented people with the code of their union and the day they joined, union by union."""
    rng = random.Random(count)
    maker = PeopleMaker(rng)
    left = count
    for code, size in ground.sizes.items():
        size = min(size if count == ground.members else max(1, size * count // ground.members), left)
        left -= size
        made = maker.make(
            size,
            province=_ORIGINS[len(code) % len(_ORIGINS)] if rng.random() < 0.3 else rng.choice(_ORIGINS),
            women_share=0.3 + 0.5 * rng.random(),
            ages=(18, 31, 58),
            on=TODAY,
            address=f"phường {_two(rng)}",
        )
        for person in made:
            yield code, person, FOUNDED + timedelta(days=rng.randrange((TODAY - FOUNDED).days))
        if not left:
            return
    # Rounding leaves a few: they join the largest union.
    first = next(iter(ground.sizes))
    for person in maker.make(
        left, province="HP", women_share=0.5, ages=(18, 31, 58), on=TODAY, address="phường An"
    ):
        yield first, person, TODAY


#: Headings of the list, as an officer writes them.
HEADINGS = (
    "STT",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Dân tộc",
    "Số CCCD",
    "Điện thoại",
    "Quê quán",
    "Nơi ở",
    "Số thẻ đoàn viên",
    "Ngày vào công đoàn",
    "Mã đơn vị",
)


def write_list(ground: Ground, count: int, path: Path) -> None:
    """A list of ``count`` members as .xlsx, twelve columns, the headings in the first row."""
    import xlsxwriter

    with xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "default_date_format": "dd/mm/yyyy"}
    ) as book:
        sheet = book.add_worksheet("Danh sách")
        sheet.write_row(0, 0, HEADINGS)
        for line, (code, person, joined_on) in enumerate(people(ground, count), 1):
            sheet.write_number(line, 0, line)
            sheet.write_string(line, 1, person.full_name)
            sheet.write_datetime(line, 2, person.birth_on)
            sheet.write_string(line, 3, "Nữ" if person.sex == "f" else "Nam")
            sheet.write_string(line, 4, person.ethnicity)
            sheet.write_string(line, 5, person.citizen_id)
            sheet.write_string(line, 6, person.phone)
            sheet.write_string(line, 7, person.hometown)
            sheet.write_string(line, 8, person.address)
            sheet.write_string(line, 9, person.card_number)
            sheet.write_datetime(line, 10, joined_on)
            sheet.write_string(line, 11, code)


#: So many are written through the actions; more are copies of these.
_THROUGH_ACTIONS = 100_000


def fill(ground: Ground) -> tuple[int, float]:
    """Fill the register; (people written through its own actions, seconds that took).

    Beyond the first 100,000 the database copies what the actions wrote: people with numbers of their own and the
    same names, in the same unions, with their bookings and deltas, so that every figure still adds up.
    """
    times = max(1, ground.members // _THROUGH_ACTIONS)
    count = ground.members // times
    seconds = _fill_through_actions(ground, count)
    if times > 1:
        _multiply(times)
    return count, seconds


def _fill_through_actions(ground: Ground, count: int) -> float:
    from itertools import islice

    from django.db import transaction

    from congdoan.config.bench.figures import Watch
    from congdoan.foundation.access.rules import Actor
    from congdoan.foundation.units.models import Unit
    from congdoan.registry.membership.actions import Admission, admit
    from congdoan.registry.people.actions import PersonData, register_people

    system = Actor.system("đo tốc độ", today=TODAY)
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=ground.sizes)}
    waiting = people(ground, count)
    watch = Watch()
    while batch := list(islice(waiting, 20_000)):
        with transaction.atomic():
            registered = register_people(
                actor=system,
                on=TODAY,
                items=[
                    PersonData(
                        full_name=person.full_name,
                        birth_on=person.birth_on,
                        sex=person.sex,
                        citizen_id=person.citizen_id,
                        ethnicity=person.ethnicity,
                        phone=person.phone,
                        email=person.email,
                        address=person.address,
                        hometown=person.hometown,
                        card_number=person.card_number,
                    )
                    for _, person, _ in batch
                ],
            )
            admit(
                actor=system,
                items=[
                    Admission(person, units[code], on, kind="opening", joined_on=on)
                    for person, (code, _, on) in zip(registered, batch, strict=True)
                ],
            )
    return watch.seconds


def _multiply(times: int) -> None:
    """Everybody in the register ``times`` times over."""
    from congdoan.registry.membership.models import Membership, Movement
    from congdoan.registry.people.models import Person

    copy_rows(
        times,
        Person,
        {
            Person: {"id": "o.id + k * top.id", "citizen_id_key": "md5(o.id || ' ' || k)::uuid"},
            Membership: {"person_id": "o.person_id + k * top.id"},
            Movement: {"person_id": "o.person_id + k * top.id"},
        },
        measures=("members",),
    )


def copy_rows(
    times: int, head: Any, changes: dict[Any, dict[str, str]], *, measures: tuple[str, ...]
) -> None:
    """Every row of these tables ``times`` times over. ``changes``: what differs between the copies, by table and
    column, as SQL over the row (o), the number of the copy (k) and the highest id of ``head`` (top.id); everything
    else is copied as it is. The deltas of ``measures`` grow alike: of the same place and day they add up, so one row
    stands for all copies."""
    from django.db import connection, transaction

    from congdoan.foundation.measures.models import MeasureDelta

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE top ON COMMIT DROP AS SELECT max(id) AS id FROM {head._meta.db_table}"
        )
        for model, changed in {**changes, MeasureDelta: {"n": "o.n * (k.last - 1)"}}.items():
            table = model._meta.db_table
            columns = [
                item.column
                for item in model._meta.local_concrete_fields
                if not item.generated and item.column != "id"
            ]
            columns += ["id"] if "id" in changed else []
            values = ", ".join(changed.get(column, f'o."{column}"') for column in columns)
            names = ", ".join(f'"{column}"' for column in columns)
            parameters: list[Any] = [times]
            source = f"{table} o CROSS JOIN generate_series(1, %s - 1) k"
            if model is MeasureDelta:
                source = (
                    "(SELECT * FROM measures_measuredelta WHERE cell_id IN (SELECT id FROM measures_measurecell"
                    " WHERE measure = ANY(%s))) o CROSS JOIN (SELECT %s AS last) k"
                )
                parameters = [list(measures), times]
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {values} FROM {source} CROSS JOIN top ORDER BY o.id",
                parameters,
            )
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{head._meta.db_table}', 'id'),"
            f" (SELECT max(id) FROM {head._meta.db_table}))"
        )
