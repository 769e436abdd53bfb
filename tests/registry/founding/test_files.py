"""Files open with the applications, move by steps that are data, and are known to their team alone."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.catalogues.models import Parameter
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.units.actions import NewUnit, create_units
from congdoan.registry.founding import actions, choices, queries
from congdoan.registry.founding.models import Attachment, FoundingFile, Step
from congdoan.registry.joining.actions import JoiningError, name_reader, withdraw
from congdoan.registry.joining.models import Application
from congdoan.registry.organisation.models import UnitProfile
from tests.factories.applications import apply, make_workplace
from tests.factories.officers import actor as acting
from tests.factories.officers import officer
from tests.registry.founding.conftest import Campaign, prove

pytestmark = pytest.mark.django_db


def test_the_first_application_opens_the_file_and_the_next_join_it(campaign: Campaign) -> None:
    campaign.applies(3)
    file = campaign.file
    assert (file.step, file.leading_unit, file.opened_on) == ("known", campaign.lead, campaign.today)
    assert file.due_on == campaign.today + timedelta(days=30)
    assert queries.open_counts([file.pk]) == {file.pk: queries.Waiting(3)}


def test_the_same_sending_twice_is_one_application_in_one_file(campaign: Campaign) -> None:
    key = uuid.uuid4()
    for _ in range(2):
        apply(campaign.today, enterprise=campaign.enterprise, submission_key=key)
    assert (Application.objects.count(), Attachment.objects.count(), FoundingFile.objects.count()) == (
        1,
        1,
        1,
    )


def test_what_is_refused_opens_nothing(campaign: Campaign) -> None:
    with pytest.raises(JoiningError):
        apply(campaign.today, enterprise=campaign.enterprise, consents=[])
    assert not FoundingFile.objects.exists()
    assert not Application.objects.exists()


def test_a_workplace_known_by_words_alone_has_one_file_however_they_are_written(campaign: Campaign) -> None:
    for words in ("Xưởng gỗ Tân Phú", "xuong go  tan phu", "Xưởng gỗ Tân An"):
        apply(campaign.today, workplace_name=words)
    assert sorted(FoundingFile.objects.values_list("workplace_name", flat=True)) == [
        "Xưởng gỗ Tân An",
        "Xưởng gỗ Tân Phú",
    ]


def test_only_what_comes_from_where_no_union_stands_opens_a_file(campaign: Campaign, system: Actor) -> None:
    host = campaign.tree.unions["NA1"]
    union = make_workplace(system, host, host=host, name="Công ty Có Đoàn")
    for way in ({}, {"was_member": True}, {"contract_kind": "none"}):
        apply(campaign.today, enterprise=union, **way)
    apply(campaign.today, contract_kind="none")
    apply(campaign.today, was_member=True)  # from nobody knows where
    assert not FoundingFile.objects.exists()
    assert not Attachment.objects.exists()


def test_who_comes_back_and_who_has_no_contract_are_in_the_file_of_their_workplace(
    campaign: Campaign,
) -> None:
    apply(campaign.today, enterprise=campaign.enterprise, was_member=True, citizen_id="012198003331")
    assert campaign.file.leading_unit == campaign.lead
    apply(campaign.today, enterprise=campaign.enterprise, contract_kind="none", citizen_id="012198003332")
    apply(campaign.today, workplace_name="Xưởng gỗ Tân Phú", was_member=True)
    campaign.applies(2)
    assert queries.open_counts([campaign.file.pk]) == {campaign.file.pk: queries.Waiting(4)}
    assert queries.applications_of(campaign.first, campaign.file).count() == 4


def test_who_comes_back_under_another_body_counts_and_stays_unread_by_those_who_lead(
    campaign: Campaign, system: Actor
) -> None:
    """A zone's union admits where no union stands; on who comes back the province decides."""
    (zone,) = create_units(
        actor=system,
        items=[NewUnit("KCN", "Công đoàn các KCN", "KCN", "zone_union", campaign.lead, date(2021, 1, 1))],
    )
    place = make_workplace(system, zone, name="Công ty Trong Khu")
    back = apply(campaign.today, enterprise=place, was_member=True, full_name="Lý Thị Trở Lại").application
    new = apply(campaign.today, enterprise=place, citizen_id="012198003341").application
    file = FoundingFile.objects.get(enterprise=place)
    assert (file.leading_unit, back.receiving_unit, new.receiving_unit) == (zone, campaign.lead, zone)
    leader, user = officer("lanh-dao-khu", "leader", zone), officer("can-bo-khu", "officer", zone)
    name_reader(actor=acting(leader, campaign.today), on=campaign.today, unit=zone, user=user)
    of_zone = acting(user, campaign.today)
    assert list(queries.applications_of(of_zone, file)) == [new]
    assert queries.open_counts([file.pk]) == {file.pk: queries.Waiting(2)}
    # The province's named officers read the one application, not the zone's file.
    assert not queries.visible_files(campaign.first).filter(pk=file.pk).exists()


