"""The five plans and the invented one are complete, cited and sound; a mistake in a file is answered well."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from congdoan.foundation import catalogues
from congdoan.kit.data_files import DataFileError
from congdoan.registry.enterprises.choices import BANDS
from congdoan.work.indicators.catalogue import load_catalogue
from congdoan.work.plans.plan_files import (
    Operator,
    PlanFile,
    SectorGroup,
    Target,
    TargetKind,
    Window,
    as_data,
    check_indicators,
    load_plan,
    load_plans,
)

EXAMPLES = Path(__file__).parents[3] / "examples" / "plans"
PLANS = load_plans(EXAMPLES)
FROM_DOCUMENTS = {code: plan for code, plan in PLANS.items() if not plan.invented}
EVERY_TARGET = [
    pytest.param(plan, target, id=f"{plan.code}-{target.code}")
    for plan in PLANS.values()
    for target in plan.targets
]


def day(year: int, month: int, day_: int) -> dt.date:
    return dt.date(year, month, day_)


# --- what the documents say


def test_the_five_plans_and_one_invented() -> None:
    assert set(FROM_DOCUMENTS) == {
        "lai-chau-2025",
        "vinh-bao-2025",
        "binh-duong-2025",
        "nghe-an-2023",
        "hai-phong-2033",
    }
    assert set(PLANS) - set(FROM_DOCUMENTS) == {"hai-phong-2026"}


def test_parents_come_before_children() -> None:
    order = list(PLANS)
    assert PLANS["vinh-bao-2025"].parent == "hai-phong-2033"
    assert order.index("hai-phong-2033") < order.index("vinh-bao-2025")
    assert order.index("hai-phong-2033") < order.index("hai-phong-2026")


def test_all_37_indicators_have_their_place() -> None:
    places: dict[str, set[str]] = {}
    for plan in FROM_DOCUMENTS.values():
        for target in plan.targets:
            places.setdefault(target.code[:4], set()).add(plan.code)
    assert sorted(places) == [f"I-{number:02d}" for number in range(1, 38)]
    shared = {code: plans for code, plans in places.items() if len(plans) > 1}
    assert shared == {
        "I-06": {"lai-chau-2025", "vinh-bao-2025"},
        "I-37": {"vinh-bao-2025", "hai-phong-2033"},
    }


@pytest.mark.parametrize(
    ("plan", "code", "operator", "value"),
    [
        ("lai-chau-2025", "I-01", "eq", 1810),
        ("lai-chau-2025", "I-02", "ge", 95),
        ("lai-chau-2025", "I-03", "ge", 90),
        ("lai-chau-2025", "I-08", "eq", 100),
        ("vinh-bao-2025", "I-09", "ge", 95),
        ("vinh-bao-2025", "I-10", "eq", 2500),
        ("vinh-bao-2025", "I-11", "eq", 500),
        ("vinh-bao-2025", "I-13", "ge", 7),
        ("vinh-bao-2025", "I-14", "eq", 100),
        ("vinh-bao-2025", "I-15", "ge", 3),
        ("vinh-bao-2025", "I-16", "about", 1),
        ("binh-duong-2025", "I-17", "eq", 15),
        ("binh-duong-2025", "I-18", "eq", 45),
        ("binh-duong-2025", "I-19", "eq", 132),
        ("binh-duong-2025", "I-20", "ge", 1),
        ("binh-duong-2025", "I-21", "eq", 184),
        ("nghe-an-2023", "I-22", "eq", 175000),
        ("nghe-an-2023", "I-23", "eq", 100),
        ("nghe-an-2023", "I-24", "eq", 25000),
        ("hai-phong-2033", "I-26", "ge", 80),
        ("hai-phong-2033", "I-27", "gt", 75),
        ("hai-phong-2033", "I-28", "ge", 1),
        ("hai-phong-2033", "I-30", "eq", 390000),
        ("hai-phong-2033", "I-31", "eq", 100),
        ("hai-phong-2033", "I-32", "eq", 490000),
        ("hai-phong-2033", "I-33", "eq", 100),
        ("hai-phong-2033", "I-34", "about", 60000),
        ("hai-phong-2033", "I-35a", "eq", 400000),
        ("hai-phong-2033", "I-35b", "eq", 500000),
    ],
)
def test_every_figure_as_the_documents_give_it(plan: str, code: str, operator: str, value: int) -> None:
    target = PLANS[plan].target(code)
    assert (target.operator, target.value) == (operator, value)


def test_words_without_a_figure_stay_words() -> None:
    worded = {
        (plan.code, target.code): target.operator
        for plan in FROM_DOCUMENTS.values()
        for target in plan.targets
        if target.value is None
    }
    assert worded == {
        ("lai-chau-2025", "I-04"): Operator.MOST,
        ("lai-chau-2025", "I-05"): Operator.MOST,
        ("lai-chau-2025", "I-06"): Operator.MAJORITY,
        ("lai-chau-2025", "I-07"): Operator.COMPLETED,
        ("vinh-bao-2025", "I-06"): Operator.MAJORITY,
        ("vinh-bao-2025", "I-12"): Operator.MOST,
        ("vinh-bao-2025", "I-37"): Operator.UPWARD,
        ("nghe-an-2023", "I-25"): Operator.UPWARD,
        ("hai-phong-2033", "I-29"): Operator.COMPLETED,
        ("hai-phong-2033", "I-36a"): Operator.COMPLETED,
        ("hai-phong-2033", "I-36b"): Operator.COMPLETED,
        ("hai-phong-2033", "I-37"): Operator.UPWARD,
    }


def test_average_range_keeps_both_ends() -> None:
    target = PLANS["binh-duong-2025"].target("I-20")
    assert (target.value, target.value_to) == (1, 2)
    assert target.met_by(Decimal(1)) is True


def test_threshold_of_the_district_is_stricter_than_the_city_until_2028() -> None:
    district = PLANS["vinh-bao-2025"].target("I-14")
    city = PLANS["hai-phong-2033"]
    assert (district.scope.min_headcount, district.scope.stable) == (20, True)
    assert (city.target("I-31").scope.min_headcount, city.target("I-33").scope.min_headcount) == (25, 20)
    assert city.target("I-31").window == Window(day(2024, 1, 1), day(2029, 1, 1))
    assert city.target("I-33").window == Window(day(2029, 1, 1), day(2034, 1, 1))


def test_the_qualifier_of_the_denominator_is_the_documents_own() -> None:
    everyone = PLANS["lai-chau-2025"].target("I-04").scope
    in_operation = PLANS["nghe-an-2023"].target("I-23").scope
    assert (everyone.min_headcount, everyone.stable, everyone.operating) == (20, None, None)
    assert (in_operation.min_headcount, in_operation.stable, in_operation.operating) == (25, None, True)
    assert PLANS["hai-phong-2033"].target("I-28").scope.has_party is True


def test_unions_and_members_in_enterprises_are_counted_in_enterprises_alone() -> None:
    # Documents 002 §II.3-4 and 003 §II.2.1 speak of enterprises; schools and offices have unions too.
    standard = yaml.safe_load(Path(catalogues.__file__).with_name("standard.yaml").read_text())
    enterprises = {row["code"] for row in standard["sectors"] if row["enterprise"]}
    private = {
        row["code"] for row in standard["sectors"] if row["enterprise"] and row["group"] == "non_state"
    }
    assert set(PLANS["binh-duong-2025"].target("I-19").scope.sectors) == enterprises
    assert set(PLANS["binh-duong-2025"].target("I-20").scope.sectors) == private
    density = PLANS["nghe-an-2023"].target("I-25").scope
    assert (set(density.sectors), density.has_union) == (enterprises, True)


def test_every_threshold_can_be_counted_exactly() -> None:
    thresholds = {target.scope.min_headcount for plan in PLANS.values() for target in plan.targets} - {None}
    assert thresholds == {20, 25}
    assert thresholds <= set(BANDS)


def test_above_75_percent_is_strict() -> None:
    target = PLANS["hai-phong-2033"].target("I-27")
    assert target.met_by(Decimal("75")) is False
    assert target.met_by(Decimal("75.01")) is True
    assert PLANS["hai-phong-2033"].target("I-26").met_by(Decimal("80")) is True


def test_no_pass_mark_where_the_words_give_none() -> None:
    assert PLANS["lai-chau-2025"].target("I-04").met_by(Decimal("99")) is None
    assert PLANS["vinh-bao-2025"].target("I-16").met_by(Decimal("1")) is None
    assert PLANS["hai-phong-2033"].target("I-34").met_by(Decimal("60000")) is None


def test_months_of_effort() -> None:
    vinh_bao = PLANS["vinh-bao-2025"]
    may = Window(day(2025, 5, 1), day(2025, 6, 1))
    assert vinh_bao.windows_of(vinh_bao.target("I-11")) == (may,)
    assert vinh_bao.windows_of(vinh_bao.target("I-15")) == (may,)
    assert vinh_bao.target("I-11").of_which == "I-10"
    assert vinh_bao.target("I-15").of_which == "I-13"
    city = PLANS["hai-phong-2033"]
    months = city.windows_of(city.target("I-36b"))
    assert len(months) == 10
    assert months[0] == Window(day(2024, 7, 1), day(2024, 8, 1))
    assert months[-1] == Window(day(2033, 7, 1), day(2033, 8, 1))


def test_yearly_targets_are_judged_for_every_calendar_year() -> None:
    city = PLANS["hai-phong-2033"]
    years = city.windows_of(city.target("I-26"))
    assert [window.from_on.year for window in years] == list(range(2024, 2034))
    assert all(before.to_on == after.from_on for before, after in pairwise(years))
    assert city.windows_of(city.target("I-37")) == (city.period,)


def test_derived_baseline_says_so() -> None:
    baseline = PLANS["nghe-an-2023"].target("I-24").baseline
    assert baseline is not None
    assert (baseline.value, baseline.on, baseline.derived) == (150000, None, True)


def test_non_state_and_all_members_are_not_mixed() -> None:
    city = PLANS["hai-phong-2033"]
    assert city.target("I-30").scope.sector_group is SectorGroup.NON_STATE
    assert city.target("I-34").kind is TargetKind.BASELINE
    assert city.target("I-35a").scope.sector_group is None


def test_norms_with_their_open_periods() -> None:
    norms = {norm.code: norm for plan in PLANS.values() for norm in plan.norms}
    assert sorted(norms) == [f"M-0{number}" for number in range(1, 8)]
    assert [norms[code].amount for code in sorted(norms)] == [
        3000000,
        1000000,
        5000000,
        2000000,
        None,
        None,
        None,
    ]
    assert (norms["M-01"].period, norms["M-02"].period) == ("once", "month")
    assert norms["M-03"].period is None and norms["M-03"].open
    assert norms["M-04"].period is None and norms["M-04"].open


def test_records_go_into_json_as_they_are() -> None:
    plan = PLANS["binh-duong-2025"]
    bases, norms = as_data(plan.legal_bases), as_data(plan.norms)
    assert json.loads(json.dumps([bases, norms])) == [bases, norms]
    assert isinstance(bases, list) and bases[0]["issued_on"] == "2021-07-07"
    assert as_data(plan.target("I-19").value) == "132"


def test_odd_numbers_are_kept_and_remarked() -> None:
    def note(plan: str, number: str) -> str | None:
        return next(basis.note for basis in PLANS[plan].legal_bases if basis.number == number)

    assert note("vinh-bao-2025", "222/KH-TLĐ")
    assert note("lai-chau-2025", "12-CT/TU")


def test_blank_headers_stay_blank() -> None:
    blank = {code for code, plan in FROM_DOCUMENTS.items() if plan.number is None and plan.issued_on is None}
    assert blank == {"vinh-bao-2025", "binh-duong-2025", "nghe-an-2023", "hai-phong-2033"}
    assert PLANS["nghe-an-2023"].issued_text == "tháng 10 năm 2021"
    assert all(PLANS[code].open_points for code in blank)


def test_the_invented_plan_says_that_it_is() -> None:
    plan = PLANS["hai-phong-2026"]
    assert plan.invented and plan.source.seed is None
    assert any("ví dụ" in point.text for point in plan.open_points)
    assert all(target.citation is None for target in plan.targets)


# --- every target of every plan


@pytest.mark.parametrize(("plan", "target"), EVERY_TARGET)
def test_target_is_measured_and_placed(plan: PlanFile, target: Target) -> None:
    indicator = load_catalogue().indicators[target.indicator]
    assert indicator.unit == target.unit
    if not plan.invented:
        assert target.citation is not None and plan.source.seed is not None
        assert target.citation.startswith(plan.source.seed)
    for window in plan.windows_of(target):
        assert plan.period.contains(window) or (target.outside_period and target.note)
    if target.of_which is not None:
        assert plan.target(target.of_which).indicator == target.indicator
        assert target.note


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_every_indicator_is_known(plan: PlanFile) -> None:
    check_indicators(plan, load_catalogue().indicators)


def test_only_the_quoted_earlier_plan_reaches_outside() -> None:
    outside = {target.code for plan in PLANS.values() for target in plan.targets if target.outside_period}
    assert outside == {"I-35a", "I-35b"}


# --- mistakes


SMALL = """\
code: thu-2026
issuer_unit: HP
issuer_body: Ban Thường vụ
title: Kế hoạch thử
level: province
period: {from_on: 2026-01-01, to_on: 2027-01-01}
signer: {capacity: TM. BAN THƯỜNG VỤ, role: CHỦ TỊCH}
source: {seed: "000"}
targets:
  - code: I-01
    name: Thực tăng
    indicator: members_net_growth
    kind: target
    operator: eq
    value: 1810
    unit: đoàn viên
    wording: thực tăng 1.810
    citation: 000 §II.1 L39
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "thu-2026.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_small_plan_is_sound(tmp_path: Path) -> None:
    assert load_plan(written(tmp_path, SMALL)).target("I-01").value == 1810


