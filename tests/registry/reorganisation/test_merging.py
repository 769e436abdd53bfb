"""Merging, moving, dissolving, founding, renaming: members and all that hangs on a unit follow, and come back."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client

from congdoan.foundation.access.models import Grant
from congdoan.foundation.access.queries import may
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.measures.actions import fold
from congdoan.foundation.measures.queries import stock
from congdoan.foundation.succession.queries import successors_of, today_of
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import version_on
from congdoan.registry.enterprises.actions import EnterpriseData, HeadcountData, register_enterprises
from congdoan.registry.enterprises.models import Hosting, Responsibility
from congdoan.registry.membership.models import Membership
from congdoan.registry.membership.queries import members_on, reconciliation
from congdoan.registry.organisation.actions import Reclassification, reclassify_units
from congdoan.registry.reorganisation.actions import (
    Hindered,
    NotClean,
    WrongState,
    check,
    commit,
    undo,
)
from congdoan.registry.reorganisation.queries import balance, saved_balance, undo_hindrances
from tests.factories.officers import give, make_user, officer
from tests.factories.people import make_members
from tests.factories.tree import Tree
from tests.registry.reorganisation.ground import DAY, decide, dump, faults

JOINED = date(2025, 3, 1)


@pytest.fixture
def filled(tree: Tree, system: Actor) -> Tree:
    """Members in every union, employers in charge of districts and with unions at work."""
    for number, (code, unit) in enumerate(sorted(tree.unions.items())):
        make_members(system, unit, JOINED, number + 2, start=number * 20)
        register_enterprises(
            actor=system,
            on=JOINED,
            items=[
                EnterpriseData(
                    f"Công ty {code}",
                    "non_state",
                    code=f"DN{code}",
                    registered_on=JOINED,
                    unit={"NA": tree.north_a, "NB": tree.north_b, "SA": tree.south_a, "SB": tree.south_b}[
                        code[:2]
                    ],
                    headcounts=[HeadcountData(workers=30)],
                    hosts=[(unit, JOINED)],
                )
            ],
        )
    fold()
    return tree


def test_two_unions_become_one(filled: Tree, system: Actor) -> None:
    one, other = filled.unions["NA1"], filled.unions["NA2"]
    whole = stock("members", [filled.root.pk, filled.north.pk], on=DAY)
    n_one, n_other = members_on(one.pk, DAY).count(), members_on(other.pk, DAY).count()
    made = decide(system, filled.north, ("merge", {"units": ["NA1"], "into": "NA2"}), done=False)
    sheet = check(actor=system, on=system.today, reorganisation=made)
    assert sheet.is_clean and made.state == "checked"
    line = sheet.line("membership.Membership.unit")
    assert (line.before, line.passes, line.homeless, line.after) == (n_one, n_one, 0, n_one)
    assert [(flow.unit, flow.to, flow.n) for flow in line.flows] == [("NA1", "NA2", n_one)]
    assert sheet.members_before == sheet.members_after == whole[filled.root.pk]
    assert saved_balance(made) == sheet
    assert Membership.objects.filter(unit=one, during__upper_inf=True).count() == n_one
    commit(actor=system, on=system.today, reorganisation=made)
    assert members_on(other.pk, DAY).count() == n_one + n_other
    assert members_on(one.pk, DAY).count() == 0
    assert members_on(one.pk, date(2026, 6, 30)).count() == n_one
    assert stock("members", [filled.root.pk, filled.north.pk], on=DAY) == whole
    books = reconciliation(filled.north.pk, date(2026, 6, 1), date(2026, 8, 1))
    assert (books.net_growth, books.reorganised) == (0, 0)
    assert reconciliation(other.pk, date(2026, 6, 1), date(2026, 8, 1)).reorganised == n_one
    assert reconciliation(other.pk, date(2026, 6, 1), date(2026, 8, 1)).net_growth == 0
    one.refresh_from_db()
    assert one.ended_on == DAY
    (successor,) = successors_of(one)
    assert (successor.successor, successor.decision, successor.way) == (other, made.decision, "merge")
    assert today_of([one.pk, other.pk]) == {one.pk: other.pk, other.pk: other.pk}
    employer = Hosting.objects.get(unit=one).enterprise
    assert Hosting.objects.get(unit=other, enterprise=employer).during.lower == DAY
    assert faults() == []
    fold()
    assert faults() == []


def test_two_provinces_become_a_new_one(filled: Tree, system: Actor) -> None:
    before = dump()
    whole = stock("members", [filled.root.pk], on=DAY)[filled.root.pk]
    new = {"code": "NS", "name": "LĐLĐ tỉnh Nam Bắc", "kind": "provincial_federation", "parent": "R"}
    made = decide(system, filled.root, ("merge", {"units": ["N", "S"], "new": new}))
    fresh = Unit.objects.get(code="NS")
    assert stock("members", [filled.root.pk, fresh.pk], on=DAY) == {filled.root.pk: whole, fresh.pk: whole}
    assert stock("members", [filled.north.pk], on=date(2026, 6, 30))[filled.north.pk] > 0
    assert stock("members", [filled.north.pk], on=DAY)[filled.north.pk] == 0
    assert reconciliation(fresh.pk, date(2026, 1, 1), date(2026, 12, 31)).net_growth == 0
    assert Membership.objects.filter(during__upper_inf=False).count() == 0
    assert faults() == []
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    assert faults() == []
    fold()
    assert faults() == []
    assert dump() == before
    fresh.refresh_from_db()
    assert fresh.annulled_at is not None
    again = decide(system, filled.root, ("merge", {"units": ["N", "S"], "new": new}))
    assert Unit.objects.get(code="NS").pk in again.founded
    assert faults() == []


def test_steps_take_effect_in_order(filled: Tree, system: Actor) -> None:
    """A later step names a unit of an earlier one; what arrives is carried on."""
    before = dump()
    n = {code: members_on(unit.pk, DAY).count() for code, unit in filled.unions.items()}
    made = decide(
        system,
        filled.root,
        ("found", {"code": "NC", "name": "Công đoàn xã Bắc C", "kind": "commune_union", "parent": "N"}),
        ("move", {"units": ["NA1", "NA2"], "parent": "NC"}),
        ("merge", {"units": ["NA1"], "into": "NA2"}),
        ("merge", {"units": ["NA2"], "into": "NB1"}),
        ("dissolve", {"unit": "NB2", "leave": "leave", "reason": "doanh nghiệp giải thể"}),
        ("dissolve", {"unit": "NA", "to": "NB"}),
        ("rename", {"unit": "NB", "name": "LĐLĐ huyện Bắc"}),
        ("move", {"units": ["NB1"], "parent": "NC"}),
    )
    assert members_on(filled.unions["NB1"].pk, DAY).count() == n["NA1"] + n["NA2"] + n["NB1"]
    fresh = Unit.objects.get(code="NC")
    assert stock("members", [fresh.pk], on=DAY)[fresh.pk] == n["NA1"] + n["NA2"] + n["NB1"]
    assert today_of([filled.unions["NA1"].pk]) == {filled.unions["NA1"].pk: filled.unions["NB1"].pk}
    version = version_on(filled.north_b, DAY)
    assert version is not None and version.name == "LĐLĐ huyện Bắc"
    assert Responsibility.objects.filter(unit=filled.north_b, during__contains=DAY).count() == 4
    assert Hosting.objects.filter(unit=filled.unions["NB1"], during__contains=DAY).count() == 3
    assert Hosting.objects.filter(unit=filled.unions["NB2"], during__contains=DAY).count() == 0
    books = reconciliation(filled.north.pk, date(2026, 6, 1), date(2026, 8, 1))
    assert books.net_growth == -n["NB2"]
    assert faults() == []
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    fold()
    assert faults() == []
    assert dump() == before


def test_members_without_a_home_cannot_be_committed(filled: Tree, system: Actor) -> None:
    before = dump()
    made = decide(system, filled.root, ("dissolve", {"unit": "NA1", "to": "NB"}), done=False)
    sheet = balance(made, actor=system, on=system.today)
    assert sheet.homeless == members_on(filled.unions["NA1"].pk, DAY).count()
    assert not sheet.is_clean
    assert "không trực tiếp có đoàn viên" in sheet.errors[0].message
    assert sheet.errors[0].step == 1
    with pytest.raises(NotClean, match="không trực tiếp có đoàn viên"):
        commit(actor=system, on=system.today, reorganisation=made)
    made.refresh_from_db()
    assert made.state == "draft"
    assert dump() == before


def test_every_problem_is_named_with_its_step(filled: Tree, system: Actor) -> None:
    made = decide(
        system,
        filled.root,
        ("merge", {"units": ["XX"], "into": "NA2"}),
        ("move", {"units": ["N"], "parent": "NA"}),
        ("dissolve", {"unit": "NA"}),
        ("found", {"code": "NA1", "name": "Trùng mã", "kind": "grassroots_union", "parent": "NA"}),
        ("move", {"units": ["NB1"], "parent": "SA"}),
        ("merge", {"units": ["NB1"], "into": "SA1"}),
        ("rename", {"unit": "NB1", "name": "Đã kết thúc"}),
        done=False,
    )
    sheet = balance(made, actor=system, on=system.today)
    assert [problem.step for problem in sheet.errors] == [1, 2, 3, 4, 7]
    words = [problem.message for problem in sheet.errors]
    assert "Không có đơn vị mã “XX”" in words[0]
    assert "cấp dưới của chính mình" in words[1]
    assert "NA1 đã được dùng" in words[3]
    assert "đã kết thúc ở một bước trước" in words[4]


def test_rights_pass_only_when_the_decision_says_so(filled: Tree, system: Actor) -> None:
    clerk, other = make_user("can-bo"), make_user("can-bo-khac")
    give(clerk, "committee", filled.unions["NA1"])
    give(other, "committee", filled.unions["NB1"])
    before = dump()
    made = decide(
        system,
        filled.root,
        ("merge", {"units": ["NA1"], "into": "NA2", "passes_grants": True}),
        ("merge", {"units": ["NB1"], "into": "NB2"}),
    )
    at = {
        (grant.user_id, grant.unit.code)
        for grant in Grant.objects.filter(during__contains=DAY).select_related("unit")
    }
    assert at == {(clerk.pk, "NA1"), (clerk.pk, "NA2"), (other.pk, "NB1")}
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    fold()
    assert dump() == before


def test_an_undo_says_what_stands_in_the_way(filled: Tree, system: Actor) -> None:
    from congdoan.registry.membership.actions import Departure, depart

    new = {"code": "NX", "name": "CĐCS mới", "kind": "grassroots_union", "parent": "NA"}
    person = Membership.objects.filter(unit=filled.unions["NA1"]).select_related("person").first()
    assert person is not None
    made = decide(system, filled.root, ("merge", {"units": ["NA1", "NA2"], "new": new}))
    assert undo_hindrances(made, actor=system, on=system.today) == []
    depart(actor=system, items=[Departure(person.person, "leave", date(2026, 8, 1), "theo đơn")])
    make_members(system, Unit.objects.get(code="NX"), date(2026, 8, 2), 1, start=900)
    with pytest.raises(Hindered) as caught:
        undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    words = " ".join(caught.value.hindrances)
    assert person.person.full_name in words and "thôi là đoàn viên ngày 01/08/2026" in words
    assert "CĐCS mới (lập theo quyết định này) đã có 1 đoàn viên" in words


def test_it_is_done_once(filled: Tree, system: Actor) -> None:
    made = decide(system, filled.root, ("merge", {"units": ["NA1"], "into": "NA2"}))
    with pytest.raises(WrongState, match="đã thực hiện"):
        commit(actor=system, on=system.today, reorganisation=made)
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    with pytest.raises(WrongState):
        undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")


def test_the_page_of_an_ended_unit_leads_to_its_successor(
    filled: Tree, system: Actor, client: Client
) -> None:
    decide(system, filled.root, ("merge", {"units": ["NA1"], "into": "NA2"}))
    client.force_login(
        officer("can-bo", "officer", filled.root), backend="django.contrib.auth.backends.ModelBackend"
    )
    page = client.get("/don-vi/NA1/").content.decode()
    assert "Kết thúc từ 01/07/2026 do sáp nhập theo quyết định 12/QĐ-TLĐ" in page
    assert "kế thừa bởi" in page and 'href="/don-vi/NA2/"' in page
    assert "kế thừa bởi" not in client.get("/don-vi/NA2/").content.decode()


def test_a_change_after_the_day_is_named_with_what_to_do(filled: Tree, system: Actor) -> None:
    reclassify_units(
        actor=system, on=date(2026, 8, 15), items=[Reclassification(filled.unions["NA1"], sector="soe")]
    )
    steps = ("merge", {"units": ["NA1"], "into": "NA2"})
    sheet = balance(decide(system, filled.root, steps, done=False), actor=system, on=system.today)
    assert len(sheet.errors) == 1
    said = sheet.errors[0].message
    assert filled.unions["NA1"].name in said
    assert "lần cuối từ ngày 15/08/2026" in said and "Hãy chọn ngày hiệu lực sau ngày đó" in said
    # What the sentence says to do does it.
    later = decide(system, filled.root, steps, on=date(2026, 8, 16), done=False)
    assert not balance(later, actor=system, on=system.today).errors


def test_a_decision_gives_nobody_more_than_it_says(filled: Tree, system: Actor) -> None:
    """What people may do at each unit, before, after and when it was taken back."""
    tree = filled
    people = {
        "cơ sở": (make_user("o-co-so"), "committee", tree.unions["NA1"], "own"),
        "huyện": (make_user("o-huyen"), "leader", tree.north_a, "below"),
        "tỉnh": (make_user("o-tinh"), "leader", tree.north, "below"),
        "tỉnh khác": (make_user("o-tinh-khac"), "leader", tree.south, "below"),
    }
    for user, role, unit, reach in people.values():
        give(user, role, unit, reach=reach)

    def holds() -> dict[str, set[str]]:
        return {
            who: {
                unit.code
                for unit in Unit.objects.filter(annulled_at__isnull=True)
                if may(Actor(user=user, today=system.today), "membership.admit", unit)
            }
            for who, (user, *_) in people.items()
        }

    before = holds()
    made = decide(system, tree.root, ("merge", {"units": ["NA1"], "into": "SA1"}))
    after = holds()
    # The union went to the other province: its committee has no say at the successor, the district none either.
    assert "SA1" not in after["cơ sở"] | after["huyện"] | after["tỉnh"]
    assert after["tỉnh khác"] - {"NA1"} == before["tỉnh khác"]
    undo(actor=system, on=system.today, reorganisation=made, reason="quyết định bị thu hồi")
    assert holds() == before
    passing = decide(system, tree.root, ("merge", {"units": ["NA1"], "into": "SA1", "passes_grants": True}))
    now = holds()
    assert now["cơ sở"] == after["cơ sở"] | {"SA1"}
    assert {who: now[who] for who in ("huyện", "tỉnh", "tỉnh khác")} == {
        who: after[who] for who in ("huyện", "tỉnh", "tỉnh khác")
    }
    undo(actor=system, on=system.today, reorganisation=passing, reason="quyết định bị thu hồi")
    assert holds() == before


def _written_totals() -> dict[int, str]:
    """Totals by id, with the transaction that wrote each last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, xmin || ' ' || ctid::text FROM measures_measuretotal")
        return dict(cursor.fetchall())


def test_totals_are_written_only_where_placements_change(filled: Tree, system: Actor) -> None:
    """A union that ends under the superiors it had leaves every total alone, however much it holds."""
    before = _written_totals()
    made = decide(system, filled.north, ("merge", {"units": ["NA1"], "into": "NA2"}))
    assert before and _written_totals() == before
    undo(actor=system, on=system.today, reorganisation=made, reason="thử hoàn tác")
    assert _written_totals() == before
    decide(system, filled.root, ("move", {"units": ["NA1"], "parent": filled.south_a.code}))
    assert _written_totals() != before
    assert not faults()
    fold()
    assert not faults()
