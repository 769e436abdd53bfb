"""What is to be done today, gathered from the rooms: each line says what, where, how long is left, and leads to
the act. A line appears only for who may do it, and only while there is something to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Min, Q
from django.db.models.fields.json import KT
from django.urls import reverse

from congdoan.foundation.access.queries import covers_below, scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.approvals.models import Approval
from congdoan.foundation.approvals.queries import waiting_for
from congdoan.foundation.imports.models import ImportRun
from congdoan.foundation.jobs.models import JobRun
from congdoan.foundation.measures.queries import stock
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import days_left_words, format_date
from congdoan.kit.lists import COUNT_LIMIT, names_url
from congdoan.kit.numbers import format_number
from congdoan.registry.fieldwork.choices import OPEN_STATES
from congdoan.registry.fieldwork.queries import due_steps, my_tasks, visible_surveys
from congdoan.registry.founding.choices import LIVE
from congdoan.registry.founding.queries import visible_files
from congdoan.registry.joining.queries import confidential_applications, visible_applications
from congdoan.registry.membership.queries import contracts_waiting, silent_count
from congdoan.registry.proceedings.queries import due_proceedings, visible_proceedings
from congdoan.registry.reorganisation.models import Reorganisation
from congdoan.registry.selfservice.choices import CHANGE, LEAVE
from congdoan.registry.selfservice.choices import OPEN as UNANSWERED
from congdoan.registry.selfservice.queries import waiting as waiting_requests
from congdoan.work.briefings.queries import state_line, tasks_of, upcoming
from congdoan.work.returns.queries import period_words, visible_obligations, with_standing

#: Days for which the proposer still finds a refusal in the queue.
_REFUSED_DAYS = 7
#: Days before a meeting in which it stands in the queue, and before a task's day in which it needs attention.
_MEETING_NOTICE = 14
_TASK_NOTICE = 7


@dataclass(frozen=True)
class WorkItem:
    """A line of the queue, in the shape of the kit's work list."""

    icon: str
    title: str
    url: str
    detail: str = ""
    subject: str = ""
    state: str = ""
    state_text: str = ""


def work_queue(actor: Actor, unit: Unit, on: date) -> list[WorkItem]:
    """The lines for an actor looking at a body, the most pressing first. A constant number of queries."""
    found: list[WorkItem] = []
    for source in _SOURCES:
        found.extend(source(actor, unit, on))
    order = {"overdue": 0, "behind": 1, "attention": 2, "new": 3, "": 4}
    return sorted(found, key=lambda item: order.get(item.state, 4))


