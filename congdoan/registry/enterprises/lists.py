"""The list of enterprises: on a day, in the reader's scope, filtered exactly as figures are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from django.contrib.postgres.search import SearchQuery
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse

from congdoan.foundation.access.queries import scope
from congdoan.foundation.catalogues.models import Park, Sector, Territory, Trade
from congdoan.foundation.succession.queries import seen_today, standing_below_one
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import counted_below_on, only_top, unit_named
from congdoan.kit.lists import (
    COUNT_LIMIT,
    BulkAction,
    Column,
    Filter,
    ListContext,
    ListSpec,
    SavedView,
    declare_list,
    filtered,
)
from congdoan.kit.numbers import format_number, whole_number
from congdoan.kit.text import search_prefix_query
from congdoan.registry.enterprises.actions import EnterpriseError, JudgementData, judge
from congdoan.registry.enterprises.choices import OPERATING_STATES
from congdoan.registry.enterprises.models import Enterprise, Hosting
from congdoan.registry.enterprises.queries import listed_on, recent_headcounts, years_before
from congdoan.registry.enterprises.rules import EDIT, VIEW

Rows: TypeAlias = QuerySet[Enterprise]

#: How long an employer must have operated to be called on first (seed 003 §II.2.1: "nhiều năm").
PRIORITY_YEARS = 2
#: From how many workers on a foreign-invested employer is called large there.
PRIORITY_WORKERS = 100


def _rows(context: ListContext) -> Rows:
    day = context.as_of
    held = scope(context.actor, VIEW)
    # To whoever stands at the top of everything nothing is out of scope, and thousands of units need no look-up.
    sees_all = held.everything or (bool(held.below) and only_top() in held.below)
    in_scope = Q() if sees_all else held.filter_on("now__unit", day)
    if context.structure == "today" and not sees_all:
        in_scope |= seen_today(held.below, "now__unit", today=context.actor.today)
    if not sees_all:
        # A union also sees the employers it works at, whoever is in charge of them.
        hosted = Hosting.objects.filter(held.filter("unit"), during__contains=day)
        in_scope |= Q(pk__in=hosted.values("enterprise_id"))
    large_fdi = Q(
        sector="fdi", now__band__gte=PRIORITY_WORKERS, started_on__lte=years_before(day, PRIORITY_YEARS)
    )
    return (
        listed_on(day)
        .filter(in_scope)
        .select_related("sector", "territory", "trade", "park")
        .annotate(
            workers_order=Coalesce(F("now__headcount"), Value(-1)),
            is_priority=Case(
                When(large_fdi & Q(now__has_union=False, now__operating="operating"), then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            ),
            # Whom to call on first: large FDI in operation for years without a union, then by size.
            priority=Case(
                When(large_fdi & Q(now__has_union=False, now__operating="operating"), then=Value(10_000_000)),
                default=Value(0),
                output_field=IntegerField(),
            )
            + Coalesce(F("now__headcount"), Value(0)),
        )
    )


def _unit(rows: Rows, value: str, context: ListContext) -> Rows:
    unit = unit_named(value)
    if unit is None:
        return rows.none()
    if context.structure == "today":
        return rows.filter(now__unit__in=standing_below_one(unit, today=context.actor.today))
    return rows.filter(now__unit__in=counted_below_on(unit, context.as_of).values("unit_id"))


def _unit_name(context: ListContext) -> list[tuple[str, str]]:
    value = context.get("don_vi")
    unit = unit_named(value) if value else None
    return [(value, unit.name if unit else value)] if value else []


def _in(column: str) -> Callable[[Rows, str, ListContext], Rows]:
    return lambda rows, value, context: rows.filter(**{f"{column}__in": value.split(",")})


def _flag(column: str) -> Callable[[Rows, str, ListContext], Rows]:
    return lambda rows, value, context: rows.filter(**{column: value == "1"})


def _number(lookup: str) -> Callable[[Rows, str, ListContext], Rows]:
    def apply(rows: Rows, value: str, context: ListContext) -> Rows:
        number = whole_number(value)
        return rows if number is None else rows.filter(**{lookup: number})

    return apply


def _bands(rows: Rows, value: str, context: ListContext) -> Rows:
    return rows.filter(now__band__in=[n for n in map(whole_number, value.split(",")) if n is not None])


def _operated(rows: Rows, value: str, context: ListContext) -> Rows:
    years = whole_number(value)
    if years is None or not 0 <= years <= 200:
        return rows
    return rows.filter(started_on__lte=years_before(context.as_of, years))


def _stale(rows: Rows, value: str, context: ListContext) -> Rows:
    fresh = Exists(recent_headcounts(context.as_of).filter(enterprise=OuterRef("pk")))
    if value != "1":
        return rows.filter(fresh)
    return rows.filter(~fresh, now__operating="operating", now__band__gte=20)


def _territory(rows: Rows, value: str, context: ListContext) -> Rows:
    if value == "-":
        return rows.filter(territory__isnull=True)
    return rows.filter(Q(territory=value) | Q(territory__parent=value) | Q(territory__parent__parent=value))


def _territory_name(context: ListContext) -> list[tuple[str, str]]:
    value = context.get("dia_ban")
    if value == "-":
        return [("-", "chưa ghi địa bàn")]
    return list(Territory.objects.filter(pk=value).values_list("code", "name")) if value else []


def _options(model: Any) -> Callable[[ListContext], list[tuple[str, str]]]:
    return lambda context: [(item.pk, str(item)) for item in model.objects.all()]


def _search(rows: Rows, typed: str, context: ListContext) -> Rows:
    query = search_prefix_query(typed)
    return rows.filter(search=SearchQuery(query, search_type="raw", config="simple")) if query else rows


def size_of(context: ListContext) -> tuple[int, int]:
    """How many employers the list shows, counted to a bound (COUNT_LIMIT + 1), and how many people work at those
    counted: what the figures of enterprises and workers say for the same filters. One query."""
    some = filtered(SPEC, context).order_by().values("now__headcount")[: COUNT_LIMIT + 1]
    found = some.aggregate(rows=Count("*"), workers=Sum("now__headcount"))
    return found["rows"], found["workers"] or 0


def size_words(context: ListContext) -> str:
    """The size of the list in words; the people at work only where all are counted."""
    rows, workers = size_of(context)
    if rows > COUNT_LIMIT:
        return f"hơn {format_number(COUNT_LIMIT)} {SPEC.count_word}"
    return f"{format_number(rows)} {SPEC.count_word} · {format_number(workers)} lao động"


def _page(row: Enterprise, context: ListContext) -> str:
    return reverse("enterprises:enterprise", args=[row.pk])


def _load_units(rows: list[Any], context: ListContext) -> None:
    """Which of the bodies in charge the reader may open: one query a page."""
    seen = scope(context.actor, "units.view").filter_on("pk", context.as_of)
    named = {row.unit_id for row in rows}
    context.cache["units"] = set(Unit.objects.filter(seen, pk__in=named).values_list("pk", flat=True))


def _unit_page(row: Any, context: ListContext) -> str | None:
    return (
        reverse("organisation:unit", args=[row.unit_code]) if row.unit_id in context.cache["units"] else None
    )


def _judge(stable: bool) -> Callable[[ListContext, list[int]], str]:
    def run(context: ListContext, ids: list[int]) -> str:
        on = context.actor.today
        chosen = list(Enterprise.objects.filter(pk__in=ids))
        word = "ổn định" if stable else "chưa ổn định"
        try:
            judge(
                actor=context.actor,
                on=on,
                items=[
                    JudgementData(row, is_stable=stable, reason="Đánh giá từ danh sách doanh nghiệp")
                    for row in chosen
                ],
            )
        except EnterpriseError as error:
            return str(error)
        return f"Đã đánh giá {len(chosen)} doanh nghiệp là {word}, kể từ ngày {on:%d/%m/%Y}."

    return run


_STATES = dict(OPERATING_STATES)
_THRESHOLDS = (5, 10, 20, 25, 50, 100, 200, 500, 1000)

SPEC = declare_list(
    ListSpec(
        name="enterprises.enterprises",
        title="Doanh nghiệp",
        capability=VIEW,
        url_name="enterprises:list",
        obeys_structure=True,
        queryset=_rows,
        order=("sort_key", "id"),
        count_word="doanh nghiệp, đơn vị",
        search=_search,
        search_label="Tìm theo tên, mã số thuế; gõ không dấu cũng được",
        row_url=_page,
        prepare=_load_units,
        columns=(
            Column("ten", "Tên", "name", sort=("sort_key",), width=45),
            Column("mst", "Mã số thuế", "tax_code", hide_on_phone=True, width=16),
            Column("khu_vuc", "Khu vực", "sector.name", hide_on_phone=True, width=28),
            Column("dia_ban", "Địa bàn", "territory.name", hide_on_phone=True, width=22),
            Column("lao_dong", "Lao động", "headcount", kind="number", sort=("workers_order",), width=11),
            Column(
                "cong_doan",
                "Công đoàn",
                lambda row, context: "Đã có" if row.has_union else "Chưa có",
                width=12,
            ),
            Column(
                "hoat_dong",
                "Hoạt động",
                lambda row, context: _STATES[row.operating].capitalize(),
                hide_on_phone=True,
                width=18,
            ),
            Column(
                "on_dinh",
                "Ổn định",
                lambda row, context: "Có" if row.is_stable else "Chưa",
                hide_on_phone=True,
                width=10,
            ),
            Column("phu_trach", "Phụ trách", "unit_name", url=_unit_page, hide_on_phone=True, width=36),
            Column(
                "uu_tien",
                "Ưu tiên",
                lambda row, context: "warn" if row.is_priority else "",
                kind="badge",
                sort=("priority",),
                in_export=False,
                on_screen=False,
            ),
            Column("tu_ngay", "Hoạt động từ", "started_on", kind="date", on_screen=False, width=14),
            Column("nganh", "Ngành", "trade.name", on_screen=False, width=30),
            Column("khu_cn", "Khu công nghiệp", "park.name", on_screen=False, width=24),
            Column("dia_chi", "Địa chỉ", "address", on_screen=False, width=40),
            Column(
                "dang",
                "Tổ chức Đảng",
                lambda row, context: "Có" if row.has_party else "Chưa",
                on_screen=False,
                width=12,
            ),
            Column("dien_thoai", "Điện thoại", "phone", on_screen=False, capability=EDIT, width=16),
            Column("lien_he", "Người liên hệ", "contact_name", on_screen=False, capability=EDIT, width=24),
        ),
        filters=(
            Filter("co_cong_doan", "Có công đoàn", _flag("now__has_union"), kind="bool"),
            Filter(
                "tu_lao_dong",
                "Lao động từ",
                _number("now__headcount__gte"),
                options=[(str(number), f"{number:,}".replace(",", ".")) for number in _THRESHOLDS],
            ),
            Filter("khu_vuc", "Khu vực", _in("now__sector"), kind="multi", options=_options(Sector)),
            Filter(
                "hoat_dong",
                "Hoạt động",
                _in("now__operating"),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in OPERATING_STATES],
            ),
            Filter("on_dinh", "Ổn định", _flag("now__is_stable"), kind="bool"),
            Filter("to_chuc_dang", "Tổ chức Đảng", _flag("now__has_party"), kind="bool"),
            Filter("nganh", "Ngành", _in("trade"), kind="multi", options=_options(Trade)),
            Filter("khu_cn", "Khu công nghiệp", _in("park"), kind="multi", options=_options(Park)),
            Filter("don_vi", "Phụ trách", _unit, options=_unit_name, is_hidden=True),
            Filter("dia_ban", "Địa bàn", _territory, options=_territory_name, is_hidden=True),
            Filter("den_lao_dong", "Lao động đến", _number("now__headcount__lte"), is_hidden=True),
            Filter("bac", "Bậc lao động", _bands, kind="multi", is_hidden=True),
            Filter("la_dn", "Là doanh nghiệp", _flag("sector__is_enterprise"), kind="bool", is_hidden=True),
            Filter("tu_nam", "Số năm hoạt động từ", _operated, is_hidden=True),
            Filter("so_lieu_cu", "Số lao động cũ hơn một năm", _stale, kind="bool", is_hidden=True),
        ),
        saved_views=(
            SavedView("Tất cả", {}),
            SavedView(
                "Ưu tiên vận động",
                {"co_cong_doan": "0", "hoat_dong": "operating", "tu_lao_dong": "20", "sap": "-uu_tien"},
            ),
            SavedView(
                "Ổn định từ 20 lao động chưa có công đoàn",
                {"co_cong_doan": "0", "on_dinh": "1", "tu_lao_dong": "20"},
            ),
            SavedView("Số lao động cần cập nhật", {"so_lieu_cu": "1"}),
        ),
        actions=(
            BulkAction(
                "on_dinh",
                "Đánh giá ổn định",
                _judge(True),
                icon="circle-check",
                capability=EDIT,
                confirm="Ghi các doanh nghiệp đã chọn là sản xuất kinh doanh ổn định, kể từ hôm nay?",
            ),
            BulkAction(
                "khong_on_dinh",
                "Chưa ổn định",
                _judge(False),
                icon="circle-x",
                capability=EDIT,
                confirm="Ghi các doanh nghiệp đã chọn là chưa ổn định, kể từ hôm nay?",
            ),
        ),
        empty_title="Không có doanh nghiệp nào khớp",
        empty_text="Bớt một điều kiện lọc, hoặc đổi ngày xem số liệu. Tìm không cần dấu.",
    )
)