def test_a_withdrawn_application_counts_no_longer(campaign: Campaign) -> None:
    campaign.applies(1)
    sent = apply(campaign.today, enterprise=campaign.enterprise, full_name="Lý A Đổi Ý")
    assert queries.open_counts([campaign.file.pk]) == {campaign.file.pk: queries.Waiting(2)}
    withdraw(code=sent.code, on=campaign.today)
    assert queries.open_counts([campaign.file.pk]) == {campaign.file.pk: queries.Waiting(1)}


def test_steps_go_one_by_one_and_say_who_must_act(campaign: Campaign) -> None:
    campaign.applies(1)
    file = campaign.file
    (at_first,) = queries.standings([file], campaign.today)
    assert at_first.next is not None
    assert at_first.next.code == "surveyed"
    assert "chưa phân công" in at_first.who
    user = officer("van-dong", "officer", campaign.tree.north_a)
    actions.name_member(actor=campaign.first, on=campaign.today, pk=file.pk, user=user, task="Khảo sát")
    later = campaign.today + timedelta(days=31)
    (late,) = queries.standings([file], later)
    assert (late.is_late, late.days_at_step, late.who) == (True, 31, user.get_full_name())
    with pytest.raises(actions.FoundingError, match="Phiếu khảo sát"):
        actions.advance(actor=campaign.first, on=campaign.today, pk=file.pk, from_step="known", words="  ")
    with pytest.raises(actions.FoundingError, match="cần có số lao động"):
        actions.advance(
            actor=campaign.first, on=campaign.today, pk=file.pk, from_step="known", words="Phiếu số 4"
        )
    prove(file, "survey", campaign.today)
    moved = actions.advance(
        actor=acting(user, campaign.today),
        on=campaign.today,
        pk=file.pk,
        from_step="known",
        words="Phiếu số 4",
    )
    assert moved.step == "surveyed"
    with pytest.raises(actions.AlreadyMoved):
        actions.advance(actor=campaign.first, on=campaign.today, pk=file.pk, from_step="known", words="x")
    for day, words in (
        (campaign.today + timedelta(days=1), "chưa tới"),
        (campaign.today - timedelta(days=1), "ngày của bước trước"),
    ):
        with pytest.raises(actions.FoundingError, match=words):
            actions.advance(actor=campaign.first, on=day, pk=file.pk, from_step="surveyed", words="x")


def test_the_quorum_is_a_parameter_of_the_day_with_its_source(campaign: Campaign) -> None:
    campaign.applies(4)
    file = campaign.up_to("enough_applications")
    with pytest.raises(actions.FoundingError, match=r"Mới có 4 đơn, cần ít nhất 5 \(nguồn: Điều lệ"):
        actions.advance(actor=campaign.first, on=campaign.today, pk=file.pk, from_step=file.step, words="đủ")
    Parameter.objects.create(
        code="founding.quorum",
        name="Riêng",
        unit=campaign.lead,
        value=4,
        during=DateRange(campaign.today, None),
        source="Thí điểm",
        verified=False,
    )
    assert parameter("founding.quorum", on=campaign.today).value == 5
    moved = actions.advance(
        actor=campaign.first, on=campaign.today, pk=file.pk, from_step=file.step, words="đủ"
    )
    assert moved.step == "enough_applications"


