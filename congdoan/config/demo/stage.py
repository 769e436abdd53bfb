"""The demonstration from an empty database to finished reports, in the order of an office's year."""

from __future__ import annotations

import gc
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from congdoan.config.demo import asking, campaigning, committees, meetings, planning, reporting, surveying
from congdoan.config.demo.bodies import BOOKS_OPEN, ROOT_CODE
from congdoan.config.demo.build import Builder
from congdoan.config.demo.samples import SampleList, write_samples
from congdoan.config.demo.story import DemoUnion, Story, tell
from congdoan.config.demo.users import DemoUser, demo_users, make_users
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.audit.actions import record
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.imports.actions import commit, preview, take_in
from congdoan.foundation.imports.catalogue import kind_of
from congdoan.foundation.imports.queries import result
from congdoan.foundation.measures.actions import fold
from congdoan.foundation.measures.queries import stock
from congdoan.foundation.units.models import Unit
from congdoan.work.plans.models import Plan
from congdoan.work.plans.queries import progress_summary

_BEGUN, _LOADED = "demo.begin", "demo.loaded"
_LABEL = "dữ liệu mẫu"
Say = Callable[[str], None]


class DemoRefused(RuntimeError):
    """The demonstration cannot be set up here; the message says why and what to do."""


def state() -> str:
    """What is in the database: "empty", "demo", "broken" (a demonstration that was cut off) or "other"."""
    if AuditEntry.objects.filter(verb=_LOADED).exists():
        return "demo"
    if AuditEntry.objects.filter(verb=_BEGUN).exists():
        return "broken"
    return "other" if Unit.objects.exists() else "empty"


def wipe() -> None:
    """Empty a database that holds a demonstration, whole or broken. The caller migrates anew.

    Raises DemoRefused when it holds anything else.
    """
    if state() == "other":
        raise DemoRefused(
            "Cơ sở dữ liệu này có dữ liệu không phải dữ liệu mẫu nên không xoá. Hãy đặt CONGDOAN_HOME hoặc "
            "DATABASE_URL đến một nơi trống."
        )
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    connection.close()
    # Its files have no rows any more.
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


def build(
    *, today: date, home: Path, say: Say, now: datetime, scale: float = 1.0, parallel: bool = True
) -> None:
    """Fill an empty database: the story, users, sample lists, plans given down. Raises DemoRefused when not empty."""
    if state() != "empty":
        raise DemoRefused("Cơ sở dữ liệu không trống nên không tạo dữ liệu mẫu ở đây.")
    actor = Actor.system(_LABEL, today=today)
    record(actor=actor, verb=_BEGUN, summary="Bắt đầu tạo dữ liệu mẫu")
    story = tell(until=today, scale=scale)
    say(f"Câu chuyện mẫu: {len(story.people)} người, {len(story.unions)} công đoàn cơ sở.")
    builder = Builder(story, actor=actor, now=now, say=say, folder=home / "mau")
    builder.write(parallel=parallel)
    users = demo_users(committee_unit=_committee_unit(story).code)
    with _beside(fold_all, builder.write_employments, parallel=parallel):
        make_users(users, actor=actor, on=min(today, date(2026, 1, 1)))
        samples = write_samples(story, home / "mau")
        planning.load_all(actor=actor)
    for sample in samples:
        say(_bring_in(sample, actor))
    given = planning.give_down(actor=actor, until=today)
    planning.adjust_one(actor=actor, until=today)
    planning.enter_by_hand(actor=actor, until=today)
    planning.end_those_over(actor=actor, until=today)
    fold_all()
    held = meetings.hold_briefings(actor=actor, until=today)
    say(f"Giao ban: {held} cuộc họp của LĐLĐ thành phố.")
    surveyed = surveying.survey_employers(until=today)
    say(f"Khảo sát: một đợt với {surveyed} doanh nghiệp chưa có công đoàn.")
    files = campaigning.campaign_for_unions(until=today)
    posts = committees.seat_committees(until=today)
    cases = committees.work_on_cases(until=today)
    say(f"Ban Chấp hành: {posts} chức vụ, {cases} việc kiện toàn, giải thể.")
    say(f"Thành lập: {files} hồ sơ ở các bước khác nhau.")
    say(f"Kế hoạch: đã nạp {Plan.objects.count()}, đã giao {given} chỉ tiêu cho cấp dưới.")
    owed = reporting.give_out_returns(actor=actor, until=today, committee_unit=_committee_unit(story).code)
    say(f"Báo cáo định kỳ: đã giao {owed} báo cáo cho các đơn vị.")
    silent = asking.ask_for_members(until=today, now=now, committee_unit=_committee_unit(story).code)
    say(f"Đoàn viên: hai đề nghị gửi công đoàn, {silent} người lâu không có dấu hiệu sinh hoạt.")
    record(
        actor=actor,
        verb=_LOADED,
        summary="Đã tạo xong dữ liệu mẫu",
        data={
            "scale": scale,
            "today": today.isoformat(),
            "users": [[user.username, user.role, user.unit] for user in users],
        },
    )


