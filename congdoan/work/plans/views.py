"""Doors of plans: the plan page, the target page, the allocation sheet, and the forms."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from congdoan.foundation.access.queries import home_unit, may, require
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.units.models import Unit, UnitPlacement
from congdoan.foundation.units.queries import children_on, known_version, version_on
from congdoan.kit.dates import format_date
from congdoan.kit.numbers import format_number, format_percent
from congdoan.registry.membership.queries import reconciliation
from congdoan.work.plans import actions, cards, forms, queries
from congdoan.work.plans.actions import PlanError
from congdoan.work.plans.models import Adjustment, Allocation, Plan, Target
from congdoan.work.plans.queries import ChildrenProgress, PlanProgress, PlanReading, TargetProgress
from congdoan.work.plans.rules import SCORED, span_of
from congdoan.work.plans.workbook import write_children

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


# --- what every door asks first


def _plan(request: HttpRequest, code: str) -> Plan:
    found = (
        queries.visible_plans(request.actor)
        .select_related("issuer", "parent__issuer")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise Http404("Không có kế hoạch này trong phạm vi của bạn.")
    return found


def _target(plan: Plan, code: str) -> Target:
    for target in queries.targets_of(plan):
        if target.code == code:
            return target
    raise Http404("Kế hoạch không có chỉ tiêu này.")


def _unit(request: HttpRequest, plan: Plan) -> Unit:
    """The body whose figures are shown: the one asked for, the issuer, or the reader's own; never one out of
    reach, and never one that the plan does not concern."""
    actor: Actor = request.actor
    code = request.GET.get("don_vi") or request.POST.get("don_vi")
    if code:
        unit = Unit.objects.filter(code=code).first()
    elif may(actor, "plans.view", plan.issuer_id):
        return plan.issuer
    else:
        unit = home_unit(actor)
    if unit is None or not may(actor, "plans.view", unit) or not _concerns(plan, unit):
        raise Http404("Không có đơn vị này trong phạm vi của bạn.")
    return unit


def _concerns(plan: Plan, unit: Unit) -> bool:
    if unit.pk == plan.issuer_id:
        return True
    return UnitPlacement.objects.filter(unit=unit, ancestor=plan.issuer_id).exists()


def _crumbs(plan: Plan, unit: Unit, *more: tuple[str, str]) -> list[tuple[str, str]]:
    found = [("Kế hoạch, chỉ tiêu", reverse("plans:list")), (_short(plan), cards.plan_url(plan, plan.issuer))]
    if unit.pk != plan.issuer_id:
        found.append((unit.name, cards.plan_url(plan, unit)))
    return [*found, *more]


def _short(plan: Plan) -> str:
    return plan.number or plan.code


def list_actions(request: HttpRequest) -> dict[str, Any]:
    """The button of the list of plans, for those who may draft one."""
    if not request.actor.has_anywhere("plans.edit"):
        return {}
    return {
        "actions": [
            {"label": "Lập kế hoạch", "url": reverse("plans:create"), "icon": "plus", "primary": True}
        ]
    }


# --- the plan


@login_required
@require_GET
def plan(request: HttpRequest, code: str) -> HttpResponseBase:
    """A plan at a body: targets, pictures, the bodies below, and what the document says besides."""
    found = _plan(request, code)
    unit = _unit(request, found)
    tab = request.GET.get("muc", "")
    if request.GET.get("xuat") == "xlsx":
        return _export(request, found, unit)
    has_table = tab not in _TABS or _TABS[tab] in (_overview, _children)
    reading = queries.PlanReading(found, unit, request.as_of, with_children=has_table)
    progress = reading.progress()
    shown: dict[str, Any] = {
        "plan": found,
        "unit": unit,
        "is_issuer": unit.pk == found.issuer_id,
        "progress": progress,
        "subtitle": cards.heading(progress),
        "crumbs": _crumbs(found, unit)[:-1] if unit.pk != found.issuer_id else _crumbs(found, unit)[:1],
        "tab": tab if tab in _TABS else "",
        "tabs": _tabs(found, unit, tab),
        "may_edit": found.state != "ended" and may(request.actor, "plans.edit", found.issuer_id),
        "report_url": _report_url(request, found, unit),
        "export_url": cards.plan_url(
            found, unit, muc="don-vi", xuat="xlsx", chi_tieu=request.GET.get("chi_tieu", "")
        ),
    }
    shown |= _TABS.get(tab, _overview)(request, reading, progress)
    return render(request, "plans/plan.html", shown)


def _report_url(request: HttpRequest, plan: Plan, unit: Unit) -> str:
    """Where the report of the plan is drawn up, for those who may."""
    if not may(request.actor, "reports.write", unit):
        return ""
    return f"{reverse('reports:new')}?ke_hoach={plan.code}&don_vi={unit.code}"


def _tabs(plan: Plan, unit: Unit, active: str) -> list[dict[str, Any]]:
    names: list[tuple[str, str, int | None]] = [
        ("", "Chỉ tiêu", None),
        ("don-vi", "Đơn vị trực thuộc", None),
        ("dot", "Tháng cao điểm", plan.campaigns.count()),
        ("can-cu", "Căn cứ, nơi nhận", None),
        ("dinh-muc", "Định mức chi", len(plan.norms)),
        ("diem-mo", "Điểm còn mở", len(plan.open_points)),
    ]
    return [
        {
            "label": label,
            "url": cards.plan_url(plan, unit, muc=code),
            "active": code == active,
            "count": count,
        }
        for code, label, count in names
        if count is None or count or code == active
    ]


def _overview(request: HttpRequest, reading: PlanReading, progress: PlanProgress) -> dict[str, Any]:
    shown: dict[str, Any] = {"cards": cards.cards(progress)}
    leading = cards.leading_target(progress)
    growth = cards.growth_target(progress)
    if growth is not None and growth.read_on >= growth.span.from_on:
        shown["waterfall"] = cards.growth_waterfall(
            reading.growth(growth.span.from_on, growth.read_on + timedelta(days=1)),
            title="Thực tăng được cộng từ đâu",
            opening_label="Đầu kỳ",
            closing_label="Hiện nay" if growth.read_on == request.as_of else f"{format_date(growth.read_on)}",
        )
    if leading is not None:
        table = _table(reading, progress, leading)
        shown |= {"trend": cards.course(table["leading"]), **table}
    return shown


def _table(reading: PlanReading, progress: PlanProgress, leading: TargetProgress) -> dict[str, Any]:
    beside = cards.columns_beside(progress.targets, leading)
    tables = reading.children([leading.target, *[item.target for item in beside]], trends_of=[leading.target])
    found = tables[leading.target.code]
    return {
        "leading": found.whole,
        "leading_percent": leading.percent / 100 if leading.percent is not None else None,
        "beside": [cards.column_title(item) for item in beside],
        "children": cards.children_rows(tables, leading.target.code, [item.target.code for item in beside]),
        "remainder": cards.remainder_line(found),
    }


def _children(request: HttpRequest, reading: PlanReading, progress: PlanProgress) -> dict[str, Any]:
    chosen = _chosen(request, progress)
    if chosen is None:
        return {"choices": [], "children": []}
    return {
        "choices": [
            {
                "label": f"{item.target.code} {item.target.name}",
                "value": item.target.code,
                "selected": item is chosen,
            }
            for item in progress.targets
            if item.target.kind != "baseline"
        ],
        **_table(reading, progress, chosen),
    }


def _chosen(request: HttpRequest, progress: PlanProgress) -> TargetProgress | None:
    try:
        return progress.target(request.GET.get("chi_tieu", ""))
    except KeyError:
        return cards.leading_target(progress) or next(iter(progress.targets), None)


def _campaigns(request: HttpRequest, reading: PlanReading, progress: PlanProgress) -> dict[str, Any]:
    groups = []
    for campaign in progress.plan.campaigns.order_by("during"):
        items = [item for item in progress.targets if item.target.campaign_id == campaign.pk]
        span = items[0].span if items else None
        groups.append(
            {
                "campaign": campaign,
                "from_on": span.from_on if span else campaign.during.lower,
                "last_on": span.last_day if span else campaign.during.upper - timedelta(days=1),
                "cards": [cards.card(item, url=cards.target_url(item, progress.unit)) for item in items],
            }
        )
    return {"campaigns": groups}


def _facts(request: HttpRequest, reading: PlanReading, progress: PlanProgress) -> dict[str, Any]:
    plan = progress.plan
    issued = format_date(plan.issued_on) or plan.issued_text or "(chưa ghi ngày)"
    return {
        "facts": [
            ("Số", plan.number or "(chưa ghi số)"),
            ("Ngày ban hành", issued),
            ("Cơ quan ban hành", f"{plan.issuer_body} {plan.issuer.name}".strip()),
            (
                "Kỳ kế hoạch",
                f"{format_date(plan.during.lower)} – {format_date(plan.during.upper - timedelta(days=1))}",
            ),
            ("Kế hoạch cấp trên", plan.parent.title, cards.plan_url(plan.parent, plan.parent.issuer))
            if plan.parent
            else ("Kế hoạch cấp trên", "không có"),
            ("Thẩm quyền ký", " ".join(filter(None, (plan.signer_capacity, plan.signer_role)))),
            ("Trạng thái", plan.get_state_display()),
            ("Ghi chú về nguồn", plan.source.get("note") or ""),
        ]
    }


def _open_points(request: HttpRequest, reading: PlanReading, progress: PlanProgress) -> dict[str, Any]:
    return {"target_points": [item.target for item in progress.targets if item.target.open_points]}


def _nothing_more(request: HttpRequest, reading: PlanReading, progress: PlanProgress) -> dict[str, Any]:
    return {}


_TABS: dict[str, Callable[[HttpRequest, PlanReading, PlanProgress], dict[str, Any]]] = {
    "": _overview,
    "don-vi": _children,
    "dot": _campaigns,
    "can-cu": _facts,
    "dinh-muc": _nothing_more,
    "diem-mo": _open_points,
}


def _export(request: HttpRequest, plan: Plan, unit: Unit) -> HttpResponseBase:
    """The table of the bodies below as .xlsx: what is seen, as numbers."""
    reading = queries.PlanReading(plan, unit, request.as_of)
    progress = reading.progress()
    chosen = _chosen(request, progress)
    if chosen is None:
        raise Http404("Kế hoạch chưa có chỉ tiêu nào.")
    with tempfile.TemporaryDirectory(prefix="congdoan-export-") as folder:
        path = Path(folder) / "children.xlsx"
        table = _table(reading, progress, chosen)
        del table["leading_percent"]
        write_children(path, plan=plan, unit=unit, as_of=request.as_of, **table)
        # The open handle outlives the folder's entry.
        return FileResponse(
            path.open("rb"),
            as_attachment=True,
            filename=f"{plan.code}-{unit.code}-{chosen.target.code}.xlsx",
            content_type=XLSX,
        )


# --- drafting, issuing, ending


@login_required
@_GET_OR_POST
def create(request: HttpRequest) -> HttpResponse:
    """Draft a plan."""
    if not request.actor.has_anywhere("plans.edit"):
        raise refuse("plans.edit")
    form = forms.PlanForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        made = _tried(
            form,
            lambda: actions.create_plan(actor=request.actor, on=request.actor.today, data=form.data_of()),
        )
        if made is not None:
            messages.success(request, "Đã lập dự thảo. Hãy thêm chỉ tiêu rồi ban hành.")
            return redirect("plans:plan", made.code)
    return _form_page(request, form, "Lập kế hoạch", reverse("plans:list"), "Lưu dự thảo")


@login_required
@_GET_OR_POST
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change the heading of a plan; issue or end it."""
    found = _plan(request, code)
    require(request.actor, "plans.edit", found.issuer)
    form = forms.PlanForm(request.POST or None, actor=request.actor, plan=found)
    if request.method == "POST" and form.is_valid():
        done = _tried(
            form,
            lambda: actions.edit_plan(
                actor=request.actor, on=request.actor.today, plan=found, data=form.data_of()
            ),
        )
        if done is not None:
            messages.success(request, "Đã lưu kế hoạch.")
            return redirect("plans:plan", code)
    return _plan_form(request, found, form)


