"""Reads of reorganisations: who may see them, and the balance sheet of one before anything is written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.catalogues.models import Sector
from congdoan.foundation.measures.queries import stock
from congdoan.foundation.succession.catalogue import FATES, Part, Passage, Route, rules
from congdoan.foundation.succession.models import JournalEntry
from congdoan.foundation.succession.queries import bound_to, changed_since, tallies
from congdoan.foundation.units.models import Unit
from congdoan.registry.membership.queries import changed_sectors, take_sector_from_above
from congdoan.registry.reorganisation.models import Reorganisation, Step
from congdoan.registry.reorganisation.planning import Plan, Problem, StepData, plan
from congdoan.registry.reorganisation.rules import COMMIT, PREPARE, VIEW

#: Lines of a flow table that are kept; the sums always count all.
FLOWS_KEPT = 3000


@dataclass(frozen=True)
class Flow:
    """``n`` rows of ``unit`` (code, name) go to ``to`` (code, name; '' when nowhere); ``fate``: passed, kept, ended,
    left, homeless."""

    unit: str
    unit_name: str
    to: str
    to_name: str
    fate: str
    n: int


@dataclass(frozen=True)
class Line:
    """One line of the balance sheet: rows of one kind at the units that end or are divided.

    ``before`` = ``passes`` + ``keeps`` + ``ends`` + ``leaves`` + ``homeless``; ``after``: what there is of them
    afterwards, at whatever unit (``before`` − ``ends`` − ``leaves`` − ``homeless``). ``flows`` say from where to where.
    ``rule`` is the rule in words.
    """

    key: str
    label: str
    rule: str
    before: int
    passes: int
    keeps: int
    ends: int
    leaves: int
    homeless: int
    flows: tuple[Flow, ...] = ()

    @property
    def after(self) -> int:
        return self.before - self.ends - self.leaves - self.homeless


@dataclass(frozen=True)
class UnitLine:
    """What becomes of one unit. ``what``: founded, ended, divided, moved, renamed, kind, sector; ``was``/``becomes`` in
    words (superior, name, kind or sector; successors of an ended unit)."""

    code: str
    name: str
    what: str
    was: str = ""
    becomes: str = ""
    step: int | None = None


@dataclass(frozen=True)
class Balance:
    """The balance sheet of a reorganisation on its day.

    ``lines``: what the rooms declared (Đoàn viên first), ``units``: every unit that changes, ``counts`` of them by
    ``what``; ``members_before`` and ``members_after`` are of the whole register: they differ by who leaves only.
    ``problems``: with level "error" none may be left to commit. ``homeless`` must be 0.
    """

    on: date
    members_before: int
    members_after: int
    units_before: int
    units_after: int
    lines: tuple[Line, ...]
    units: tuple[UnitLine, ...]
    problems: tuple[Problem, ...]
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def homeless(self) -> int:
        return sum(line.homeless for line in self.lines)

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.level == "error")

    @property
    def is_clean(self) -> bool:
        """Whether it may be committed."""
        return not self.errors and not self.homeless

    def line(self, key: str) -> Line:
        """The line of a rule ("membership.Membership.unit"). Raises KeyError."""
        for line in self.lines:
            if line.key == key:
                return line
        raise KeyError(key)

    def as_json(self) -> dict[str, Any]:
        """The same as plain data, as it is kept with the reorganisation."""
        return {**asdict(self), "on": self.on.isoformat()}

    @classmethod
    def of_json(cls, data: dict[str, Any]) -> Balance | None:
        """A kept balance sheet; None when there was no check yet."""
        if not data:
            return None
        return cls(
            on=date.fromisoformat(data["on"]),
            members_before=data["members_before"],
            members_after=data["members_after"],
            units_before=data["units_before"],
            units_after=data["units_after"],
            lines=tuple(
                Line(**{**line, "flows": tuple(Flow(**flow) for flow in line["flows"])})
                for line in data["lines"]
            ),
            units=tuple(UnitLine(**unit) for unit in data["units"]),
            problems=tuple(Problem(**problem) for problem in data["problems"]),
            counts=data["counts"],
        )


def visible_reorganisations(actor: Actor, capability: str = VIEW) -> QuerySet[Reorganisation]:
    """Reorganisations of bodies in the actor's reach, the newest first, with authority and decision."""
    return Reorganisation.objects.filter(scope(actor, capability).filter("authority")).select_related(
        "authority", "decision", "file", "created_by", "committed_by", "undone_by"
    )


