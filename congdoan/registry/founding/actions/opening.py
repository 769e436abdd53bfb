"""The founding committee's own door. Three must choose: an officer named at the leading body lets a founder in, the founder
opens to the others, and each of the others opens to the committee.

Workers act by the code of their application. What they do stands on the logs of applications alone, which the worker and the
named officers read: on the log of the file, which the whole team reads, no line names anybody.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.kit.text import nfc
from congdoan.registry.founding import choices, queries
from congdoan.registry.founding.actions.errors import AlreadyMoved, FoundingError
from congdoan.registry.founding.actions.working import happened, held
from congdoan.registry.founding.models import FileEvent, FounderDoor, FoundingFile, ShownToFounders
from congdoan.registry.joining.actions import AlreadyDecided, held_by_code, tell
from congdoan.registry.joining.choices import HIDE, LET_IN, LOOK, SEEN, SHOW, SHUT_OUT
from congdoan.registry.joining.models import Event

#: Looking again within this time is the same look for those who are seen.
_ONE_LOOK = timedelta(hours=4)
#: Who has looked, as those who were seen read it: never which of them.
COMMITTEE_NAME = "Ban vận động ở nơi bạn làm"


@transaction.atomic
def show(*, code: str) -> None:
    """The worker lets the founding committee of their workplace see their name and phone. The same for everybody with a
    waiting confidential application, with or without a file or a committee. Raises JoiningError."""
    application = held_by_code(code)
    if not application.is_open or not application.is_confidential:
        raise AlreadyDecided("Đơn này không còn chờ xét nên không đổi được lựa chọn này.")
    _, is_fresh = ShownToFounders.objects.get_or_create(
        application=application, defaults={"since": timezone.now()}
    )
    if is_fresh:
        tell(applications=[application.pk], kind=SHOW)


@transaction.atomic
def hide(*, code: str) -> None:
    """The worker takes that back: from now on nobody of the committee sees them, and they see nobody. Raises
    JoiningError."""
    application = held_by_code(code)
    if ShownToFounders.objects.filter(application=application).delete()[0]:
        tell(applications=[application.pk], kind=HIDE)


@transaction.atomic
def look(*, code: str, on: date) -> queries.FoundersPart | None:
    """A founder looks at their part: who has chosen to be shown, and how far the file is. None when they were not let in, or
    are not open to the others themselves: then nothing is told and nothing written.

    Each look is a line on the founder's log and, without a name, on the file's; whoever is seen reads so, once within four
    hours. Raises JoiningError for a code that nobody has.
    """
    application = held_by_code(code)
    place = queries.founder_place(application)
    if place is None or not queries.is_shown(application):
        return None
    part = queries.founders_part(place, on)
    seen = [person.application for person in part.people]
    lately = Event.objects.filter(application__in=seen, kind=SEEN, at__gte=timezone.now() - _ONE_LOOK)
    already = set(lately.values_list("application_id", flat=True))
    tell(applications=[application.pk], kind=LOOK)
    tell(applications=[pk for pk in seen if pk not in already], kind=SEEN, by=COMMITTEE_NAME)
    FileEvent.objects.create(
        file=place.file,
        at=timezone.now(),
        on=on,
        words="Xem phần dành cho ban vận động.",
        by="Một thành viên ban vận động",
    )
    return part


@transaction.atomic
def let_in(*, actor: Actor, on: date, pk: int, applications: Collection[int]) -> int:
    """Let founders in. They see nobody before they open to the others themselves. Returns how many were let in now. Raises
    FoundingError, AlreadyMoved once the file is no longer being worked on, Forbidden."""
    file = _led(actor, pk)
    if file.state != choices.OPEN:
        raise AlreadyMoved("Hồ sơ này không còn đang vận động.")
    wanted = set(applications)
    if not wanted:
        raise FoundingError("Hãy chọn người trong ban vận động.")
    standing = {founder.pk: founder for founder in queries.founders(actor, file)}
    if not wanted <= standing.keys() or any(not standing[pk].is_waiting for pk in wanted):
        raise FoundingError("Chỉ mở được cho người đang ở trong ban vận động và có đơn còn chờ xét.")
    fresh = sorted(pk for pk in wanted if standing[pk].door is None)
    now = timezone.now()
    FounderDoor.objects.bulk_create(
        FounderDoor(file=file, application_id=pk, opened_at=now, opened_by=actor.name[:200]) for pk in fresh
    )
    if fresh:
        tell(applications=fresh, kind=LET_IN, actor=actor)
        happened(actor, file, on, f"Mở phần ban vận động cho {len(fresh)} người.")
    return len(fresh)


@transaction.atomic
def shut_out(*, actor: Actor, on: date, pk: int, door: int, reason: str) -> None:
    """Shut a founder out, with the reason, which the officers who lead the file read and nobody else. Raises FoundingError,
    AlreadyMoved, Forbidden."""
    file = _led(actor, pk)
    if not nfc(reason):
        raise FoundingError("Hãy ghi lý do đóng.")
    found = file.founder_doors.filter(pk=door, closed_at=None).first()
    if found is None:
        raise AlreadyMoved("Phần ban vận động của người này đã được đóng.")
    _close(actor, [found], reason)
    happened(actor, file, on, "Đóng phần ban vận động của một người.")


def shut_out_those_who_left(actor: Actor, file: FoundingFile) -> None:
    """Whoever is no longer in the founding committee is let in no longer, also when they come back later."""
    left = file.founder_doors.filter(closed_at=None).exclude(application__in=queries.founder_posts(file))
    _close(actor, list(left), "Không còn trong ban vận động.")


def _close(actor: Actor, doors: Collection[FounderDoor], reason: str) -> None:
    FounderDoor.objects.filter(pk__in=[door.pk for door in doors]).update(
        closed_at=timezone.now(), closed_by=actor.name[:200], reason=nfc(reason)
    )
    tell(applications=[door.application_id for door in doors], kind=SHUT_OUT, actor=actor)


def _led(actor: Actor, pk: int) -> FoundingFile:
    file = held(actor, pk)
    if not queries.leads(actor, file):
        raise Forbidden(f"Việc này do cán bộ được chỉ định đích danh của {file.leading_unit.name} làm.")
    return file
