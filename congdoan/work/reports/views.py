"""Doors of reports: the list, writing one with a preview of its figures, and one that was written."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from congdoan.foundation.access.queries import home_unit, require, visible_units
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.listing.views import list_view
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import Period
from congdoan.kit.documents import BrokenTemplate, MissingFields
from congdoan.kit.lists import OF_TODAY, STRUCTURE
from congdoan.work.plans.models import Plan
from congdoan.work.plans.queries import visible_plans
from congdoan.work.reports import rules
from congdoan.work.reports.actions import write_report
from congdoan.work.reports.figures import OfficerParts, PlanReport
from congdoan.work.reports.forms import ChooseForm, ReportForm
from congdoan.work.reports.queries import gather, visible_reports
from congdoan.work.reports.word import context as document_context

#: The choice of a body is a short list; whoever has more comes from the body's or the plan's own page.
_UNITS_OFFERED = 200


def _list_extra(request: HttpRequest) -> dict[str, Any]:
    if not request.actor.has_anywhere(rules.WRITE):
        return {}
    return {
        "actions": [
            {"label": "Lập báo cáo", "url": reverse("reports:new"), "icon": "file-text", "primary": True}
        ]
    }


reports = list_view("reports.reports", extra=_list_extra)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a report: choose the period, see the figures, add what only an officer knows, make both files.

    ``?ke_hoach=`` and ``?don_vi=`` are codes; without them the page first asks for both. A change of the period
    fetches the preview alone.
    """
    actor: Actor = request.actor
    if not actor.has_anywhere(rules.WRITE):
        raise refuse(rules.WRITE)
    plan = visible_plans(actor).select_related("issuer").filter(code=request.GET.get("ke_hoach", "")).first()
    unit = Unit.objects.filter(code=request.GET.get("don_vi", "")).first()
    if plan is None or unit is None:
        return _choose(request, plan, unit)
    require(actor, rules.WRITE, unit)
    if request.method == "POST":
        form = ReportForm(request.POST, plan=plan, today=actor.today)
        if form.is_valid():
            try:
                kept = write_report(
                    actor=actor,
                    plan=plan,
                    unit=unit,
                    period=form.cleaned_data["ky"],
                    as_of=form.as_of,
                    number=form.cleaned_data["number"],
                    dated_on=form.cleaned_data["dated_on"],
                    difficulties=form.cleaned_data["difficulties"],
                    proposals=form.cleaned_data["proposals"],
                    in_todays_structure=form.cleaned_data[STRUCTURE] == OF_TODAY,
                )
            except (rules.ReportError, MissingFields, BrokenTemplate) as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "Đã lập báo cáo. Hãy tải hai tệp về để rà soát và trình ký.")
                return redirect("reports:report", kept.pk)
        return render(request, "reports/new.html", {**_page(plan, unit, form), "preview": None}, status=422)
    period, problem = _asked_period(request, plan)
    preview: dict[str, Any] | None = None
    in_today = request.GET.get(STRUCTURE, OF_TODAY if request.structure == "today" else "") == OF_TODAY
    if period is not None:
        try:
            day = rules.report_day(period, today=actor.today)
            structure_on = actor.today if in_today and day < actor.today else None
            preview = _preview(gather(plan, unit, period, day, structure_on=structure_on))
        except rules.ReportError as fault:
            problem = str(fault)
    if request.htmx:
        return render(request, "reports/_preview.html", {"preview": preview, "problem": problem})
    initial = {
        "ky": period.code if period else "",
        "dated_on": actor.today,
        STRUCTURE: OF_TODAY if in_today else "luc-do",
    }
    form = ReportForm(plan=plan, today=actor.today, initial=initial)
    return render(
        request,
        "reports/new.html",
        {**_page(plan, unit, form), "preview": preview, "problem": problem, "obeys_structure": True},
    )


def _choose(request: HttpRequest, plan: Plan | None, unit: Unit | None) -> HttpResponse:
    actor: Actor = request.actor
    home = home_unit(actor)
    form = ChooseForm(
        plans=list(visible_plans(actor).order_by("-during", "code")),
        units=list(visible_units(actor, rules.WRITE).order_by("name_key")[:_UNITS_OFFERED]),
        initial={
            "ke_hoach": plan.code if plan else "",
            "don_vi": unit.code if unit else home.code if home else "",
        },
    )
    return render(request, "reports/choose.html", {"form": form})


def _asked_period(request: HttpRequest, plan: Plan) -> tuple[Period | None, str]:
    """The period in the address, else the newest quarter the plan has; and what is wrong with it, in words."""
    asked = request.GET.get("ky", "")
    try:
        if asked:
            return Period.parse(asked), ""
    except ValueError as error:
        return None, str(error)
    day = min(request.as_of, plan.during.upper)
    if day < plan.during.lower:
        return None, "Kế hoạch chưa bắt đầu nên chưa có kỳ nào để báo cáo."
    if day == plan.during.upper:
        return Period.year_of(plan.during.upper.replace(day=1)).previous(), ""
    return Period.quarter_of(day), ""


def _page(plan: Plan, unit: Unit, form: ReportForm) -> dict[str, Any]:
    return {"plan": plan, "unit": unit, "form": form}


def _preview(report: PlanReport) -> dict[str, Any]:
    return {"report": report, "shown": document_context(report, OfficerParts())}


@login_required
@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report as it was written, with its two files."""
    found = get_object_or_404(
        visible_reports(request.actor).select_related("plan", "unit", "docx", "xlsx", "created_by"), pk=pk
    )
    return render(
        request,
        "reports/report.html",
        {
            "report": found,
            "period": Period.parse(found.period),
            "in_todays_structure": found.figures.get("report", {}).get("structure") == "today",
            "shown": found.figures.get("shown", {}),
            "gaps": found.figures.get("report", {}).get("gaps", []),
            # A report brought over from elsewhere may have its figures and no file.
            "files": [
                {"label": label, "pk": stored.pk}
                for label, stored in (("Tải bản Word", found.docx), ("Tải bảng Excel", found.xlsx))
                if stored is not None
            ],
        },
    )
