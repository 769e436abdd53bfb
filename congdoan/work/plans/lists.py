"""The list of plans: screen, export and API."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count, DateField, F, Func, Q, QuerySet
from django.urls import reverse

from congdoan.kit.dates import format_date
from congdoan.kit.lists import BulkAction, Column, Filter, ListContext, ListSpec, SavedView, declare_list
from congdoan.kit.numbers import whole_number
from congdoan.kit.text import search_key
from congdoan.work.plans.actions import remind_readers
from congdoan.work.plans.models import Distribution, DistributionReader, Plan
from congdoan.work.plans.queries import visible_plans, visible_readers


def _plans(context: ListContext) -> QuerySet[Plan]:
    return (
        visible_plans(context.actor)
        .select_related("issuer", "parent")
        .annotate(
            starts_on=Func(F("during"), function="lower", output_field=DateField()),
            target_count=Count("targets"),
        )
    )


def _url(plan: Plan, context: ListContext) -> str:
    return reverse("plans:plan", args=[plan.code])


def _period(plan: Plan, context: ListContext) -> str:
    last = plan.during.upper.fromordinal(plan.during.upper.toordinal() - 1)
    return f"{format_date(plan.during.lower)} – {format_date(last)}"


def _by_year(rows: QuerySet[Plan], value: str, context: ListContext) -> QuerySet[Plan]:
    year = whole_number(value)
    if year is None or not 1900 <= year <= 2200:
        return rows
    return rows.filter(during__overlap=DateRange(date(year, 1, 1), date(year + 1, 1, 1)))


def _years(context: ListContext) -> list[tuple[str, str]]:
    found: set[int] = set()
    for during in visible_plans(context.actor).values_list("during", flat=True):
        found |= set(range(during.lower.year, during.upper.year + 1))
    return [(str(year), str(year)) for year in sorted(found, reverse=True)]


def _issuers(context: ListContext) -> list[tuple[str, str]]:
    rows = visible_plans(context.actor).order_by("issuer__sort_key")
    return list(dict.fromkeys(rows.values_list("issuer__code", "issuer__name")))


def _search(rows: QuerySet[Plan], typed: str, context: ListContext) -> QuerySet[Plan]:
    """By number, code, title and issuer, without accents. Plans are few, so they are compared one by one."""
    words = search_key(typed).split()
    found = [
        pk
        for pk, *texts in rows.values_list("pk", "title", "number", "code", "issuer__name")
        if all(word in search_key(" ".join(texts)) for word in words)
    ]
    return rows.filter(pk__in=found)


def _number(plan: Plan, context: ListContext) -> str:
    return plan.number or "(chưa ghi số)"


def _title(plan: Plan, context: ListContext) -> str:
    return f"{plan.title} (ví dụ)" if plan.is_invented else plan.title


def _state(plan: Plan, context: ListContext) -> Any:
    return plan.get_state_display()


declare_list(
    ListSpec(
        name="plans.plans",
        title="Kế hoạch, chỉ tiêu",
        capability="plans.view",
        queryset=_plans,
        columns=(
            Column("ten", "Kế hoạch", _title, url=_url, width=60),
            Column("so", "Số", _number, sort=("number",)),
            Column("don-vi", "Đơn vị ban hành", "issuer.name", sort=("issuer__sort_key",), width=36),
            Column("ky", "Kỳ kế hoạch", _period, sort=("starts_on",), width=26),
            Column("chi-tieu", "Số chỉ tiêu", "target_count", kind="number", sort=("target_count",)),
            Column("trang-thai", "Trạng thái", _state, sort=("state",)),
        ),
        order=("starts_on", "id"),
        newest_first=True,
        filters=(
            Filter(
                "trang-thai",
                "Trạng thái",
                lambda rows, value, context: rows.filter(state__in=value.split(",")),
                kind="multi",
                options=Plan.STATES,
            ),
            Filter("nam", "Năm", _by_year, options=_years),
            Filter(
                "ban-hanh",
                "Đơn vị ban hành",
                lambda rows, value, context: rows.filter(issuer__code=value),
                options=_issuers,
            ),
        ),
        search=_search,
        search_label="Tìm theo số, tên kế hoạch, đơn vị",
        saved_views=(
            SavedView("Tất cả", {}),
            SavedView("Đang thực hiện", {"trang-thai": "issued"}),
            SavedView("Dự thảo", {"trang-thai": "draft"}),
        ),
        count_word="kế hoạch",
        url_name="plans:list",
        row_url=_url,
        empty_title="Chưa có kế hoạch nào",
        empty_text="Lập kế hoạch mới, hoặc nạp từ tệp bằng lệnh congdoan plans load.",
    )
)


_READING = [("unread", "chưa đọc"), ("read", "đã đọc"), ("none", "chưa có tài khoản")]


def _readers(context: ListContext) -> QuerySet[DistributionReader]:
    return visible_readers(context.actor).select_related("unit", "user", "distribution__plan")


def _reading(row: Any, context: ListContext) -> str:
    return dict(_READING)["read" if row.read_at else "unread" if row.user_id else "none"]


def _by_reading(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    kinds = {
        "unread": Q(user__isnull=False, read_at__isnull=True),
        "read": Q(read_at__isnull=False),
        "none": Q(user__isnull=True),
    }
    wanted = Q(pk__in=[])
    for code in value.split(","):
        wanted |= kinds.get(code, Q(pk__in=[]))
    return rows.filter(wanted)


def _by_distribution(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    number = whole_number(value)
    return rows.none() if number is None else rows.filter(distribution=number)


def _subjects(context: ListContext) -> list[tuple[str, str]]:
    """The subject of the distribution asked for, for its chip."""
    number = whole_number(context.get("dot"))
    found = visible_readers(context.actor).filter(distribution=number)[:1] if number is not None else []
    return [(str(number), row.distribution.subject) for row in found]


def _remind(context: ListContext, ids: list[int]) -> str:
    chosen = visible_readers(context.actor).filter(pk__in=ids).values_list("distribution", flat=True)
    count = 0
    for made in Distribution.objects.select_related("unit").filter(pk__in=set(chosen)):
        count += remind_readers(actor=context.actor, on=context.actor.today, distribution=made, readers=ids)
    return (
        f"Đã nhắc {count} người."
        if count
        else "Không có ai để nhắc: đã đọc, đã được nhắc hôm nay hoặc chưa có tài khoản."
    )


declare_list(
    ListSpec(
        name="plans.readers",
        title="Ai đã đọc kế hoạch, chỉ tiêu",
        capability="plans.allocate",
        queryset=_readers,
        columns=(
            Column("don-vi", "Đơn vị", "unit.name", sort=("unit__sort_key",), width=44),
            Column(
                "nguoi",
                "Người nhận",
                lambda row, context: row.user.get_full_name() if row.user else "",
                width=28,
            ),
            Column("tinh-trang", "Tình trạng", _reading),
            Column("doc-luc", "Đọc lúc", "read_at", kind="datetime"),
            Column("noi-dung", "Nội dung", "distribution.subject", hide_on_phone=True, width=60),
            Column("luc", "Phổ biến lúc", "distribution.made_at", kind="datetime", hide_on_phone=True),
        ),
        order=("unit__sort_key", "id"),
        filters=(
            Filter("tinh_trang", "Tình trạng", _by_reading, kind="multi", options=_READING),
            Filter("dot", "Nội dung", _by_distribution, options=_subjects, is_hidden=True),
            Filter(
                "ke_hoach",
                "Kế hoạch",
                lambda rows, value, context: rows.filter(distribution__plan__code=value),
                kind="text",
                is_hidden=True,
            ),
        ),
        actions=(BulkAction("nhac", "Nhắc đọc", _remind, icon="bell"),),
        search=lambda rows, typed, context: rows.filter(unit__name_key__contains=search_key(typed)),
        search_label="Tìm đơn vị",
        count_word="lượt nhận",
        url_name="plans:readers",
        is_personal=True,
        empty_title="Chưa phổ biến cho ai",
        empty_text="Khi kế hoạch được phổ biến hay chỉ tiêu được giao, ai đã đọc và ai chưa hiện ở đây.",
    )
)
