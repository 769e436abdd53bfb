"""Where enterprises still lack a union: figures by size and by place, each opening its list.

Figures come from the measures, which a whole country costs no more than a commune. The place is the commune where
there are few enterprises, and the body directly below where there are many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, Sum
from django.urls import reverse

from congdoan.foundation.catalogues.models import Sector
from congdoan.foundation.measures import queries as measures
from congdoan.foundation.units.models import Unit
from congdoan.kit.charts import Chart, Square, coverage_squares, stacked_bars
from congdoan.kit.lists import ListContext, filtered, names_url
from congdoan.kit.numbers import format_number, whole_number
from congdoan.registry.enterprises.choices import BANDS
from congdoan.registry.enterprises.lists import SPEC, measured

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
    #: Where the same picture of this line is, '' when there is none.
    picture_url: str = ""

    @property
    def missing(self) -> int:
        return self.total - self.covered

    @property
    def share(self) -> float | None:
        return self.covered / self.total if self.total else None


def _line(label: str, row: Mapping[str, Any], params: dict[str, str], picture_url: str = "") -> Line:
    url = names_url(SPEC.name, params)
    more = "&" if "?" in url else "?"
    return Line(
        label,
        row["total"],
        row["covered"],
        row["workers_without"] or 0,
        url,
        f"{url}{more}co_cong_doan=1",
        f"{url}{more}co_cong_doan=0",
        picture_url,
    )


_FIGURES = {
    "total": Count("pk"),
    "covered": Count("pk", filter=Q(has_union=True)),
    "workers_without": Sum("headcount", filter=Q(has_union=False)),
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


#: With more enterprises than this the picture is by bodies and not by communes.
FEW = 3_000


@dataclass(frozen=True)
class Counts:
    """Enterprises and the workers without a union of some units, by unit and band, as the measures have them."""

    context: ListContext
    root: int
    rows: Mapping[int, Mapping[int, Mapping[str, int]]]

    def sum(self, unit_id: int, bands: Iterable[int] | None = None) -> dict[str, int]:
        """Total, covered and workers_without of a unit in these bands, in all when None."""
        wanted = None if bands is None else set(bands)
        found = dict.fromkeys(_FIGURES, 0)
        for band, row in self.rows.get(unit_id, {}).items():
            if wanted is None or band in wanted:
                for name in found:
                    found[name] += row[name]
        return found


def counts_of(context: ListContext, units: Sequence[int] = ()) -> Counts | None:
    """The figures of the body in view and of ``units`` below it, of all sizes; None for a reader who also sees what
    others are in charge of. A constant number of queries."""
    params = {name: value for name, value in context.params.items() if name not in {"tu_lao_dong", "bac"}}
    told = measured(replace(context, params=params, cache={}))
    if told is None:
        return None
    root, filters = told
    among = list(Sector.objects.filter(is_enterprise=True).values_list("pk", flat=True))
    filters = {**filters, "sector": [code for code in filters.get("sector", among) if code in among]}
    wanted, day = [root, *units], context.as_of + timedelta(days=1)
    found: dict[int, dict[int, dict[str, int]]] = {}
    without = {**filters, "has_union": False}
    for measure, narrowed in (("enterprises", filters), ("workers", without)):
        # Only size and union are told apart: what else a cell holds is added up where it is read.
        known = measures.cells(measure, narrowed)
        first: dict[tuple[int, bool], int] = {}
        kinds = {pk: first.setdefault((dims["band"], dims["has_union"]), pk) for pk, dims in known.items()}
        span = (None, day)
        for row in measures.rows_of_spans(measure, wanted, [span], known=known, kinds=kinds)[span]:
            bands = found.setdefault(row.unit_id, {})
            line = bands.setdefault(row.dims["band"], dict.fromkeys(_FIGURES, 0))
            if measure == "workers":
                line["workers_without"] += row.n
            else:
                line["total"] += row.n
                line["covered"] += row.n if row.dims["has_union"] else 0
    return Counts(context, root, found)


def _asked_bands(context: ListContext) -> list[int]:
    """The bands at and above the least size asked for."""
    least = whole_number(context.get("tu_lao_dong")) if context.get("tu_lao_dong") else None
    return [band for band in (-1, *BANDS) if least is None or band >= least]


def by_body(counts: Counts, unit: Unit, names: Mapping[int, str], codes: Mapping[int, str]) -> list[Line]:
    """Per body directly below, those with most missing first, and last what none of them is in charge of. No query."""
    context, bands = counts.context, _asked_bands(counts.context)
    params = dict(context.params)
    rest = counts.sum(counts.root, bands)
    lines = []
    for pk, name in names.items():
        row = counts.sum(pk, bands)
        for figure in rest:
            rest[figure] -= row[figure]
        own = params | {"don_vi": codes[pk]}
        lines.append(_line(name, row, own, f"{reverse('enterprises:coverage')}?{urlencode(own)}"))
    lines.sort(key=lambda line: (-line.missing, -line.total, line.label))
    if rest["total"]:
        lines.append(_line(f"{unit.name} (không qua cấp dưới)", rest, params | {"rieng": "1"}))
    return lines


def by_size(context: ListContext, counts: Counts | None) -> list[Line]:
    """Per size, small to large; a minimum of the filter is left out, so that one sees what it hides. From the counts,
    else one query."""
    params = {name: value for name, value in context.params.items() if name not in {"tu_lao_dong", "bac"}}
    found: dict[int, Mapping[str, Any]] = {}
    if counts is not None:
        found = dict(counts.rows.get(counts.root, {}))
    else:
        rows = filtered(SPEC, replace(context, params=params, cache={})).order_by().values("band")
        found = {row["band"]: row for row in rows.annotate(**_FIGURES)}
    lines = []
    for label, bands in SIZES:
        within = [found[band] for band in bands if band in found]
        summed = {name: sum(row[name] or 0 for row in within) for name in _FIGURES}
        if within or bands != (-1,):
            lines.append(_line(label, summed, params | {"bac": ",".join(map(str, bands))}))
    return lines


def squares(lines: list[Line], *, subtitle: str, title: str) -> Chart:
    """The picture by place: a square each, opening what is missing there, or all where nothing is."""
    return coverage_squares(
        [
            Square(line.label, line.covered, line.total, line.missing_url if line.missing else line.url)
            for line in lines
        ],
        key="communes",
        title=title,
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
