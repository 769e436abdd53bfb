"""A gallery of all components and two whole screens with invented data, as static HTML.

    python tests/kit/gallery.py           writes $CONGDOAN_HOME/gallery
    python tests/kit/gallery.py --serve   and serves it on 127.0.0.1:8765, under the content security policy

Needs no database: it is for looking at the parts, on screen, on a phone's width and on paper.
"""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import django
from django import forms
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
OUT = Path(os.environ.get("CONGDOAN_HOME", ROOT / "var")) / "gallery"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def configure() -> None:
    settings.configure(
        SECRET_KEY="gallery",
        INSTALLED_APPS=["django.contrib.staticfiles", "congdoan.kit"],
        LANGUAGE_CODE="vi",
        TIME_ZONE="Asia/Ho_Chi_Minh",
        STATIC_URL="/static/",
        ALLOWED_HOSTS=["*"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "DIRS": [Path(__file__).parent / "gallery_pages"],
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
    )
    django.setup()


def frame() -> dict[str, Any]:
    return {
        "navigation": [
            {
                "title": "",
                "items": [
                    {"name": "Trang chủ", "url": "/home.html", "icon": "home", "active": True},
                    {"name": "Việc cần làm", "url": "/list.html", "icon": "checklist", "count": 12},
                    {"name": "Kế hoạch, chỉ tiêu", "url": "/components.html", "icon": "target-arrow"},
                    {"name": "Báo cáo", "url": "#", "icon": "file-text"},
                ],
            },
            {
                "title": "Sổ đăng ký",
                "items": [
                    {"name": "Tổ chức công đoàn", "url": "#", "icon": "sitemap"},
                    {"name": "Doanh nghiệp", "url": "/list.html", "icon": "building-factory-2"},
                    {"name": "Đoàn viên", "url": "#", "icon": "id"},
                    {"name": "Gia nhập, thành lập", "url": "#", "icon": "user-plus"},
                    {"name": "Cán bộ, tập huấn", "url": "#", "icon": "certificate"},
                ],
            },
            {
                "title": "Chăm lo",
                "items": [
                    {"name": "Kiến nghị", "url": "#", "icon": "message-exclamation"},
                    {"name": "Phúc lợi", "url": "#", "icon": "heart-handshake"},
                    {"name": "Thương lượng, đối thoại", "url": "#", "icon": "scale"},
                ],
            },
        ],
        "as_of": date(2026, 11, 18),
        "as_of_is_today": True,
        "as_of_shortcuts": [
            {"label": "Cuối tháng trước, 31/10/2026", "url": "#"},
            {"label": "Cuối quý trước, 30/9/2026", "url": "#"},
        ],
        "current_unit": {"name": "LĐLĐ tỉnh Sông Mây", "url": "#"},
        "account": {
            "name": "Hoà Lan",
            "role": "Cán bộ tổ chức",
            "items": [
                {"label": "Tài khoản", "url": "#", "icon": "user-circle"},
                {"label": "Đăng xuất", "url": "#", "icon": "logout", "post": True},
            ],
        },
        "search_url": "/list.html",
    }


def targets() -> list[dict[str, Any]]:
    from django.utils.safestring import mark_safe

    return [
        {
            "name": "Thực tăng đoàn viên",
            "value": "+1.262",
            "value_url": "#",
            "target_words": "/ 1.810",
            "ratio": 0.697,
            "expected": 0.88,
            "state": "attention",
            "forecast": "dự báo cuối năm 1.745, thiếu 65",
        },
        {
            "name": "Thành lập mới CĐCS",
            "value": "8",
            "value_url": "#",
            "target_words": "/ từ 7 trở lên",
            "ratio": 8 / 7,
            "expected": 0.88,
            "state": "done",
            "forecast": "3 trong Tháng Công nhân",
        },
        {
            "name": "DN ổn định từ 20 lao động có CĐCS",
            "value": "86,4%",
            "value_url": "#",
            "target_words": "/ 100%",
            "ratio": 0.864,
            "expected": 0.96,
            "state": "behind",
            "note": mark_safe('Còn <a class="figure" href="#">19 doanh nghiệp</a>'),
        },
        {
            "name": "Đoàn viên trên lao động, ngoài nhà nước",
            "value": "91,2%",
            "value_url": "#",
            "target_words": "/ ít nhất 90%",
            "ratio": 0.912,
            "expected": 0.9,
            "state": "met",
            "forecast": "28.114 / 30.826 người",
        },
    ]


def home() -> dict[str, Any]:
    from congdoan.kit import charts

    work = [
        {
            "icon": "file-certificate",
            "title": "Thẩm định hồ sơ công nhận CĐCS",
            "subject": "Công ty TNHH May Suối Hoa",
            "detail": "Đủ 9 giấy tờ · 46 đoàn viên · nhận ngày 10/11",
            "url": "#",
            "state": "bad",
            "state_text": "còn 2 ngày",
        },
        {
            "icon": "user-check",
            "title": "17 đơn gia nhập chờ quyết định",
            "url": "#",
            "state": "warn",
            "detail": "11 ở nơi chưa có công đoàn, 6 ở nghiệp đoàn xe ôm công nghệ",
            "state_text": "còn 5 ngày",
        },
        {
            "icon": "clipboard-data",
            "title": "4 công đoàn chưa nộp báo cáo tháng 10",
            "url": "#",
            "detail": "Đã nhắc 2 lần · lần cuối hôm qua 08:00",
            "state": "overdue",
        },
        {
            "icon": "arrows-exchange",
            "title": "Chuyển sinh hoạt: 3 đoàn viên đến từ TP Cửa Biển",
            "url": "#",
            "detail": "Có giấy giới thiệu điện tử",
            "state": "new",
        },
        {
            "icon": "alert-triangle",
            "title": "Trùng CCCD giữa 2 công đoàn: 5 trường hợp",
            "url": "#",
            "detail": "Bàn đối chiếu hồ sơ",
            "state": "new",
        },
    ]
    bodies = [
        (
            "Công đoàn các khu công nghiệp",
            620,
            281,
            "45,3%",
            [100, 108, 118, 122, 124, 126, 150, 156, 160, 166, 170, 175],
            402,
            "2 / 3",
            11,
            "behind",
        ),
        (
            "Công đoàn phường Bến Trăng",
            240,
            161,
            "67,1%",
            [10, 14, 20, 22, 26, 40, 52, 60, 71, 80, 88, 92],
            228,
            "1 / 1",
            4,
            "attention",
        ),
        (
            "Công đoàn ngành Y tế",
            90,
            84,
            "93,3%",
            [4, 8, 15, 20, 24, 44, 50, 56, 62, 68, 78, 84],
            97,
            "0 / 0",
            0,
            "on_track",
        ),
        (
            "Công đoàn xã Đồi Chè",
            310,
            322,
            "103,9%",
            [12, 40, 66, 90, 120, 190, 210, 240, 262, 290, 310, 322],
            341,
            "3 / 2",
            2,
            "done",
        ),
    ]
    return {
        **frame(),
        "targets": targets(),
        "work": work,
        "bodies": bodies,
        "waterfall": charts.waterfall(
            26852,
            [
                charts.Step("Kết nạp", 1903),
                charts.Step("Chuyển đến", 412),
                charts.Step("Chuyển đi", -377),
                charts.Step("Thôi, xoá tên", -521),
                charts.Step("Nghỉ hưu", -155),
            ],
            28114,
            title="Thực tăng năm 2026 được cộng từ đâu",
            opening_label="Đầu năm",
        ),
    }


class Sample(forms.Form):
    name = forms.CharField(
        label="Tên doanh nghiệp", help_text="Như trên giấy đăng ký; gõ không dấu cũng tìm được."
    )
    tax_code = forms.CharField(label="Mã số thuế", required=False)
    sector = forms.ChoiceField(
        label="Khu vực", choices=[("", "Chọn…"), ("fdi", "Đầu tư nước ngoài"), ("x", "Nhà nước")]
    )
    since = forms.DateField(label="Hoạt động từ ngày", required=False)
    kind = forms.ChoiceField(
        label="Tình trạng", widget=forms.RadioSelect, choices=[("a", "Đang hoạt động"), ("b", "Tạm ngừng")]
    )
    note = forms.CharField(label="Ghi chú", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agree = forms.BooleanField(label="Đã đối chiếu với cơ quan bảo hiểm xã hội")


def components() -> dict[str, Any]:
    from congdoan.kit import charts
    from congdoan.kit.templatetags.ui import STATES

    months = [f"Th {n}" for n in range(1, 13)]
    names = [
        "Bến Trăng",
        "Đồi Chè",
        "Suối Hoa",
        "Cửa Biển",
        "Thạch Lam",
        "Bình An",
        "Hoà Mỹ",
        "An Phú",
        "Tân Lập",
    ]
    squares = [
        charts.Square(f"Phường {names[n % 9]} {n // 9 + 1}", (n * 7) % (n % 13 + 1), n % 13, "#")
        for n in range(60)
    ]
    return {
        **frame(),
        "as_of": date(2026, 6, 30),
        "as_of_is_today": False,
        "states": list(STATES),
        "form": Sample(),
        "bad_form": Sample({"name": "", "kind": "x", "since": "hôm qua"}),
        "targets": [
            *targets()[:1],
            {
                "name": "Chỉ tiêu chưa có số liệu",
                "value": "—",
                "target_words": "/ hầu hết",
                "state": "none",
                "forecast": "chưa có lao động của 12 doanh nghiệp",
            },
            {
                "name": "Doanh nghiệp sản xuất kinh doanh ổn định, sử dụng từ 20 lao động trở lên "
                "ngoài khu vực nhà nước đã có công đoàn cơ sở",
                "value": "1.234.567",
                "value_url": "#",
                "target_words": "/ ít nhất 10.000.000 người",
                "ratio": 0.12,
                "expected": 0.02,
                "state": "on_track",
            },
        ],
        "crumbs": [("Kế hoạch", "#"), ("136/KH-LĐLĐ", "#"), ("Thực tăng", "")],
        "head_actions": [
            {"label": "Báo cáo quý IV", "url": "#", "icon": "report", "primary": True},
            {"label": "In", "url": "#", "icon": "printer"},
        ],
        "tab_items": [
            {"label": "Chỉ tiêu", "url": "#", "active": True, "count": 12},
            {"label": "Giao chỉ tiêu", "url": "#"},
            {"label": "Lịch sử", "url": "#", "count": 0},
        ],
        "events": [
            {
                "on": date(2026, 3, 1),
                "title": "Kết nạp tại CĐCS Công ty May Suối Hoa",
                "detail": "QĐ 12/QĐ-LĐLĐ ngày 28/02/2026",
                "state": "good",
                "url": "#",
            },
            {
                "on": date(2026, 7, 15),
                "title": "Thôi là đoàn viên",
                "detail": "Nhập nhầm người; đã đảo bút toán",
                "state": "muted",
                "undone": True,
            },
            {"on": date(2026, 9, 2), "title": "Chuyển đến CĐCS Trường Tiểu học Đồi Chè", "state": "info"},
        ],
        "facts": [
            ("Mã số thuế", "0312345678"),
            ("Địa chỉ", "Lô B2, Khu công nghiệp Sông Mây, phường Bến Trăng"),
            ("Điện thoại", ""),
            ("Công đoàn", "CĐCS May Suối Hoa", "#"),
        ],
        "figures": [("Đoàn viên", "1.204", "#"), ("Lao động", "1.377"), ("Tỷ lệ", "87,4%", "#")],
        "charts": [
            charts.trend(
                months,
                [40, 130, 260, 340, 610, 700, 830, 900, 1010, 1150, 1262, None],
                [150, 300, 450, 600, 750, 900, 1050, 1200, 1350, 1500, 1650, 1810],
                forecast=[None] * 10 + [1262, 1745],
                tone="warn",
                key="trend",
                title="Thực tăng có kịp chỉ tiêu năm không",
            ),
            charts.horizontal_bars(
                [
                    ("Công đoàn các khu công nghiệp và khu kinh tế", 0.453, "bad"),
                    ("Công đoàn phường Bến Trăng", 0.671, "warn"),
                    ("Công đoàn ngành Y tế", 0.933, "good"),
                    ("Công đoàn xã Đồi Chè", 1.039, "good"),
                ],
                key="bars",
                title="Ai đang chậm nhất so với chỉ tiêu",
                kind="percent",
                mark_at=0.88,
                mark_label="đến nay",
            ),
            charts.treemap(
                [
                    ("Bến Trăng", 40, 52),
                    ("Đồi Chè", 12, 12),
                    ("Suối Hoa", 3, 30),
                    ("Cửa Biển", 9, 11),
                    ("Thạch Lam", 0, 6),
                ],
                key="tree",
                title="Doanh nghiệp chưa có công đoàn nằm ở đâu",
            ),
            charts.funnel(
                [
                    ("Vận động", 64),
                    ("Có ban vận động", 41),
                    ("Nộp hồ sơ", 22),
                    ("Đại hội", 14),
                    ("Công nhận", 8),
                ],
                key="funnel",
                title="Việc thành lập đang dừng ở bước nào",
            ),
            charts.stacked_bars(
                ["dưới 20", "20–49", "50–199", "200–999", "từ 1.000"],
                [
                    ("Đã có công đoàn", [120, 210, 160, 48, 9], "good"),
                    ("Chưa có", [1402, 96, 31, 4, 0], "#c9d2dc"),
                ],
                key="size",
                title="Doanh nghiệp cỡ nào còn chưa có công đoàn",
            ),
            charts.coverage_squares(squares, title="Xã, phường nào còn thiếu", columns=15),
            charts.waterfall(
                900,
                [
                    charts.Step("Kết nạp", 300),
                    charts.Step("Sáp nhập về", 400, apart=True),
                    charts.Step("Thôi", -50),
                ],
                1550,
                key="merged",
                title="Năm có sáp nhập",
            ),
            charts.trend([], [], key="nothing", title="Chưa có gì để vẽ"),
        ],
    }


def listing(rows: int = 14) -> dict[str, Any]:
    from congdoan.kit.templatetags.ui import sparkline

    names = [
        "Công ty TNHH May Suối Hoa",
        "Công ty cổ phần Chế biến thuỷ sản Cửa Biển",
        "Hợp tác xã Chè Đồi Xanh",
        "Công ty TNHH một thành viên Đầu tư phát triển hạ tầng khu công nghiệp và khu kinh tế Sông Mây "
        "– Chi nhánh Bến Trăng",
    ]
    return {
        **frame(),
        "list": {
            "title": "Doanh nghiệp",
            "url": "/list.html",
            "has_search": True,
            "search": "",
            "search_label": "Tìm, gõ không dấu cũng được",
            "params": {"sap": "name", "q": "", "sector": "fdi", "union": "no"},
            "actions": [
                {"label": "Nhập từ Excel", "url": "#", "icon": "file-import"},
                {"label": "Thêm doanh nghiệp", "url": "#", "icon": "plus", "primary": True},
            ],
            "saved_views": [
                {"label": "Tất cả", "url": "#"},
                {"label": "Từ 20 lao động, chưa có CĐCS", "url": "#", "active": True},
            ],
            "filters": [
                {
                    "name": "sector",
                    "label": "Khu vực",
                    "kind": "multi",
                    "value": "fdi",
                    "options": [
                        {"value": "fdi", "label": "Đầu tư nước ngoài", "selected": True},
                        {"value": "s", "label": "Nhà nước"},
                    ],
                },
                {
                    "name": "union",
                    "label": "Công đoàn",
                    "kind": "choice",
                    "options": [
                        {"value": "yes", "label": "Đã có"},
                        {"value": "no", "label": "Chưa có", "selected": True},
                    ],
                },
                {"name": "since", "label": "Hoạt động từ", "kind": "date", "value": ""},
                {"name": "stable", "label": "Ổn định", "kind": "bool", "value": "1"},
            ],
            "chips": [
                {"label": "Khu vực: Đầu tư nước ngoài", "remove_url": "#"},
                {"label": "Công đoàn: Chưa có", "remove_url": "#"},
            ],
            "count_text": "1.262 doanh nghiệp" if rows else "0 doanh nghiệp",
            "export_url": "#",
            "columns": [
                {
                    "name": "name",
                    "label": "Tên",
                    "sortable": True,
                    "sort_state": "asc",
                    "sort_url": "?sort=-name",
                },
                {"name": "tax", "label": "Mã số thuế", "hide_on_phone": True},
                {"name": "commune", "label": "Xã, phường", "sortable": True, "sort_url": "?sort=commune"},
                {
                    "name": "workers",
                    "label": "Lao động",
                    "numeric": True,
                    "sortable": True,
                    "sort_url": "?sort=workers",
                },
                {"name": "course", "label": "12 tháng", "numeric": True, "hide_on_phone": True},
                {"name": "state", "label": "Tình trạng"},
            ],
            "rows": [
                {
                    "id": n,
                    "url": "#",
                    "cells": [
                        {"text": names[n % 4]},
                        {"text": f"03{12345678 + n}"},
                        {"text": "Bến Trăng"},
                        {"text": f"{n + 1}.{n * 37 % 900 + 100}", "url": "#"},
                        {"text": sparkline([n, n + 2, n + 1, n + 5, n * 2], "good")},
                        {"badge": ["behind", "on_track", "attention", "none"][n % 4], "text": ""},
                    ],
                }
                for n in range(rows)
            ],
            "next_url": "?after=x" if rows else None,
            "previous_url": None,
            "bulk_actions": [
                {"name": "assign", "label": "Giao người theo dõi", "icon": "user-check"},
                {
                    "name": "close",
                    "label": "Đánh dấu ngừng hoạt động",
                    "confirm": "Đánh dấu các doanh nghiệp đã chọn là ngừng hoạt động?",
                    "icon": "ban",
                },
            ],
        },
    }


def write() -> None:
    from django.template.loader import render_to_string
    from django.test import RequestFactory

    shutil.rmtree(OUT, ignore_errors=True)
    (OUT / "static").mkdir(parents=True)
    for folder in ("kit", "vendor"):
        shutil.copytree(ROOT / "congdoan/kit/static" / folder, OUT / "static" / folder)
    request = RequestFactory().get("/list.html", {"sector": "fdi"})
    languages = [
        {"code": "vi", "label": "VI", "url": "#", "active": True},
        {"code": "en", "label": "EN", "url": "#", "active": False},
    ]
    pages = {
        "home.html": ("home.html", home()),
        "components.html": ("components.html", components()),
        "list.html": ("list.html", listing()),
        "empty.html": ("list.html", listing(0)),
        "join.html": ("join.html", {"languages": languages, "public_title": "Gia nhập công đoàn"}),
        "sign-in.html": ("sign-in.html", {"form": Sample()}),
        "404.html": ("404.html", {}),
        "500.html": ("500.html", {}),
    }
    for name, (template, context) in pages.items():
        (OUT / name).write_text(render_to_string(template, context, request), encoding="utf-8")


class Handler(http.server.SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_args: Any) -> None:
        return


def main() -> None:
    configure()
    write()
    sys.stdout.write(f"{OUT}\n")
    if "--serve" in sys.argv:
        handler = functools.partial(Handler, directory=str(OUT))
        http.server.ThreadingHTTPServer(("127.0.0.1", 8765), handler).serve_forever()


if __name__ == "__main__":
    main()