def fold_all() -> None:
    """Fold every waiting delta."""
    while fold(limit=500_000) >= 500_000:
        pass
    with connection.cursor() as cursor:
        # The planner takes tables for empty until somebody tells it how large they have become.
        cursor.execute("ANALYZE measures_measuretotal, measures_measuredelta, measures_measurecell")


def signs_in() -> list[DemoUser]:
    """The demonstration's users, as they were made."""
    entry = AuditEntry.objects.filter(verb=_LOADED).latest("pk")
    made = [username for username, _, _ in entry.data["users"]]
    unit = next(unit for username, _, unit in entry.data["users"] if username == "bch.coso")
    return [user for user in demo_users(committee_unit=unit) if user.username in made]


def answer(*, today: date, home: Path, began: float) -> dict[str, Any]:
    """Progress of every plan at its issuer and the paths of its reports, written where they are missing.

    ``began`` is the ``time.monotonic()`` of the start. Shape: the answer of ``congdoan demo --json``.
    """
    actor = Actor.system(_LABEL, today=today)
    plans: list[dict[str, Any]] = []
    for plan in Plan.objects.select_related("issuer").order_by("during", "code"):
        reports = planning.write_reports(plan, actor=actor, until=today, out=home / "out")
        found = progress_summary(plan, plan.issuer, today)
        plans.append({**found, "reports": [str(path) for path in reports]})
    root = Unit.objects.get(code=ROOT_CODE)

    def now(measure: str, **filters: Any) -> int:
        return stock(measure, [root.pk], on=today, filters=filters or None)[root.pk]

    return {
        "plans": plans,
        "members": now("members"),
        "unions": now("unions"),
        "enterprises": now("enterprises"),
        "seconds": round(time.monotonic() - began, 1),
    }


def _bring_in(sample: SampleList, actor: Actor) -> str:
    """Bring a list in by the import's own steps. Returns what became of it, in words."""
    try:
        kind_of(sample.kind)
    except KeyError:
        return f"Danh sách {sample.path.name} để sẵn, chưa nhập."
    run = take_in(
        actor=actor,
        on=sample.on,
        kind=sample.kind,
        unit=Unit.objects.get(code=sample.unit),
        name=sample.path.name,
        chunks=[sample.path.read_bytes()],
    )
    run = preview(actor=actor, run=run)
    run = commit(actor=actor, run=run)
    found = result(run)
    return (
        f"Nhập {sample.path.name}: {found['rows']} dòng, thêm {found['created']}, cần xem lại "
        f"{found['doubtful']}, không nhận {len({item['row'] for item in found['refused']})}."
    )


def _committee_unit(story: Story) -> DemoUnion:
    """A union of Hải Phòng of a size that is pleasant to look at."""
    alive = [union for union in story.unions if union.province == "HP" and union.ended_on is None]
    return min(alive, key=lambda union: (abs(len(union.members) - 60), union.index))


@contextmanager
def without_collector() -> Iterator[None]:
    """Hundreds of thousands of records are made and kept: the collector would look at all of them again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _beside(*works: Callable[[], None], parallel: bool) -> Iterator[None]:
    """Do the works over connections of their own while the body runs; before it when not ``parallel``."""
    if not parallel:
        for work in works:
            work()
        yield
        return

    def alone(work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        running: list[Future[None]] = [pool.submit(alone, work) for work in works]
        yield
        for one in running:
            one.result()


def default_today() -> date:
    """The real day; not before the books open."""
    return max(timezone.localdate(), BOOKS_OPEN)


def rows_of_states(plans: list[dict[str, Any]]) -> list[tuple[str, str, dict[str, int]]]:
    """For the summary table: (plan, unit, how many targets in each state)."""
    rows = []
    for plan in plans:
        counts: dict[str, int] = {}
        for target in plan["targets"]:
            counts[target["status"]] = counts.get(target["status"], 0) + 1
        rows.append((plan["code"], plan["unit"], counts))
    return rows