def steps_of(reorganisation: Reorganisation) -> list[StepData]:
    """The steps in order. One query."""
    return [
        StepData(kind, arguments, row)
        for kind, arguments, row in reorganisation.steps.order_by("position").values_list(
            "kind", "arguments", "row"
        )
    ]


@dataclass(frozen=True)
class Division:
    """A step that divides a unit, as far as people are concerned. ``sources``: existing units whose members it divides, the
    unit and those merged into it by an earlier step; ``heirs``: {code: name} of the units that take a part; ``codes``: the
    same units by the ids of ``route`` (those to be founded: negative)."""

    unit: Unit
    on: date
    route: Route
    sources: tuple[int, ...]
    heirs: dict[str, str]
    codes: dict[int, str]


def division_of(reorganisation: Reorganisation, step: Step) -> Division | None:
    """What a step divides; None when it divides nothing, or cannot yet. About six queries."""
    if step.kind != "split":
        return None
    made = plan(reorganisation.effective_on, steps_of(reorganisation)[: step.position])
    found = next(((pk, route) for pk, route in made.routes.items() if route.step == step.position), None)
    if found is None or found[0] < 0:
        return None
    pk, route = found
    sources = {pk}
    while more := {other for other, way in made.routes.items() if way.to in sources} - sources:
        sources |= more
    nodes = [made.nodes[heir] for heir in dict.fromkeys(route.heirs)]
    return Division(
        Unit.objects.get(pk=pk),
        reorganisation.effective_on,
        route,
        tuple(sorted(source for source in sources if source > 0)),
        {node.code: node.name for node in nodes},
        {node.id: node.code for node in nodes},
    )


def saved_balance(reorganisation: Reorganisation) -> Balance | None:
    """The balance sheet of the last check, as it was then; None when it was never checked."""
    return Balance.of_json(reorganisation.balance)


def balance(reorganisation: Reorganisation, *, actor: Actor, on: date) -> Balance:
    """The balance sheet as of now; nothing is written. ``on`` is the day it is asked on: what is not yet in effect is
    said as a warning. See `Balance` for the shape."""
    with transaction.atomic():
        return weigh(reorganisation, actor=actor, on=on)[0]


def weigh(reorganisation: Reorganisation, *, actor: Actor, on: date) -> tuple[Balance, Plan, Passage]:
    """The balance sheet with the plan and the passage behind it; in a transaction of the caller."""
    made = plan(reorganisation.effective_on, steps_of(reorganisation))
    passage = passage_of(reorganisation, made, actor=actor, recorded_at=timezone.now())
    problems = list(made.problems)
    problems += _forbidden(reorganisation, made, actor)
    lines: list[Line] = []
    steps = {pk: route.step for pk, route in made.routes.items()}
    if made.routes:
        for rule in rules():
            if rule.handler is not None:
                problems += [
                    Problem(item.message, steps.get(item.unit_id or 0))
                    for item in rule.handler.hindrances(passage)
                ]
        for rule, found in tallies(passage):
            lines.append(_line(rule.key, rule.label, rule.why or FATES[rule.fate], found, made))
    lines, homeless = _no_home_for_members(lines, made)
    problems += homeless
    for line in lines:
        if line.homeless:
            first = next(flow for flow in line.flows if flow.fate == "homeless")
            problems.append(
                Problem(
                    f"{line.label}: {line.homeless} chưa có nơi đến (trước hết ở {first.unit_name}). Hãy bổ sung đơn vị"
                    " tiếp nhận."
                )
            )
    problems += [Problem(note, None, None, "person") for note in passage.notes]
    if reorganisation.effective_on > on:
        problems.append(
            Problem(
                f"Quyết định có hiệu lực từ ngày {reorganisation.effective_on:%d/%m/%Y}; đến ngày đó mới thực hiện được.",
                level="warning",
            )
        )
    units = _unit_lines(made)
    counts: dict[str, int] = defaultdict(int)
    for unit in units:
        counts[unit.what] += 1
    tops = [node.id for node in made.nodes.values() if node.parent is None and node.id > 0]
    whole = sum(stock("members", tops, on=reorganisation.effective_on).values())
    left = sum(line.leaves + line.homeless for line in lines if line.key == "membership.Membership.unit")
    existing = sum(1 for node in made.nodes.values() if node.id > 0)
    sheet = Balance(
        on=reorganisation.effective_on,
        members_before=whole,
        members_after=whole - left,
        units_before=existing,
        units_after=sum(1 for node in made.nodes.values() if node.is_alive),
        lines=tuple(sorted(lines, key=lambda line: line.key != "membership.Membership.unit")),
        units=tuple(units),
        problems=tuple(problems),
        counts=dict(counts),
    )
    return sheet, made, passage


