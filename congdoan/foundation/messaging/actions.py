"""Writes of messaging: telling people, reading, choosing, sending again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.accounts.models import User
from congdoan.foundation.audit.actions import record
from congdoan.foundation.messaging.channels import channel_of, channels_on
from congdoan.foundation.messaging.channels.message import Message, Refused, TryLater, Unsure
from congdoan.foundation.messaging.choices import CHANNEL_NAMES, EMAIL, IN_APP, SMS
from congdoan.foundation.messaging.hours import VIETNAM, next_morning, next_working_instant
from congdoan.foundation.messaging.models import Delivery, Notice, Preference
from congdoan.foundation.messaging.queries import (
    office_hours,
    responsible_users,
    visible_deliveries,
    visible_notices,
)
from congdoan.foundation.messaging.rules import channels_for, notice_kind, notice_kinds
from congdoan.foundation.units.models import Unit
from congdoan.kit.identifiers import check_phone
from congdoan.kit.text import nfc

SEND_TASK = "messaging.send"


@transaction.atomic
def notify(
    *,
    actor: Actor,
    kind: str,
    subject: str,
    body: str = "",
    url: str = "",
    users: Iterable[User] = (),
    holders: Iterable[tuple[Unit, str]] = (),
    due_on: date | None = None,
    key: str = "",
    now: datetime | None = None,
) -> list[Notice]:
    """Tell people something: in the product when this transaction commits, over each one's other channels in the
    next office hours.

    ``users``, and for each (unit, capability) of ``holders`` whoever holds it at the unit, or at the nearest body above
    with a holder, on the actor's day. ``url`` is a path of this product. With a ``key`` ("plans.overdue:17:2026-11")
    a user is told once, however often this is called. Who is switched off, or switched the kind off, is left out.
    The caller has checked the actor's right, and writes the audit row of what caused this.
    Returns the notices made. Raises KeyError for an unknown kind, ValueError for an address elsewhere.
    """
    what = notice_kind(kind)
    if url and (not url.startswith("/") or url.startswith("//") or "\\" in url):
        raise ValueError("Đường dẫn trong thông báo phải là một trang của phần mềm này.")
    moment = now or timezone.now()
    told = {user.pk: user for user in (*users, *responsible_users(holders, on=actor.today)) if user.is_active}
    if key and told:
        _one_at_a_time(key)
        for user_id in Notice.objects.filter(key=key, user__in=list(told)).values_list("user_id", flat=True):
            del told[user_id]
    preferences = {row.user_id: row for row in Preference.objects.filter(user__in=list(told))}
    available = channels_on()
    ways = {
        pk: channels_for(what, preferences[pk].channels if pk in preferences else None, available)
        for pk in told
    }
    made = Notice.objects.bulk_create(
        Notice(
            user=user,
            kind=kind,
            title=nfc(subject).strip()[:200],
            text=nfc(body).strip(),
            url=url,
            due_on=due_on,
            key=key,
            created_at=moment,
        )
        for pk, user in told.items()
        if ways[pk]
    )
    if not any(set(channels) - {IN_APP} for channels in ways.values()):
        return made
    hours = office_hours(moment.astimezone(VIETNAM).date())
    soon, morning = next_working_instant(moment, hours), next_morning(moment, hours)
    outgoing = []
    for notice in made:
        chosen = preferences.get(notice.user_id)
        for channel in ways[notice.user_id]:
            if channel == IN_APP:
                continue
            digest = channel == EMAIL and chosen is not None and chosen.is_digest and not what.is_obligatory
            obstacle = channel_of(channel).obstacle(told[notice.user_id])
            outgoing.append(
                Delivery(
                    notice=notice,
                    channel=channel,
                    is_digest=digest,
                    state="held" if obstacle else "waiting",
                    last_error=obstacle,
                    created_at=moment,
                    next_try_at=morning if digest else soon,
                )
            )
    Delivery.objects.bulk_create(outgoing)
    if soon <= moment:
        for channel in {row.channel for row in outgoing if row.state == "waiting" and not row.is_digest}:
            send_soon(channel)
    return made


class NotReached(Exception):
    """Somebody without an account could not be told; the message says why, in words for whoever runs the product."""


def tell_outsider(*, channel: str, to: str, key: str, subject: str, body: str = "") -> None:
    """Send words at once to a mobile number or an e-mail address that belongs to no account. Nothing of it is kept in
    the log of deliveries, nor tried again. Raises NotReached, also for a channel that is not set up."""
    way = channel_of(channel)
    phone = check_phone(to).value if channel == SMS else ""
    if channel not in channels_on() or channel not in {EMAIL, SMS}:
        raise NotReached("Kênh này chưa được thiết lập.")
    if channel == SMS and not (len(phone) == 10 and phone.startswith(("03", "05", "07", "08", "09"))):
        raise NotReached("Không phải số di động Việt Nam.")
    message = Message(
        key=key,
        kind="",
        subject=subject,
        body=body or subject,
        url="",
        to_email=to if channel == EMAIL else "",
        to_phone=f"84{phone[1:]}" if phone else "",
    )
    try:
        way.prepare(timezone.now())
        way.send(message)
    except (TryLater, Refused, Unsure) as error:
        raise NotReached(str(error)) from error


def _one_at_a_time(key: str) -> None:
    """Two who tell of the same occasion at the same time wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 726009))", [key])


