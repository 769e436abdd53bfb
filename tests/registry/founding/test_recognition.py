"""One decision makes the union, its members, its committee and its first year; all of it or nothing."""

from __future__ import annotations

import io
import threading
import uuid
from datetime import date, timedelta
from typing import Any

import docx
import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.catalogues.models import Parameter
from congdoan.foundation.measures.queries import differences, stock
from congdoan.foundation.units.models import KindAuthority, Unit
from congdoan.foundation.units.queries import version_on
from congdoan.kit.dates import add_working_days
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.founding import actions, choices
from congdoan.registry.founding.actions import recognise
from congdoan.registry.founding.documents import FilePapers
from congdoan.registry.founding.models import CommitteePost, FirstYearTask, FoundingFile, Nominee
from congdoan.registry.founding.queries import support_norm
from congdoan.registry.joining.actions import withdraw
from congdoan.registry.joining.choices import ADMITTED, SUBMITTED
from congdoan.registry.joining.models import Application
from congdoan.registry.joining.queries import has_union
from congdoan.registry.membership.models import Membership
from congdoan.registry.people.models import Employment
from tests.contracts.test_doors import client_of
from tests.factories.applications import application_data, apply, make_workplace
from tests.factories.officers import actor as acting
from tests.factories.officers import officer
from tests.factories.tree import Tree
from tests.registry.founding.conftest import Campaign, make_campaign, prove
from tests.registry.membership.test_at_the_same_time import at_once


def left() -> tuple[Any, ...]:
    """What a recognition writes."""
    return (
        Unit.objects.count(),
        Membership.objects.count(),
        CommitteePost.objects.count(),
        FirstYearTask.objects.count(),
        Application.objects.filter(state=SUBMITTED).count(),
        FoundingFile.objects.get().state,
    )


@pytest.mark.django_db
def test_one_decision_makes_everything_on_its_day(campaign: Campaign) -> None:
    file = campaign.ready(6)
    before = {
        m: stock(m, [campaign.lead.pk], on=campaign.today)[campaign.lead.pk] for m in ("members", "unions")
    }
    done = recognise(actor=campaign.first, pk=file.pk, data=campaign.decision())
    unit = done.unit
    assert unit is not None
    version = version_on(unit.pk, campaign.today)
    assert version is not None
    assert (version.parent, version.kind_id, version.sector_id) == (
        campaign.lead,
        "grassroots_union",
        campaign.enterprise.sector_id,
    )
    assert Membership.objects.filter(unit=unit, during__contains=campaign.today).count() == 6
    assert has_union(campaign.enterprise, campaign.today)
    assert not has_union(campaign.enterprise, campaign.today - timedelta(days=1))
    assert set(Application.objects.values_list("state", "decision")) == {(ADMITTED, done.decision_id)}
    posts = dict(CommitteePost.objects.filter(unit=unit).values_list("post", "person"))
    chair = Application.objects.get(pk=campaign.applications[0].pk)
    assert posts["chair"] == chair.person_id
    assert sorted(posts) == ["chair", "member"]
    codes = {task.code: task.due_on for task in FirstYearTask.objects.filter(file=file)}
    assert codes["bargaining"] == campaign.today + timedelta(days=365)
    assert "dialogue" in codes
    assert "first_congress" not in codes
    for measure, more in (("members", 6), ("unions", 1)):
        now = stock(measure, [campaign.lead.pk], on=campaign.today)[campaign.lead.pk]
        assert now - before[measure] == more, measure
    assert not differences()
    assert (done.state, done.step, done.recognised_on) == ("recognised", "recognised", campaign.today)
    # Who applies from now on goes to the committee.
    later = apply(campaign.today, enterprise=campaign.enterprise, full_name="Người Đến Sau").application
    assert (later.route, later.receiving_unit) == ("committee", unit)


