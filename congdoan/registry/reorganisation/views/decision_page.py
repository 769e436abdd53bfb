"""The page of a decision: its paper, its steps in words, and what is to be done next."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from congdoan.kit.dates import format_date
from congdoan.kit.numbers import whole_number
from congdoan.registry.reorganisation.choices import PROBLEM_LEVELS, STEP_KINDS
from congdoan.registry.reorganisation.models import Reorganisation
from congdoan.registry.reorganisation.planning import Problem, StepData
from congdoan.registry.reorganisation.queries import Balance, saved_balance
from congdoan.registry.reorganisation.sentences import Names, Piece, names_for, sentence
from congdoan.registry.reorganisation.views.asking import (
    crumbs,
    found_decision,
    head,
    over,
    waiting_page,
    work_of,
)

#: Steps on one page; a list of 1,500 is read in pages.
STEPS_SHOWN = 100
#: So many steps are shown unfolded.
_OPEN = 12
#: A run of fewer steps of one kind is folded together with what is beside it.
_SHORT = 4

_ICONS = {
    "merge": "arrows-join",
    "split": "arrows-split",
    "dissolve": "ban",
    "found": "flag",
    "move": "arrows-exchange",
    "rename": "tag",
    "change_kind": "rotate",
    "change_sector": "building-factory-2",
    "end_level": "archive",
    "transfer_authority": "gavel",
}


@dataclass(frozen=True)
class StepLine:
    """A step as the page shows it."""

    position: int
    kind: str
    row: int | None
    icon: str
    pieces: list[Piece]
    problems: list[Problem]


@dataclass(frozen=True)
class Run:
    """Steps that follow each other, folded together; ``is_open`` where there are few on the page. ``words``: their kinds."""

    words: str
    icon: str
    lines: list[StepLine]
    is_open: bool

    @property
    def problems(self) -> int:
        """How many of the steps want somebody to look."""
        return sum(1 for line in self.lines if line.problems)


def _runs(lines: list[StepLine]) -> list[Run]:
    """Runs of the lines in their order. Many are folded: a list of a hundred steps is fifteen screens of a phone."""
    if not lines:
        return []
    folded: list[list[StepLine]] = []
    for _, run in groupby(lines, key=lambda line: line.kind):
        fresh = list(run)
        if folded and min(len(folded[-1]), len(fresh)) < _SHORT:
            folded[-1] += fresh
        else:
            folded.append(fresh)
    names = dict(STEP_KINDS)
    runs = []
    for steps in folded:
        kinds = list(dict.fromkeys(line.kind for line in steps))
        words = ", ".join(names[kind] if kind == kinds[0] else names[kind].lower() for kind in kinds)
        runs.append(Run(words, _ICONS.get(kinds[0], "list"), steps, len(lines) <= _OPEN))
    return runs


@login_required
@never_cache
@require_safe
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """One decision at whatever state it is; while work runs on it the page asks again."""
    found = found_decision(request, pk)
    work = work_of(found)
    if work is not None and not work.is_over:
        return waiting_page(request, found, work)
    if (answer := over(request, work.result_url if work and work.result_url else request.path)) is not None:
        return answer
    sheet = saved_balance(found)
    after = whole_number(request.GET.get("sau", "")) or 0
    lines, more, count = _lines(found, max(0, min(after, 2**31 - 1)), sheet)
    context = head(request, found) | {
        "crumbs": crumbs(),
        "facts": _facts(found),
        "lines": lines,
        "runs": _runs(lines),
        # Folded away, what wants somebody to look is said above.
        "to_see": [line for line in lines if line.problems] if len(lines) > _OPEN else [],
        "count": count,
        "next_url": f"{request.path}?sau={lines[-1].position}" if more else "",
        "step_kinds": [(code, words, _ICONS[code]) for code, words in STEP_KINDS],
        "sheet": sheet,
        # A balance sheet of steps that were changed since is no longer true.
        "is_stale": sheet is not None and found.state == "draft" and sheet.is_clean,
        "errors": len(sheet.errors) if sheet else 0,
        "is_due": found.effective_on <= request.actor.today,
        "failed": work if work is not None and work.state == "failed" else None,
        "hindrances": (work.arguments.get("hindrances") or [])
        if work is not None and work.state == "failed" and found.state == "committed"
        else [],
        "movements_url": _movements(found),
    }
    return render(request, "reorganisation/decision.html", context)


def _lines(found: Reorganisation, after: int, sheet: Balance | None) -> tuple[list[StepLine], bool, int]:
    rows = list(
        found.steps.filter(position__gt=after)
        .order_by("position")
        .values_list("position", "kind", "arguments", "row")[: STEPS_SHOWN + 1]
    )
    more, rows = len(rows) > STEPS_SHOWN, rows[:STEPS_SHOWN]
    steps = [StepData(kind, arguments, row) for _, kind, arguments, row in rows]
    names = names_of(found, steps)
    problems: dict[int, list[Problem]] = {}
    for problem in sheet.problems if sheet and found.is_open else ():
        if problem.step is not None:
            problems.setdefault(problem.step, []).append(problem)
    lines = [
        StepLine(
            position,
            step.kind,
            step.row,
            _ICONS.get(step.kind, "list"),
            sentence(step, names),
            problems.get(position, []),
        )
        for (position, *_), step in zip(rows, steps, strict=True)
    ]
    return lines, more, found.steps.count()


def names_of(found: Reorganisation, steps: list[StepData]) -> Names:
    """Names for sentences about some steps of a decision, with the units that any of its steps founds."""
    founding = [
        StepData(kind, arguments)
        for kind, arguments in found.steps.filter(kind__in=["found", "merge"])
        .order_by("position")
        .values_list("kind", "arguments")
        if kind == "found" or arguments.get("new")
    ]
    return names_for(steps, all_steps=founding)


def _facts(found: Reorganisation) -> list[tuple[Any, ...]]:
    facts: list[tuple[Any, ...]] = [
        ("Số quyết định", found.number or "(chưa có số)"),
        ("Ngày ký", format_date(found.issued_on) if found.issued_on else ""),
        ("Cơ quan ban hành", found.authority.name, reverse("organisation:unit", args=[found.authority.code])),
        ("Có hiệu lực từ", format_date(found.effective_on)),
        ("Người soạn", found.created_by.get_full_name() if found.created_by else "Hệ thống"),
    ]
    if found.file_id:
        facts.append(("Danh sách kèm theo", found.file.name, reverse("files:download", args=[found.file_id])))
    if found.committed_at:
        who = found.committed_by.get_full_name() if found.committed_by else "hệ thống"
        facts.append(("Thực hiện", f"{_instant(found.committed_at)}, {who}"))
    if found.undone_at:
        who = found.undone_by.get_full_name() if found.undone_by else "hệ thống"
        facts.append(("Hoàn tác", f"{_instant(found.undone_at)}, {who}: {found.undo_reason}"))
    if found.note:
        facts.append(("Ghi chú", found.note))
    return facts


def _instant(value: Any) -> str:
    from django.utils.timezone import localtime

    moment = localtime(value)
    return f"{moment:%H:%M} ngày {format_date(moment.date())}"


def _movements(found: Reorganisation) -> str:
    """The movements that the decision booked, for whoever may open them."""
    if found.decision_id is None:
        return ""
    day = found.effective_on.isoformat()
    return (
        f"{reverse('membership:movements')}?loai=reorganise_out,reorganise_in&tu_ngay={day}&den_ngay={day}"
        f"&don_vi={found.authority.code}"
    )


LEVEL_WORDS = dict(PROBLEM_LEVELS)
