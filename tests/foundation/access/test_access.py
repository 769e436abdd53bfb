"""Grants, roles and accounts are managed only within what the administrator manages."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from congdoan.foundation.access import actions
from congdoan.foundation.access.models import Grant, Role
from congdoan.foundation.access.queries import (
    administers_everything,
    grants_reaching,
    manages_account,
    visible_grants,
    visible_users,
)
from congdoan.foundation.access.rules import Actor, Forbidden, capabilities
from congdoan.foundation.accounts.actions import AccountError
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.models import AuditEntry
from tests.factories.officers import actor, give, make_user, officer
from tests.factories.tree import Tree


@pytest.fixture
def north_admin(tree: Tree, today: date) -> Actor:
    return actor(officer("quan-tri-bac", "administrator", tree.north), today)


@pytest.fixture
def root_admin(tree: Tree, today: date) -> Actor:
    return actor(officer("quan-tri", "administrator", tree.root), today)


def test_an_administrator_gives_and_ends_within_the_own_province(tree: Tree, north_admin: Actor) -> None:
    user = make_user("an")
    made = actions.grant_role(
        actor=north_admin,
        on=north_admin.today,
        user=user,
        role=Role.objects.get(pk="officer"),
        unit=tree.north_a,
        reason="QĐ 12/QĐ-LĐLĐ",
    )
    assert made.granted_by == north_admin.user
    assert AuditEntry.objects.get(verb="access.grant").reason == "QĐ 12/QĐ-LĐLĐ"
    with pytest.raises(actions.GrantOverlaps):
        actions.grant_role(actor=north_admin, on=north_admin.today, user=user, role=made.role, unit=made.unit)
    ended = actions.end_grant(
        actor=north_admin, on=north_admin.today + timedelta(days=5), grant=made, reason="Chuyển công tác"
    )
    assert ended.last_day == north_admin.today + timedelta(days=4)


@pytest.mark.parametrize("place", ["root", "south", "south_a"])
def test_nothing_is_given_or_ended_outside_the_province(tree: Tree, north_admin: Actor, place: str) -> None:
    unit = getattr(tree, place)
    user = make_user("an")
    with pytest.raises(Forbidden):
        actions.grant_role(
            actor=north_admin,
            on=north_admin.today,
            user=user,
            role=Role.objects.get(pk="viewer"),
            unit=unit,
        )
    with pytest.raises(Forbidden):
        actions.end_grant(
            actor=north_admin, on=north_admin.today, grant=give(user, "viewer", unit), reason="x"
        )


def test_who_manages_one_unit_alone_cannot_give_what_reaches_below(tree: Tree, today: date) -> None:
    admin = actor(officer("quan-tri-don-vi", "administrator", tree.north, reach="own"), today)
    user, role = make_user("an"), Role.objects.get(pk="viewer")
    with pytest.raises(Forbidden):
        actions.grant_role(actor=admin, on=today, user=user, role=role, unit=tree.north, reach="below")
    with pytest.raises(Forbidden):
        actions.grant_role(actor=admin, on=today, user=user, role=role, unit=tree.north_a, reach="own")
    assert actions.grant_role(actor=admin, on=today, user=user, role=role, unit=tree.north, reach="own")


def test_nobody_gives_to_or_takes_from_themselves(tree: Tree, north_admin: Actor) -> None:
    assert north_admin.user is not None
    with pytest.raises(Forbidden):
        actions.grant_role(
            actor=north_admin,
            on=north_admin.today,
            user=north_admin.user,
            role=Role.objects.get(pk="leader"),
            unit=tree.north,
        )
    with pytest.raises(Forbidden):
        actions.end_grant(
            actor=north_admin,
            on=north_admin.today,
            grant=Grant.objects.get(user=north_admin.user),
            reason="x",
        )


def test_other_roles_manage_no_access(tree: Tree, today: date) -> None:
    leader = actor(officer("lanh-dao", "leader", tree.root), today)
    with pytest.raises(Forbidden):
        actions.grant_role(
            actor=leader,
            on=today,
            user=make_user("an"),
            role=Role.objects.get(pk="viewer"),
            unit=tree.root,
        )


def test_roles_are_changed_only_from_the_top(tree: Tree, north_admin: Actor, root_admin: Actor) -> None:
    assert not administers_everything(north_admin)
    wanted = {"code": "auditor", "name": "Kiểm toán", "description": "", "held": ["audit.view"]}
    with pytest.raises(Forbidden):
        actions.save_role(actor=north_admin, **wanted)
    assert actions.save_role(actor=root_admin, **wanted).capabilities == ["audit.view"]
    with pytest.raises(ValueError, match="Không có quyền"):
        actions.save_role(actor=root_admin, **{**wanted, "held": ["no.such"]})


def test_an_administrator_sees_only_the_own_people_and_grants(tree: Tree, north_admin: Actor) -> None:
    here = officer("bac-a", "officer", tree.north_a)
    there = officer("nam-a", "officer", tree.south_a)
    visiting = make_user("khach", home_unit=tree.south_a)
    give(visiting, "viewer", tree.north_b)
    seen = set(visible_users(north_admin).values_list("username", flat=True))
    assert {here.username, visiting.username} <= seen
    assert there.username not in seen
    assert set(visible_grants(north_admin).values_list("unit__code", flat=True)) == {"N", "NA", "NB"}


def test_an_account_is_reset_only_when_all_it_opens_is_managed(tree: Tree, north_admin: Actor) -> None:
    here = officer("bac-a", "officer", tree.north_a)
    assert manages_account(north_admin, here)
    give(here, "leader", tree.root)  # resetting this account would open the whole tree
    assert not manages_account(north_admin, here)
    with pytest.raises(Forbidden):
        actions.reset_password(actor=north_admin, user=here, reason="x")
    with pytest.raises(Forbidden):
        actions.switch_user(actor=north_admin, user=here, active=False, reason="x")
    assert north_admin.user is not None
    assert not manages_account(north_admin, north_admin.user)
    moved = officer("nam-a", "officer", tree.south_a)
    assert not manages_account(north_admin, moved)


def test_making_a_user(tree: Tree, north_admin: Actor) -> None:
    made = actions.add_user(
        actor=north_admin,
        username="Binh.Tran",
        full_name="Trần Thị Bình",
        home_unit=tree.north_a,
        email="binh@example.vn",
    )
    assert made.username == "binh.tran"
    assert not made.has_usable_password()
    with pytest.raises(AccountError):
        actions.add_user(actor=north_admin, username="binh.tran", full_name="B", home_unit=tree.north_a)
    with pytest.raises(AccountError):
        actions.add_user(
            actor=north_admin,
            username="khac",
            full_name="B",
            home_unit=tree.north_a,
            email="BINH@example.vn",
        )
    with pytest.raises(AccountError):
        actions.add_user(actor=north_admin, username="có dấu", full_name="B", home_unit=tree.north_a)
    with pytest.raises(Forbidden):
        actions.add_user(actor=north_admin, username="nam", full_name="N", home_unit=tree.south)


def test_grants_that_reach_a_unit(tree: Tree, today: date) -> None:
    at_root = officer("goc", "leader", tree.root)
    officer("goc-rieng", "leader", tree.root, reach="own")
    below = officer("bac-a", "officer", tree.north_a)
    officer("nam-a", "officer", tree.south_a)
    found = grants_reaching(tree.unions["NA1"], on=today)
    assert {grant.user for grant in found} == {at_root, below}


def test_default_roles_hold_only_declared_capabilities() -> None:
    declared = {capability.code for capability in capabilities()}
    held = {code for _, _, codes in actions.DEFAULT_ROLES.values() for code in codes}
    assert held - declared == set()


# ---- screens ---------------------------------------------------------------------------------------------------


def sign_in(client: Client, who: Actor) -> None:
    assert who.user is not None
    client.force_login(who.user)


def test_the_administration_is_closed_to_others(tree: Tree, client: Client) -> None:
    client.force_login(officer("can-bo", "officer", tree.root))
    for address in ["nguoi-dung/", "nguoi-dung/them/", "quyen/", "vai-tro/", "don-vi/", "don-vi/N/"]:
        assert client.get(f"/quan-tri/{address}").status_code == 403


def test_a_user_is_made_and_given_a_role_on_screen(tree: Tree, client: Client, north_admin: Actor) -> None:
    sign_in(client, north_admin)
    answer = client.post(
        "/quan-tri/nguoi-dung/them/",
        {"full_name": "Lê Văn Cường", "username": "cuong", "unit": "NA · LĐLĐ huyện Bắc A"},
    )
    made = User.objects.get(username="cuong")
    assert "/tai-khoan/dat-mat-khau/" in answer.text
    answer = client.post(
        f"/quan-tri/nguoi-dung/{made.pk}/giao-quyen/", {"role": "officer", "unit": "NA", "reach": "below"}
    )
    assert answer.status_code == 302
    assert Grant.objects.get(user=made).unit == tree.north_a
    answer = client.post(
        f"/quan-tri/nguoi-dung/{made.pk}/giao-quyen/", {"role": "officer", "unit": "S", "reach": "below"}
    )
    assert answer.status_code == 422
    assert "Không thấy đơn vị này" in answer.text
    page = client.get("/quan-tri/nguoi-dung/?q=cuong").text
    assert "Lê Văn Cường" in page
    assert client.get(f"/quan-tri/quyen/{Grant.objects.get(user=made).pk}/").status_code == 200
    assert "Lê Văn Cường" in client.get("/quan-tri/don-vi/NA/").text
    assert "Bắc A" in client.get("/quan-tri/don-vi/?unit=bac a").text
    assert "Nam A" not in client.get("/quan-tri/don-vi/?unit=nam a").text


def test_pages_of_other_provinces_do_not_exist(tree: Tree, client: Client, north_admin: Actor) -> None:
    sign_in(client, north_admin)
    there = officer("nam-a", "officer", tree.south_a)
    grant = Grant.objects.get(user=there)
    assert client.get(f"/quan-tri/nguoi-dung/{there.pk}/").status_code == 404
    assert client.post(f"/quan-tri/nguoi-dung/{there.pk}/khoa/", {"reason": "x"}).status_code == 404
    assert client.get(f"/quan-tri/quyen/{grant.pk}/").status_code == 404
    assert client.post(f"/quan-tri/quyen/{grant.pk}/", {"reason": "x"}).status_code == 404
    assert client.get("/quan-tri/don-vi/S/").status_code == 404


def test_a_switched_off_user_is_out_at_once(tree: Tree, client: Client, north_admin: Actor) -> None:
    user = officer("bac-a", "officer", tree.north_a)
    other = Client()
    other.force_login(user)
    assert other.get("/tai-khoan/").status_code == 200
    sign_in(client, north_admin)
    client.post(f"/quan-tri/nguoi-dung/{user.pk}/khoa/", {"reason": "Nghỉ việc"})
    assert other.get("/tai-khoan/").status_code == 302
    assert AuditEntry.objects.get(verb="accounts.switch_off").reason == "Nghỉ việc"


def test_the_matrix_of_roles(tree: Tree, client: Client, north_admin: Actor, root_admin: Actor) -> None:
    sign_in(client, north_admin)
    page = client.get("/quan-tri/vai-tro/").text
    assert "Quản trị người dùng và phân quyền" in page and "Thêm vai trò" not in page
    assert client.post("/quan-tri/vai-tro/viewer/", {"name": "X", "capabilities": []}).status_code == 403
    sign_in(client, root_admin)
    answer = client.post(
        "/quan-tri/vai-tro/them/",
        {"code": "thong-ke", "name": "Thống kê", "capabilities": ["units.view", "audit.view"]},
    )
    assert answer.status_code == 302
    assert Role.objects.get(pk="thong-ke").capabilities == ["audit.view", "units.view"]


def test_ending_a_grant_asks_for_a_reason(tree: Tree, client: Client, north_admin: Actor) -> None:
    sign_in(client, north_admin)
    user = officer("bac-a", "officer", tree.north_a)
    grant = Grant.objects.get(user=user)
    assert client.post(f"/quan-tri/quyen/{grant.pk}/", {"reason": ""}).status_code == 422
    assert client.post(f"/quan-tri/quyen/{grant.pk}/", {"reason": "Chuyển"}).status_code == 302
    grant.refresh_from_db()
    assert grant.during.upper is not None


@pytest.mark.django_db
def test_a_new_version_adds_to_shipped_roles_once_and_leaves_what_an_office_changed(today: date) -> None:
    leader, viewer = Role.objects.get(pk="leader"), Role.objects.get(pk="viewer")
    # An installation of a version that knew no reorganisation; the office took one right away and gave another.
    for role in (leader, viewer):
        role.shipped = [code for code in role.shipped if not code.startswith("reorganisation.")]
        role.capabilities = list(role.shipped)
        role.save()
    leader.capabilities.remove("plans.adjust")
    leader.capabilities.append("messaging.deliveries")
    leader.save()
    own = Role.objects.create(code="phong-to-chuc", name="Phòng Tổ chức", capabilities=["units.view"])
    actions.install_default_roles(on=today)
    leader.refresh_from_db()
    assert {"reorganisation.view", "reorganisation.prepare", "reorganisation.commit"} <= set(
        leader.capabilities
    )
    assert "messaging.deliveries" in leader.capabilities and "plans.adjust" not in leader.capabilities
    viewer.refresh_from_db()
    assert viewer.capabilities == sorted(actions.DEFAULT_ROLES["viewer"][2])
    own.refresh_from_db()
    assert own.capabilities == ["units.view"]
    said = AuditEntry.objects.filter(verb="access.extend_role")
    assert {entry.object_id for entry in said} == {"leader", "viewer"}
    # What the office takes away afterwards stays away, however often the product starts.
    leader.capabilities.remove("reorganisation.commit")
    leader.save()
    actions.install_default_roles(on=today)
    leader.refresh_from_db()
    assert "reorganisation.commit" not in leader.capabilities
    assert AuditEntry.objects.filter(verb="access.extend_role").count() == said.count() == 2