@pytest.mark.django_db
def test_who_is_not_among_the_first_members_waits_for_the_new_committee(campaign: Campaign) -> None:
    gone = apply(campaign.today, enterprise=campaign.enterprise, full_name="Người Rút Đơn")
    withdraw(code=gone.code, on=campaign.today)
    file = campaign.ready(6)
    taken, left = campaign.applications[:5], campaign.applications[5]
    recognise(
        actor=campaign.first,
        pk=file.pk,
        data=campaign.decision(applications=[application.pk for application in taken]),
    )
    file.refresh_from_db()
    waiting, withdrawn = (Application.objects.get(pk=pk) for pk in (left.pk, gone.application.pk))
    assert (waiting.state, waiting.route, waiting.receiving_unit) == (SUBMITTED, "committee", file.unit)
    assert not waiting.is_confidential
    assert waiting.due_on == add_working_days(campaign.today, 15)
    assert [event.kind for event in waiting.events.order_by("pk")] == ["submit", "pass_on"]
    # What was over before stays with the superior.
    assert (withdrawn.is_confidential, withdrawn.receiving_unit) == (True, campaign.lead)


@pytest.mark.django_db
def test_who_comes_back_is_admitted_by_the_decision_or_waits_for_the_superior(campaign: Campaign) -> None:
    """Two come back: one is among the first five and counts for the quorum, the other is not and stays with the superior,
    who alone decides on coming back."""
    campaign.applies(5)
    back, waits = campaign.applies(2, was_member=True)
    file = campaign.up_to("recognised")
    chosen = [row.pk for row in campaign.applications if row not in (campaign.applications[0], waits)]
    assert len(chosen) == 5
    recognise(
        actor=campaign.first,
        pk=file.pk,
        data=campaign.decision(applications=chosen, posts={chosen[0]: "chair"}),
    )
    back.refresh_from_db()
    waits.refresh_from_db()
    assert (back.state, waits.state) == (ADMITTED, SUBMITTED)
    assert (waits.receiving_unit, waits.is_confidential) == (campaign.lead, True)
    assert [event.kind for event in waits.events.order_by("pk")] == ["submit"]
    passed = Application.objects.get(pk=campaign.applications[0].pk)
    assert passed.receiving_unit == Unit.objects.get(code="CDMOI")


@pytest.mark.django_db
def test_the_first_year_is_done_before_the_file_ends(campaign: Campaign) -> None:
    file = campaign.ready()
    recognise(actor=campaign.first, pk=file.pk, data=campaign.decision())
    act = {"actor": campaign.first, "on": campaign.today, "pk": file.pk}
    prove(file, "launch", campaign.today)
    actions.advance(**act, from_step="recognised", words="Đã ra mắt")
    with pytest.raises(actions.FoundingError, match="Thương lượng"):
        actions.advance(**act, from_step="launched", words="xong")
    for task in FirstYearTask.objects.filter(file=file):
        actions.finish_task(**act, task=task.pk)
        with pytest.raises(actions.AlreadyMoved):
            actions.finish_task(**act, task=task.pk)
    done = actions.advance(**act, from_step="launched", words="xong")
    assert (done.state, done.closed_on, done.due_on) == ("supported", campaign.today, None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"posts": {}}, "đúng một Chủ tịch"),
        ({"number": " "}, "số quyết định"),
        ({"code": "NA1"}, "NA1"),
        ({"on": date(2026, 11, 19)}, "chưa tới"),
        ({"on": date(2026, 11, 1)}, "ngày của bước trước"),
        ({"term_until": date(2026, 11, 18)}, "Nhiệm kỳ"),
    ],
)
def test_what_does_not_go_leaves_nothing_behind(
    campaign: Campaign, given: dict[str, Any], words: str
) -> None:
    file = campaign.ready()
    before = left()
    with pytest.raises(actions.FoundingError, match=words):
        recognise(actor=campaign.first, pk=file.pk, data=campaign.decision(**given))
    assert left() == before


