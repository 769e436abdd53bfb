"""Loading the steps every installation starts with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.registry.founding import choices
from congdoan.registry.founding.models import Step

#: The shipped steps hold from here on: long before anything that is kept.
_SINCE = date(2020, 2, 20)


@transaction.atomic
def install_steps() -> None:
    """Load the steps that are not there yet, by kind and code. Safe to repeat; changes of an office are kept."""
    stored = yaml.safe_load((Path(__file__).parents[1] / "pipeline.yaml").read_text())
    known = set(Step.objects.values_list("kind", "code"))
    Step.objects.bulk_create(
        Step(
            kind=kind,
            phase=phase,
            code=row["code"],
            position=position,
            name=row["name"] if phase == choices.FOUNDING else row["name"][:80],
            act=row.get("act", row["name"]),
            evidence=row.get("evidence", ""),
            who=row.get("who", choices.TEAM),
            days=row.get("days"),
            parameter=row.get("parameter", ""),
            proof=row.get("proof", ""),
            needs_quorum=row.get("needs_quorum", False),
            source=row["source"],
            verified=row["verified"],
            during=DateRange(_SINCE, None),
        )
        for phase, rows in ((choices.FOUNDING, stored["steps"]), (choices.FIRST_YEAR, stored["first_year"]))
        for position, row in enumerate(rows, 1)
        for kind in row["kinds"]
        if (kind, row["code"]) not in known
    )
