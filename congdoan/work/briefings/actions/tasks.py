"""What becomes of a conclusion: done, dropped, open again; and reminding its owner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor, refuse
from congdoan.foundation.audit.actions import record
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.files.actions import store
from congdoan.foundation.messaging.models import Notice
from congdoan.foundation.messaging.queries import office_hours
from congdoan.kit.dates import format_date
from congdoan.kit.text import nfc
from congdoan.work.briefings import queries, rules
from congdoan.work.briefings.actions.steps import lines, tell_owner
from congdoan.work.briefings.models import Conclusion
from congdoan.work.briefings.rules import BriefingError

_WRONG_STATE = {
    "open": "Việc này đang thực hiện.",
    "done": "Việc này đã được báo là xong.",
    "dropped": "Việc này đã ghi là thôi thực hiện.",
    "carried": "Việc này đã chuyển sang kỳ giao ban sau. Hãy mở việc ở kỳ sau để báo kết quả.",
}
#: Days for which somebody is told that a task is late; the queue and the next agenda hold older ones.
_LATE_DAYS = 60


@transaction.atomic
def finish(
    *,
    actor: Actor,
    on: date,
    conclusion: Conclusion,
    result: str,
    file_name: str = "",
    chunks: Iterable[bytes] | None = None,
) -> Conclusion:
    """Say that a task is done, how, and maybe with a file that shows it. By its owner, who acts for the owning body,
    or who runs the briefing.

    Raises Forbidden, BriefingError (not open or not given yet, no words), TooLarge.
    """
    found = _locked(conclusion, "open")
    if not queries.may_finish(actor, found):
        raise refuse(rules.RUN, found.owner_name)
    if not found.is_given:
        raise BriefingError("Kết luận này chưa được giao: biên bản chưa khóa.")
    if not result.strip():
        raise BriefingError("Hãy ghi kết quả đã làm được.")
    if chunks is not None:
        found.evidence = store(
            actor=actor,
            name=file_name,
            chunks=chunks,
            unit=found.acting_unit or found.briefing.unit,
            capability=rules.VIEW,
        )
    found.state, found.result = "done", lines(result)
    found.finished_on, found.finished_by = on, actor.user
    found.save(update_fields=["state", "result", "evidence", "finished_on", "finished_by"])
    _audit(actor, "finish", found, "Đã xong")
    return found


@transaction.atomic
def drop(*, actor: Actor, on: date, conclusion: Conclusion, reason: str) -> Conclusion:
    """Give a task up, with a reason; by who runs the briefing. Raises Forbidden, BriefingError."""
    require(actor, rules.RUN, conclusion.briefing.unit)
    found = _locked(conclusion, "open")
    if not reason.strip():
        raise BriefingError("Hãy ghi lý do thôi thực hiện.")
    found.state, found.result = "dropped", lines(reason)
    found.finished_on, found.finished_by = on, actor.user
    found.save(update_fields=["state", "result", "finished_on", "finished_by"])
    _audit(actor, "drop", found, "Thôi thực hiện", reason=reason)
    return found


@transaction.atomic
def reopen(*, actor: Actor, on: date, conclusion: Conclusion, reason: str) -> Conclusion:
    """The result does not satisfy: the task is open again, and its owner told why. By who runs the briefing.

    The words and the file of the first answer stay. Raises Forbidden, BriefingError.
    """
    require(actor, rules.RUN, conclusion.briefing.unit)
    found = _locked(conclusion, "done")
    if not reason.strip():
        raise BriefingError("Hãy ghi điều còn thiếu để đơn vị bổ sung.")
    found.state, found.finished_on, found.finished_by = "open", None, None
    found.result = f"{found.result}\nCần bổ sung ({format_date(on)}): {nfc(reason)}"
    found.save(update_fields=["state", "result", "finished_on", "finished_by"])
    told_before = Notice.objects.filter(key__startswith=f"{rules.GIVEN.code}:{found.pk}:").count()
    tell_owner(
        actor,
        found.briefing,
        found,
        kind=rules.GIVEN.code,
        subject="Kết quả cần bổ sung",
        key=f"{rules.GIVEN.code}:{found.pk}:{told_before + 1}",
    )
    _audit(actor, "reopen", found, "Yêu cầu bổ sung kết quả", reason=reason)
    return found


def remind(*, actor: Actor, on: date) -> int:
    """Tell owners, on working days, of tasks that are due in a few days and of those that are late; each once,
    however often this runs. Returns how many notices were made."""
    if not office_hours(on).is_worked(on):
        return 0
    days = int(parameter(rules.REMINDER_DAYS, on=on).value)
    count = 0
    for item in queries.due_between(on - timedelta(days=_LATE_DAYS), on + timedelta(days=days)):
        is_late = item.due_on < on
        kind = rules.LATE if is_late else rules.DUE
        key = f"{kind.code}:{item.pk}:{item.due_on}"
        if Notice.objects.filter(key=key).exists():
            continue
        subject = (
            f"Việc giao ban quá hạn {format_date(item.due_on)}" if is_late else "Việc giao ban sắp đến hạn"
        )
        count += tell_owner(actor, item.briefing, item, kind=kind.code, subject=subject, key=key)
    return count


def _locked(conclusion: Conclusion, state: str) -> Conclusion:
    found = (
        Conclusion.objects.select_for_update(of=("self",))
        .select_related("briefing__unit", "owner_unit", "taken_over_by", "owner_user")
        .get(pk=conclusion.pk)
    )
    if found.state != state:
        raise BriefingError(_WRONG_STATE[found.state])
    return found


def _audit(actor: Actor, verb: str, item: Conclusion, what: str, *, reason: str = "") -> None:
    record(
        actor=actor,
        verb=f"briefings.{verb}",
        unit_id=item.briefing.unit_id,
        obj=item,
        summary=f"{what}: kết luận “{item.text[:120]}”, {item.briefing.title[0].lower()}{item.briefing.title[1:]}",
        reason=reason,
    )
