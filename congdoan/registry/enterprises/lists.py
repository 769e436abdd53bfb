"""The list of enterprises: on a day, in the reader's scope, filtered exactly as figures are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from congdoan.foundation.access.queries import Scope, scope
from congdoan.foundation.catalogues.models import Park, Sector, Territory, Trade
from congdoan.foundation.measures.queries import stock
from congdoan.foundation.units.models import Unit, UnitPlacement
from congdoan.foundation.units.queries import children_on, counted_on, only_top, unit_named
from congdoan.kit.finding import AnyOf
from congdoan.kit.lists import (
    ALONE,
    COUNT_LIMIT,
    BulkAction,
    Column,
    Filter,
    ListContext,
    ListSpec,
    SavedView,
    declare_list,
    filtered,
    page_url,
)
from congdoan.kit.numbers import format_number, whole_number
from congdoan.registry.enterprises.actions import EnterpriseError, JudgementData, judge
from congdoan.registry.enterprises.choices import BANDS, COUNTED_STATES, OPERATING_STATES
from congdoan.registry.enterprises.finding import SOME, Found, Places, by_name, is_whole, nearby, places
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.enterprises.queries import listed_on, years_before
from congdoan.registry.enterprises.rules import EDIT, VIEW

Rows: TypeAlias = QuerySet[Enterprise]


def _scope(context: ListContext) -> Scope:
    """The actor's scope, asked once a page."""
    if "scope" not in context.cache:
        context.cache["scope"] = scope(context.actor, VIEW)
    found: Scope = context.cache["scope"]
    return found


def _top(context: ListContext) -> int | None:
    if "top" not in context.cache:
        context.cache["top"] = only_top()
    found: int | None = context.cache["top"]
    return found


def _asked(context: ListContext) -> Unit | None:
    """The body whose employers are asked for; None for all, or when there is no such body."""
    if "asked" not in context.cache:
        context.cache["asked"] = unit_named(context.get("don_vi")) if context.get("don_vi") else None
    found: Unit | None = context.cache["asked"]
    return found


def _places(context: ListContext) -> Places:
    if "places" not in context.cache:
        asked = _asked(context)
        unknown = bool(context.get("don_vi")) and asked is None
        today = context.actor.today if context.structure == "today" else None
        found = Places(()) if unknown else places(_scope(context), _top(context), asked, context.as_of, today)
        context.cache["places"] = found
    kept: Places = context.cache["places"]
    return kept


def _rows(context: ListContext) -> Rows:
    rows = _places(context).narrow(listed_on(context.as_of))
    return rows.annotate(workers_order=Coalesce(F("now__headcount"), Value(-1)))


def _unchanged(rows: Rows, value: str, context: ListContext) -> Rows:
    """For filters that the queryset itself obeys."""
    return rows


def _unit_name(context: ListContext) -> list[tuple[str, str]]:
    value, unit = context.get("don_vi"), _asked(context)
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
    return rows.filter(band__in=[n for n in map(whole_number, value.split(",")) if n is not None])


def _operated(rows: Rows, value: str, context: ListContext) -> Rows:
    years = whole_number(value)
    if years is None or not 0 <= years <= 200:
        return rows
    return rows.filter(started_on__lte=years_before(context.as_of, years))


def _priority(rows: Rows, value: str, context: ListContext) -> Rows:
    # Who is called on first has no union; said aloud, the index of their order answers.
    return rows.filter(is_priority=True, has_union=False) if value == "1" else rows.filter(is_priority=False)


def _territory(rows: Rows, value: str, context: ListContext) -> Rows:
    if value == "-":
        return rows.filter(territory__isnull=True)
    return rows.filter(Q(territory=value) | Q(territory__parent=value) | Q(territory__parent__parent=value))


def _not_below(rows: Rows, value: str, context: ListContext) -> Rows:
    """What the body asked for is in charge of itself, or by bodies that have ended: whom none of the bodies directly
    below it on the day accounts for."""
    unit = _asked(context)
    if unit is None or value != "1":
        return rows
    below = set(children_on(unit, context.as_of).values_list("unit_id", flat=True))
    placed = UnitPlacement.objects.filter(counted_on(context.as_of))
    accounted = set(placed.filter(ancestor__in=below).values_list("unit_id", flat=True))
    own = set(placed.filter(ancestor=unit).values_list("unit_id", flat=True)) - accounted
    return rows.filter(AnyOf("unit_id", sorted(own)))


