"""Plans and targets are made known to those they concern, at decent hours, once; who has read is seen, who has not is
reminded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.accounts.models import User
from congdoan.foundation.messaging.actions import choose_channels, mark_read
from congdoan.foundation.messaging.models import Delivery, Notice
from congdoan.kit.lists import ListContext, get_list
from congdoan.work.indicators.models import Indicator
from congdoan.work.plans.actions import (
    DecisionData,
    PlanError,
    Share,
    TargetData,
    add_target,
    adjust_assessment,
    allocate,
    distribute,
    edit_target,
    issue_plan,
    remind_readers,
    remove_target,
    revise,
    withdraw_adjustment,
)
from congdoan.work.plans.models import Distribution, DistributionReader, Plan, Target
from congdoan.work.plans.queries import distributions_of, visible_readers
from tests.factories.officers import actor, officer
from tests.work.plans.conftest import Country

ById = Callable[[str, str], Target]
ON = date(2026, 1, 20)
NIGHT = datetime(2026, 1, 20, 22, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
DECISION = DecisionData("15/QĐ-LĐLĐ", ON)
CODE = "hai-phong-2026"


@pytest.fixture
def people(country: Country) -> dict[str, User]:
    """A leader of the city, an officer of each of two districts (the third has nobody), a committee."""
    return {
        "HP": officer("lanh-dao", "leader", country["HP"]),
        "HP-VB": officer("vinh-bao", "officer", country["HP-VB"]),
        "HP-AD": officer("an-duong", "officer", country["HP-AD"]),
        "HP-VB-1": officer("co-so", "committee", country["HP-VB-1"], reach="own"),
    }


@pytest.fixture
def leader(plans: dict[str, Plan], people: dict[str, User]) -> Actor:
    return actor(people["HP"], ON)


def give_down(leader: Actor, country: Country, target: Target, *values: int) -> Any:
    codes = ("HP-VB", "HP-AD", "HP-TL")
    items = [Share(country[code], Decimal(value)) for code, value in zip(codes, values, strict=True)]
    return allocate(
        actor=leader,
        on=ON,
        target=target,
        unit=country["HP"],
        items=items,
        reserve=Decimal(1900 - sum(values)),
        effective_on=ON,
        decision=DECISION,
    )


def told(made: Distribution) -> set[str]:
    return set(
        Notice.objects.filter(key__startswith=f"plans.distributed:{made.pk}:").values_list(
            "user__username", flat=True
        )
    )


def test_who_is_given_a_target_is_told_and_a_body_without_an_account_is_seen(
    country: Country, target: ById, leader: Actor, people: dict[str, User]
) -> None:
    give_down(leader, country, target(CODE, "T-01"), 900, 600, 300)
    made = Distribution.objects.get()
    assert (made.kind, made.unit, made.made_by) == ("allocation", country["HP"], leader.user)
    assert told(made) == {"vinh-bao", "an-duong"}, "not the committees below them, and not the giver"
    notice = Notice.objects.get(user=people["HP-VB"])
    assert notice.title.startswith("Đơn vị HP giao chỉ tiêu:") and "15/QĐ-LĐLĐ ngày 20/01/2026" in notice.text
    assert notice.url == reverse("plans:target", args=[CODE, "T-01"])
    (reached,) = distributions_of(made.plan, country["HP"])
    assert (reached.bodies, reached.read, reached.unread, reached.without_account) == (3, 0, 2, 1)
    mark_read(actor=actor(people["HP-VB"], ON), notices=[notice.pk])
    (reached,) = distributions_of(made.plan, country["HP"])
    assert (reached.read, reached.unread) == (1, 1)


def test_a_draft_is_told_to_nobody(
    country: Country, target: ById, leader: Actor, people: dict[str, User]
) -> None:
    allocate(
        actor=leader,
        on=ON,
        target=target(CODE, "T-01"),
        unit=country["HP"],
        items=[Share(country["HP-VB"], Decimal(900))],
        reserve=Decimal(1000),
        effective_on=ON,
    )
    assert not Distribution.objects.exists() and not Notice.objects.exists()


def test_of_a_revision_only_those_are_told_whose_number_changed(
    country: Country, target: ById, leader: Actor, people: dict[str, User]
) -> None:
    first = give_down(leader, country, target(CODE, "T-01"), 900, 600, 300)
    second = revise(
        actor=leader,
        on=ON,
        allocation=first,
        items=[Share(country["HP-VB"], Decimal(900)), Share(country["HP-AD"], Decimal(700))],
        reserve=Decimal(300),
        effective_on=ON,
        decision=DECISION,
        reason="Nhà máy mới",
    )
    made = Distribution.objects.get(kind="revision")
    assert set(made.readers.values_list("unit__code", flat=True)) == {"HP-AD", "HP-TL"}, (
        "the third is given nothing now"
    )
    assert told(made) == {"an-duong"} and "Lý do: Nhà máy mới" in made.text
    revise(
        actor=leader,
        on=ON,
        allocation=second,
        items=[Share(country["HP-VB"], Decimal(900)), Share(country["HP-AD"], Decimal(700))],
        reserve=Decimal(300),
        effective_on=ON,
        decision=DECISION,
        reason="Sửa số quyết định",
    )
    assert Distribution.objects.count() == 2, "nobody's number changed"


def test_an_adjustment_is_told_to_the_body_alone_and_its_withdrawal_too(
    country: Country, target: ById, leader: Actor, people: dict[str, User]
) -> None:
    aim = target(CODE, "T-01")
    give_down(leader, country, aim, 900, 600, 300)
    made = adjust_assessment(
        actor=leader,
        on=ON,
        target=aim,
        unit=country["HP-VB"],
        value=Decimal(700),
        reason="Hai nhà máy lớn đã đóng cửa.",
        effective_on=ON,
    )
    shown = Distribution.objects.get(kind="adjustment")
    assert told(shown) == {"vinh-bao"}
    assert "mức đã giao 900, nay đánh giá theo 700" in shown.text and "Hai nhà máy lớn" in shown.text
    withdraw_adjustment(actor=leader, on=ON, adjustment=made, reason="Nhà máy mở lại")
    assert "lại đánh giá theo mức đã giao 900" in Distribution.objects.latest("pk").text


def test_an_issued_plan_goes_to_the_bodies_directly_below(
    country: Country, plans: dict[str, Plan], leader: Actor, people: dict[str, User]
) -> None:
    Plan.objects.filter(code=CODE).update(state="draft")
    with pytest.raises(PlanError, match="dự thảo"):
        distribute(actor=leader, on=ON, plan=plans[CODE], unit=country["HP"])
    issue_plan(actor=leader, on=ON, plan=plans[CODE], number="9/KH-LĐLĐ", issued_on=ON)
    made = Distribution.objects.get()
    assert (made.kind, told(made)) == ("plan", {"vinh-bao", "an-duong"})
    assert "Số 9/KH-LĐLĐ ngày 20/01/2026" in made.text
    whole = distribute(actor=leader, on=ON, plan=plans[CODE], unit=country["HP"], whole=True)
    assert told(whole) == {"co-so"}, "who was told before is left out"
    assert whole.readers.count() == 6
    with pytest.raises(PlanError, match="đều đã được phổ biến"):
        distribute(actor=leader, on=ON, plan=plans[CODE], unit=country["HP"], whole=True)


def test_a_correction_of_an_issued_plan_is_told_and_one_of_a_draft_is_not(
    country: Country, plans: dict[str, Plan], leader: Actor, people: dict[str, User]
) -> None:
    def data(name: str) -> TargetData:
        return TargetData(
            code="T-99",
            name=name,
            indicator=Indicator.objects.get(code="members_admitted"),
            operator="ge",
            value=Decimal(5),
            wording="từ 5 trở lên",
            from_on=date(2026, 1, 1),
            to_on=date(2027, 1, 1),
        )

    why = "Hội nghị Ban Chấp hành bổ sung."
    Plan.objects.filter(code=CODE).update(state="draft")
    made = add_target(actor=leader, on=ON, plan=plans[CODE], data=data("Kết nạp ở hộ kinh doanh"))
    assert not Distribution.objects.exists()
    Plan.objects.filter(code=CODE).update(state="issued")
    edit_target(actor=leader, on=ON, target=made, data=data("Kết nạp ở hộ kinh doanh cá thể"), reason=why)
    shown = Distribution.objects.get()
    assert shown.subject == "Đơn vị HP đính chính chỉ tiêu: Kết nạp ở hộ kinh doanh cá thể"
    assert told(shown) == {"vinh-bao", "an-duong"} and why in shown.text
    edit_target(actor=leader, on=ON, target=made, data=data("Kết nạp ở hộ kinh doanh cá thể"), reason=why)
    assert Distribution.objects.count() == 1, "nothing was changed"
    remove_target(actor=leader, on=ON, target=made, reason=why)
    gone = Distribution.objects.latest("pk")
    assert gone.target is None and gone.url == reverse("plans:plan", args=[CODE])
    assert "bỏ chỉ tiêu: Kết nạp ở hộ" in gone.subject


def test_each_level_passes_it_on_for_itself(
    country: Country, plans: dict[str, Plan], leader: Actor, people: dict[str, User]
) -> None:
    district = actor(people["HP-VB"], ON)
    made = distribute(actor=district, on=ON, plan=plans[CODE], unit=country["HP-VB"])
    assert told(made) == {"co-so"} and made.subject.startswith("Đơn vị HP-VB phổ biến:")
    with pytest.raises(Forbidden):
        distribute(actor=district, on=ON, plan=plans[CODE], unit=country["HP"])
    with pytest.raises(Forbidden):
        distribute(actor=district, on=ON, plan=plans[CODE], unit=country["HP-AD"])
    with pytest.raises(PlanError, match="không phải của"):
        distribute(actor=leader, on=ON, plan=plans["nghe-an-2023"], unit=country["HP"])


def test_who_has_not_read_is_reminded_once_a_day_and_reading_the_reminder_counts(
    country: Country, plans: dict[str, Plan], leader: Actor, people: dict[str, User]
) -> None:
    made = distribute(actor=leader, on=ON, plan=plans[CODE], unit=country["HP"])
    reader = actor(people["HP-VB"], ON)
    mark_read(actor=reader, notices=Notice.objects.filter(user=reader.user).values_list("pk", flat=True))
    assert remind_readers(actor=leader, on=ON, distribution=made) == 1
    assert remind_readers(actor=leader, on=ON, distribution=made) == 0, "the same day"
    assert remind_readers(actor=leader, on=ON + timedelta(days=1), distribution=made) == 1
    reminder = Notice.objects.filter(user=people["HP-AD"], title__startswith="Nhắc đọc: ").latest("pk")
    mark_read(actor=actor(people["HP-AD"], ON), notices=[reminder.pk])
    assert remind_readers(actor=leader, on=ON + timedelta(days=2), distribution=made) == 0
    with pytest.raises(Forbidden):
        remind_readers(actor=reader, on=ON, distribution=made)


def test_it_keeps_quiet_at_night_and_cannot_be_switched_off(
    country: Country, plans: dict[str, Plan], leader: Actor, people: dict[str, User], settings: Any
) -> None:
    settings.MESSAGING = {**settings.MESSAGING, "email": True}
    User.objects.filter(pk=people["HP-VB"].pk).update(email="vinh-bao@example.vn")
    choose_channels(
        actor=actor(people["HP-VB"], ON),
        user=people["HP-VB"],
        channels={"plans.distributed": []},
        is_digest=False,
    )
    distribute(actor=leader, on=ON, plan=plans[CODE], unit=country["HP"], now=NIGHT)
    notice = Notice.objects.get(user=people["HP-VB"])
    assert notice.created_at == NIGHT, "in the product at once"
    sent = Delivery.objects.get(notice=notice)
    assert sent.next_try_at == NIGHT.replace(day=21, hour=7, minute=30)


def test_the_receipts_are_for_who_gives_down_there(
    country: Country, plans: dict[str, Plan], leader: Actor, people: dict[str, User]
) -> None:
    distribute(actor=leader, on=ON, plan=plans[CODE], unit=country["HP"])
    assert visible_readers(leader).count() == 3
    assert not visible_readers(actor(people["HP-VB"], ON)).exists()
    assert not visible_readers(actor(people["HP-VB-1"], ON)).exists()
    spec = get_list("plans.readers")
    context = ListContext(actor=leader, as_of=ON)
    row = next(row for row in spec.queryset(context) if row.unit.code == "HP-TL")
    assert [column.words(column.read(row, context)) for column in spec.columns][:4] == [
        "Đơn vị HP-TL",
        "",
        "chưa có tài khoản",
        "",
    ]


def test_the_page_tells_and_reminds(
    country: Country, plans: dict[str, Plan], leader: Actor, people: dict[str, User]
) -> None:
    browser = Client()
    browser.force_login(people["HP"])
    page = f"{reverse('plans:plan', args=[CODE])}?don_vi=HP&muc=pho-bien"
    assert "Chưa phổ biến lần nào" in browser.get(page).text
    answer = browser.post(
        reverse("plans:distribute", args=[CODE]), {"don_vi": "HP", "toi": "truc-thuoc"}, follow=True
    )
    assert "Đã phổ biến đến 3 đơn vị." in answer.text and "1 đơn vị chưa có tài khoản" in answer.text
    made = Distribution.objects.get()
    unread = browser.get(reverse("plans:readers"), {"dot": made.pk, "tinh_trang": "unread"}).text
    assert "Đơn vị HP-VB" in unread and "Đơn vị HP-TL" not in unread
    # The first notices are of today; the reminder is another occasion.
    reminded = browser.post(reverse("plans:remind_readers", args=[CODE, made.pk]), follow=True)
    assert "Đã nhắc 2 người chưa đọc." in reminded.text
    neighbour = Client()
    neighbour.force_login(people["HP-AD"])
    assert neighbour.get(page).status_code == 404
    assert neighbour.post(reverse("plans:remind_readers", args=[CODE, made.pk])).status_code == 404
    assert neighbour.get(f"{reverse('plans:plan', args=[CODE])}?muc=pho-bien").status_code == 200, "its own"


def test_queries_do_not_grow_with_the_bodies(
    country: Country, plans: dict[str, Plan], leader: Actor, people: dict[str, User]
) -> None:
    def cost(whole: bool) -> int:
        DistributionReader.objects.all().delete()
        fresh = actor(people["HP"], ON)
        with CaptureQueriesContext(connection) as counted:
            distribute(actor=fresh, on=ON, plan=plans[CODE], unit=country["HP"], whole=whole)
            distributions_of(plans[CODE], country["HP"])
        return len(counted)

    assert cost(whole=False) == cost(whole=True)


def test_two_who_press_at_once_tell_each_body_once(transactional_db: None, today: date) -> None:
    from tests.work.plans.racing import prepare

    _, country, _ = prepare(today)
    plan = Plan.objects.get(code=CODE)
    who = officer("lanh-dao", "leader", country["HP"])
    gate, said = threading.Barrier(2), []

    def press() -> None:
        try:
            gate.wait(10)
            distribute(actor=actor(who, ON), on=ON, plan=plan, unit=country["HP"])
            said.append("told")
        except PlanError:
            said.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(said) == ["refused", "told"]
    assert DistributionReader.objects.filter(distribution__kind="plan").count() == 3
