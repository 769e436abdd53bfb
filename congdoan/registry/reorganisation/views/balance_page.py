"""The check of a decision and its balance sheet: on screen, on paper, as a workbook."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from congdoan.foundation.access.queries import require
from congdoan.foundation.audit.actions import record
from congdoan.foundation.measures.queries import stock
from congdoan.foundation.units.models import Unit
from congdoan.kit.lists import names_url
from congdoan.kit.numbers import format_number
from congdoan.kit.text import search_key
from congdoan.registry.reorganisation import actions
from congdoan.registry.reorganisation.choices import FATE_WORDS, UNIT_CHANGES
from congdoan.registry.reorganisation.documents import balance_workbook
from congdoan.registry.reorganisation.models import Reorganisation
from congdoan.registry.reorganisation.queries import (
    Balance,
    Flow,
    Line,
    Problem,
    UnitLine,
    saved_balance,
    steps_of,
)
from congdoan.registry.reorganisation.rules import PREPARE
from congdoan.registry.reorganisation.sentences import codes_of
from congdoan.registry.reorganisation.views.asking import (
    begin,
    crumbs,
    found_decision,
    head,
    over,
    waiting_page,
    work_of,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A check of more is done in the background.
_QUICK_STEPS, _QUICK_MEMBERS = 30, 5_000
#: Lines of a table on screen; the workbook has all.
_SHOWN = 200
#: Tables of so many lines are shown unfolded.
_OPEN = 8
_MEMBERS = "membership.Membership.unit"


@dataclass(frozen=True)
class FlowLine:
    """A flow as the page shows it; ``url`` leads to the names or the unit."""

    flow: Flow
    words: str
    url: str
    tone: str


@dataclass(frozen=True)
class Part:
    """One kind of thing: its line of the sheet, where it goes, and how many more lines the workbook has."""

    line: Line
    flows: list[FlowLine]
    more: int

    @property
    def is_open(self) -> bool:
        """Shown unfolded: short, or with something that has no home."""
        return len(self.flows) <= _OPEN or any(item.flow.fate == "homeless" for item in self.flows)


@login_required
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Weigh a decision: at once when it is small, else in the background."""
    found = found_decision(request, pk)
    require(request.actor, PREPARE, found.authority)
    if not found.is_open:
        messages.error(request, f"Quyết định này {found.get_state_display()} nên không kiểm tra lại được.")
        return redirect("reorganisation:decision", pk)
    if not _is_quick(found):
        begin(request, found, "check")
        return redirect("reorganisation:decision", pk)
    try:
        actions.check(actor=request.actor, on=request.actor.today, reorganisation=found)
    except actions.ReorganisationError as error:
        messages.error(request, str(error))
        return redirect("reorganisation:decision", pk)
    return redirect("reorganisation:sheet", pk)


def _is_quick(found: Reorganisation) -> bool:
    """Whether a check takes less than about a second: few steps, few members below the units they name."""
    steps = steps_of(found)
    if len(steps) > _QUICK_STEPS or any(step.kind == "end_level" for step in steps):
        return False
    codes = {code for step in steps for code in codes_of(step)}
    ids = list(Unit.objects.filter(code__in=codes).values_list("pk", flat=True))
    return max(stock("members", ids, on=found.effective_on).values(), default=0) <= _QUICK_MEMBERS


