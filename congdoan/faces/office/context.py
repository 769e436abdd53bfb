"""What every page's frame shows: navigation by what the actor may see, the day of the figures, the body."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from congdoan.faces.office.current import chosen_unit, unit_choices
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.messaging.queries import BELL_LIMIT, unread_count
from congdoan.foundation.messaging.rules import VIEW_DELIVERIES
from congdoan.kit.dates import format_date
from congdoan.kit.lists import ALONE

#: Groups of (title, [(name, url name, icon, capability)]).
NAVIGATION: list[tuple[str, list[tuple[str, str, str, str]]]] = [
    (
        "",
        [
            ("Trang chủ", "office:home", "home", ""),
            ("Kế hoạch, chỉ tiêu", "plans:list", "target-arrow", "plans.view"),
            ("Báo cáo", "reports:list", "file-text", "reports.view"),
            ("Báo cáo định kỳ", "returns:list", "clipboard-data", "returns.view"),
            ("Giao ban, kết luận", "briefings:list", "messages", "briefings.view"),
        ],
    ),
    (
        "Sổ đăng ký",
        [
            ("Tổ chức công đoàn", "organisation:tree", "sitemap", "units.view"),
            ("Sắp xếp tổ chức", "reorganisation:list", "hierarchy-2", "reorganisation.view"),
            ("Doanh nghiệp", "enterprises:list", "building-factory-2", "enterprises.view"),
            ("Khảo sát, tiếp xúc", "fieldwork:rounds", "clipboard-list", "fieldwork.view"),
            ("Khảo sát của tôi", "fieldwork:mine", "device-mobile", "fieldwork.survey"),
            ("Đoàn viên", "membership:list", "id", "membership.view"),
            ("Thẻ đoàn viên", "cards:list", "id-badge-2", "cards.issue"),
            ("Đề nghị của đoàn viên", "selfservice:list", "message-2", "people.edit"),
            ("Đơn gia nhập", "joining:list", "user-plus", "joining.decide"),
            ("Thành lập công đoàn", "founding:board", "flag", "founding.work"),
            ("Ban Chấp hành", "committees:list", "users", "membership.view"),
            ("Kiện toàn, giải thể", "proceedings:list", "clipboard-list", "organisation.found"),
            ("Biến động đoàn viên", "membership:movements", "arrows-exchange", "membership.view"),
            ("Nhập danh sách", "imports:start", "file-import", "imports.run"),
        ],
    ),
    (
        "Quản trị",
        [
            ("Người dùng, phân quyền", "access:users", "users-group", "access.manage"),
            ("Mẫu văn bản", "papers:home", "file-type-docx", "papers.design"),
            ("Phê duyệt", "approvals:list", "checklist", "approvals.decide"),
            ("Việc chạy nền", "jobs:list", "clock", ""),
            ("Nhật ký gửi tin", "messaging:deliveries", "send", VIEW_DELIVERIES),
            ("Nhật ký", "audit:entries", "history", "audit.view"),
        ],
    ),
]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of the page frame; nothing for visitors who have not signed in. At most four queries."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or actor.user is None:
        return {}
    as_of: date = request.as_of
    unit = chosen_unit(request)
    return {
        "navigation": _navigation(request, actor),
        "as_of": as_of,
        "as_of_is_today": as_of == actor.today,
        "as_of_max": actor.today,
        "as_of_shortcuts": _shortcuts(request, actor.today),
        "structures": _structures(request) if as_of < actor.today else [],
        "structure_is_today": request.structure == "today",
        "current_unit": {"name": unit.name, "url": reverse("organisation:unit", args=[unit.code])}
        if unit
        else None,
        "unit_choices": [
            {
                "name": choice.name,
                "url": reverse("office:choose-unit", args=[choice.code]),
                "active": unit is not None and choice.pk == unit.pk,
            }
            for choice in unit_choices(request)
        ],
        "bell": _bell(actor),
        "account": {
            "name": actor.user.get_full_name(),
            "role": ", ".join(dict.fromkeys(grant.role_name for grant in actor.grants())),
            "items": _account_items(),
        },
        "search_url": reverse("office:search"),
        "search_value": request.GET.get("q", "") if request.path == reverse("office:search") else "",
    }


def _navigation(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    groups = []
    for title, entries in NAVIGATION:
        items = []
        for name, url_name, icon, capability in entries:
            if capability and not actor.has_anywhere(capability):
                continue
            url = reverse(url_name)
            active = request.path == url if url == "/" else request.path.startswith(url)
            items.append({"name": name, "url": url, "icon": icon, "active": active})
        if items:
            groups.append({"title": title, "items": items})
    return groups


def _bell(actor: Actor) -> dict[str, Any]:
    count = unread_count(actor)
    return {
        "count": count,
        "text": f"{BELL_LIMIT}+" if count > BELL_LIMIT else str(count),
        "url": reverse("messaging:list"),
    }


def _shortcuts(request: HttpRequest, today: date) -> list[dict[str, str]]:
    """Days people ask for: today, the end of last year, the last day of the four-level tree."""
    days = [
        (today, "Hôm nay"),
        (date(today.year - 1, 12, 31), f"Cuối năm {today.year - 1}"),
        (date(2025, 6, 30), f"{format_date(date(2025, 6, 30))}, trước sắp xếp tổ chức"),
    ]
    found = []
    for day, label in days:
        query = request.GET.copy()
        for key in ("sau", "truoc", "xuat", ALONE):
            query.pop(key, None)
        query["ngay"] = "" if day == today else day.isoformat()
        found.append({"label": label, "url": f"{request.path}?{query.urlencode()}"})
    return found


def _structures(request: HttpRequest) -> list[dict[str, Any]]:
    """The two ways to read a past day: the bodies as they stood, or those of today with all that stands below now."""
    found = []
    for value, name, label in (
        ("luc-do", "then", "Theo cơ cấu lúc đó"),
        ("hien-nay", "today", "Theo cơ cấu hiện nay"),
    ):
        query = request.GET.copy()
        for key in ("sau", "truoc", "xuat"):
            query.pop(key, None)
        query["co_cau"] = value
        found.append(
            {
                "label": label,
                "url": f"{request.path}?{query.urlencode()}",
                "active": request.structure == name,
            }
        )
    return found


def _account_items() -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for label, url_name, icon in (
        ("Tài khoản của tôi", "account_profile", "user-circle"),
        ("Bảo mật đăng nhập", "mfa_index", "shield-lock"),
        ("Cách nhận thông báo", "messaging:preferences", "bell"),
        ("Phiên đăng nhập", "usersessions_list", "device-mobile"),
    ):
        items.append({"label": label, "url": reverse(url_name), "icon": icon})
    items.append({"label": "Đăng xuất", "url": reverse("account_logout"), "icon": "logout", "post": True})
    return items
