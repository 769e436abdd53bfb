"""Reads: one's own notices, who is told of something, the delivery log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet

from congdoan.foundation.access.models import Grant
from congdoan.foundation.access.queries import administers_everything, scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.catalogues.queries import parameters
from congdoan.foundation.messaging.channels import channels_on
from congdoan.foundation.messaging.hours import OfficeHours, read_hours
from congdoan.foundation.messaging.models import Delivery, Notice, Preference
from congdoan.foundation.messaging.rules import VIEW_DELIVERIES
from congdoan.foundation.units.models import Unit, UnitPlacement

#: The bell counts no further.
BELL_LIMIT = 99


def visible_notices(actor: Actor) -> QuerySet[Notice]:
    """The actor's own notices: nobody reads another's, whatever stands above whom."""
    if actor.is_system:
        return Notice.objects.all()
    if actor.user is None:
        return Notice.objects.none()
    return Notice.objects.filter(user=actor.user)


def unread_count(actor: Actor) -> int:
    """How many notices the actor has not read, up to BELL_LIMIT + 1. One query."""
    if actor.user is None:
        return 0
    return Notice.objects.filter(user=actor.user, read_at__isnull=True)[: BELL_LIMIT + 1].count()


def visible_deliveries(actor: Actor) -> QuerySet[Delivery]:
    """The deliveries to users of the units where the actor may read the log: those at home there, and those who
    hold or held a role there. Deliveries to users of no unit are for who manages the whole tree."""
    if actor.is_system:
        return Delivery.objects.all()
    if not actor.has_anywhere(VIEW_DELIVERIES):
        return Delivery.objects.none()
    where = scope(actor, VIEW_DELIVERIES)
    condition = where.filter("notice__user__home_unit") | Q(
        notice__user__in=Grant.objects.filter(where.filter("unit")).values("user_id")
    )
    if administers_everything(actor):
        condition |= Q(notice__user__home_unit__isnull=True)
    return Delivery.objects.filter(condition)


def responsible_users(pairs: Iterable[tuple[Unit, str]], *, on: date) -> list[User]:
    """For each (unit, capability) the active users who hold it there on a day: those of the unit itself, and where
    there are none, those of the nearest body above that does have some. Each user once; three queries in all."""
    wanted = [(unit.pk, capability) for unit, capability in pairs]
    if not wanted:
        return []
    above: dict[int, dict[int, int]] = {unit_id: {unit_id: 0} for unit_id, _ in wanted}
    for unit_id, ancestor_id, depth in UnitPlacement.objects.filter(
        unit__in=list(above), is_last=True
    ).values_list("unit_id", "ancestor_id", "depth"):
        above[unit_id].setdefault(ancestor_id, depth)
    places = {place for ancestors in above.values() for place in ancestors}
    grants = list(
        Grant.objects.filter(
            unit__in=list(places),
            during__contains=on,
            user__is_active=True,
            role__capabilities__overlap=list({capability for _, capability in wanted}),
        ).values_list("unit_id", "reach", "user_id", "role__capabilities")
    )
    found: set[int] = set()
    for unit_id, capability in wanted:
        nearest: dict[int, set[int]] = {}
        for place, reach, user_id, held in grants:
            depth = above[unit_id].get(place)
            if depth is None or capability not in held or (reach == "own" and place != unit_id):
                continue
            nearest.setdefault(depth, set()).add(user_id)
        if nearest:
            found |= nearest[min(nearest)]
    return list(User.objects.filter(pk__in=found).order_by("pk"))


def preference_of(user: User) -> Preference:
    """What the user chose; the defaults when nothing was chosen yet (not stored)."""
    return Preference.objects.filter(user=user).first() or Preference(user=user)


def office_hours(on: date) -> OfficeHours:
    """The office hours that hold on a day. One query. Raises ValueError when a parameter cannot be read."""
    codes = ("messaging.office_hours", "messaging.made_up_days", "messaging.days_off")
    found = parameters(codes, on=on)
    return read_hours(*(found[code].value for code in codes))


def has_due(channel: str, *, now: datetime) -> bool:
    """Whether a delivery of a channel waits for being sent now, or was left behind by a worker that died."""
    return Delivery.objects.filter(
        Q(state="waiting", next_try_at__lte=now) | Q(state="sending"), channel=channel
    ).exists()


def is_channel_on(code: str) -> bool:
    """Whether the installation's settings name a server for a channel."""
    return code in channels_on()


def told_of(keys: Iterable[str], users: Iterable[User]) -> set[str]:
    """Those of some occasions (the ``key`` of a notice) that one of the users has been told of already. One query."""
    found = Notice.objects.filter(key__in=list(keys), user__in=[user.pk for user in users])
    return set(found.values_list("key", flat=True))
