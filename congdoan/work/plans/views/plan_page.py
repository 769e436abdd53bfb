"""The plan at a body: targets, pictures, the bodies below."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from congdoan.foundation.access.queries import may
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import format_date
from congdoan.kit.lists import OF_TODAY
from congdoan.kit.numbers import whole_number
from congdoan.work.plans import cards
from congdoan.work.plans.models import Plan
from congdoan.work.plans.queries import PlanProgress, PlanReading, TargetProgress
from congdoan.work.plans.views.asking import XLSX, chosen_unit, crumbs, ended_unit, find_plan, structure_asked
from congdoan.work.plans.views.telling import TAB as DISTRIBUTIONS
from congdoan.work.plans.views.telling import made_known, may_distribute
from congdoan.work.plans.views.tracing import TAB as SOURCES
from congdoan.work.plans.views.tracing import may_trace, traced
from congdoan.work.plans.workbook import write_children

#: Bodies below on the first page of a plan, the slowest, and on each page of the tab with all of them.
_CHILDREN_SHOWN = 20
#: The part (``muc``) that holds only the panel of the slowest.
_SLOWEST = "cham-nhat"


@login_required
@require_GET
def plan(request: HttpRequest, code: str) -> HttpResponseBase:
    """A plan at a body: targets, pictures, the bodies below, and what the document says besides."""
    found = find_plan(request, code)
    unit = chosen_unit(request, found)
    tab = request.GET.get("muc", "")
    if request.GET.get("xuat") == "xlsx":
        return _export(request, found, unit)
    if tab == _SLOWEST and request.htmx:
        return _slowest(request, found, unit)
    may_edit = found.state != "ended" and may(request.actor, "plans.edit", found.issuer_id)
    reading = PlanReading(
        found,
        unit,
        request.as_of,
        with_children=_TABS.get(tab) is _children,
        structure_on=structure_asked(request),
    )
    progress = reading.progress()
    shown: dict[str, Any] = {
        "plan": found,
        "unit": unit,
        "is_issuer": unit.pk == found.issuer_id,
        "progress": progress,
        "subtitle": cards.heading(progress),
        "crumbs": crumbs(found, unit)[:-1] if unit.pk != found.issuer_id else crumbs(found, unit)[:1],
        "tab": tab if tab in _TABS else "",
        "tabs": _tabs(
            found,
            unit,
            tab,
            may_edit=may_edit,
            may_distribute=may_distribute(request, unit),
            may_trace=may_trace(request),
        ),
        "may_edit": may_edit,
        "obeys_structure": True,
        "ended": ended_unit(request, found, unit),
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


def _tabs(
    plan: Plan, unit: Unit, active: str, *, may_edit: bool, may_distribute: bool, may_trace: bool
) -> list[dict[str, Any]]:
    names: list[tuple[str, str, int | None]] = [
        ("", "Chỉ tiêu", None),
        ("don-vi", "Đơn vị trực thuộc", None),
        ("dot", "Tháng cao điểm", plan.campaigns.count()),
        ("can-cu", "Căn cứ, nơi nhận", None),
        *([(SOURCES, "Từ đơn đến đoàn viên", None)] if may_trace else []),
        *([(DISTRIBUTIONS, "Phổ biến", None)] if may_distribute else []),
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
        if count is None or count or may_edit or code == active
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
        plan, unit = progress.plan, progress.unit
        # The panel is of the day of its page, wherever the page had it from.
        day = f"{request.as_of}" if request.as_of < request.actor.today else ""
        structure = OF_TODAY if request.structure == "today" else ""
        shown |= {
            "trend": cards.course(reading.with_course(leading.target)),
            "leading": leading,
            "slowest_url": cards.plan_url(plan, unit, muc=_SLOWEST, ngay=day, co_cau=structure),
            "all_url": cards.plan_url(plan, unit, muc="don-vi"),
        }
    return shown


def _slowest(request: HttpRequest, plan: Plan, unit: Unit) -> HttpResponseBase:
    """The panel of the slowest bodies, which the overview asks for once it is shown: what the unit itself has reached
    need not wait for the figures of all below it."""
    reading = PlanReading(plan, unit, request.as_of, structure_on=structure_asked(request))
    progress = reading.progress()
    leading = cards.leading_target(progress)
    if leading is None:
        raise Http404("Kế hoạch chưa có chỉ tiêu nào.")
    shown = _table(reading, progress, leading, limit=_CHILDREN_SHOWN)
    if shown["children_count"] > _CHILDREN_SHOWN:
        shown["all_url"] = cards.plan_url(plan, unit, muc="don-vi")
    shown["export_url"] = cards.plan_url(plan, unit, muc="don-vi", xuat="xlsx")
    return render(request, "plans/_children.html", {"plan": plan, "unit": unit, **shown})


def _table(
    reading: PlanReading,
    progress: PlanProgress,
    leading: TargetProgress,
    *,
    skip: int = 0,
    limit: int | None = None,
) -> dict[str, Any]:
    beside = cards.columns_beside(progress.targets, leading)
    tables = reading.children([leading.target, *[item.target for item in beside]], trends_of=[leading.target])
    found = tables[leading.target.code]
    return {
        "leading": found.whole,
        "leading_percent": leading.percent / 100 if leading.percent is not None else None,
        "beside": [cards.column_title(item) for item in beside],
        "children": cards.children_rows(
            tables, leading.target.code, [item.target.code for item in beside], skip=skip, limit=limit
        ),
        "children_count": len(found.children),
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
        **_page_of_children(request, reading, progress, chosen),
    }


def _page_of_children(
    request: HttpRequest, reading: PlanReading, progress: PlanProgress, chosen: TargetProgress
) -> dict[str, Any]:
    """The bodies below, a page at a time (``trang``); a number beyond them shows the last page."""
    number = whole_number(request.GET.get("trang", ""))
    skip = (max(1, number or 1) - 1) * _CHILDREN_SHOWN
    table = _table(reading, progress, chosen, skip=skip, limit=_CHILDREN_SHOWN)
    count = table["children_count"]
    if skip and not table["children"]:
        skip = (count - 1) // _CHILDREN_SHOWN * _CHILDREN_SHOWN if count else 0
        table = _table(reading, progress, chosen, skip=skip, limit=_CHILDREN_SHOWN)

    def page(number: int) -> str:
        asked = {"muc": "don-vi", "chi_tieu": request.GET.get("chi_tieu", "")}
        return cards.plan_url(progress.plan, progress.unit, **asked, trang=str(number) if number > 1 else "")

    here = skip // _CHILDREN_SHOWN + 1
    last = skip + len(table["children"])
    return {
        **table,
        "from_to": f"{skip + 1}–{last} trong {count} đơn vị" if count > _CHILDREN_SHOWN else "",
        "previous_url": page(here - 1) if skip else "",
        "next_url": page(here + 1) if last < count else "",
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


def _distributions(request: HttpRequest, reading: PlanReading, progress: PlanProgress) -> dict[str, Any]:
    return made_known(request, progress.plan, progress.unit)


def _sources(request: HttpRequest, reading: PlanReading, progress: PlanProgress) -> dict[str, Any]:
    return traced(request, progress.plan, progress.unit)


def _nothing_more(request: HttpRequest, reading: PlanReading, progress: PlanProgress) -> dict[str, Any]:
    return {}


_TABS: dict[str, Callable[[HttpRequest, PlanReading, PlanProgress], dict[str, Any]]] = {
    "": _overview,
    "don-vi": _children,
    "dot": _campaigns,
    "can-cu": _facts,
    SOURCES: _sources,
    DISTRIBUTIONS: _distributions,
    "dinh-muc": _nothing_more,
    "diem-mo": _open_points,
}


def _export(request: HttpRequest, plan: Plan, unit: Unit) -> HttpResponseBase:
    """The table of the bodies below as .xlsx: what is seen, as numbers."""
    reading = PlanReading(plan, unit, request.as_of, structure_on=structure_asked(request))
    progress = reading.progress()
    chosen = _chosen(request, progress)
    if chosen is None:
        raise Http404("Kế hoạch chưa có chỉ tiêu nào.")
    with tempfile.TemporaryDirectory(prefix="congdoan-export-") as folder:
        path = Path(folder) / "children.xlsx"
        table = _table(reading, progress, chosen)
        del table["leading_percent"], table["children_count"]
        write_children(path, plan=plan, unit=unit, as_of=request.as_of, structure=request.structure, **table)
        # The open handle outlives the folder's entry.
        return FileResponse(
            path.open("rb"),
            as_attachment=True,
            filename=f"{plan.code}-{unit.code}-{chosen.target.code}.xlsx",
            content_type=XLSX,
        )
