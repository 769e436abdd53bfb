"""Lists of the administration: users and grants, within what the reader manages."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import CharField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.urls import reverse

from congdoan.foundation.access.models import Grant, Role
from congdoan.foundation.access.queries import visible_grants, visible_users
from congdoan.foundation.accounts.models import User
from congdoan.kit.lists import Column, Filter, ListContext, ListSpec, SavedView, declare_list
from congdoan.kit.text import search_key

_MARKED = "áàảãạăắằẳẵặâấầẩẫậéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵđ"
_PLAIN = "".join("d" if letter == "đ" else unicodedata.normalize("NFD", letter)[0] for letter in _MARKED)


def _without_marks(field: str) -> Func:
    """A text field in small letters without marks; users are few, so no index is needed."""
    return Func(
        Lower(F(field)), Value(_MARKED), Value(_PLAIN), function="translate", output_field=CharField()
    )


def _search_users(rows: QuerySet[Any], typed: str, context: ListContext) -> QuerySet[Any]:
    rows = rows.annotate(plain_name=_without_marks("full_name"))
    for word in search_key(typed).split():
        rows = rows.filter(
            Q(plain_name__contains=word) | Q(username__icontains=word) | Q(email__icontains=word)
        )
    return rows


def _search_grants(rows: QuerySet[Any], typed: str, context: ListContext) -> QuerySet[Any]:
    rows = rows.annotate(plain_name=_without_marks("user__full_name"))
    for word in search_key(typed).split():
        rows = rows.filter(
            Q(plain_name__contains=word)
            | Q(user__username__icontains=word)
            | Q(unit__name_key__contains=word)
            | Q(unit__code__icontains=word)
        )
    return rows


def _roles(context: ListContext) -> list[tuple[str, str]]:
    return list(Role.objects.values_list("code", "name"))


def _load_roles(rows: list[Any], context: ListContext) -> None:
    held: dict[int, list[str]] = defaultdict(list)
    found = visible_grants(context.actor).filter(
        user__in=[row.pk for row in rows], during__contains=context.actor.today
    )
    for user_id, role in found.order_by("pk").values_list("user_id", "role__name"):
        if role not in held[user_id]:
            held[user_id].append(role)
    guarded = set(
        Authenticator.objects.filter(user__in=[row.pk for row in rows])
        .exclude(type=Authenticator.Type.RECOVERY_CODES)
        .values_list("user_id", flat=True)
    )
    context.cache["roles"], context.cache["guarded"] = held, guarded


def _user_url(row: User, context: ListContext) -> str:
    return reverse("access:user", args=[row.pk])


def _with_factor(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    factors = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES).values("user_id")
    return rows.filter(pk__in=factors) if value == "1" else rows.exclude(pk__in=factors)


def _with_role(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    held = visible_grants(context.actor).filter(
        role__in=value.split(","), during__contains=context.actor.today
    )
    return rows.filter(pk__in=held.values("user_id"))


declare_list(
    ListSpec(
        name="access.users",
        title="Người dùng",
        capability="access.manage",
        queryset=lambda context: visible_users(context.actor).select_related("home_unit"),
        columns=(
            Column("ho-ten", "Họ và tên", "full_name", url=_user_url, sort=("full_name",), width=28),
            Column("ten-dang-nhap", "Tên đăng nhập", "username", sort=("username",)),
            Column("don-vi", "Đơn vị", "home_unit.name", width=40, hide_on_phone=True),
            Column(
                "vai-tro",
                "Vai trò",
                lambda row, context: ", ".join(context.cache["roles"].get(row.pk, [])),
                width=40,
            ),
            Column(
                "hai-buoc",
                "Hai bước",
                lambda row, context: "có" if row.pk in context.cache["guarded"] else "chưa",
                hide_on_phone=True,
            ),
            Column("dang-nhap", "Đăng nhập gần nhất", "last_login", kind="datetime", hide_on_phone=True),
            Column(
                "trang-thai", "Trạng thái", lambda row, context: "đang dùng" if row.is_active else "đã khóa"
            ),
        ),
        order=("username", "id"),
        filters=(
            Filter("vai-tro", "Vai trò", _with_role, kind="multi", options=_roles),
            Filter(
                "trang-thai",
                "Trạng thái",
                lambda rows, value, context: rows.filter(is_active=value == "dung"),
                options=(("dung", "đang dùng"), ("khoa", "đã khóa")),
            ),
            Filter(
                "hai-buoc", "Xác thực hai bước", _with_factor, options=(("1", "đã bật"), ("0", "chưa bật"))
            ),
            Filter(
                "don-vi",
                "Đơn vị",
                lambda rows, value, context: rows.filter(home_unit__code__in=value.split(",")),
                is_hidden=True,
            ),
        ),
        search=_search_users,
        search_label="Tìm theo tên, tên đăng nhập, email",
        saved_views=(
            SavedView("Tất cả", {}),
            SavedView("Chưa bật hai bước", {"hai-buoc": "0", "trang-thai": "dung"}),
            SavedView("Đã khóa", {"trang-thai": "khoa"}),
        ),
        prepare=_load_roles,
        count_word="người dùng",
        url_name="access:users",
        row_url=_user_url,
        empty_title="Chưa có người dùng nào",
        is_personal=True,
    )
)


def _grant_url(row: Grant, context: ListContext) -> str:
    return reverse("access:grant", args=[row.pk])


def state_of(grant: Grant, context: ListContext) -> str:
    """Whether a grant holds on the actor's day."""
    today = context.actor.today
    if grant.during.lower > today:
        return "chưa bắt đầu"
    if grant.during.upper is not None and grant.during.upper <= today:
        return "đã hết"
    return "đang giữ"


