"""Loading the lists every installation has."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from vietnam_provinces import Province, Ward

from congdoan.foundation.catalogues.models import Parameter, Sector, Territory, Trade
from congdoan.kit.text import search_key

#: Communes of today exist since the two-level local government (Law 72/2025/QH15).
_NEW_COMMUNES = date(2025, 7, 1)


@transaction.atomic
def install_catalogues() -> None:
    """Load sectors, trades, territories and parameters that are not there yet. Safe to repeat; changes that an
    office made are kept."""
    stored = yaml.safe_load((Path(__file__).parent / "standard.yaml").read_text())
    Sector.objects.bulk_create(
        [
            Sector(
                code=row["code"],
                name=row["name"],
                group=row["group"],
                is_enterprise=row["enterprise"],
                rank=rank,
            )
            for rank, row in enumerate(stored["sectors"])
        ],
        ignore_conflicts=True,
    )
    Trade.objects.bulk_create(
        [Trade(code=code, name=name) for code, name in stored["trades"].items()], ignore_conflicts=True
    )
    _install_territories(stored)
    known = set(Parameter.objects.values_list("code", flat=True))
    Parameter.objects.bulk_create(
        Parameter(
            code=row["code"],
            name=row["name"],
            value=row["value"],
            during=DateRange(row["from"], row.get("to")),
            source=row["source"],
            verified=row["verified"],
        )
        for row in stored["parameters"]
        if row["code"] not in known
    )


def _install_territories(stored: dict[str, Any]) -> None:
    if Territory.objects.exists():
        return
    provinces = [
        _territory(f"P{int(p.code):02d}", p.name, "province", None, None, None) for p in Province.iter_all()
    ]
    provinces += [
        _territory(row["code"], row["name"], "province", None, None, row["to"])
        for row in stored["former_provinces"]
    ]
    Territory.objects.bulk_create(provinces)
    districts = [
        _territory(f"{province}.{number:02d}", name, "district", province, None, _NEW_COMMUNES)
        for province, names in stored["former_districts"].items()
        for number, name in enumerate(names, 1)
    ]
    communes = [
        _territory(
            f"C{int(w.code):05d}", w.name, "commune", f"P{int(w.province_code):02d}", _NEW_COMMUNES, None
        )
        for w in Ward.iter_all()
    ]
    Territory.objects.bulk_create(districts + communes, batch_size=2000)


def _territory(
    code: str, name: str, level: str, parent: str | None, since: date | None, until: date | None
) -> Territory:
    return Territory(
        code=code,
        name=name,
        name_key=search_key(name),
        level=level,
        parent_id=parent,
        during=DateRange(since, until),
    )