def _approvals(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    for approval in waiting_for(actor).select_related("unit").order_by("proposed_at")[:5]:
        yield WorkItem(
            "clipboard-check",
            approval.title,
            reverse("approvals:approval", args=[approval.pk]),
            detail=f"{approval.unit.name} · đề nghị ngày {format_date(approval.proposed_at.date())}",
            state="attention",
            state_text="chờ duyệt",
        )
    if actor.user is None:
        return
    mine = Approval.objects.filter(proposed_by=actor.user).filter(
        Q(state="open") | Q(state="refused", decided_at__date__gte=on - timedelta(days=_REFUSED_DAYS))
    )
    for approval in mine.select_related("unit").order_by("-state", "-proposed_at")[:5]:
        is_refused = approval.state == "refused"
        yield WorkItem(
            "clipboard-check",
            approval.title,
            reverse("approvals:approval", args=[approval.pk]),
            detail=approval.decision_note if is_refused else f"Đã gửi {approval.unit.name}",
            state="attention" if is_refused else "",
            state_text="không được duyệt" if is_refused else "chờ trả lời",
        )


def _imports(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    if not actor.has_anywhere("imports.run"):
        return
    waiting = ImportRun.objects.filter(scope(actor, "imports.run").filter("unit"), state="previewed")
    for run in waiting.select_related("unit", "file").order_by("-created_at")[:3]:
        counts = run.counts or {}
        doubtful, refused = int(counts.get("doubtful", 0)), int(counts.get("refused", 0))
        yield WorkItem(
            "file-import",
            "Danh sách đã đọc, chờ ghi sổ:",
            reverse("imports:run", args=[run.pk]),
            subject=run.file.name,
            detail=f"{run.unit.name} · {format_number(int(counts.get('rows', 0)))} dòng, "
            f"{format_number(doubtful)} cần xem lại, {format_number(refused)} không nhận",
            state="attention" if doubtful or refused else "new",
            state_text="cần xem lại" if doubtful else "chờ ghi",
        )


def _reorganisations(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    """Decisions that wait for whoever may prepare or carry them out: with errors, checked, or with their day near."""
    if not actor.has_anywhere("reorganisation.prepare") and not actor.has_anywhere("reorganisation.commit"):
        return
    may_commit = scope(actor, "reorganisation.commit")
    waiting = Reorganisation.objects.filter(
        scope(actor, "reorganisation.prepare").filter("authority") | may_commit.filter("authority"),
        state__in=["draft", "checked"],
    )
    waiting = waiting.annotate(
        problem_list=KT("balance__problems"),
    )
    for found in waiting.defer("balance").select_related("authority").order_by("effective_on", "pk")[:5]:
        left = days_left_words(on, found.effective_on)
        if found.state == "checked" and found.effective_on <= on:
            state, words = "attention", "chờ thực hiện"
        elif found.state == "checked":
            state, words = "", f"chờ đến ngày, {left}"
        elif '"error"' in (found.problem_list or ""):
            state, words = "behind", "còn lỗi phải sửa"
        else:
            state, words = "new", "đang soạn"
        yield WorkItem(
            "hierarchy-2",
            "Quyết định sắp xếp tổ chức:",
            reverse("reorganisation:decision", args=[found.pk]),
            subject=found.title,
            detail=f"{found.authority.name} · có hiệu lực từ {format_date(found.effective_on)}",
            state=state,
            state_text=words,
        )


def _briefings(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    """Tasks given at briefings, the first due first, and the meetings to come."""
    if actor.user is None:
        return
    for task in tasks_of(actor)[:5]:
        is_late = task.due_on < on
        _, words = state_line(task, on)
        yield WorkItem(
            "checklist",
            task.text,
            reverse("briefings:task", args=[task.pk]),
            detail=f"{task.briefing.title}, {task.briefing.unit.name} · hạn {format_date(task.due_on)}",
            state="overdue" if is_late else "attention" if (task.due_on - on).days <= _TASK_NOTICE else "",
            state_text=words if is_late else days_left_words(on, task.due_on),
        )
    for meeting in upcoming(actor, on, days=_MEETING_NOTICE)[:3]:
        yield WorkItem(
            "messages",
            f"{meeting.title}, {meeting.unit.name}",
            reverse("briefings:briefing", args=[meeting.pk]),
            detail=f"{format_date(meeting.held_on)}{f', {meeting.place}' if meeting.place else ''}",
            state="new",
            state_text=days_left_words(on, meeting.held_on),
        )


def _applications(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    """Applications to join that wait for the actor, by the day they are due. Those from workplaces without a union are a
    line for the officers named to read them, and for nobody else."""
    waiting = Q(state="submitted")
    for rows, title, address in (
        (
            visible_applications(actor).filter(scope(actor, "membership.admit").filter("receiving_unit"))
            if actor.has_anywhere("joining.decide")
            else None,
            "đơn gia nhập chờ xét",
            names_url("joining.applications", {"trang_thai": "submitted"}),
        ),
        (
            confidential_applications(actor) if actor.has_anywhere("joining.confidential") else None,
            "đơn từ nơi chưa có công đoàn chờ bạn xem",
            reverse("joining:confidential"),
        ),
    ):
        if rows is None:
            continue
        found = rows.filter(waiting).aggregate(n=Count("pk"), first=Min("due_on"))
        if found["n"]:
            is_late = found["first"] < on
            yield WorkItem(
                "user-plus",
                f"{format_number(found['n'])} {title}",
                address,
                detail=f"Hạn trả lời sớm nhất ngày {format_date(found['first'])}",
                state="overdue" if is_late else "attention",
                state_text=days_left_words(on, found["first"]),
            )


def _member_requests(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    """What members asked for on their own page and the actor may answer, the oldest first."""
    titles = {CHANGE: "đề nghị sửa thông tin của đoàn viên", LEAVE: "đoàn viên xin thôi là đoàn viên"}
    for kind, (n, first) in waiting_requests(actor).items():
        yield WorkItem(
            "message-2" if kind == CHANGE else "user-minus",
            f"{format_number(n)} {titles[kind]}",
            names_url("selfservice.requests", {"trang_thai": UNANSWERED, "loai": kind}),
            detail=f"Chờ trả lời từ ngày {format_date(first)}",
            state="attention",
            state_text="chờ trả lời",
        )


def _founding(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    """Files of founding whose next step is due, for the officers who may know of them, and for nobody else."""
    if not actor.has_anywhere("founding.work"):
        return
    due = visible_files(actor).filter(state__in=LIVE, due_on__lte=on + timedelta(days=_TASK_NOTICE))
    found = due.aggregate(n=Count("pk"), first=Min("due_on"))
    if found["n"]:
        is_late = found["first"] < on
        yield WorkItem(
            "flag",
            f"{format_number(found['n'])} hồ sơ thành lập công đoàn cần làm bước tiếp theo",
            reverse("founding:list"),
            detail=f"Hạn sớm nhất ngày {format_date(found['first'])}",
            state="overdue" if is_late else "attention",
            state_text=days_left_words(on, found["first"]),
        )


def _proceedings(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    """Cases about unions whose next step is due."""
    if not actor.has_anywhere("organisation.edit"):
        return
    found = due_proceedings(visible_proceedings(actor), on).aggregate(n=Count("pk"), first=Min("due_on"))
    if found["n"]:
        yield WorkItem(
            "clipboard-list",
            f"{format_number(found['n'])} việc kiện toàn, giải thể công đoàn cần làm bước tiếp theo",
            names_url("proceedings.proceedings", {"den_han": "1"}),
            detail=f"Hạn sớm nhất ngày {format_date(found['first'])}",
            state="overdue" if found["first"] < on else "attention",
            state_text=days_left_words(on, found["first"]),
        )


def _fieldwork(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    """Employers the actor is to survey, next steps of the actor's visits, and answers the actor must look at."""
    if actor.user is None:
        return
    if actor.has_anywhere("fieldwork.survey"):
        todo = my_tasks(actor.user, on).filter(done_on__isnull=True)
        found = todo.order_by().aggregate(n=Count("pk"), last=Min("round__during__endswith"))
        if found["n"]:
            last = found["last"] - timedelta(days=1)
            yield WorkItem(
                "device-mobile",
                f"{format_number(found['n'])} doanh nghiệp bạn được giao khảo sát",
                reverse("fieldwork:mine"),
                detail=f"Làm trên điện thoại, không cần mạng · hạn sớm nhất {format_date(last)}",
                state="overdue" if last < on else "attention" if (last - on).days <= _TASK_NOTICE else "new",
                state_text=days_left_words(on, last),
            )
        for step in due_steps(actor.user, on)[:5] if actor.has_anywhere("fieldwork.view") else ():
            yield WorkItem(
                "calendar-due",
                f"{step.next_step}:",
                reverse("fieldwork:visit", args=[step.pk]),
                subject=step.enterprise.name,
                detail=f"Hẹn ngày {format_date(step.next_on)}",
                state="overdue" if step.next_on < on else "attention",
                state_text=days_left_words(on, step.next_on),
            )
    if actor.has_anywhere("fieldwork.run"):
        waiting = visible_surveys(actor).filter(
            scope(actor, "fieldwork.run").filter("task__round__unit"), state__in=OPEN_STATES
        )
        n = waiting.count()
        if n:
            yield WorkItem(
                "clipboard-data",
                f"{format_number(n)} phiếu khảo sát cần xem lại",
                names_url("fieldwork.surveys", {"trang_thai": ",".join(OPEN_STATES)}),
                detail="Có khác biệt với sổ, hoặc chờ tiếp nhận",
                state="attention",
                state_text="cần xem lại",
            )


def _failed_jobs(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    since = on - timedelta(days=7)
    for run in JobRun.objects.filter(user=actor.user, state="failed", created_at__date__gte=since)[:3]:
        yield WorkItem(
            "alert-triangle",
            "Việc chạy nền không xong:",
            reverse("jobs:run", args=[run.pk]),
            subject=run.title,
            detail=run.message,
            state="overdue",
            state_text="không xong",
        )


def _without_union(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    """Large FDI enterprises that have operated for years without a union come first (seed 003 §II.2.1)."""
    if not covers_below(actor, "enterprises.view", unit):
        return
    large = stock("enterprises_priority", [unit.pk], on=on)[unit.pk]
    filters = {"has_union": False, "operating": "operating", "band": {"min": 20}}
    found = stock("enterprises", [unit.pk], on=on, filters=filters)[unit.pk]
    if large:
        yield WorkItem(
            "building-factory-2",
            f"{format_number(large)} doanh nghiệp FDI lớn hoạt động nhiều năm chưa có công đoàn",
            names_url("enterprises.enterprises", {"don_vi": unit.code, "uu_tien": "1", "sap": "-uu_tien"}),
            detail="Từ 100 lao động, hoạt động trên 2 năm: ưu tiên vận động trước",
            state="behind",
            state_text="ưu tiên",
        )
    if found:
        base = {"don_vi": unit.code, "co_cong_doan": "0", "hoat_dong": "operating", "la_dn": "1"}
        yield WorkItem(
            "building-community",
            f"{format_number(found)} doanh nghiệp từ 20 lao động chưa có công đoàn",
            names_url("enterprises.enterprises", {**base, "tu_lao_dong": "20"}),
            detail="Đang hoạt động, trong phạm vi phụ trách",
        )


def _stale_headcounts(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    if not covers_below(actor, "enterprises.edit", unit):
        return
    stale = stock("headcounts_stale", [unit.pk], on=on)[unit.pk]
    if stale:
        yield WorkItem(
            "refresh",
            f"{format_number(stale)} doanh nghiệp chưa cập nhật số lao động hơn một năm",
            names_url("enterprises.enterprises", {"don_vi": unit.code, "so_lieu_cu": "1"}),
            detail="Tỷ lệ đoàn viên trên lao động dựa vào số này",
            state="attention",
            state_text="số liệu cũ",
        )


def _foreign_contracts(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    """Foreign members whose contract has ended without another, or ends soon."""
    if not actor.has_anywhere("membership.end"):
        return
    waiting = contracts_waiting(actor, on)
    if "ended" in waiting:
        n, first = waiting["ended"]
        yield WorkItem(
            "calendar-due",
            f"{format_number(n)} đoàn viên người nước ngoài đã hết hợp đồng: gia hạn hay thôi đoàn viên?",
            reverse("membership:contracts"),
            detail=f"Sớm nhất hết ngày {format_date(first)}",
            state="overdue",
            state_text="đã hết hạn",
        )
    if "ending" in waiting:
        n, first = waiting["ending"]
        yield WorkItem(
            "calendar-due",
            f"{format_number(n)} đoàn viên người nước ngoài sắp hết hợp đồng",
            reverse("membership:contracts"),
            detail=f"Sớm nhất ngày {format_date(first)}",
            state="attention",
            state_text=days_left_words(on, first),
        )


def _silent_members(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    """Members of whom nothing was heard for long, for who may end memberships."""
    if not actor.has_anywhere("membership.end"):
        return
    n = silent_count(actor, COUNT_LIMIT + 1)
    if n:
        words = format_number(n) if n <= COUNT_LIMIT else f"Hơn {format_number(COUNT_LIMIT)}"
        yield WorkItem(
            "clock-pause",
            f"{words} đoàn viên lâu không có dấu hiệu sinh hoạt",
            names_url("membership.silent", {}),
            detail="Ai còn sinh hoạt thì xác nhận, ai đã nghỉ thì ghi vào sổ",
        )


def _returns_owed(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    """What the body itself has to hand in, the nearest day first."""
    if not actor.has_anywhere("returns.fill"):
        return
    owed = with_standing(visible_obligations(actor), on).filter(
        unit=unit, standing__in=("missing", "late", "returned")
    )
    for item in owed.select_related("form").order_by("due_on", "pk")[:5]:
        is_late = item.due < on
        yield WorkItem(
            "clipboard-data",
            "Báo cáo bị trả lại:" if item.standing == "returned" else "Báo cáo phải nộp:",
            reverse("returns:return", args=[item.pk]),
            subject=f"{item.form.title}, {period_words(item.period)}",
            detail=f"Hạn nộp {format_date(item.due)}",
            state="overdue" if is_late else "attention",
            state_text=days_left_words(on, item.due),
        )


def _returns_to_accept(actor: Actor, unit: Unit, on: date) -> Iterator[WorkItem]:
    """What the bodies directly below have handed in, and have not."""
    if not actor.has_anywhere("returns.accept"):
        return
    counts = (
        with_standing(visible_obligations(actor), on)
        .filter(superior=unit)
        .aggregate(
            submitted=Count("pk", filter=Q(standing="submitted")), late=Count("pk", filter=Q(standing="late"))
        )
    )
    address = names_url("returns.returns", {"nop_cho": unit.code})
    if counts["submitted"]:
        yield WorkItem(
            "checklist",
            f"{format_number(counts['submitted'])} báo cáo định kỳ chờ nghiệm thu",
            f"{address}&trang_thai=submitted",
            detail=f"Nộp cho {unit.name}",
            state="attention",
            state_text="chờ nghiệm thu",
        )
    if counts["late"]:
        yield WorkItem(
            "clock",
            f"{format_number(counts['late'])} báo cáo định kỳ cấp dưới quá hạn",
            reverse("returns:board") + f"?don_vi={unit.code}",
            detail="Xem ai chưa nộp và nhắc trong bảng theo dõi",
            state="behind",
            state_text="quá hạn",
        )


_SOURCES: tuple[Callable[[Actor, Unit, date], Iterator[WorkItem]], ...] = (
    _approvals,
    _briefings,
    _imports,
    _reorganisations,
    _applications,
    _member_requests,
    _founding,
    _fieldwork,
    _proceedings,
    _failed_jobs,
    _without_union,
    _stale_headcounts,
    _foreign_contracts,
    _silent_members,
    _returns_owed,
    _returns_to_accept,
)
