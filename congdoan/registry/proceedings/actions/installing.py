"""Loading the steps every installation starts with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.registry.proceedings.choices import SUPERIOR
from congdoan.registry.proceedings.models import Stage

#: The shipped steps hold from here on: long before anything that is kept.
_SINCE = date(2020, 2, 20)


@transaction.atomic
def install_stages() -> None:
    """Load the steps that are not there yet, by kind and code. Safe to repeat; changes of an office are kept."""
    stored = yaml.safe_load((Path(__file__).parents[1] / "steps.yaml").read_text())
    known = set(Stage.objects.values_list("kind", "code"))
    Stage.objects.bulk_create(
        Stage(
            kind=kind,
            code=row["code"],
            position=position,
            name=row["name"],
            act=row["act"],
            evidence=row["evidence"],
            needs_paper=row.get("needs_paper", False),
            who=row.get("who", SUPERIOR),
            days=row.get("days"),
            source=row["source"],
            verified=row["verified"],
            during=DateRange(_SINCE, None),
        )
        for kind, rows in stored.items()
        for position, row in enumerate(rows, 1)
        if (kind, row["code"]) not in known
    )
