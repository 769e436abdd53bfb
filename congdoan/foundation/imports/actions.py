"""Writes of imports: taking a file in, reading it, deciding, writing it to the register, taking it back.

Preview, commit and undo go in pieces of a few thousand rows, each its own transaction that also says how far it
came. Killing the worker or the database in between loses nothing and doubles nothing: the step is taken again and
goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Count
from django.utils import timezone
from psycopg.errors import DeadlockDetected

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.files import actions as files
from congdoan.foundation.files.queries import path_of
from congdoan.foundation.imports import hands, rules, staging
from congdoan.foundation.imports.catalogue import (
    Context,
    Effect,
    Obstacle,
    SomebodyWasFaster,
    StagedRow,
    kind_of,
)
from congdoan.foundation.imports.headings import Headings
from congdoan.foundation.imports.models import ColumnMemory, ImportRow, ImportRun
from congdoan.foundation.imports.queries import columns_of, context_of, look_at, table_of
from congdoan.foundation.imports.reading import FileRefused, Table
from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.units.actions import keep_decision
from congdoan.foundation.units.models import Unit
from congdoan.kit.bulk import many_rows
from congdoan.kit.text import header_key, nfc

Progress = Callable[[int, int, str], None]
_TRIES = 3

NO_HEADINGS = (
    "Không tìm thấy dòng tiêu đề của bảng trong 30 dòng đầu. Hãy đặt tên cột, ít nhất “{needed}”, "
    "hoặc dùng tệp mẫu."
)


class ImportRefused(ValueError):
    """The step cannot be taken now; the message says why and what to do."""


class CannotUndo(ImportRefused):
    """Something was built on what the import wrote. ``obstacles`` lists it, the first hundred."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        self.obstacles = list(obstacles)
        first = self.obstacles[0]
        super().__init__(
            f"Chưa hoàn tác được vì {len(self.obstacles)} dòng đã có thay đổi sau khi nhập, ví dụ dòng "
            f"{first.number} ({first.label}): {first.message}"
        )


def _silent(done: int, total: int, message: str) -> None:
    pass


def take_in(
    *,
    actor: Actor,
    on: date,
    kind: str,
    unit: Unit,
    name: str,
    chunks: Iterable[bytes],
    options: Mapping[str, str] | None = None,
    decision_number: str = "",
    decision_on: date | None = None,
    sheet: str = "",
) -> ImportRun:
    """Keep an uploaded file and find its headings. ``on`` is the day the list speaks of; the number and day are
    those of the decision that goes with it, which is put on record when the list is written.

    The run comes back in state "uploaded"; ``header_row`` is 0 when no headings were found, which a person may
    mend with `set_columns`. Raises FileRefused (nothing is kept then), Forbidden.
    """
    require(actor, rules.RUN, unit)
    declared = kind_of(kind)
    given = dict(options or {})
    for option in declared.options:
        values = [value for value, _, _ in option.choices]
        if given.setdefault(option.name, values[0]) not in values:
            raise ImportRefused(f"{option.label}: không có lựa chọn “{given[option.name]}”.")
    try:
        file = files.store(actor=actor, name=name, chunks=chunks, capability=rules.RUN, unit=unit)
    except files.TooLarge as error:
        raise FileRefused(str(error)) from error
    try:
        table, headings = look_at(path_of(file), kind=kind, unit=unit, sheet=sheet)
    except FileRefused:
        files.discard(file)
        raise
    with transaction.atomic():
        run = ImportRun(
            kind=kind,
            unit=unit,
            on=on,
            file=file,
            options=given,
            decision_number=nfc(decision_number)[:80],
            decision_on=decision_on if decision_number else None,
            created_by=actor.user,
            created_by_label=actor.name[:200],
        )
        _keep_headings(run, table, headings)
        run.save()
        record(
            actor=actor,
            verb="imports.take_in",
            unit_id=unit.pk,
            obj=run,
            summary=f"Tải lên {declared.name} từ tệp {file.name}",
        )
    return run


def _keep_headings(run: ImportRun, table: Table, headings: Headings) -> None:
    run.sheet = table.sheet[:100]
    run.notices = table.notices
    run.header_row, run.header_end = headings.row, headings.end
    run.mapping = headings.mapping
    run.columns = columns_of(table, headings, run.kind) if headings.row else []