def passage_of(reorganisation: Reorganisation, made: Plan, *, actor: Actor, recorded_at: datetime) -> Passage:
    """What the rules of succession need to know of a plan."""
    takes = {heir for route in made.routes.values() for heir in route.heirs}
    number = f" số {reorganisation.number}" if reorganisation.number else ""
    return Passage(
        batch=reorganisation.batch,
        on=reorganisation.effective_on,
        actor=actor,
        recorded_at=recorded_at,
        routes=dict(made.routes),
        founded=frozenset(pk for pk in made.founded if made.nodes[pk].is_alive),
        parents={
            node.id: node.parent
            for node in made.nodes.values()
            if node.is_alive and (node.is_new or "parent" in node.changed)
        },
        were=dict(made.were),
        resectored=frozenset(pk for pk in made.had_sector if made.nodes[pk].is_alive),
        kinds={
            pk: (made.kinds[made.nodes[pk].kind].holds_members, made.grassroots_kind(pk))
            for pk in takes
            if made.nodes[pk].is_alive
        },
        names={pk: made.nodes[pk].name for pk in made.founded},
        decision=reorganisation.decision,
        reason=f"Sắp xếp tổ chức theo quyết định{number}: {reorganisation.title}"[:300],
    )


def with_ids(passage: Passage, ids: dict[int, int]) -> Passage:
    """The passage with the ids of founded units in place of the negative ones."""

    def real(pk: int | None) -> int | None:
        return ids.get(pk, pk) if pk is not None else None

    def part(item: Part) -> Part:
        return replace(item, into=ids.get(item.into, item.into))

    def route(item: Route) -> Route:
        return replace(
            item, to=real(item.to), rest=real(item.rest), parts=tuple(part(one) for one in item.parts)
        )

    return replace(
        passage,
        routes={ids.get(pk, pk): route(item) for pk, item in passage.routes.items()},
        founded=frozenset(ids.get(pk, pk) for pk in passage.founded),
        parents={ids.get(pk, pk): real(parent) for pk, parent in passage.parents.items()},
        were={ids.get(pk, pk): real(parent) for pk, parent in passage.were.items()},
        kinds={ids.get(pk, pk): value for pk, value in passage.kinds.items()},
        names={ids.get(pk, pk): value for pk, value in passage.names.items()},
    )


def _forbidden(reorganisation: Reorganisation, made: Plan, actor: Actor) -> list[Problem]:
    """Units that steps touch and where the actor may neither prepare nor carry out a rearrangement. One query."""
    if actor.is_system or not made.touched:
        return []
    held = scope(actor, PREPARE).filter("pk") | scope(actor, COMMIT).filter("pk")
    allowed = set(Unit.objects.filter(pk__in=made.touched).filter(held).values_list("pk", flat=True))
    return [
        Problem(
            f"{made.nodes[pk].name} ngoài phạm vi của bạn nên không sắp xếp được. Hãy nhờ cấp trên ban hành."
        )
        for pk in sorted(made.touched - allowed)[:20]
    ]


