"""The page of a target, figures by hand, other figures to judge by."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from congdoan.foundation.access.queries import may
from congdoan.foundation.succession.queries import groups_for
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import known_version
from congdoan.kit.dates import format_date
from congdoan.kit.numbers import format_number, format_percent
from congdoan.registry.membership.queries import reconciliation
from congdoan.work.plans import actions, cards, forms, queries
from congdoan.work.plans.models import Adjustment, Plan, Target
from congdoan.work.plans.queries import ChildrenProgress, TargetProgress
from congdoan.work.plans.rules import SCORED
from congdoan.work.plans.views.asking import (
    chosen_unit,
    crumbs,
    ended_unit,
    find_plan,
    find_target,
    structure_asked,
    tried,
)


@login_required
@require_GET
def target(request: HttpRequest, code: str, target: str) -> HttpResponse:
    """A target at a body: how far it is, why, who contributes, how it is counted, what was given down."""
    found = find_plan(request, code)
    return _target_page(request, found, find_target(found, target), chosen_unit(request, found))


def _target_page(
    request: HttpRequest, plan: Plan, target: Target, unit: Unit, *, status: int = 200, **more: Any
) -> HttpResponse:
    on: date = request.as_of
    structure_on = structure_asked(request)
    tables = queries.children_table(plan, [target], unit, on, structure_on=structure_on)
    found: ChildrenProgress = tables[target.code]
    item = found.whole
    parts = [
        queries.target_progress(part, unit, on, structure_on=structure_on)
        for part in queries.targets_of(plan)
        if part.of_which_id == target.pk
    ]
    version = known_version(unit, on)
    superior = version.parent_id if version is not None and version.parent_id else unit.pk
    growth = item.target.indicator.kind == "net" and item.read_on >= item.span.from_on
    shown: dict[str, Any] = {
        "plan": plan,
        "target": target,
        "unit": unit,
        "item": item,
        "obeys_structure": True,
        "ended": ended_unit(request, plan, unit, target),
        "card": cards.card(item, parts=parts),
        "crumbs": crumbs(plan, unit),
        "parts": [cards.card(part, url=cards.target_url(part, unit)) for part in parts],
        "names": _names(item),
        "figures": [
            ("Phải đạt", item.demand_words or "chưa giao"),
            *([("Mức đánh giá", item.words(item.assessed))] if item.assessed is not None else []),
            ("Tỷ lệ", format_percent(item.percent / 100) if item.percent is not None else ""),
            ("Đến nay cần", item.expected_words),
            ("Dự báo cuối kỳ", item.forecast_words),
            ("Còn thiếu", item.missing_words),
        ],
        "facts": _target_facts(target, item),
        "waterfall": cards.growth_waterfall(
            reconciliation(
                unit.pk,
                item.span.from_on,
                item.read_on + timedelta(days=1),
                groups=groups_for([unit.pk], structure_on),
            ),
            title="Thực tăng được cộng từ đâu",
            opening_label="Đầu kỳ",
            closing_label=format_date(item.read_on),
        )
        if growth
        else None,
        "trend": cards.course(item),
        "leading": item,
        "leading_percent": item.percent / 100 if item.percent is not None else None,
        "beside": [],
        "children": cards.children_rows(tables, target.code, []),
        "remainder": cards.remainder_line(found),
        "allocations": queries.allocation_history(target, unit),
        "adjustments": Adjustment.objects.filter(target=target, unit=unit)
        .select_related("decision", "approved_by")
        .order_by("-pk"),
        "reported": target.reported_values.filter(unit=unit).select_related("reported_by").order_by("-on"),
        "may_edit": plan.state != "ended" and may(request.actor, "plans.edit", plan.issuer_id),
        "may_allocate": plan.state != "ended"
        and target.value is not None
        and target.indicator.kind not in {"ratio", "average"}
        and may(request.actor, "plans.allocate", unit),
        "may_report": not target.indicator.is_available and may(request.actor, "plans.report_value", unit),
        "may_adjust": target.value is not None
        and target.operator in SCORED
        and may(request.actor, "plans.adjust", superior),
        "report_form": forms.ReportedValueForm(initial={"day": on}),
        "adjust_form": forms.AdjustmentForm(initial={"effective_on": on}),
        "withdraw_form": forms.ReasonForm(prefix="withdraw"),
        "export_url": cards.plan_url(plan, unit, muc="don-vi", xuat="xlsx", chi_tieu=target.code),
        "query": f"?don_vi={unit.code}",
    }
    return render(request, "plans/target.html", shown | more, status=status)


def _target_facts(target: Target, item: TargetProgress) -> list[tuple[str, ...]]:
    facts: list[tuple[str, ...]] = [("Số liệu đến hết ngày", format_date(item.read_on))]
    if target.of_which is not None:
        facts.append(("Là một phần của", f"{target.of_which.code} {target.of_which.name}"))
    if target.campaign is not None:
        facts.append(("Đợt", target.campaign.name))
    if target.is_yearly:
        facts.append(("Đánh giá", "riêng từng năm"))
    if target.baseline is not None:
        derived = " (suy ra)" if target.baseline_derived else ""
        facts.append(("Số gốc", f"{item.words(target.baseline)}{derived}"))
    notice = item.target.indicator.is_available
    facts.append(("Nguồn", "phần mềm tự đếm từ sổ" if notice else "cán bộ nhập kèm nguồn"))
    return facts


def _names(item: TargetProgress) -> list[tuple[str, str, str]]:
    """The sides of the line, the parts of a net figure and what is missing: (label, figure, address)."""
    reading = item.reading
    found = [part for part in (reading.numerator, reading.denominator, reading.gap) if part is not None]
    return [
        (part.label, format_number(part.value), cards.link_url(part.names))
        for part in [*found, *reading.parts]
    ]


@login_required
@require_POST
def report_value(request: HttpRequest, code: str, target: str) -> HttpResponse:
    """Enter a figure that the software does not count."""
    found = find_plan(request, code)
    aim, unit = find_target(found, target), chosen_unit(request, found)
    form = forms.ReportedValueForm(request.POST)
    if form.is_valid():
        done = tried(
            form,
            lambda: actions.report_value(
                actor=request.actor,
                on=request.actor.today,
                target=aim,
                unit=unit,
                value=form.cleaned_data["value"],
                source=form.cleaned_data["source"],
                day=form.cleaned_data["day"],
            ),
        )
        if done is not None:
            messages.success(request, "Đã ghi số liệu.")
            return redirect(f"{reverse('plans:target', args=[code, target])}?don_vi={unit.code}")
    return _target_page(request, found, aim, unit, status=422, report_form=form)


@login_required
@require_POST
def adjust(request: HttpRequest, code: str, target: str) -> HttpResponse:
    """Judge a body by another figure, with a reason."""
    found = find_plan(request, code)
    aim, unit = find_target(found, target), chosen_unit(request, found)
    form = forms.AdjustmentForm(request.POST)
    if form.is_valid():
        done = tried(
            form,
            lambda: actions.adjust_assessment(
                actor=request.actor,
                on=request.actor.today,
                target=aim,
                unit=unit,
                value=form.cleaned_data["value"],
                reason=form.cleaned_data["reason"],
                effective_on=form.cleaned_data["effective_on"],
                decision=form.decision(),
            ),
        )
        if done is not None:
            messages.success(request, "Đã điều chỉnh mức đánh giá; chỉ tiêu gốc giữ nguyên.")
            return redirect(f"{reverse('plans:target', args=[code, target])}?don_vi={unit.code}")
    return _target_page(request, found, aim, unit, status=422, adjust_form=form)


@login_required
@require_POST
def withdraw(request: HttpRequest, code: str, target: str) -> HttpResponse:
    """Judge by the original target again."""
    found = find_plan(request, code)
    aim, unit = find_target(found, target), chosen_unit(request, found)
    held = Adjustment.objects.filter(target=aim, unit=unit, withdrawn_at__isnull=True).first()
    if held is None:
        raise Http404("Không có điều chỉnh nào đang áp dụng.")
    form = forms.ReasonForm(request.POST, prefix="withdraw")
    if form.is_valid():
        done = tried(
            form,
            lambda: actions.withdraw_adjustment(
                actor=request.actor,
                on=request.actor.today,
                adjustment=held,
                reason=form.cleaned_data["reason"],
            ),
        )
        if done is not None:
            messages.success(request, "Đã rút điều chỉnh; đánh giá theo chỉ tiêu gốc.")
            return redirect(f"{reverse('plans:target', args=[code, target])}?don_vi={unit.code}")
    return _target_page(request, found, aim, unit, status=422, withdraw_form=form)
