"""The funnel counts what the reader may read, stage by stage, and nothing of what they may not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from congdoan.foundation.access.rules import Actor
from congdoan.registry.joining.actions import Papers, SourceData, admit, make_source, name_reader, refuse
from congdoan.registry.joining.funnel import Stages, funnel, spans
from congdoan.registry.membership.actions import Departure, depart
from tests.factories.applications import apply, make_workplace
from tests.factories.officers import actor as acting
from tests.factories.officers import give, make_user, officer
from tests.factories.tree import Tree


@pytest.fixture
def committee(tree: Tree, today: date) -> Actor:
    return acting(officer("bch", "committee", tree.unions["NA1"]), today)


def asked(actor: Actor, today: date, by: str) -> list[Stages]:
    return funnel(actor, from_on=today - timedelta(days=30), to_on=today + timedelta(days=1), on=today, by=by)


@pytest.mark.django_db
def test_from_the_poster_to_the_member(tree: Tree, system: Actor, committee: Actor, today: date) -> None:
    workplace = make_workplace(system, tree.north_a, host=tree.unions["NA1"])
    poster = make_source(
        actor=committee, data=SourceData("poster", "Cổng số 2", tree.unions["NA1"], date(2026, 1, 1))
    )
    sent = [
        apply(
            today, enterprise=workplace, full_name=f"Lò Thị {n}", citizen_id=f"0121980{n:05d}", source=poster
        )
        for n in range(4)
    ]
    apply(today, enterprise=workplace, full_name="Không Nguồn", citizen_id="012198099998")
    old = today - timedelta(days=40)
    apply(old, enterprise=workplace, full_name="Từ Trước", citizen_id="012198099997", source=poster)
    pks = [item.application.pk for item in sent[:2]]
    first, _ = admit(actor=committee, on=today, pks=pks, papers=Papers("1/QĐ", today))
    refuse(actor=committee, on=today, pk=sent[2].application.pk, reason="not_worker")
    assert first.person is not None
    depart(actor=system, items=[Departure(first.person, "leave", today)])
    by_source = asked(committee, today, "nguon")
    assert by_source == [
        Stages(str(poster.pk), "Cổng số 2", 4, 1, 2, 1, 1),
        Stages("", "không rõ nguồn", 1, 1, 0, 0, 0),
    ]
    assert by_source[0].share == 0.5
    assert [row.words for row in asked(committee, today, "loai")] == ["áp phích", "không rõ nguồn"]
    assert asked(committee, today, "nguoi")[0].words == committee.name
    assert [row.sent for row in asked(committee, today, "noi")] == [5]


@pytest.mark.django_db
def test_what_is_confidential_counts_for_those_named_alone(
    client: Client, tree: Tree, system: Actor, today: date
) -> None:
    workplace = make_workplace(system, tree.north, name="Công ty Bí Mật")
    leader, named = make_user("lanh-dao", home_unit=tree.north), make_user("duoc-cu", home_unit=tree.north)
    give(leader, "leader", tree.north)
    give(named, "officer", tree.north)
    apply(today, enterprise=workplace)
    assert asked(acting(leader, today), today, "noi") == []
    name_reader(actor=acting(leader, today), on=today, unit=tree.north, user=named)
    assert [row.sent for row in asked(acting(named, today), today, "noi")] == [1]
    page = f"{reverse('joining:funnel')}?tu=2026-11-01&den=2026-11-30"
    shown = {}
    for user in (leader, named):
        client.force_login(user)
        shown[user] = client.get(page).content.decode()
    assert "Chưa có đơn nào" in shown[leader]
    assert "Chưa có đơn nào" not in shown[named]
    assert "Bí Mật" not in shown[named]


@pytest.mark.django_db
def test_the_page_asks_the_same_for_one_and_for_three(
    client: Client, tree: Tree, system: Actor, committee: Actor, today: date
) -> None:
    workplace = make_workplace(system, tree.north_a, host=tree.unions["NA1"])
    assert committee.user is not None
    client.force_login(committee.user)
    counts = []
    for n in range(3):
        apply(today, enterprise=workplace, full_name=f"Lò {n}", citizen_id=f"0121980{n:05d}")
        client.get(reverse("joining:funnel"))
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{reverse('joining:funnel')}?theo=noi")
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_the_months_workers_are_asked_for() -> None:
    found = {label: (first, after) for label, first, after in spans(date(2026, 11, 26))}
    assert found["Tháng này"] == (date(2026, 11, 1), date(2026, 12, 1))
    assert found["Quý này"] == (date(2026, 10, 1), date(2027, 1, 1))
    assert found["Tháng Công nhân 2026"] == (date(2026, 5, 1), date(2026, 6, 1))
    earlier = {label: (first, after) for label, first, after in spans(date(2026, 2, 3))}
    assert earlier["Quý này"] == (date(2026, 1, 1), date(2026, 4, 1))
    assert earlier["Tháng Công nhân 2025"] == (date(2025, 5, 1), date(2025, 6, 1))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "odd", ["?tu=x&den=y", "?tu=2026-01-01&den=2025-01-01", "?theo=🙂", "?tu=0001-01-01&den=9999-12-31"]
)
def test_odd_questions_get_the_year(client: Client, committee: Actor, odd: str) -> None:
    assert committee.user is not None
    client.force_login(committee.user)
    assert client.get(f"{reverse('joining:funnel')}{odd}").status_code == 200
