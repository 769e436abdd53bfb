"""The core-group map: where support is thin, who was turned around, seen by the team alone and gone with the file."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.registry.founding import actions
from congdoan.registry.founding.actions import (
    add_contact,
    change_contact,
    forget_contact,
    keep_area,
    name_member,
    rate,
    remove_area,
)
from congdoan.registry.founding.models import Area, Contact, FoundingFile, Rating
from congdoan.registry.founding.queries import core_map
from tests.factories.officers import actor as acting
from tests.factories.officers import give, make_user
from tests.registry.founding.conftest import Campaign


@pytest.fixture
def file(campaign: Campaign) -> FoundingFile:
    campaign.applies(1)
    return campaign.file


@pytest.fixture
def helper(campaign: Campaign, file: FoundingFile) -> Actor:
    """Of another body, put on the team."""
    user = make_user("ho-tro", home_unit=campaign.tree.north_a)
    give(user, "officer", campaign.tree.north_a)
    name_member(actor=campaign.first, on=campaign.today, pk=file.pk, user=user)
    return acting(user, campaign.today)


def known(actor: Actor, file: FoundingFile, name: str, **values: Any) -> Contact:
    return add_contact(actor=actor, on=actor.today, pk=file.pk, name=name, **values)


@pytest.mark.django_db
def test_the_map_says_where_support_is_thin(campaign: Campaign, file: FoundingFile, helper: Actor) -> None:
    act: dict[str, Any] = {"actor": helper, "pk": file.pk}
    sewing = keep_area(**act, workshop="May 1", shift="Ca sáng", headcount=10)
    cutting = keep_area(**act, workshop="Cắt", shift="Ca sáng", headcount=40)
    keep_area(**act, workshop="Cắt", shift="Ca tối", headcount=20)
    keep_area(**act, workshop="Cắt", shift="Ca tối", headcount=25)
    lead = known(helper, file, "Chị Dung", area=sewing.pk, level=1, is_leader=True)
    for number, level in enumerate((2, 2, 4)):
        known(helper, file, f"Công nhân {number}", area=sewing.pk, level=level)
    doubtful = known(helper, file, "Anh Ba", area=cutting.pk, level=5)
    change_contact(**act, contact=lead.pk, area=sewing.pk, is_leader=True, reaches=[doubtful.pk])
    made = core_map(file)
    strengths = {key: (cell.strength, cell.known, cell.supporters) for key, cell in made.cells.items()}
    assert strengths == {
        ("May 1", "Ca sáng"): ("strong", 4, 3),
        ("Cắt", "Ca sáng"): ("thin", 1, 0),
        ("Cắt", "Ca tối"): ("nobody", 0, 0),
    }
    assert made.cells["May 1", "Ca sáng"].average == 2.2
    assert made.headcount == 75
    assert [str(cell.area) for cell in made.empty] == ["Cắt, Ca tối"]
    assert [str(cell.area) for cell in made.without_leader] == ["Cắt, Ca sáng"]
    # Turned around by the named officer, with the way there kept.
    for level in (3, 2):
        rate(actor=campaign.first, on=campaign.today, pk=file.pk, contact=doubtful.pk, level=level)
    made = core_map(file)
    (turned,) = made.turned
    assert (turned.name, [level for _, level, _ in turned.levels]) == ("Anh Ba", [5, 3, 2])
    assert next(person for person in made.people if person.pk == lead.pk).reaches == (doubtful.pk,)
    remove_area(**act, area=cutting.pk)
    assert next(person for person in core_map(file).people if person.name == "Anh Ba").area is None


@pytest.mark.django_db
def test_names_are_sealed_and_go_with_the_file(campaign: Campaign, file: FoundingFile) -> None:
    made = known(campaign.first, file, "Chị Dung May", level=2, note="làm ca tối")
    row = Contact.objects.get(pk=made.pk)
    assert b"Dung" not in bytes(row.name_sealed) and b"ca" not in bytes(row.note_sealed)
    forget_contact(actor=campaign.first, pk=file.pk, contact=made.pk)
    assert not Contact.objects.exists() and not Rating.objects.exists()
    known(campaign.first, file, "Chị Dung May", level=2)
    keep_area(actor=campaign.first, pk=file.pk, workshop="May 1")
    actions.abandon(actor=campaign.first, on=campaign.today, pk=file.pk, words="Doanh nghiệp đóng cửa")
    assert not Contact.objects.exists() and not Area.objects.exists()
    with pytest.raises(actions.AlreadyMoved):
        known(campaign.first, file, "Muộn")


@pytest.mark.django_db
def test_only_the_team_sees_or_writes_it(client: Client, campaign: Campaign, file: FoundingFile) -> None:
    made = known(campaign.first, file, "Chị Dung May", level=2)
    leader = make_user("truong-ban", home_unit=campaign.lead)
    give(leader, "leader", campaign.lead)
    client.force_login(leader)
    page = reverse("founding:core", args=[file.pk])
    assert client.get(page).status_code == 404
    assert client.post(reverse("founding:rate", args=[file.pk, made.pk]), {"muc": "1"}).status_code == 404
    outsider = acting(leader, campaign.today)
    for act in (
        lambda: known(outsider, file, "Lén"),
        lambda: rate(actor=outsider, on=campaign.today, pk=file.pk, contact=made.pk, level=1),
        lambda: forget_contact(actor=outsider, pk=file.pk, contact=made.pk),
    ):
        with pytest.raises(Forbidden):
            act()
    assert Rating.objects.count() == 1


@pytest.mark.django_db
def test_the_page_writes_with_two_taps(client: Client, campaign: Campaign, file: FoundingFile) -> None:
    assert campaign.first.user is not None
    client.force_login(campaign.first.user)
    post = lambda name, data, *more: client.post(  # noqa: E731
        reverse(f"founding:{name}", args=[file.pk, *more]), data, follow=True
    ).content.decode()
    post("keep_area", {"workshop": "May 1", "shift": "Ca sáng", "headcount": "10"})
    area = Area.objects.get()
    assert "Hãy" in post("add_contact", {"name": ""}) or not Contact.objects.exists()
    shown = post("add_contact", {"name": "Chị Dung", "area": str(area.pk), "level": "4"})
    person = Contact.objects.get()
    assert "Chị Dung" in shown and "mỏng" in shown
    shown = post("rate", {"muc": "2"}, person.pk)
    assert "4 → 2" in shown and "đã chuyển sang ủng hộ" in shown
    assert "Mức ủng hộ từ 1 đến 5" in post("rate", {"muc": "9"}, person.pk)
    assert list(Rating.objects.values_list("level", flat=True)) == [4, 2]


@pytest.mark.django_db
def test_the_map_asks_the_same_for_one_and_for_many(campaign: Campaign, file: FoundingFile) -> None:
    counts = []
    for number in range(3):
        area = keep_area(actor=campaign.first, pk=file.pk, workshop=f"Tổ {number}", headcount=9)
        known(campaign.first, file, f"Người {number}", area=area.pk, level=3)
        if number in (0, 2):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                core_map(FoundingFile.objects.get(pk=file.pk))
            counts.append(len(asked))
    assert counts[0] == counts[1]
