"""Doors of the tree of union bodies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html_join
from django.views.decorators.http import require_GET

from congdoan.foundation.access.queries import home_unit, may, require, scope
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.measures.catalogue import NamesLink, measure
from congdoan.foundation.measures.queries import rows as measure_rows
from congdoan.foundation.measures.queries import series, stock
from congdoan.foundation.units.actions import TreeError
from congdoan.foundation.units.models import KindAuthority, Unit, UnitVersion
from congdoan.foundation.units.queries import (
    ancestors_on,
    children_on,
    counted_below_on,
    known_version,
    unit_named,
    version_on,
)
from congdoan.kit.charts import Step, trend, waterfall
from congdoan.kit.dates import format_date
from congdoan.kit.lists import names_url
from congdoan.kit.numbers import format_number, format_signed
from congdoan.registry.enterprises.models import Hosting
from congdoan.registry.enterprises.queries import listed_on
from congdoan.registry.membership.choices import KINDS
from congdoan.registry.membership.queries import reconciliation
from congdoan.registry.organisation import actions
from congdoan.registry.organisation import forms as shapes
from congdoan.registry.organisation.models import UnitProfile
from congdoan.registry.organisation.queries import figures_on, nodes_on, roots, search_units
from congdoan.registry.organisation.rules import EDIT, FOUND, VIEW

#: Movements that are no growth: what began to be booked, and reorganisation.
_NO_GROWTH = frozenset({"opening", "reorganise_in", "reorganise_out"})
#: Words under the bars of the picture, where there is little room.
_SHORT = {"transferred_in": "Đến", "transferred_out": "Đi", "left": "Thôi", "retired": "Nghỉ hưu"}
#: Bodies that gather others stand before those that hold members.
_ORDER = ("kind__holds_members", "kind__level__rank", "kind_id", "unit__sort_key", "unit_id")
#: A branch shows so many units; beyond, the list leads on.
_BRANCH = 300


def _names(request: HttpRequest, code: str, unit_id: int, on: date, **filters: Any) -> str:
    """The list behind a stock figure. The session already holds the day shown, so it is not repeated."""
    found = measure(code).stock_names
    link = found(unit_id, on, filters) if found else None
    return _address(link, without_day=on == request.as_of)


def _flow_names(code: str, unit_id: int, from_on: date, to_on: date, **filters: Any) -> str:
    """The list behind a flow figure."""
    found = measure(code).flow_names
    return _address(found(unit_id, from_on, to_on, filters) if found else None)


def _address(link: NamesLink | None, *, without_day: bool = False) -> str:
    """Where a list is; '' when its room has no screen for it."""
    if link is None:
        return ""
    try:
        return names_url(
            link.list_name, {k: v for k, v in link.params.items() if not (without_day and k == "ngay")}
        )
    except (KeyError, NoReverseMatch):
        return ""


def _found_unit(request: HttpRequest, code: str) -> Unit:
    held = scope(request.actor, VIEW)
    return get_object_or_404(Unit.objects.filter(held.filter_on("pk", request.as_of)), code=code)


# --------------------------------------------------------------------------------------------------
# The tree
# --------------------------------------------------------------------------------------------------


@login_required
@require_GET
def tree(request: HttpRequest) -> HttpResponse:
    """The tree of units as it stood on the day shown; a search answers with a list."""
    actor: Actor = request.actor
    if not actor.has_anywhere(VIEW):
        raise refuse(VIEW)
    on = request.as_of
    typed = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"typed": typed, "can_found": actor.has_anywhere(FOUND)}
    if typed:
        units = search_units(actor, typed, on)
        versions = {
            version.unit_id: version
            for version in UnitVersion.objects.filter(unit__in=units)
            .select_related("kind", "parent")
            .order_by("during")
        }
        context["found"] = [(unit, versions[unit.pk]) for unit in units]
        return render(request, "organisation/tree.html", context)
    tops = roots(actor, on)
    context["nodes"] = _linked(request, nodes_on(tops, on), on)
    if len(tops) == 1:
        below = list(children_on(tops[0].unit_id, on).order_by(*_ORDER)[: _BRANCH + 1])
        context["opened"] = _linked(request, nodes_on(below[:_BRANCH], on), on)
        context["more"] = len(below) > _BRANCH
    return render(request, "organisation/tree.html", context)


@login_required
@require_GET
def branch(request: HttpRequest, code: str) -> HttpResponse:
    """The units directly below one, for the tree to open."""
    unit = _found_unit(request, code)
    on = request.as_of
    below = list(children_on(unit, on).order_by(*_ORDER)[: _BRANCH + 1])
    return render(
        request,
        "organisation/_branch.html",
        {
            "nodes": _linked(request, nodes_on(below[:_BRANCH], on), on),
            "more": len(below) > _BRANCH,
            "unit": unit,
        },
    )


def _linked(request: HttpRequest, nodes: list[Any], on: date) -> list[tuple[Any, str]]:
    return [(node, _names(request, "members", node.unit.pk, on)) for node in nodes]


@login_required
@require_GET
def suggest(request: HttpRequest) -> HttpResponse:
    """Options of a unit being typed, from what the reader may see."""
    typed = request.GET.get(request.GET.get("truong", "q"), "")
    found = search_units(request.actor, typed, request.actor.today, limit=20)
    parents = {
        version.unit_id: version.parent.name if version.parent else ""
        for version in UnitVersion.objects.filter(unit__in=found).select_related("parent").order_by("during")
    }
    rows = ((unit.name, unit.code, parents.get(unit.pk, "")) for unit in found)
    return HttpResponse(format_html_join("", '<option value="{} ({})">{}</option>', rows))


# --------------------------------------------------------------------------------------------------
# A unit
# --------------------------------------------------------------------------------------------------

_TABS = (
    ("unit", "Tổng quan"),
    ("people", "Người"),
    ("children", "Trực thuộc"),
    ("enterprises", "Doanh nghiệp"),
    ("history", "Lịch sử"),
)


def _page(request: HttpRequest, unit: Unit, tab: str, **more: Any) -> HttpResponse:
    """The frame of every page of a unit: path, name of the day, tabs and what may be done."""
    on = request.as_of
    version = known_version(unit, on)
    assert version is not None
    path = ancestors_on(unit, on) or [version]
    held = scope(request.actor, VIEW)
    seen = set(
        Unit.objects.filter(held.filter_on("pk", on), pk__in=[step.unit_id for step in path]).values_list(
            "pk", flat=True
        )
    )
    crumbs: list[tuple[str, str]] = [("Tổ chức công đoàn", reverse("organisation:tree"))]
    for step in path[:-1]:
        url = reverse("organisation:unit", args=[step.unit.code]) if step.unit_id in seen else ""
        crumbs.append((step.short_name or step.name, url))
    crumbs.append((version.short_name or version.name, ""))
    can_edit, can_found = may(request.actor, EDIT, unit), may(request.actor, FOUND, unit)
    context = {
        "unit": unit,
        "version": version,
        "exists": on in version.during,
        "crumbs": crumbs,
        "tabs": [
            {"label": label, "url": reverse(f"organisation:{name}", args=[unit.code]), "active": name == tab}
            for name, label in _TABS
        ],
        "can_edit": can_edit and unit.ended_on is None,
        "can_found": can_found and unit.ended_on is None,
    }
    return render(request, f"organisation/{tab}.html", context | more)


@login_required
@require_GET
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """The unit at a glance: its figures, where its net growth comes from, who it is and what it may decide."""
    found = _found_unit(request, code)
    on = request.as_of
    version = known_version(found, on)
    assert version is not None
    figures = figures_on([found.pk], on)[found.pk]
    year, tomorrow = date(on.year, 1, 1), on + timedelta(days=1)
    counted = reconciliation(found.pk, year, tomorrow)
    profile = UnitProfile.objects.filter(unit=found).select_related("founding_decision__issuer").first()
    months = [*_month_ends(on, 12), on]
    key_figures = [
        ("Đoàn viên", format_number(figures.members), _names(request, "members", found.pk, on)),
        ("Thực tăng từ đầu năm", format_signed(counted.net_growth), "#doi-chieu"),
        ("Công đoàn cơ sở", format_number(figures.unions), _names(request, "unions", found.pk, on)),
        (
            "Thành lập mới năm nay",
            format_number(figures.founded),
            _flow_names("unions", found.pk, year, tomorrow, movement="found"),
        ),
        ("Doanh nghiệp", format_number(figures.enterprises), _names(request, "enterprises", found.pk, on)),
        ("Lao động", format_number(figures.workers), _names(request, "workers", found.pk, on)),
    ]
    return _page(
        request,
        found,
        "unit",
        key_figures=key_figures,
        counted=counted,
        lines=_reconciled(found.pk, counted, year, tomorrow),
        growth=waterfall(
            counted.opening,
            [
                *(Step(_SHORT.get(group, label), n) for group, label, n in counted.lines),
                Step("Số dư mới", counted.opening_balances, apart=True),
                Step("Sắp xếp", counted.reorganised + counted.structure, apart=True),
            ],
            counted.closing,
            title=f"Đoàn viên năm {on.year} tăng, giảm từ đâu?",
        ),
        members=trend(
            [format_date(day) for day in months],
            series("members", found.pk, months),
            key="members",
            title="Đoàn viên thay đổi thế nào trong một năm qua?",
            subtitle="Cuối mỗi tháng",
            actual_label="Đoàn viên",
        ),
        facts=_facts(found, version, profile),
        authorities=KindAuthority.objects.filter(kind=version.kind, during__contains=on).order_by("act"),
        note=profile.note if profile else "",
    )


@dataclass(frozen=True)
class _Line:
    label: str
    n: int
    url: str
    kind: str


def _reconciled(unit_id: int, counted: Any, from_on: date, to_on: date) -> list[_Line]:
    """The reconciliation as lines of a table; each flow opens its movements."""

    def url(group: str) -> str:
        kinds = [kind.code for kind in KINDS.values() if kind.group == group]
        return _flow_names("members", unit_id, from_on, to_on, movement=kinds)

    lines = [_Line("Đầu kỳ", counted.opening, "", "total")]
    lines += [_Line(label, n, url(group) if n else "", "flow") for group, label, n in counted.lines]
    lines.append(_Line("Thực tăng", counted.net_growth, "", "net"))
    for label, n, group in (
        ("Số dư mới ghi sổ", counted.opening_balances, "opening"),
        ("Chuyển do sắp xếp tổ chức", counted.reorganised, "reorganised"),
    ):
        if n:
            lines.append(_Line(label, n, url(group), "apart"))
    if counted.structure:
        lines.append(_Line("Đơn vị chuyển đến, chuyển đi", counted.structure, "", "apart"))
    lines.append(_Line("Cuối kỳ", counted.closing, "", "total"))
    return lines


def _month_ends(on: date, count: int) -> list[date]:
    days = []
    first = on.replace(day=1)
    for _ in range(count):
        last = first - timedelta(days=1)
        days.append(last)
        first = last.replace(day=1)
    return days[::-1]


def _facts(found: Unit, version: UnitVersion, profile: UnitProfile | None) -> list[tuple[str, Any]]:
    decision = profile.founding_decision if profile else None
    paper = ""
    if decision is not None:
        paper = str(decision)
        if decision.issued_on:
            paper += f" ngày {format_date(decision.issued_on)}"
        if decision.issuer:
            paper += f" của {decision.issuer.name}"
    facts = [
        ("Mã", found.code),
        ("Loại", version.kind.name),
        ("Cấp", version.kind.level.name),
        ("Khu vực", version.sector.name if version.sector else ""),
        ("Địa bàn", version.territory.name if version.territory else ""),
        ("Thành lập", format_date(found.founded_on)),
        ("Quyết định thành lập", paper),
        ("Kết thúc", f"từ ngày {format_date(found.ended_on)}" if found.ended_on else ""),
    ]
    # What does not apply is left out; contacts stay, so that one sees what is missing.
    return [fact for fact in facts if fact[1]] + [
        ("Địa chỉ", profile.address if profile else ""),
        ("Điện thoại", profile.phone if profile else ""),
        ("Thư điện tử", profile.email if profile else ""),
    ]


@login_required
@require_GET
def people(request: HttpRequest, code: str) -> HttpResponse:
    """Who belongs to the unit and all below it: how many, of which sex and sector, each opening its names."""
    found = _found_unit(request, code)
    on = request.as_of
    by_sex: dict[str, int] = {}
    by_sector: dict[str, int] = {}
    for row in measure_rows("members", [found.pk], from_on=None, to_on=on + timedelta(days=1)):
        by_sex[row.dims.get("sex") or ""] = by_sex.get(row.dims.get("sex") or "", 0) + row.n
        by_sector[row.dims.get("sector") or ""] = by_sector.get(row.dims.get("sector") or "", 0) + row.n
    from congdoan.foundation.catalogues.models import Sector

    sexes = {"f": "Nữ", "m": "Nam", "": "Chưa rõ"}
    sectors = dict(Sector.objects.values_list("pk", "name")) | {"": "Chưa rõ"}
    total = sum(by_sex.values())
    return _page(
        request,
        found,
        "people",
        total=total,
        total_url=_names(request, "members", found.pk, on),
        groups=[
            (
                "Giới tính",
                [
                    _share(request, found, on, sexes.get(k, k), "sex", k, n, total)
                    for k, n in by_sex.items()
                    if n
                ],
            ),
            (
                "Khu vực",
                [
                    _share(request, found, on, sectors.get(k, k), "sector", k, n, total)
                    for k, n in by_sector.items()
                    if n
                ],
            ),
        ],
    )


def _share(
    request: HttpRequest, found: Unit, on: date, label: str, dimension: str, value: str, n: int, total: int
) -> dict[str, Any]:
    url = _names(request, "members", found.pk, on, **{dimension: value}) if value else ""
    return {"label": label, "n": n, "url": url, "share": n / total if total else None}


@login_required
@require_GET
def children(request: HttpRequest, code: str) -> HttpResponse:
    """The units directly below, with their figures. The number of queries does not grow with their number."""
    found = _found_unit(request, code)
    on = request.as_of
    versions = list(children_on(found, on).order_by(*_ORDER))
    ids = [version.unit_id for version in versions]
    figures = figures_on(ids, on)
    year, tomorrow = date(on.year, 1, 1), on + timedelta(days=1)
    growth = dict.fromkeys(ids, 0)
    for row in measure_rows("members", ids, from_on=year, to_on=tomorrow):
        if not row.is_structure and row.dims.get("movement") not in _NO_GROWTH:
            growth[row.unit_id] += row.n
    without = {"operating": "operating", "has_union": False, "band": {"min": 20}}
    lacking = stock("enterprises", ids, on=on, filters=without)
    lines = [
        {
            "version": version,
            "figures": figures[version.unit_id],
            "growth": format_signed(growth[version.unit_id]),
            "lacking": lacking[version.unit_id],
            "members_url": _names(request, "members", version.unit_id, on),
            "unions_url": _names(request, "unions", version.unit_id, on),
            "founded_url": _flow_names("unions", version.unit_id, year, tomorrow, movement="found"),
            "enterprises_url": _names(request, "enterprises", version.unit_id, on),
            "lacking_url": _names(request, "enterprises", version.unit_id, on, **without),
        }
        for version in versions
    ]
    return _page(request, found, "children", lines=lines)


@login_required
@require_GET
def enterprises(request: HttpRequest, code: str) -> HttpResponse:
    """Employers where the unit works, and those it is in charge of."""
    found = _found_unit(request, code)
    actor: Actor = request.actor
    on = request.as_of
    if not actor.has_anywhere("enterprises.view"):
        raise refuse("enterprises.view")
    cuts: list[tuple[str, dict[str, Any]]] = [
        ("Tất cả", {}),
        ("Đã có công đoàn", {"has_union": True}),
        (
            "Từ 20 lao động, chưa có công đoàn",
            {"has_union": False, "operating": "operating", "band": {"min": 20}},
        ),
        (
            "Ổn định từ 20 lao động, chưa có công đoàn",
            {"has_union": False, "operating": "operating", "is_stable": True, "band": {"min": 20}},
        ),
    ]
    figures = [
        (
            label,
            format_number(stock("enterprises", [found.pk], on=on, filters=filters)[found.pk]),
            _names(request, "enterprises", found.pk, on, **filters),
        )
        for label, filters in cuts
    ]
    hosted = Hosting.objects.filter(unit=found, during__contains=on).select_related("enterprise__sector")
    held = scope(actor, "enterprises.view").filter_on("now__unit", on)
    own = listed_on(on).filter(
        held,
        now__unit__in=counted_below_on(found, on).values("unit_id"),
        now__has_union=False,
        now__operating="operating",
        sector__is_enterprise=True,
    )
    return _page(
        request,
        found,
        "enterprises",
        figures=figures,
        hosted=hosted.order_by("enterprise__sort_key"),
        first=own.select_related("sector").order_by(F("now__headcount").desc(nulls_last=True), "sort_key")[
            :15
        ],
        coverage_url=reverse("enterprises:coverage") + f"?don_vi={found.code}",
        all_url=_names(request, "workers", found.pk, on),
    )


@login_required
@require_GET
def history(request: HttpRequest, code: str) -> HttpResponse:
    """What the unit was, day by day, and by which decisions."""
    found = _found_unit(request, code)
    versions = list(
        UnitVersion.objects.filter(unit=found)
        .select_related("kind", "parent", "sector", "territory", "decision")
        .order_by("during")
    )
    profile = UnitProfile.objects.filter(unit=found).select_related("ending_decision").first()
    events: list[dict[str, Any]] = []
    for before, version in zip([None, *versions], versions, strict=False):
        events.append(
            {
                "on": version.during.lower,
                "title": "; ".join(_changes(before, version)),
                "detail": f"Quyết định {version.decision}" if version.decision else "",
                "state": "good" if before is None else "info",
            }
        )
    if found.ended_on is not None:
        ending = profile.ending_decision if profile else None
        events.append(
            {
                "on": found.ended_on,
                "title": "Kết thúc hoạt động",
                "detail": f"Quyết định {ending}" if ending else "",
                "state": "muted",
            }
        )
    return _page(request, found, "history", events=events[::-1], versions=versions[::-1])


def _changes(before: UnitVersion | None, now: UnitVersion) -> list[str]:
    """What began with a version, in words."""
    if before is None:
        under = f", trực thuộc {now.parent.name}" if now.parent else ""
        return [f"Thành lập {now.name}{under}"]
    said = []
    if before.name != now.name:
        said.append(f"Đổi tên thành {now.name}")
    if before.parent_id != now.parent_id and now.parent is not None:
        said.append(f"Chuyển về trực thuộc {now.parent.name}")
    if before.kind_id != now.kind_id:
        said.append(f"Chuyển thành {now.kind.name}")
    if before.sector_id != now.sector_id and now.sector is not None:
        said.append(f"Khu vực: {now.sector.name}")
    if before.territory_id != now.territory_id and now.territory is not None:
        said.append(f"Địa bàn: {now.territory.name}")
    return said or ["Cập nhật"]


# --------------------------------------------------------------------------------------------------
# Writing
# --------------------------------------------------------------------------------------------------


def _form_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    button: str,
    crumbs: list[tuple[str, str]],
    save: Callable[[dict[str, Any]], tuple[str, Unit]],
    note: str = "",
    danger: bool = False,
) -> HttpResponse:
    """Show a form; when it is sent and sound, run ``save`` and go to the unit it gives back."""
    if request.method == "POST" and form.is_valid():
        try:
            said, unit = save(form.cleaned_data)
        except (actions.OrganisationError, TreeError) as error:
            form.add_error(None, ValidationError(str(error)))
        else:
            messages.success(request, said)
            return redirect("organisation:unit", unit.code)
    return render(
        request,
        "organisation/form.html",
        {
            "form": form,
            "title": title,
            "button": button,
            "crumbs": [*crumbs, (title, "")],
            "note": note,
            "danger": danger,
            "back": crumbs[-1][1],
        },
        status=422 if request.method == "POST" else 200,
    )


def _crumbs(unit: Unit | None = None) -> list[tuple[str, str]]:
    found = [("Tổ chức công đoàn", reverse("organisation:tree"))]
    if unit is not None:
        found.append((unit.name, reverse("organisation:unit", args=[unit.code])))
    return found


def _decision(data: dict[str, Any]) -> Any:
    return actions.record_decision(number=data["number"], issued_on=data["issued_on"], issuer=data["issuer"])


@login_required
def found(request: HttpRequest) -> HttpResponse:
    """Found a union: by decision of a body that has the authority on that day."""
    actor: Actor = request.actor
    if not actor.has_anywhere(FOUND):
        raise refuse(FOUND)
    parent = unit_named(request.GET.get("cap_tren", "")) or home_unit(actor)
    initial: dict[str, Any] = {"kind": "grassroots_union", "founded_on": actor.today}
    if parent is not None and may(actor, FOUND, parent):
        initial["parent"] = parent
    form = shapes.FoundForm(request.POST or None, latest=actor.today, initial=initial)

    def save(data: dict[str, Any]) -> tuple[str, Unit]:
        (made,) = actions.found_unions(
            actor=actor,
            decision=_decision(data),
            items=[
                actions.NewUnion(
                    code=data["code"],
                    name=data["name"],
                    short_name=data["short_name"],
                    kind=data["kind"],
                    parent=data["parent"],
                    founded_on=data["founded_on"],
                    sector=data["sector"] or None,
                    territory=data["territory"].pk if data["territory"] else None,
                    address=data["address"],
                    phone=data["phone"],
                    email=data["email"],
                )
            ],
        )
        return f"Đã ghi thành lập {made.name} từ ngày {format_date(made.founded_on)}.", made

    return _form_page(
        request,
        form,
        title="Thành lập công đoàn",
        button="Ghi thành lập",
        crumbs=_crumbs(parent),
        save=save,
        note="Cơ quan ban hành quyết định phải có thẩm quyền công nhận vào ngày thành lập; nếu để trống, "
        "lấy cấp trên gần nhất có thẩm quyền.",
    )


@login_required
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Contacts and note of a unit."""
    target = _found_unit(request, code)
    require(request.actor, EDIT, target)
    profile = UnitProfile.objects.filter(unit=target).first()
    initial = {name: getattr(profile, name) for name in shapes.ProfileForm.base_fields} if profile else {}
    form = shapes.ProfileForm(request.POST or None, initial=initial)

    def save(data: dict[str, Any]) -> tuple[str, Unit]:
        actions.edit_profile(actor=request.actor, on=request.actor.today, unit=target, changes=data)
        return "Đã sửa thông tin liên hệ.", target

    return _form_page(request, form, title="Sửa thông tin", button="Lưu", crumbs=_crumbs(target), save=save)


