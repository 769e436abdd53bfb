"""Users with grants, for tests of who may do what."""

from __future__ import annotations

from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.models import Grant
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit

PASSWORD = "mat-khau-kho-2026"


def make_user(username: str, full_name: str = "", *, home_unit: Unit | None = None) -> User:
    """A user who can sign in with PASSWORD and has no right at all."""
    return User.objects.create_user(
        username, password=PASSWORD, full_name=full_name or username.title(), home_unit=home_unit
    )


def give(user: User, role: str, unit: Unit, *, reach: str = "below", until: date | None = None) -> Grant:
    """A grant since 2020, written without its action."""
    return Grant.objects.create(
        user=user, role_id=role, unit=unit, reach=reach, during=DateRange(date(2020, 1, 1), until)
    )


def officer(username: str, role: str, unit: Unit, *, reach: str = "below") -> User:
    """A user of a unit with a role there."""
    user = make_user(username, home_unit=unit)
    give(user, role, unit, reach=reach)
    return user


def actor(user: User, today: date) -> Actor:
    """The user acting on a day."""
    return Actor(user=user, today=today)
