"""One user for each role, so that everybody can look at the demonstration as who they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password

from congdoan.foundation.access.actions import grant_role
from congdoan.foundation.access.models import Role
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.actions import create_user
from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit

#: The same for all demonstration users and in the documentation; the demonstration refuses to run in production.
PASSWORD = "congdoan-demo-2026"


@dataclass(frozen=True)
class DemoUser:
    """Somebody who signs in: ``unit`` is a code, ``reach`` "below" or "own"."""

    username: str
    full_name: str
    job_title: str
    role: str
    unit: str
    reach: str = "below"


def demo_users(*, committee_unit: str) -> tuple[DemoUser, ...]:
    """The users; ``committee_unit`` is the grassroots union whose committee member signs in."""
    return (
        DemoUser("quantri", "Quản Trị Mẫu", "Quản trị hệ thống", "administrator", "TLD"),
        DemoUser("lanhdao.hp", "Lãnh Đạo Mẫu", "Chủ tịch LĐLĐ thành phố", "leader", "HP"),
        DemoUser("canbo.hp", "Cán Bộ Mẫu", "Cán bộ phát triển đoàn viên", "officer", "HP"),
        DemoUser("ctv.hp", "Cộng Tác Viên Mẫu", "Cộng tác viên khảo sát", "collaborator", "HP"),
        DemoUser("canbo.kkt", "Cán Bộ Mẫu Khu Kinh Tế", "Cán bộ công đoàn khu kinh tế", "officer", "HP-KKT"),
        DemoUser("canbo.nganh", "Cán Bộ Mẫu Ngành", "Cán bộ công đoàn ngành", "officer", "HP-CNGD"),
        DemoUser("canbo.lc", "Cán Bộ Mẫu Lai Châu", "Cán bộ phát triển đoàn viên", "officer", "LC"),
        DemoUser("bch.coso", "Ủy Viên Mẫu", "Ủy viên Ban Chấp hành CĐCS", "committee", committee_unit, "own"),
        DemoUser("kiemtra", "Kiểm Tra Mẫu", "Ủy ban Kiểm tra", "inspector", "TLD"),
        DemoUser("nguoixem", "Người Xem Mẫu", "Người xem số liệu", "viewer", "NA"),
    )


def make_users(users: tuple[DemoUser, ...], *, actor: Actor, on: date) -> list[User]:
    """Make the users with their grants, from ``on``."""
    # One password, so one hash: making it slow seven times over would only take seconds.
    hashed = make_password(PASSWORD)
    units = {unit.code: unit for unit in Unit.objects.filter(code__in={user.unit for user in users})}
    roles = {role.code: role for role in Role.objects.all()}
    made: list[User] = []
    for user in users:
        unit = units[user.unit]
        account = create_user(
            actor=actor,
            username=user.username,
            full_name=user.full_name,
            email=f"{user.username}@vidu.example",
            job_title=user.job_title,
            home_unit=unit,
        )
        account.password = hashed
        account.save(update_fields=["password"])
        grant_role(
            actor=actor,
            on=on,
            user=account,
            role=roles[user.role],
            unit=unit,
            reach=user.reach,
            reason="Dữ liệu mẫu",
        )
        made.append(account)
    return made