def _territory_name(context: ListContext) -> list[tuple[str, str]]:
    value = context.get("dia_ban")
    if value == "-":
        return [("-", "chưa ghi địa bàn")]
    return list(Territory.objects.filter(pk=value).values_list("code", "name")) if value else []


def _catalogue(model: Any, context: ListContext) -> dict[str, Any]:
    """All entries of a small catalogue by code, read once a page: for the filters and for the names in the rows."""
    key = f"catalogue:{model.__name__}"
    if key not in context.cache:
        context.cache[key] = {item.pk: item for item in model.objects.all()}
    found: dict[str, Any] = context.cache[key]
    return found


def _options(model: Any) -> Callable[[ListContext], list[tuple[str, str]]]:
    return lambda context: [(code, str(item)) for code, item in _catalogue(model, context).items()]


def _search(rows: Rows, typed: str, context: ListContext) -> Rows:
    found = by_name(rows, typed, _places(context), context)
    context.cache["found"] = found
    return found.rows


#: Parameters that do not narrow the list, or as dimensions of the measures do.
_NOT_FILTERS = {"sap", "sau", "truoc", "ngay", ALONE, "don_vi", "la_dn"}
_FLAGS = {"co_cong_doan": "has_union", "on_dinh": "is_stable", "to_chuc_dang": "has_party"}
_DIMENSIONS = {*_FLAGS, "khu_vuc", "hoat_dong", "tu_lao_dong", "bac"}
#: Filters that are measures of their own.
_MEASURES = {"uu_tien": "enterprises_priority", "so_lieu_cu": "headcounts_stale"}


def _root(context: ListContext) -> int | None:
    """The body whose figures count whom the list shows; None for a reader to whom they do not, since he also sees
    employers that others are in charge of."""
    held, unit, top = _scope(context), _asked(context), _top(context)
    if not context.get("don_vi"):
        return top if is_whole(held, top) else None
    if context.structure == "today":
        # The measures know what stood below the body on the day; the list shows what stands there now.
        return None
    if unit is None or not (is_whole(held, top) or Scope(False, held.below, ()).contains(unit.pk)):
        return None
    return unit.pk


def _dimensions(context: ListContext) -> dict[str, Any] | None:
    """The filters of the list as filters of the measures; None when there are others."""
    asked = {name for name, value in context.params.items() if value} - _NOT_FILTERS
    if asked - _DIMENSIONS:
        return None
    filters: dict[str, Any] = {_FLAGS[name]: context.get(name) == "1" for name in asked & set(_FLAGS)}
    if "khu_vuc" in asked:
        filters["sector"] = context.many("khu_vuc")
    if "hoat_dong" in asked:
        filters["operating"] = context.many("hoat_dong")
    bands = {-1, *BANDS}
    if "tu_lao_dong" in asked:
        border = whole_number(context.get("tu_lao_dong"))
        if border is None or border not in BANDS:
            return None
        bands = {band for band in bands if band >= border}
    if "bac" in asked:
        bands &= {n for n in map(whole_number, context.many("bac")) if n is not None}
    if len(bands) <= len(BANDS):
        filters["band"] = sorted(bands)
    return filters


def measured(context: ListContext) -> tuple[int, dict[str, Any]] | None:
    """The body and the filters under which the measures count the list, asked once a page; None when none do."""
    if "measured" not in context.cache:
        filters = _dimensions(context)
        root = _root(context) if filters is not None else None
        context.cache["measured"] = None if root is None else (root, filters)
    found: tuple[int, dict[str, Any]] | None = context.cache["measured"]
    return found


def size_of(context: ListContext) -> tuple[int, int]:
    """How many employers the list shows, counted to a bound (COUNT_LIMIT + 1), and how many people work at those
    counted: what the figures of enterprises and workers say for the same filters. One query, once a page."""
    if "size" not in context.cache:
        some = filtered(SPEC, context).order_by().values("headcount")[: COUNT_LIMIT + 1]
        found = some.aggregate(rows=Count("*"), workers=Sum("headcount"))
        context.cache["size"] = (found["rows"], found["workers"] or 0)
    size: tuple[int, int] = context.cache["size"]
    return size


def _count(context: ListContext) -> int | str:
    """How many, once a page: see `_counted`."""
    if "count" not in context.cache:
        context.cache["count"] = _counted(context)
    found: int | str = context.cache["count"]
    return found


