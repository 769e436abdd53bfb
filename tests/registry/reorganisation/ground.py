"""What the tests of reorganisations share: a decision of the top body, dumps of tables, the checks of check-data."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.queries import differences
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import tree_faults
from congdoan.registry.enterprises.queries import standing_faults
from congdoan.registry.membership.queries import ledger_faults
from congdoan.registry.reorganisation.actions import ReorganisationData, StepData, commit, draft
from congdoan.registry.reorganisation.models import Reorganisation

DAY = date(2026, 7, 1)


def decide(
    actor: Actor, authority: Unit, *steps: tuple[str, dict[str, Any]], on: date = DAY, done: bool = True
) -> Reorganisation:
    """A decision with these steps, carried out unless told otherwise."""
    made = draft(
        actor=actor,
        on=actor.today,
        data=ReorganisationData("Sắp xếp tổ chức công đoàn", authority, on, "12/QĐ-TLĐ", on),
        steps=[StepData(kind, arguments) for kind, arguments in steps],
    )
    if done:
        commit(actor=actor, on=actor.today, reorganisation=made)
    return made


def faults() -> list[Any]:
    """All that check-data would find."""
    return [*differences(), *tree_faults(), *ledger_faults(), *standing_faults()]


#: Tables that only grow (ledger, audit, the decision itself) or are marks of folding.
_GROWING = {
    "membership_movement",
    "measures_measuredelta",
    "measures_measurecell",
    "audit_auditentry",
    "units_decision",
    "reorganisation_reorganisation",
    "reorganisation_step",
    "succession_journalentry",
    "plans_distribution",
    "plans_distributionreader",
}


def dump() -> dict[str, list[str]]:
    """Every row of every table of the product that is no growing record, as text; ids of derived rows left out."""
    derived = {
        "units_unitplacement",
        "measures_measuretotal",
        "enterprises_standing",
        "membership_membership",
    }
    found: dict[str, list[str]] = {}
    rooms = (
        "units",
        "organisation",
        "membership",
        "enterprises",
        "access",
        "people",
        "plans",
        "measures",
        "approvals",
        "accounts",
        "succession",
        "catalogues",
        "reports",
        "imports",
    )
    for table in connection.introspection.table_names():
        if table.split("_")[0] not in rooms or table in _GROWING:
            continue
        text = f"to_jsonb(t) {chr(45)} 'id'" if table in derived else "to_jsonb(t)"
        where = ""
        if table == "units_unit":
            where = "WHERE annulled_at IS NULL"
        if table == "measures_measuretotal":
            where = "WHERE n <> 0"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT ({text})::text FROM {table} t {where} ORDER BY 1")
            found[table] = [row[0] for row in cursor.fetchall()]
    return found
