"""What this room counts: grassroots unions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from congdoan.foundation.measures.catalogue import Filters, Measure, NamesLink, declare_measure
from congdoan.foundation.units.queries import unit_code
from congdoan.registry.organisation.queries import UNION_EVENTS_SQL


def _joined(wanted: Any) -> str:
    return ",".join(wanted) if isinstance(wanted, (list, tuple, set, frozenset)) else str(wanted)


def _params(unit_id: int, filters: Filters) -> dict[str, str]:
    params = {"don_vi": unit_code(unit_id)}
    if "sector" in filters:
        params["khu_vuc"] = _joined(filters["sector"])
    if "kind" in filters:
        params["loai"] = _joined(filters["kind"])
    return params


def _stock(unit_id: int, on: date, filters: Filters) -> NamesLink:
    return NamesLink("organisation.unions", {**_params(unit_id, filters), "ngay": on.isoformat()})


def _flow(unit_id: int, from_on: date, to_on: date, filters: Filters) -> NamesLink:
    """Only foundings have a list; ends are in the history of each unit."""
    return NamesLink(
        "organisation.foundings",
        {
            **_params(unit_id, filters),
            "tu_ngay": from_on.isoformat(),
            "den_ngay": (to_on - timedelta(days=1)).isoformat(),
        },
    )


declare_measure(
    Measure(
        code="unions",
        name="Công đoàn cơ sở, nghiệp đoàn cơ sở",
        unit_name="công đoàn",
        dims=("kind", "sector", "movement"),
        recount_sql=UNION_EVENTS_SQL.format(where="TRUE"),
        stock_names=_stock,
        flow_names=_flow,
    )
)