@transaction.atomic
def set_columns(
    *, actor: Actor, run: ImportRun, header_row: int, mapping: Mapping[str, int] | None, sheet: str = ""
) -> ImportRun:
    """Correct by hand where the headings are and which column is which field; remembered for the unit.

    ``mapping`` None takes what the headings of that row suggest. Raises ImportRefused, FileRefused, Forbidden.
    """
    run = _locked(actor, run, rules.MAY_PREVIEW, "sửa cột")
    table, headings = look_at(
        path_of(run.file), kind=run.kind, unit=run.unit, sheet=sheet or run.sheet, at=header_row
    )
    if not headings.row:
        raise ImportRefused(f"Tệp không có dòng {header_row}. Hãy chọn dòng ghi tên các cột.")
    _keep_headings(run, table, headings)
    if mapping is not None:
        known = {item.name for item in kind_of(run.kind).fields}
        if unknown := set(mapping) - known:
            raise ImportRefused(f"Không có mục “{', '.join(sorted(unknown))}” trong danh sách này.")
        if len(set(mapping.values())) < len(mapping):
            raise ImportRefused("Hai mục đang dùng chung một cột. Hãy chọn cho mỗi mục một cột riêng.")
        _remember(run, headings, mapping)
        run.mapping = dict(mapping)
    run.state, run.error, run.counts = "uploaded", "", {}
    run.save()
    return run


def _remember(run: ImportRun, headings: Headings, mapping: Mapping[str, int]) -> None:
    chosen = {index: name for name, index in mapping.items()}
    kept = {
        header_key(text)[:200]: chosen.get(index, "") for index, text in enumerate(headings.texts) if text
    }
    ColumnMemory.objects.bulk_create(
        [
            ColumnMemory(kind=run.kind, unit=run.unit, heading_key=key, field=name)
            for key, name in kept.items()
            if key
        ],
        update_conflicts=True,
        update_fields=["field"],
        unique_fields=["kind", "unit", "heading_key"],
    )


def _locked(actor: Actor, run: ImportRun, states: set[str], what: str) -> ImportRun:
    """The run, locked, when the actor may take this step and it may be taken now."""
    found = (
        ImportRun.objects.select_for_update(of=("self",))
        .select_related("unit", "file", "decision")
        .get(pk=run.pk)
    )
    rules.require_run(actor, found)
    if found.state not in states:
        raise ImportRefused(
            f"Không thể {what} vì lần nhập này {found.get_state_display()}. Hãy tải lại trang để xem tình trạng."
        )
    return found


# --------------------------------------------------------------------------------------------------
# Preview
# --------------------------------------------------------------------------------------------------


def preview(*, actor: Actor, run: ImportRun, progress: Progress = _silent) -> ImportRun:
    """Read the whole file and stage every row with what would become of it. Writes nothing to the register.

    May be called again: it starts afresh. Raises FileRefused (the run is then "failed" with the sentence),
    ImportRefused, Forbidden.
    """
    with transaction.atomic():
        run = _locked(actor, run, rules.MAY_PREVIEW, "đọc lại")
        run.state, run.error, run.counts = "previewing", "", {}
        run.save(update_fields=["state", "error", "counts"])
    try:
        _read_all(actor, run, progress)
    except FileRefused as error:
        ImportRun.objects.filter(pk=run.pk).update(state="failed", error=str(error)[:500])
        raise
    with transaction.atomic():
        staging.refuse_repeated(run, row_word=kind_of(run.kind).row_word)
        run.counts = staging.count(run)
        run.state = "previewed"
        run.save(update_fields=["state", "counts", "notices"])
    return run


