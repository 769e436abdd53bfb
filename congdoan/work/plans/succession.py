"""What becomes of plans and targets when union bodies are rearranged.

An open plan goes on with the successor of its issuer. What was given down is re-based by the decision: every body keeps
the number it was given and takes it along to its new superior; successors add up what they take over; what a divided
body was given goes to those who take its members, by how many each takes; wherever a body was given something and
nobody is left to take it, it goes into the reserve above. So Σ children + reserve = total holds at every body, and the
whole of the plan stays what it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Max, Q

from congdoan.foundation.succession.actions import journal_inserted, update_rows, watching
from congdoan.foundation.succession.catalogue import Handler, Passage, Tally, declare_succession
from congdoan.foundation.succession.models import JournalEntry
from congdoan.foundation.units.models import Unit, UnitVersion
from congdoan.kit.numbers import format_number
from congdoan.work.plans.actions import largest_remainder, tell_rebased
from congdoan.work.plans.models import Allocation, AllocationItem, Plan, Target

_BATCH = 2000


class OpenPlans(Handler):
    """Plans whose period is not over on the day pass to the successor of their issuer."""

    def _open(self, passage: Passage) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for pk, issuer in (
            Plan.objects.filter(issuer__in=passage.ended, during__endswith__gt=passage.on)
            .exclude(state="ended")
            .values_list("pk", "issuer_id")
        ):
            found[issuer].append(pk)
        return found

    def tally(self, passage: Passage) -> list[Tally]:
        return [passage.passing(unit, len(plans)) for unit, plans in self._open(passage).items()]

    def apply(self, passage: Passage) -> None:
        for unit, plans in self._open(passage).items():
            heir = passage.heir(unit)
            if heir is not None:
                update_rows(
                    passage.batch,
                    Plan,
                    "issuer_id = %(heir)s",
                    "t.id = ANY(%(ids)s)",
                    {"heir": heir, "ids": plans},
                )


@dataclass
class Rebased:
    """What a body gives down of a target afterwards; ``replaces`` are the allocations that it takes the place of."""

    target: Target
    unit_id: int
    reserve: Decimal = Decimal(0)
    items: dict[int, Decimal] = field(default_factory=dict)
    periods: dict[int, dict[str, Decimal]] = field(default_factory=dict)
    replaces: list[Allocation] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return self.reserve + sum(self.items.values(), Decimal(0))

    def is_as_before(self) -> bool:
        """Whether it says what one allocation of the same body says already."""
        if len(self.replaces) != 1 or self.replaces[0].unit_id != self.unit_id:
            return False
        old = self.replaces[0]
        whole = {item.unit_id: item.value for item in old.items.all() if not item.period}
        return (old.total, old.reserve, whole) == (self.total, self.reserve, self.items)


class _Rebasing:
    """One target thought through: numbers by body before, and after on the new tree."""

    def __init__(
        self,
        passage: Passage,
        target: Target,
        allocations: Iterable[Allocation],
        parents: Mapping[int, int | None],
        names: Mapping[int, str],
    ) -> None:
        self.passage, self.target, self.parents, self.names = passage, target, parents, names
        self.given = {allocation.unit_id: allocation for allocation in allocations}
        self.top = self._heir(target.plan.issuer_id)
        self.after: dict[int, Rebased] = {}
        self.own: dict[int, Decimal] = defaultdict(Decimal)
        self.slack: dict[int, Decimal] = defaultdict(Decimal)
        self.holder: dict[int, int] = {}
        self.parts: dict[int, list[tuple[Decimal, dict[str, Decimal]]]] = defaultdict(list)
        self.notes: list[str] = []

    def _heir(self, unit_id: int) -> int | None:
        route = self.passage.routes.get(unit_id)
        return unit_id if route is None or route.stands else self.passage.heir(unit_id)

    def _at(self, unit_id: int) -> Rebased:
        if unit_id not in self.after:
            self.after[unit_id] = Rebased(self.target, unit_id)
        return self.after[unit_id]

    def _chain(self, unit_id: int) -> list[int] | None:
        """The bodies above, up to the top; None when the body does not stand below it."""
        chain: list[int] = []
        above = self.parents.get(unit_id)
        while above is not None and len(chain) < 15:
            chain.append(above)
            if above == self.top:
                return chain
            above = self.parents.get(above)
        return None

    def _to_reserve(self, at: int, value: Decimal, whose: int, why: str) -> None:
        self._at(at).reserve += value
        if value:
            self.notes.append(
                f"Chỉ tiêu {self.target.code}: {format_number(value)} của {self.names.get(whose, whose)} {why}, đưa vào dự"
                f" phòng của {self.names.get(at, at)}. Hãy giao lại."
            )

    def run(self) -> list[Rebased]:
        """What has to be written: [] when nothing changes."""
        if self.top is None or not self.given:
            return []
        received = {
            item.unit_id: item.value
            for allocation in self.given.values()
            for item in allocation.items.all()
            if not item.period
        }
        for unit_id, allocation in self.given.items():
            self._take(unit_id, allocation, received)
        for unit_id in list(self.holder):
            for above in self._chain(unit_id) or ():
                self._at(above)
                if above != self.top and above not in self.holder:
                    self.holder[above] = self.parents[above] or self.top
        for unit_id, value in list(self.own.items()):
            if unit_id in self.after:
                self.after[unit_id].reserve += value
                del self.own[unit_id]
        self._add_up()
        # The issuer is the one body that was given nothing by another.
        old_top = next(
            (one for pk, one in self.given.items() if pk not in received and self._heir(pk) == self.top), None
        )
        top = self._at(self.top)
        if old_top is not None and old_top.total != top.total:
            top.reserve += old_top.total - top.total
        changed = [
            item
            for item in self.after.values()
            if not item.is_as_before() and (item.items or item.replaces) and item.reserve >= 0
        ]
        return changed

    def _take(self, unit_id: int, allocation: Allocation, received: Mapping[int, Decimal]) -> None:
        assert self.top is not None
        goes_to = self._heir(unit_id)
        if goes_to is None:
            # What it gave down comes from what it was given; its superior's reserve takes that.
            return
        here = self._at(goes_to)
        here.replaces.append(allocation)
        here.reserve += allocation.reserve
        periods: dict[int, dict[str, Decimal]] = defaultdict(dict)
        for item in allocation.items.all():
            if item.period:
                periods[item.unit_id][item.period] = item.value
        for item in allocation.items.all():
            if item.period:
                continue
            child = self._heir(item.unit_id)
            below = self.given.get(item.unit_id)
            rest = item.value - below.total if below is not None else item.value
            if child is None:
                self._to_reserve(goes_to, item.value, item.unit_id, "không còn đơn vị nào nhận")
            elif below is None and self.is_divided(item.unit_id):
                self._divide(goes_to, item, has_periods=bool(periods[item.unit_id]))
            elif child == goes_to:
                here.reserve += rest
            elif self._chain(child) is None:
                self._to_reserve(
                    goes_to, item.value, item.unit_id, "không còn thuộc đơn vị ban hành kế hoạch"
                )
            else:
                self.holder[child] = self.parents.get(child) or self.top
                self.parts[child].append((item.value, periods[item.unit_id]))
                if below is None:
                    self.own[child] += rest
                else:
                    self.slack[child] += rest
                if self.is_divided(item.unit_id):
                    self.notes.append(
                        f"Chỉ tiêu {self.target.code}: cả {format_number(item.value)} của"
                        f" {self.names.get(item.unit_id, item.unit_id)} giao cho {self.names.get(child, child)}. Hãy chia"
                        " lại nếu cần."
                    )

    def is_divided(self, unit_id: int) -> bool:
        """Whether a body's members go several ways and its number with them. A ratio is the same for every part."""
        is_sum = self.target.indicator.kind not in {"ratio", "average"}
        return is_sum and len(self.passage.shares.get(unit_id, {})) > 1

    def _divide(self, giver: int, item: AllocationItem, *, has_periods: bool) -> None:
        """What a divided body was given, by the members that each takes; the fraction of an odd value to the largest."""
        weights = {pk: Decimal(n) for pk, n in self.passage.shares[item.unit_id].items()}
        parts = {pk: Decimal(n) for pk, n in largest_remainder(int(item.value), weights).items()}
        parts[max(weights, key=lambda pk: (weights[pk], -pk))] += item.value - int(item.value)
        for child, part in parts.items():
            if child == giver:
                self._at(giver).reserve += part
            elif self._chain(child) is None:
                self._to_reserve(giver, part, item.unit_id, "về nơi không còn thuộc đơn vị ban hành kế hoạch")
            else:
                self.holder[child] = self.parents.get(child) or giver
                self.parts[child].append((part, {}))
                self.own[child] += part
        shared = ", ".join(f"{self._name(pk)} {format_number(part)}" for pk, part in parts.items())
        lost = " Số theo quý, tháng cần chia lại." if has_periods else ""
        self.notes.append(
            f"Chỉ tiêu {self.target.code}: {format_number(item.value)} của {self._name(item.unit_id)} chia theo số đoàn"
            f" viên mỗi đơn vị nhận: {shared}.{lost} Muốn chia khác, hãy điều chỉnh giao chỉ tiêu, ghi lý do."
        )

    def _name(self, unit_id: int) -> str:
        return self.names.get(unit_id) or str(unit_id)

    def _add_up(self) -> None:
        """From the lowest bodies upwards: what a body gives down is what it is given."""
        depth = {unit_id: len(self._chain(unit_id) or ()) for unit_id in self.holder}
        for unit_id in sorted(self.holder, key=lambda pk: (-depth[pk], pk)):
            below = self.after.get(unit_id)
            value = self.own[unit_id] + self.slack[unit_id]
            if below is not None:
                value += below.total
            above = self._at(self.holder[unit_id])
            above.items[unit_id] = value
            parts = self.parts[unit_id]
            if parts and all(periods for _, periods in parts):
                summed: dict[str, Decimal] = defaultdict(Decimal)
                for _, periods in parts:
                    for period, part in periods.items():
                        summed[period] += part
                if sum(summed.values(), Decimal(0)) == value:
                    above.periods[unit_id] = dict(summed)
            if any(periods for _, periods in parts) and unit_id not in above.periods:
                self.notes.append(
                    f"Chỉ tiêu {self.target.code}: số của {self.names.get(unit_id, unit_id)} không còn chia theo quý, tháng."
                )


