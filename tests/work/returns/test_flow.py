"""The way of a return: filled by the registers, handed in, returned, accepted, frozen; who may, and in which order."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.catalogues.models import Parameter
from congdoan.foundation.messaging.hours import read_hours
from congdoan.foundation.messaging.models import Notice
from congdoan.foundation.messaging.queries import office_hours
from congdoan.foundation.units.actions import NewUnit, create_units
from congdoan.registry.membership.models import BookClosing
from congdoan.work.returns import actions
from congdoan.work.returns.actions import Filling
from congdoan.work.returns.definitions import digest, read_definition
from congdoan.work.returns.models import FrozenReturn, Obligation, Return
from congdoan.work.returns.queries import comparison, findings_of, visible_obligations, with_standing
from congdoan.work.returns.rules import Changed, ReturnsError
from tests.factories.people import make_members
from tests.factories.users import make_actor
from tests.work.returns.conftest import DAY, PERIOD, SHEET, Round

People = dict[str, Actor]


def filled(turn: Round, actor: Actor, code: str = "NA1", contracts: int = 10) -> Return:
    made = actions.open_return(actor=actor, on=DAY, obligation=turn.owed(code))
    return actions.fill(
        actor=actor,
        made=made,
        revision=made.revision,
        filling=Filling(figures={"contracts.total": Decimal(contracts)}),
    )


def handed_in(turn: Round, actor: Actor, code: str = "NA1") -> Return:
    made = filled(turn, actor, code, contracts=5)
    return actions.submit(actor=actor, on=DAY, made=made, revision=made.revision)


def test_everybody_below_owes_to_whom_they_stood_under(turn: Round) -> None:
    owed = {
        item.unit.code: item.superior.code for item in Obligation.objects.select_related("unit", "superior")
    }
    assert owed == {"NA": "N", "NB": "N", "NA1": "NA", "NA2": "NA", "NB1": "NB", "NB2": "NB"}
    one = turn.owed("NA1")
    assert (one.from_on, one.to_on) == (date(2026, 10, 1), date(2026, 11, 1))
    # 31/10 + 5 and + 8 days are a Thursday and a Sunday, which moves to Monday.
    assert (one.opens_on, one.due_on, one.late_on) == (
        date(2026, 11, 1),
        date(2026, 11, 5),
        date(2026, 11, 9),
    )
    assert actions.make_obligations(actor=turn.system, form=turn.form, period=PERIOD) == 0


def test_the_registers_fill_in_what_they_know(turn: Round, people: People) -> None:
    made = actions.open_return(actor=people["committee"], on=DAY, obligation=turn.owed("NA1"))
    assert made.computed == {
        "start.total": 20,
        "start.women": 10,
        "net.total": 4,
        "net.women": 2,
        "end.total": 24,
        "end.women": 12,
        "labour.total": 0,
    }, "women at work are in no register, so that cell is asked for"
    above = actions.open_return(actor=people["district"], on=DAY, obligation=turn.owed("NA"))
    assert above.computed["end.total"] == 30


def test_the_whole_way(turn: Round, people: People) -> None:
    made = filled(turn, people["committee"])
    made = actions.submit(actor=people["committee"], on=DAY, made=made, revision=made.revision)
    made = actions.give_back(
        actor=people["district"], made=made, revision=made.revision, remarks={"contracts.total": "Xem lại"}
    )
    assert (made.state, made.remarks) == ("returned", {"contracts.total": "Xem lại"})
    made = actions.fill(
        actor=people["committee"],
        made=made,
        revision=made.revision,
        filling=Filling(figures={"contracts.total": Decimal(12)}),
    )
    made = actions.submit(actor=people["committee"], on=DAY, made=made, revision=made.revision)
    made = actions.accept(actor=people["district"], made=made, revision=made.revision)
    frozen = FrozenReturn.objects.get(made=made)
    said = json.loads(frozen.body)
    assert said["values"]["shown"]["contracts.total"] == "12"
    assert said["values"]["shown"]["men.total"] == "12"
    assert [item["code"] for item in said["structure"]["above"]] == ["R", "N", "NA"]
    assert said["definition"] == SHEET
    assert digest(frozen.body) == frozen.digest
    closing = BookClosing.objects.get()
    assert (closing.unit.code, closing.until_on) == ("NA1", date(2026, 11, 1))
    assert closing.closed_by == people["district"].user
    made = actions.close(actor=people["district"], made=made, revision=made.revision)
    made = actions.reopen(actor=people["district"], made=made, revision=made.revision, reason="Thiếu một tổ")
    assert made.state == "returned"
    verbs = list(made.obligation.steps.order_by("id").values_list("verb", flat=True))
    assert verbs == ["open", "submit", "give_back", "submit", "accept", "close", "reopen"]
    audited = set(AuditEntry.objects.filter(verb__startswith="returns.").values_list("verb", flat=True))
    assert {f"returns.{verb}" for verb in verbs} | {"returns.fill"} <= audited
    made = actions.submit(actor=people["committee"], on=DAY, made=made, revision=made.revision)
    actions.accept(actor=people["district"], made=made, revision=made.revision)
    assert list(FrozenReturn.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert FrozenReturn.objects.get(number=1).body == frozen.body


@pytest.mark.parametrize("who", ["stranger", "neighbour", "viewer"])
def test_who_may_not_fill(turn: Round, people: People, who: str) -> None:
    with pytest.raises(Forbidden):
        actions.open_return(actor=people[who], on=DAY, obligation=turn.owed("NA1"))
    made = filled(turn, people["committee"])
    for act in (
        lambda: actions.fill(actor=people[who], made=made, revision=made.revision, filling=Filling()),
        lambda: actions.submit(actor=people[who], on=DAY, made=made, revision=made.revision),
        lambda: actions.recompute(actor=people[who], on=DAY, made=made, revision=made.revision),
    ):
        with pytest.raises(Forbidden):
            act()


@pytest.mark.parametrize("who", ["stranger", "neighbour", "viewer", "committee", "officer"])
def test_who_may_not_accept(turn: Round, people: People, who: str) -> None:
    made = handed_in(turn, people["committee"])
    for act in (
        lambda: actions.accept(actor=people[who], made=made, revision=made.revision),
        lambda: actions.give_back(actor=people[who], made=made, revision=made.revision, remarks={"": "x"}),
        lambda: actions.reopen(actor=people[who], made=made, revision=made.revision, reason="x"),
        lambda: actions.extend(
            actor=people[who], obligation=made.obligation, due_on=date(2026, 12, 1), reason="x"
        ),
        lambda: actions.close_round(
            actor=people[who], form=turn.form, period=PERIOD, superior=turn.tree.north_a
        ),
    ):
        with pytest.raises(Forbidden):
            act()
    assert Return.objects.get().state == "submitted"


def test_a_district_does_not_accept_its_own(turn: Round, people: People) -> None:
    made = handed_in(turn, people["district"], "NA")
    with pytest.raises(Forbidden):
        actions.accept(actor=people["district"], made=made, revision=made.revision)
    assert actions.accept(actor=people["province"], made=made, revision=made.revision).state == "accepted"


def test_what_is_seen(turn: Round, people: People) -> None:
    seen = {
        who: set(visible_obligations(actor).values_list("unit__code", flat=True))
        for who, actor in people.items()
    }
    assert seen["committee"] == seen["viewer"] == {"NA1"}
    assert seen["district"] == seen["officer"] == {"NA", "NA1", "NA2"}
    assert seen["neighbour"] == {"NB", "NB1", "NB2"}
    assert seen["stranger"] == set()
    assert len(seen["province"]) == 6


def test_an_override_needs_a_reason_and_keeps_both(turn: Round, people: People) -> None:
    made = filled(turn, people["committee"])
    with pytest.raises(ReturnsError, match=r"Cuối kỳ \(tổng số\): máy tính ra 24, bạn ghi 25"):
        actions.fill(
            actor=people["committee"],
            made=made,
            revision=made.revision,
            filling=Filling(figures={"end.total": Decimal(25)}),
        )
    made = actions.fill(
        actor=people["committee"],
        made=made,
        revision=made.revision,
        filling=Filling(figures={"end.total": Decimal(25)}, reasons={"end.total": "Sót một người"}),
    )
    assert (made.computed["end.total"], made.entered["end.total"]) == (24, 25)
    made = actions.fill(
        actor=people["committee"],
        made=made,
        revision=made.revision,
        filling=Filling(figures={"end.total": Decimal(24)}),
    )
    assert "end.total" not in made.entered and "end.total" not in made.reasons


def test_checks_stand_in_the_way(turn: Round, people: People) -> None:
    made = actions.open_return(actor=people["committee"], on=DAY, obligation=turn.owed("NA1"))
    with pytest.raises(ReturnsError, match="Chưa có số liệu: Ký hợp đồng"):
        actions.submit(actor=people["committee"], on=DAY, made=made, revision=made.revision)
    made = filled(turn, people["committee"], contracts=25)
    with pytest.raises(ReturnsError, match="Hợp đồng không nhiều hơn đoàn viên \\(đang là 25 và 24\\)"):
        actions.submit(actor=people["committee"], on=DAY, made=made, revision=made.revision)
    assert Return.objects.get(pk=made.pk).state == "draft"


def test_soft_checks_and_changes_ask_for_an_explanation(turn: Round, people: People) -> None:
    made = filled(turn, people["neighbour"], "NB1", contracts=0)
    with pytest.raises(ReturnsError, match=r"Thường có đoàn viên nữ .* Cần giải trình"):
        actions.submit(actor=people["province"], on=DAY, made=made, revision=made.revision)
    made = actions.fill(
        actor=people["neighbour"],
        made=made,
        revision=made.revision,
        filling=Filling(explanations={"check:women": "Đơn vị chưa có đoàn viên"}),
    )
    assert (
        actions.submit(actor=people["neighbour"], on=DAY, made=made, revision=made.revision).state
        == "submitted"
    )


def test_the_second_of_two_is_told(turn: Round, people: People) -> None:
    made = filled(turn, people["committee"])
    actions.fill(
        actor=people["district"], made=made, revision=made.revision, filling=Filling(texts={"said": "Tốt"})
    )
    with pytest.raises(Changed, match=r"đã sửa báo cáo này lúc .* chưa được ghi"):
        actions.fill(
            actor=people["committee"],
            made=made,
            revision=made.revision,
            filling=Filling(figures={"contracts.total": Decimal(1)}),
        )
    assert Return.objects.get().entered == {"contracts.total": 10}


def test_an_exception_moves_the_day(turn: Round, people: People) -> None:
    owed = turn.owed("NA1")

    def standing(on: date) -> str:
        return with_standing(Obligation.objects.filter(pk=owed.pk), on).get().standing  # type: ignore[attr-defined]

    assert [
        standing(date(2026, 10, 31)),
        standing(DAY),
        standing(date(2026, 11, 9)),
        standing(date(2026, 11, 10)),
    ] == [
        "not_open",
        "missing",
        "missing",
        "late",
    ]
    with pytest.raises(ReturnsError, match="Hạn mới phải sau hạn đang có"):
        actions.extend(actor=people["district"], obligation=owed, due_on=date(2026, 11, 5), reason="Bão")
    with pytest.raises(ReturnsError, match="lý do"):
        actions.extend(actor=people["district"], obligation=owed, due_on=date(2026, 11, 20), reason=" ")
    actions.extend(actor=people["district"], obligation=owed, due_on=date(2026, 11, 20), reason="Bão lụt")
    assert standing(date(2026, 11, 20)) == "missing"
    assert standing(date(2026, 11, 21)) == "late"
    assert owed.extensions.get().reason == "Bão lụt"


def test_somebody_stands_in(turn: Round, people: People) -> None:
    made = handed_in(turn, people["committee"])
    leader, officer = people["district"].user, people["officer"].user
    assert leader is not None and officer is not None
    with pytest.raises(Forbidden):
        actions.delegate(
            actor=people["officer"],
            unit=turn.tree.north_a,
            absent=leader,
            substitute=officer,
            from_on=DAY,
            until=None,
            reason="x",
        )
    given = actions.delegate(
        actor=people["district"],
        unit=turn.tree.north_a,
        absent=leader,
        substitute=officer,
        from_on=DAY,
        until=date(2026, 11, 10),
        reason="Đi học",
    )
    later = Actor(user=officer, today=date(2026, 11, 10))
    with pytest.raises(Forbidden):
        actions.accept(actor=later, made=made, revision=made.revision)
    made = actions.accept(actor=people["officer"], made=made, revision=made.revision)
    step = made.obligation.steps.get(verb="accept")
    assert (step.user, step.in_place_of) == (officer, leader)
    assert "thay" in AuditEntry.objects.get(verb="returns.accept").summary
    actions.end_delegation(actor=people["district"], on=date(2026, 11, 5), delegation=given)
    with pytest.raises(Forbidden):
        actions.close(actor=Actor(user=officer, today=date(2026, 11, 6)), made=made, revision=made.revision)


def test_what_is_kept_cannot_be_changed(turn: Round, people: People) -> None:
    made = handed_in(turn, people["committee"])
    actions.accept(actor=people["district"], made=made, revision=made.revision)
    from django.db import transaction

    for rows, changes in (
        (FrozenReturn.objects.all(), {"body": "{}"}),
        (made.obligation.steps.all(), {"note": "x"}),
        (turn.form.versions.all(), {"digest": "x"}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**changes)


def test_one_press_reminds_who_has_not_handed_in(turn: Round, people: People) -> None:
    handed_in(turn, people["committee"])
    other = make_actor(DAY, turn.tree.unions["NA2"], "committee", reach="own")

    def press(who: str, on: date = DAY) -> actions.Reminded:
        return actions.remind(
            actor=people[who], on=on, form=turn.form, period=PERIOD, superior=turn.tree.north_a
        )

    with pytest.raises(Forbidden):
        press("officer")
    done = press("district")
    assert (done.bodies, done.without_people) == (1, [])
    press("district")
    notice = Notice.objects.get(kind="returns.due")
    assert notice.user == other.user and notice.due_on == date(2026, 11, 5)
    assert notice.url == reverse("returns:return", args=[turn.owed("NA2").pk])
    press("district", date(2026, 11, 4))
    assert Notice.objects.filter(kind="returns.due").count() == 2
    above = actions.remind(
        actor=people["province"], on=DAY, form=turn.form, period=PERIOD, superior=turn.tree.north
    )
    assert above.bodies == 2, "both districts have people"


def test_the_calendar_reminds(turn: Round, people: People) -> None:
    handed_in(turn, people["district"], "NA")

    def run(on: date) -> int:
        return actions.remind_due(actor=turn.system, on=on)

    assert run(date(2026, 11, 1)) == 0, "a Sunday"
    assert run(date(2026, 11, 2)) == 2, "NA1 and NB have people; NA has handed in"
    assert run(date(2026, 11, 2)) == 0
    told = Notice.objects.filter(kind="returns.due")
    assert {notice.user for notice in told} >= {people["committee"].user, people["neighbour"].user}
    mine = told.get(user=people["committee"].user)
    assert mine.title.endswith("còn 3 ngày")
    actions.extend(
        actor=people["district"], obligation=turn.owed("NA1"), due_on=date(2026, 11, 20), reason="Bão"
    )
    run(date(2026, 11, 5))
    assert told.filter(user=people["committee"].user).count() == 1, "the exception moved the day"
    assert run(date(2026, 11, 19)) == 1


def test_days_of_reminders_are_working_days(turn: Round) -> None:
    owed = turn.owed("NA1")
    assert owed.opens_on == date(2026, 11, 1) and owed.due == date(2026, 11, 5)
    hours = office_hours(DAY)
    assert actions.reminder_days(owed, hours.is_worked) == [date(2026, 11, day) for day in (2, 4, 5, 6, 10)]
    owed.extended_to = date(2026, 11, 15)  # a Sunday
    assert actions.reminder_days(owed, hours.is_worked) == [date(2026, 11, day) for day in (2, 11, 13, 16)]


@given(
    opens=st.dates(date(2026, 1, 1), date(2027, 6, 1)),
    due=st.integers(0, 40),
    late=st.integers(0, 20),
    more=st.none() | st.integers(1, 60),
)
def test_reminders_never_fall_on_a_day_off(opens: date, due: int, late: int, more: int | None) -> None:
    hours = read_hours([["07:30", "16:30"]], [], [])
    owed = Obligation(opens_on=opens, due_on=opens + timedelta(due), late_on=opens + timedelta(due + late))
    owed.extended_to = owed.due_on + timedelta(more) if more else None
    days = actions.reminder_days(owed, hours.is_worked)
    assert all(hours.is_worked(day) and day >= opens for day in days)
    assert any(day > owed.due for day in days) and days == sorted(set(days))


def test_days_without_a_machine_are_made_up_for_once(turn: Round, people: People) -> None:
    told = Notice.objects.filter(kind="returns.due", user=people["committee"].user)
    assert actions.remind_due(actor=turn.system, on=date(2026, 11, 9)) > 0, "the 2nd to the 6th were missed"
    assert told.get().title.endswith("quá hạn 4 ngày")
    actions.remind_due(actor=turn.system, on=date(2026, 11, 9))
    assert told.count() == 1
    actions.remind_due(actor=turn.system, on=date(2026, 12, 1))
    assert told.count() == 1, "what is long past is left to the superior"


def test_periods_are_given_out_when_they_open(turn: Round) -> None:
    since = turn.form.versions.get().published_at
    assert since is not None
    first = timezone.localdate(since)

    def months(on: date) -> set[str]:
        actions.give_out_due(actor=turn.system, on=on)
        return set(turn.form.obligations.exclude(period=PERIOD).values_list("period", flat=True))

    assert months(first) <= {f"{first - timedelta(days=first.day):%Y-%m}"}, (
        "nothing of before it was published"
    )
    before = months(date(first.year + 1, 1, 31))
    after = months(date(first.year + 1, 2, 1))
    assert after - before == {f"{first.year + 1}-01"}
    far = months(date(first.year + 1, 6, 10))
    assert far - after == {f"{first.year + 1}-{month:02}" for month in range(2, 6)}, "the machine was off"
    count = turn.form.obligations.count()
    assert actions.give_out_due(actor=turn.system, on=date(first.year + 1, 6, 11)) == 0
    assert turn.form.obligations.count() == count
    actions.retire(actor=turn.system, form=turn.form)
    assert actions.give_out_due(actor=turn.system, on=date(first.year + 1, 9, 1)) == 0


def test_who_gets_it_back_is_told(turn: Round, people: People) -> None:
    made = handed_in(turn, people["committee"])
    actions.give_back(
        actor=people["district"], made=made, revision=made.revision, remarks={}, note="Thiếu tổ 2"
    )
    notice = Notice.objects.get(kind="returns.sent_back")
    assert notice.user == people["committee"].user and "Thiếu tổ 2" in notice.text


def test_a_new_version_leaves_what_was_begun(turn: Round, people: People) -> None:
    made = filled(turn, people["committee"])
    changed = json.loads(json.dumps(SHEET))
    changed["sections"][0]["rows"][0]["title"] = "Số đầu kỳ"
    actions.save_draft(actor=turn.system, owner=turn.tree.north, data=changed, form=turn.form)
    actions.publish(actor=turn.system, form=turn.form)
    made = Return.objects.get(pk=made.pk)
    assert made.version.number == 1
    later = actions.open_return(actor=people["district"], on=DAY, obligation=turn.owed("NA2"))
    assert later.version.number == 2


def test_the_number_of_queries_does_not_grow_with_the_bodies(turn: Round) -> None:
    def queries(period: str, codes: list[str]) -> int:
        actions.make_obligations(actor=turn.system, form=turn.form, period=period)
        Obligation.objects.filter(form=turn.form, period=period).exclude(unit__code__in=codes).delete()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert actions.open_all(actor=turn.system, on=DAY, form=turn.form, period=period)
        assert Return.objects.filter(obligation__period=period).count() == len(codes)
        return len(captured)

    one = queries("2026-09", ["NA1"])
    assert queries("2026-08", ["NA1", "NA2", "NA", "NB", "NB1", "NB2"]) == one
    assert actions.open_all(actor=turn.system, on=DAY, form=turn.form, period="2026-08") == 0


def test_opened_for_all_is_what_opening_gives(turn: Round, people: People) -> None:
    alone = actions.open_return(actor=people["committee"], on=DAY, obligation=turn.owed("NA1"))
    Obligation.objects.filter(period="2026-09").delete()
    actions.open_all(actor=turn.system, on=DAY, form=turn.form, period=PERIOD)
    assert Return.objects.get(obligation=turn.owed("NA1")).pk == alone.pk
    assert Return.objects.get(obligation=turn.owed("NA")).computed["end.total"] == 30


@pytest.mark.parametrize(
    ("founded_on", "asked"), [(date(2026, 9, 1), ["change:end.total"]), (date(2026, 9, 10), [])]
)
def test_a_new_body_explains_no_change_against_a_part_of_a_period(
    turn: Round, founded_on: date, asked: list[str]
) -> None:
    (unit,) = create_units(
        actor=turn.system,
        items=[
            NewUnit("NA3", "CĐCS mới", "NA3", "grassroots_union", turn.tree.north_a, founded_on, sector="fdi")
        ],
    )
    make_members(turn.system, unit, date(2026, 9, 20), 20, start=700)
    make_members(turn.system, unit, date(2026, 10, 20), 20, start=800)
    actions.make_obligations(actor=turn.system, form=turn.form, period=PERIOD)
    made = filled(turn, turn.system, "NA3")
    definition = read_definition(made.version.definition)
    compared = comparison(made.obligation, definition, DAY)
    found = [finding.code for finding in findings_of(made, definition, compared, DAY)]
    assert [code for code in found if code.startswith("change:end")] == asked
    assert bool(compared.previous) is bool(asked)


def test_a_great_change_is_pointed_out_once_a_row(turn: Round, people: People) -> None:
    make_members(turn.system, turn.tree.unions["NA1"], date(2026, 10, 20), 15, start=500)
    made = filled(turn, people["committee"])
    with pytest.raises(
        ReturnsError, match=r"Cuối kỳ \(tổng số\): 39, tăng 95% so với kỳ trước \(20\)"
    ) as refused:
        actions.submit(actor=people["committee"], on=DAY, made=made, revision=made.revision)
    assert "(nữ)" not in str(refused.value)
    Parameter.objects.create(
        code="returns.change_percent",
        name="Mức thay đổi",
        value=150,
        unit=turn.tree.north,
        during=DateRange(date(2026, 1, 1), None),
        source="Quyết định của tỉnh",
    )
    assert (
        actions.submit(actor=people["committee"], on=DAY, made=made, revision=made.revision).state
        == "submitted"
    )
