"""The committees of unions on a day: who chairs, until when, which need to be completed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeAlias

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse

from congdoan.foundation.access.queries import scope
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.listing.queries import unit_option
from congdoan.foundation.units.models import Unit, UnitPlacement
from congdoan.foundation.units.queries import counted_below_on, unit_named
from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, SavedView, declare_list
from congdoan.kit.text import search_prefix_query
from congdoan.registry.committees.choices import CHAIR
from congdoan.registry.committees.queries import NEAR, summaries
from congdoan.registry.founding.models import CommitteePost
from congdoan.registry.membership.models import Membership
from congdoan.registry.organisation.queries import unions_on

Rows: TypeAlias = QuerySet[Unit]


def _unions(context: ListContext) -> Rows:
    seen = scope(context.actor, "membership.view").filter_on("pk", context.as_of)
    return unions_on(context.as_of).filter(seen).annotate(name_then=F("shown__name"))


def _held(context: ListContext) -> Any:
    return CommitteePost.objects.filter(unit=OuterRef("pk"), during__contains=context.as_of)


def _ever(context: ListContext) -> Any:
    return CommitteePost.objects.filter(unit=OuterRef("pk"), during__startswith__lte=context.as_of)


def _state(rows: Rows, value: str, context: ListContext) -> Rows:
    chair = Exists(_held(context).filter(post=CHAIR))
    if value == "khuyet":
        return rows.filter(Exists(_held(context)), ~chair)
    if value == "het":
        return rows.filter(Exists(_ever(context)), ~Exists(_held(context)))
    if value == "sap":
        near = context.as_of + timedelta(days=NEAR)
        return rows.filter(Exists(_held(context).filter(during__endswith__lte=near)))
    if value == "chua":
        return rows.filter(~Exists(_ever(context)))
    if value == "it":
        return rows.filter(~Exists(_members(context)))
    return rows.filter(chair) if value == "du" else rows


def _members(context: ListContext) -> Any:
    """The member that makes a union large enough: the fifth of all, where five found one by the general parameter of the
    day (the first where none held). A row reads no more than so many."""
    try:
        least = max(1, int(parameter("founding.quorum", on=context.as_of).value))
    except LookupError:
        least = 1
    below = UnitPlacement.objects.filter(ancestor=OuterRef(OuterRef("pk")), during__contains=context.as_of)
    held = Membership.objects.filter(
        unit__in=below.values("unit_id"), during__contains=context.as_of, is_primary=True
    )
    return held[least - 1 : least]


def _in_unit(rows: Rows, value: str, context: ListContext) -> Rows:
    unit = unit_named(value)
    return (
        rows.filter(pk__in=counted_below_on(unit, context.as_of).values("unit_id")) if unit else rows.none()
    )


def _search(rows: Rows, typed: str, context: ListContext) -> Rows:
    query = search_prefix_query(typed)
    return rows.filter(search=SearchQuery(query, search_type="raw", config="simple")) if query else rows


def _load(rows: list[Any], context: ListContext) -> None:
    context.cache["committees"] = summaries([row.pk for row in rows], context.as_of)


def _of(row: Unit, context: ListContext) -> Any:
    return context.cache["committees"][row.pk]


UNIONS = declare_list(
    ListSpec(
        name="committees.unions",
        title="Ban Chấp hành công đoàn cơ sở",
        capability="membership.view",
        url_name="committees:list",
        queryset=_unions,
        order=("sort_key", "id"),
        count_word="công đoàn",
        is_personal=True,
        columns=(
            Column("ten", "Công đoàn", "name_then", width=45),
            Column("chu_tich", "Chủ tịch", lambda row, context: _of(row, context).chair, width=28),
            Column(
                "so_nguoi",
                "Số người",
                lambda row, context: _of(row, context).people,
                kind="number",
                hide_on_phone=True,
                width=10,
            ),
            Column(
                "het_han",
                "Hết nhiệm kỳ",
                lambda row, context: _of(row, context).last_on,
                kind="date",
                hide_on_phone=True,
                width=14,
            ),
            Column("tinh_trang", "Tình trạng", lambda row, context: _of(row, context).words, width=20),
        ),
        filters=(
            Filter(
                "tinh_trang",
                "Tình trạng",
                _state,
                options=[
                    ("khuyet", "Khuyết Chủ tịch"),
                    ("het", "Đã hết nhiệm kỳ"),
                    ("sap", f"Hết nhiệm kỳ trong {NEAR} ngày"),
                    ("du", "Có Chủ tịch"),
                    ("it", "Ít đoàn viên hơn số tối thiểu để thành lập"),
                    ("chua", "Sổ chưa ghi"),
                ],
            ),
            Filter("don_vi", "Thuộc", _in_unit, options=unit_option, is_hidden=True),
        ),
        saved_views=(
            SavedView("Tất cả", {}),
            SavedView("Khuyết Chủ tịch", {"tinh_trang": "khuyet"}),
            SavedView("Đã hết nhiệm kỳ", {"tinh_trang": "het"}),
            SavedView("Sắp hết nhiệm kỳ", {"tinh_trang": "sap"}),
            SavedView("Quá ít đoàn viên", {"tinh_trang": "it"}),
        ),
        search=_search,
        search_label="Tìm theo tên, mã công đoàn; gõ không dấu cũng được",
        row_url=lambda row, context: reverse("committees:unit", args=[row.code]),
        prepare=_load,
        empty_title="Không có công đoàn nào khớp",
    )
)
