"""The lists of what is owed and of forms."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from congdoan.kit.dates import days_left_words
from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, SavedView, declare_list
from congdoan.kit.text import search_key
from congdoan.work.returns.choices import CADENCES, OPEN_STATES, STANDINGS
from congdoan.work.returns.definitions import period_words
from congdoan.work.returns.models import Obligation, ReturnForm
from congdoan.work.returns.queries import visible_forms, visible_obligations, with_standing
from congdoan.work.returns.rules import DEFINE, VIEW


def _rows(context: ListContext) -> QuerySet[Any]:
    return with_standing(visible_obligations(context.actor), context.as_of).select_related(
        "form", "unit", "superior", "made"
    )


def _url(row: Obligation, context: ListContext) -> str:
    return reverse("returns:return", args=[row.pk])


def _standing(row: Any, context: ListContext) -> str:
    return STANDINGS[row.standing][0]


def _left(row: Any, context: ListContext) -> str:
    if row.standing in {"missing", "late", "returned"}:
        return days_left_words(context.as_of, row.due_now)
    return ""


def _forms(context: ListContext) -> list[tuple[str, str]]:
    shown = visible_obligations(context.actor).values("form")
    return [(str(form.pk), form.title) for form in ReturnForm.objects.filter(pk__in=shown)]


def _by_standing(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    return rows.filter(standing__in=value.split(","))


def _below(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    return rows.filter(unit__placements__ancestor__code=value, unit__placements__is_last=True)


def _mine(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    """Of the very bodies where the actor has a grant, not of those below them."""
    own = [grant.unit_id for grant in context.actor.grants()]
    return rows.filter(unit__in=own) if value == "1" else rows


def _to_do(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    if value != "1":
        return rows
    return rows.filter(opens_on__lte=context.as_of).filter(
        Q(made__isnull=True) | Q(made__state__in=OPEN_STATES)
    )


def _search(rows: QuerySet[Any], typed: str, context: ListContext) -> QuerySet[Any]:
    return rows.filter(
        Q(unit__name_key__contains=search_key(typed))
        | Q(unit__code__iexact=typed)
        | Q(form__title__icontains=typed)
    )


def _form_filter(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    return rows.filter(form=int(value)) if value.isdecimal() and len(value) < 18 else rows.none()


declare_list(
    ListSpec(
        name="returns.returns",
        title="Báo cáo định kỳ",
        capability=VIEW,
        queryset=_rows,
        columns=(
            Column("don-vi", "Đơn vị", "unit.name", url=_url, width=40),
            Column("mau", "Báo cáo", "form.title", width=48),
            Column("ky", "Kỳ", lambda row, context: period_words(row.period), width=24),
            Column("han", "Hạn nộp", "due_now", kind="date", sort=("due_on",)),
            Column("trang-thai", "Trạng thái", _standing, width=18),
            Column("con", "Còn lại", _left, width=16),
            Column("nop-cho", "Nộp cho", "superior.name", hide_on_phone=True, width=36),
            Column(
                "nop-luc",
                "Nộp ngày",
                lambda row, context: row.made.submitted_on if hasattr(row, "made") else None,
                kind="date",
                hide_on_phone=True,
            ),
        ),
        order=("due_on", "id"),
        newest_first=True,
        filters=(
            Filter("mau", "Báo cáo", _form_filter, options=_forms),
            Filter(
                "trang_thai",
                "Trạng thái",
                _by_standing,
                kind="multi",
                options=[(code, words) for code, (words, _) in STANDINGS.items()],
            ),
            Filter("ky", "Kỳ", lambda rows, value, context: rows.filter(period=value), kind="text"),
            Filter("cua_toi", "Của đơn vị tôi", _mine, kind="bool"),
            Filter("can_lam", "Cần làm", _to_do, kind="bool"),
            Filter("duoi", "Thuộc", _below, kind="text", is_hidden=True),
            Filter(
                "nop_cho",
                "Nộp cho",
                lambda rows, value, context: rows.filter(superior__code=value),
                kind="text",
                is_hidden=True,
            ),
        ),
        saved_views=(
            SavedView("Tất cả", {}),
            SavedView("Đơn vị tôi phải nộp", {"cua_toi": "1", "can_lam": "1"}),
            SavedView("Quá hạn", {"trang_thai": "late"}),
            SavedView("Chờ nghiệm thu", {"trang_thai": "submitted"}),
        ),
        search=_search,
        count_word="báo cáo",
        url_name="returns:list",
        row_url=_url,
        empty_title="Chưa có báo cáo định kỳ nào",
        empty_text="Khi cấp trên ban hành mẫu và giao kỳ báo cáo, việc phải nộp hiện ở đây cùng hạn nộp.",
    )
)


def _form_rows(context: ListContext) -> QuerySet[Any]:
    return visible_forms(context.actor).select_related("owner").prefetch_related("versions")


def _form_state(row: ReturnForm, context: ListContext) -> str:
    if row.is_retired:
        return "đã ngừng"
    versions = list(row.versions.all())
    published = [version for version in versions if version.published_at]
    words = f"bản {published[0].number}" if published else "chưa ban hành"
    return words + (", có bản nháp" if len(published) < len(versions) else "")


def _published_on(row: ReturnForm, context: ListContext) -> date | None:
    found = [version.published_at for version in row.versions.all() if version.published_at]
    return max(found).date() if found else None


declare_list(
    ListSpec(
        name="returns.forms",
        title="Mẫu báo cáo định kỳ",
        capability=DEFINE,
        queryset=_form_rows,
        columns=(
            Column("ten", "Báo cáo", "title", width=60),
            Column("ma", "Mã", "code", hide_on_phone=True),
            Column("chu-ky", "Chu kỳ", lambda row, context: dict(CADENCES)[row.cadence], width=14),
            Column("don-vi", "Đơn vị ban hành", "owner.name", hide_on_phone=True, width=36),
            Column("ban", "Bản", _form_state, width=26),
            Column("ngay", "Ban hành", _published_on, kind="date", hide_on_phone=True),
        ),
        order=("code", "id"),
        count_word="mẫu",
        url_name="returns:forms",
        row_url=lambda row, context: reverse("returns:form", args=[row.pk]),
        empty_title="Chưa có mẫu báo cáo nào",
        empty_text="Bấm “Mẫu mới” để lấy một mẫu có sẵn hoặc tự lập mẫu của đơn vị mình.",
    )
)
