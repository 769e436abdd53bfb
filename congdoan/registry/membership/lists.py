"""The lists of members and of movements: on a day, in the reader's scope, filtered exactly as figures are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeAlias
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchQuery
from django.db.models import Count, QuerySet, Sum
from django.urls import reverse

from congdoan.foundation.access.queries import Scope, home_unit, scope
from congdoan.foundation.catalogues.models import Sector
from congdoan.foundation.measures.queries import stock
from congdoan.foundation.succession.queries import standing_below, standing_below_one
from congdoan.foundation.units.models import Unit, UnitPlacement
from congdoan.foundation.units.queries import children_on, only_top, unit_named
from congdoan.kit.countries import country_name
from congdoan.kit.dates import format_date
from congdoan.kit.lists import (
    ALONE,
    COUNT_LIMIT,
    ActionRefused,
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
from congdoan.kit.numbers import format_number, format_signed, whole_number
from congdoan.kit.sealed import unseal
from congdoan.kit.text import mask, search_prefix_query
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.membership import choices
from congdoan.registry.membership.actions import MembershipError, confirm_alive
from congdoan.registry.membership.contracts import Ending, endings, notice_days, told_on
from congdoan.registry.membership.finding import AnyOf, Found, Units, by_name, nearby, units_of
from congdoan.registry.membership.models import Membership, Movement, Silence
from congdoan.registry.membership.queries import IN_FORCE, movements_below
from congdoan.registry.people.choices import SEXES
from congdoan.registry.people.models import Employment, Person
from congdoan.registry.people.queries import employments_of
from congdoan.registry.people.rules import citizen_id_key

Rows: TypeAlias = QuerySet[Any]
_SEX_WORDS = {code: name.capitalize() for code, name in SEXES}
#: A search for a name that many bear is counted up to here.
_SOME = 500


def _scope(context: ListContext, capability: str = "membership.view") -> Scope:
    """The actor's scope with a capability, asked once a page."""
    key = f"scope:{capability}"
    if key not in context.cache:
        context.cache[key] = scope(context.actor, capability)
    found: Scope = context.cache[key]
    return found


def _top(context: ListContext) -> int | None:
    """The one unit above all others, asked for once a page."""
    if "top" not in context.cache:
        context.cache["top"] = only_top()
    found: int | None = context.cache["top"]
    return found


def _asked_unit(context: ListContext) -> Unit | None:
    """The unit that ``don_vi`` speaks of, looked up once a page."""
    if "asked" not in context.cache:
        asked = context.get("don_vi")
        context.cache["asked"] = unit_named(asked) if asked else None
    found: Unit | None = context.cache["asked"]
    return found


# --------------------------------------------------------------------------------------------------
# Filters that both lists have
# --------------------------------------------------------------------------------------------------


def _unchanged(rows: Rows, value: str, context: ListContext) -> Rows:
    """For filters that the queryset itself obeys."""
    return rows


def _in(column: str) -> Callable[[Rows, str, ListContext], Rows]:
    def apply(rows: Rows, value: str, context: ListContext) -> Rows:
        return rows.filter(**{f"{column}__in": value.split(",")})

    return apply


def _sex(rows: Rows, value: str, context: ListContext) -> Rows:
    return rows.filter(sex__in=["" if part == "x" else part for part in value.split(",")])


def _day(column: str) -> Callable[[Rows, str, ListContext], Rows]:
    def apply(rows: Rows, value: str, context: ListContext) -> Rows:
        try:
            return rows.filter(**{column: date.fromisoformat(value)})
        except ValueError:
            return rows

    return apply


def _unit_options(context: ListContext) -> list[tuple[str, str]]:
    """The bodies directly below the reader's own, and the one that is chosen."""
    home = home_unit(context.actor)
    found: dict[str, str] = {}
    asked = context.get("don_vi")
    unit = _asked_unit(context)
    if unit is not None:
        found[asked] = unit.name
    if home is not None:
        for code, name in children_on(home, context.as_of).values_list("unit__code", "name")[:200]:
            found.setdefault(code, name)
    return list(found.items())


def _sector_options(context: ListContext) -> list[tuple[str, str]]:
    return list(Sector.objects.values_list("code", "name"))


def _sector_group(rows: Rows, value: str, context: ListContext) -> Rows:
    return rows.filter(sector__in=list(Sector.objects.filter(group=value).values_list("code", flat=True)))


