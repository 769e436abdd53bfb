"""The catalogue is sound, keeps gross and net apart, and says what is not counted yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from congdoan.kit.data_files import DataFileError
from congdoan.registry.membership.choices import DEPARTURES, KINDS
from congdoan.work.indicators.catalogue import CATALOGUE_FILE, Indicator, IndicatorKind, load_catalogue

CATALOGUE = load_catalogue()


@pytest.mark.parametrize("indicator", CATALOGUE.indicators.values(), ids=CATALOGUE.indicators)
def test_every_indicator_explains_itself(indicator: Indicator) -> None:
    assert indicator.explanation.endswith(".")
    assert (indicator.denominator is not None) == (indicator.unit == "%" or "/" in indicator.unit)
    assert indicator.available == (indicator.notice is None)


def test_net_growth_is_no_sum_of_admissions() -> None:
    net, gross = CATALOGUE.indicators["members_net_growth"], CATALOGUE.indicators["members_admitted"]
    assert (net.kind, gross.kind) == (IndicatorKind.NET, IndicatorKind.FLOW)
    assert not net.numerator.filters
    admitted = {kind.code for kind in KINDS.values() if kind.group == "admitted"}
    left = CATALOGUE.indicators["members_left"].numerator.as_data()
    assert gross.numerator.filters == {"movement": tuple(sorted(admitted))}
    assert left == {"measure": "members", "filters": {"movement": list(DEPARTURES)}}


def test_thresholds_are_no_part_of_an_indicator() -> None:
    for indicator in CATALOGUE.indicators.values():
        for term in indicator.terms:
            assert not {"min_headcount", "band", "stable", "is_stable", "operating"} & set(term.filters)


def test_coverage_divides_the_covered_by_all() -> None:
    coverage = CATALOGUE.indicators["enterprise_coverage"]
    assert coverage.denominator is not None
    assert coverage.numerator.measure is coverage.denominator.measure
    assert coverage.numerator.filters == {"has_union": True}
    assert not coverage.denominator.filters


def test_figures_entered_by_hand_name_the_part_that_will_count_them() -> None:
    assert CATALOGUE.indicators["members_total"].notice is None
    assert CATALOGUE.indicators["party_introduced_average"].room.code == "party"
    trained = CATALOGUE.indicators["officers_trained"].notice
    assert trained == "Số liệu do cán bộ nhập kèm nguồn, cho đến khi phân hệ “Cán bộ công đoàn” tự đếm được."
    done = CATALOGUE.indicators["database_completed"].notice
    assert done == "Việc hoàn thành do cán bộ xác nhận, kèm văn bản."


def test_a_scope_that_cannot_be_applied_is_told() -> None:
    coverage = CATALOGUE.indicators["enterprise_coverage"]
    assert coverage.unanswered(["min_headcount", "stable", "operating", "sector_group"]) == ()
    assert coverage.unanswered(["min_headcount", "eligible"]) == ("eligible",)
    assert CATALOGUE.indicators["member_density"].unanswered(["sector_group", "min_headcount"]) == (
        "min_headcount",
    )


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("kind: net", "kind: thuc_tang", "Chọn một trong: stock, flow, net"),
        ("numerator: {measure: unions}", "numerator: {measure: union}", "không có số đo “union”"),
        ("filters: {has_union: true}", "filters: {mau: xanh}", "không lọc được theo mục này"),
        ("    denominator: {measure: workers}\n", "", "cần mẫu số"),
        ("    better: down", "    betterr: down", "có phải ý là “better”"),
        ("code: members_increase", "code: members_net_growth", "đã dùng ở phần tử trước"),
        ("    room: plans", "    room: ke_hoach", "không có phân hệ “ke_hoach”"),
        ("decimals: 1", "decimals: một", "không phải là số"),
        ("    available: false", "    available: chưa", "Ghi true (có) hoặc false (không)"),
    ],
)
def test_a_mistake_is_answered_in_vietnamese(tmp_path: Path, before: str, after: str, words: str) -> None:
    text = CATALOGUE_FILE.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "catalogue.yaml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        load_catalogue(path)
    assert str(caught.value).startswith("Tệp catalogue.yaml, dòng ")
    assert words in str(caught.value)
