"""How the words of a target become filters of measures, and which movements are growth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from congdoan.foundation.catalogues.queries import sector_codes
from congdoan.registry.enterprises.choices import BANDS
from congdoan.registry.membership.choices import GROUPS, KINDS
from congdoan.work.indicators.catalogue import SCOPE_DIMENSIONS, Catalogue, Measure

#: Movements that make or unmake a member of the body. Opening balances, reorganisation and units placed
#: elsewhere are none of them (requirements A1, formula 1).
GROWTH_KINDS = tuple(code for code, kind in KINDS.items() if kind.group not in {"opening", "reorganised"})
#: Lines of a net figure, as the reconciliation prints them.
GROWTH_GROUPS = tuple(
    (code, name, tuple(kind.code for kind in KINDS.values() if kind.group == code))
    for code, name in GROUPS
    if code != "reorganised"
)

#: What a scope field means on paper, for the note that a figure is wider than the target's words.
_FIELD_WORDS = {
    "sector_group": "khu vực",
    "sectors": "loại hình",
    "min_headcount": "số lao động",
    "stable": "hoạt động ổn định",
    "operating": "đã đi vào hoạt động",
    "eligible": "đủ điều kiện theo Điều lệ",
    "has_party": "nơi có tổ chức Đảng",
    "has_union": "nơi đã có công đoàn",
    "has_representative": "nơi có tổ chức đại diện",
    "industrial_zone": "trong khu công nghiệp",
}


class UncountableThreshold(ValueError):
    """A plan names a number of workers that the register does not count by; the message says which it does."""


def check_threshold(minimum: int) -> None:
    """Raise UncountableThreshold unless "from ``minimum`` workers" is a border of the bands counted by."""
    if minimum not in BANDS:
        borders = ", ".join(str(border) for border in BANDS if border > 0)
        raise UncountableThreshold(
            f"Sổ doanh nghiệp chưa đếm theo ngưỡng {minimum} lao động. Các ngưỡng đang đếm: {borders}. Hãy chọn"
            " một ngưỡng trong số này hoặc đề nghị bổ sung ngưỡng vào danh mục."
        )


def term_filters(
    measure: Measure | None,
    own: Mapping[str, Any],
    scope: Mapping[str, Any],
    sectors_of: Callable[[str], list[str]] = sector_codes,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """(filters on the dimensions of ``measure``, words of the scope that it cannot be narrowed by).

    ``own`` are the filters of the indicator's term, ``scope`` the target's. A field that both name is narrowed by
    the term's own; ``sectors_of`` gives the sectors of a group. Raises UncountableThreshold.
    """
    filters: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in own.items()
    }
    wider: list[str] = []
    sectors: set[str] | None = None
    for field, value in scope.items():
        if value in (None, [], ()):
            continue
        dimension = SCOPE_DIMENSIONS.get(field, field)
        if measure is None or dimension not in measure.dimensions:
            if not _goes_without_saying(measure, field, value):
                wider.append(_FIELD_WORDS.get(field, field))
            continue
        if field == "sector_group":
            group = set(sectors_of(value))
            sectors = group if sectors is None else sectors & group
        elif field == "sectors":
            sectors = set(value) if sectors is None else sectors & set(value)
        elif field == "min_headcount":
            check_threshold(int(value))
            filters.setdefault("band", {"min": int(value)})
        elif field == "operating":
            filters.setdefault("operating", "operating" if value else ["not_started", "suspended", "ended"])
        else:
            filters.setdefault(dimension, value)
    if sectors is not None and "sector" not in filters:
        filters["sector"] = sorted(sectors)
    return filters, tuple(wider)


def _goes_without_saying(measure: Measure | None, field: str, value: Any) -> bool:
    """Members belong to unions, so "where there is a union" does not narrow them."""
    return (
        measure is not None
        and measure.code in {"members", "unions"}
        and field == "has_union"
        and value is True
    )


def measure_of(catalogue: Catalogue, code: str) -> Measure | None:
    """The catalogued measure; None for one that only an office's own indicator names."""
    return catalogue.measures.get(code)
