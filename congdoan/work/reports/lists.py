"""The list of reports."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from congdoan.kit.dates import Period
from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, declare_list
from congdoan.kit.text import search_key
from congdoan.work.plans.models import Plan
from congdoan.work.reports.models import Report
from congdoan.work.reports.queries import visible_reports
from congdoan.work.reports.rules import VIEW


def _rows(context: ListContext) -> QuerySet[Any]:
    return visible_reports(context.actor).select_related("plan", "unit", "docx", "xlsx", "created_by")


def _url(row: Report, context: ListContext) -> str:
    return reverse("reports:report", args=[row.pk])


def _period(row: Report, context: ListContext) -> str:
    name = Period.parse(row.period).name
    return f"{name[0].upper()}{name[1:]}"


def _plans(context: ListContext) -> list[tuple[str, str]]:
    shown = Plan.objects.filter(pk__in=visible_reports(context.actor).order_by().values("plan"))
    return [(plan.code, plan.title) for plan in shown]


def _by_unit(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    return rows.filter(unit__code=value)


def _search(rows: QuerySet[Any], typed: str, context: ListContext) -> QuerySet[Any]:
    return rows.filter(
        Q(unit__name_key__contains=search_key(typed))
        | Q(unit__code__iexact=typed)
        | Q(number__icontains=typed)
        | Q(plan__title__icontains=typed)
    )


declare_list(
    ListSpec(
        name="reports.reports",
        title="Báo cáo",
        capability=VIEW,
        queryset=_rows,
        columns=(
            Column("ky", "Kỳ", _period, url=_url, width=22),
            Column("ke-hoach", "Kế hoạch", "plan.title", width=50),
            Column("don-vi", "Đơn vị", "unit.name", width=40),
            Column("so", "Số", lambda row, context: row.number, hide_on_phone=True),
            Column("den-ngay", "Số liệu đến", "as_of", kind="date"),
            Column("luc", "Lập lúc", "created_at", kind="datetime", sort=("created_at",), hide_on_phone=True),
            Column(
                "nguoi",
                "Người lập",
                lambda row, context: row.created_by.get_full_name() if row.created_by else "hệ thống",
                hide_on_phone=True,
            ),
        ),
        order=("created_at", "id"),
        newest_first=True,
        filters=(
            Filter(
                "ke_hoach",
                "Kế hoạch",
                lambda rows, value, context: rows.filter(plan__code=value),
                options=_plans,
            ),
            Filter("don_vi", "Đơn vị", _by_unit, kind="text", is_hidden=True),
            Filter("ky", "Kỳ", lambda rows, value, context: rows.filter(period=value), kind="text"),
        ),
        search=_search,
        count_word="báo cáo",
        url_name="reports:list",
        row_url=_url,
        empty_title="Chưa có báo cáo nào",
        empty_text="Mở một kế hoạch rồi bấm “Lập báo cáo”; báo cáo đã lập nằm ở đây cùng hai tệp Word, Excel.",
    )
)