def _read_all(actor: Actor, run: ImportRun, progress: Progress) -> None:
    kind = kind_of(run.kind)
    if not run.header_row:
        needed = "”, “".join(item.label for item in kind.fields if item.required)
        raise FileRefused(NO_HEADINGS.format(needed=needed))
    for item in kind.fields:
        if item.required and item.name not in run.mapping:
            raise FileRefused(
                f"Chưa có cột “{item.label}”. Hãy chọn cột ở bước xem cột, hoặc thêm cột vào tệp."
            )
    context = context_of(run, actor)
    kind.check(context, run.mapping)
    table = table_of(run)
    total = max(0, table.total - run.header_end)
    done = skipped = 0

    def tell(piece: int, rows: int, without: int) -> None:
        nonlocal done, skipped
        done, skipped = done + rows, skipped + without
        progress(done, max(total, done), f"Đã đọc {done} dòng")

    every = set(range(table.total // staging.CHUNK + 1))
    for alone in (total < staging.SHARED_FROM, True):
        # Where the second process failed all is read anew by this one, which then meets what stopped it.
        done = skipped = 0
        with transaction.atomic():
            run.rows.all()._raw_delete("default")
        read = hands.share(
            sorted(every),
            work=f"{__name__}:read_pieces",
            arguments=(run.pk, actor, table.total, staging.CHUNK),
            tell=tell,
            alone=alone,
        )
        if read == every:
            break
    if not done:
        raise FileRefused("Dưới dòng tiêu đề không có dòng dữ liệu nào. Hãy chọn lại tệp hoặc trang tính.")
    progress(done, done, f"Đã đọc {done} dòng")
    run.notices = list(table.notices)
    if skipped:
        run.notices.append(
            f"Đã bỏ qua {skipped} dòng chỉ có ghi chú, tiêu đề nhóm hoặc chữ ký (không có họ tên, số định danh)."
        )


@many_rows()
def read_pieces(
    pieces: hands.Pieces, tell: hands.Tell, run_id: int, actor: Actor, total: int, size: int
) -> None:
    """Read and stage pieces of ``size`` rows of a run's file, in this process or the one beside it (hands)."""
    run = ImportRun.objects.select_related("unit", "file", "decision").get(pk=run_id)
    kind = kind_of(run.kind)
    context = context_of(run, actor)
    kind.check(context, run.mapping)
    read = kind.reader(context, run.mapping)
    last = total // size
    current = pieces.take()
    waiting: list[StagedRow] = []
    skipped = 0

    def finish() -> None:
        nonlocal waiting, skipped, current
        assert current is not None
        _stage(run, context, waiting)
        tell(current, len(waiting), skipped)
        waiting, skipped, current = [], 0, pieces.take()

    def is_mine(place: int) -> bool:
        while current is not None and current < min(place // size, last):
            finish()
        return current is not None and current == min(place // size, last)

    for number, cells in table_of(run, total=total).rows(is_mine):
        if number <= run.header_end:
            continue
        row = read(number, cells)
        if row is None:
            skipped += any(value not in ("", None) for value in cells)
            continue
        waiting.append(row)
    while current is not None:
        finish()


def _stage(run: ImportRun, context: Context, rows: list[StagedRow]) -> None:
    if not rows:
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Staging need not reach the disk piece by piece: the last transaction of the preview waits for it,
            # and a preview that was cut off starts afresh.
            cursor.execute("SET LOCAL synchronous_commit = off")
        kind_of(run.kind).match(context, [row for row in rows if row.outcome != "refused"])
        staging.write(run, rows)


# --------------------------------------------------------------------------------------------------
# Deciding
# --------------------------------------------------------------------------------------------------


@transaction.atomic
def decide(*, actor: Actor, run: ImportRun, rows: Sequence[int] | None, choice: str) -> int:
    """Decide about doubtful rows (their ids; None for all of them): "new", "same" or "skip"; '' takes it back.

    "same" holds only for rows that were matched with somebody. Returns how many rows it was decided for.
    """
    if choice not in {"", "new", "same", "skip"}:
        raise ImportRefused("Chỉ có thể chọn: người khác, cùng một người, bỏ qua.")
    run = _locked(actor, run, {"previewed"}, "quyết định")
    found = ImportRow.objects.filter(run=run, outcome="doubtful")
    if rows is not None:
        found = found.filter(pk__in=rows)
    if choice == "same":
        found = found.filter(matched_id__isnull=False)
    return found.update(choice=choice)


# --------------------------------------------------------------------------------------------------
# Commit
# --------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_commit(*, actor: Actor, run: ImportRun, job: JobRun | None = None) -> ImportRun:
    """Mark a previewed import as being written. From now on rows can no longer be decided."""
    run = _locked(actor, run, rules.MAY_COMMIT, "ghi vào sổ")
    run.state = "committing"
    run.job = job or run.job
    if run.decision_number and run.decision is None:
        run.decision = keep_decision(
            actor=actor, number=run.decision_number, issued_on=run.decision_on, issuer=run.unit
        )
    run.save(update_fields=["state", "job", "decision"])
    return run


def commit(*, actor: Actor, run: ImportRun, progress: Progress = _silent) -> ImportRun:
    """Write the previewed rows to the register. Goes on where an earlier call was cut off.

    Doubtful rows nobody decided about stay out and stay counted. Raises ImportRefused, Forbidden, and whatever
    stopped it; what was written until then stays, and the next call goes on after it.
    """
    run = begin_commit(actor=actor, run=run)
    total = staging.how_many_to_commit(run)
    done = run.effects.count()
    progress(done, total, "Đang ghi vào sổ")

    def tell(piece: int, rows: int, without: int) -> None:
        nonlocal done
        done += rows
        progress(done, max(total, done), f"Đã ghi {done} dòng")

    for is_last in (False, True):
        # Where the second process failed, this one goes over what is left, and meets what stopped it.
        left = staging.pieces_to_commit(run)
        if left:
            hands.share(
                range(len(left)),
                work=f"{__name__}:commit_pieces",
                arguments=(run.pk, actor, left),
                tell=tell,
                alone=is_last or total < staging.SHARED_FROM,
            )
    return _finish_commit(actor, run)


@many_rows()
def commit_pieces(
    pieces: hands.Pieces, tell: hands.Tell, run_id: int, actor: Actor, bounds: list[tuple[int, int]]
) -> None:
    """Write pieces of a run, from the first to the last row number of each, in this process or the one beside it."""
    run = ImportRun.objects.select_related("unit", "file", "decision").get(pk=run_id)
    context = context_of(run, actor)
    while (piece := pieces.take()) is not None:
        for attempt in range(_TRIES):
            try:
                effects = _commit_piece(context, run, *bounds[piece])
                break
            except SomebodyWasFaster:
                if attempt == _TRIES - 1:
                    raise
        tell(piece, sum(effect.refusal is None for effect in effects), 0)


def _commit_piece(context: Context, run: ImportRun, first: int, last: int) -> list[Effect]:
    """One transaction. Whoever ends the commit or takes it back waits for it; rows that have an effect are done."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT state FROM imports_importrun WHERE id = %s FOR SHARE", [run.pk])
                if cursor.fetchone() != ("committing",):
                    _locked(context.actor, run, {"committing"}, "ghi vào sổ")
            rules.require_run(context.actor, run)
            context.recorded_at = timezone.now()
            rows = staging.to_commit(run, first, last)
            effects = kind_of(run.kind).commit(context, rows) if rows else []
            staging.write_effects(run, effects)
            return effects
    except IntegrityError as error:
        # The same rows were written beside this: the journal takes a row once.
        raise SomebodyWasFaster from error
    except OperationalError as error:
        if isinstance(error.__cause__, DeadlockDetected):
            raise SomebodyWasFaster from error
        raise


@transaction.atomic
def _finish_commit(actor: Actor, run: ImportRun) -> ImportRun:
    run = _locked(actor, run, {"committing"}, "ghi vào sổ")
    counts: dict[str, Any] = staging.count(run)
    verbs = dict(run.effects.values_list("verb").annotate(n=Count("id")).order_by())
    counts["created"] = verbs.get("created", 0) + verbs.get("joined", 0)
    counts["updated"] = verbs.get("updated", 0)
    decided = ImportRow.objects.filter(run=run, outcome="doubtful", choice__in=["new", "same"]).count()
    counts["doubtful"] -= decided
    counts["decided"] = decided
    run.counts = counts
    run.state = "committed"
    run.committed_at = timezone.now()
    run.save(update_fields=["state", "counts", "committed_at"])
    record(
        actor=actor,
        verb="imports.commit",
        unit_id=run.unit_id,
        obj=run,
        summary=f"Nhập {kind_of(run.kind).name}: thêm {counts['created']}, thay đổi {counts['updated']}",
        data={**counts, "file": run.file_id},
    )
    return run


# --------------------------------------------------------------------------------------------------
# Undo
# --------------------------------------------------------------------------------------------------


@many_rows()
def undo(*, actor: Actor, run: ImportRun, progress: Progress = _silent) -> ImportRun:
    """Take a committed import back: what it created goes, what it changed gets its old values.

    First everything is looked through: raises CannotUndo with the list when later writes stand on it, and changes
    nothing. Goes on where an earlier call was cut off.
    """
    with transaction.atomic():
        run = _locked(actor, run, rules.MAY_UNDO, "hoàn tác")
        fresh = run.state == "committed"
    kind = kind_of(run.kind)
    context = context_of(run, actor)
    total = run.effects.count()
    if fresh:
        found: list[Obstacle] = []
        last: int | None = None
        while effects := staging.effects_of(run, downwards_from=last):
            found += kind.obstacles(context, effects)
            last = effects[-1].number
        if found:
            raise CannotUndo(sorted(found, key=lambda item: item.number)[:100])
        ImportRun.objects.filter(pk=run.pk, state="committed").update(state="undoing")
    done = 0
    while True:
        with transaction.atomic():
            run = _locked(actor, run, {"undoing"}, "hoàn tác")
            context.recorded_at = timezone.now()
            effects = staging.effects_of(run)
            if effects:
                kind.undo(context, effects)
                staging.forget_effects(run, effects)
        if not effects:
            break
        done += len(effects)
        progress(done, total, f"Đã hoàn tác {done} dòng")
    with transaction.atomic():
        run = _locked(actor, run, {"undoing"}, "hoàn tác")
        run.state, run.undone_at = "undone", timezone.now()
        run.save(update_fields=["state", "undone_at"])
        record(
            actor=actor,
            verb="imports.undo",
            unit_id=run.unit_id,
            obj=run,
            summary=f"Hoàn tác lần nhập {kind.name} từ tệp {run.file.name}",
            data={"rows": total},
        )
    return run
