"""Forms as data: what is read, what is refused with which words, periods with cut-offs, sums of cells, shipped forms."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.jobs.models import JobRun
from congdoan.work.indicators.actions import install_catalogue
from congdoan.work.returns import actions
from congdoan.work.returns.computing import compute, plans_of
from congdoan.work.returns.definitions import (
    DefinitionError,
    newest_span,
    read_definition,
    shipped_forms,
    span_before,
    span_last_year,
    span_of,
)
from congdoan.work.returns.editing import new_code
from congdoan.work.returns.expressions import ExpressionError, parse
from congdoan.work.returns.jobs import open_round
from congdoan.work.returns.models import Obligation, Return
from tests.factories.tree import Tree
from tests.work.returns.conftest import PERIOD, SHEET, Round

CUTOFFS = ((5, 31), (11, 30))


@pytest.mark.parametrize(
    ("cadence", "code", "first", "after"),
    [
        ("half", "2026-H1", date(2025, 12, 1), date(2026, 6, 1)),
        ("half", "2026-H2", date(2026, 6, 1), date(2026, 12, 1)),
        ("year", "2026", date(2025, 12, 1), date(2026, 12, 1)),
        ("month", "2026-02", date(2026, 2, 1), date(2026, 3, 1)),
        ("quarter", "2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("term", "20230101-20281231", date(2023, 1, 1), date(2029, 1, 1)),
        ("ad_hoc", "dot20261101-20261107", date(2026, 11, 1), date(2026, 11, 8)),
    ],
)
def test_the_days_of_a_period(cadence: str, code: str, first: date, after: date) -> None:
    found = span_of(cadence, code, cutoffs=CUTOFFS)
    assert (found.from_on, found.to_on) == (first, after)


@pytest.mark.parametrize(
    ("cadence", "code", "months", "words"),
    [
        ("month", "2026-Q1", (), "hằng tháng"),
        ("month", "2026-06", (5,), "chỉ báo cáo tháng 5"),
        ("half", "nửa năm", (), "không phải là một kỳ"),
        ("term", "2023-2028", (), "Hãy viết ngày đầu và ngày cuối"),
        ("ad_hoc", "20261107-20261101", (), "Hãy viết ngày đầu và ngày cuối"),
        ("term", "20231301-20281231", (), "Hãy viết ngày đầu và ngày cuối"),
    ],
)
def test_a_period_that_is_none(cadence: str, code: str, months: tuple[int, ...], words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        span_of(cadence, code, months=months)


def test_periods_follow_each_other() -> None:
    form = read_definition(shipped_forms()["1-HDCD"])
    span = form.span("2026-H1")
    before, earlier = span_before(form, span), span_last_year(form, span)
    assert before is not None and earlier is not None
    assert before.to_on == span.from_on
    assert (earlier.from_on, earlier.to_on) == (date(2024, 12, 1), date(2025, 6, 1))
    newest = newest_span(form, date(2026, 11, 30))
    assert newest is not None and newest.code == "2026-H1"
    newest = newest_span(form, date(2026, 12, 1))
    assert newest is not None and newest.code == "2026-H2"


def test_deadlines_move_to_working_days() -> None:
    form = read_definition(SHEET)
    # 31/01/2026 + 5 days is a Thursday; 30/4 and 1/5 are holidays, 2 and 3/5/2026 a weekend.
    assert form.deadlines.days(date(2026, 1, 31))[1] == date(2026, 2, 5)
    opens, due, late = form.deadlines.days(date(2026, 4, 25))
    assert due == date(2026, 5, 4) and opens <= due <= late


def changed(**changes: Any) -> dict[str, Any]:
    return {**json.loads(json.dumps(SHEET)), **changes}


def with_row(**row: Any) -> dict[str, Any]:
    made = changed()
    made["sections"][0]["rows"].append({"code": "them", "title": "Thêm", **row})
    return made


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (changed(code="có dấu"), "Mã mẫu"),
        (changed(title=" "), "chưa ghi tên"),
        (changed(cadence="day"), "không phải một trong"),
        (changed(sections=[]), "chưa có dòng nào"),
        (changed(owed_by=[]), "loại đơn vị nào phải báo cáo"),
        (changed(deadlines={"opens": 5, "due": 3}), "theo thứ tự"),
        (changed(cutoffs=["31-05"]), "ngày/tháng"),
        (with_row(code="end"), "Mã dòng bị trùng: end"),
        (with_row(window="someday"), "không có cách lấy kỳ"),
        (with_row(columns=["men"]), "không có cột “men”"),
        (with_row(source="indicator"), "chưa chọn"),
        (with_row(formula="end.total * 2"), "không hiểu"),
        (with_row(formula="nothing.total"), "không có ô “nothing.total”"),
        (with_row(formula="them.total", columns=["total"]), "thành vòng"),
    ],
)
def test_a_form_that_cannot_be_used(data: dict[str, Any], words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        read_definition(data)


@pytest.mark.parametrize(
    "text", ["", "a b", "a.total +", "previous(a.total", "a.total)", "previous(3)", "2*a", "--a"]
)
def test_a_sum_that_is_none(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text, column="total")


def test_a_sum_of_cells() -> None:
    found = parse("a + b.women − 3 - previous(a)", column="total")
    assert found.cells == {"a.total", "b.women"}
    now = {"a.total": Decimal(10), "b.women": Decimal(4)}
    assert found.value(now, {"a.total": Decimal(6)}) == 5
    assert found.value(now) is None, "no figure before, so no sum"


@given(st.lists(st.tuples(st.sampled_from("+-"), st.integers(0, 10**6)), min_size=1, max_size=8))
def test_sums_add_up(parts: list[tuple[str, int]]) -> None:
    text = " ".join(f"{sign} {number}" for sign, number in parts)
    wanted = sum(number if sign == "+" else -number for sign, number in parts)
    assert parse(text, column="total").value({}) == wanted


def test_codes_are_made_from_words() -> None:
    assert new_code("Kết nạp mới", [], "dong") == "ket_nap_moi"
    assert new_code("Kết nạp mới", ["ket_nap_moi"], "dong") == "ket_nap_moi_2"
    assert new_code("50 tuổi", [], "dong") == "dong"


@pytest.mark.parametrize("code", sorted(shipped_forms()))
def test_shipped_forms_can_be_published_and_computed(tree: Tree, system: Actor, code: str) -> None:
    install_catalogue()
    form = actions.take_shipped(actor=system, owner=tree.root, code=code).form
    actions.publish(actor=system, form=form)
    definition = read_definition(shipped_forms()[code])
    span = newest_span(definition, system.today)
    assert span is not None
    made = actions.make_obligations(actor=system, form=form, period=span.code)
    assert made == (8 if "grassroots_union" in definition.owed_by else 6)
    plans = plans_of(definition, span, on=system.today)
    assert plans and all(not plan.cell.row.formula for plan in plans.values())
    assert compute(plans, [tree.north.pk])[tree.north.pk]


def test_an_indicator_that_does_not_exist_is_not_published(turn: Round) -> None:
    draft = actions.save_draft(
        actor=turn.system, owner=turn.tree.north, data=with_row(indicator="luck"), form=turn.form
    )
    with pytest.raises(DefinitionError, match="Danh mục chỉ số không có: luck"):
        actions.publish(actor=turn.system, form=draft.form)


def test_workers_begin_a_whole_round(turn: Round, people: dict[str, Actor]) -> None:
    user = people["province"].user
    run = JobRun.objects.create(
        kind="returns.open_all",
        title="Lập sẵn",
        user=user,
        arguments={"form": turn.form.pk, "period": PERIOD},
    )
    said: list[tuple[int, int]] = []
    address = open_round(run, lambda done, total, words: said.append((done, total)))
    assert Return.objects.count() == Obligation.objects.count() == 6
    assert said[-1] == (6, 6)
    assert f"mau={turn.form.pk}" in address
    assert open_round(run, lambda done, total, words: None) == address
    assert Return.objects.count() == 6


def test_sums_are_written_and_read_in_vietnamese() -> None:
    from congdoan.work.returns.expressions import parse

    labels = {"a.total": "Đầu kỳ (tổng số)", "b.total": "Thực tăng (tổng số)"}
    mine = parse("ky_truoc(a) + b - 3", column="total")
    theirs = parse("previous(a) + b - 3", column="total")
    assert mine.parts == theirs.parts
    assert mine.words(labels) == "Đầu kỳ (tổng số), kỳ trước + Thực tăng (tổng số) − 3"
    assert parse("cung_ky(b.total)", column="x").parts == parse("last_year(b.total)", column="x").parts


def test_days_of_closing_are_written_day_first() -> None:
    from congdoan.work.returns.editing import set_head
    from tests.work.returns.conftest import SHEET

    given = {
        "title": "Báo cáo",
        "cadence": "half",
        "owed_by": ["grassroots_union"],
        "opens": 1,
        "due": 5,
        "late": 8,
    }
    for typed in ("31/5, 30/11", "05-31; 11-30"):
        assert set_head(SHEET, given | {"cutoffs": typed})["cutoffs"] == ["05-31", "11-30"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("2026-10", "tháng 10 năm 2026"),
        ("2026-H1", "6 tháng đầu năm 2026"),
        ("20230101-20281231", "từ 01/01/2023 đến 31/12/2028"),
        ("99999999-99999999", "99999999-99999999"),
        ("lan-2", "lan-2"),
    ],
)
def test_a_period_is_said_in_words(code: str, words: str) -> None:
    from congdoan.work.returns.definitions import period_words

    assert period_words(code) == words
