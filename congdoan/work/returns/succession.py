"""What becomes of forms, of returns that are owed and of stand-ins when union bodies are rearranged.

A return that is still owed passes to the successor of the body that owes it, and is owed to the body that stands above
it then. A successor that owes the same form for the same period reports for both, so what the ended body had not
begun falls away. What was accepted or closed is history and stays as it was.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from congdoan.foundation.succession.actions import update_rows, watching
from congdoan.foundation.succession.catalogue import Handler, Passage, Tally, declare_succession
from congdoan.foundation.units.models import UnitVersion
from congdoan.work.returns.models import Extension, Obligation, Return, ReturnForm, ReturnStep

#: Not accepted yet: begun or not, somebody still has to hand it in or to decide on it.
_OPEN = ~Q(made__state__in=("accepted", "closed")) | Q(made__isnull=True)


@dataclass
class _Owed:
    """What becomes of open obligations of ended bodies: (id, unit) by fate, and the new unit of those that pass."""

    passing: dict[int, tuple[int, int]] = field(default_factory=dict)
    falling: dict[int, int] = field(default_factory=dict)
    staying: dict[int, int] = field(default_factory=dict)


def _owed(passage: Passage) -> _Owed:
    """Think it through with two queries, whatever the number of bodies."""
    found = _Owed()
    heirs = {pk: passage.heir(pk) for pk in passage.ended}
    taken = set(
        Obligation.objects.filter(unit__in={heir for heir in heirs.values() if heir is not None}).values_list(
            "unit_id", "form_id", "period"
        )
    )
    rows = (
        Obligation.objects.filter(_OPEN, unit__in=passage.ended)
        .annotate(
            is_begun=Exists(Return.objects.filter(obligation=OuterRef("pk")))
            | Exists(Extension.objects.filter(obligation=OuterRef("pk")))
            | Exists(ReturnStep.objects.filter(obligation=OuterRef("pk")))
        )
        .order_by("unit_id", "pk")
        .values_list("pk", "unit_id", "form_id", "period", "superior_id", "is_begun")
    )
    for pk, unit, form, period, superior, is_begun in rows:
        heir = heirs[unit]
        above = passage.heir(superior) if superior in passage.routes else superior
        if heir is not None and heir != above and (heir, form, period) not in taken:
            taken.add((heir, form, period))
            found.passing[pk] = (unit, heir)
        elif not is_begun:
            found.falling[pk] = unit
        else:
            found.staying[pk] = unit
    return found


class OwedReturns(Handler):
    """Open obligations of bodies that end."""

    def tally(self, passage: Passage) -> list[Tally]:
        owed = _owed(passage)
        counted: dict[tuple[int, int | None, str], int] = defaultdict(int)
        for unit, heir in owed.passing.values():
            counted[unit, heir, "passed"] += 1
        for unit in owed.falling.values():
            counted[unit, None, "ended"] += 1
        for unit in owed.staying.values():
            counted[unit, None, "kept"] += 1
        if owed.staying:
            passage.notes.append(
                f"{len(owed.staying)} báo cáo đang làm dở ở đơn vị kết thúc, còn đơn vị kế thừa đã nợ báo cáo cùng kỳ:"
                " hãy nộp hoặc duyệt xong trước ngày sắp xếp."
            )
        return [Tally(unit, n, to, fate) for (unit, to, fate), n in counted.items()]

    def apply(self, passage: Passage) -> None:
        owed = _owed(passage)
        if owed.passing:
            update_rows(
                passage.batch,
                Obligation,
                "unit_id = (SELECT p.heir FROM unnest(%(ids)s::bigint[], %(heirs)s::bigint[]) p(id, heir)"
                " WHERE p.id = t.id)",
                "t.id = ANY(%(ids)s)",
                {"ids": list(owed.passing), "heirs": [heir for _, heir in owed.passing.values()]},
            )
        if owed.falling:
            with watching(passage.batch, Obligation, "id", list(owed.falling)):
                Obligation.objects.filter(pk__in=list(owed.falling)).delete()
        self._to_superiors(passage)

    def _to_superiors(self, passage: Passage) -> None:
        """Open obligations are owed to the body that stands above on the day of the decision."""
        moved = [pk for pk in passage.parents if pk > 0] + [
            heir for pk in passage.ended if (heir := passage.heir(pk)) is not None
        ]
        rows = list(
            Obligation.objects.filter(_OPEN)
            .filter(Q(unit__in=moved) | Q(superior__in=passage.ended))
            .values_list("pk", "unit_id", "superior_id")
        )
        parents = dict(
            UnitVersion.objects.filter(
                unit__in={unit for _, unit, _ in rows}, during__contains=passage.on, parent__isnull=False
            ).values_list("unit_id", "parent_id")
        )
        changed = {pk: parents[unit] for pk, unit, above in rows if parents.get(unit) not in (None, above)}
        if changed:
            update_rows(
                passage.batch,
                Obligation,
                "superior_id = (SELECT p.above FROM unnest(%(ids)s::bigint[], %(above)s::bigint[]) p(id, above)"
                " WHERE p.id = t.id)",
                "t.id = ANY(%(ids)s)",
                {"ids": list(changed), "above": list(changed.values())},
            )


class OwnForms(Handler):
    """Forms in use pass to the successor of the body that made them, unless it has one of the same code."""

    def _passing(self, passage: Passage) -> dict[int, tuple[int, int]]:
        heirs = {pk: heir for pk in passage.ended if (heir := passage.heir(pk)) is not None}
        taken = set(ReturnForm.objects.filter(owner__in=heirs.values()).values_list("owner_id", "code"))
        found: dict[int, tuple[int, int]] = {}
        for pk, owner, code in ReturnForm.objects.filter(owner__in=heirs, is_retired=False).values_list(
            "pk", "owner_id", "code"
        ):
            if (heirs[owner], code) not in taken:
                taken.add((heirs[owner], code))
                found[pk] = (owner, heirs[owner])
        return found

    def tally(self, passage: Passage) -> list[Tally]:
        counted: dict[tuple[int, int], int] = defaultdict(int)
        for pair in self._passing(passage).values():
            counted[pair] += 1
        return [Tally(owner, n, heir, "passed") for (owner, heir), n in counted.items()]

    def apply(self, passage: Passage) -> None:
        passing = self._passing(passage)
        if passing:
            update_rows(
                passage.batch,
                ReturnForm,
                "owner_id = (SELECT p.heir FROM unnest(%(ids)s::bigint[], %(heirs)s::bigint[]) p(id, heir)"
                " WHERE p.id = t.id)",
                "t.id = ANY(%(ids)s)",
                {"ids": list(passing), "heirs": [heir for _, heir in passing.values()]},
            )


declare_succession(
    "returns.Obligation",
    "unit",
    "own",
    label="Báo cáo còn nợ",
    why="đơn vị kế thừa báo cáo tiếp",
    order=65,
    handler=OwedReturns(),
)
declare_succession(
    "returns.Obligation", "superior", "derived", why="nộp cho đơn vị cấp trên mới", binds=False
)
declare_succession(
    "returns.ReturnForm",
    "owner",
    "own",
    label="Mẫu báo cáo đang dùng",
    why="đơn vị kế thừa dùng tiếp",
    order=64,
    handler=OwnForms(),
)
declare_succession("returns.Delegation", "unit", "history", why="uỷ quyền có thời hạn tại đơn vị cũ")
