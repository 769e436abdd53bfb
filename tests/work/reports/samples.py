"""Reports made by hand, so that documents and sentences can be tested without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from congdoan.kit.dates import Period
from congdoan.work.reports.figures import (
    ChildFigure,
    ChildTarget,
    PlanReport,
    Recipient,
    ReconciliationFigure,
    TargetFigure,
)

YEAR = (date(2026, 1, 1), date(2027, 1, 1))


def target(code: str = "T-01", **changes: Any) -> TargetFigure:
    """Net growth of 1,900 in 2026, behind at the end of September; any field may be changed."""
    base = TargetFigure(
        code=code,
        name="Đoàn viên thực tăng năm 2026",
        unit_name="đoàn viên",
        kind="target",
        indicator_kind="net",
        indicator="members_net_growth",
        operator="eq",
        wording="thực tăng 1.900 đoàn viên",
        demand="thực tăng 1.900 đoàn viên",
        state="behind",
        window_from=YEAR[0],
        window_to=YEAR[1],
        target_value=Decimal(1900),
        value=Decimal(1012),
        period_value=Decimal(310),
        same_last_year=Decimal(265),
        percent=Decimal(1012) / 1900,
        expected_by_now=Decimal(1421),
        forecast=Decimal(1350),
        forecast_reason="Theo nhịp 90 ngày qua (+310).",
        missing=Decimal(888),
        citation="000 §II.1 L39",
        explanation="Số đoàn viên cuối kỳ trừ số đầu kỳ trên cùng phạm vi tổ chức.",
    )
    return replace(base, **changes)


def founded(**changes: Any) -> TargetFigure:
    """30 unions to be founded; reached and more."""
    return target(
        "T-03",
        **{
            "name": "Công đoàn cơ sở thành lập mới năm 2026",
            "unit_name": "CĐCS",
            "indicator_kind": "count",
            "indicator": "unions_founded",
            "operator": "ge",
            "wording": "từ 30 CĐCS trở lên",
            "demand": "từ 30 CĐCS trở lên",
            "state": "done",
            "target_value": Decimal(30),
            "value": Decimal(34),
            "period_value": Decimal(9),
            "same_last_year": Decimal(12),
            "percent": Decimal(34) / 30,
            "expected_by_now": Decimal(22),
            "forecast": None,
            "forecast_reason": "",
            "missing": None,
            "citation": "001 §II.2 L124-128",
            "explanation": "Số CĐCS có quyết định công nhận thành lập trong kỳ.",
            **changes,
        },
    )


def coverage(**changes: Any) -> TargetFigure:
    """Coverage of enterprises, a ratio, to be looked after."""
    return target(
        "T-05",
        **{
            "name": "Doanh nghiệp ổn định từ 20 lao động trở lên có công đoàn cơ sở",
            "unit_name": "%",
            "indicator_kind": "ratio",
            "indicator": "enterprise_coverage",
            "wording": "100% doanh nghiệp hoạt động ổn định có từ 20 lao động trở lên",
            "demand": "100%",
            "state": "attention",
            "target_value": Decimal(100),
            "value": Decimal(1250) / 1447 * 100,
            "period_value": Decimal(1250) / 1447 * 100,
            "start_value": Decimal("84.1"),
            "same_last_year": None,
            "percent": Decimal(1250) / 1447,
            "expected_by_now": Decimal("91.2"),
            "forecast": Decimal("90.3"),
            "missing": 100 - Decimal(1250) / 1447 * 100,
            "numerator": Decimal(1250),
            "denominator": Decimal(1447),
            "decimals": 1,
            "citation": "",
            "explanation": "Số doanh nghiệp đã có CĐCS chia tổng số doanh nghiệp trong phạm vi, nhân 100.",
            **changes,
        },
    )


def may_growth() -> TargetFigure:
    """Workers' Month, over and reached."""
    return target(
        "T-02",
        name="Đoàn viên thực tăng trong Tháng Công nhân",
        window_from=date(2026, 5, 1),
        window_to=date(2026, 6, 1),
        campaign="Tháng Công nhân năm 2026",
        of_which="T-01",
        state="done",
        demand="thực tăng 400 đoàn viên",
        wording="trong đó Tháng Công nhân thực tăng 400 đoàn viên",
        target_value=Decimal(400),
        value=Decimal(420),
        period_value=None,
        same_last_year=None,
        percent=Decimal("1.05"),
        expected_by_now=Decimal(400),
        forecast=Decimal(420),
        missing=None,
        citation="",
    )


