"""Writes of accounts: making users, switching them off and on, resetting their sign-in, one's own profile.

Who may do these to whom is judged by access.actions, which wraps them: this room does not know grants.
"""

from __future__ import annotations

import re
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.urls import reverse

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.actions import record
from congdoan.foundation.units.models import Unit
from congdoan.kit.text import nfc

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")


class AccountError(ValueError):
    """The account cannot be made or changed so; the message says why."""


@transaction.atomic
def create_user(
    *,
    actor: Actor,
    username: str,
    full_name: str,
    email: str = "",
    phone: str = "",
    job_title: str = "",
    home_unit: Unit | None = None,
    password: str | None = None,
) -> User:
    """Make a user without any right. Without a password the user cannot sign in but by `one_time_link`.

    ``username``: 3 to 60 of a–z, 0–9, dot, dash, underscore. Raises AccountError when it or the email is taken.
    """
    username, email = username.strip().lower(), email.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise AccountError(
            "Tên đăng nhập gồm 3 đến 60 ký tự a–z, 0–9, dấu chấm, gạch ngang; không dấu, không khoảng trắng."
        )
    if User.objects.filter(username__iexact=username).exists():
        raise AccountError(f"Đã có người dùng “{username}”. Hãy chọn tên đăng nhập khác.")
    if email and User.objects.filter(email__iexact=email).exists():
        raise AccountError("Email này đã thuộc một tài khoản khác.")
    user = User(
        username=username,
        full_name=nfc(full_name).strip(),
        email=email,
        phone=phone.strip(),
        job_title=nfc(job_title).strip(),
        home_unit=home_unit,
    )
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise AccountError(f"Đã có người dùng “{username}”. Hãy chọn tên đăng nhập khác.") from error
    record(
        actor=actor,
        verb="accounts.create",
        unit_id=home_unit.pk if home_unit else None,
        obj=user,
        summary=f"Tạo người dùng {user.full_name} ({username})",
    )
    return user


def one_time_link(user: User) -> str:
    """The path at which the user sets a password, once, within PASSWORD_RESET_TIMEOUT (three days).

    It dies when used, when the password changes by other means, and when the email changes.
    """
    return reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )


@transaction.atomic
def switch(*, actor: Actor, user: User, active: bool, reason: str) -> User:
    """Switch a user off (every session ends at once) or on again. Nobody switches themselves off."""
    if not active and actor.user is not None and actor.user.pk == user.pk:
        raise AccountError("Bạn không thể tự khóa tài khoản của mình.")
    User.objects.filter(pk=user.pk).update(is_active=active)
    user.is_active = active
    if not active:
        _end_sessions(user)
    record(
        actor=actor,
        verb="accounts.switch_on" if active else "accounts.switch_off",
        unit_id=user.home_unit_id,
        obj=user,
        reason=reason,
        summary=f"{'Mở' if active else 'Khóa'} tài khoản {user.get_full_name()}",
    )
    return user


@transaction.atomic
def reset_second_factor(*, actor: Actor, user: User, reason: str) -> int:
    """Take away all second factors of a user who lost them, and end their sessions. Returns how many."""
    count, _ = Authenticator.objects.filter(user=user).delete()
    _end_sessions(user)
    record(
        actor=actor,
        verb="accounts.reset_second_factor",
        unit_id=user.home_unit_id,
        obj=user,
        reason=reason,
        summary=f"Gỡ xác thực hai bước của {user.get_full_name()}",
        data={"removed": count},
    )
    return count


@transaction.atomic
def reset_password(*, actor: Actor, user: User, reason: str) -> str:
    """Make the password unusable, end the user's sessions, and return a one-time link to set a new one."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    _end_sessions(user)
    record(
        actor=actor,
        verb="accounts.reset_password",
        unit_id=user.home_unit_id,
        obj=user,
        reason=reason,
        summary=f"Cấp lại mật khẩu cho {user.get_full_name()}",
    )
    return one_time_link(user)


@transaction.atomic
def edit_profile(*, actor: Actor, user: User, changes: dict[str, Any]) -> User:
    """Change what a user says of themselves: full_name, phone, job_title, home_unit."""
    unknown = set(changes) - {"full_name", "phone", "job_title", "home_unit"}
    if unknown:
        raise ValueError("Không sửa được: " + ", ".join(sorted(unknown)))
    for name, value in changes.items():
        setattr(user, name, nfc(value).strip() if isinstance(value, str) else value)
    user.save(update_fields=list(changes))
    record(
        actor=actor,
        verb="accounts.edit_profile",
        unit_id=user.home_unit_id,
        obj=user,
        summary=f"Sửa thông tin tài khoản {user.get_full_name()}",
        data={"fields": sorted(changes)},
    )
    return user


def _end_sessions(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()