@login_required
def rename(request: HttpRequest, code: str) -> HttpResponse:
    """Another name from a day on."""
    target = _found_unit(request, code)
    require(request.actor, EDIT, target)
    now = version_on(target, request.actor.today)
    initial = {"name": target.name, "short_name": now.short_name if now else "", "on": request.actor.today}
    form = shapes.RenameForm(request.POST or None, initial=initial)

    def save(data: dict[str, Any]) -> tuple[str, Unit]:
        actions.rename_units(
            actor=request.actor,
            on=data["on"],
            items=[actions.Rename(target, data["name"], data["short_name"])],
            decision=_decision(data),
        )
        return f"Từ ngày {format_date(data['on'])} đơn vị mang tên {data['name']}.", target

    return _form_page(
        request,
        form,
        title="Đổi tên",
        button="Ghi tên mới",
        crumbs=_crumbs(target),
        save=save,
        note="Tên cũ vẫn hiện khi xem số liệu của những ngày trước.",
    )


@login_required
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Under another superior from a day on."""
    target = _found_unit(request, code)
    require(request.actor, EDIT, target)
    form = shapes.MoveForm(request.POST or None, initial={"on": request.actor.today})

    def save(data: dict[str, Any]) -> tuple[str, Unit]:
        actions.move_units(
            actor=request.actor,
            on=data["on"],
            items=[actions.Move(target, data["parent"])],
            decision=_decision(data),
        )
        return f"Từ ngày {format_date(data['on'])} đơn vị trực thuộc {data['parent'].name}.", target

    return _form_page(
        request,
        form,
        title="Chuyển cấp trên",
        button="Ghi chuyển",
        crumbs=_crumbs(target),
        save=save,
        note="Đoàn viên và số liệu đi theo đơn vị; phần này ghi là sắp xếp tổ chức, không tính là tăng hay giảm.",
    )


@login_required
def end(request: HttpRequest, code: str) -> HttpResponse:
    """The unit exists no longer."""
    target = _found_unit(request, code)
    require(request.actor, FOUND, target)
    form = shapes.EndForm(request.POST or None, initial={"on": request.actor.today})

    def save(data: dict[str, Any]) -> tuple[str, Unit]:
        actions.end_unions(actor=request.actor, on=data["on"], units=[target], decision=_decision(data))
        return f"Đã ghi {target.name} kết thúc từ ngày {format_date(data['on'])}.", target

    return _form_page(
        request,
        form,
        title="Kết thúc đơn vị",
        button="Ghi kết thúc",
        crumbs=_crumbs(target),
        save=save,
        danger=True,
        note="Đơn vị phải không còn đoàn viên, đơn vị trực thuộc và doanh nghiệp phụ trách. Lịch sử được giữ nguyên.",
    )
