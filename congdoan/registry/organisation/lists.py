"""Lists of union bodies: the unions of a day, and those newly founded in a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeAlias

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse

from congdoan.foundation.access.queries import scope
from congdoan.foundation.catalogues.models import Sector
from congdoan.foundation.listing.queries import unit_option
from congdoan.foundation.measures.queries import stock
from congdoan.foundation.succession.queries import seen_today, standing_below_one
from congdoan.foundation.units.models import Unit, UnitKind, UnitPlacement
from congdoan.foundation.units.queries import counted_below_on, unit_named
from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, SavedView, declare_list
from congdoan.kit.text import search_prefix_query
from congdoan.registry.organisation.queries import foundings, unions_on
from congdoan.registry.organisation.rules import VIEW

Rows: TypeAlias = QuerySet[Unit]


def _named(rows: Rows) -> Rows:
    return rows.annotate(
        name_then=F("shown__name"),
        kind_name=F("shown__kind__short_name"),
        sector_name=F("shown__sector__name"),
        parent_name=F("shown__parent__name"),
        parent_code=F("shown__parent__code"),
        territory_name=F("shown__territory__name"),
    )


def _unions(context: ListContext) -> Rows:
    held = scope(context.actor, VIEW)
    seen = held.filter_on("pk", context.as_of)
    if context.structure == "today" and not held.everything:
        seen |= seen_today(held.below, "pk", today=context.actor.today)
    return _named(unions_on(context.as_of).filter(seen))


def placed_at_founding(ancestors: Any) -> Exists:
    """A condition on units: stood below one of ``ancestors`` on their founding day."""
    return Exists(
        UnitPlacement.objects.filter(
            Q(during__endswith__gt=OuterRef("founded_on")) | Q(during__upper_inf=True),
            unit=OuterRef("pk"),
            ancestor__in=ancestors,
            during__startswith__lte=OuterRef("founded_on"),
        )
    )


def _foundings(context: ListContext) -> Rows:
    held = scope(context.actor, VIEW)
    rows = foundings(date(1900, 1, 1), date.fromordinal(context.as_of.toordinal() + 1))
    if not held.everything:
        seen = held.filter("pk")
        if context.structure == "today":
            seen |= seen_today(held.below, "pk", today=context.actor.today)
        rows = rows.filter(seen | Q(placed_at_founding(held.below)) if held.below else seen)
    return _named(rows).annotate(
        decision_number=F("profile__founding_decision__number"),
        ended=F("ended_on"),
    )


def _in_unit(rows: Rows, value: str, context: ListContext) -> Rows:
    unit = unit_named(value)
    if unit is None:
        return rows.none()
    if context.structure == "today":
        return rows.filter(pk__in=standing_below_one(unit, today=context.actor.today))
    return rows.filter(pk__in=counted_below_on(unit, context.as_of).values("unit_id"))


def _founded_in_unit(rows: Rows, value: str, context: ListContext) -> Rows:
    unit = unit_named(value)
    if unit is not None and context.structure == "today":
        return rows.filter(pk__in=standing_below_one(unit, today=context.actor.today))
    return rows.filter(placed_at_founding([unit.pk])) if unit else rows.none()


def _in(column: str) -> Callable[[Rows, str, ListContext], Rows]:
    return lambda rows, value, context: rows.filter(**{f"{column}__in": value.split(",")})


def _day(lookup: str) -> Callable[[Rows, str, ListContext], Rows]:
    def apply(rows: Rows, value: str, context: ListContext) -> Rows:
        try:
            return rows.filter(**{lookup: date.fromisoformat(value)})
        except ValueError:
            return rows

    return apply


def _kinds(context: ListContext) -> list[tuple[str, str]]:
    return list(UnitKind.objects.filter(is_grassroots=True).values_list("code", "name"))


def _sectors(context: ListContext) -> list[tuple[str, str]]:
    return list(Sector.objects.values_list("code", "name"))


def _search(rows: Rows, typed: str, context: ListContext) -> Rows:
    query = search_prefix_query(typed)
    return rows.filter(search=SearchQuery(query, search_type="raw", config="simple")) if query else rows


def _load_members(rows: list[Any], context: ListContext) -> None:
    """Members of each row, and which superiors the reader may open: a fixed number of queries a page."""
    context.cache["members"] = stock("members", [row.pk for row in rows], on=context.as_of)
    seen = scope(context.actor, VIEW).filter_on("pk", context.as_of)
    above = {row.parent_code for row in rows if row.parent_code}
    context.cache["open"] = set(Unit.objects.filter(seen, code__in=above).values_list("code", flat=True))


def _members(row: Unit, context: ListContext) -> int:
    return int(context.cache["members"][row.pk])


def _page(row: Unit, context: ListContext) -> str:
    return reverse("organisation:unit", args=[row.code])


def _parent_page(row: Any, context: ListContext) -> str | None:
    return (
        reverse("organisation:unit", args=[row.parent_code])
        if row.parent_code in context.cache["open"]
        else None
    )


_COLUMNS = (
    Column("ten", "Tên", "name_then", sort=("sort_key",), width=45),
    Column("loai", "Loại", "kind_name", hide_on_phone=True, width=12),
    Column("khu_vuc", "Khu vực", "sector_name", hide_on_phone=True, width=28),
    Column("cap_tren", "Trực thuộc", "parent_name", url=_parent_page, hide_on_phone=True, width=36),
    Column("doan_vien", "Đoàn viên", _members, kind="number", width=12),
    Column("thanh_lap", "Thành lập", "founded_on", kind="date", sort=("founded_on", "sort_key"), width=14),
)
_FILTERS = (
    Filter("loai", "Loại", _in("shown__kind"), kind="multi", options=_kinds),
    Filter("khu_vuc", "Khu vực", _in("shown__sector"), kind="multi", options=_sectors),
)

UNIONS = declare_list(
    ListSpec(
        name="organisation.unions",
        title="Công đoàn cơ sở, nghiệp đoàn cơ sở",
        capability=VIEW,
        url_name="organisation:unions",
        obeys_structure=True,
        queryset=_unions,
        order=("sort_key", "id"),
        count_word="công đoàn",
        columns=(
            *_COLUMNS,
            Column("ma", "Mã", "code", on_screen=False, width=14),
            Column("dia_ban", "Địa bàn", "territory_name", on_screen=False, width=22),
        ),
        filters=(
            *_FILTERS,
            Filter("don_vi", "Thuộc", _in_unit, options=unit_option, is_hidden=True),
        ),
        search=_search,
        search_label="Tìm theo tên, mã; gõ không dấu cũng được",
        row_url=_page,
        prepare=_load_members,
        empty_title="Không có công đoàn nào khớp",
    )
)

FOUNDINGS = declare_list(
    ListSpec(
        name="organisation.foundings",
        title="Công đoàn thành lập mới",
        capability=VIEW,
        url_name="organisation:foundings",
        obeys_structure=True,
        queryset=_foundings,
        order=("founded_on", "sort_key", "id"),
        count_word="công đoàn",
        columns=(
            *_COLUMNS,
            Column("quyet_dinh", "Quyết định", "decision_number", hide_on_phone=True, width=20),
            Column("ket_thuc", "Kết thúc", "ended", kind="date", on_screen=False, width=14),
        ),
        filters=(
            Filter("tu_ngay", "Từ ngày", _day("founded_on__gte"), kind="date"),
            Filter("den_ngay", "Đến ngày", _day("founded_on__lte"), kind="date"),
            *_FILTERS,
            Filter("don_vi", "Thuộc", _founded_in_unit, options=unit_option, is_hidden=True),
        ),
        saved_views=(SavedView("Mới nhất", {"sap": "-thanh_lap"}), SavedView("Theo thứ tự thời gian", {})),
        search=_search,
        search_label="Tìm theo tên, mã; gõ không dấu cũng được",
        row_url=_page,
        prepare=_load_members,
        empty_title="Chưa có công đoàn nào thành lập trong thời gian này",
    )
)
