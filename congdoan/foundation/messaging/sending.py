"""Taking deliveries out of the outbox: each goes out once, and none is lost when a worker dies.

A try has two transactions. The first marks the delivery "sending" (under one short lock, so that no two workers
take the same). The second holds the row's lock while the message is on its way, and writes how it ended. A row that
is "sending" and whose lock is free belongs to a worker that died in between: it is tried again where the receiving
side recognises repetitions, and held for a person where it does not.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from congdoan.foundation.messaging.channels import channel_of, channels_on
from congdoan.foundation.messaging.channels.message import (
    Channel,
    Message,
    Refused,
    TryLater,
    Unsure,
    mobile_of,
)
from congdoan.foundation.messaging.choices import EMAIL
from congdoan.foundation.messaging.hours import VIETNAM, OfficeHours, next_working_instant
from congdoan.foundation.messaging.models import Delivery, Preference
from congdoan.foundation.messaging.queries import office_hours
from congdoan.foundation.messaging.rules import channels_for, notice_kind
from congdoan.kit.dates import format_date
from congdoan.kit.sealed import match_digest

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 10
#: After so many failures in a row the gateway is taken to be away, and the rest of the queue is left for later.
_GIVE_UP_AFTER = 3
#: So long a worker may take between its two transactions before it is taken for dead.
DEAD_AFTER = timedelta(seconds=30)
_LOCK = 726_008
_LONGEST_WAIT = 240
_DIGEST_LINES = 50

DIED = "Máy chủ dừng giữa lúc gửi, không rõ tin đã đi hay chưa. Hãy hỏi người nhận rồi mới gửi lại."
CHANNEL_OFF = "Kênh này chưa được bật trong cấu hình."


@dataclass(frozen=True)
class Taken:
    """Deliveries that go out as one message, at their nth try."""

    ids: tuple[int, ...]
    attempts: int


def send_due(
    channel: str,
    *,
    clock: Callable[[], datetime],
    should_stop: Callable[[], bool] = lambda: False,
    seconds: float = 45.0,
) -> int:
    """Send what waits for a channel now, one message after another, for at most about so many seconds. Returns
    how many messages went out. Outside of office hours nothing does."""
    way, sent, failures, end = channel_of(channel), 0, 0, time.monotonic() + seconds
    hours = office_hours(clock().astimezone(VIETNAM).date())
    recover(channel, now=clock())
    while failures < _GIVE_UP_AFTER and time.monotonic() < end and not should_stop():
        now = clock()
        if not way.is_on() or next_working_instant(now, hours) > now:
            break
        try:
            way.prepare(now)
        except (TryLater, Refused) as error:
            _put_off(channel, str(error), now=now, after=getattr(error, "after", 0))
            break
        taken = take(channel, now=now)
        if taken is None:
            break
        state = _send(way, taken, now=now, hours=hours)
        sent += state == "sent"
        failures = failures + 1 if state == "waiting" else 0
    return sent


def take(channel: str, *, now: datetime) -> Taken | None:
    """Mark the next due message of a channel as being sent; None when there is none. Deliveries that cannot reach
    their user any more are held on the way."""
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            due = Delivery.objects.filter(channel=channel, state="waiting", next_try_at__lte=now)
            first = due.select_related("notice__user").order_by("next_try_at", "id").first()
            if first is None:
                return None
            rows = [first]
            if first.is_digest:
                rows = list(
                    due.filter(is_digest=True, notice__user=first.notice.user_id, batch=first.batch).order_by(
                        "id"
                    )
                    if first.batch
                    else due.filter(
                        is_digest=True, notice__user=first.notice.user_id, batch__isnull=True
                    ).order_by("id")
                )
            ids = tuple(row.pk for row in rows)
            obstacle = _obstacle(first)
            if obstacle:
                Delivery.objects.filter(pk__in=ids).update(state="held", last_error=obstacle)
                continue
            attempts = max(row.attempts for row in rows) + 1
            Delivery.objects.filter(pk__in=ids).update(
                state="sending", started_at=now, attempts=attempts, batch=first.batch or min(ids)
            )
            return Taken(ids, attempts)


def _obstacle(delivery: Delivery) -> str:
    user = delivery.notice.user
    if not user.is_active:
        return "Tài khoản người nhận đã bị khóa."
    chosen = Preference.objects.filter(user=user).values_list("channels", flat=True).first()
    try:
        kind = notice_kind(delivery.notice.kind)
    except KeyError:
        return "Loại thông báo này không còn dùng nữa."
    if delivery.channel not in channels_for(kind, chosen, channels_on()):
        return "Người nhận đã chọn không nhận loại này qua kênh này."
    return channel_of(delivery.channel).obstacle(user)


def _send(way: Channel, taken: Taken, *, now: datetime, hours: OfficeHours) -> str:
    """Send what was taken and write how it ended. Returns the state; "" when it was taken back meanwhile."""
    with transaction.atomic():
        rows = list(
            Delivery.objects.select_for_update(of=("self",))
            .select_related("notice__user")
            .filter(pk__in=taken.ids, state="sending", attempts=taken.attempts)
            .order_by("pk")
        )
        if len(rows) != len(taken.ids):
            return ""
        state, words, after = "sent", "", 0
        try:
            way.send(message_of(rows))
        except TryLater as error:
            state, words, after = "waiting", str(error), error.after
        except Refused as error:
            state, words = "failed", str(error)
        except Unsure as error:
            state, words = "held", f"{error} Hãy hỏi người nhận rồi mới gửi lại."
        except DatabaseError:
            raise  # nothing can be written now; the row is taken back as a dead worker's is
        except Exception:
            # One message that cannot be put together must not stand in the way of all behind it.
            logger.exception("delivery %s met a fault", taken.ids[0])
            state = "waiting" if way.knows_repeats else "held"
            words = f"Lỗi bất ngờ khi gửi (mã GT-{taken.ids[0]}). Hãy báo người quản trị kèm mã này."
        if state == "waiting" and taken.attempts >= MAX_ATTEMPTS:
            state, words = "failed", f"{words} Đã thử {MAX_ATTEMPTS} lần."
        values: dict[str, object] = {"state": state, "last_error": words[:300]}
        if state == "sent":
            values["sent_at"] = now
        elif state == "waiting":
            values["next_try_at"] = next_try(taken.attempts, now=now, hours=hours, after=after)
        Delivery.objects.filter(pk__in=taken.ids).update(**values)
    return state


def next_try(attempts: int, *, now: datetime, hours: OfficeHours, after: int = 0) -> datetime:
    """When a message that failed for the nth time is tried again: after 1, 2, 4 … 240 minutes, or as many seconds as
    the gateway asked for if that is longer, and in office hours."""
    minutes = min(2 ** (attempts - 1), _LONGEST_WAIT)
    return next_working_instant(now + max(timedelta(minutes=minutes), timedelta(seconds=after)), hours)


def recover(channel: str, *, now: datetime) -> int:
    """Take back what a dead worker left "sending". Returns how many deliveries."""
    with transaction.atomic():
        left = list(
            Delivery.objects.select_for_update(skip_locked=True)
            .filter(channel=channel, state="sending", started_at__lt=now - DEAD_AFTER)
            .order_by("pk")
        )
        for row in left:
            row.state, row.last_error = "waiting", "Máy chủ dừng giữa lúc gửi, đang gửi lại."
            if not channel_of(channel).knows_repeats:
                row.state, row.last_error = "held", DIED
            elif row.attempts >= MAX_ATTEMPTS:
                row.state, row.last_error = "failed", f"Máy chủ dừng giữa lúc gửi. Đã thử {MAX_ATTEMPTS} lần."
        Delivery.objects.bulk_update(left, ["state", "last_error"])
    if left:
        logger.warning("took back %s deliveries of a worker that is gone", len(left))
    return len(left)


def hold_channels_off() -> int:
    """Hold what waits for a channel that is no longer set up, so that the log says why. Returns how many."""
    waiting = Delivery.objects.filter(state="waiting").exclude(channel__in=channels_on())
    return waiting.update(state="held", last_error=CHANNEL_OFF)


def message_of(rows: list[Delivery]) -> Message:
    """What leaves the product for these deliveries of one user: of a kind whose words may name persons only what
    kind it is and where to read it."""
    first = rows[0]
    user = first.notice.user
    kind = notice_kind(first.notice.kind)
    if len(rows) > 1:
        subject = f"Bạn có {len(rows)} thông báo mới"
        lines = [f"- {_subject(row)}" for row in rows[:_DIGEST_LINES]]
        if len(rows) > _DIGEST_LINES:
            lines.append(f"- … và {len(rows) - _DIGEST_LINES} thông báo khác")
        body, path = "\n".join(lines), reverse("messaging:list")
    else:
        subject = _subject(first)
        body = first.notice.text if kind.says_all and first.channel == EMAIL else ""
        path = reverse("messaging:notice", args=[first.notice_id])
    return Message(
        key=match_digest(f"{first.channel}:{first.batch or first.pk}", kind="messaging").hex(),
        kind=first.notice.kind,
        subject=subject,
        body=body,
        url=settings.MESSAGING["site"] + path if settings.MESSAGING["site"] else "",
        to_email=user.email,
        to_phone=mobile_of(user),
    )


def _subject(delivery: Delivery) -> str:
    kind, notice = notice_kind(delivery.notice.kind), delivery.notice
    words = notice.title if kind.says_all else kind.outside
    return f"{words} (hạn {format_date(notice.due_on)})" if notice.due_on else words


def _put_off(channel: str, words: str, *, now: datetime, after: int) -> None:
    later = now + max(timedelta(minutes=5), timedelta(seconds=after))
    Delivery.objects.filter(channel=channel, state="waiting", next_try_at__lte=now).update(
        last_error=words[:300], next_try_at=later
    )
