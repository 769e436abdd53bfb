"""A briefing from planned to closed: what each step asks, and what stays as it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from congdoan.foundation.access.rules import Forbidden
from congdoan.foundation.approvals.models import Approval
from congdoan.foundation.audit.models import AuditEntry
from congdoan.kit.dates import Period
from congdoan.work.briefings import actions, rules
from congdoan.work.briefings.actions import AgendaData, ConclusionData
from congdoan.work.briefings.models import Briefing, Conclusion
from congdoan.work.briefings.queries import agenda_mark, conclusions_mark, suggestions
from congdoan.work.briefings.rules import BriefingError
from tests.factories.officers import actor as actor_of
from tests.factories.officers import officer
from tests.work.briefings.conftest import HELD_ON, Office


@pytest.mark.parametrize(
    ("kind", "period", "says"),
    [
        ("briefing", "2026-Q3", ""),
        ("briefing", "2026", "một quý"),
        ("interim_review", "2026-H1", ""),
        ("interim_review", "2026-Q1", "6 tháng hoặc một năm"),
        ("final_review", "2026", ""),
        ("final_review", "2026-H2", "một năm"),
    ],
)
def test_a_kind_of_meeting_has_its_periods(kind: str, period: str, says: str) -> None:
    found = rules.period_obstacle(kind, Period.parse(period))
    assert says in found
    assert bool(found) == bool(says)


@pytest.mark.parametrize(
    ("held_on", "today", "day"),
    [
        (date(2026, 10, 8), date(2026, 10, 8), date(2026, 9, 30)),
        (date(2026, 9, 20), date(2026, 9, 25), date(2026, 9, 20)),
        (date(2026, 9, 20), date(2026, 9, 1), date(2026, 9, 1)),
    ],
)
def test_figures_count_to_the_end_of_the_period_or_the_meeting_or_today(
    held_on: date, today: date, day: date
) -> None:
    assert rules.figures_day(Period.parse("2026-Q3"), held_on, today) == day


def test_one_briefing_of_a_kind_for_a_period_unless_it_was_called_off(office: Office) -> None:
    first = office.planned()
    with pytest.raises(BriefingError, match="đã có giao ban quý III năm 2026"):
        office.planned()
    actions.cancel(actor=office.at(HELD_ON), on=HELD_ON, briefing=first, reason="Bão số 9")
    assert office.planned().pk != first.pk


def test_it_is_not_held_before_its_day(office: Office) -> None:
    made = office.planned()
    early = HELD_ON - timedelta(days=1)
    with pytest.raises(BriefingError, match="08/10/2026"):
        actions.hold(actor=office.at(early), on=early, briefing=made)
    assert actions.hold(actor=office.at(HELD_ON), on=HELD_ON, briefing=made).state == "held"


def test_the_agenda_comes_from_what_is_behind(office: Office) -> None:
    target = office.plan.targets.get()
    Approval.objects.create(
        kind="none",
        unit=office.tree.unions["NA2"],
        capability="approvals.decide",
        title="Việc có tên người",
        proposed_by=office.officer.user,
    )
    Approval.objects.update(proposed_at="2026-09-01T08:00+07:00")
    _, (task,) = office.closed(office.task(), period="2026-Q2", day=date(2026, 7, 8))
    Conclusion.objects.filter(pk=task.pk)  # due 31/10: not late yet on the day of the next meeting
    made = office.planned()
    found = {item.key: item for item in suggestions(made, HELD_ON)}
    assert set(found) == {
        f"target:{target.pk}",
        f"child:{target.pk}:{office.tree.north_a.pk}",
        f"child:{target.pk}:{office.tree.north_b.pk}",
        f"approval:{office.tree.north.pk}",
    }
    whole = found[f"target:{target.pk}"]
    assert whole.detail.startswith("Đạt +3") or whole.detail.startswith("Đạt 3")
    assert "200" in whole.detail
    assert "Việc có tên người" not in str(found)
    slow = [key for key in found if key.startswith("child")]
    assert slow[0].endswith(f":{office.tree.north_b.pk}"), "who has nothing stands before who has little"
    late = suggestions(made, date(2026, 11, 2))
    assert f"conclusion:{task.pk}" in {item.key for item in late}


def test_what_is_ticked_is_put_on_once_with_its_figures(office: Office) -> None:
    made, actor = office.planned(), office.at(HELD_ON)
    keys = [item.key for item in suggestions(made, HELD_ON)][:2]
    first = actions.put_on_agenda(actor=actor, on=HELD_ON, briefing=made, keys=[*keys, "target:0"])
    assert [item.source_key for item in first] == keys
    assert actions.put_on_agenda(actor=actor, on=HELD_ON, briefing=made, keys=keys) == []
    items = list(made.agenda.all())
    actions.save_agenda(
        actor=actor,
        on=HELD_ON,
        briefing=made,
        items=[
            AgendaData("Nội dung riêng"),
            AgendaData(items[1].title, items[1].detail, "Đã nghe báo cáo", items[1].pk),
        ],
        seen=agenda_mark(made),
    )
    after = list(made.agenda.values_list("title", "source_key", "note"))
    assert after == [("Nội dung riêng", "", ""), (items[1].title, keys[1], "Đã nghe báo cáo")]


def test_two_who_edit_the_agenda_do_not_overwrite_each_other(office: Office) -> None:
    made, actor = office.planned(), office.at(HELD_ON)
    seen = agenda_mark(made)
    actions.save_agenda(actor=actor, on=HELD_ON, briefing=made, items=[AgendaData("Của A")], seen=seen)
    with pytest.raises(BriefingError, match="người khác sửa"):
        actions.save_agenda(actor=actor, on=HELD_ON, briefing=made, items=[AgendaData("Của B")], seen=seen)
    assert [item.title for item in made.agenda.all()] == ["Của A"]


def test_only_bodies_below_are_invited_as_bodies(office: Office) -> None:
    made, actor = office.planned(), office.at(HELD_ON)
    with pytest.raises(BriefingError, match="không trực thuộc"):
        actions.invite(actor=actor, on=HELD_ON, briefing=made, units=[office.tree.south_a])
    actions.invite(
        actor=actor, on=HELD_ON, briefing=made, units=[office.tree.north_a], names=["Khách", " Khách ", ""]
    )
    assert sorted(row.who for row in made.attendances.all()) == [
        "Khách",
        "LĐLĐ huyện Bắc A",
        "LĐLĐ huyện Bắc B",
    ]


def test_nobody_is_marked_before_the_meeting(office: Office) -> None:
    made, actor = office.planned(), office.at(HELD_ON)
    row = made.attendances.first()
    assert row is not None
    with pytest.raises(BriefingError, match="Chưa họp"):
        actions.take_attendance(actor=actor, on=HELD_ON, briefing=made, present={row.pk: True})
    actions.hold(actor=actor, on=HELD_ON, briefing=made)
    actions.take_attendance(actor=actor, on=HELD_ON, briefing=made, present={row.pk: False})
    row.refresh_from_db()
    assert row.is_present is False


def test_a_conclusion_needs_one_owner_from_here_and_a_day_to_come(office: Office) -> None:
    made = office.held()
    with pytest.raises(BriefingError, match="Kết luận 1 cần đúng một"):
        office.conclude(made, ConclusionData("Việc", date(2026, 11, 1)))
    with pytest.raises(BriefingError, match="không thuộc LĐLĐ tỉnh Bắc"):
        office.conclude(made, ConclusionData("Việc", date(2026, 11, 1), unit=office.tree.south_a))
    with pytest.raises(BriefingError, match="Kết luận 2: hạn 01/10/2026"):
        office.conclude(made, office.task(), office.task(date(2026, 10, 1)))
    assert not made.conclusions.exists(), "nothing is half-written"


def test_closed_minutes_stand_as_they_are(office: Office) -> None:
    made, (task,) = office.closed(office.task())
    actor = office.at(HELD_ON)
    for attempt in (
        lambda: actions.save_agenda(actor=actor, on=HELD_ON, briefing=made, items=[], seen=agenda_mark(made)),
        lambda: actions.save_conclusions(
            actor=actor, on=HELD_ON, briefing=made, items=[], seen=conclusions_mark(made)
        ),
        lambda: actions.take_attendance(actor=actor, on=HELD_ON, briefing=made, present={}),
        lambda: actions.invite(actor=actor, on=HELD_ON, briefing=made, names=["Khách"]),
        lambda: actions.reschedule(
            actor=actor, on=HELD_ON, briefing=made, held_at=made.held_at, place="", chair="X"
        ),
        lambda: actions.close(actor=actor, on=HELD_ON, briefing=made),
    ):
        with pytest.raises(BriefingError, match="đính chính"):
            attempt()
    made.refresh_from_db()
    assert made.pack is not None and made.notice is not None
    # And the database has the last word, whoever writes.
    for statement in (
        lambda: Briefing.objects.filter(pk=made.pk).update(summary="Khác"),
        lambda: Briefing.objects.filter(pk=made.pk).update(state="held"),
        lambda: made.attendances.all().delete(),
        lambda: made.attendances.create(name="Khách"),
        lambda: made.agenda.create(position=1, title="Thêm"),
        lambda: Conclusion.objects.filter(pk=task.pk).update(text="Khác"),
        lambda: Conclusion.objects.filter(pk=task.pk).update(due_on=date(2027, 1, 1)),
        lambda: Conclusion.objects.filter(pk=task.pk).delete(),
        lambda: Conclusion.objects.create(
            briefing=made, position=9, text="Thêm", owner_unit=office.tree.north, due_on=HELD_ON
        ),
    ):
        with pytest.raises(DatabaseError, match="closed minutes"), transaction.atomic():
            statement()


def test_a_correction_stands_beside_the_minutes(office: Office) -> None:
    made, _ = office.closed(office.task())
    actor, notice = office.at(HELD_ON), made.notice_id
    with pytest.raises(BriefingError, match="lý do"):
        actions.add_addendum(actor=actor, on=HELD_ON, briefing=made, text="Sửa", reason=" ")
    added = actions.add_addendum(
        actor=actor, on=HELD_ON, briefing=made, text="Tên đơn vị ở mục 2", reason="Ghi nhầm"
    )
    made.refresh_from_db()
    assert made.notice_id == notice
    with pytest.raises(DatabaseError), transaction.atomic():
        type(added).objects.filter(pk=added.pk).update(text="Khác")


def test_nothing_concluded_is_not_closed(office: Office) -> None:
    made = office.held()
    with pytest.raises(BriefingError, match="Chưa có kết luận"):
        actions.close(actor=office.at(HELD_ON), on=HELD_ON, briefing=made)


def test_only_who_runs_it_writes(office: Office) -> None:
    made = office.planned()
    for role, unit in (
        ("viewer", office.tree.north),
        ("leader", office.tree.south),
        ("leader", office.tree.north_a),
    ):
        other = actor_of(officer(f"{role}-{unit.code}", role, unit), HELD_ON)
        before = AuditEntry.objects.filter(verb__startswith="briefings.").count()
        with pytest.raises(Forbidden):
            actions.hold(actor=other, on=HELD_ON, briefing=made)
        with pytest.raises(Forbidden):
            actions.put_on_agenda(actor=other, on=HELD_ON, briefing=made, keys=[])
        assert AuditEntry.objects.filter(verb__startswith="briefings.").count() == before
    above = actor_of(officer("tren", "leader", office.tree.root), HELD_ON)
    assert actions.hold(actor=above, on=HELD_ON, briefing=made).state == "held"