_SEX_OPTIONS = [("m", "Nam"), ("f", "Nữ"), ("x", "Chưa rõ")]
_UNIT_FILTER = Filter("don_vi", "Đơn vị", _unchanged, options=_unit_options)
_SECTOR_FILTERS = (
    Filter("nhom", "Nhóm khu vực", _sector_group, options=[(c, n.capitalize()) for c, n in Sector.GROUPS]),
    Filter("khu_vuc", "Khu vực", _in("sector"), kind="multi", options=_sector_options),
)


def _person_url(row: Any, context: ListContext) -> str:
    return page_url("membership:person", row.person_id, context)


def _unit_url(row: Any, context: ListContext) -> str:
    return page_url("organisation:unit", row.unit.code, context)


# --------------------------------------------------------------------------------------------------
# Members
# --------------------------------------------------------------------------------------------------


def _structure_of(context: ListContext) -> date | None:
    """The day whose structure is asked for, when it is not the day's own."""
    today: date = context.actor.today
    return today if context.structure == "today" else None


def _member_units(context: ListContext) -> Units:
    if "units" not in context.cache:
        asked = _asked_unit(context)
        context.cache["units"] = (
            Units(())
            if context.get("don_vi") and asked is None
            else units_of(
                _scope(context), _top(context), context.as_of, asked=asked, today=_structure_of(context)
            )
        )
    found: Units = context.cache["units"]
    return found


def _members(context: ListContext) -> Rows:
    """Who was a member at the end of the day the figures are shown for, where the reader may look."""
    rows = Membership.objects.filter(is_primary=True, during__contains=context.as_of)
    return (
        _member_units(context)
        .narrow(rows)
        .select_related("person", "unit")
        .defer(
            "person__ethnicity_sealed",
            "person__passport_sealed",
            "person__search",
            "unit__name_key",
            "unit__sort_key",
            "unit__search",
        )
    )


def _search(rows: Rows, typed: str, context: ListContext) -> Rows:
    """By name without marks; by a whole citizen id or telephone number for who may see these."""
    figures = "".join(char for char in typed if char.isascii() and char.isdigit())
    if len(figures) == 12 and not any(char.isalpha() for char in typed):
        may = _scope(context, "people.view_identity").filter("unit")
        return rows.filter(may, person__citizen_id_key=citizen_id_key(figures))
    if len(figures) in (10, 11) and not any(char.isalpha() for char in typed):
        may = _scope(context, "people.view_contacts").filter("unit")
        people = list(Person.objects.filter(phone=figures).values_list("pk", flat=True)[:100])
        return rows.filter(may, person__in=people)
    found = by_name(rows, typed, _member_units(context), context)
    context.cache["found"] = found
    return found.rows


def _employer(rows: Rows, value: str, context: ListContext) -> Rows:
    enterprise = whole_number(value)
    if enterprise is None:
        return rows.none()
    working = Employment.objects.filter(enterprise=enterprise, during__contains=context.as_of)
    return rows.filter(person__in=list(working.values_list("person_id", flat=True)[:50_000]))


def _employer_name(context: ListContext) -> list[tuple[str, str]]:
    asked = context.get("noi_lam")
    enterprise = whole_number(asked)
    if enterprise is None:
        return []
    return [(asked, name) for name in Enterprise.objects.filter(pk=enterprise).values_list("name", flat=True)]


def _foreign(rows: Rows, value: str, context: ListContext) -> Rows:
    if value == "1":
        foreign = Person.objects.exclude(nationality="VN")
        return rows.filter(person__in=list(foreign.values_list("pk", flat=True)[:50_000]))
    return rows.filter(person__nationality="VN")


def _contract_due(rows: Rows, value: str, context: ListContext) -> Rows:
    """Foreign members whose last known contract has ended, or ends soon (contracts.endings)."""
    people = [row.person_id for row in _endings(context)]
    return rows.filter(person__in=people) if value == "1" else rows.exclude(person__in=people)


def _contract_state(rows: Rows, value: str, context: ListContext) -> Rows:
    has_ended = value == "het"
    found = [row.person_id for row in _endings(context) if (row.contract_end < context.as_of) == has_ended]
    return rows.filter(person__in=found)


