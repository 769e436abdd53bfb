from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Engine

ENGINE = Engine(libraries={"vn": "congdoan.kit.templatetags.vn"}, builtins=["congdoan.kit.templatetags.vn"])


@pytest.mark.parametrize(
    ("expression", "value", "shown"),
    [
        ("x|number", 1810, "1.810"),
        ("x|number:2", Decimal("2.5"), "2,50"),
        ("x|number", "1810", "1.810"),
        ("x|signed", -155, "−155"),
        ("x|signed", 1262, "+1.262"),
        ("x|percent", 0.955, "95,5%"),
        ("x|percent:0", 0.955, "96%"),
        ("x|dong", 3_000_000, "3.000.000đ"),
        ("x|dong_in_words", 3_000_000, "Ba triệu đồng chẵn"),
        ("x|date_vn", date(2026, 11, 18), "18/11/2026"),
        ("x|date_vn", datetime(2026, 11, 18, 9, 0), "18/11/2026"),
        ('x|date_vn:"month"', date(2026, 11, 18), "11/2026"),
        ("x|long_date", date(2026, 2, 8), "ngày 08 tháng 02 năm 2026"),
        ("x|mask", "012345678901", "•••••••••901"),
        ("x|mask:4", "0912345678", "••••••5678"),
    ],
)
def test_filters(expression: str, value: object, shown: str) -> None:
    assert ENGINE.from_string("{{ " + expression + " }}").render(Context({"x": value})) == shown


@pytest.mark.parametrize(
    "name", ["number", "signed", "percent", "dong", "dong_in_words", "date_vn", "long_date", "mask"]
)
@pytest.mark.parametrize("value", [None, ""])
def test_blank_falls_to_the_default(name: str, value: object) -> None:
    assert ENGINE.from_string("{{ x|" + name + '|default:"–" }}').render(Context({"x": value})) == "–"