@pytest.mark.django_db
def test_too_few_a_chair_outside_and_strange_applications(campaign: Campaign) -> None:
    file = campaign.ready()
    pks = [application.pk for application in campaign.applications]
    before = left()
    with pytest.raises(actions.FoundingError, match="Mới có 4 đơn"):
        recognise(actor=campaign.first, pk=file.pk, data=campaign.decision(applications=pks[:4]))
    campaign.applies(1)
    outside = campaign.applications.pop()
    with pytest.raises(actions.FoundingError, match="chưa được chọn"):
        recognise(actor=campaign.first, pk=file.pk, data=campaign.decision(posts={outside.pk: "chair"}))
    elsewhere = apply(campaign.today, workplace_name="Nơi khác").application
    with pytest.raises(Forbidden):
        recognise(actor=campaign.first, pk=file.pk, data=campaign.decision(applications=[*pks, elsewhere.pk]))
    assert FoundingFile.objects.get(pk=file.pk).state == choices.OPEN
    assert Unit.objects.count() == before[0]


@pytest.mark.django_db
def test_an_applicant_in_the_way_stops_the_whole_decision(campaign: Campaign) -> None:
    """Somebody whose number belongs to another name: nobody is admitted, no union is made, and the name is said."""
    campaign.applies(5)
    bad = apply(
        campaign.today, enterprise=campaign.enterprise, full_name="Tên Một", citizen_id="012198055555"
    ).application
    twin = apply(
        campaign.today, enterprise=campaign.enterprise, full_name="Tên Hai", citizen_id="012198055555"
    ).application
    campaign.applications += [bad, twin]
    file = campaign.up_to(choices.RECOGNISED_STEP)
    before = left()
    with pytest.raises(actions.FoundingError, match="Tên Hai"):
        recognise(actor=campaign.first, pk=file.pk, data=campaign.decision())
    assert left() == before


@pytest.mark.django_db
def test_whose_right_it_is_comes_from_the_authorities_by_date(campaign: Campaign) -> None:
    file = campaign.ready()
    before = left()
    held = KindAuthority.objects.get(kind="provincial_federation", act="recognise_union")
    KindAuthority.objects.filter(pk=held.pk).delete()
    with pytest.raises(actions.FoundingError, match="không có thẩm quyền công nhận"):
        recognise(actor=campaign.first, pk=file.pk, data=campaign.decision())
    assert left() == before
    held.pk = None
    held.save()
    recognise(actor=campaign.first, pk=file.pk, data=campaign.decision())


@pytest.mark.django_db
def test_not_before_its_step_and_only_by_who_is_named_with_the_right(campaign: Campaign) -> None:
    campaign.applies(5)
    with pytest.raises(actions.FoundingError, match="Chưa đến bước công nhận"):
        recognise(actor=campaign.first, pk=campaign.file.pk, data=campaign.decision())
    file = campaign.up_to(choices.RECOGNISED_STEP)
    with pytest.raises(actions.FoundingError, match="quyết định công nhận"):
        actions.advance(
            actor=campaign.first, on=campaign.today, pk=file.pk, from_step=file.step, words="tự ghi"
        )
    member = officer("to-vien", "officer", campaign.tree.north_a)
    actions.name_member(actor=campaign.first, on=campaign.today, pk=file.pk, user=member)
    for who in (member, officer("lanh-dao-khac", "leader", campaign.tree.north)):
        with pytest.raises(Forbidden):
            recognise(actor=acting(who, campaign.today), pk=file.pk, data=campaign.decision())