def _line(key: str, label: str, rule: str, found: list[Any], made: Plan) -> Line:
    sums: dict[str, int] = defaultdict(int)
    flows = []
    for tally in sorted(found, key=lambda item: (made.nodes[item.unit_id].code, item.to or 0)):
        sums[tally.fate] += tally.n
        node = made.nodes[tally.unit_id]
        to = made.nodes.get(tally.to) if tally.to is not None else None
        flows.append(
            Flow(node.code, node.name, to.code if to else "", to.name if to else "", tally.fate, tally.n)
        )
    return Line(
        key,
        label,
        rule,
        sum(sums.values()),
        sums["passed"],
        sums["kept"],
        sums["ended"],
        sums["left"],
        sums["homeless"],
        tuple(flows[:FLOWS_KEPT]),
    )


def _no_home_for_members(lines: list[Line], made: Plan) -> tuple[list[Line], list[Problem]]:
    """Members who would come to a unit of a kind that holds none have no home there."""
    by_code = {node.code: node for node in made.nodes.values()}
    mended, problems = [], []
    for line in lines:
        if line.key != "membership.Membership.unit":
            mended.append(line)
            continue
        flows = []
        for flow in line.flows:
            target = by_code.get(flow.to)
            if flow.fate == "passed" and target is not None and not made.kinds[target.kind].holds_members:
                problems.append(
                    Problem(
                        f"{flow.n} đoàn viên của {flow.unit_name} không thể về {target.name}: loại"
                        f" “{made.kinds[target.kind].name}” không trực tiếp có đoàn viên. Hãy chọn công đoàn cơ sở, hoặc"
                        " thêm bước chuyển họ đi trước.",
                        made.routes[by_code[flow.unit].id].step
                        if by_code[flow.unit].id in made.routes
                        else None,
                    )
                )
                flow = replace(flow, fate="homeless")
            flows.append(flow)
        wrong = sum(flow.n for flow in flows if flow.fate == "homeless") - line.homeless
        mended.append(
            replace(line, flows=tuple(flows), passes=line.passes - wrong, homeless=line.homeless + wrong)
        )
    return mended, problems


def _unit_lines(made: Plan) -> list[UnitLine]:
    def name(pk: int | None) -> str:
        return made.nodes[pk].name if pk is not None else ""

    sectors = dict(Sector.objects.values_list("code", "name")) if made.had_sector else {}
    lines = [
        UnitLine(node.code, node.name, "founded", "", name(node.parent))
        for node in (made.nodes[pk] for pk in made.founded)
        if node.is_alive
    ]
    for pk, route in made.routes.items():
        if pk < 0:
            continue
        node = made.nodes[pk]
        heirs = ", ".join(dict.fromkeys(name(heir) for heir in route.heirs if heir != pk))
        lines.append(
            UnitLine(
                node.code,
                node.name,
                "divided" if route.stands else "ended",
                name(made.were.get(pk)),
                heirs,
                route.step,
            )
        )
    for node in made.changed:
        if "parent" in node.changed:
            lines.append(
                UnitLine(node.code, node.name, "moved", name(made.were.get(node.id)), name(node.parent))
            )
        if "name" in node.changed:
            lines.append(UnitLine(node.code, node.name, "renamed", "", node.name))
        if "kind" in node.changed:
            lines.append(UnitLine(node.code, node.name, "kind", "", made.kinds[node.kind].name))
        if "sector" in node.changed:
            had = sectors.get(made.had_sector.get(node.id) or "", "theo cấp trên")
            lines.append(UnitLine(node.code, node.name, "sector", had, sectors.get(node.sector or "", "")))
    return lines


