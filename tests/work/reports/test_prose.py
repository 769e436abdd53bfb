"""Sentences: each state says what it is, estimates are called so, and nothing is claimed without a figure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from congdoan.kit.dates import Period
from congdoan.work.plans.rules import citation_words
from congdoan.work.reports import prose
from congdoan.work.reports.figures import TargetFigure
from tests.work.reports import samples


def said(target: TargetFigure, **changes: Any) -> str:
    return prose.target_text(target, samples.report(**changes))


def test_behind_says_how_far_and_what_is_missing() -> None:
    assert said(samples.target()) == (
        "Lũy kế từ ngày 01/01/2026 đến ngày 30/9/2026 thực tăng 1.012 đoàn viên, bằng 53,3% chỉ tiêu (thực tăng 1.900 "
        "đoàn viên). Riêng quý III năm 2026 thực tăng 310 đoàn viên; so với cùng kỳ năm 2025 (265 đoàn viên) tăng 45 "
        "đoàn viên, tương đương 17%. Tiến độ cần đạt theo thời gian đến ngày 30/9/2026 là 1.421 đoàn viên; kết quả "
        "đang thấp hơn tiến độ 409 đoàn viên. Để hoàn thành chỉ tiêu còn thiếu 888 đoàn viên, thời gian còn lại đến "
        "hết ngày 31/12/2026. Với nhịp độ hiện nay, dự báo đến hết kỳ đạt khoảng 1.350 đoàn viên, thiếu 550 đoàn viên. "
        "Đánh giá: chậm tiến độ."
    )


def test_done_says_by_how_much_and_no_forecast() -> None:
    text = said(samples.founded())
    assert "đạt 113,3% chỉ tiêu (từ 30 CĐCS trở lên), vượt 4 CĐCS" in text
    assert "so với cùng kỳ năm 2025 (12 CĐCS) giảm 3 CĐCS, tương đương 25%." in text
    assert "dự báo" not in text and text.endswith("Đánh giá: hoàn thành.")


def test_a_ratio_differs_by_points_and_shows_its_parts() -> None:
    text = said(samples.coverage())
    assert "đạt 86,4% (1.250/1.447), thấp hơn 13,6 điểm % so với chỉ tiêu (100%)" in text
    assert "Tăng 2,3 điểm % so với đầu quý III năm 2026 (84,1%)." in text
    assert "thiếu 9,7 điểm %" in text


def test_a_ratio_reached_is_reached() -> None:
    text = said(
        samples.coverage(
            state="met", value=Decimal("96.2"), target_value=Decimal(95), demand="từ 95% trở lên"
        )
    )
    assert "đạt chỉ tiêu (từ 95% trở lên), vượt 1,2 điểm %" in text and text.endswith("Đánh giá: đạt.")


@pytest.mark.parametrize(
    ("state", "words"),
    [("on_track", "đúng tiến độ"), ("attention", "cần chú ý"), ("behind", "chậm tiến độ")],
)
def test_states_on_the_way(state: str, words: str) -> None:
    assert said(samples.target(state=state)).endswith(f"Đánh giá: {words}.")


def test_missed_when_the_time_is_over() -> None:
    text = said(samples.target(state="missed", window_to=date(2026, 10, 1)))
    assert "Hết thời hạn, còn thiếu 888 đoàn viên so với chỉ tiêu." in text
    assert "dự báo" not in text and text.startswith("Từ ngày 01/01/2026 đến ngày 30/9/2026")


def test_decline_is_never_called_growth() -> None:
    text = said(samples.target(value=Decimal(-155), percent=Decimal(-155) / 1900, period_value=Decimal(-20)))
    assert "thực giảm 155 đoàn viên" in text and "thực giảm 20 đoàn viên" in text


def test_a_fall_is_no_percentage() -> None:
    text = said(samples.target(value=Decimal(-979), percent=Decimal(-979) / 1900, period_value=Decimal(-979)))
    assert "−" not in text and "giảm 1.244 đoàn viên." in text


def test_a_period_that_is_the_whole_window_is_not_told_twice() -> None:
    text = said(samples.target(), period=Period.parse("2026"))
    assert "Riêng" not in text and "So với cùng kỳ năm 2025 (265 đoàn viên) tăng 45 đoàn viên" in text


def test_added_members_are_not_called_net_growth() -> None:
    assert "tăng thêm 1.012 đoàn viên" in said(samples.target(indicator="members_increase"))


def test_a_word_has_no_pass_mark() -> None:
    text = said(
        samples.coverage(state="open", target_value=None, percent=None, operator="most", wording="hầu hết DN")
    )
    assert "kế hoạch đề ra “hầu hết DN”, không quy định mức cụ thể" in text and "Đánh giá" not in text


def test_nothing_known_is_said_and_prompts() -> None:
    text = said(samples.party())
    assert text == (
        "Chưa có số liệu đến ngày 30/9/2026 (chỉ tiêu: từ 60 người trở lên). [Bổ sung số liệu và nguồn]"
    )


def test_not_begun() -> None:
    text = said(samples.target(state="new", window_from=date(2026, 11, 1)))
    assert text.startswith("Chưa đến kỳ đánh giá") and "01/11/2026" in text


def test_reported_by_hand_names_its_source() -> None:
    text = said(
        samples.party(
            state="on_track",
            value=Decimal(45),
            percent=Decimal("0.75"),
            by_hand=True,
            hand_source="Báo cáo 12/BC",
            hand_on=date(2026, 9, 25),
        )
    )
    assert "Số liệu do cán bộ báo cáo (nguồn: Báo cáo 12/BC, số báo cáo ngày 25/9/2026)" in text


def test_an_adjusted_assessment_keeps_the_original_in_sight() -> None:
    text = said(samples.target(original_value=Decimal(1900), target_value=Decimal(1500)))
    assert "điều chỉnh từ 1.900 đoàn viên thành 1.500 đoàn viên; chỉ tiêu gốc giữ nguyên" in text


def test_milestones() -> None:
    assert "đã hoàn thành" in said(samples.target(indicator_kind="milestone", value=Decimal(1), state="done"))
    assert "chưa hoàn thành" in said(
        samples.target(indicator_kind="milestone", value=Decimal(0), state="open")
    )


def test_overall_counts_targets_and_names_the_slowest() -> None:
    first, second, third = prose.overall(samples.report())
    assert first == (
        "Kế hoạch có 05 chỉ tiêu được theo dõi; đến ngày 30/9/2026 có 02 chỉ tiêu đạt hoặc hoàn thành, 01 chỉ tiêu cần "
        "chú ý và 01 chỉ tiêu chậm tiến độ; 01 chỉ tiêu chưa có số liệu."
    )
    assert second.startswith("Các chỉ tiêu cần tập trung chỉ đạo: đoàn viên thực tăng năm 2026 (53,3%);")
    assert third == (
        "Đến ngày 30/9/2026 toàn đơn vị có 19.437 đoàn viên; từ ngày 01/01/2026 đến nay thực tăng 1.012 đoàn viên."
    )


def test_what_is_over_is_not_among_what_needs_steering() -> None:
    over = samples.target("T-09", name="Đợt đã qua", state="missed", percent=Decimal("0.1"))
    running = samples.target(name="Đang chạy", state="behind", percent=Decimal("0.5"))
    assert prose.overall(samples.report(targets=(over, running)))[1] == (
        "Các chỉ tiêu cần tập trung chỉ đạo: đang chạy (50%)."
    )
    assert (
        prose.overall(samples.report(targets=(over,)))[1] == "Các chỉ tiêu đạt thấp nhất: đợt đã qua (10%)."
    )


def test_workers_month_only_when_the_period_covers_it() -> None:
    assert prose.workers_month(samples.report()) == ""
    text = prose.workers_month(samples.report(period=Period.parse("2026-H1"), as_of=date(2026, 6, 30)))
    assert text == (
        "Tháng Công nhân năm 2026 (từ ngày 01/5/2026 đến ngày 31/5/2026): đoàn viên thực tăng trong Tháng Công nhân: "
        "thực tăng 420 đoàn viên, bằng 105% chỉ tiêu (thực tăng 400 đoàn viên)."
    )


def test_workers_month_without_a_target_of_its_own() -> None:
    may = samples.ledger(
        "tháng 5 năm 2026", date(2026, 5, 1), date(2026, 6, 1), 18900, 200, 0, 0, -30, 0, 0, 0
    )
    text = prose.workers_month(
        samples.report(
            period=Period.parse("2026-Q2"), as_of=date(2026, 6, 30), targets=(samples.target(),), may=may
        )
    )
    assert "kết nạp 200 đoàn viên, thực tăng 170 đoàn viên; kế hoạch không giao chỉ tiêu riêng" in text


def test_party_section_speaks_in_every_case() -> None:
    assert "chưa có số do cán bộ báo cáo" in prose.party(samples.report())[0]
    assert prose.party(samples.report(targets=(samples.target(),))) == [
        "Kế hoạch không giao chỉ tiêu về giới thiệu đoàn viên ưu tú cho Đảng."
    ]


def test_reorganisation_is_said_apart() -> None:
    text = prose.ledger_text(samples.report().reconciliations[0])
    assert "cuối kỳ có 19.437 đoàn viên, thực tăng 310 đoàn viên." in text
    assert "(+25) được ghi riêng, không tính vào thực tăng" in text


def test_ledger_rows_always_add_up() -> None:
    rows = prose.ledger_rows(samples.report().reconciliations)
    for column in range(2):
        level = {row.label: row.values[column] for row in rows if row.role == "level"}
        moved = sum(row.values[column] for row in rows if row.role in {"growth", "apart"})
        grown = sum(row.values[column] for row in rows if row.role == "growth")
        assert level["Đoàn viên đầu kỳ"] + moved == level["Đoàn viên cuối kỳ"]
        assert grown == next(row.values[column] for row in rows if row.role == "sum")


def test_children_slowest_named_first() -> None:
    said = prose.children_text(samples.report())
    assert "Trong 02 đơn vị được giao" in said[0] and "chưa có đơn vị nào đạt" in said[0]
    assert "01 đơn vị không được giao" in said[0]
    assert said[1].index("Lê Chân (42%)") < said[1].index("Khu kinh tế Hải Phòng (98,3%)")


@pytest.mark.parametrize(
    ("citation", "words"),
    [
        ("000 §II.1 L39", "Mục II.1"),
        ("001 §II.2 L124-128; 001 fn1 L53", "Mục II.2; Chú thích 1"),
        ("004 L37", ""),
        ("", ""),
    ],
)
def test_citations_as_a_reader_looks_them_up(citation: str, words: str) -> None:
    assert citation_words(citation) == words


@pytest.mark.parametrize(
    ("operator", "value", "unit", "words"),
    [
        ("ge", Decimal(30), "CĐCS", "từ 30 CĐCS trở lên"),
        ("gt", Decimal(75), "%", "trên 75%"),
        ("le", Decimal(2), "người", "không quá 2 người"),
        ("about", Decimal(1), "người", "khoảng 1 người"),
        ("eq", Decimal(132), "CĐCS", "132 CĐCS"),
        ("most", None, "%", "hầu hết"),
        ("eq", None, "đoàn viên", "chưa giao mức cụ thể"),
    ],
)
def test_demands_keep_their_operator(operator: str, value: Decimal | None, unit: str, words: str) -> None:
    assert prose.demand_words(operator, value, None, unit) == words


def test_subject_and_opening_read_well() -> None:
    report = samples.report()
    assert prose.subject(report) == (
        "Kết quả thực hiện Kế hoạch phát triển đoàn viên, thành lập CĐCS năm 2026 (quý III năm 2026)"
    )
    assert prose.opening(report).startswith(
        "Thực hiện Kế hoạch số 15/KH-LĐLĐ ngày 15/01/2026 của Ban Thường vụ LĐLĐ thành phố Hải Phòng về phát triển"
    )
    whole_year = samples.report(period=Period.parse("2026"))
    assert prose.subject(whole_year).endswith("thành lập CĐCS năm 2026")
