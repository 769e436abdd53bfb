"""Pictures: what they draw, what stands behind them, and what they refuse to hide."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congdoan.kit import charts
from congdoan.kit.charts.options import _floor

SVG = {"svg": "http://www.w3.org/2000/svg"}
shares = st.none() | st.floats(min_value=-2, max_value=5, allow_nan=False)


def parse(markup: str) -> ET.Element:
    # Inside HTML the namespace goes without saying.
    return ET.fromstring(markup)


@given(ratio=shares, expected=shares, label=st.text(max_size=20).filter(lambda text: text.isprintable()))
def test_a_bullet_is_wellformed_and_stays_inside(
    ratio: float | None, expected: float | None, label: str
) -> None:
    drawn = parse(charts.bullet_svg(ratio, expected, label=label))
    for rect in drawn.iter("rect"):
        width = rect.get("width", "")
        if width.endswith("%"):
            assert 0 <= float(width[:-1]) <= 100
    assert all("style" not in part.attrib for part in drawn.iter())


def test_a_bullet_reads_itself_aloud() -> None:
    drawn = parse(charts.bullet_svg(0.697, 0.88, tone="warn", label="Thực tăng"))
    assert drawn.get("aria-label") == "Thực tăng: đạt 69,7% chỉ tiêu, đến nay cần 88%"
    assert drawn.get("role") == "img"
    assert "Chưa có số liệu" in charts.bullet_svg(None)


@given(st.lists(st.none() | st.integers(-(10**9), 10**9), max_size=24))
def test_a_sparkline_is_wellformed_and_stays_inside(points: list[int | None]) -> None:
    drawn = parse(charts.sparkline_svg(points))
    for line in drawn.iter("polyline"):
        for pair in line.get("points", "").split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= 140
            assert 0 <= y <= 28


def test_a_gap_parts_a_sparkline_and_a_lone_point_is_a_dot() -> None:
    drawn = parse(charts.sparkline_svg([1, 2, None, 5]))
    assert len(list(drawn.iter("polyline"))) == 1
    assert len(list(drawn.iter("circle"))) == 1


def test_labels_are_escaped() -> None:
    assert "<b>" not in charts.bullet_svg(0.5, label="<b>x</b>")
    assert "<b>" not in charts.sparkline_svg([1, 2], label="<b>x</b>")


STEPS = [
    charts.Step("Kết nạp", 1903),
    charts.Step("Chuyển đến", 412),
    charts.Step("Không có", 0),
    charts.Step("Sáp nhập về", 300, apart=True),
    charts.Step("Thôi", -521),
]


def test_a_waterfall_keeps_reorganisation_apart() -> None:
    picture = charts.waterfall(26852, STEPS, 26852 + 1903 + 412 + 300 - 521, title="Từ đâu")
    rows = dict(picture.table_rows)
    assert rows["Thực tăng, không kể sắp xếp tổ chức"] == "+1.794"
    assert rows["Sáp nhập về"] == "+300"
    assert rows["Không có"] == "0"
    bars = picture.options["series"][1]["data"]
    assert [bar["itemStyle"]["color"] for bar in bars] == [
        "#9db4d2", "#1b7a4b", "#1b7a4b", "#a7b1bd", "#b3261e", "#0f4c92",
    ]  # fmt: skip
    assert picture.options["xAxis"]["data"] == [
        "Đầu kỳ", "Kết nạp", "Chuyển đến", "Sáp nhập về", "Thôi", "Hiện nay",
    ]  # fmt: skip
    assert "Trục bắt đầu từ" in picture.note


def test_a_waterfall_refuses_what_does_not_add_up() -> None:
    with pytest.raises(ValueError):
        charts.waterfall(100, [charts.Step("Kết nạp", 5)], 104, title="Từ đâu")


@given(
    opening=st.integers(0, 10**7),
    moves=st.lists(st.integers(-(10**5), 10**5), max_size=8),
)
def test_bars_of_a_waterfall_never_go_below_the_axis(opening: int, moves: list[int]) -> None:
    levels = [opening]
    for move in moves:
        levels.append(max(levels[-1] + move, 0))
    floor = _floor(levels)
    assert 0 <= floor <= min(levels)


@pytest.mark.parametrize(
    "picture",
    [
        charts.waterfall(900, [charts.Step("Kết nạp", 100)], 1000, title="a"),
        charts.trend(["Th 1", "Th 2"], [1, None], [2, 4], forecast=[1, 3], title="b"),
        charts.horizontal_bars([("A", 0.5, "bad")], title="c", kind="percent", mark_at=0.8),
        charts.treemap([("A", 1, 2), ("B", 0, 0)], title="d"),
        charts.funnel([("A", 9), ("B", 3)], title="e"),
        charts.stacked_bars(["a", "b"], [("Có", [1, 2], "good"), ("Chưa", [3, 0], "#c9d2dc")], title="f"),
    ],
    ids=lambda picture: picture.key,
)
def test_options_are_json_need_no_inline_style_and_have_a_table(picture: charts.Chart) -> None:
    assert json.loads(json.dumps(picture.options)) == picture.options
    assert picture.options["tooltip"]["renderMode"] == "richText"
    assert picture.table_rows
    assert all(len(row) == len(picture.table_head) for row in picture.table_rows)
    assert not picture.is_empty


@pytest.mark.parametrize(
    "picture",
    [
        charts.trend([], [], title="a"),
        charts.trend(["Th 1"], [None], [5], title="a"),
        charts.horizontal_bars([], title="b"),
        charts.treemap([("A", 0, 0)], title="c"),
        charts.funnel([("A", 0)], title="d"),
        charts.stacked_bars([], [], title="e"),
        charts.coverage_squares([], title="f"),
    ],
)
def test_nothing_to_draw_is_an_empty_picture(picture: charts.Chart) -> None:
    assert picture.is_empty


def test_percent_tables_never_round_up_to_done() -> None:
    picture = charts.horizontal_bars([("A", 0.9996, "")], title="a", kind="percent")
    assert picture.table_rows == [("A", "99,9%")]


def test_squares_lead_to_their_names() -> None:
    picture = charts.coverage_squares(
        [charts.Square("Bến Trăng", 3, 5, "/dn?xa=1"), charts.Square("Đồi Chè", 0, 0)], title="Ở đâu"
    )
    drawn = parse(str(picture.svg))
    assert [link.get("href") for link in drawn.iter("a")] == ["/dn?xa=1"]
    assert picture.table_rows[1] == ("Đồi Chè", "0", "0", "—")
