"""What each reader finds on the pages; what a page costs; what comes back when something is wrong."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.kit.lists import ListContext, get_list
from congdoan.work.briefings import actions
from congdoan.work.briefings.actions import AgendaData, ConclusionData
from congdoan.work.briefings.models import Briefing
from congdoan.work.briefings.queries import agenda_mark, suggestions, visible_briefings, visible_conclusions
from tests.factories.officers import actor as actor_of
from tests.factories.officers import make_user, officer
from tests.work.briefings.conftest import HELD_ON, Office


def client_of(user: User | None) -> Client:
    assert user is not None
    client = Client()
    client.force_login(user)
    return client


def page(user: User | None, made: Briefing) -> str:
    answer = client_of(user).get(reverse("briefings:briefing", args=[made.pk]))
    assert answer.status_code == 200
    return answer.text


def test_who_finds_a_briefing_and_how_much_of_it(office: Office, today: date) -> None:
    tree = office.tree
    made = office.held()
    at = office.at(HELD_ON)
    actions.put_on_agenda(
        actor=at, on=HELD_ON, briefing=made, keys=[item.key for item in suggestions(made, HELD_ON)]
    )
    rows = [AgendaData(item.title, item.detail, "Ý kiến kín", item.pk) for item in made.agenda.all()]
    actions.save_agenda(actor=at, on=HELD_ON, briefing=made, items=rows, seen=agenda_mark(made))
    actions.invite(actor=at, on=HELD_ON, briefing=made, names=["Khách kín"])
    office.conclude(
        made,
        ConclusionData("Việc của Bắc A", date(2026, 11, 1), unit=tree.north_a),
        ConclusionData("Việc của Bắc B", date(2026, 11, 1), unit=tree.north_b),
    )
    actions.close(actor=at, on=HELD_ON, briefing=made)
    (detail_a,) = made.agenda.filter(unit=tree.north_a).values_list("detail", flat=True)
    (detail_b,) = made.agenda.filter(unit=tree.north_b).values_list("detail", flat=True)
    assert detail_a != detail_b

    superior = page(officer("tren", "viewer", tree.root), made)
    for words in ("Việc của Bắc A", "Việc của Bắc B", "Khách kín", "Ý kiến kín", detail_b):
        assert words in superior

    below = officer("duoi", "leader", tree.north_a)
    invited = page(below, made)
    assert "Việc của Bắc A" in invited and detail_a in invited
    for hidden in ("Việc của Bắc B", "Khách kín", "Ý kiến kín", detail_b, "Đính chính"):
        assert hidden not in invited
    client = client_of(below)
    for door in ("pack", "notice", "edit", "agenda", "attendance", "conclusions"):
        assert client.get(reverse(f"briefings:{door}", args=[made.pk])).status_code == 403, door
    for door in ("hold", "close", "cancel", "addendum", "invite", "put_on_agenda"):
        assert client.post(reverse(f"briefings:{door}", args=[made.pk])).status_code == 403, door
    assert made.notice is not None or Briefing.objects.get(pk=made.pk).notice is not None
    stored = Briefing.objects.get(pk=made.pk).notice_id
    assert client.get(reverse("files:download", args=[stored])).status_code == 404

    # A union below the invited district was not invited itself; a neighbour and a stranger find nothing.
    for user in (
        officer("co-so", "committee", tree.unions["NA1"]),
        officer("lang-gieng", "leader", tree.south),
        make_user("nguoi-la"),
    ):
        reader = actor_of(user, today)
        assert not visible_briefings(reader).exists()
        assert not visible_conclusions(reader).exists()
        client = client_of(user)
        assert client.get(reverse("briefings:briefing", args=[made.pk])).status_code == 404
        for task in made.conclusions.all():
            assert client.get(reverse("briefings:task", args=[task.pk])).status_code == 404
    theirs = visible_conclusions(actor_of(below, today)).values_list("text", flat=True)
    assert list(theirs) == ["Việc của Bắc A"]


def test_an_owner_by_name_finds_the_task_without_any_role(office: Office, today: date) -> None:
    person = make_user("chuyen-gia")
    made = office.held()
    actions.invite(actor=office.at(HELD_ON), on=HELD_ON, briefing=made, users=[person])
    office.conclude(made, ConclusionData("Góp ý dự thảo", date(2026, 11, 1), user=person))
    actions.close(actor=office.at(HELD_ON), on=HELD_ON, briefing=made)
    task = made.conclusions.get()
    client = client_of(person)
    assert "Góp ý dự thảo" in client.get(reverse("briefings:task", args=[task.pk])).text
    sent = client.post(reverse("briefings:finish", args=[task.pk]), {"result": "Đã góp ý"})
    assert sent.status_code == 302
    task.refresh_from_db()
    assert task.state == "done"


def test_the_home_page_shows_own_tasks_and_no_others(office: Office) -> None:
    office.closed(office.task(date(2026, 10, 31), text="Việc của Bắc A"))
    owner = client_of(officer("duoi", "officer", office.tree.north_a)).get("/").text
    assert "Việc của Bắc A" in owner and "quá hạn" in owner
    other = client_of(officer("ben", "officer", office.tree.north_b)).get("/").text
    assert "Việc của Bắc A" not in other


def _many(office: Office, count: int) -> Briefing:
    """A planned briefing after a closed one with that many late tasks, items and guests."""
    office.closed(
        *(office.task(date(2026, 10, 31), text=f"Việc {n}") for n in range(count)),
        period="2026-Q2",
        day=date(2026, 7, 8),
    )
    made = office.held("2026-Q3", HELD_ON)
    at = office.at(HELD_ON)
    actions.save_agenda(
        actor=at,
        on=HELD_ON,
        briefing=made,
        items=[AgendaData(f"Nội dung {n}") for n in range(count)],
        seen=agenda_mark(made),
    )
    actions.invite(actor=at, on=HELD_ON, briefing=made, names=[f"Khách {n}" for n in range(count)])
    return made


@pytest.mark.parametrize("door", ["briefing", "list", "tasks", "attendance", "agenda", "conclusions"])
def test_pages_cost_the_same_for_one_row_and_for_three(
    office: Office, door: str, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    user = office.officer.user

    def cost(made: Briefing) -> int:
        args = [] if door in {"list", "tasks"} else [made.pk]
        client = client_of(user)
        client.get(reverse(f"briefings:{door}", args=args))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(reverse(f"briefings:{door}", args=args)).status_code == 200
        return len(seen)

    made = _many(office, 1)
    one = cost(made)
    at = office.at(HELD_ON)
    actions.invite(actor=at, on=HELD_ON, briefing=made, names=["Khách hai", "Khách ba"])
    actions.save_agenda(
        actor=at,
        on=HELD_ON,
        briefing=made,
        items=[AgendaData(f"Nội dung {n}") for n in range(3)],
        seen=agenda_mark(made),
    )
    carried = made.conclusions.get()
    office.conclude(
        made,
        ConclusionData(carried.text, carried.due_on, unit=office.tree.north_a, pk=carried.pk),
        office.task(),
        ConclusionData("Việc ba", date(2026, 11, 1), user=user),
    )
    office.planned("2026-Q4", date(2026, 12, 28))
    assert cost(made) == one


def test_a_meeting_is_planned_and_run_on_the_pages(office: Office) -> None:
    client = client_of(office.officer.user)
    wrong = {
        "kind": "briefing",
        "period": "2026-Q4",
        "plan": office.plan.code,
        "day": "01/09/2026",
        "hour": "8 sáng",
        "place": "Phòng 1",
        "chair": "Chủ tịch",
    }
    answer = client.post(reverse("briefings:new"), wrong)
    assert answer.status_code == 422
    assert "08:00 hoặc 14h30" in answer.text and 'value="Phòng 1"' in answer.text
    answer = client.post(reverse("briefings:new"), wrong | {"hour": "8h30"})
    assert answer.status_code == 422
    assert "trước khi quý IV năm 2026 bắt đầu" in answer.text
    assert not Briefing.objects.exists()
    sent = client.post(
        reverse("briefings:new"), wrong | {"hour": "8h30", "day": "16/11/2026", "invite_children": "on"}
    )
    made = Briefing.objects.get()
    assert sent.headers["Location"] == reverse("briefings:briefing", args=[made.pk])
    assert made.attendances.count() == 2
    keys = [item.key for item in suggestions(made, date(2026, 11, 18))]
    client.post(reverse("briefings:put_on_agenda", args=[made.pk]), {"goi-y": keys[:1]})
    assert made.agenda.count() == 1
    client.post(reverse("briefings:hold", args=[made.pk]))
    again = client.post(reverse("briefings:hold", args=[made.pk]))
    assert again.status_code == 422 and "đã được ghi là đã họp" in again.text
    rows = {f"co-{row.pk}": "1" for row in made.attendances.all()}
    client.post(reverse("briefings:attendance", args=[made.pk]), rows)
    assert made.attendances.filter(is_present=True).count() == 2
    shown = client.get(reverse("briefings:conclusions", args=[made.pk]))
    seen = shown.context["form"].initial["seen"]
    row = {
        "seen": seen,
        "dong": ["0"],
        "dong-0-text": "Rà soát",
        "dong-0-owner": f"d{office.tree.north_b.pk}",
        "dong-0-due_on": "31/12/2026",
    }
    bad = client.post(reverse("briefings:conclusions", args=[made.pk]), row | {"dong-0-due_on": "31/02"})
    assert bad.status_code == 422 and "Kết luận 1" in bad.text
    assert not made.conclusions.exists()
    client.post(reverse("briefings:conclusions", args=[made.pk]), row)
    assert made.conclusions.get().owner_unit == office.tree.north_b
    closed = client.post(reverse("briefings:close", args=[made.pk]), {"number": "31"})
    assert closed.status_code == 302
    made.refresh_from_db()
    assert (made.state, made.number) == ("closed", "31")
    kept = client.get(reverse("briefings:notice", args=[made.pk]))
    assert kept.headers["Location"] == reverse("files:download", args=[made.notice_id])


def test_the_list_of_tasks_says_whose_they_are(office: Office, today: date) -> None:
    office.closed(office.task(date(2026, 10, 31)), office.task(date(2026, 12, 31), text="Việc sau"))
    spec = get_list("briefings.conclusions")
    owner = actor_of(officer("duoi", "officer", office.tree.north_a), today)

    def found(reader: Actor, **params: str) -> list[str]:
        context = ListContext(actor=reader, as_of=today, params=params)
        rows = spec.queryset(context)
        for item in spec.filters:
            if item.name in params:
                rows = item.apply(rows, params[item.name], context)
        return [row.text for row in rows.order_by("due_on")]

    assert found(owner, cua_toi="1") == ["Rà soát doanh nghiệp", "Việc sau"]
    assert found(owner, qua_han="1") == ["Rà soát doanh nghiệp"]
    assert found(office.at(today), cua_toi="1") == []
    assert found(office.at(today), trang_thai="open") == ["Rà soát doanh nghiệp", "Việc sau"]
