"""What the body does with an application: read, ask, refuse, admit; and who may."""

from __future__ import annotations

import io
from datetime import date

import docx
import pytest

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.measures.queries import differences, stock
from congdoan.foundation.units.actions import NewUnit, create_units
from congdoan.foundation.units.models import Decision
from congdoan.registry.enterprises.actions import HostData, host
from congdoan.registry.joining import choices, queries
from congdoan.registry.joining.actions import (
    AlreadyDecided,
    JoiningError,
    Papers,
    admit,
    answer,
    ask_more,
    name_reader,
    open_application,
    refuse,
    withdraw,
)
from congdoan.registry.joining.documents import decision_paper
from congdoan.registry.joining.models import Application, Event, NamedReader
from congdoan.registry.membership.models import Membership, Movement
from congdoan.registry.people.models import Consent, Employment, Person
from tests.factories.applications import apply, make_workplace
from tests.factories.officers import actor as acting
from tests.factories.officers import give, make_user, officer
from tests.factories.people import make_people
from tests.factories.tree import FOUNDED, Tree


@pytest.fixture
def committee(tree: Tree, today: date) -> Actor:
    return acting(officer("bch", "committee", tree.unions["NA1"]), today)


@pytest.fixture
def sent(tree: Tree, system: Actor, today: date) -> list[Application]:
    workplace = make_workplace(system, tree.north_a, host=tree.unions["NA1"])
    return [
        apply(
            today,
            enterprise=workplace,
            full_name=name,
            citizen_id=f"01219800012{place}",
            contract_from=date(2025, 1, 1),
        ).application
        for place, name in enumerate(("Lò Thị Ngân Hà", "Vàng A Sơn", "Đỗ Minh Quân"))
    ]


def papers(today: date) -> Papers:
    return Papers("12/QĐ-CĐCS", today, date(2026, 12, 1))