@pytest.mark.django_db
def test_a_workplace_known_by_words_needs_its_employer_and_then_they_work_there(campaign: Campaign) -> None:
    campaign.applies(5, enterprise=None, workplace_name="Hoa Sữa")
    file = FoundingFile.objects.get()
    FoundingFile.objects.filter(pk=file.pk).update(step="appraised")
    lead = file.leading_unit
    assert lead != campaign.lead  # nobody is in charge of words alone: it went to the top
    FoundingFile.objects.filter(pk=file.pk).update(leading_unit=campaign.lead)
    Application.objects.update(receiving_unit=campaign.lead)
    with pytest.raises(actions.FoundingError, match="sổ doanh nghiệp"):
        recognise(actor=campaign.first, pk=file.pk, data=campaign.decision())
    done = recognise(actor=campaign.first, pk=file.pk, data=campaign.decision(enterprise=campaign.enterprise))
    assert done.enterprise == campaign.enterprise
    assert Employment.objects.filter(enterprise=campaign.enterprise).count() == 5


@pytest.mark.django_db(transaction=True)
def test_two_officers_recognise_at_the_same_moment(tree: Tree, system: Actor, today: date) -> None:
    campaign = make_campaign(tree, system, today)
    file = campaign.ready()
    units = Unit.objects.count()
    errors = at_once(
        lambda: recognise(actor=campaign.first, pk=file.pk, data=campaign.decision(code="MOT")),
        lambda: recognise(
            actor=campaign.second, pk=file.pk, data=campaign.decision(code="HAI", number="13/QĐ")
        ),
    )
    assert [type(error) for error in errors] == [actions.AlreadyMoved]
    assert "đã công nhận" in str(errors[0])
    assert Unit.objects.count() == units + 1
    assert Membership.objects.count() == 5
    assert CommitteePost.objects.filter(post="chair").count() == 1
    assert not differences()


@pytest.mark.django_db(transaction=True)
def test_many_apply_from_one_workplace_at_the_same_moment(tree: Tree, system: Actor, today: date) -> None:
    campaign = make_campaign(tree, system, today)

    def send(n: int) -> None:
        apply(
            today,
            enterprise=campaign.enterprise,
            full_name=f"Cùng Lúc {n}",
            citizen_id=f"01219806000{n}",
        )

    errors = at_once(*[lambda n=n: send(n) for n in range(4)])  # type: ignore[misc]
    assert errors == []
    assert FoundingFile.objects.get().attachments.count() == 4


@pytest.mark.django_db(transaction=True)
def test_nobody_who_applies_waits_for_whoever_writes_to_the_file(
    tree: Tree, system: Actor, today: date
) -> None:
    """A reorganisation or an officer holds the file; waiting for them would tell that there is one."""
    campaign = make_campaign(tree, system, today)
    campaign.applies(1)
    written, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                FoundingFile.objects.update(due_on=today)
                written.set()
                assert done.wait(20)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert written.wait(20)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        apply(today, enterprise=campaign.enterprise, citizen_id="012198060077")
    finally:
        done.set()
        holder.join()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    assert FoundingFile.objects.get().attachments.count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_twice_at_once_with_another_workplace_leaves_no_empty_file(
    tree: Tree, system: Actor, today: date
) -> None:
    first = make_campaign(tree, system, today).enterprise
    second = make_workplace(system, tree.north, name="Công ty Sửa Lại")
    for n in range(5):
        key = uuid.uuid4()

        def send(place: Enterprise, key: uuid.UUID = key, n: int = n) -> None:
            apply(today, enterprise=place, submission_key=key, citizen_id=f"01219806{n:04d}")

        errors = at_once(lambda send=send: send(first), lambda send=send: send(second))  # type: ignore[misc]
        assert errors == []
    assert Application.objects.count() == 5
    assert not FoundingFile.objects.filter(attachments=None).exists()


@pytest.mark.django_db
def test_numbers_of_files_do_not_count_applications(campaign: Campaign, system: Actor) -> None:
    campaign.applies(6)
    other = make_workplace(system, campaign.tree.north, name="Công ty Kế Bên")
    apply(campaign.today, enterprise=other, citizen_id="012198060055")
    assert FoundingFile.objects.get(enterprise=other).pk == campaign.file.pk + 1