def test_foreign_workers_join_but_do_not_make_up_the_quorum(campaign: Campaign) -> None:
    """Law 50/2024/QH15, Art. 5 lets them join and act; of founding it speaks for Vietnamese workers alone."""
    campaign.applies(4)
    foreign = {
        "nationality": "PH",
        "citizen_id": "",
        "contract_kind": "fixed",
        "contract_from": campaign.today - timedelta(days=30),
        "contract_to": campaign.today + timedelta(days=700),
    }
    for number in range(2):
        apply(campaign.today, enterprise=campaign.enterprise, passport=f"P123456{number}A", **foreign)
    file = campaign.up_to("enough_applications")
    (standing,) = queries.standings([file], campaign.today)
    assert (standing.applications, standing.counted, standing.quorum) == (6, 4, 5)
    words = r"Mới có 4 đơn, cần ít nhất 5 .* Không tính 2 đơn của người nước ngoài"
    with pytest.raises(actions.FoundingError, match=words):
        actions.advance(actor=campaign.first, on=campaign.today, pk=file.pk, from_step=file.step, words="đủ")
    Parameter.objects.create(
        code="founding.foreigners_count",
        name="Riêng",
        unit=campaign.lead,
        value=True,
        during=DateRange(campaign.today, None),
        source="Ý kiến pháp chế",
        verified=True,
    )
    (standing,) = queries.standings([file], campaign.today)
    assert (standing.counted, standing.quorum) == (6, 5)
    moved = actions.advance(
        actor=campaign.first, on=campaign.today, pk=file.pk, from_step=file.step, words="đủ"
    )
    assert moved.step == "enough_applications"


def test_the_lean_question_for_the_next_step_agrees_with_the_whole_way(today: date) -> None:
    for kind in choices.UNIT_KINDS:
        way = queries.steps(kind, today)
        assert way
        for code in [*(step.code for step in way), "unknown"]:
            whole, lean = queries.following(way, code), queries.step_after(code, kind, today)
            assert (whole is None) == (lean is None), (kind, code)
            if whole is not None and lean is not None:
                assert (lean.parameter, lean.days) == (whole.parameter, whole.days), (kind, code)
        assert queries.step_after(choices.FIRST_STEP, kind, date(1900, 1, 1)) is None


def test_steps_are_rows_that_an_office_changes_by_date(campaign: Campaign) -> None:
    campaign.applies(1)
    actions.install_steps()
    before = Step.objects.count()
    changed = Step.objects.get(kind="grassroots", code="surveyed")
    changed.days = 10
    changed.save()
    actions.install_steps()
    assert Step.objects.count() == before
    assert queries.steps("grassroots", campaign.today)[1].days == 10
    Step.objects.filter(kind="grassroots", code="core_group").update(
        during=DateRange(date(2020, 2, 20), campaign.today)
    )
    codes = [step.code for step in queries.steps("grassroots", campaign.today)]
    assert "core_group" not in codes
    assert "core_group" in [
        step.code for step in queries.steps("grassroots", campaign.today - timedelta(days=1))
    ]


@pytest.mark.parametrize("kind", [code for code, _ in choices.KINDS])
def test_every_kind_has_a_way_from_the_first_step_to_the_last(campaign: Campaign, kind: str) -> None:
    way = queries.steps(kind, campaign.today)
    codes = [step.code for step in way]
    assert codes[0] == choices.FIRST_STEP
    assert codes[-1] == choices.LAST_STEP
    assert choices.RECOGNISED_STEP in codes
    assert all(step.source for step in way)
    assert queries.steps(kind, campaign.today, choices.FIRST_YEAR)


def test_another_way_of_founding_keeps_what_was_reached(campaign: Campaign) -> None:
    campaign.applies(5)
    campaign.up_to("enough_applications")
    assert campaign.file.step == "founding_committee"
    changed = actions.change_kind(
        actor=campaign.first, on=campaign.today, pk=campaign.file.pk, kind=choices.DIRECT
    )
    assert changed.step == "core_group"


# --------------------------------------------------------------------------------------------------
# Who
# --------------------------------------------------------------------------------------------------