def test_a_collective_decision_books_everybody(
    tree: Tree, committee: Actor, sent: list[Application], today: date
) -> None:
    admitted = admit(actor=committee, on=today, pks=[row.pk for row in sent], papers=papers(today))
    assert [row.state for row in Application.objects.all()] == [choices.ADMITTED] * 3
    unit = tree.unions["NA1"]
    assert Membership.objects.filter(unit=unit, application_on=today).count() == 3
    assert {movement.decision.number for movement in Movement.objects.all()} == {"12/QĐ-CĐCS"}
    assert stock("members", [tree.root.pk], on=today)[tree.root.pk] == 3
    assert not differences()
    assert Employment.objects.filter(contract_from=date(2025, 1, 1)).count() == 3
    assert Consent.objects.filter(purpose="membership").count() == 3
    decision = admitted[0].decision
    assert decision is not None
    paper = docx.Document(io.BytesIO(decision_paper(decision, admitted, superior="LĐLĐ huyện Bắc A")))
    words = "\n".join(
        [p.text for p in paper.paragraphs]
        + [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    )
    assert "03 đồng chí có tên trong danh sách kèm theo" in words
    assert "12/QĐ-CĐCS" in words
    assert all(row.full_name in words for row in sent)
    assert "01/12/2026" in words


def test_one_decision_is_all_or_nobody(
    tree: Tree, system: Actor, committee: Actor, sent: list[Application], today: date
) -> None:
    # Somebody else bears the number of the third.
    make_people(system, 1, full_name="Nguyễn Khác Hẳn", citizen_id="012198000122")
    with pytest.raises(JoiningError, match="Đỗ Minh Quân: số định danh"):
        admit(actor=committee, on=today, pks=[row.pk for row in sent], papers=papers(today))
    assert Person.objects.count() == 1
    assert not Movement.objects.exists()
    assert {row.state for row in Application.objects.all()} == {choices.SUBMITTED}


def test_somebody_known_is_the_same_person(
    system: Actor, committee: Actor, sent: list[Application], today: date
) -> None:
    (known,) = make_people(system, 1, full_name="Lò Thị Ngân Hà", citizen_id="012198000120")
    (row,) = admit(actor=committee, on=today, pks=[sent[0].pk], papers=papers(today))
    assert row.person == known
    with pytest.raises(AlreadyDecided):
        admit(actor=committee, on=today, pks=[sent[0].pk], papers=papers(today))


def test_asking_answering_refusing_stand_on_the_workers_log(
    tree: Tree, system: Actor, committee: Actor, today: date
) -> None:
    workplace = make_workplace(system, tree.north_a, host=tree.unions["NA1"])
    made = apply(today, enterprise=workplace)
    pk = made.application.pk
    open_application(actor=committee, pk=pk)
    open_application(actor=committee, pk=pk)
    with pytest.raises(JoiningError):
        ask_more(actor=committee, pk=pk, words=" ")
    ask_more(actor=committee, pk=pk, words="Gửi bản chụp hợp đồng")
    assert answer(code=made.code, words="Đã gửi").state == choices.SUBMITTED
    with pytest.raises(JoiningError):
        refuse(actor=committee, on=today, pk=pk, reason="other")
    refuse(actor=committee, on=today, pk=pk, reason="not_worker", words="Chủ doanh nghiệp")
    log = list(Event.objects.order_by("pk").values_list("kind", "by"))
    name = committee.name
    assert log == [
        ("submit", ""),
        (choices.READ, name),
        (choices.ASK, name),
        (choices.ANSWER, ""),
        (choices.REFUSE, name),
    ]
    last = Event.objects.latest("pk").words
    assert "Luật Công đoàn 50/2024/QH15" in last
    assert "Chủ doanh nghiệp" in last
    with pytest.raises(AlreadyDecided):
        withdraw(code=made.code, on=today)


def test_who_may_decide(tree: Tree, sent: list[Application], today: date) -> None:
    for name, role, unit in (
        ("la", "", None),
        ("lang-gieng", "committee", tree.unions["NA2"]),
        ("xem", "viewer", tree.unions["NA1"]),
        ("huyen-khac", "leader", tree.north_b),
    ):
        user = make_user(name)
        if unit is not None:
            give(user, role, unit)
        who = acting(user, today)
        assert open_application(actor=who, pk=sent[0].pk) is None
        assert not queries.visible_applications(who).exists()
        for act in (
            lambda: ask_more(actor=who, pk=sent[0].pk, words="x"),  # noqa: B023
            lambda: refuse(actor=who, on=today, pk=sent[0].pk, reason="not_worker"),  # noqa: B023
            lambda: admit(actor=who, on=today, pks=[sent[0].pk], papers=papers(today)),  # noqa: B023
        ):
            with pytest.raises(Forbidden):
                act()
    assert Event.objects.count() == 3


def test_readers_are_named_by_somebody_else_and_at_the_body_itself(
    tree: Tree, system: Actor, today: date
) -> None:
    leader = officer("chu-tich", "leader", tree.north)
    with pytest.raises(JoiningError, match="tự chỉ định"):
        name_reader(actor=acting(leader, today), on=today, unit=tree.north, user=leader)
    above = officer("trung-uong", "leader", tree.root)
    with pytest.raises(JoiningError, match="chưa được phân quyền"):
        name_reader(actor=acting(leader, today), on=today, unit=tree.north, user=above)
    reader = officer("can-bo", "officer", tree.north)
    with pytest.raises(Forbidden):
        name_reader(actor=acting(reader, today), on=today, unit=tree.north, user=leader)
    name_reader(actor=acting(leader, today), on=today, unit=tree.north, user=reader)
    with pytest.raises(JoiningError, match="đã được chỉ định"):
        name_reader(actor=acting(leader, today), on=today, unit=tree.north, user=reader)
    assert NamedReader.objects.count() == 1
    assert queries.named_units(acting(reader, today)) == [tree.north.pk]
    # Without the grant the name alone opens nothing.
    reader.grants.all().delete()
    assert queries.named_units(acting(reader, today)) == []


def test_a_confidential_application_is_admitted_only_where_its_worker_works(
    tree: Tree, system: Actor, today: date
) -> None:
    workplace = make_workplace(system, tree.north_a)
    row = apply(today, enterprise=workplace).application
    leader, reader = officer("chu-tich", "leader", tree.north), officer("can-bo", "officer", tree.north)
    with pytest.raises(Forbidden):
        admit(actor=acting(reader, today), on=today, pks=[row.pk], papers=papers(today))
    name_reader(actor=acting(leader, today), on=today, unit=tree.north, user=reader)
    who = acting(reader, today)
    with pytest.raises(JoiningError, match="chưa có công đoàn"):
        admit(actor=who, on=today, pks=[row.pk], papers=papers(today))
    elsewhere = tree.unions["NA2"]
    # A member's name in a union that works elsewhere would tell that union's officers of the application.
    with pytest.raises(JoiningError, match="không phải công đoàn ở nơi"):
        admit(actor=who, on=today, pks=[row.pk], papers=papers(today), into=elsewhere)
    assert not Membership.objects.exists() and not Person.objects.exists()
    assert not Decision.objects.filter(number=papers(today).number).exists()
    host(actor=system, items=[HostData(workplace, elsewhere, today)])
    (done,) = admit(actor=who, on=today, pks=[row.pk], papers=papers(today), into=elsewhere)
    assert Membership.objects.get().unit == elsewhere
    assert done.person is not None


def test_a_confidential_application_may_go_into_an_occupational_union(
    tree: Tree, system: Actor, today: date
) -> None:
    row = apply(today, enterprise=make_workplace(system, tree.north_a)).application
    leader, reader = officer("chu-tich", "leader", tree.north), officer("can-bo", "officer", tree.north)
    name_reader(actor=acting(leader, today), on=today, unit=tree.north, user=reader)
    (drivers,) = create_units(
        actor=system,
        items=[NewUnit("NDX", "Nghiệp đoàn xe ôm", "NĐ", "occupational_union", tree.north_a, FOUNDED)],
    )
    admit(actor=acting(reader, today), on=today, pks=[row.pk], papers=papers(today), into=drivers)
    assert Membership.objects.get().unit == drivers
