"""Writes of reports."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.files.actions import store
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import Period, format_date
from congdoan.kit.documents import DOCX, XLSX
from congdoan.work.plans.models import Plan
from congdoan.work.reports import rules
from congdoan.work.reports.figures import OfficerParts, as_json
from congdoan.work.reports.models import Report
from congdoan.work.reports.queries import gather
from congdoan.work.reports.word import context, write_docx
from congdoan.work.reports.workbook import write_xlsx


def file_stem(plan: Plan, unit: Unit, period: Period) -> str:
    """ "bao-cao_hai-phong-2026_HP_2026-Q3": safe on every system a report is carried to."""
    parts = (plan.code, unit.code, period.code)
    return "_".join(["bao-cao", *(re.sub(r"[^\w.-]+", "-", part) for part in parts)])


@transaction.atomic
def write_report(
    *,
    actor: Actor,
    plan: Plan,
    unit: Unit,
    period: Period,
    as_of: date,
    recorded_at: datetime | None = None,
    difficulties: str = "",
    proposals: str = "",
    number: str = "",
    dated_on: date | None = None,
    out: Path | None = None,
    in_todays_structure: bool = False,
) -> Report:
    """Write the report of a plan for a unit and a period as it stands at the end of ``as_of``, and keep both files.

    ``dated_on`` is the day printed on it; without one, the day of ``recorded_at`` or the actor's today. ``out`` is
    a folder that also gets the files. ``in_todays_structure``: the bodies are those of the actor's today, with what counts
    for them now; otherwise as they stood. Every call keeps a new report: an older one is never overwritten. Raises
    Forbidden, ReportError (a period to come, a day outside it, a plan that does not bind the unit), MissingFields
    and BrokenTemplate (an office's own template).
    """
    require(actor, rules.WRITE, unit)
    rules.report_day(period, today=actor.today)
    if as_of > actor.today:
        raise rules.ReportError(
            f"Chưa có số liệu của ngày {format_date(as_of)}. Hãy chọn ngày chốt không sau {format_date(actor.today)}."
        )
    if dated_on is None:
        dated_on = timezone.localdate(recorded_at) if recorded_at else actor.today
    structure_on = actor.today if in_todays_structure and as_of < actor.today else None
    report = gather(plan, unit, period, as_of, structure_on=structure_on)
    parts = OfficerParts(number.strip(), dated_on, difficulties.strip(), proposals.strip())
    contents = {
        ".docx": (write_docx(report, parts), DOCX),
        ".xlsx": (write_xlsx(report), XLSX),
    }
    stem = file_stem(plan, unit, period)
    stored = {
        suffix: store(
            actor=actor,
            name=stem + suffix,
            content_type=content_type,
            unit=unit,
            capability=rules.VIEW,
            chunks=[data],
        )
        for suffix, (data, content_type) in contents.items()
    }
    shown = context(report, parts)
    kept = Report.objects.create(
        plan=plan,
        unit=unit,
        period=period.code,
        as_of=as_of,
        number=parts.number,
        dated_on=dated_on,
        place=report.place,
        difficulties=parts.difficulties,
        proposals=parts.proposals,
        docx=stored[".docx"],
        xlsx=stored[".xlsx"],
        figures={
            "report": as_json(report),
            "shown": {
                key: shown[key] for key in ("targets", "ledger", "ledger_titles", "overall", "children")
            },
        },
        created_by=actor.user,
        created_at=recorded_at or timezone.now(),
    )
    record(
        actor=actor,
        verb="reports.write",
        unit_id=unit.pk,
        obj=kept,
        summary=f"Lập báo cáo {period.name}: {plan.title}, {unit.name}",
        data={"plan": plan.code, "period": period.code, "as_of": str(as_of), "structure": report.structure},
    )
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for suffix, (data, _) in contents.items():
            (out / (stem + suffix)).write_bytes(data)
    return kept
