"""The measure of members: stock at the end of a day, flows by kind of movement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from congdoan.foundation.measures.catalogue import Filters, Measure, NamesLink, declare_measure
from congdoan.foundation.units.queries import unit_code

_PARAMETERS = {"sector": "khu_vuc", "sex": "gioi_tinh", "movement": "loai"}


def _params(filters: Filters) -> dict[str, str]:
    """The filters of a figure as the parameters of the lists; an unknown sex is written x."""
    found: dict[str, str] = {}
    for dimension, wanted in filters.items():
        if dimension in _PARAMETERS and not isinstance(wanted, Mapping):
            values = wanted if isinstance(wanted, (list, tuple, set, frozenset)) else [wanted]
            found[_PARAMETERS[dimension]] = ",".join(
                "x" if dimension == "sex" and value == "" else str(value) for value in values
            )
    return found


def _stock_names(unit_id: int, on: date, filters: Filters) -> NamesLink:
    """Who is counted at the end of a day."""
    params = {"don_vi": unit_code(unit_id), "ngay": on.isoformat(), **_params(filters)}
    params.pop("loai", None)
    return NamesLink("membership.members", params)


def _flow_names(unit_id: int, from_on: date, to_on: date, filters: Filters) -> NamesLink:
    """The movements in force of [from_on, to_on): as many as the figure, when it counts one direction only."""
    return NamesLink(
        "membership.movements",
        {
            "don_vi": unit_code(unit_id),
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