@login_required
@never_cache
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The balance sheet of the last check."""
    found = found_decision(request, pk)
    work = work_of(found)
    if work is not None and not work.is_over:
        return waiting_page(request, found, work)
    if (answer := over(request, request.path)) is not None:
        return answer
    weighed = saved_balance(found)
    if weighed is None:
        messages.info(request, "Quyết định này chưa được kiểm tra. Hãy bấm “Kiểm tra” để có bảng cân đối.")
        return redirect("reorganisation:decision", pk)
    parts = [_part(line, found) for line in weighed.lines if line.before]
    errors, people, notes = _levels(weighed)
    context = head(request, found) | {
        "crumbs": crumbs(found),
        "sheet": weighed,
        "conclusion": conclusion(weighed),
        "parts": parts,
        "empty": [line.label for line in weighed.lines if not line.before],
        "errors": errors,
        "people": people,
        "notes": notes,
        "units": _units(weighed),
        "homeless": [
            (part.line.label, item) for part in parts for item in part.flows if item.flow.fate == "homeless"
        ],
        "is_stale": found.state == "draft" and weighed.is_clean,
        "is_due": found.effective_on <= request.actor.today,
    }
    return render(request, "reorganisation/sheet.html", context)


def conclusion(weighed: Balance) -> str:
    """The totals before and after, in one sentence."""
    before, after = weighed.members_before, weighed.members_after
    units = f"{format_number(weighed.units_before)} đơn vị thành {format_number(weighed.units_after)} đơn vị"
    if before == after:
        whole = f"Toàn hệ thống có {format_number(before)} đoàn viên trước và sau khi sắp xếp"
        return f"{whole}, khớp đến người cuối cùng; {units}."
    line = next((line for line in weighed.lines if line.key == _MEMBERS), None)
    left = line.leaves if line else 0
    homeless = line.homeless if line else 0
    why = [f"{format_number(left)} người ra khỏi tổ chức theo quyết định"] if left else []
    why += [f"{format_number(homeless)} người chưa có nơi đến"] if homeless else []
    return (
        f"Toàn hệ thống có {format_number(before)} đoàn viên trước và {format_number(after)} sau khi sắp xếp; chênh lệch "
        f"{format_number(before - after)} đúng bằng {' và '.join(why)}; {units}."
    )


def _levels(weighed: Balance) -> tuple[list[Problem], list[Problem], list[Problem]]:
    by_level: dict[str, list[Problem]] = defaultdict(list)
    for problem in weighed.problems:
        by_level[problem.level].append(problem)
    return by_level["error"], by_level["person"], by_level["warning"]


def _part(line: Line, found: Reorganisation) -> Part:
    # Whoever has no home comes first: that is what must be mended.
    order = {"homeless": 0, "left": 1, "passed": 2, "ended": 3, "kept": 4}
    flows = sorted(line.flows, key=lambda flow: order.get(flow.fate, 5))
    tones = {"homeless": "bad", "left": "warn", "passed": "good"}
    shown = [
        FlowLine(
            flow,
            FATE_WORDS.get(flow.fate, flow.fate),
            _opens(line, flow, found),
            tones.get(flow.fate, "muted"),
        )
        for flow in flows[:_SHOWN]
    ]
    return Part(line, shown, len(flows) - len(shown))


def _opens(line: Line, flow: Flow, found: Reorganisation) -> str:
    """The names behind a flow of members as they stand the day before; the page of the unit for everything else."""
    if line.key == _MEMBERS:
        day = found.effective_on.fromordinal(found.effective_on.toordinal() - 1)
        return names_url("membership.members", {"don_vi": flow.unit, "ngay": day.isoformat()})
    return reverse("organisation:unit", args=[flow.unit])


def _units(weighed: Balance) -> list[tuple[str, int, list[UnitLine], int]]:
    """(word, how many, the first of them, how many more) for every way in which units change."""
    by_change: dict[str, list[UnitLine]] = defaultdict(list)
    for unit in weighed.units:
        by_change[unit.what].append(unit)
    return [
        (word, len(by_change[what]), by_change[what][:_SHOWN], max(0, len(by_change[what]) - _SHOWN))
        for what, word in UNIT_CHANGES.items()
        if by_change[what]
    ]


@login_required
@require_safe
def sheet_workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """The balance sheet of the last check, all of it, as a workbook."""
    found = found_decision(request, pk)
    weighed = saved_balance(found)
    if weighed is None:
        messages.info(request, "Quyết định này chưa được kiểm tra nên chưa có bảng cân đối.")
        return redirect("reorganisation:decision", pk)
    record(
        actor=request.actor,
        verb="reorganisation.export",
        unit_id=found.authority_id,
        obj=found,
        summary=f"Xuất bảng cân đối của quyết định sắp xếp “{found.title}”",
    )
    data = balance_workbook(found, weighed, conclusion=conclusion(weighed), made_on=request.actor.today)
    answer = HttpResponse(data, content_type=XLSX)
    name = search_key(found.title)[:60].strip().replace(" ", "-") or "quyet-dinh"
    answer["Content-Disposition"] = f'attachment; filename="can-doi-{name}.xlsx"'
    return answer
