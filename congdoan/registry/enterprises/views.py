"""Doors of the register of employers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.views.decorators.http import require_GET

from congdoan.foundation.access.queries import home_unit, may, scope
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.catalogues.models import Sector, Territory
from congdoan.foundation.listing.views import context_of, list_view
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import children_on, unit_named
from congdoan.kit.charts import Chart, trend
from congdoan.kit.dates import format_date
from congdoan.kit.identifiers import check_tax_code
from congdoan.kit.lists import COUNT_LIMIT, ListContext
from congdoan.kit.numbers import format_number
from congdoan.kit.text import search_key
from congdoan.registry.enterprises import actions
from congdoan.registry.enterprises import coverage as picture
from congdoan.registry.enterprises import forms as shapes
from congdoan.registry.enterprises.choices import OPERATING_STATES
from congdoan.registry.enterprises.models import Enterprise, Hosting
from congdoan.registry.enterprises.queries import standing_of, visible_enterprises, writable_ids
from congdoan.registry.enterprises.rules import EDIT, VIEW
from congdoan.registry.people.models import Employment

_STATES = dict(OPERATING_STATES)


def _list_extra(request: HttpRequest) -> dict[str, Any]:
    """Buttons above the list."""
    actor: Actor = request.actor
    buttons = [{"label": "Bản đồ bao phủ", "url": reverse("enterprises:coverage"), "icon": "layout-grid"}]
    if actor.has_anywhere(EDIT):
        buttons.append(
            {"label": "Đăng ký", "url": reverse("enterprises:register"), "icon": "plus", "primary": True}
        )
    return {"actions": buttons}


enterprises = list_view("enterprises.enterprises", extra=_list_extra)


def _found(request: HttpRequest, pk: int) -> Enterprise:
    rows = visible_enterprises(request.actor).select_related("sector", "trade", "park", "territory__parent")
    return get_object_or_404(rows.distinct(), pk=pk)


def _writable(request: HttpRequest, enterprise: Enterprise) -> bool:
    actor: Actor = request.actor
    return bool(writable_ids(actor, [enterprise.pk], on=actor.today, capability=EDIT))


@login_required
@require_GET
def enterprise(request: HttpRequest, pk: int) -> HttpResponse:
    """One employer: who it is, how many work there, what was judged, which unions, who is in charge."""
    found = _found(request, pk)
    on = request.as_of
    observations = list(found.headcounts.select_related("recorded_by").order_by("-on", "source"))
    judgements = list(found.judgements.order_by("-on"))
    hostings = list(found.hostings.select_related("unit").order_by("-during"))
    in_charge = list(found.responsibilities.select_related("unit").order_by("-during"))
    standing = standing_of(found.pk, on)
    named = {row.unit_id for row in (*hostings, *in_charge)}
    seen = scope(request.actor, "units.view").filter_on("pk", on)
    open_units = set(Unit.objects.filter(seen, pk__in=named).values_list("pk", flat=True))
    return render(
        request,
        "enterprises/enterprise.html",
        {
            "enterprise": found,
            "standing": standing,
            "operating": _STATES[standing.operating].capitalize() if standing else "",
            "warnings": check_tax_code(found.tax_code).warnings,
            "facts": _facts(found),
            "headcounts": _headcount_chart(observations),
            "observations": observations,
            "judgements": [_judgement(row) for row in judgements],
            "hostings": hostings,
            "in_charge": in_charge,
            "employed": Employment.objects.filter(enterprise=found, during__contains=on).count(),
            "can_edit": _writable(request, found),
            "may_log_visit": request.actor.has_anywhere("fieldwork.survey")
            and request.actor.has_anywhere("fieldwork.view"),
            "open_units": open_units,
            "crumbs": [("Doanh nghiệp", reverse("enterprises:list")), (found.name, "")],
        },
    )


def _facts(found: Enterprise) -> list[tuple[str, Any]]:
    place = found.territory
    where = place.name if place else ""
    if place is not None and place.parent is not None:
        where += f", {place.parent.name}"
    return [
        ("Mã số thuế", found.tax_code),
        ("Mã trong sổ", found.code),
        ("Khu vực", found.sector.name),
        ("Ngành", str(found.trade) if found.trade else ""),
        ("Địa chỉ", found.address),
        ("Địa bàn", where),
        ("Khu công nghiệp", str(found.park) if found.park else ""),
        ("Vị trí trên bản đồ", str(found.place or "")),
        ("Hoạt động từ", format_date(found.started_on) if found.started_on else ""),
        ("Ghi vào sổ", format_date(found.registered_on)),
        ("Người liên hệ", found.contact_name),
        ("Điện thoại", found.phone),
        ("Thư điện tử", found.email),
    ]


def _headcount_chart(observations: list[Any]) -> Chart:
    """One value per day: the source that counts that day."""
    from congdoan.registry.enterprises.choices import SOURCE_PRIORITY

    by_day: dict[Any, Any] = {}
    for row in sorted(observations, key=lambda row: SOURCE_PRIORITY.index(row.source), reverse=True):
        by_day[row.on] = row
    days = sorted(by_day)
    return trend(
        [format_date(day) for day in days],
        [by_day[day].workers for day in days],
        key="headcounts",
        title="Số lao động tăng hay giảm?",
        subtitle="Theo từng lần ghi nhận",
        actual_label="Lao động",
    )


def _judgement(row: Any) -> dict[str, Any]:
    said = [_STATES[row.operating].capitalize()]
    if row.is_stable is not None:
        said.append("sản xuất kinh doanh ổn định" if row.is_stable else "chưa ổn định")
    if row.has_party is not None:
        said.append("có tổ chức Đảng" if row.has_party else "chưa có tổ chức Đảng")
    who = f"{row.decided_by_label}, ghi ngày {format_date(timezone.localtime(row.decided_at).date())}"
    return {
        "on": row.on,
        "title": "; ".join(said),
        "detail": f"{row.reason} · {who}" if row.reason else who,
        "state": "good" if row.operating == "operating" and row.is_stable else "muted",
    }


Save = Callable[[Any, Enterprise], str]


def _form_page(
    request: HttpRequest,
    found: Enterprise,
    form: forms.Form,
    *,
    title: str,
    button: str,
    save: Callable[[dict[str, Any]], str],
    note: str = "",
) -> HttpResponse:
    """Show a form about an employer; when it is sent and sound, run ``save`` and go back to the page."""
    if not _writable(request, found):
        raise refuse(EDIT, found.name)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, save(form.cleaned_data))
            return redirect("enterprises:enterprise", found.pk)
        except actions.EnterpriseError as error:
            form.add_error(None, ValidationError(str(error)))
    status = 422 if request.method == "POST" else 200
    crumbs = [
        ("Doanh nghiệp", reverse("enterprises:list")),
        (found.name, reverse("enterprises:enterprise", args=[found.pk])),
        (title, ""),
    ]
    return render(
        request,
        "enterprises/form.html",
        {
            "form": form,
            "title": title,
            "button": button,
            "crumbs": crumbs,
            "note": note,
            "back": crumbs[1][1],
        },
        status=status,
    )


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what the register says of an employer."""
    found = _found(request, pk)
    form = shapes.EnterpriseForm(request.POST or None, initial=shapes.EnterpriseForm.initial_of(found))

    def save(data: dict[str, Any]) -> str:
        actions.update_enterprises(
            actor=request.actor, on=request.actor.today, changes=[(found, form.values())]
        )
        for warning in check_tax_code(data["tax_code"]).warnings:
            messages.warning(request, warning)
        return "Đã sửa thông tin doanh nghiệp."

    return _form_page(
        request,
        found,
        form,
        title="Sửa thông tin",
        button="Lưu",
        save=save,
        note="Đổi khu vực kinh tế là sửa cho cả quá trình, số liệu các ngày trước cũng đổi theo.",
    )