def _endings(context: ListContext) -> list[Ending]:
    """Among the units of the list, asked for once a page."""
    if "endings" not in context.cache:
        on = context.as_of
        until = on + timedelta(days=notice_days(on))
        context.cache["endings"] = endings(on, until, units=_member_units(context).ids)
    found: list[Ending] = context.cache["endings"]
    return found


def _told_of_contract(rows: Rows, value: str, context: ListContext) -> Rows:
    """Of whom the union's officers were told on a day."""
    try:
        told = told_on(date.fromisoformat(value))
    except ValueError:
        return rows.none()
    return rows.filter(person__in=list(told.values_list("person_id", flat=True)[:50_000]))


def _count(context: ListContext) -> int | str | None:
    """From the measure where it says exactly what the list shows; else the list counts itself, up to a bound that
    costs no more than the page."""
    if context.get("q"):
        found: Found | None = context.cache.get("found")
        if found is None:
            return None
        some = context.cache.get("total")
        some = found.count_to(_SOME + 1) if some is None else some
        return some if some <= _SOME else f"hơn {format_number(_SOME)}"
    if "total" in context.cache:
        return int(context.cache["total"])
    asked = {name for name, value in context.params.items() if value} - {
        "sap",
        "sau",
        "truoc",
        "ngay",
        ALONE,
        "co_cau",
    }
    if asked - {"don_vi", "khu_vuc", "gioi_tinh"}:
        return None
    held = _scope(context)
    top = _top(context)
    whole = held.everything or top in held.below
    unit = _asked_unit(context)
    if context.get("don_vi"):
        if unit is None:
            return 0
        if not whole and not held.contains(unit.pk):
            return None
        root = unit.pk
    elif whole and top is not None:
        root = top
    elif len(held.below) == 1 and not held.own and context.as_of == context.actor.today:
        root = held.below[0]
    else:
        return None
    filters: dict[str, Any] = {}
    if context.get("khu_vuc"):
        filters["sector"] = context.many("khu_vuc")
    if context.get("gioi_tinh"):
        filters["sex"] = ["" if part == "x" else part for part in context.many("gioi_tinh")]
    groups = None
    if context.structure == "today" and root != top:
        groups = standing_below([root], today=context.actor.today)
    return stock("members", [root], on=context.as_of, filters=filters, groups=groups)[root]


def _prepare_members(rows: list[Membership], context: ListContext) -> None:
    """What the columns of a page need, each in one query: where they work, whose private data may be shown."""
    context.cache["jobs"] = employments_of([row.person_id for row in rows], context.as_of)
    units = {row.unit_id for row in rows}
    for capability in ("people.view_contacts", "people.view_identity"):
        context.cache[capability] = _units_held(_scope(context, capability), units, context)


def _units_held(held: Scope, units: set[int], context: ListContext) -> set[int]:
    if held.everything or _top(context) in held.below:
        return units
    below = UnitPlacement.objects.filter(unit__in=units, ancestor__in=held.below, is_last=True)
    return (units & set(held.own)) | (set(below.values_list("unit_id", flat=True)) if held.below else set())


def _may(row: Any, context: ListContext, capability: str) -> bool:
    return row.unit_id in context.cache.get(capability, ())


def born(person: Person, *, whole: bool) -> str:
    """A birth date as exactly as it is known and may be shown; the year alone without the right to more."""
    if person.birth_on is None:
        return ""
    if not whole or person.birth_precision == "year":
        return str(person.birth_on.year)
    if person.birth_precision == "month":
        return f"{person.birth_on:%m/%Y}"
    return format_date(person.birth_on)


def _born(row: Membership, context: ListContext) -> str:
    return born(row.person, whole=_may(row, context, "people.view_contacts"))


def _job(row: Membership, context: ListContext) -> str:
    job = context.cache["jobs"].get(row.person_id)
    return job.enterprise.name if job else ""


def _job_url(row: Membership, context: ListContext) -> str | None:
    job = context.cache["jobs"].get(row.person_id)
    return page_url("enterprises:enterprise", job.enterprise_id, context) if job else None


def _masked(row: Membership, context: ListContext) -> str:
    if not row.person.citizen_id_sealed or not _may(row, context, "people.view_identity"):
        return ""
    return mask(unseal(row.person.citizen_id_sealed))