def test_only_named_officers_and_the_team_know_of_a_file(campaign: Campaign, system: Actor) -> None:
    campaign.applies(1)
    file, tree, today = campaign.file, campaign.tree, campaign.today
    helper = officer("to-vien", "officer", tree.north_a)
    others = [
        acting(officer("cung-co-quan", "leader", tree.north), today),
        acting(officer("trung-uong", "leader", tree.root), today),
        acting(officer("cap-duoi", "officer", tree.north_a), today),
        acting(officer("tinh-khac", "officer", tree.south), today),
        acting(helper, today),
        system,
    ]
    for who in others:
        assert not queries.visible_files(who).exists(), who.name
        with pytest.raises(Forbidden):
            actions.advance(actor=who, on=today, pk=file.pk, from_step="known", words="x")
        with pytest.raises(Forbidden):
            actions.abandon(actor=who, on=today, pk=file.pk, words="x")
    member = actions.name_member(actor=campaign.first, on=today, pk=file.pk, user=helper)
    assert list(queries.visible_files(acting(helper, today))) == [file]
    # Of the team, but not named to read applications: the number, no names; and no one else is let in by them.
    assert not queries.applications_of(acting(helper, today), file).exists()
    assert queries.applications_of(campaign.first, file).count() == 1
    with pytest.raises(Forbidden):
        actions.name_member(
            actor=acting(helper, today), on=today, pk=file.pk, user=officer("ban", "officer", tree.north)
        )
    actions.end_member(actor=campaign.first, on=today + timedelta(days=1), pk=file.pk, member=member.pk)
    assert not queries.visible_files(acting(helper, today + timedelta(days=1))).exists()


def test_nobody_names_themselves_or_somebody_without_the_right(campaign: Campaign) -> None:
    campaign.applies(1)
    file, user = campaign.file, campaign.first.user
    assert user is not None
    with pytest.raises(actions.FoundingError, match="tự cử"):
        actions.name_member(actor=campaign.first, on=campaign.today, pk=file.pk, user=user)
    for username, role, unit in (
        ("xem", "viewer", campaign.tree.north),
        ("o-xa", "officer", campaign.tree.south),
    ):
        with pytest.raises(actions.FoundingError, match="chưa được phân quyền"):
            actions.name_member(
                actor=campaign.first, on=campaign.today, pk=file.pk, user=officer(username, role, unit)
            )


def test_an_officer_opens_a_file_before_anybody_applies(campaign: Campaign) -> None:
    outsider = acting(officer("ngoai", "officer", campaign.tree.north), campaign.today)
    for _ in range(2):
        with pytest.raises(actions.FoundingError, match="chỉ định đích danh"):
            actions.open_file(actor=outsider, on=campaign.today, enterprise=campaign.enterprise)
        # Asked again once there is one, the answer is the same.
        actions.open_file(
            actor=campaign.first, on=campaign.today, enterprise=campaign.enterprise, words="Theo kế hoạch"
        )
    campaign.applies(2)
    assert FoundingFile.objects.count() == 1
    assert queries.open_counts([campaign.file.pk]) == {campaign.file.pk: queries.Waiting(2)}


def test_a_file_that_is_stopped_leaves_room_for_a_new_one(campaign: Campaign) -> None:
    campaign.applies(1)
    stopped = actions.abandon(
        actor=campaign.first, on=campaign.today, pk=campaign.file.pk, words="Doanh nghiệp dời đi"
    )
    campaign.applies(1)
    assert FoundingFile.objects.filter(state=choices.OPEN).exclude(pk=stopped.pk).count() == 1
    assert Attachment.objects.filter(file=stopped).count() == 1


def test_nothing_of_a_file_is_in_the_audit_trail_before_it_is_recognised(campaign: Campaign) -> None:
    before = AuditEntry.objects.count(), UnitProfile.objects.count()
    campaign.applies(5)
    campaign.up_to(choices.RECOGNISED_STEP)
    user = officer("to-vien", "officer", campaign.tree.north)
    actions.name_member(actor=campaign.first, on=campaign.today, pk=campaign.file.pk, user=user)
    assert (AuditEntry.objects.count(), UnitProfile.objects.count()) == before