@login_required
def observe(request: HttpRequest, pk: int) -> HttpResponse:
    """Record how many work there."""
    found = _found(request, pk)
    today = request.actor.today
    form = shapes.HeadcountForm(request.POST or None, latest=today, initial={"on": today, "source": "survey"})

    def save(data: dict[str, Any]) -> str:
        actions.observe_headcounts(
            actor=request.actor, on=today, items=[actions.HeadcountData(enterprise=found, **data)]
        )
        return f"Đã ghi {format_number(data['workers'])} lao động tại ngày {format_date(data['on'])}."

    return _form_page(request, found, form, title="Ghi số lao động", button="Ghi", save=save)


@login_required
def judge_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Judge operation, stability and Party organisation."""
    found = _found(request, pk)
    today = request.actor.today
    now = standing_of(found.pk, today)
    initial = {"on": today, "operating": now.operating if now else "operating"}
    if now is not None:
        initial |= {"is_stable": str(int(now.is_stable)), "has_party": str(int(now.has_party))}
    form = shapes.JudgementForm(request.POST or None, latest=today, initial=initial)

    def save(data: dict[str, Any]) -> str:
        actions.judge(actor=request.actor, on=today, items=[actions.JudgementData(enterprise=found, **data)])
        return f"Đã ghi đánh giá kể từ ngày {format_date(data['on'])}."

    return _form_page(request, found, form, title="Đánh giá", button="Ghi đánh giá", save=save)


@login_required
def add_host(request: HttpRequest, pk: int) -> HttpResponse:
    """A union works there."""
    found = _found(request, pk)
    form = shapes.HostForm(request.POST or None, initial={"on": request.actor.today})

    def save(data: dict[str, Any]) -> str:
        actions.host(actor=request.actor, items=[actions.HostData(found, data["unit"], data["on"])])
        return f"Đã ghi {data['unit'].name} hoạt động tại đây từ ngày {format_date(data['on'])}."

    return _form_page(request, found, form, title="Ghi công đoàn tại doanh nghiệp", button="Ghi", save=save)


@login_required
def remove_host(request: HttpRequest, pk: int) -> HttpResponse:
    """A union works there no longer."""
    found = _found(request, pk)
    today = request.actor.today
    form = shapes.EndHostingForm(
        request.POST or None, initial={"on": today, "unit": request.GET.get("don_vi")}
    )
    hosting = Hosting.objects.filter(enterprise=found, during__contains=today)
    form.fields["unit"].queryset = Unit.objects.filter(pk__in=hosting.values("unit_id"))

    def save(data: dict[str, Any]) -> str:
        actions.end_hosting(actor=request.actor, on=data["on"], items=[(found, data["unit"])])
        return f"Đã ghi {data['unit'].name} thôi hoạt động tại đây từ ngày {format_date(data['on'])}."

    return _form_page(request, found, form, title="Kết thúc hoạt động công đoàn", button="Ghi", save=save)


@login_required
def assign_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another body takes charge."""
    found = _found(request, pk)
    form = shapes.AssignForm(request.POST or None, initial={"on": request.actor.today})

    def save(data: dict[str, Any]) -> str:
        actions.assign(actor=request.actor, items=[actions.Assignment(found, data["unit"], data["on"])])
        return f"Đã giao {data['unit'].name} phụ trách từ ngày {format_date(data['on'])}."

    return _form_page(request, found, form, title="Giao đơn vị phụ trách", button="Giao", save=save)


