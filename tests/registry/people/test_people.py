"""Registering, changing, employing and showing people."""

from __future__ import annotations

from datetime import date

import pytest

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.audit.models import AuditEntry
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.people.actions import (
    AlreadyRegistered,
    ConsentData,
    EmploymentData,
    NotInReach,
    PeopleError,
    PersonData,
    ReasonMissing,
    employ,
    record_consents,
    register_people,
    reveal_identity,
    update_people,
    withdraw_consent,
)
from congdoan.registry.people.models import Consent, Employment, Person
from congdoan.registry.people.queries import (
    employments_of,
    find_by_identity,
    namesakes,
    unsealed,
    within,
)
from tests.factories.people import make_members, make_people
from tests.factories.tree import Tree
from tests.factories.users import make_actor

DAY = date(2025, 3, 1)


@pytest.fixture
def enterprise(db: None) -> Enterprise:
    return Enterprise.objects.create(
        code="DN1",
        name="Công ty Một",
        name_key="cong ty mot",
        sort_key="x",
        sector_id="fdi",
        registered_on=DAY,
    )


def test_people_are_written_as_given_and_sealed(db: None, system: Actor, today: date) -> None:
    data = PersonData(
        "  Nguye\u0302\u0303n  Va\u0306n An ",
        birth_on=date(1990, 1, 2),
        sex="m",
        citizen_id="031 090 000 001",
        passport="b 123 456",
        ethnicity="Thái",
        phone="+84 912 345 678",
    )
    (person,) = register_people(actor=system, on=today, items=[data])
    stored = Person.objects.get()
    assert stored == person
    assert stored.full_name == "Nguyễn Văn An"
    assert stored.name_key == "nguyen van an"
    assert stored.phone == "0912345678"
    assert b"031090000001" not in bytes(stored.citizen_id_sealed)
    identity = unsealed(stored)
    assert (identity.citizen_id, identity.passport, identity.ethnicity) == (
        "031090000001",
        "B123456",
        "Thái",
    )
    assert find_by_identity(citizen_ids=["031090000001", "031090000009"], passports=["B123456"]) == {
        "031090000001": stored,
        "B123456": stored,
    }
    assert list(namesakes("NGUYEN VAN AN", date(1990, 1, 2))) == [stored]
    assert not namesakes("Nguyễn Văn", date(1990, 1, 2))
    assert not namesakes("Nguyễn Văn An", date(1990, 1, 3))
    assert not namesakes(" ", None)


def test_a_batch_costs_the_same_statements(
    db: None, system: Actor, today: date, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    for count in (1, 400):
        with django_assert_num_queries(7):  # type: ignore[operator]
            made = make_people(system, count, start=count)
        assert [person.pk for person in made] == sorted(person.pk for person in made)


def test_a_number_belongs_to_one_person(db: None, system: Actor, today: date) -> None:
    make_people(system, full_name="Lê Thị Bưởi", citizen_id="031190000001")
    again = [PersonData("Lê Bưởi", citizen_id="031190000001")]
    with pytest.raises(AlreadyRegistered, match="ghi tên Lê Thị Bưởi") as caught:
        register_people(actor=system, on=today, items=again)
    assert caught.value.person is not None
    twice = [PersonData("A B", citizen_id="031190000002"), PersonData("C D", citizen_id="031190000002")]
    with pytest.raises(AlreadyRegistered, match="A B") as caught:
        register_people(actor=system, on=today, items=twice)
    assert "031190000002" not in str(caught.value)
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    "data",
    [
        PersonData("  "),
        PersonData("A" * 151),
        PersonData("Lê Bưởi", sex="nữ"),
        PersonData("Lê Bưởi", nationality="Việt Nam"),
    ],
)
def test_what_cannot_be_written_is_said(db: None, system: Actor, today: date, data: PersonData) -> None:
    with pytest.raises(PeopleError):
        register_people(actor=system, on=today, items=[data])