def rebase(passage: Passage) -> tuple[list[Rebased], list[str]]:
    """What must be given down anew, and what somebody should look at. A constant number of queries."""
    touched = [pk for pk in [*passage.routes, *passage.parents] if pk > 0]
    open_ = Q(allocation__state="issued", allocation__target__window__endswith__gt=passage.on)
    targets = set(
        AllocationItem.objects.filter(open_, Q(unit__in=touched) | Q(allocation__unit__in=touched))
        .values_list("allocation__target_id", flat=True)
        .distinct()
    )
    targets |= set(
        Target.objects.filter(
            plan__issuer__in=touched, window__endswith__gt=passage.on, allocations__state="issued"
        ).values_list("pk", flat=True)
    )
    if not targets:
        return [], []
    by_target: dict[int, list[Allocation]] = defaultdict(list)
    for allocation in (
        Allocation.objects.filter(target__in=targets, state="issued")
        .select_related("target__plan__issuer", "target__indicator")
        .prefetch_related("items")
        .order_by("target_id", "pk")
    ):
        by_target[allocation.target_id].append(allocation)
    parents: dict[int, int | None] = dict(
        UnitVersion.objects.filter(during__contains=passage.on).values_list("unit_id", "parent_id")
    )
    parents.update(passage.parents)
    named = {item.unit_id for many in by_target.values() for one in many for item in one.items.all()}
    named |= {allocation.unit_id for many in by_target.values() for allocation in many} | {
        *passage.parents.values()
    } - {None}
    named |= {heir for shares in passage.shares.values() for heir in shares}
    names = {**dict(Unit.objects.filter(pk__in=named).values_list("pk", "name")), **passage.names}
    changed: list[Rebased] = []
    notes: list[str] = []
    for allocations in by_target.values():
        work = _Rebasing(passage, allocations[0].target, allocations, parents, names)
        changed += work.run()
        notes += work.notes
    return changed, notes


