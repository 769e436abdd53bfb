"""The catalogue of measures: declared in the rooms' ``measures.py``, found here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.module_loading import autodiscover_modules

#: Filters on dimensions: {"sector": ["fdi", "non_state"], "band": {"min": 20}, "has_union": True}.
Filters = Mapping[str, Any]


@dataclass(frozen=True)
class NamesLink:
    """The list behind a figure: a declared list's name and the filters that give exactly its rows."""

    list_name: str
    params: dict[str, str]


@dataclass(frozen=True)
class Measure:
    """A count that is kept per unit and day.

    ``recount_sql`` yields (unit_id, dims as jsonb, day, n) from the rows of record: what the deltas must add up
    to. ``stock_names`` and ``flow_names`` give the list behind a figure; None where there is none.
    """

    code: str
    name: str
    unit_name: str
    dims: tuple[str, ...]
    recount_sql: str
    stock_names: Callable[[int, date, Filters], NamesLink] | None = None
    flow_names: Callable[[int, date, date, Filters], NamesLink] | None = None


_MEASURES: dict[str, Measure] = {}


def declare_measure(measure: Measure) -> Measure:
    """Make a measure known; its code must be new or the same declaration again."""
    _MEASURES[measure.code] = measure
    return measure


def measures() -> dict[str, Measure]:
    """All declared measures by code."""
    autodiscover_modules("measures")
    return dict(_MEASURES)


def measure(code: str) -> Measure:
    """One measure. Raises KeyError when no room declares it."""
    if code not in _MEASURES:
        autodiscover_modules("measures")
    return _MEASURES[code]


def dims_match(dims: Mapping[str, Any], filters: Filters) -> bool:
    """Whether a combination of dimension values passes the filters. A dimension that is absent never passes."""
    for name, wanted in filters.items():
        if name not in dims:
            return False
        value = dims[name]
        if isinstance(wanted, Mapping):
            if "min" in wanted and value < wanted["min"]:
                return False
            if "max" in wanted and value > wanted["max"]:
                return False
        elif isinstance(wanted, (list, tuple, set, frozenset)):
            if value not in wanted:
                return False
        elif value != wanted:
            return False
    return True
