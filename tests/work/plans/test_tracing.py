"""What brought the members a plan counts: by source, for the plan's days and body, of what the reader may read alone."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from congdoan.foundation.access.rules import Actor
from congdoan.registry.joining.actions import Papers, SourceData, admit, make_source, name_reader
from congdoan.work.plans.actions import PlanData, create_plan
from congdoan.work.plans.models import Campaign, Plan
from congdoan.work.plans.views.tracing import _latest
from tests.factories.applications import apply, make_workplace
from tests.factories.officers import actor as acting
from tests.factories.officers import officer
from tests.factories.tree import Tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(tree: Tree, system: Actor) -> Plan:
    made = create_plan(
        actor=system,
        on=date(2026, 1, 1),
        data=PlanData(
            code="phat-trien",
            title="Kế hoạch phát triển",
            issuer=tree.north,
            from_on=date(2026, 1, 1),
            to_on=date(2027, 1, 1),
        ),
    )
    Campaign.objects.create(
        plan=made,
        code="thang-cn",
        name="Tháng Công nhân",
        during=DateRange(date(2024, 5, 1), date(2024, 6, 1)),
        is_yearly=True,
    )
    return made


def test_from_source_to_member_within_the_plan(
    plan: Plan, tree: Tree, system: Actor, today: date, client: Client
) -> None:
    union = tree.unions["NA1"]
    workplace = make_workplace(system, tree.north_a, host=union)
    committee = acting(officer("bch", "committee", union), today)
    poster = make_source(actor=committee, data=SourceData("poster", "Cổng số 2", union, date(2026, 1, 1)))
    sent = [
        apply(
            today, enterprise=workplace, full_name=f"Lò Thị {n}", citizen_id=f"0121980{n:05d}", source=source
        ).application
        for n, source in enumerate((poster, poster, None))
    ]
    # Another province's application is no part of it.
    elsewhere = make_workplace(system, tree.south_a, host=tree.unions["SA1"], name="Công ty Nam")
    apply(today, enterprise=elsewhere, citizen_id="012198088888")
    admit(actor=committee, on=today, pks=[row.pk for row in sent[:2]], papers=Papers("1/QĐ", today))
    country = officer("trung-uong", "leader", tree.root)
    client.force_login(country)
    where = reverse("plans:plan", args=[plan.code])
    shown = client.get(f"{where}?muc=nguon&theo=nguon")
    whole = shown.context["whole"]
    assert (whole.sent, whole.waiting, whole.admitted, whole.members) == (3, 1, 2, 2)
    assert (shown.context["admitted"], shown.context["sourced"], shown.context["share"]) == (2, 2, 1.0)
    assert "Cổng số 2" in shown.content.decode()
    # The figure opens as many names.
    names = client.get(shown.context["admitted_url"])
    assert names.content.decode().count("Lò Thị") == 2
    may = client.get(f"{where}?muc=nguon&dot=thang-cn")
    assert may.context["whole"].sent == 0
    assert may.context["from_on"] == date(
        localdate().year if localdate().month >= 5 else localdate().year - 1, 5, 1
    )


def test_confidential_ones_count_for_those_named_alone(
    plan: Plan, tree: Tree, system: Actor, today: date, client: Client
) -> None:
    apply(today, enterprise=make_workplace(system, tree.north, name="Công ty Bí Mật"))
    leader, named = officer("lanh-dao", "leader", tree.north), officer("duoc-cu", "officer", tree.north)
    name_reader(actor=acting(leader, today), on=today, unit=tree.north, user=named)
    where = f"{reverse('plans:plan', args=[plan.code])}?muc=nguon"
    for user, count in ((leader, 0), (named, 1)):
        client.force_login(user)
        assert client.get(where).context["whole"].sent == count
    client.force_login(officer("xem", "viewer", tree.north))
    assert client.get(where).status_code == 404
    assert "Từ đơn đến đoàn viên" not in client.get(where.split("?")[0]).content.decode()


def test_a_yearly_campaign_is_that_which_began_last() -> None:
    during = DateRange(date(2024, 2, 29), date(2024, 4, 1))
    assert _latest(during, True, date(2026, 1, 1)) == (date(2025, 2, 28), date(2025, 4, 1))
    assert _latest(during, False, date(2026, 1, 1)) == (date(2024, 2, 29), date(2024, 4, 1))
