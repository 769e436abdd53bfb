"""The measure of members: stock at the end of a day, flows by kind of movement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from congdoan.foundation.measures.catalogue import Filters, Measure, NamesLink, declare_measure


def _values(wanted: Any) -> str:
    if isinstance(wanted, (list, tuple, set, frozenset)):
        return ",".join(str(value) for value in wanted)
    return str(wanted)


def _params(filters: Filters) -> dict[str, str]:
    names = {"sector": "khu_vuc", "sex": "gioi_tinh", "movement": "loai"}
    return {
        names[dimension]: _values(wanted)
        for dimension, wanted in filters.items()
        if dimension in names and not isinstance(wanted, Mapping)
    }


def _stock_names(unit_id: int, on: date, filters: Filters) -> NamesLink:
    """Who is counted at the end of a day."""
    params = {"don_vi": str(unit_id), "ngay": on.isoformat(), **_params(filters)}
    params.pop("loai", None)
    return NamesLink("membership.members", params)


def _flow_names(unit_id: int, from_on: date, to_on: date, filters: Filters) -> NamesLink:
    """The movements in force of [from_on, to_on): as many as the figure, when it counts one direction only."""
    return NamesLink(
        "membership.movements",
        {
            "don_vi": str(unit_id),
            "tu": from_on.isoformat(),
            "den": date.fromordinal(to_on.toordinal() - 1).isoformat(),
            "hieu_luc": "1",
            **_params(filters),
        },
    )


MEMBERS = declare_measure(
    Measure(
        code="members",
        name="Đoàn viên",
        unit_name="người",
        dims=("sector", "sex", "movement"),
        recount_sql="""
            SELECT unit_id,
                   jsonb_build_object('sector', COALESCE(sector_id, ''), 'sex', sex, 'movement', kind) AS dims,
                   "on" AS day, sum(sign) AS n
            FROM membership_movement GROUP BY 1, 2, 3""",
        stock_names=_stock_names,
        flow_names=_flow_names,
    )
)
