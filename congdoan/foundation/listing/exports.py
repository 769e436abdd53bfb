"""What an export of a list is called and says above its table."""

from __future__ import annotations

from datetime import date

from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import format_date
from congdoan.kit.lists import STRUCTURE_WORDS, ListSpec
from congdoan.kit.text import search_key

EXPORT_KIND = "listing.export"


def heading(unit: Unit | None, as_of: date, structure: str = "then") -> str:
    """Whose list, on which day its figures stand, and in which structure."""
    owner = f"{unit.name} · " if unit else ""
    return f"{owner}Số liệu tính đến ngày {format_date(as_of)}, {STRUCTURE_WORDS[structure]}"


def file_name(spec: ListSpec) -> str:
    """A file name without marks or blanks: danh-sach-doan-vien.xlsx."""
    return "danh-sach-" + search_key(spec.title).replace(" ", "-") + ".xlsx"