def _phone(row: Membership, context: ListContext) -> str:
    return row.person.phone if _may(row, context, "people.view_contacts") else ""


MEMBERS = declare_list(
    ListSpec(
        name="membership.members",
        title="Đoàn viên",
        capability="membership.view",
        url_name="membership:list",
        obeys_structure=True,
        queryset=_members,
        order=("sort_key", "id"),
        count=_count,
        count_word="đoàn viên",
        search=_search,
        nearby=lambda rows, order, context: nearby(rows, order, _member_units(context), context),
        search_label="Tìm theo tên, gõ không dấu cũng được; hoặc cả số căn cước, số điện thoại",
        row_url=_person_url,
        prepare=_prepare_members,
        reads=(
            "person_id",
            "unit_id",
            "sex",
            "joined_on",
            "person__full_name",
            "person__birth_on",
            "person__birth_precision",
            "person__citizen_id_sealed",
            "person__phone",
            "person__nationality",
            "person__card_number",
            "unit__name",
            "unit__code",
        ),
        is_personal=True,
        columns=(
            Column("ten", "Họ và tên", "person.full_name", sort=("sort_key",), url=_person_url, width=28),
            Column("sinh", "Ngày sinh", _born, width=12),
            Column("gioi_tinh", "Giới tính", lambda row, context: _SEX_WORDS[row.sex], width=10),
            Column("don_vi", "Công đoàn", "unit.name", url=_unit_url, width=40),
            Column("noi_lam", "Nơi làm việc", _job, url=_job_url, hide_on_phone=True, width=40),
            Column("ngay_vao", "Vào công đoàn", "joined_on", kind="date", hide_on_phone=True, width=14),
            Column(
                "can_cuoc",
                "Số căn cước",
                _masked,
                hide_on_phone=True,
                capability="people.view_identity",
                width=16,
            ),
            Column(
                "dien_thoai",
                "Điện thoại",
                _phone,
                on_screen=False,
                capability="people.view_contacts",
                width=14,
            ),
            Column(
                "quoc_tich",
                "Quốc tịch",
                lambda row, context: country_name(row.person.nationality),
                on_screen=False,
                width=16,
            ),
            Column("so_the", "Số thẻ đoàn viên", "person.card_number", on_screen=False, width=18),
        ),
        filters=(
            _UNIT_FILTER,
            *_SECTOR_FILTERS,
            Filter("gioi_tinh", "Giới tính", _sex, kind="multi", options=_SEX_OPTIONS),
            Filter("vao_tu", "Vào công đoàn từ ngày", _day("joined_on__gte"), kind="date"),
            Filter("vao_den", "Vào công đoàn đến ngày", _day("joined_on__lte"), kind="date"),
            Filter("nuoc_ngoai", "Người nước ngoài", _foreign, kind="bool"),
            Filter("het_hop_dong", "Người nước ngoài hết hợp đồng", _contract_due, kind="bool"),
            Filter(
                "hop_dong",
                "Hợp đồng của người nước ngoài",
                _contract_state,
                options=[("sap", "Sắp hết"), ("het", "Đã hết")],
                is_hidden=True,
            ),
            Filter(
                "nhac_hop_dong", "Được nhắc hết hợp đồng ngày", _told_of_contract, kind="date", is_hidden=True
            ),
            Filter("noi_lam", "Nơi làm việc", _employer, options=_employer_name, is_hidden=True),
        ),
        saved_views=(
            SavedView("Tất cả", {}),
            SavedView("Nữ", {"gioi_tinh": "f"}),
            SavedView("Ngoài nhà nước", {"nhom": "non_state"}),
            SavedView("Người nước ngoài", {"nuoc_ngoai": "1"}),
            SavedView("Người nước ngoài hết hoặc sắp hết hợp đồng", {"het_hop_dong": "1"}),
            SavedView("Chưa rõ giới tính", {"gioi_tinh": "x"}),
        ),
        empty_title="Không có đoàn viên nào khớp",
        empty_text="Bớt một điều kiện lọc, hoặc đổi ngày xem số liệu. Tìm không cần dấu.",
    )
)


# --------------------------------------------------------------------------------------------------
# The silent
# --------------------------------------------------------------------------------------------------


def _silent(context: ListContext) -> Rows:
    return _member_units(context).narrow(Silence.objects.select_related("person", "unit"))