def test_changes_keep_the_old_row_and_say_what_changed(tree: Tree, system: Actor, today: date) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY)
    made = update_people(
        actor=system,
        on=today,
        changes=[(person, {"full_name": "Trần Ân", "citizen_id": "031090999999", "phone": "0912 345 678"})],
    )
    assert set(made[0].before) >= {"full_name", "sort_key", "name_key", "citizen_id_key", "phone"}
    assert person.full_name == "Trần Ân"
    assert unsealed(Person.objects.get()).citizen_id == "031090999999"
    old = Person.pgh_event_models["person_changed"].objects.get()  # type: ignore[attr-defined]
    assert old.full_name == "Nguyễn Văn An"
    assert update_people(actor=system, on=today, changes=[(person, {"full_name": "Trần Ân"})]) == []
    with pytest.raises(PeopleError, match="Không có mục"):
        update_people(actor=system, on=today, changes=[(person, {"is_admin": True})])
    other = make_people(system, start=5)[0]
    with pytest.raises(AlreadyRegistered, match="Trần Ân"):
        update_people(actor=system, on=today, changes=[(other, {"citizen_id": "031090999999"})])


@pytest.mark.parametrize(
    ("where", "may"),
    [(None, False), ("south", False), ("NA2", False), ("NA1", True), ("north", True), ("root", True)],
)
def test_only_who_looks_after_a_person_edits_and_reads_numbers(
    tree: Tree, system: Actor, today: date, where: str | None, may: bool
) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY)
    unit = tree.unions[where] if where in tree.unions else getattr(tree, where or "", None)
    actor = make_actor(today, unit)
    assert within(actor, "people.edit").filter(pk=person.pk).exists() is may
    if not may:
        with pytest.raises((NotInReach, Forbidden)):
            update_people(actor=actor, on=today, changes=[(person, {"phone": "0912345678"})])
        with pytest.raises((NotInReach, Forbidden)):
            reveal_identity(actor=actor, person=person, reason="đối chiếu hồ sơ")
        assert not AuditEntry.objects.filter(verb="people.reveal_identity").exists()
        return
    assert update_people(actor=actor, on=today, changes=[(person, {"phone": "0912345678"})])
    with pytest.raises(ReasonMissing):
        reveal_identity(actor=actor, person=person, reason="   x")
    assert reveal_identity(actor=actor, person=person, reason="đối chiếu hồ sơ").citizen_id == "031090000000"
    entry = AuditEntry.objects.get(verb="people.reveal_identity")
    assert (entry.user, entry.reason, entry.object_id) == (actor.user, "đối chiếu hồ sơ", str(person.pk))


def test_employment_is_completed_and_not_doubled(
    db: None, system: Actor, today: date, enterprise: Enterprise
) -> None:
    (person,) = make_people(system)
    assert (
        len(employ(actor=system, items=[EmploymentData(person, enterprise, DAY, contract_kind="fixed")])) == 1
    )
    employ(
        actor=system,
        items=[EmploymentData(person, enterprise, date(2025, 5, 1), job_title="Thợ may")],
    )
    row = Employment.objects.get()
    assert (row.during.lower, row.contract_kind, row.job_title) == (DAY, "fixed", "Thợ may")
    employ(actor=system, items=[EmploymentData(person, enterprise, DAY, until_on=date(2026, 1, 1))])
    employ(actor=system, items=[EmploymentData(person, enterprise, date(2026, 3, 1))])
    assert Employment.objects.count() == 2
    assert employments_of([person.pk], date(2026, 2, 1)) == {}
    assert employments_of([person.pk], today)[person.pk].enterprise == enterprise
    with pytest.raises(PeopleError, match="sau ngày vào làm"):
        employ(actor=system, items=[EmploymentData(person, enterprise, DAY, until_on=DAY)])


def test_consents_are_kept_and_withdrawn(tree: Tree, system: Actor, today: date) -> None:
    (person,) = make_members(system, tree.unions["NA1"], DAY)
    item = ConsentData(person, "contact", DAY, "phiếu đồng ý")
    assert record_consents(actor=system, items=[item]) == 1
    assert record_consents(actor=system, items=[item]) == 0
    consent = Consent.objects.get()
    withdraw_consent(actor=system, on=today, consent=consent)
    assert Consent.objects.get().withdrawn_on == today
    assert record_consents(actor=system, items=[item]) == 1