@login_required
def register(request: HttpRequest) -> HttpResponse:
    """Put an employer into the register."""
    actor: Actor = request.actor
    if not actor.has_anywhere(EDIT):
        raise refuse(EDIT)
    home = home_unit(actor)
    initial: dict[str, Any] = {"registered_on": actor.today, "source": "survey"}
    if home is not None and may(actor, EDIT, home):
        initial["unit"] = home
    form = shapes.RegisterForm(request.POST or None, latest=actor.today, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.values()
        workers, source = data.pop("workers"), data.pop("source") or "survey"
        heads = [actions.HeadcountData(workers, source=source)] if workers is not None else []
        try:
            (made,) = actions.register_enterprises(
                actor=actor, on=actor.today, items=[actions.EnterpriseData(**data, headcounts=heads)]
            )
        except actions.EnterpriseError as error:
            form.add_error(None, ValidationError(str(error)))
        else:
            messages.success(request, f"Đã đăng ký {made.name}.")
            for warning in check_tax_code(made.tax_code).warnings:
                messages.warning(request, warning)
            return redirect("enterprises:enterprise", made.pk)
    crumbs = [("Doanh nghiệp", reverse("enterprises:list")), ("Đăng ký", "")]
    return render(
        request,
        "enterprises/form.html",
        {
            "form": form,
            "title": "Đăng ký doanh nghiệp, đơn vị",
            "button": "Đăng ký",
            "crumbs": crumbs,
            "back": crumbs[0][1],
        },
        status=422 if request.method == "POST" else 200,
    )


@login_required
@require_GET
def coverage(request: HttpRequest) -> HttpResponse:
    """Where enterprises still lack a union, by commune and by size, on the day shown."""
    actor: Actor = request.actor
    if not actor.has_anywhere(VIEW):
        raise refuse(VIEW)
    context = context_of(request)
    asked = {name: context.get(name) for name in ("don_vi", "tu_lao_dong", "khu_vuc", "on_dinh")}
    unit = unit_named(asked["don_vi"]) if asked["don_vi"] else home_unit(actor)
    if unit is not None and not may(actor, VIEW, unit):
        raise refuse(VIEW, unit.name)
    if "tu_lao_dong" not in request.GET:
        asked["tu_lao_dong"] = "20"
    params = {**asked, "don_vi": unit.code if unit else "", "hoat_dong": "operating", "la_dn": "1"}
    context = replace(context, params={name: value for name, value in params.items() if value}, cache={})
    places, head, title, counts = _places(context, unit)
    sizes = picture.by_size(context, counts)
    where = f"{unit.name} · {format_date(request.as_of)}" if unit else format_date(request.as_of)
    return render(
        request,
        "enterprises/coverage.html",
        {
            "unit": unit,
            "summary": picture.summary(places),
            "places": places,
            "place_head": head,
            "sizes": sizes,
            "squares": picture.squares(places[:400], subtitle=where, title=title),
            "bars": picture.bars(sizes, subtitle=where),
            "asked": asked,
            "thresholds": ["", "10", "20", "25", "50", "100", "200", "500"],
            "sectors": Sector.objects.filter(is_enterprise=True),
            "crumbs": [("Doanh nghiệp", reverse("enterprises:list")), ("Bản đồ bao phủ", "")],
        },
    )


def _places(
    context: ListContext, unit: Unit | None
) -> tuple[list[picture.Line], str, str, picture.Counts | None]:
    """The lines by place, what the place is, the question the picture answers, and the counts behind the sizes."""
    below = list(children_on(unit, context.as_of).select_related("unit")) if unit is not None else []
    counts = picture.counts_of(context, [version.unit_id for version in below])
    if counts is not None and unit is not None and below and counts.sum(counts.root)["total"] > picture.FEW:
        names = {version.unit_id: version.name for version in below}
        codes = {version.unit_id: version.unit.code for version in below}
        lines = picture.by_body(counts, unit, names, codes)
        return lines, "Đơn vị", "Đơn vị nào còn doanh nghiệp chưa có công đoàn?", counts
    title = "Xã, phường nào còn doanh nghiệp chưa có công đoàn?"
    return picture.by_commune(context)[:COUNT_LIMIT], "Địa bàn", title, counts


@login_required
@require_GET
def suggest_territory(request: HttpRequest) -> HttpResponse:
    """Options of a place being typed."""
    typed = search_key(request.GET.get(request.GET.get("truong", "q"), ""))
    found = Territory.objects.filter(
        level="commune", name_key__contains=typed, during__contains=request.actor.today
    )
    rows = found.select_related("parent").order_by("name_key")[:20] if len(typed) > 1 else []
    return HttpResponse(
        format_html_join(
            "",
            '<option value="{} ({})">{}</option>',
            ((place.name, place.pk, place.parent.name if place.parent else "") for place in rows),
        )
    )