def _silent_search(rows: Rows, typed: str, context: ListContext) -> Rows:
    words = search_prefix_query(typed)
    if not words:
        return rows
    query = SearchQuery(words, search_type="raw", config="simple")
    return rows.filter(person__in=Person.objects.filter(search=query))


def _silent_people(context: ListContext, chosen: list[int]) -> list[int]:
    return list(_silent(context).filter(pk__in=chosen).values_list("person_id", flat=True))


def _confirm(context: ListContext, chosen: list[int]) -> str:
    people = _silent_people(context, chosen)
    try:
        n = confirm_alive(actor=context.actor, on=context.actor.today, people=people)
    except MembershipError as error:
        raise ActionRefused(str(error)) from error
    return f"Đã ghi {format_number(n)} đoàn viên còn sinh hoạt."


def _to_departing(context: ListContext, chosen: list[int]) -> str:
    asked = urlencode([("nguoi", pk) for pk in _silent_people(context, chosen)])
    return f"{reverse('membership:depart_many')}?{asked}"


SILENT = declare_list(
    ListSpec(
        name="membership.silent",
        title="Đoàn viên lâu không có dấu hiệu sinh hoạt",
        capability="membership.view",
        url_name="membership:silent",
        queryset=_silent,
        order=("sort_key", "id"),
        count_word="đoàn viên",
        is_personal=True,
        columns=(
            Column("ten", "Họ và tên", "person.full_name", sort=("sort_key",), width=28),
            Column("tu", "Dấu hiệu gần nhất", "last_seen_on", kind="date", width=16),
            Column("don_vi", "Công đoàn", "unit.name", url=_unit_url, hide_on_phone=True, width=44),
        ),
        filters=(
            _UNIT_FILTER,
            Filter("truoc_ngay", "Im lặng từ trước ngày", _day("last_seen_on__lt"), kind="date"),
        ),
        search=_silent_search,
        search_label="Tìm theo họ tên; gõ không dấu cũng được",
        row_url=_person_url,
        actions=(
            BulkAction(
                "con",
                "Còn sinh hoạt",
                run=_confirm,
                confirm="Ghi những người đã chọn là còn sinh hoạt? Tên họ rời khỏi danh sách này.",
                capability="people.edit",
            ),
            BulkAction(
                "ra", "Ghi ra khỏi tổ chức", url=_to_departing, icon="user-minus", capability="membership.end"
            ),
        ),
        empty_title="Không có ai lâu không có dấu hiệu sinh hoạt",
        empty_text="Rà lại mỗi đêm theo biến động, danh sách nhập, thẻ, sửa thông tin, nơi làm việc, lời xác nhận.",
    )
)


# --------------------------------------------------------------------------------------------------
# Movements
# --------------------------------------------------------------------------------------------------


def _movements(context: ListContext) -> Rows:
    """Every booking in the books of units the reader may see, the newest day first."""
    held = _scope(context)
    today = _structure_of(context)
    rows = units_of(held, _top(context), context.as_of, today=today).narrow(Movement.objects.all())
    if context.get("don_vi"):
        unit = _asked_unit(context)
        if unit is None:
            return rows.none()
        if unit.pk != _top(context):
            rows = rows.filter(
                movements_below(unit.pk)
                if today is None
                else AnyOf("unit_id", standing_below_one(unit, today=today))
            )
    return rows.select_related("person", "unit", "counter_unit", "decision", "actor").defer(
        "person__ethnicity_sealed", "person__passport_sealed", "person__citizen_id_sealed"
    )


def _group(rows: Rows, value: str, context: ListContext) -> Rows:
    kinds = [kind.code for kind in choices.KINDS.values() if kind.group in value.split(",")]
    return rows.filter(kind__in=kinds)


def _in_force(rows: Rows, value: str, context: ListContext) -> Rows:
    return rows.filter(IN_FORCE) if value == "1" else rows.exclude(IN_FORCE)


def _late(rows: Rows, value: str, context: ListContext) -> Rows:
    return rows.filter(is_late=value == "1")


def _decision(rows: Rows, value: str, context: ListContext) -> Rows:
    return rows.filter(decision__number__iexact=value)


