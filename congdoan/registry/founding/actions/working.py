"""What officers do with a file: move it on, name its team, end it. Nothing of it goes into the audit trail, which more
people read than may know of the file: FileEvent stands in its place."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.accounts.models import User
from congdoan.kit.text import lower_first, nfc
from congdoan.registry.founding import choices, queries, rules
from congdoan.registry.founding.actions.errors import AlreadyMoved, FoundingError
from congdoan.registry.founding.models import (
    Area,
    Contact,
    FileEvent,
    FirstYearTask,
    FoundingFile,
    TeamMember,
)
from congdoan.registry.founding.proofs import missing_proof


def held(actor: Actor, pk: int) -> FoundingFile:
    """A file the actor may know of, locked. Raises Forbidden.

    Rows that refer to it (an application that comes, a founder who looks) wait for nobody: only its key is left alone.
    """
    locked = (
        FoundingFile.objects.select_for_update(of=("self",), no_key=True)
        .select_related("leading_unit", "enterprise", "unit")
        .filter(pk__in=queries.visible_files(actor).filter(pk=pk).values("pk"))
        .first()
    )
    if locked is None:
        raise Forbidden("Không có hồ sơ này trong phạm vi của bạn.")
    return locked


def happened(actor: Actor, file: FoundingFile, on: date, words: str, step: str = "") -> None:
    """A line of the file's own log."""
    FileEvent.objects.create(
        file=file,
        at=timezone.now(),
        on=on,
        step=step,
        words=nfc(words),
        user=actor.user,
        by=actor.name[:200],
    )


def move(file: FoundingFile, step: str, on: date) -> None:
    """The file stands at a step from a day on; the next one is due from there."""
    way = queries.steps(file.kind, on)
    file.step, file.step_since = step, on
    file.due_on = queries.due_day(queries.following(way, step), on, file.leading_unit_id)


@transaction.atomic
def advance(*, actor: Actor, on: date, pk: int, from_step: str, words: str) -> FoundingFile:
    """The file reaches its next step on a day, with words about the evidence.

    ``from_step`` is the step the officer saw. Raises AlreadyMoved, FoundingError, Forbidden. Recognition has its own act.
    """
    file = held(actor, pk)
    if file.step != from_step or not file.is_live:
        raise AlreadyMoved("Hồ sơ này vừa được người khác ghi. Hãy xem lại trang trước khi ghi tiếp.")
    coming = queries.following(queries.steps(file.kind, on), file.step)
    if coming is None:
        raise FoundingError("Hồ sơ này đã đi hết các bước.")
    if coming.code == choices.RECOGNISED_STEP:
        raise FoundingError("Bước này được ghi bằng quyết định công nhận.")
    if on > actor.today:
        raise FoundingError("Ngày này chưa tới.")
    if on < file.step_since:
        raise FoundingError(f"Ngày phải từ {file.step_since:%d/%m/%Y}, ngày của bước trước.")
    if not nfc(words):
        wanted = f" ({coming.evidence})" if coming.evidence else ""
        raise FoundingError(f"Hãy ghi kết quả và căn cứ của bước này{wanted}.")
    if lacking := missing_proof(file, coming, on):
        raise FoundingError(f"Chưa ghi được bước “{lower_first(coming.name)}”: hồ sơ cần có {lacking}.")
    if coming.needs_quorum and file.state == choices.OPEN:
        check_quorum(file, queries.open_counts([file.pk])[file.pk], on)
    if coming.code == choices.LAST_STEP:
        left = list(file.tasks.filter(done_on=None).values_list("name", flat=True))
        if left:
            raise FoundingError(f"Còn việc của năm đầu chưa xong: {'; '.join(left)}.")
        file.state, file.closed_on = choices.SUPPORTED, on
        forget_map(file)
    move(file, coming.code, on)
    file.save()
    happened(actor, file, on, words, coming.code)
    return file


def forget_map(file: FoundingFile) -> None:
    """Nothing of the core-group map is kept once its file has ended."""
    Contact.objects.filter(file=file).delete()
    Area.objects.filter(file=file).delete()


def check_quorum(file: FoundingFile, waiting: queries.Waiting, on: date) -> None:
    """Raise FoundingError when too few have applied."""
    least = queries.quorum(on, file.leading_unit_id)
    counted = waiting.toward(least)
    if problem := rules.quorum_problem(counted, waiting.all - counted, least.value, least.source):
        raise FoundingError(problem)