def undo_hindrances(reorganisation: Reorganisation, *, actor: Actor, on: date) -> list[str]:
    """What stands in the way of taking a committed reorganisation back, as sentences; [] when nothing does."""
    if reorganisation.state != "committed":
        return ["Quyết định này chưa được thực hiện nên không có gì để hoàn tác."]
    passage = undo_passage(reorganisation, actor=actor, recorded_at=timezone.now(), reason="")
    found = [
        item.message for rule in rules() if rule.handler for item in rule.handler.undo_hindrances(passage)
    ]
    found += [item.message for item in bound_to(passage.founded, reorganisation.batch)]
    found += [_changed_words(label, pk) for label, pk in changed_since(reorganisation.batch)]
    return list(dict.fromkeys(found))


def undo_passage(
    reorganisation: Reorganisation, *, actor: Actor, recorded_at: datetime, reason: str
) -> Passage:
    """The passage of an undo: no routes, the batch finds what was written."""
    return Passage(
        batch=reorganisation.batch,
        on=reorganisation.effective_on,
        actor=actor,
        recorded_at=recorded_at,
        routes={},
        founded=frozenset(reorganisation.founded),
        decision=reorganisation.decision,
        reason=reason,
    )


def journal_is_short(reorganisation: Reorganisation, *, limit: int = 20_000) -> bool:
    """Whether looking for what stands in the way of an undo takes less than about a second."""
    rows = JournalEntry.objects.filter(batch=reorganisation.batch).order_by()
    return rows[: limit + 1].count() <= limit


_MODEL_WORDS = {
    "units.UnitVersion": "thông tin đơn vị",
    "units.Unit": "đơn vị",
    "organisation.UnitProfile": "thông tin liên hệ của đơn vị",
    "access.Grant": "phân quyền",
    "enterprises.Responsibility": "phụ trách doanh nghiệp",
    "enterprises.Hosting": "nơi hoạt động của công đoàn",
    "plans.Allocation": "quyết định giao chỉ tiêu",
    "plans.AllocationItem": "số giao chỉ tiêu",
    "plans.Plan": "kế hoạch",
    "approvals.Approval": "đề xuất chờ duyệt",
    "accounts.User": "người dùng",
    "units.KindAuthority": "thẩm quyền theo loại đơn vị",
    "briefings.Conclusion": "kết luận giao ban",
    "returns.Obligation": "báo cáo phải nộp",
    "returns.ReturnForm": "mẫu báo cáo định kỳ",
    "joining.Application": "đơn gia nhập",
    "catalogues.Parameter": "mức quy định riêng",
}


def _changed_words(label: str, row_id: int) -> str:
    from django.apps import apps

    row = apps.get_model(label)._default_manager.filter(pk=row_id).first()
    unit = getattr(row, "unit", None) if row is not None else None
    whose = f" của {unit.name}" if isinstance(unit, Unit) else ""
    what = _MODEL_WORDS.get(label, label)
    return f"{what.capitalize()}{whose} (số {row_id}) đã thay đổi sau khi sắp xếp. Hãy đưa về như cũ trước."


def losing_units(reorganisation: Reorganisation) -> list[int]:
    """Ids of existing units that steps name as ending or divided, and of those whose members come under another sector:
    whoever books for them must wait meanwhile."""
    made = plan(reorganisation.effective_on, steps_of(reorganisation))
    follow = take_sector_from_above({*made.were, *made.had_sector}, reorganisation.effective_on)
    return sorted({*(pk for pk in made.routes if pk > 0), *made.had_sector, *follow})


def units_of_batch(reorganisation: Reorganisation) -> list[int]:
    """Ids of units that a committed reorganisation ended, divided, founded, led members into or put under another
    sector."""
    from congdoan.foundation.succession.models import Successor

    found = set(reorganisation.founded)
    for pair in Successor.objects.filter(batch=reorganisation.batch).values_list("unit_id", "successor_id"):
        found.update(pair)
    moved = JournalEntry.objects.filter(batch=reorganisation.batch, model="units.UnitVersion")
    units = set(moved.values_list("before__unit_id", flat=True)) - {None}
    found.update(changed_sectors(reorganisation.batch))
    found.update(take_sector_from_above(units, reorganisation.effective_on))
    return sorted(found)