@pytest.mark.parametrize(
    ("before", "after", "field", "line", "words"),
    [
        ("    unit:", "    unti: x\n    unit:", "targets[1].unti", 16, "có phải ý là “unit”"),
        ("issuer_body:", "chu_tich: x\nissuer_body:", "chu_tich", 3, "không có mục nào tên này"),
        ("operator: eq", "operator: bang", "targets[1].operator", 14, "Chọn một trong: eq, ge, gt"),
        ("2027-01-01", "31/12/2026", "period.to_on", 6, "Ghi theo dạng năm-tháng-ngày"),
        ("2027-01-01", "2026-02-30", "period.to_on", 6, "không phải là ngày"),
        ("to_on: 2027-01-01", "to_on: 2026-01-01", "period.to_on", 6, "không sau ngày bắt đầu"),
        ("value: 1810", "value: 1.810", "targets[1].value", 15, "Ghi 1810"),
        ("value: 1810", "value: 95%", "targets[1].value", 15, "không kèm %"),
        ("    value: 1810\n", "", "targets[1].value", 10, "cần một con số"),
        ("operator: eq", "operator: most", "targets[1].value", 15, "không đi với con số"),
        ("L39", "dòng 39", "targets[1].citation", 18, "Ghi theo mẫu 000 §II.1 L39"),
        ("    citation: 000 §II.1 L39\n", "", "targets[1]", 10, "thiếu trích dẫn"),
        ("code: thu-2026", "code: khac-2026", "code", 1, "khác tên tệp"),
        ("title: Kế hoạch thử", "title:", "title", 4, "Ghi thêm “title”"),
        ("level: province", "level: province\nlevel: district", "level", 6, "ghi hai lần"),
        ("    unit:", "    of_which: I-09\n    unit:", "targets[1].of_which", 16, "không có chỉ tiêu “I-09”"),
        ("    unit:", "    of_which: I-01\n    unit:", "targets[1].of_which", 16, "của chính nó"),
        (
            "    unit:",
            "    campaign: thang-5\n    unit:",
            "targets[1].campaign",
            16,
            "đợt cao điểm “thang-5”",
        ),
        (
            "    unit:",
            "    window: {from_on: 2025-12-01, to_on: 2026-06-01}\n    unit:",
            "targets[1].window",
            16,
            "outside_period: true",
        ),
        (
            "value: 1810\n    unit: đoàn viên",
            'value: 0.95\n    unit: "%"',
            "targets[1].value",
            15,
            "không ghi 0.95",
        ),
    ],
)
def test_a_mistake_is_answered_with_file_field_and_remedy(
    tmp_path: Path, before: str, after: str, field: str, line: int, words: str
) -> None:
    assert SMALL.count(before) >= 1
    with pytest.raises(DataFileError) as caught:
        load_plan(written(tmp_path, SMALL.replace(before, after, 1)))
    message = str(caught.value)
    assert message.startswith(f"Tệp thu-2026.yaml, dòng {line}, mục “{field}”: ")
    assert words in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "tệp trống"),
        ("code: [", "sai cú pháp YAML"),
        ("- a\n- b\n", "không gồm các mục"),
        ("code: \x00\n", "ký tự không đọc được"),
    ],
)
def test_a_file_that_is_no_plan(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DataFileError, match=words):
        load_plan(written(tmp_path, text))


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "thu-2026.yaml"
    path.write_bytes("title: Kế hoạch".encode("utf-16"))
    with pytest.raises(DataFileError, match="UTF-8"):
        load_plan(path)