@pytest.mark.django_db
def test_the_head_of_the_inspection_committee_stays_its_head(campaign: Campaign) -> None:
    file = campaign.ready(6)
    rows = campaign.applications
    for n, (body, post) in enumerate(
        [("executive", "chair"), ("inspection", "chief"), ("inspection", "inspector")]
    ):
        Nominee.objects.update_or_create(file=file, body=body, application=rows[n], defaults={"post": post})
    page = client_of(campaign.first.user).get(reverse("founding:recognise", args=[file.pk])).content.decode()
    assert '<option value="chief" selected>Chủ nhiệm Ủy ban Kiểm tra</option>' in page
    data = campaign.decision(posts={rows[0].pk: "chair", rows[1].pk: "chief", rows[2].pk: "inspector"})
    done = recognise(actor=campaign.first, pk=file.pk, data=data)
    assert sorted(CommitteePost.objects.filter(unit=done.unit).values_list("post", flat=True)) == [
        "chair",
        "chief",
        "inspector",
    ]


@pytest.mark.django_db
def test_a_recognition_with_foreign_workers_needs_enough_others(campaign: Campaign) -> None:
    file = campaign.ready(5)
    rows = Application.objects.filter(pk__in=[row.pk for row in campaign.applications[3:]])
    rows.update(nationality="PH", contract_kind="fixed", contract_from=date(2025, 8, 1))
    with pytest.raises(actions.FoundingError, match="Mới có 3 đơn, cần ít nhất 5"):
        recognise(actor=campaign.first, pk=file.pk, data=campaign.decision())
    page = client_of(campaign.first.user).get(reverse("founding:recognise", args=[file.pk])).content.decode()
    assert page.count("(Philippines)") == 2
    assert "5 người là công dân Việt Nam" in page
    words = FilePapers(file, on=campaign.today).write("founding-appraisal")
    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(words)).paragraphs)
    assert "5 (năm), trong đó 2 người nước ngoài chưa tính vào số tối thiểu; số tối thiểu: 5" in text


@pytest.mark.django_db
def test_a_form_sent_again_after_its_file_is_closed_opens_no_other(campaign: Campaign) -> None:
    file = campaign.ready()
    data = application_data(enterprise=campaign.enterprise, citizen_id="012198060099")
    actions.receive_application(data=data, on=campaign.today)
    FoundingFile.objects.filter(pk=file.pk).update(state=choices.ABANDONED, closed_on=campaign.today)
    again = actions.receive_application(data=data, on=campaign.today)
    assert not again.is_fresh
    assert FoundingFile.objects.count() == 1
    assert file.attachments.filter(application=again.application).count() == 1
    # The next worker's does.
    other = application_data(enterprise=campaign.enterprise, citizen_id="012198060098")
    assert actions.receive_application(data=other, on=campaign.today).is_fresh
    assert FoundingFile.objects.count() == 2


@pytest.mark.django_db
def test_the_claim_of_support_is_ready_where_a_norm_is_set(campaign: Campaign) -> None:
    file = campaign.ready()
    assert support_norm(file, campaign.today) is None
    offered = {row.paper.code for row in FilePapers(file, on=campaign.today).offered()}
    assert "founding-support" not in offered
    Parameter.objects.create(
        code="founding.support",
        name="Riêng",
        unit=campaign.lead,
        value=3_000_000,
        during=DateRange(campaign.today, None),
        source="Kế hoạch của tỉnh",
        verified=True,
    )
    # Not before the union is there.
    assert "founding-support" not in {row.paper.code for row in FilePapers(file, on=campaign.today).offered()}
    file = recognise(actor=campaign.first, pk=file.pk, data=campaign.decision())
    document = docx.Document(io.BytesIO(FilePapers(file, on=campaign.today).write("founding-support")))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    text += "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    for words in ("3.000.000 đồng (Ba triệu đồng chẵn)", "Kế hoạch của tỉnh", "12/QĐ-LĐLĐ", "Vàng Thị Số 0"):
        assert words in text
