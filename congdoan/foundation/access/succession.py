"""What becomes of rights when union bodies are rearranged: exactly what the decision says, never more."""

from __future__ import annotations

from django.db import connection

from congdoan.foundation.access.models import Grant
from congdoan.foundation.succession.actions import journal_inserted
from congdoan.foundation.succession.catalogue import Handler, Passage, Tally, declare_succession

_OPEN = "g.unit_id = ANY(%s) AND (upper_inf(g.during) OR upper(g.during) > %s)"


class Grants(Handler):
    """A grant at an ended unit stays and reaches its archive. When the decision passes grants on, the same role holds
    at every successor too, from the day on and as long as the old one; nobody passes a right on to themselves."""

    def tally(self, passage: Passage) -> list[Tally]:
        ended = passage.ended
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT g.unit_id, count(*) FROM access_grant g WHERE {_OPEN} GROUP BY 1",
                [ended, passage.on],
            )
            return [
                Tally(pk, n, heirs[0], "passed")
                if passage.routes[pk].passes_grants and (heirs := passage.heirs(pk))
                else Tally(pk, n)
                for pk, n in cursor.fetchall()
            ]

    def apply(self, passage: Passage) -> None:
        pairs = [
            (pk, heir)
            for pk in passage.ended
            if passage.routes[pk].passes_grants
            for heir in passage.heirs(pk)
        ]
        if not pairs:
            return
        own = passage.actor.user.pk if passage.actor.user else 0
        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO access_grant (user_id, role_id, unit_id, reach, during, reason, granted_by_id, created_at)
                   SELECT g.user_id, g.role_id, p.heir,
                          CASE WHEN bool_or(g.reach = 'below') THEN 'below' ELSE 'own' END,
                          daterange(min(GREATEST(lower(g.during), %(on)s)),
                                    NULLIF(max(COALESCE(upper(g.during), 'infinity')), 'infinity')),
                          %(reason)s, %(by)s, %(at)s
                   FROM access_grant g
                   JOIN unnest(%(old)s::bigint[], %(new)s::bigint[]) p(unit, heir) ON p.unit = g.unit_id
                   WHERE (upper_inf(g.during) OR upper(g.during) > %(on)s) AND g.user_id <> %(own)s
                     AND NOT EXISTS (SELECT 1 FROM access_grant h
                                     WHERE (h.user_id, h.role_id, h.unit_id) = (g.user_id, g.role_id, p.heir)
                                       AND h.during && daterange(GREATEST(lower(g.during), %(on)s), upper(g.during)))
                   GROUP BY g.user_id, g.role_id, p.heir
                   RETURNING id""",
                {
                    "old": [old for old, _ in pairs],
                    "new": [new for _, new in pairs],
                    "on": passage.on,
                    "reason": passage.reason[:300],
                    "by": own or None,
                    "at": passage.recorded_at,
                    "own": own,
                },
            )
            made = [row[0] for row in cursor.fetchall()]
        journal_inserted(passage.batch, Grant, made)


declare_succession(
    "access.Grant",
    "unit",
    "own",
    label="Phân quyền",
    why="chỉ sang đơn vị kế thừa khi quyết định nói vậy; nếu không, chỉ còn xem được hồ sơ lưu",
    handler=Grants(),
)
