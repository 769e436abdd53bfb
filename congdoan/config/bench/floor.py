"""The least that bringing a list in can cost: python-calamine reads it, COPY writes it, nothing is checked."""

from __future__ import annotations

import csv
import io
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine
from django.db import connection, transaction

from congdoan.config.bench.figures import Watch, Work

_PERSON = (
    "id,full_name,sort_key,name_key,birth_on,birth_precision,sex,nationality,citizen_id_sealed,citizen_id_key,"
    "passport_sealed,ethnicity_sealed,phone,email,address,hometown,card_number,created_at,updated_at"
)
_MEMBERSHIP = "id,person_id,unit_id,during,is_primary,sort_key,sector_id,sex,joined_on"


def _make_tables() -> None:
    """Tables with the columns, indexes and constraints of Person and Membership."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE floor_person (LIKE people_person INCLUDING ALL EXCLUDING IDENTITY)")
        cursor.execute(
            "CREATE TABLE floor_membership (LIKE membership_membership INCLUDING ALL EXCLUDING IDENTITY)"
        )
        cursor.execute(
            """ALTER TABLE floor_membership
               ADD FOREIGN KEY (person_id) REFERENCES floor_person DEFERRABLE INITIALLY DEFERRED,
               ADD FOREIGN KEY (unit_id) REFERENCES units_unit DEFERRABLE INITIALLY DEFERRED,
               ADD FOREIGN KEY (sector_id) REFERENCES catalogues_sector DEFERRABLE INITIALLY DEFERRED"""
        )


def _person(pk: int, row: list[Any]) -> tuple[Any, ...]:
    """The row as it is, in columns as wide as the real ones."""
    name, number = row[1], row[5]
    return (
        pk,
        name,
        name.lower(),
        name.lower(),
        row[2],
        "day",
        "f" if row[3] == "Nữ" else "m",
        "VN",
        f"\\x{number.encode().hex():0<80}",
        f"{int(number):032x}",
        "\\x",
        f"\\x{row[4].encode().hex():0<70}",
        row[6],
        "",
        row[8],
        row[7],
        row[9],
        "2026-11-18 00:00:00+07",
        "2026-11-18 00:00:00+07",
    )


def import_list(path: Path) -> Work:
    """Read the file and write its rows."""
    _make_tables()
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, id FROM units_unit")
        units = dict(cursor.fetchall())
    watch = Watch()
    rows = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1:]
    with transaction.atomic():
        _copy("floor_person", _PERSON, (_person(pk, row) for pk, row in enumerate(rows, 1)))
        _copy(
            "floor_membership", _MEMBERSHIP, (_membership(pk, row, units) for pk, row in enumerate(rows, 1))
        )
    return watch.work(len(rows))


def _membership(pk: int, row: list[Any], units: dict[str, int]) -> tuple[Any, ...]:
    joined: date = row[10]
    sex = "f" if row[3] == "Nữ" else "m"
    return pk, pk, units[row[11]], f"[{joined},)", "t", row[1].lower(), "non_state", sex, joined


def _copy(table: str, columns: str, rows: Any) -> None:
    # Sent as text put together by the csv module, which is the fastest way there is from Python.
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv, NULL '~')") as copy,
    ):
        while chunk := list(islice(rows, 10_000)):
            text = io.StringIO()
            csv.writer(text).writerows(chunk)
            copy.write(text.getvalue())