def test_missing_file_and_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="không tìm thấy tệp"):
        load_plan(tmp_path / "thu-2026.yaml")
    with pytest.raises(DataFileError, match="không có kế hoạch nào"):
        load_plans(tmp_path)


def test_a_parent_must_be_in_the_folder_and_not_below(tmp_path: Path) -> None:
    written(tmp_path, SMALL + "parent: tren-2026\n")
    with pytest.raises(DataFileError, match="không có kế hoạch “tren-2026”"):
        load_plans(tmp_path)
    above = SMALL.replace("thu-2026", "tren-2026") + "parent: thu-2026\n"
    (tmp_path / "tren-2026.yaml").write_text(above, encoding="utf-8")
    with pytest.raises(DataFileError, match="cấp trên của chính nó"):
        load_plans(tmp_path)


def test_a_yearly_campaign_needs_days_that_every_year_has(tmp_path: Path) -> None:
    campaign = (
        "campaigns:\n  - {code: tet, name: Dịp Tết, from_on: 2026-01-15, to_on: 2026-02-15, yearly: true,"
        " citation: 000 L1}\n"
    )
    assert load_plan(written(tmp_path, SMALL + campaign)).campaign("tet").yearly
    with pytest.raises(DataFileError, match="mốc 29/2"):
        load_plan(written(tmp_path, SMALL + campaign.replace("2026-02-15", "2028-02-29")))


def test_an_unknown_indicator_is_named(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, SMALL))
    with pytest.raises(DataFileError, match=r"targets\[1\].indicator.*“members_net_growth”.*I-01"):
        check_indicators(plan, {"members_total"})
