"""The pages of a unit: overview, people, bodies below, employers, history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from congdoan.foundation.access.queries import may, scope
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.measures.queries import rows as measure_rows
from congdoan.foundation.measures.queries import series, stock
from congdoan.foundation.papers.catalogue import Paper
from congdoan.foundation.succession.queries import predecessors_of
from congdoan.foundation.units.models import KindAuthority, Unit, UnitVersion
from congdoan.foundation.units.queries import children_on, counted_below_on, known_version
from congdoan.kit.charts import Step, trend, waterfall
from congdoan.kit.dates import format_date
from congdoan.kit.numbers import format_number, format_signed
from congdoan.registry.enterprises.models import Hosting
from congdoan.registry.enterprises.queries import listed_on
from congdoan.registry.membership.choices import KINDS
from congdoan.registry.membership.queries import reconciliation
from congdoan.registry.organisation.documents import UnitPapers
from congdoan.registry.organisation.models import UnitProfile
from congdoan.registry.organisation.queries import figures_on
from congdoan.registry.organisation.rules import EDIT
from congdoan.registry.organisation.views.asking import (
    SHORT,
    flow_names,
    found_unit,
    groups_of,
    names,
    succession,
    unit_page,
)
from congdoan.registry.organisation.views.tree_page import ORDER

#: Movements that are no growth: what began to be booked, and reorganisation.
_NO_GROWTH = frozenset({"opening", "reorganise_in", "reorganise_out"})


@login_required
@require_GET
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """The unit at a glance: its figures, where its net growth comes from, who it is and what it may decide."""
    found = found_unit(request, code)
    on = request.as_of
    version = known_version(found, on)
    assert version is not None
    groups = groups_of(request, [found.pk])
    figures = figures_on([found.pk], on, groups=groups)[found.pk]
    year, tomorrow = date(on.year, 1, 1), on + timedelta(days=1)
    counted = reconciliation(found.pk, year, tomorrow, groups=groups)
    profile = UnitProfile.objects.filter(unit=found).select_related("founding_decision__issuer").first()
    months = [*_month_ends(on, 12), on]
    key_figures = [
        ("Đoàn viên", format_number(figures.members), names(request, "members", found.pk, on)),
        ("Thực tăng từ đầu năm", format_signed(counted.net_growth), "#doi-chieu"),
        ("Công đoàn cơ sở", format_number(figures.unions), names(request, "unions", found.pk, on)),
        (
            "Thành lập mới năm nay",
            format_number(figures.founded),
            flow_names(request, "unions", found.pk, year, tomorrow, movement="found"),
        ),
        ("Doanh nghiệp", format_number(figures.enterprises), names(request, "enterprises", found.pk, on)),
        ("Lao động", format_number(figures.workers), names(request, "workers", found.pk, on)),
    ]
    return unit_page(
        request,
        found,
        "unit",
        version=version,
        key_figures=key_figures,
        counted=counted,
        lines=_reconciled(request, found.pk, counted, year, tomorrow),
        growth=waterfall(
            counted.opening,
            [
                *(Step(SHORT.get(group, label), n) for group, label, n in counted.lines),
                Step("Số dư mới", counted.opening_balances, apart=True),
                Step("Sắp xếp", counted.reorganised + counted.structure, apart=True),
            ],
            counted.closing,
            title=f"Đoàn viên năm {on.year} tăng, giảm từ đâu?",
        ),
        members=trend(
            [format_date(day) for day in months],
            series("members", found.pk, months, groups=groups),
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


def _reconciled(request: HttpRequest, unit_id: int, counted: Any, from_on: date, to_on: date) -> list[_Line]:
    """The reconciliation as lines of a table; each flow opens its movements."""

    def url(group: str) -> str:
        kinds = [kind.code for kind in KINDS.values() if kind.group == group]
        return flow_names(request, "members", unit_id, from_on, to_on, movement=kinds)

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
        ("Vị trí trụ sở", str(profile.place or "") if profile else ""),
    ]


@login_required
@require_GET
def people(request: HttpRequest, code: str) -> HttpResponse:
    """Who belongs to the unit and all below it: how many, of which sex and sector, each opening its names."""
    found = found_unit(request, code)
    on = request.as_of
    by_sex: dict[str, int] = {}
    by_sector: dict[str, int] = {}
    groups = groups_of(request, [found.pk])
    for row in measure_rows("members", [found.pk], from_on=None, to_on=on + timedelta(days=1), groups=groups):
        by_sex[row.dims.get("sex") or ""] = by_sex.get(row.dims.get("sex") or "", 0) + row.n
        by_sector[row.dims.get("sector") or ""] = by_sector.get(row.dims.get("sector") or "", 0) + row.n
    from congdoan.foundation.catalogues.models import Sector

    sexes = {"f": "Nữ", "m": "Nam", "": "Chưa rõ"}
    sectors = dict(Sector.objects.values_list("pk", "name")) | {"": "Chưa rõ"}
    total = sum(by_sex.values())
    return unit_page(
        request,
        found,
        "people",
        total=total,
        total_url=names(request, "members", found.pk, on),
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
    url = names(request, "members", found.pk, on, **{dimension: value}) if value else ""
    return {"label": label, "n": n, "url": url, "share": n / total if total else None}


@login_required
@require_GET
def children(request: HttpRequest, code: str) -> HttpResponse:
    """The units directly below, with their figures. The number of queries does not grow with their number."""
    found = found_unit(request, code)
    on, in_today = request.as_of, request.structure == "today"
    # In today's structure the bodies are today's, with their figures of the day.
    versions = list(children_on(found, request.actor.today if in_today else on).order_by(*ORDER))
    ids = [version.unit_id for version in versions]
    groups = groups_of(request, ids)
    figures = figures_on(ids, on, groups=groups)
    year, tomorrow = date(on.year, 1, 1), on + timedelta(days=1)
    growth = dict.fromkeys(ids, 0)
    for row in measure_rows("members", ids, from_on=year, to_on=tomorrow, groups=groups):
        if not row.is_structure and row.dims.get("movement") not in _NO_GROWTH:
            growth[row.unit_id] += row.n
    without = {"operating": "operating", "has_union": False, "band": {"min": 20}}
    lacking = stock("enterprises", ids, on=on, filters=without, groups=groups)
    lines = [
        {
            "version": version,
            "figures": figures[version.unit_id],
            "growth": format_signed(growth[version.unit_id]),
            "lacking": lacking[version.unit_id],
            "members_url": names(request, "members", version.unit_id, on),
            "unions_url": names(request, "unions", version.unit_id, on),
            "founded_url": flow_names(request, "unions", version.unit_id, year, tomorrow, movement="found"),
            "enterprises_url": names(request, "enterprises", version.unit_id, on),
            "lacking_url": names(request, "enterprises", version.unit_id, on, **without),
        }
        for version in versions
    ]
    return unit_page(request, found, "children", lines=lines)


@login_required
@require_GET
def enterprises(request: HttpRequest, code: str) -> HttpResponse:
    """Employers where the unit works, and those it is in charge of."""
    found = found_unit(request, code)
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
    groups = groups_of(request, [found.pk])
    figures = [
        (
            label,
            format_number(stock("enterprises", [found.pk], on=on, filters=filters, groups=groups)[found.pk]),
            names(request, "enterprises", found.pk, on, **filters),
        )
        for label, filters in cuts
    ]
    hosted = Hosting.objects.filter(unit=found, during__contains=on).select_related("enterprise__sector")
    held = scope(actor, "enterprises.view").filter_on("unit_id", on)
    own = listed_on(on).filter(
        held,
        unit_id__in=groups[found.pk] if groups else counted_below_on(found, on).values("unit_id"),
        has_union=False,
        operating="operating",
        sector__is_enterprise=True,
    )
    return unit_page(
        request,
        found,
        "enterprises",
        figures=figures,
        hosted=hosted.order_by("enterprise__sort_key"),
        first=own.select_related("sector").order_by(F("now__headcount").desc(nulls_last=True), "sort_key")[
            :15
        ],
        coverage_url=reverse("enterprises:coverage") + f"?don_vi={found.code}",
        all_url=names(request, "workers", found.pk, on),
    )


@login_required
@require_GET
def history(request: HttpRequest, code: str) -> HttpResponse:
    """What the unit was, day by day, and by which decisions."""
    found = found_unit(request, code)
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
    events += _taken_over(request, found)
    for item in succession(request, found):
        events.append(
            {
                "on": item.on,
                "title": f"{_named([heir.name for heir in item.heirs])} kế thừa ({item.way})"
                if found.ended_on is not None
                else f"Một phần chuyển sang {_named([heir.name for heir in item.heirs])} ({item.way})",
                "detail": f"Quyết định {item.decision}" if item.decision else "",
                "state": "info",
            }
        )
    events.sort(key=lambda event: event["on"])
    offered: list[tuple[Paper, list[str]]] = []
    if may(request.actor, EDIT, found):
        held = UnitPapers.of(found)
        offered = [(item, held.missing(item, on=request.actor.today)) for item in held.offered()]
    return unit_page(
        request,
        found,
        "history",
        events=events[::-1],
        versions=versions[::-1],
        papers=offered,
        lacking=any(item[1] for item in offered),
    )


def _named(names_of: list[str]) -> str:
    """Names in a row; of more than a few only the number is said."""
    rest = len(names_of) - 8
    return ", ".join(names_of[:8]) + (f" và {rest} đơn vị khác" if rest > 0 else "")


def _taken_over(request: HttpRequest, found: Unit) -> list[dict[str, Any]]:
    """What came to the unit by rearrangements. One query."""
    grouped: dict[tuple[date, str, str], list[str]] = {}
    for row in predecessors_of(found):
        key = (row.on, row.get_way_display(), str(row.decision or ""))
        grouped.setdefault(key, []).append(row.unit.name)
    events = []
    for (on, way, decision), names_of in grouped.items():
        events.append(
            {
                "on": on,
                "title": f"Kế thừa {_named(names_of)} ({way})",
                "detail": f"Quyết định {decision}" if decision else "",
                "state": "info",
            }
        )
    return events


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