def _counted(context: ListContext) -> int | str:
    """From the measure where it says what the list shows, or that there are too many to count; a search that finds
    many is counted up to a bound that costs no more than the page."""
    if context.get("q"):
        if "size" in context.cache:
            return _up_to(SOME, size_of(context)[0])
        found: Found = context.cache["found"]
        if found.count is not None:
            return found.count
        return _up_to(SOME, found.some.order_by()[: SOME + 1].count())
    if "size" in context.cache:
        return _up_to(COUNT_LIMIT, size_of(context)[0])
    told = measured(context)
    if told is not None:
        root, filters = told
        n = stock("enterprises", [root], on=context.as_of, filters=filters)[root]
        states = set(filters.get("operating", [""]))
        if context.get("la_dn") == "1" and states <= set(COUNTED_STATES):
            return n
        # The list also shows employers that are no enterprises, and those that have ended.
        if n > COUNT_LIMIT and context.get("la_dn") != "0":
            return _up_to(COUNT_LIMIT, n)
    asked = {name for name, value in context.params.items() if value} - _NOT_FILTERS
    for name, measure in _MEASURES.items():
        body = _root(context) if asked == {name} and context.get(name) == "1" else None
        if body is not None and not context.get("la_dn"):
            return stock(measure, [body], on=context.as_of)[body]
    return _up_to(COUNT_LIMIT, size_of(context)[0])


def _up_to(limit: int, count: int) -> int | str:
    return count if count <= limit else f"hơn {format_number(limit)}"


def _workers_note(context: ListContext) -> str:
    """How many people work at what the list shows; '' where only a count of everything could tell."""
    told = measured(context)
    if "size" in context.cache and not isinstance(_count(context), str):
        workers = size_of(context)[1]
    elif told is not None:
        root, filters = told
        if context.get("la_dn"):
            among = Sector.objects.filter(is_enterprise=context.get("la_dn") == "1")
            asked = filters.get("sector")
            codes = among.values_list("pk", flat=True)
            filters = {**filters, "sector": [code for code in codes if asked is None or code in asked]}
        workers = stock("workers", [root], on=context.as_of, filters=filters)[root]
    elif context.get("q"):
        if isinstance(_count(context), str):
            return ""
        found: Found = context.cache["found"]
        workers = found.some.aggregate(n=Sum("headcount"))["n"] or 0
    else:
        return ""
    return f"{format_number(workers)} lao động"


def _page(row: Enterprise, context: ListContext) -> str:
    return page_url("enterprises:enterprise", row.pk, context)


def _name_of(model: Any, field: str) -> Callable[[Any, ListContext], str]:
    """The name of a row's sector, trade … by its code, which costs less than a join to every row."""

    def read(row: Any, context: ListContext) -> str:
        code = getattr(row, field)
        return str(_catalogue(model, context)[code].name) if code is not None else ""

    return read


def _territory_of(row: Any, context: ListContext) -> str:
    return str(context.cache["territories"].get(row.territory_id, ""))


def _load_territories(rows: list[Any], context: ListContext) -> None:
    """The names of the page's territories, of which there are thousands. At most one query."""
    names = context.cache.setdefault("territories", {})
    lacking = {row.territory_id for row in rows} - {None, *names}
    if lacking:
        names.update(Territory.objects.filter(pk__in=lacking).values_list("pk", "name"))


def _prepare(rows: list[Any], context: ListContext) -> None:
    _load_territories(rows, context)
    _load_units(rows, context)


def _load_units(rows: list[Any], context: ListContext) -> None:
    """Which of the bodies in charge the reader may open, and for which the reader may know whom to call: a query
    each a page."""
    named = {row.unit_id for row in rows}
    edited = scope(context.actor, EDIT)
    if is_whole(edited, _top(context)):
        context.cache["edited"] = named
    else:
        context.cache["edited"] = set(
            Unit.objects.filter(edited.filter("pk"), pk__in=named).values_list("pk", flat=True)
        )
    seen = scope(context.actor, "units.view")
    if is_whole(seen, _top(context)):
        context.cache["units"] = named
        return
    shown = Unit.objects.filter(seen.filter_on("pk", context.as_of), pk__in=named)
    context.cache["units"] = set(shown.values_list("pk", flat=True))


