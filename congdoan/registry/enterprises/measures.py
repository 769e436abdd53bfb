"""What the register of employers counts: enterprises, and the people at work at every employer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from congdoan.foundation.measures.catalogue import Filters, Measure, NamesLink, declare_measure, dims_match
from congdoan.foundation.units.queries import unit_code
from congdoan.registry.enterprises.choices import BANDS, COUNTED_STATES
from congdoan.registry.enterprises.queries import STANDING_SQL

_DIMS = ("sector", "band", "operating", "is_stable", "has_party", "has_union")
_LIST = "enterprises.enterprises"
#: Parameters of the list that are yes or no.
_FLAGS = {"is_stable": "on_dinh", "has_party": "to_chuc_dang", "has_union": "co_cong_doan"}


def _recount(n: str, where: str, names: tuple[str, ...] = _DIMS) -> str:
    """Each stretch in on its first day and out on the day after its last, from the rows of record."""
    dims = ", ".join(f"'{name}', s.{'sector_id' if name == 'sector' else name}" for name in names)
    return f"""
        SELECT s.unit_id, jsonb_build_object({dims}) AS dims, e.day, e.sign * {n} AS n
        FROM ({STANDING_SQL.format(where="TRUE")}) s
        JOIN catalogues_sector c ON c.code = s.sector_id
        CROSS JOIN LATERAL (VALUES (lower(s.during), 1), (upper(s.during), -1)) AS e(day, sign)
        WHERE e.day IS NOT NULL AND s.operating <> 'ended' AND {where}
    """


def list_params(unit_id: int, filters: Filters) -> dict[str, str]:
    """The filters of the list of enterprises that give exactly the rows behind a figure."""
    params = {"don_vi": unit_code(unit_id)}
    for name, wanted in filters.items():
        if name == "sector":
            params["khu_vuc"] = _joined(wanted)
        elif name == "operating":
            params["hoat_dong"] = ",".join(
                state for state in COUNTED_STATES if dims_match({"operating": state}, {"operating": wanted})
            )
        elif name in _FLAGS:
            values = list(wanted) if isinstance(wanted, (list, tuple, set, frozenset)) else [wanted]
            if len(set(values)) == 1:
                params[_FLAGS[name]] = "1" if values[0] else "0"
        elif name == "band":
            if isinstance(wanted, Mapping) and set(wanted) == {"min"} and wanted["min"] >= 0:
                borders = [border for border in BANDS if border >= wanted["min"]]
                params["tu_lao_dong"] = str(borders[0] if borders else wanted["min"])
            else:
                params["bac"] = ",".join(
                    str(band) for band in (-1, *BANDS) if dims_match({"band": band}, {"band": wanted})
                )
    params.setdefault("hoat_dong", ",".join(COUNTED_STATES))
    return params


def _joined(wanted: Any) -> str:
    return ",".join(wanted) if isinstance(wanted, (list, tuple, set, frozenset)) else str(wanted)


def _enterprises(unit_id: int, on: date, filters: Filters) -> NamesLink:
    return NamesLink(_LIST, {**list_params(unit_id, filters), "la_dn": "1", "ngay": on.isoformat()})


def _workers(unit_id: int, on: date, filters: Filters) -> NamesLink:
    return NamesLink(_LIST, {**list_params(unit_id, filters), "ngay": on.isoformat()})


def _priority(unit_id: int, on: date, filters: Filters) -> NamesLink:
    params = {"don_vi": unit_code(unit_id), "uu_tien": "1", "sap": "-uu_tien", "ngay": on.isoformat()}
    return NamesLink(_LIST, params)


def _stale(unit_id: int, on: date, filters: Filters) -> NamesLink:
    return NamesLink(_LIST, {"don_vi": unit_code(unit_id), "so_lieu_cu": "1", "ngay": on.isoformat()})


declare_measure(
    Measure(
        code="enterprises",
        name="Doanh nghiệp",
        unit_name="doanh nghiệp",
        dims=_DIMS,
        recount_sql=_recount("1", "c.is_enterprise"),
        stock_names=_enterprises,
    )
)
declare_measure(
    Measure(
        code="workers",
        name="Người lao động",
        unit_name="người lao động",
        dims=_DIMS,
        recount_sql=_recount("s.headcount", "s.headcount > 0"),
        stock_names=_workers,
    )
)
declare_measure(
    Measure(
        code="enterprises_priority",
        name="Doanh nghiệp FDI lớn hoạt động nhiều năm chưa có công đoàn",
        unit_name="doanh nghiệp",
        dims=(),
        recount_sql=_recount("1", "s.is_priority", ()),
        stock_names=_priority,
    )
)
declare_measure(
    Measure(
        code="headcounts_stale",
        name="Doanh nghiệp cần cập nhật số lao động",
        unit_name="doanh nghiệp",
        dims=(),
        recount_sql=_recount("1", "s.is_stale", ()),
        stock_names=_stale,
    )
)