def _plan_form(request: HttpRequest, plan: Plan, form: Form, **more: Any) -> HttpResponse:
    shown = {
        "plan": plan,
        "issue_form": forms.IssueForm(
            initial={"number": plan.number, "issued_on": plan.issued_on or request.actor.today}
        ),
        "end_form": forms.ReasonForm(prefix="end"),
        "targets": queries.targets_of(plan),
    } | more
    return _form_page(
        request,
        form,
        "Sửa kế hoạch",
        cards.plan_url(plan, plan.issuer),
        "Lưu",
        "plans/plan_form.html",
        **shown,
    )


@login_required
@require_POST
def issue(request: HttpRequest, code: str) -> HttpResponse:
    """Issue a draft."""
    found = _plan(request, code)
    form = forms.IssueForm(request.POST)
    if form.is_valid():
        done = _tried(
            form,
            lambda: actions.issue_plan(
                actor=request.actor, on=request.actor.today, plan=found, **form.cleaned_data
            ),
        )
        if done is not None:
            messages.success(request, f"Đã ban hành kế hoạch {done.number}.")
            return redirect("plans:plan", code)
    return _plan_form(request, found, forms.PlanForm(actor=request.actor, plan=found), issue_form=form)


@login_required
@require_POST
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Close a plan."""
    found = _plan(request, code)
    form = forms.ReasonForm(request.POST, prefix="end")
    if form.is_valid():
        done = _tried(
            form,
            lambda: actions.end_plan(
                actor=request.actor, on=request.actor.today, plan=found, reason=form.cleaned_data["reason"]
            ),
        )
        if done is not None:
            messages.success(request, "Đã kết thúc kế hoạch. Số liệu vẫn xem được.")
            return redirect("plans:plan", code)
    return _plan_form(request, found, forms.PlanForm(actor=request.actor, plan=found), end_form=form)


@login_required
@_GET_OR_POST
def add_target(request: HttpRequest, code: str) -> HttpResponse:
    """Add a target to a plan."""
    found = _plan(request, code)
    require(request.actor, "plans.edit", found.issuer)
    form = forms.TargetForm(request.POST or None, plan=found)
    if request.method == "POST" and form.is_valid():
        made = _tried(
            form,
            lambda: actions.add_target(
                actor=request.actor, on=request.actor.today, plan=found, data=form.data_of()
            ),
        )
        if made is not None:
            messages.success(request, f"Đã thêm chỉ tiêu {made.code}.")
            return redirect("plans:target", code, made.code)
    back = reverse("plans:edit", args=[code])
    return _form_page(request, form, "Thêm chỉ tiêu", back, "Thêm", subtitle=found.title)


@login_required
@_GET_OR_POST
def edit_target(request: HttpRequest, code: str, target: str) -> HttpResponse:
    """Change a target."""
    found = _plan(request, code)
    require(request.actor, "plans.edit", found.issuer)
    aim = _target(found, target)
    form = forms.TargetForm(request.POST or None, plan=found, target=aim)
    if request.method == "POST" and form.is_valid():
        done = _tried(
            form,
            lambda: actions.edit_target(
                actor=request.actor, on=request.actor.today, target=aim, data=form.data_of()
            ),
        )
        if done is not None:
            messages.success(request, f"Đã lưu chỉ tiêu {done.code}.")
            return redirect("plans:target", code, done.code)
    back = reverse("plans:target", args=[code, target])
    return _form_page(request, form, f"Sửa chỉ tiêu {aim.code}", back, "Lưu", subtitle=found.title)


@login_required
@require_POST
def remove_target(request: HttpRequest, code: str, target: str) -> HttpResponse:
    """Take a target out of a plan."""
    found = _plan(request, code)
    aim = _target(found, target)
    try:
        actions.remove_target(actor=request.actor, on=request.actor.today, target=aim)
    except PlanError as error:
        messages.error(request, str(error))
        return redirect("plans:target", code, target)
    messages.success(request, f"Đã bỏ chỉ tiêu {aim.code}.")
    return redirect("plans:edit", code)


def _tried(form: Form, act: Callable[[], Any]) -> Any:
    """What the action gave; None with its sentence on the form when it refused."""
    try:
        return act()
    except PlanError as error:
        form.add_error(None, str(error))
        return None


def _form_page(
    request: HttpRequest,
    form: Form,
    title: str,
    back_url: str,
    button: str,
    template: str = "plans/form.html",
    **more: Any,
) -> HttpResponse:
    shown = {"form": form, "title": title, "back_url": back_url, "button": button} | more
    return render(request, template, shown, status=422 if request.method == "POST" else 200)


# --- the target


@login_required
@require_GET
def target(request: HttpRequest, code: str, target: str) -> HttpResponse:
    """A target at a body: how far it is, why, who contributes, how it is counted, what was given down."""
    found = _plan(request, code)
    return _target_page(request, found, _target(found, target), _unit(request, found))


def _target_page(
    request: HttpRequest, plan: Plan, target: Target, unit: Unit, *, status: int = 200, **more: Any
) -> HttpResponse:
    on: date = request.as_of
    tables = queries.children_table(plan, [target], unit, on)
    found: ChildrenProgress = tables[target.code]
    item = found.whole
    parts = [
        queries.target_progress(part, unit, on)
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
        "card": cards.card(item, parts=parts),
        "crumbs": _crumbs(plan, unit),
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
            reconciliation(unit.pk, item.span.from_on, item.read_on + timedelta(days=1)),
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
    found = _plan(request, code)
    aim, unit = _target(found, target), _unit(request, found)
    form = forms.ReportedValueForm(request.POST)
    if form.is_valid():
        done = _tried(
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
    found = _plan(request, code)
    aim, unit = _target(found, target), _unit(request, found)
    form = forms.AdjustmentForm(request.POST)
    if form.is_valid():
        done = _tried(
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
    found = _plan(request, code)
    aim, unit = _target(found, target), _unit(request, found)
    held = Adjustment.objects.filter(target=aim, unit=unit, withdrawn_at__isnull=True).first()
    if held is None:
        raise Http404("Không có điều chỉnh nào đang áp dụng.")
    form = forms.ReasonForm(request.POST, prefix="withdraw")
    if form.is_valid():
        done = _tried(
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


# --- the allocation sheet


@login_required
@_GET_OR_POST
def allocation(request: HttpRequest, code: str, target: str) -> HttpResponse:
    """Give a target down: boxes for each body and quarter, the sum as one types, suggestions, issue by decision.

    POST ``act``: check (the sum alone), suggest (the boxes filled), draft, issue.
    """
    found = _plan(request, code)
    aim, unit = _target(found, target), _unit(request, found)
    require(request.actor, "plans.allocate", unit)
    in_force = Allocation.objects.filter(target=aim, unit=unit, state="issued").first()
    first_day = forms.day_within(span_of(aim, request.as_of), request.actor.today)
    effective_on = _day(request.POST.get("effective_on")) or first_day
    try:
        total = actions.demand_at(aim, unit, effective_on)
    except PlanError as error:
        messages.error(request, str(error))
        return redirect(cards.plan_url(found, unit))
    units = [(version.unit, version.name) for version in children_on(unit, effective_on)]
    periods = forms.periods_of(span_of(aim, effective_on)) if aim.indicator.kind in queries.ADDITIVE else []
    shown: dict[str, Any] = {
        "plan": found,
        "target": aim,
        "unit": unit,
        "crumbs": _crumbs(found, unit, (aim.name, reverse("plans:target", args=[code, target]))),
        "in_force": in_force,
        "history": queries.allocation_history(aim, unit),
        "suggestions": actions.SUGGESTIONS,
        "has_authority": version_on(unit, effective_on) is not None,
        "total": total,
    }
    if request.method != "POST":
        shown["form"] = forms.DecisionForm(initial={"effective_on": first_day})
        shown["sheet"] = forms.read_sheet(units, periods, total, _boxes(aim, unit, in_force))
        return render(request, "plans/allocation.html", shown)
    return _allocation_act(request, shown, units, periods, effective_on)


def _allocation_act(
    request: HttpRequest,
    shown: dict[str, Any],
    units: list[tuple[Unit, str]],
    periods: list[Any],
    effective_on: date,
) -> HttpResponse:
    plan, aim, unit, total = shown["plan"], shown["target"], shown["unit"], shown["total"]
    boxes = request.POST.dict()
    sheet = forms.read_sheet(units, periods, total, boxes)
    shown["form"] = form = forms.DecisionForm(request.POST)
    if request.POST.get("act") == "check":
        return render(request, "plans/_sheet_sum.html", shown | {"sheet": sheet})
    if suggestion := request.POST.get("suggest"):
        try:
            made = actions.suggest_split(
                target=aim, unit=unit, by=suggestion, on=effective_on, reserve=sheet.held_back
            )
        except PlanError as error:
            shown["refused"] = str(error)
        else:
            filled = {(pk, ""): Decimal(value) for pk, value in made.values.items()}
            sheet = forms.read_sheet(units, periods, total, forms.boxes_of(filled, sheet.held_back))
            shown["basis"] = made.basis
        shown |= {"sheet": sheet, "form": forms.DecisionForm(initial=boxes)}
        template = "plans/_sheet.html" if request.headers.get("HX-Request") else "plans/allocation.html"
        return render(request, template, shown)
    shown["sheet"] = sheet
    if sheet.has_errors:
        shown["refused"] = "Có ô chưa phải là số. Hãy sửa các ô được đánh dấu."
    elif form.is_valid():
        try:
            made_row = _give(request, shown, sheet, form, effective_on)
        except PlanError as error:
            shown["refused"] = str(error)
        else:
            if made_row.state == "draft":
                messages.success(request, "Đã lưu nháp. Bản nháp chưa có hiệu lực.")
                return redirect(request.get_full_path())
            messages.success(
                request, f"Đã ban hành bản giao lần {made_row.revision} theo quyết định {made_row.decision}."
            )
            return redirect(f"{reverse('plans:target', args=[plan.code, aim.code])}?don_vi={unit.code}")
    return render(request, "plans/allocation.html", shown, status=422)


def _give(
    request: HttpRequest,
    shown: dict[str, Any],
    sheet: forms.Sheet,
    form: forms.DecisionForm,
    effective_on: date,
) -> Allocation:
    """Give down on what the officer saw: anew, or in place of the revision whose number the sheet carries."""
    common: dict[str, Any] = {
        "actor": request.actor,
        "on": request.actor.today,
        "items": sheet.shares,
        "reserve": sheet.held_back,
        "effective_on": effective_on,
        "decision": form.decision(),
    }
    seen = request.POST.get("base", "")
    if not seen.isdigit():
        return actions.allocate(target=shown["target"], unit=shown["unit"], **common)
    base = Allocation.objects.filter(pk=int(seen), target=shown["target"], unit=shown["unit"]).first()
    if base is None:
        raise Http404("Không có bản giao này.")
    return actions.revise(allocation=base, reason=form.cleaned_data["reason"], **common)


def _boxes(target: Target, unit: Unit, in_force: Allocation | None) -> dict[str, str]:
    """What the sheet opens with: the draft, else what is in force, else nothing."""
    start = Allocation.objects.filter(target=target, unit=unit, state="draft").first() or in_force
    if start is None:
        return {}
    items = {(item.unit_id, item.period): item.value for item in start.items.all()}
    return forms.boxes_of(items, start.reserve)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
