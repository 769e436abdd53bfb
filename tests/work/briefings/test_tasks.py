"""Conclusions as tasks: given, reminded of, finished, carried over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.messaging.models import Notice
from congdoan.registry.reorganisation.actions import Hindered, undo
from congdoan.registry.reorganisation.queries import balance, undo_hindrances
from congdoan.work.briefings import actions
from congdoan.work.briefings.actions import ConclusionData
from congdoan.work.briefings.jobs import remind_owners
from congdoan.work.briefings.models import Conclusion
from congdoan.work.briefings.queries import conclusions_mark, tasks_of, visible_conclusions
from congdoan.work.briefings.rules import BriefingError
from tests.factories.officers import actor as actor_of
from tests.factories.officers import officer
from tests.registry.reorganisation.ground import decide
from tests.work.briefings.conftest import HELD_ON, Office

NEXT_ON = date(2027, 1, 8)


@pytest.fixture
def district(office: Office) -> Actor:
    """The officer of the district that tasks are given to."""
    return actor_of(officer("huyen", "officer", office.tree.north_a), HELD_ON)


def told(kind: str) -> list[str]:
    return list(Notice.objects.filter(kind=kind).order_by("user").values_list("user__username", flat=True))


def test_conclusions_bind_when_the_minutes_are_closed(office: Office, district: Actor) -> None:
    made = office.held()
    office.conclude(made, office.task())
    assert not tasks_of(district).exists()
    assert not visible_conclusions(district).exists()
    assert told("briefings.given") == []
    actions.close(actor=office.at(HELD_ON), on=HELD_ON, briefing=made)
    assert [item.text for item in tasks_of(district)] == ["Rà soát doanh nghiệp"]
    assert told("briefings.given") == ["huyen"]


def test_owners_are_reminded_once_before_and_once_after_on_working_days(
    office: Office, district: Actor
) -> None:
    # Saturday 31 October 2026: three days before is Wednesday the 28th.
    office.closed(office.task(date(2026, 10, 31)))

    def run(day: date) -> int:
        return actions.remind(actor=Actor.system("nhắc", today=day), on=day)

    assert run(date(2026, 10, 27)) == 0
    assert run(date(2026, 10, 28)) == 1
    assert run(date(2026, 10, 28)) == 0
    assert run(date(2026, 10, 29)) == 0
    assert told("briefings.due") == ["huyen"]
    assert run(date(2026, 11, 1)) == 0, "a Sunday"
    assert told("briefings.late") == []
    assert run(date(2026, 11, 2)) == 1
    assert run(date(2026, 11, 3)) == 0
    assert told("briefings.late") == ["huyen"]


def test_the_job_reminds_on_the_day_of_its_timestamp(office: Office, district: Actor) -> None:
    office.closed(office.task(date(2026, 10, 31)))
    # 28/10/2026 00:45 UTC is 07:45 in Vietnam.
    assert remind_owners(1793148300) == 1
    assert told("briefings.due") == ["huyen"]


def test_who_is_done_is_not_reminded(office: Office, district: Actor) -> None:
    _, (task,) = office.closed(office.task(date(2026, 10, 31)))
    actions.finish(actor=district, on=HELD_ON, conclusion=task, result="Đã rà soát 40 doanh nghiệp")
    day = date(2026, 11, 2)
    assert actions.remind(actor=Actor.system("nhắc", today=day), on=day) == 0


def test_a_task_is_finished_by_its_owner_or_who_runs_the_briefing(office: Office, district: Actor) -> None:
    leader = officer("lanh-dao", "leader", office.tree.north)
    _, (first, second, third) = office.closed(
        office.task(), office.task(), ConclusionData("Việc riêng", date(2026, 11, 1), user=leader)
    )
    beside = actor_of(officer("huyen-b", "leader", office.tree.north_b), HELD_ON)
    for task in (first, third):
        with pytest.raises(Forbidden):
            actions.finish(actor=beside, on=HELD_ON, conclusion=task, result="Xong")
    with pytest.raises(Forbidden):
        actions.finish(actor=district, on=HELD_ON, conclusion=third, result="Xong")
    with pytest.raises(BriefingError, match="kết quả"):
        actions.finish(actor=district, on=HELD_ON, conclusion=first, result="  ")
    done = actions.finish(
        actor=district, on=HELD_ON, conclusion=first, result="Xong", file_name="bb.pdf", chunks=[b"%PDF"]
    )
    assert (done.state, done.finished_on, done.finished_by) == ("done", HELD_ON, district.user)
    assert done.evidence is not None and done.evidence.unit == office.tree.north_a
    with pytest.raises(BriefingError, match="đã được báo là xong"):
        actions.finish(actor=district, on=HELD_ON, conclusion=first, result="Lần hai")
    actions.finish(actor=office.at(HELD_ON), on=HELD_ON, conclusion=second, result="Thay mặt")
    actions.finish(actor=actor_of(leader, HELD_ON), on=HELD_ON, conclusion=third, result="Xong")


def test_the_owner_cannot_drop_a_task_but_who_runs_the_briefing_may_ask_for_more(
    office: Office, district: Actor
) -> None:
    _, (task,) = office.closed(office.task())
    with pytest.raises(Forbidden):
        actions.drop(actor=district, on=HELD_ON, conclusion=task, reason="Không làm")
    actions.finish(actor=district, on=HELD_ON, conclusion=task, result="Xong một nửa")
    with pytest.raises(Forbidden):
        actions.reopen(actor=district, on=HELD_ON, conclusion=task, reason="Thiếu")
    again = actions.reopen(actor=office.at(HELD_ON), on=HELD_ON, conclusion=task, reason="Thiếu số liệu")
    assert again.state == "open"
    assert "Xong một nửa" in again.result and "Thiếu số liệu" in again.result
    assert told("briefings.given") == ["huyen", "huyen"]
    actions.drop(actor=office.at(HELD_ON), on=HELD_ON, conclusion=task, reason="Doanh nghiệp đã giải thể")
    task.refresh_from_db()
    assert (task.state, task.result) == ("dropped", "Doanh nghiệp đã giải thể")


def test_what_is_open_is_carried_to_the_next_briefing_and_what_is_done_is_not(
    office: Office, district: Actor
) -> None:
    _, (done, still) = office.closed(office.task(), office.task(text="Còn dở"))
    actions.finish(actor=district, on=HELD_ON, conclusion=done, result="Xong")
    following = office.held("2026-Q4", NEXT_ON)
    copy = following.conclusions.get()
    still.refresh_from_db()
    done.refresh_from_db()
    assert (still.state, done.state) == ("carried", "done")
    assert (copy.text, copy.owner_unit, copy.due_on, copy.carried_from) == (
        "Còn dở",
        office.tree.north_a,
        still.due_on,
        still,
    )
    # It binds all the time, and only once.
    assert list(tasks_of(district)) == [copy]
    with pytest.raises(BriefingError, match="chuyển sang kỳ giao ban sau"):
        actions.finish(actor=district, on=NEXT_ON, conclusion=still, result="Xong")
    # It gets a new day, keeps its words, and cannot be left out.
    with pytest.raises(BriefingError, match="chuyển từ kỳ trước"):
        office.conclude(following, office.task(date(2027, 2, 1)), day=NEXT_ON)
    office.conclude(
        following,
        ConclusionData("Chữ khác", date(2027, 2, 1), unit=office.tree.north_a, pk=copy.pk),
        day=NEXT_ON,
    )
    copy.refresh_from_db()
    assert (copy.text, copy.due_on) == ("Còn dở", date(2027, 2, 1))


def test_carried_twice_it_stays_one_chain(office: Office) -> None:
    office.closed(office.task(), period="2026-Q2", day=date(2026, 7, 8))
    second = office.held()
    actions.close(actor=office.at(HELD_ON), on=HELD_ON, briefing=second)
    third = office.held("2026-Q4", NEXT_ON)
    last = third.conclusions.get()
    assert last.carried_from is not None and last.carried_from.carried_from is not None
    assert Conclusion.objects.filter(state="open").count() == 1


def test_a_result_given_while_conclusions_are_edited_is_not_lost(office: Office, district: Actor) -> None:
    office.closed(office.task(text="Còn dở"))
    following = office.held("2026-Q4", NEXT_ON)
    copy, seen = following.conclusions.get(), conclusions_mark(following)
    actions.finish(actor=district, on=NEXT_ON, conclusion=copy, result="Xong")
    with pytest.raises(BriefingError, match="tải lại trang"):
        actions.save_conclusions(
            actor=office.at(NEXT_ON), on=NEXT_ON, briefing=following, items=[], seen=seen
        )
    copy.refresh_from_db()
    assert copy.state == "done"


def test_the_invited_are_told_once_and_again_when_the_time_changes(office: Office, district: Actor) -> None:
    made = office.planned()
    assert told("briefings.invited").count("huyen") == 1
    actor = office.at(HELD_ON)
    actions.invite(actor=actor, on=HELD_ON, briefing=made, units=[office.tree.north_a])
    actions.reschedule(
        actor=actor, on=HELD_ON, briefing=made, held_at=made.held_at, place=made.place, chair="Người khác"
    )
    assert told("briefings.invited").count("huyen") == 1
    actions.reschedule(
        actor=actor,
        on=HELD_ON,
        briefing=made,
        held_at=made.held_at.replace(hour=14),
        place=made.place,
        chair=made.chair,
    )
    assert told("briefings.invited").count("huyen") == 2


def test_time_moves_a_task_from_running_to_late(office: Office, district: Actor) -> None:
    _, (task,) = office.closed(office.task(date(2026, 10, 31)))
    assert not task.is_late(date(2026, 10, 31))
    assert task.is_late(date(2026, 11, 1))
    later = replace(district, today=date(2026, 11, 2))
    actions.finish(actor=later, on=later.today, conclusion=task, result="Muộn")
    task.refresh_from_db()
    assert not task.is_late(date(2026, 12, 1))


def test_an_open_task_of_a_body_that_ends_is_carried_on_by_its_successor(
    office: Office, district: Actor
) -> None:
    tree, on = office.tree, date(2026, 10, 20)
    neighbour = actor_of(officer("huyen-b", "officer", tree.north_b), HELD_ON)
    _, (first, second) = office.closed(office.task(), office.task(text="Gặp chủ doanh nghiệp"))
    actions.finish(actor=district, on=HELD_ON, conclusion=first, result="Đã rà soát 12 doanh nghiệp")
    assert not visible_conclusions(neighbour).exists()
    steps = ("merge", {"units": [tree.north_a.code], "into": tree.north_b.code})
    planned = decide(office.system, tree.root, steps, on=on, done=False)
    sheet = balance(planned, actor=office.system, on=office.system.today)
    assert sheet.line("briefings.Conclusion.owner_unit").passes == 1
    made = decide(office.system, tree.root, steps, on=on)
    # Only what is still to be done goes on; the closed minutes keep the owner they name.
    assert [item.text for item in tasks_of(neighbour)] == ["Gặp chủ doanh nghiệp"]
    assert list(visible_conclusions(neighbour)) == [second]
    assert not tasks_of(district).exists()
    second.refresh_from_db()
    assert second.owner_unit == tree.north_a and second.taken_over_by == tree.north_b
    assert second.owner_name == f"{tree.north_b.name} (kế thừa {tree.north_a.name})"
    undo(actor=office.system, on=office.system.today, reorganisation=made, reason="quyết định bị thu hồi")
    assert [item.text for item in tasks_of(district)] == ["Gặp chủ doanh nghiệp"]
    assert not visible_conclusions(neighbour).exists()
    # Done again and passed on once more, the task is the last successor's, who may finish it.
    decide(office.system, tree.root, steps, on=on)
    decide(
        office.system,
        tree.root,
        ("merge", {"units": [tree.north_b.code], "into": tree.south_a.code}),
        on=date(2026, 10, 25),
    )
    last = actor_of(officer("huyen-nam", "officer", tree.south_a), HELD_ON)
    assert [item.text for item in tasks_of(last)] == ["Gặp chủ doanh nghiệp"] and not tasks_of(
        neighbour
    ).exists()
    done = actions.finish(actor=last, on=date(2026, 10, 26), conclusion=second, result="Đã gặp")
    assert done.state == "done"


def test_an_undo_keeps_what_the_successor_finished(office: Office, district: Actor) -> None:
    tree, on = office.tree, date(2026, 10, 20)
    neighbour = actor_of(officer("huyen-b", "officer", tree.north_b), HELD_ON)
    _, (first, second) = office.closed(office.task(), office.task(text="Gặp chủ doanh nghiệp"))
    made = decide(
        office.system, tree.root, ("merge", {"units": [tree.north_a.code], "into": tree.north_b.code}), on=on
    )
    actions.finish(actor=neighbour, on=HELD_ON, conclusion=first, result="Đã rà soát 12 doanh nghiệp")
    # Asked to add something and handed in again: however often it changed, it is no obstacle.
    actions.finish(actor=neighbour, on=HELD_ON, conclusion=second, result="Đã gặp")
    actions.reopen(actor=office.system, on=HELD_ON, conclusion=second, reason="ghi rõ gặp ai")
    assert undo_hindrances(made, actor=office.system, on=office.system.today) == []
    undo(actor=office.system, on=office.system.today, reorganisation=made, reason="quyết định bị thu hồi")
    first.refresh_from_db()
    assert (first.state, first.result, first.finished_by) == (
        "done",
        "Đã rà soát 12 doanh nghiệp",
        neighbour.user,
    )
    assert first.taken_over_by is None and first.finished_on == HELD_ON
    # What is still open is again the body's that it was given to, with the question asked meanwhile.
    assert [item.pk for item in tasks_of(district)] == [second.pk]
    assert "ghi rõ gặp ai" in tasks_of(district)[0].result
    assert not tasks_of(neighbour).exists()


def test_a_task_that_was_passed_on_once_more_stands_in_the_way(office: Office) -> None:
    tree = office.tree
    office.closed(office.task())
    steps = ("merge", {"units": [tree.north_a.code], "into": tree.north_b.code})
    made = decide(office.system, tree.root, steps, on=date(2026, 10, 20))
    decide(
        office.system,
        tree.root,
        ("merge", {"units": [tree.north_b.code], "into": tree.south_a.code}),
        on=date(2026, 10, 25),
    )
    said = undo_hindrances(made, actor=office.system, on=office.system.today)
    assert any("Kết luận giao ban" in line and "đã thay đổi sau khi sắp xếp" in line for line in said)
    with pytest.raises(Hindered):
        undo(actor=office.system, on=office.system.today, reorganisation=made, reason="quyết định bị thu hồi")
