"""What is pointed out before the superior sees it, for every kind of row."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from congdoan.work.returns import rules
from congdoan.work.returns.definitions import Definition, read_definition

LIMITS = rules.Limits(percent=Decimal(30), least=Decimal(10), points=Decimal(10))


def form(*rows: dict[str, Any], checks: list[dict[str, Any]] | None = None) -> Definition:
    columns = [{"code": "total", "title": "Tổng số"}, {"code": "women", "title": "Nữ", "scope": {"sex": "f"}}]
    return read_definition(
        {
            "code": "thu",
            "title": "Báo cáo thử",
            "cadence": "month",
            "owed_by": ["grassroots_union"],
            "deadlines": {"opens": 1, "due": 5, "late": 8},
            "sections": [{"code": "s", "title": "Phần", "columns": columns, "rows": list(rows)}],
            "checks": checks or [],
            "texts": [],
        }
    )


START = {"code": "start", "title": "Đầu kỳ", "indicator": "members_total", "window": "start"}
END = {"code": "end", "title": "Cuối kỳ", "indicator": "members_total", "window": "end"}
FLOW = {"code": "net", "title": "Thực tăng", "indicator": "members_net_growth"}
YEAR = {"code": "year", "title": "Từ đầu năm", "indicator": "members_net_growth", "window": "year"}
MEASURED = {"code": "workers", "title": "Lao động", "measure": "workers", "window": "end"}
SHARE = {
    "code": "density",
    "title": "Tỷ lệ",
    "unit": "%",
    "indicator": "member_density",
    "window": "end",
    "decimals": 1,
}
ASKED = {"code": "gifts", "title": "Suất quà", "unit": "suất"}
FORMULA = {"code": "men", "title": "Nam", "formula": "end.total - end.women", "columns": ["total"]}


def found(
    definition: Definition,
    now: dict[str, Any],
    previous: dict[str, Any] | None = None,
    last_year: dict[str, Any] | None = None,
    counted: tuple[str, ...] = (),
) -> list[str]:
    def figures(values: dict[str, Any] | None) -> dict[str, Decimal | None]:
        return {key: None if value is None else Decimal(str(value)) for key, value in (values or {}).items()}

    return [
        finding.message
        for finding in rules.findings(
            definition,
            figures(now),
            previous=figures(previous),
            last_year=figures(last_year),
            texts={},
            limits=LIMITS,
            counted=frozenset(counted),
        )
    ]


@pytest.mark.parametrize(
    ("row", "previous", "last_year", "value", "words"),
    [
        (START, 100, None, 140, "Đầu kỳ (tổng số): 140, tăng 40% so với kỳ trước (100)."),
        (END, 100, 10, 60, "Cuối kỳ (tổng số): 60, giảm 40% so với kỳ trước (100)."),
        (MEASURED, 1000, None, 1500, "Lao động (tổng số): 1.500, tăng 50% so với kỳ trước (1.000)."),
        (FLOW, 100, 50, 100, "Thực tăng (tổng số): 100, tăng 100% so với cùng kỳ năm trước (50)."),
        (FLOW, 100, None, 50, "Thực tăng (tổng số): 50, giảm 50% so với kỳ trước (100)."),
        (FLOW, 100, 0, 50, "Thực tăng (tổng số): 50, giảm 50% so với kỳ trước (100)."),
        (YEAR, 100, 50, 100, "Từ đầu năm (tổng số): 100, tăng 100% so với cùng kỳ năm trước (50)."),
        (ASKED, 100, 50, 100, "Suất quà (tổng số): 100, tăng 100% so với cùng kỳ năm trước (50)."),
        (ASKED, 26, None, None, "Suất quà (tổng số): để trống, kỳ trước có 26."),
        (SHARE, 70, None, 55.5, "Tỷ lệ (tổng số): 55,5, giảm 14,5 điểm phần trăm so với kỳ trước (70)."),
    ],
)
def test_a_great_change_of_every_kind_of_row(
    row: dict[str, Any], previous: int | None, last_year: int | None, value: Any, words: str
) -> None:
    key = f"{row['code']}.total"
    assert found(form(row), {key: value}, {key: previous}, {key: last_year}) == [words]


@pytest.mark.parametrize(
    ("row", "previous", "value"),
    [
        (END, 100, 130),  # not beyond 30 %
        (END, 10, 19),  # fewer than 10 people
        (END, None, 500),  # nothing to hold it against
        (YEAR, 100, 200),  # a year runs up from period to period
        (END, 0, 500),
        (SHARE, 50, 60),  # ten points exactly
        (SHARE, 2, 5),  # 150 %, but three points
        (ASKED, 0, None),
        (ASKED, None, None),
    ],
)
def test_what_is_not_worth_a_word(row: dict[str, Any], previous: int | None, value: int | None) -> None:
    key = f"{row['code']}.total"
    assert found(form(row), {key: value}, {key: previous}) == []


def test_a_sum_is_odd_by_itself_only_where_its_parts_are_not() -> None:
    definition = form(END, FORMULA)
    before = {"end.total": 1000, "end.women": 500, "men.total": 500}
    assert found(definition, {"end.total": 1100, "end.women": 400, "men.total": 700}, before) == [
        "Nam (tổng số): 700, tăng 40% so với kỳ trước (500)."
    ]
    assert found(definition, {"end.total": 2000, "end.women": 500, "men.total": 1500}, before) == [
        "Cuối kỳ (tổng số): 2.000, tăng 100% so với kỳ trước (1.000)."
    ]


def test_a_part_is_not_greater_than_the_whole() -> None:
    words = "Suất quà: nữ 12 lớn hơn tổng số 9."
    assert found(form(ASKED), {"gifts.total": 9, "gifts.women": 12}) == [words]
    assert found(form(ASKED), {"gifts.total": 12, "gifts.women": 12}) == []
    assert found(form(ASKED), {"gifts.total": None, "gifts.women": 12}) == []
    assert found(form(SHARE), {"density.total": 60, "density.women": 80}) == [], "a share has no parts"
    both = {"net.total": 5, "net.women": 7}
    assert found(form(FLOW), both, counted=("net.total", "net.women")) == [], "men left, women came"
    assert found(form(FLOW), both, counted=("net.women",)) == ["Thực tăng: nữ 7 lớn hơn tổng số 5."]


def test_what_a_check_says_is_not_said_twice() -> None:
    check = {
        "code": "women",
        "level": "hard",
        "left": "gifts.women",
        "operator": "le",
        "right": "gifts.total",
        "message": "Nữ không lớn hơn tổng số",
    }
    messages = found(form(ASKED, checks=[check]), {"gifts.total": 9, "gifts.women": 12})
    assert messages == ["Nữ không lớn hơn tổng số (đang là 12 và 9)."]


def test_a_period_opens_with_what_the_last_one_closed_with() -> None:
    definition = form(START, END)
    before = {"end.total": 100, "end.women": 40}
    assert found(definition, before | {"start.total": 100, "start.women": 40}, before) == []
    assert found(definition, before | {"start.total": 98, "start.women": 39}, before) == [
        "Đầu kỳ (tổng số): 98, khác số cuối kỳ trước đã báo cáo (100)."
    ], "once a row"
    assert (
        found(form(START, MEASURED), {"start.total": 98, "workers.total": 100}, {"workers.total": 100}) == []
    ), "another figure"


def test_shipped_limits_have_a_source(db: None) -> None:
    from congdoan.foundation.catalogues.models import Parameter

    codes = {rules.CHANGE_PERCENT, rules.CHANGE_LEAST, rules.CHANGE_POINTS}
    shipped = Parameter.objects.filter(code__in=codes)
    assert {row.code for row in shipped} == codes and all(row.source for row in shipped)
