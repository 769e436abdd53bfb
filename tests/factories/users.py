"""Users with one grant, for tests of who may see and do what."""

from __future__ import annotations

from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange

from congdoan.foundation.access.models import Grant, Role
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit


def make_actor(today: date, unit: Unit | None, role: str = "officer", *, reach: str = "below") -> Actor:
    """An actor whose user has a role at a unit since long ago; without a unit, a user without any grant."""
    name = f"{role}-{unit.code if unit else 'none'}".lower()
    user = User.objects.create_user(username=name, password="một-mật-khẩu-dài")
    if unit is not None:
        Grant.objects.create(
            user=user,
            role=Role.objects.get(pk=role),
            unit=unit,
            reach=reach,
            during=DateRange(date(2020, 1, 1), None),
        )
    return Actor(user=user, today=today)