def _in_state(rows: QuerySet[Any], value: str, context: ListContext) -> QuerySet[Any]:
    today = context.actor.today
    if value == "giu":
        return rows.filter(during__contains=today)
    if value == "het":
        return rows.filter(during__endswith__lte=today)
    return rows.filter(during__startswith__gt=today)


declare_list(
    ListSpec(
        name="access.grants",
        title="Phân quyền",
        capability="access.manage",
        queryset=lambda context: visible_grants(context.actor).select_related(
            "user", "role", "unit", "granted_by"
        ),
        columns=(
            Column("nguoi", "Người dùng", "user.full_name", url=_grant_url, width=28),
            Column("vai-tro", "Vai trò", "role.name", width=28),
            Column("don-vi", "Đơn vị", "unit.name", width=40),
            Column(
                "pham-vi",
                "Phạm vi",
                lambda row, context: row.get_reach_display(),
                width=22,
                hide_on_phone=True,
            ),
            Column("tu", "Từ ngày", "during.lower", kind="date"),
            Column("den", "Đến hết ngày", "last_day", kind="date"),
            Column("trang-thai", "Trạng thái", state_of),
            Column("can-cu", "Căn cứ", "reason", width=40, hide_on_phone=True),
            Column("nguoi-giao", "Người giao", "granted_by.full_name", on_screen=False, width=28),
        ),
        order=("id",),
        newest_first=True,
        filters=(
            Filter(
                "trang-thai",
                "Trạng thái",
                _in_state,
                options=(("giu", "đang giữ"), ("het", "đã hết"), ("sap", "chưa bắt đầu")),
            ),
            Filter(
                "vai-tro",
                "Vai trò",
                lambda rows, value, context: rows.filter(role__in=value.split(",")),
                kind="multi",
                options=_roles,
            ),
            Filter(
                "don-vi",
                "Đơn vị",
                lambda rows, value, context: rows.filter(unit__code__in=value.split(",")),
                is_hidden=True,
            ),
            Filter(
                "nguoi",
                "Người dùng",
                lambda rows, value, context: rows.filter(user__username__in=value.split(",")),
                is_hidden=True,
            ),
        ),
        search=_search_grants,
        search_label="Tìm theo người hoặc đơn vị",
        saved_views=(
            SavedView("Tất cả", {}),
            SavedView("Đang giữ", {"trang-thai": "giu"}),
            SavedView("Đã hết", {"trang-thai": "het"}),
        ),
        count_word="lượt giao quyền",
        url_name="access:grants",
        row_url=_grant_url,
        empty_title="Chưa có quyền nào được giao",
        is_personal=True,
    )
)