@transaction.atomic
def change_kind(*, actor: Actor, on: date, pk: int, kind: str) -> FoundingFile:
    """The union is to be founded in another way; the file stays at its step, or the nearest one before that this way has."""
    file = held(actor, pk)
    require_lead(actor, file)
    if file.state != choices.OPEN:
        raise AlreadyMoved("Hồ sơ này không còn đang vận động.")
    if kind not in choices.UNIT_KINDS:
        raise FoundingError("Hãy chọn hình thức thành lập.")
    was = {step.code: step.position for step in queries.steps(file.kind, on)}
    file.kind = kind
    way = queries.steps(kind, on)
    reached = [step.code for step in way if step.position <= was.get(file.step, 1)]
    since = file.step_since
    move(file, reached[-1] if reached else choices.FIRST_STEP, since)
    file.save()
    happened(actor, file, on, f"Đổi hình thức: {file.get_kind_display()}.")
    return file


@transaction.atomic
def name_member(*, actor: Actor, on: date, pk: int, user: User, task: str = "") -> TeamMember:
    """Put an officer on a file's team from a day. Only officers named at the leading body do it, nobody for themselves."""
    file = held(actor, pk)
    require_lead(actor, file)
    if actor.user is not None and actor.user.pk == user.pk:
        raise FoundingError("Không ai tự cử mình vào tổ vận động.")
    if not queries.possible_members(file, on).filter(pk=user.pk).exists():
        raise FoundingError(f"{user.get_full_name()} chưa được phân quyền vận động thành lập công đoàn.")
    try:
        with transaction.atomic():
            member = TeamMember.objects.create(
                file=file,
                user=user,
                task=nfc(task)[:150],
                during=DateRange(on, None),
                named_by=actor.name[:200],
            )
    except IntegrityError as error:
        raise FoundingError(f"{user.get_full_name()} đã ở trong tổ vận động.") from error
    happened(actor, file, on, f"Cử {user.get_full_name()} vào tổ vận động. {nfc(task)}".strip())
    return member


@transaction.atomic
def end_member(*, actor: Actor, on: date, pk: int, member: int) -> None:
    """An officer leaves a file's team: from that day they know nothing more of it."""
    file = held(actor, pk)
    require_lead(actor, file)
    row = TeamMember.objects.select_related("user").filter(file=file, pk=member, during__contains=on).first()
    if row is None:
        raise AlreadyMoved("Người này không còn ở trong tổ vận động.")
    name = row.user.get_full_name()
    if row.during.lower == on:
        row.delete()
    else:
        row.during = DateRange(row.during.lower, on)
        row.save(update_fields=["during"])
    happened(actor, file, on, f"{name} thôi ở tổ vận động.")


@transaction.atomic
def finish_task(*, actor: Actor, on: date, pk: int, task: int, words: str = "") -> FirstYearTask:
    """A task of the first year is done on a day."""
    file = held(actor, pk)
    row = FirstYearTask.objects.filter(file=file, pk=task).first()
    if row is None:
        raise Forbidden("Không có việc này trong hồ sơ.")
    if row.done_on is not None:
        raise AlreadyMoved("Việc này đã được ghi là xong.")
    if on > actor.today:
        raise FoundingError("Ngày này chưa tới.")
    row.done_on = on
    row.save(update_fields=["done_on"])
    happened(actor, file, on, f"Đã xong: {row.name}. {nfc(words)}".strip())
    return row


@transaction.atomic
def abandon(*, actor: Actor, on: date, pk: int, words: str) -> FoundingFile:
    """End a file without a union, with the reason. Applications stay where they are and are decided one by one."""
    file = held(actor, pk)
    require_lead(actor, file)
    if file.state != choices.OPEN:
        raise AlreadyMoved("Hồ sơ này không còn đang vận động.")
    if not nfc(words):
        raise FoundingError("Hãy ghi lý do dừng.")
    file.state, file.closed_on, file.due_on = choices.ABANDONED, on, None
    forget_map(file)
    file.save()
    happened(actor, file, on, f"Dừng hồ sơ: {nfc(words)}")
    return file


def require_lead(actor: Actor, file: FoundingFile) -> None:
    """Raise Forbidden for who is not named at the leading body."""
    if not queries.leads(actor, file):
        raise Forbidden(f"Việc này do cán bộ được chỉ định đích danh của {file.leading_unit.name} làm.")
