"""Telling workers that a question or a decision waits on the page of their code.

Only who agreed to be contacted is told, by a message that says nothing of a union or a workplace and stands in no log of
deliveries. It goes out by the calendar, not when the officer asks: what administrators see of the background work is the
same whether or not there is anybody to tell (docs/threat-model.md).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.messaging.actions import NotReached, tell_outsider
from congdoan.foundation.messaging.choices import CHANNEL_NAMES
from congdoan.foundation.messaging.hours import VIETNAM, next_working_instant
from congdoan.foundation.messaging.queries import office_hours
from congdoan.kit.sealed import match_digest
from congdoan.registry.joining import choices, queries
from congdoan.registry.joining.models import Application, Event, Prompt

_WORDS = {
    "vi": "Bạn có thông tin mới. Hãy mở trang bạn đã gửi đơn và nhập mã theo dõi.",
    "en": "There is news for you. Please open the page where you sent your form and enter your code.",
}
#: What a worker is told of: the state it leaves the application in, and what stands on its log.
_TOLD = {choices.ASKED: choices.ASK, choices.ADMITTED: choices.ADMIT, choices.REFUSED: choices.REFUSE}
#: After so many failures in a row nobody tries any more; the pause doubles each time.
MOST_TRIES, PAUSE = 5, timedelta(hours=1)
#: As many in one round, so that a slow gateway does not hold up what follows.
_ROUND = 50


def plan_prompt(application: Application, *, now: datetime) -> bool:
    """Have the worker told of a question just asked or of a decision. False when they did not agree to be contacted or no
    channel that is set up reaches them: then the page of their code alone says it."""
    if queries.way_to(application) is None:
        Prompt.objects.filter(application=application).delete()
        return False
    Prompt.objects.update_or_create(application=application, defaults={"next_at": now, "sent": 0, "tries": 0})
    return True


def send_prompts(*, now: datetime) -> int:
    """Tell those whose time has come, in office hours alone: once after a question or a decision, of a question once more
    after some days (parameter ``joining.answer_reminder_days``; 0 for never). Answered or withdrawn, nobody is told any
    more. What went out and what could not stands on the application's own log. Returns how many went out."""
    Prompt.objects.exclude(application__state__in=_TOLD).delete()
    if next_working_instant(now, office_hours(now.astimezone(VIETNAM).date())) > now:
        return 0
    due = Prompt.objects.filter(next_at__lte=now).order_by("next_at", "pk")
    return sum(_send(pk, now) for pk in list(due.values_list("pk", flat=True)[:_ROUND]))


def _send(pk: int, now: datetime) -> bool:
    prompt = _taken(pk, now)
    if prompt is None:
        return False
    application = prompt.application
    way = queries.way_to(application)
    try:
        if way is None:
            raise NotReached("Không còn kênh nào đến được người này.")
        told = application.events.filter(kind=_TOLD[application.state])
        asked = told.order_by("-pk").values_list("pk", flat=True)[:1]
        # The same at every try of one message, and tells nothing to whoever carries it.
        occasion = f"{application.pk}:{list(asked)}:{prompt.sent}"
        tell_outsider(
            channel=way[0],
            to=way[1],
            key=match_digest(occasion, kind="prompt").hex(),
            subject=_WORDS["en" if application.language == "en" else "vi"],
        )
    except NotReached:
        if prompt.tries >= MOST_TRIES:
            _given_up(prompt, now)
        return False
    _went_out(prompt, way[0], now)
    return True


@transaction.atomic
def _taken(pk: int, now: datetime) -> Prompt | None:
    """A prompt for this worker process alone. The next try stands fixed before this one begins, so that one that is cut off
    is made up for later and never repeated at once."""
    prompt = (
        Prompt.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("application")
        .filter(pk=pk, next_at__lte=now, application__state__in=_TOLD)
        .first()
    )
    if prompt is None:
        return None
    prompt.next_at = now + PAUSE * 2**prompt.tries
    prompt.tries += 1
    prompt.save(update_fields=["next_at", "tries"])
    return prompt


@transaction.atomic
def _went_out(prompt: Prompt, channel: str, now: datetime) -> None:
    days = int(parameter("joining.answer_reminder_days", on=now.astimezone(VIETNAM).date()).value)
    if prompt.application.state == choices.ASKED and prompt.sent == 0 and days > 0:
        _still(prompt).update(sent=1, tries=0, next_at=now + timedelta(days=days))
    else:
        _still(prompt).delete()
    _log(prompt.application, choices.PROMPT, CHANNEL_NAMES[channel], now)


@transaction.atomic
def _given_up(prompt: Prompt, now: datetime) -> None:
    _still(prompt).delete()
    _log(prompt.application, choices.UNREACHED, "", now)


def _still(prompt: Prompt) -> QuerySet[Prompt]:
    """The prompt as it was taken: nothing when it is gone meanwhile, or stands for a later question."""
    return Prompt.objects.filter(pk=prompt.pk, next_at=prompt.next_at, tries=prompt.tries)


def _log(application: Application, kind: str, words: str, now: datetime) -> None:
    Event(application=application, at=now, kind=kind, words=words).save(force_insert=True)