def party(**changes: Any) -> TargetFigure:
    """Introductions to the Party, which nobody has counted or reported."""
    return target(
        "T-08",
        **{
            "name": "Đoàn viên ưu tú giới thiệu cho Đảng",
            "unit_name": "người",
            "indicator_kind": "count",
            "indicator": "party_introduced",
            "operator": "ge",
            "wording": "từ 60 đoàn viên ưu tú trở lên",
            "demand": "từ 60 người trở lên",
            "state": "none",
            "target_value": Decimal(60),
            "value": None,
            "period_value": None,
            "same_last_year": None,
            "percent": None,
            "expected_by_now": None,
            "forecast": None,
            "forecast_reason": "",
            "missing": None,
            "is_party": True,
            "citation": "002 §II.5 L31",
            "notice": "Số liệu do cán bộ nhập kèm nguồn, cho đến khi phân hệ tự đếm được.",
            **changes,
        },
    )


def ledger(title: str, from_on: date, to_on: date, opening: int, *moves: int) -> ReconciliationFigure:
    """A reconciliation with the five lines of growth, reorganisation and structure."""
    labels = (
        ("admitted", "Kết nạp"),
        ("transferred_in", "Chuyển đến"),
        ("transferred_out", "Chuyển đi"),
        ("left", "Thôi, xoá tên, khai trừ"),
        ("retired", "Nghỉ hưu, từ trần"),
        ("reorganised", "Sắp xếp tổ chức"),
        ("structure", "Đơn vị chuyển đến, chuyển đi nguyên tổ chức"),
    )
    lines = tuple((code, label, n) for (code, label), n in zip(labels, moves, strict=True))
    growth = sum(n for code, _, n in lines if code not in ReconciliationFigure.NOT_GROWTH)
    return ReconciliationFigure(title, from_on, to_on, opening, lines, opening + sum(moves), growth)


def child(number: int, given: int | None, value: int, name: str = "") -> ChildFigure:
    """A body below with net growth and founded unions."""
    return ChildFigure(
        f"HP-{number:02d}",
        name or f"Công đoàn phường số {number}",
        1000 + 37 * number,
        (
            ChildTarget(None if given is None else Decimal(given), Decimal(value), "on_track"),
            ChildTarget(Decimal(2), Decimal(number % 3), "on_track"),
        ),
    )


def report(**changes: Any) -> PlanReport:
    """The third quarter of 2026 of a city with three bodies below; any field may be changed."""
    base = PlanReport(
        plan_code="hai-phong-2026",
        plan_title="Kế hoạch phát triển đoàn viên, thành lập CĐCS năm 2026",
        plan_number="15/KH-LĐLĐ",
        plan_issued_on=date(2026, 1, 15),
        plan_issuer="Ban Thường vụ LĐLĐ thành phố Hải Phòng",
        plan_from=YEAR[0],
        plan_to=YEAR[1],
        is_invented=True,
        unit_code="HP",
        unit_name="Liên đoàn Lao động thành phố Hải Phòng",
        unit_short="LĐLĐ thành phố Hải Phòng",
        superior="Tổng Liên đoàn Lao động Việt Nam",
        committee="Ban Thường vụ",
        signer_capacity="TM. BAN THƯỜNG VỤ",
        signer_role="CHỦ TỊCH",
        symbol="LĐLĐ",
        place="Hải Phòng",
        period=Period.parse("2026-Q3"),
        as_of=date(2026, 9, 30),
        targets=(target(), may_growth(), founded(), coverage(), party()),
        reconciliations=(
            ledger(
                "quý III năm 2026", date(2026, 7, 1), date(2026, 10, 1), 19102, 480, 95, -80, -140, -45, 25, 0
            ),
            ledger(
                "từ đầu kế hoạch",
                date(2026, 1, 1),
                date(2026, 10, 1),
                18400,
                1601,
                210,
                -195,
                -460,
                -144,
                25,
                0,
            ),
        ),
        children=(
            child(1, 600, 590, "Công đoàn Khu kinh tế Hải Phòng"),
            child(2, 500, 210, "Công đoàn phường Lê Chân"),
            child(3, None, 40, "Công đoàn ngành Y tế"),
        ),
        child_targets=("T-01", "T-03"),
        child_remainders=(Decimal(172), Decimal(0)),
        recipients=(
            Recipient("Tổng LĐLĐ Việt Nam", "report"),
            Recipient("Thường trực LĐLĐ thành phố", "direct"),
            Recipient("Công đoàn xã, phường, đặc khu; công đoàn ngành; CĐCS trực thuộc", "implement"),
            Recipient("VT, Ban Công tác công đoàn", "file"),
        ),
        open_points=("Kế hoạch này là ví dụ dựng để trình diễn.",),
    )
    return replace(base, **changes)
