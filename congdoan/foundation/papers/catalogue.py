"""The papers that rooms declare in their ``documents.py``, found here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.module_loading import autodiscover_modules


@dataclass(frozen=True)
class Field:
    """A field of a paper: its name in the template and what it says. A ``required`` one must stand in every template
    and have a value before the paper is written. ``items`` are the fields of a row, of a field that is a list."""

    name: str
    words: str
    required: bool = False
    items: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Paper:
    """A kind of paper. ``sample`` has a value for every field: what a preview is filled with."""

    code: str
    name: str
    room: str
    template: Path
    fields: tuple[Field, ...]
    sample: Mapping[str, Any]

    def paths(self) -> Iterator[tuple[tuple[str, ...], Field]]:
        """Every field with its path, rows' fields as ("people", "[]", "name")."""
        for item in self.fields:
            yield (item.name,), item
            for inner in item.items:
                yield (item.name, "[]", inner.name), inner


#: The head of every paper that a body issues: what `queries.head_of` gives, and its number.
HEAD = (
    Field("superior", "Công đoàn cấp trên của đơn vị ban hành, viết hoa"),
    Field("issuer", "Đơn vị ban hành, viết hoa", required=True),
    Field("issuer_name", "Đơn vị ban hành, viết thường"),
    Field("authority", "Ban của đơn vị ban hành, viết hoa"),
    Field("committee", "Ban ký văn bản (Ban Chấp hành, Ban Thường vụ), viết hoa"),
    Field("number", "Số văn bản"),
    Field("place_and_date", "Địa danh và ngày ban hành"),
)
#: The head of a paper of a province, for previews.
HEAD_SAMPLE: Mapping[str, Any] = {
    "superior": "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM",
    "issuer": "LIÊN ĐOÀN LAO ĐỘNG TỈNH MẪU",
    "issuer_name": "Liên đoàn Lao động tỉnh Mẫu",
    "authority": "BAN THƯỜNG VỤ LIÊN ĐOÀN LAO ĐỘNG TỈNH MẪU",
    "committee": "BAN THƯỜNG VỤ",
    "number": "15/QĐ-LĐLĐ",
    "place_and_date": "Mẫu, ngày 18 tháng 11 năm 2026",
}

_PAPERS: dict[str, Paper] = {}


def declare_paper(paper: Paper) -> Paper:
    """Make a paper known. The same code again replaces it."""
    _PAPERS[paper.code] = paper
    return paper


def papers() -> dict[str, Paper]:
    """All papers by code, in the order of rooms and names."""
    autodiscover_modules("documents")
    return {paper.code: paper for paper in sorted(_PAPERS.values(), key=lambda item: (item.room, item.name))}