class Allocations(Handler):
    """What open targets were given down at bodies that end, or come under another superior."""

    def tally(self, passage: Passage) -> list[Tally]:
        passage.notes += rebase(passage)[1]
        ended = passage.ended
        counted: dict[int, int] = defaultdict(int)
        for unit in AllocationItem.objects.filter(
            unit__in=ended,
            period="",
            allocation__state="issued",
            allocation__target__window__endswith__gt=passage.on,
        ).values_list("unit_id", flat=True):
            counted[unit] += 1
        return [passage.passing(unit, n) for unit, n in counted.items()]

    def apply(self, passage: Passage) -> None:
        changed, _ = rebase(passage)
        if not changed:
            return
        ids = sorted({item.target.pk for item in changed})
        last: dict[tuple[int, int], int] = {
            (target, unit): revision
            for target, unit, revision in Allocation.objects.filter(target__in=ids)
            .values_list("target_id", "unit_id")
            .annotate(last=Max("revision"))
        }
        Target.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk").first()
        with watching(passage.batch, Allocation, "target_id", ids):
            Allocation.objects.filter(pk__in=[old.pk for item in changed for old in item.replaces]).update(
                state="replaced"
            )
            fresh = [item for item in changed if item.items or item.unit_id == item.target.plan.issuer_id]
            made = Allocation.objects.bulk_create(
                [
                    Allocation(
                        target=item.target,
                        unit_id=item.unit_id,
                        revision=last.get((item.target.pk, item.unit_id), 0) + 1,
                        decision=passage.decision,
                        effective_on=max([passage.on, *(old.effective_on for old in item.replaces)]),
                        total=item.total,
                        reserve=item.reserve,
                        state="issued",
                        reason=passage.reason[:300],
                        created_by=passage.actor.user,
                    )
                    for item in fresh
                ],
                batch_size=_BATCH,
            )
        items = AllocationItem.objects.bulk_create(
            [
                AllocationItem(allocation=allocation, unit_id=unit, period=period, value=value)
                for allocation, item in zip(made, fresh, strict=True)
                for unit, whole in item.items.items()
                for period, value in [("", whole), *item.periods.get(unit, {}).items()]
            ],
            batch_size=_BATCH,
        )
        journal_inserted(passage.batch, AllocationItem, [item.pk for item in items])
        tell_rebased(
            actor=passage.actor,
            changes=_changes(
                {item.target.pk: item.target for item in changed},
                [old for item in changed for old in item.replaces],
                {(item.target.pk, unit): value for item in fresh for unit, value in item.items.items()},
            ),
            why=f"{passage.reason}.",
            now=passage.recorded_at,
        )

    def undone(self, passage: Passage) -> None:
        """Who learned of new numbers learns that the old ones hold again."""
        made = JournalEntry.objects.filter(
            batch=passage.batch, model="plans.Allocation", before__isnull=True
        ).values_list("after__id", "after__target_id", "after__unit_id")
        places = {pk: (target, unit) for pk, target, unit in made}
        given = JournalEntry.objects.filter(
            batch=passage.batch, model="plans.AllocationItem", before__isnull=True, after__period=""
        ).values_list("after__allocation_id", "after__unit_id", "after__value")
        was = {
            (places[allocation][0], unit): Decimal(value)
            for allocation, unit, value in given
            if allocation in places
        }
        targets = {target for target, _ in places.values()}
        standing = Allocation.objects.filter(target__in=targets, state="issued").prefetch_related("items")
        now = {
            (one.target_id, item.unit_id): item.value
            for one in standing
            for item in one.items.all()
            if not item.period
        }
        known = Target.objects.select_related("plan__issuer").in_bulk(targets)
        changes: dict[Target, dict[int, tuple[Decimal, Decimal]]] = defaultdict(dict)
        for (target, unit), value in was.items():
            again = now.get((target, unit), Decimal(0))
            if again != value and target in known:
                changes[known[target]][unit] = (value, again)
        tell_rebased(
            actor=passage.actor,
            changes=changes,
            why=f"Đã hoàn tác: {passage.reason}.",
            now=passage.recorded_at,
        )


