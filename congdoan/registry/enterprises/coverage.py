"""Where enterprises still lack a union: figures by commune and by size, each opening its list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q, Sum

from congdoan.kit.charts import Chart, Square, coverage_squares, stacked_bars
from congdoan.kit.lists import ListContext, filtered, names_url
from congdoan.kit.numbers import format_number
from congdoan.registry.enterprises.lists import SPEC

#: Sizes as the picture shows them: label and the bands (choices.BANDS) within.
SIZES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("Chưa rõ", (-1,)),
    ("Dưới 10", (0, 1, 5)),
    ("10–19", (10, 15)),
    ("20–24", (20,)),
    ("25–49", (25, 30)),
    ("50–99", (50,)),
    ("100–199", (100,)),
    ("200–499", (200, 300)),
    ("Từ 500", (500, 1000, 3000, 5000)),
)


@dataclass(frozen=True)
class Line:
    """One line of the tables: how many, with and without a union, and the lists behind the three."""

    label: str
    total: int
    covered: int
    workers_without: int
    url: str
    covered_url: str
    missing_url: str

    @property
    def missing(self) -> int:
        return self.total - self.covered

    @property
    def share(self) -> float | None:
        return self.covered / self.total if self.total else None


def _line(label: str, row: Mapping[str, Any], params: dict[str, str]) -> Line:
    def url(**more: str) -> str:
        return names_url(SPEC.name, params | more)

    return Line(
        label,
        row["total"],
        row["covered"],
        row["workers_without"] or 0,
        url(),
        url(co_cong_doan="1"),
        url(co_cong_doan="0"),
    )


_FIGURES = {
    "total": Count("pk"),
    "covered": Count("pk", filter=Q(now__has_union=True)),
    "workers_without": Sum("now__headcount", filter=Q(now__has_union=False)),
}


def by_commune(context: ListContext) -> list[Line]:
    """Per commune, those with most missing first. Two queries."""
    params = dict(context.params)
    rows = (
        filtered(SPEC, context)
        .order_by()
        .values("territory", "territory__name", "territory__level")
        .annotate(**_FIGURES)
    )
    lines = [
        _line(
            row["territory__name"] or "Chưa ghi địa bàn",
            row,
            params | {"dia_ban": row["territory"] or "-"},
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: (-line.missing, -line.total, line.label))


def by_size(context: ListContext) -> list[Line]:
    """Per size, small to large; a minimum of the filter is left out, so that one sees what it hides. One query."""
    params = {name: value for name, value in context.params.items() if name not in {"tu_lao_dong", "bac"}}
    found: dict[int, dict[str, Any]] = {}
    for row in (
        filtered(SPEC, replace(context, params=params, cache={}))
        .order_by()
        .values("now__band")
        .annotate(**_FIGURES)
    ):
        found[row["now__band"]] = row
    lines = []
    for label, bands in SIZES:
        rows = [found[band] for band in bands if band in found]
        summed = {name: sum(row[name] or 0 for row in rows) for name in _FIGURES}
        if rows or bands != (-1,):
            lines.append(_line(label, summed, params | {"bac": ",".join(map(str, bands))}))
    return lines


def squares(lines: list[Line], *, subtitle: str) -> Chart:
    """The picture by commune: a square each, opening what is missing there, or all where nothing is."""
    return coverage_squares(
        [
            Square(line.label, line.covered, line.total, line.missing_url if line.missing else line.url)
            for line in lines
        ],
        key="communes",
        title="Xã, phường nào còn doanh nghiệp chưa có công đoàn?",
        subtitle=subtitle,
        note="Số trong ô là số doanh nghiệp chưa có công đoàn; bấm vào ô để xem danh sách.",
    )


def bars(lines: list[Line], *, subtitle: str) -> Chart:
    """The picture by size."""
    return stacked_bars(
        [line.label for line in lines],
        [
            ("Đã có công đoàn", [line.covered for line in lines], "good"),
            ("Chưa có công đoàn", [line.missing for line in lines], "#c04a43"),
        ],
        key="sizes",
        title="Doanh nghiệp cỡ nào còn chưa có công đoàn?",
        subtitle=subtitle,
        row_label="Số lao động",
    )


def summary(lines: list[Line]) -> str:
    """The whole in one sentence."""
    total, missing = sum(line.total for line in lines), sum(line.missing for line in lines)
    workers = sum(line.workers_without for line in lines)
    if not missing:
        return f"Cả {format_number(total)} doanh nghiệp đã có công đoàn."
    return (
        f"{format_number(missing)} trong {format_number(total)} doanh nghiệp chưa có công đoàn,"
        f" với {format_number(workers)} lao động."
    )
