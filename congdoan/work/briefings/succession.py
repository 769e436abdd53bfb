"""What becomes of this room's rows when union bodies are rearranged."""

from __future__ import annotations

from django.db.models import Count, Q

from congdoan.foundation.succession.actions import update_rows
from congdoan.foundation.succession.catalogue import Handler, Passage, Tally, declare_succession
from congdoan.work.briefings.models import Conclusion


class OpenTasks(Handler):
    """Open tasks of a body that ends are carried on by its main successor; the minutes keep the body they name."""

    def tally(self, passage: Passage) -> list[Tally]:
        counted = (
            Conclusion.objects.filter(owner_unit__in=passage.ended, taken_over_by__isnull=True, state="open")
            .order_by()
            .values_list("owner_unit")
            .annotate(n=Count("pk"))
        )
        return [passage.passing(unit, n) for unit, n in counted if unit is not None]

    def apply(self, passage: Passage) -> None:
        pairs = {old: new for old in passage.ended if (new := passage.heir(old)) is not None}
        if pairs:
            update_rows(
                passage.batch,
                Conclusion,
                "taken_over_by_id = (SELECT p.new FROM unnest(%(old)s::bigint[], %(new)s::bigint[]) p(old, new)"
                " WHERE p.old = t.owner_unit_id)",
                "t.owner_unit_id = ANY(%(old)s) AND t.taken_over_by_id IS NULL AND t.state = 'open'",
                {"old": list(pairs), "new": list(pairs.values())},
            )


declare_succession(
    "briefings.Briefing",
    "unit",
    "history",
    label="Cuộc họp giao ban",
    why="biên bản mãi là của đơn vị đã họp; đơn vị kế thừa lập lịch họp của mình",
)
declare_succession("briefings.Attendance", "unit", "history", why="thành phần mời là của cuộc họp đã lập")
declare_succession("briefings.AgendaItem", "unit", "history", why="chương trình là của cuộc họp đã lập")
declare_succession(
    "briefings.Conclusion",
    "owner_unit",
    "own",
    label="Kết luận đang thực hiện",
    why="đơn vị kế thừa làm tiếp; biên bản giữ nguyên tên đơn vị được giao",
    binds=False,
    handler=OpenTasks(),
)
declare_succession(
    "briefings.Conclusion",
    "taken_over_by",
    "successor",
    label="Kết luận làm tiếp thay đơn vị trước",
    why="chuyển tiếp cho đơn vị kế thừa",
    open=Q(state="open"),
)