def _changes(
    targets: Mapping[int, Target], replaced: Iterable[Allocation], after: Mapping[tuple[int, int], Decimal]
) -> dict[Target, dict[int, tuple[Decimal, Decimal]]]:
    """Whose number is another: {target: {unit id: (before, after)}}, from the allocations that were replaced and what takes
    their place."""
    before = {
        (old.target_id, item.unit_id): item.value
        for old in replaced
        for item in old.items.all()
        if not item.period
    }
    found: dict[Target, dict[int, tuple[Decimal, Decimal]]] = defaultdict(dict)
    for target, unit in sorted({*before, *after}):
        pair = (before.get((target, unit), Decimal(0)), after.get((target, unit), Decimal(0)))
        if pair[0] != pair[1] and target in targets:
            found[targets[target]][unit] = pair
    return found


declare_succession(
    "plans.Plan",
    "issuer",
    "own",
    label="Kế hoạch còn hiệu lực",
    why="đơn vị kế thừa tiếp tục thực hiện",
    order=60,
    handler=OpenPlans(),
)
declare_succession(
    "plans.AllocationItem",
    "unit",
    "own",
    label="Chỉ tiêu được giao",
    why="giao lại theo cây mới, cộng đủ, căn cứ là quyết định này",
    order=61,
    handler=Allocations(),
)
declare_succession(
    "plans.Allocation", "unit", "derived", why="giao lại cùng với số chỉ tiêu được giao", binds=True
)
declare_succession("plans.Adjustment", "unit", "history", why="mức đánh giá riêng của đơn vị cũ")
declare_succession("plans.ReportedValue", "unit", "history", why="số đã báo cáo của đơn vị cũ")
declare_succession("plans.Distribution", "unit", "history", why="đơn vị cũ đã phổ biến")
declare_succession("plans.DistributionReader", "unit", "history", why="đơn vị cũ đã được phổ biến")
