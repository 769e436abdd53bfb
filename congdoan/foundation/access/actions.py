"""Writes of access: roles and grants."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.models import Grant, Role
from congdoan.foundation.access.queries import administers_everything, covers_below, manages_account, require
from congdoan.foundation.access.rules import Actor, Forbidden, capabilities
from congdoan.foundation.accounts import actions as accounts
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Unit

_VIEW = [
    "units.view",
    "enterprises.view",
    "membership.view",
    "plans.view",
    "reports.view",
    "returns.view",
    "briefings.view",
    "reorganisation.view",
]
_CADRE = [
    *_VIEW,
    "people.view_contacts",
    "organisation.edit",
    "enterprises.edit",
    "membership.admit",
    "membership.transfer",
    "membership.end",
    "joining.decide",
    "joining.invite",
    "cards.issue",
    "people.edit",
    "imports.run",
    "reports.write",
    "returns.fill",
    "returns.submit",
    "briefings.run",
    "plans.report_value",
]
_FIELD = ["fieldwork.view", "fieldwork.run", "fieldwork.survey", "fieldwork.confidential"]
#: Roles of a new installation; an office changes them or makes its own.
DEFAULT_ROLES = {
    "administrator": (
        "Quản trị hệ thống",
        "Người dùng, vai trò, phân quyền, nhật ký; không xem số định danh",
        [*_VIEW, "access.manage", "audit.view", "messaging.deliveries"],
    ),
    "leader": (
        "Lãnh đạo công đoàn",
        "Ban hành kế hoạch, giao và điều chỉnh chỉ tiêu, duyệt",
        [
            *_CADRE,
            "people.view_identity",
            *_FIELD,
            "joining.confidential",
            "founding.work",
            "founding.recognise",
            "joining.name_readers",
            "plans.edit",
            "plans.allocate",
            "plans.adjust",
            "approvals.decide",
            "membership.close_books",
            "returns.accept",
            "returns.define",
            "audit.view",
            "organisation.found",
            "papers.design",
            "reorganisation.prepare",
            "reorganisation.commit",
        ],
    ),
    "officer": (
        "Cán bộ phát triển đoàn viên",
        "Sổ đăng ký, nhập danh sách, theo dõi chỉ tiêu, lập báo cáo",
        [
            *_CADRE,
            "people.view_identity",
            *_FIELD,
            "joining.confidential",
            "founding.work",
            "founding.recognise",
            "organisation.found",
            "papers.design",
            "plans.edit",
            "plans.allocate",
            "returns.define",
            "reorganisation.prepare",
        ],
    ),
    "committee": (
        "Ban chấp hành công đoàn cơ sở",
        "Đoàn viên và số liệu của đơn vị mình",
        _CADRE,
    ),
    "collaborator": (
        "Cộng tác viên khảo sát",
        "Khảo sát doanh nghiệp được giao, không xem sổ",
        ["fieldwork.survey"],
    ),
    "inspector": ("Ủy ban kiểm tra", "Xem sổ và nhật ký, không ghi", [*_VIEW, "audit.view"]),
    "viewer": ("Người xem", "Xem số liệu tổng hợp và danh sách, không có thông tin riêng", _VIEW),
}


@transaction.atomic
def install_default_roles(*, on: date) -> None:
    """Make the roles every installation starts with, and add to those that are there what a new version brings.

    A capability is added to a shipped role once. One that an office took away is not given again, one that it added
    stays, a role that it made itself is not touched.
    """
    for code, (name, description, held) in DEFAULT_ROLES.items():
        role, is_new = Role.objects.select_for_update().get_or_create(
            code=code,
            defaults={
                "name": name,
                "description": description,
                "capabilities": sorted(held),
                "shipped": sorted(held),
            },
        )
        fresh = set(held) - set(role.shipped)
        if is_new or not fresh:
            continue
        role.capabilities = sorted({*role.capabilities, *fresh})
        role.shipped = sorted({*role.shipped, *fresh})
        role.save(update_fields=["capabilities", "shipped"])
        record(
            actor=Actor.system("bản mới", today=on),
            verb="access.extend_role",
            unit_id=None,
            obj=role,
            summary=f"Vai trò “{role.name}” thêm quyền của bản mới",
            data={"capabilities": sorted(fresh)},
        )


class GrantOverlaps(ValueError):
    """The user already has this role at this unit in that time."""


@transaction.atomic
def grant_role(
    *,
    actor: Actor,
    on: date,
    user: User,
    role: Role,
    unit: Unit,
    reach: str = "below",
    until: date | None = None,
    reason: str = "",
) -> Grant:
    """Give a user a role at a unit from ``on`` until ``until`` (exclusive; open when None).

    The actor must manage access at that unit, and at all below it when the grant reaches down; so a role that
    manages access is only given by one who has that there. Nobody gives themselves a role.
    Raises Forbidden, GrantOverlaps.
    """
    require(actor, "access.manage", unit)
    if actor.user is not None and actor.user.pk == user.pk:
        raise Forbidden("Bạn không thể tự giao quyền cho chính mình. Hãy nhờ một người quản trị khác.")
    if reach == "below" and not covers_below(actor, "access.manage", unit):
        raise Forbidden(
            f"Bạn chỉ quản trị riêng {unit.name}, nên chỉ giao được quyền trong phạm vi “chỉ đơn vị này”."
        )
    try:
        with transaction.atomic():
            made = Grant.objects.create(
                user=user,
                role=role,
                unit=unit,
                reach=reach,
                during=DateRange(on, until),
                reason=reason,
                granted_by=actor.user,
            )
    except IntegrityError as error:
        raise GrantOverlaps(
            f"{user.get_full_name()} đã có vai trò “{role.name}” tại {unit.name} trong thời gian này."
        ) from error
    record(
        actor=actor,
        verb="access.grant",
        unit_id=unit.pk,
        obj=made,
        reason=reason,
        summary=f"Giao vai trò “{role.name}” cho {user.get_full_name()} tại {unit.name}",
        data={"user": user.pk, "role": role.pk, "reach": reach, "from": str(on), "until": str(until or "")},
    )
    return made


@transaction.atomic
def end_grant(*, actor: Actor, on: date, grant: Grant, reason: str) -> Grant:
    """End a grant: from ``on`` it holds no more. A grant that has not begun is ended on its first day."""
    grant = Grant.objects.select_for_update().select_related("user", "role", "unit").get(pk=grant.pk)
    require(actor, "access.manage", grant.unit)
    if grant.user_id == (actor.user.pk if actor.user else None):
        raise Forbidden("Bạn không thể tự thu hồi quyền của chính mình. Hãy nhờ một người quản trị khác.")
    starts = grant.during.lower
    grant.during = DateRange(starts, max(on, starts + timedelta(days=1)))
    grant.save(update_fields=["during"])
    record(
        actor=actor,
        verb="access.end_grant",
        unit_id=grant.unit_id,
        obj=grant,
        reason=reason,
        summary=f"Thu hồi vai trò “{grant.role.name}” của {grant.user.get_full_name()} tại {grant.unit.name}",
    )
    return grant


@transaction.atomic
def save_role(*, actor: Actor, code: str, name: str, description: str, held: list[str]) -> Role:
    """Make or change a role. Needs access.manage at a unit that stands at the top of the tree.

    Raises Forbidden; ValueError for a capability that no room declares.
    """
    if not administers_everything(actor):
        raise Forbidden("Chỉ người quản trị ở đơn vị cao nhất mới được sửa vai trò.")
    unknown = set(held) - {capability.code for capability in capabilities()}
    if unknown:
        raise ValueError("Không có quyền: " + ", ".join(sorted(unknown)))
    role, _ = Role.objects.update_or_create(
        code=code, defaults={"name": name, "description": description, "capabilities": sorted(set(held))}
    )
    record(
        actor=actor,
        verb="access.save_role",
        obj=role,
        summary=f"Lưu vai trò “{name}”",
        data={"held": sorted(held)},
    )
    return role


def add_user(
    *,
    actor: Actor,
    username: str,
    full_name: str,
    home_unit: Unit,
    email: str = "",
    phone: str = "",
    job_title: str = "",
) -> User:
    """Make a user of a unit where the actor manages access; they sign in first by `accounts.one_time_link`."""
    require(actor, "access.manage", home_unit)
    return accounts.create_user(
        actor=actor,
        username=username,
        full_name=full_name,
        email=email,
        phone=phone,
        job_title=job_title,
        home_unit=home_unit,
    )


def switch_user(*, actor: Actor, user: User, active: bool, reason: str) -> User:
    """Switch a user off or on again. Raises Forbidden."""
    _require_account(actor, user)
    return accounts.switch(actor=actor, user=user, active=active, reason=reason)


def reset_second_factor(*, actor: Actor, user: User, reason: str) -> int:
    """Take away the second factors of a user who lost them. Raises Forbidden."""
    _require_account(actor, user)
    return accounts.reset_second_factor(actor=actor, user=user, reason=reason)


def reset_password(*, actor: Actor, user: User, reason: str) -> str:
    """Void a user's password and return the path of a one-time link to set a new one. Raises Forbidden."""
    _require_account(actor, user)
    return accounts.reset_password(actor=actor, user=user, reason=reason)


def _require_account(actor: Actor, user: User) -> None:
    if not manages_account(actor, user):
        raise Forbidden(
            f"Tài khoản {user.get_full_name()} có quyền ở đơn vị ngoài phạm vi quản trị của bạn, hoặc là của"
            " chính bạn. Hãy nhờ người quản trị cấp trên."
        )