def _contact(field: str) -> Callable[[Any, ListContext], str]:
    """Telephone and contact person, for whoever may edit this very employer and not just some."""

    def read(row: Any, context: ListContext) -> str:
        return str(getattr(row, field)) if row.unit_id in context.cache["edited"] else ""

    return read


def _unit_page(row: Any, context: ListContext) -> str | None:
    if row.unit_id not in context.cache["units"]:
        return None
    return page_url("organisation:unit", row.unit_code, context)


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
        count=_count,
        count_note=_workers_note,
        search=_search,
        nearby=lambda rows, order, context: nearby(rows, order, _places(context), context),
        search_label="Tìm theo tên, mã số thuế; gõ không dấu cũng được",
        row_url=_page,
        prepare=_prepare,
        reads=(
            *("name", "tax_code", "sector_id", "territory_id", "trade_id", "park_id", "address"),
            *("started_on", "phone", "contact_name", "unit_id", "unit_name", "unit_code", "headcount"),
            *("operating", "is_stable", "has_party", "has_union", "is_priority"),
        ),
        columns=(
            Column("ten", "Tên", "name", sort=("sort_key",), width=45),
            Column("mst", "Mã số thuế", "tax_code", hide_on_phone=True, width=16),
            Column("khu_vuc", "Khu vực", _name_of(Sector, "sector_id"), hide_on_phone=True, width=28),
            Column("dia_ban", "Địa bàn", _territory_of, hide_on_phone=True, width=22),
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
                sort=("is_priority", "workers_order"),
                in_export=False,
                on_screen=False,
            ),
            Column("tu_ngay", "Hoạt động từ", "started_on", kind="date", on_screen=False, width=14),
            Column("nganh", "Ngành", _name_of(Trade, "trade_id"), on_screen=False, width=30),
            Column("khu_cn", "Khu công nghiệp", _name_of(Park, "park_id"), on_screen=False, width=24),
            Column("dia_chi", "Địa chỉ", "address", on_screen=False, width=40),
            Column(
                "dang",
                "Tổ chức Đảng",
                lambda row, context: "Có" if row.has_party else "Chưa",
                on_screen=False,
                width=12,
            ),
            Column("dien_thoai", "Điện thoại", _contact("phone"), on_screen=False, capability=EDIT, width=16),
            Column(
                "lien_he",
                "Người liên hệ",
                _contact("contact_name"),
                on_screen=False,
                capability=EDIT,
                width=24,
            ),
        ),
        filters=(
            Filter("co_cong_doan", "Có công đoàn", _flag("has_union"), kind="bool"),
            Filter(
                "tu_lao_dong",
                "Lao động từ",
                _number("headcount__gte"),
                options=[(str(number), f"{number:,}".replace(",", ".")) for number in _THRESHOLDS],
            ),
            Filter("khu_vuc", "Khu vực", _in("sector"), kind="multi", options=_options(Sector)),
            Filter(
                "hoat_dong",
                "Hoạt động",
                _in("operating"),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in OPERATING_STATES],
            ),
            Filter("on_dinh", "Ổn định", _flag("is_stable"), kind="bool"),
            Filter("to_chuc_dang", "Tổ chức Đảng", _flag("has_party"), kind="bool"),
            Filter("nganh", "Ngành", _in("trade"), kind="multi", options=_options(Trade)),
            Filter("khu_cn", "Khu công nghiệp", _in("park"), kind="multi", options=_options(Park)),
            Filter("don_vi", "Phụ trách", _unchanged, options=_unit_name, is_hidden=True),
            Filter("dia_ban", "Địa bàn", _territory, options=_territory_name, is_hidden=True),
            Filter("den_lao_dong", "Lao động đến", _number("headcount__lte"), is_hidden=True),
            Filter("bac", "Bậc lao động", _bands, kind="multi", is_hidden=True),
            Filter("la_dn", "Là doanh nghiệp", _flag("sector__is_enterprise"), kind="bool", is_hidden=True),
            Filter("tu_nam", "Số năm hoạt động từ", _operated, is_hidden=True),
            Filter(
                "so_lieu_cu",
                "Số lao động cũ hơn một năm",
                _flag("is_stale"),
                kind="bool",
                is_hidden=True,
            ),
            Filter("rieng", "Không qua cấp dưới", _not_below, kind="bool", is_hidden=True),
            Filter("uu_tien", "Ưu tiên vận động", _priority, kind="bool", is_hidden=True),
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