def send_soon(channel: str) -> None:
    """Ask a worker to send what waits for a channel, after this commit. Losing the request loses nothing: what
    waits is looked for every minute."""

    def ask() -> None:
        lock = f"messaging:{channel}"
        if ProcrastinateJob.objects.filter(queueing_lock=lock, status="todo").exists():
            return
        try:
            with transaction.atomic():
                app.configure_task(SEND_TASK, lock=lock, queueing_lock=lock).defer(channel=channel)
        except AlreadyEnqueued:
            pass

    transaction.on_commit(ask, robust=True)


@transaction.atomic
def mark_read(*, actor: Actor, notices: Iterable[int], now: datetime | None = None) -> int:
    """Mark one's own notices as read; others' are passed over. Returns how many were unread."""
    if actor.user is None:
        return 0
    unread = visible_notices(actor).filter(pk__in=list(notices), read_at__isnull=True)
    return unread.update(read_at=now or timezone.now())


@transaction.atomic
def mark_all_read(*, actor: Actor, now: datetime | None = None) -> int:
    """Mark all of one's notices as read. Returns how many were unread."""
    if actor.user is None:
        return 0
    return visible_notices(actor).filter(read_at__isnull=True).update(read_at=now or timezone.now())


@transaction.atomic
def choose_channels(
    *, actor: Actor, channels: Mapping[str, Sequence[str]], is_digest: bool, user: User
) -> Preference:
    """Keep what a user chose of the kinds named; one's own alone. Raises Forbidden, KeyError, ValueError."""
    if actor.user is None or actor.user.pk != user.pk:
        raise Forbidden("Mỗi người tự chọn cách nhận thông báo của mình.")
    known = {kind.code for kind in notice_kinds()}
    for code, chosen in channels.items():
        if code not in known:
            raise KeyError(code)
        if set(chosen) - {IN_APP, *CHANNEL_NAMES}:
            raise ValueError("Có kênh không dùng được. Hãy tải lại trang rồi chọn lại.")
    Preference.objects.get_or_create(user=user)
    kept = Preference.objects.select_for_update().get(user=user)
    kept.channels = {**kept.channels, **{code: sorted(set(chosen)) for code, chosen in channels.items()}}
    kept.is_digest = is_digest
    kept.save()
    record(
        actor=actor,
        verb="messaging.choose_channels",
        unit_id=user.home_unit_id,
        summary=f"{user.get_full_name()} đổi cách nhận thông báo",
    )
    return kept


@transaction.atomic
def send_again(*, actor: Actor, deliveries: Iterable[int], now: datetime | None = None) -> int:
    """Put deliveries that failed or are held back into the outbox, tries counted anew. Those the actor may not see
    and those in another state are passed over. Returns how many."""
    moment = now or timezone.now()
    seen = visible_deliveries(actor).filter(pk__in=list(deliveries)).values("pk")
    rows = list(
        Delivery.objects.select_for_update(of=("self",))
        .select_related("notice__user")
        .filter(pk__in=seen, state__in=("failed", "held"))
        .order_by("pk")
    )
    if not rows:
        return 0
    at = next_working_instant(moment, office_hours(moment.astimezone(VIETNAM).date()))
    for row in rows:
        row.state, row.attempts, row.last_error, row.next_try_at = "waiting", 0, "", at
        record(
            actor=actor,
            verb="messaging.send_again",
            unit_id=row.notice.user.home_unit_id,
            obj=row,
            summary=f"Gửi lại tin qua {row.get_channel_display()} cho {row.notice.user.get_full_name()}",
        )
    Delivery.objects.bulk_update(rows, ["state", "attempts", "last_error", "next_try_at"])
    for channel in {row.channel for row in rows}:
        send_soon(channel)
    return len(rows)