def _search_movements(rows: Rows, typed: str, context: ListContext) -> Rows:
    words = search_prefix_query(typed)
    if not words:
        return rows
    named = Person.objects.filter(search=SearchQuery(words, search_type="raw", config="simple"))
    return rows.filter(person__in=list(named.values_list("pk", flat=True)[:20_000]))


def movement_words(movement: Movement) -> str:
    """What a movement is, in words: a reversal says so."""
    name = choices.KINDS[movement.kind].name
    return f"Đảo: {name}" if movement.reverses_id else name.capitalize()


def _count_movements(context: ListContext) -> str | None:
    """The number of bookings, and first what they add up to where that is another figure: a net growth of +169
    opens as "cộng lại +169 · 373 biến động". None for more than are counted."""
    rows = filtered(MOVEMENTS, context).order_by().values("sign")[: COUNT_LIMIT + 1]
    found = rows.aggregate(n=Count("sign"), balance=Sum("sign"))
    if found["n"] > COUNT_LIMIT:
        return None
    count = format_number(found["n"])
    balance = found["balance"] or 0
    return count if balance == found["n"] else f"cộng lại {format_signed(balance)} · {count}"


MOVEMENTS = declare_list(
    ListSpec(
        name="membership.movements",
        title="Biến động đoàn viên",
        capability="membership.view",
        url_name="membership:movements",
        obeys_structure=True,
        queryset=_movements,
        order=("on", "id"),
        newest_first=True,
        count=_count_movements,
        count_word="biến động",
        search=_search_movements,
        search_label="Tìm theo tên đoàn viên, gõ không dấu cũng được",
        row_url=_person_url,
        is_personal=True,
        columns=(
            Column("ten", "Họ và tên", "person.full_name", url=_person_url, width=28),
            Column("ngay", "Ngày", "on", kind="date", sort=("on",), width=12),
            Column("loai", "Biến động", lambda row, context: movement_words(row), width=26),
            Column("don_vi", "Công đoàn", "unit.name", url=_unit_url, width=40),
            Column("kia", "Từ, đến", "counter_unit.name", hide_on_phone=True, width=40),
            Column("quyet_dinh", "Quyết định", "decision.number", hide_on_phone=True, width=20),
            Column("luc", "Ghi lúc", "recorded_at", kind="datetime", hide_on_phone=True, width=18),
            Column(
                "nguoi_ghi",
                "Người ghi",
                lambda row, context: row.actor.get_full_name() if row.actor else "Hệ thống",
                on_screen=False,
                width=24,
            ),
            Column("ly_do", "Lý do", "reason", on_screen=False, width=40),
            Column(
                "muon",
                "Ghi sau khi khoá sổ",
                lambda row, context: "Có" if row.is_late else "",
                on_screen=False,
                width=12,
            ),
        ),
        filters=(
            _UNIT_FILTER,
            Filter(
                "nhom_bien_dong",
                "Nhóm",
                _group,
                kind="multi",
                options=[("opening", "Số dư đầu kỳ"), *choices.GROUPS],
            ),
            Filter(
                "loai",
                "Loại",
                _in("kind"),
                kind="multi",
                options=[(code, name.capitalize()) for code, name in choices.MOVEMENT_KINDS],
            ),
            Filter("tu", "Từ ngày", _day("on__gte"), kind="date"),
            Filter("den", "Đến hết ngày", _day("on__lte"), kind="date"),
            *_SECTOR_FILTERS,
            Filter("gioi_tinh", "Giới tính", _sex, kind="multi", options=_SEX_OPTIONS),
            Filter("muon", "Ghi sau khi khoá sổ", _late, kind="bool"),
            Filter("quyet_dinh", "Số quyết định", _decision, kind="text"),
            Filter("hieu_luc", "Còn hiệu lực", _in_force, kind="bool", is_hidden=True),
        ),
        saved_views=(
            SavedView("Tất cả", {}),
            SavedView("Kết nạp", {"nhom_bien_dong": "admitted"}),
            SavedView("Giảm", {"nhom_bien_dong": "left,retired"}),
            SavedView("Sắp xếp tổ chức", {"nhom_bien_dong": "reorganised"}),
            SavedView("Ghi sau khi khoá sổ", {"muon": "1"}),
        ),
        empty_title="Không có biến động nào khớp",
        empty_text="Bớt một điều kiện lọc hoặc nới khoảng ngày.",
    )
)
