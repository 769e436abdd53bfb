"""What follows in the books when a person's data is changed, and when union bodies are rearranged.

Members follow by the ledger: out of the one unit, into the other, booked apart from growth, so that nothing is
ever lost or gained. All of it set-based: a province's members take a few statements.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection

from congdoan.foundation.measures.actions import append
from congdoan.foundation.succession.catalogue import (
    Handler,
    Hindrance,
    Passage,
    Route,
    Tally,
    declare_succession,
)
from congdoan.foundation.succession.models import JournalEntry
from congdoan.registry.membership.actions import follow_people, follow_sectors
from congdoan.registry.membership.choices import KINDS
from congdoan.registry.membership.queries import (
    HEIRS_SQL,
    UnitHistory,
    changed_sectors,
    heirs_asked,
    take_sector_from_above,
)
from congdoan.registry.organisation import actions as organisation
from congdoan.registry.people import actions as people

people.declare_follower("membership", follow_people)
organisation.declare_follower("membership", follow_sectors)

#: How many names a sentence gives.
_NAMED = 20
_NEW_SUPERIOR = "Khu vực lấy theo cấp trên mới"


class Members(Handler):
    """Memberships that hold on the day go where their unit's route leads."""

    def tally(self, passage: Passage) -> list[Tally]:
        with connection.cursor() as cursor:
            _allocate(cursor, passage)
            cursor.execute(
                """SELECT from_unit, at, CASE WHEN leave <> '' THEN 'left' WHEN at IS NULL THEN 'homeless'
                                              WHEN at = from_unit THEN 'kept' ELSE 'passed' END, count(*)
                   FROM passing_members GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
            )
            found = [Tally(unit, n, at, fate) for unit, at, fate, n in cursor.fetchall()]
            _note_shares(cursor, passage)
            cursor.execute("DROP TABLE passing_members")
        return found

    def hindrances(self, passage: Passage) -> list[Hindrance]:
        sources = list(passage.routes)
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT p.full_name, u.name, u.id, count(*) OVER ()
                   FROM membership_membership m JOIN people_person p ON p.id = m.person_id
                   JOIN units_unit u ON u.id = m.unit_id
                   WHERE m.unit_id = ANY(%(units)s) AND m.is_primary
                     AND (lower(m.during) > %(on)s OR upper(m.during) > %(on)s)
                   ORDER BY m.sort_key, m.id LIMIT %(some)s""",
                {"units": sources, "on": passage.on, "some": _NAMED},
            )
            later = cursor.fetchall()
            found = [
                Hindrance(
                    f"{name} ({unit}) có biến động ghi sau ngày {passage.on:%d/%m/%Y}. Hãy đảo bút toán đó trước, hoặc"
                    " chọn ngày hiệu lực muộn hơn.",
                    unit_id,
                )
                for name, unit, unit_id, _ in later
            ]
            if later and later[0][3] > len(later):
                found.append(
                    Hindrance(f"Còn {later[0][3] - len(later)} đoàn viên nữa có biến động sau ngày đó.")
                )
            closed = [pk for pk, (_, grassroots) in passage.kinds.items() if grassroots != "grassroots_union"]
            if closed:
                _allocate(cursor, passage)
                cursor.execute(
                    """SELECT p.full_name, x.from_unit FROM passing_members x JOIN people_person p ON p.id = x.person_id
                       WHERE x.at = ANY(%s) AND x.at <> x.from_unit AND p.nationality <> 'VN' LIMIT %s""",
                    [closed, _NAMED],
                )
                found += [
                    Hindrance(
                        f"{name}: người lao động nước ngoài chỉ sinh hoạt tại công đoàn cơ sở. Hãy xếp riêng người này.",
                        unit_id,
                    )
                    for name, unit_id in cursor.fetchall()
                ]
                cursor.execute("DROP TABLE passing_members")
        return found

    def apply(self, passage: Passage) -> None:
        with connection.cursor() as cursor:
            _allocate(cursor, passage)
            _note_shares(cursor, passage)
            cursor.execute("DELETE FROM passing_members WHERE at = from_unit")
            cursor.execute("CREATE INDEX ON passing_members (membership_id)")
            cursor.execute("ANALYZE passing_members")
            cursor.execute("SELECT DISTINCT from_unit, at FROM passing_members")
            places = cursor.fetchall()
            units = {unit for pair in places for unit in pair if unit is not None}
            history = UnitHistory(units)
            targets = sorted({at for _, at in places if at is not None})
            sectors = [then.sector if (then := history.on(pk, passage.on)) else None for pk in targets]
            late = [pk for pk in units if history.is_closed(pk, passage.on, passage.recorded_at)]
            common = {
                "on": passage.on,
                "at": passage.recorded_at,
                "decision": passage.decision.pk if passage.decision else None,
                "reason": passage.reason[:300],
                "actor": passage.actor.user.pk if passage.actor.user else None,
                "batch": passage.batch,
                "late": late,
                "targets": targets,
                "sectors": sectors,
            }
            cursor.execute(_OUT_SQL, common)
            booked = cursor.fetchall()
            cursor.execute(_IN_SQL, common)
            booked += cursor.fetchall()
            _append(passage, booked)
            # One that began on this very day leaves no row behind; the undo finds it in the journal.
            cursor.execute(
                """WITH gone AS (
                       DELETE FROM membership_membership m USING passing_members p
                       WHERE m.id = p.membership_id AND lower(m.during) = %(on)s RETURNING m.*
                   )
                   INSERT INTO succession_journalentry (batch, model, row_id, before, after)
                   SELECT %(batch)s, 'membership.Membership', id, to_jsonb(gone), NULL FROM gone""",
                common,
            )
            cursor.execute(
                """UPDATE membership_membership m SET during = daterange(lower(m.during), %(on)s)
                   FROM passing_members p WHERE m.id = p.membership_id""",
                common,
            )
            cursor.execute(
                """INSERT INTO membership_membership
                       (person_id, unit_id, during, is_primary, sort_key, sector_id, sex, joined_on, application_on)
                   SELECT p.person_id, p.at, daterange(%(on)s, NULL), TRUE, p.sort_key, t.sector, p.sex, p.joined_on,
                          p.application_on
                   FROM passing_members p
                   JOIN unnest(%(targets)s::bigint[], %(sectors)s::varchar[]) t(unit, sector) ON t.unit = p.at
                   ORDER BY p.at, p.sort_key""",
                common,
            )
            cursor.execute("DROP TABLE passing_members")
        _follow_sectors(passage, passage.were, passage.resectored)

    def undone(self, passage: Passage) -> None:
        """Those who had followed another sector, of their unit or of a new superior, follow the old one again."""
        moved = JournalEntry.objects.filter(batch=passage.batch, model="units.UnitVersion")
        units = set(moved.values_list("before__unit_id", flat=True)) - {None}
        _follow_sectors(passage, units, changed_sectors(passage.batch))

    def undo_hindrances(self, passage: Passage) -> list[Hindrance]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT p.full_name, u.name, u.id,
                          (SELECT v.kind || ' ' || to_char(v."on", 'DD/MM/YYYY') FROM membership_movement v
                           WHERE v.person_id = x.person_id AND v.batch IS DISTINCT FROM x.batch
                             AND v.recorded_at >= x.recorded_at ORDER BY v.id DESC LIMIT 1),
                          count(*) OVER ()
                   FROM ({_IN_FORCE_SQL}) x
                   JOIN people_person p ON p.id = x.person_id JOIN units_unit u ON u.id = x.unit_id
                   WHERE CASE WHEN x.sign = 1 THEN NOT EXISTS (
                           SELECT 1 FROM membership_membership m
                           WHERE m.person_id = x.person_id AND m.unit_id = x.unit_id AND m.is_primary
                             AND lower(m.during) = x."on" AND upper_inf(m.during))
                         WHEN x.counter_unit_id IS NULL THEN EXISTS (
                           SELECT 1 FROM membership_membership m
                           WHERE m.person_id = x.person_id AND m.is_primary
                             AND (upper_inf(m.during) OR upper(m.during) > x."on"))
                         ELSE FALSE END
                   ORDER BY p.sort_key, p.id LIMIT %(some)s""",
                {"batch": passage.batch, "some": _NAMED},
            )
            rows = cursor.fetchall()
        found = []
        for name, unit, unit_id, booked, _ in rows:
            kind, _, day = (booked or "").partition(" ")
            what = f" ({KINDS[kind].name} ngày {day})" if kind in KINDS else ""
            found.append(
                Hindrance(
                    f"{name} ({unit}) đã có biến động sau khi sắp xếp{what}. Hãy đảo bút toán đó trước.",
                    unit_id,
                )
            )
        if rows and rows[0][4] > len(rows):
            found.append(
                Hindrance(f"Còn {rows[0][4] - len(rows)} đoàn viên nữa có biến động sau khi sắp xếp.")
            )
        return found + _closed_since(passage) + _newcomers(passage)

    def undo(self, passage: Passage) -> None:
        """Every line that still stands is booked again with the opposite sign; memberships are as they were."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMP TABLE standing_lines ON COMMIT DROP AS {_IN_FORCE_SQL}",
                {"batch": passage.batch},
            )
            cursor.execute("ANALYZE standing_lines")
            cursor.execute("SELECT DISTINCT unit_id FROM standing_lines")
            units = [row[0] for row in cursor.fetchall()]
            history = UnitHistory(units)
            values = {
                "at": passage.recorded_at,
                "reason": passage.reason[:300],
                "actor": passage.actor.user.pk if passage.actor.user else None,
                "late": [pk for pk in units if history.is_closed(pk, passage.on, passage.recorded_at)],
            }
            cursor.execute(
                """WITH made AS (
                       INSERT INTO membership_movement (kind, sign, person_id, unit_id, "on", recorded_at,
                           counter_unit_id, decision_id, reason, sector_id, sex, actor_id, reverses_id, batch, is_late)
                       SELECT kind, -sign, person_id, unit_id, "on", %(at)s, counter_unit_id, decision_id, %(reason)s,
                              sector_id, sex, %(actor)s, id, batch, unit_id = ANY(%(late)s)
                       FROM standing_lines ORDER BY id
                       RETURNING unit_id, sector_id, sex, kind, sign
                   )
                   SELECT unit_id, COALESCE(sector_id, ''), sex, kind, sum(sign) FROM made GROUP BY 1, 2, 3, 4""",
                values,
            )
            _append(passage, cursor.fetchall())
            cursor.execute(
                """DELETE FROM membership_membership m USING standing_lines x
                   WHERE x.sign = 1 AND m.person_id = x.person_id AND m.unit_id = x.unit_id AND m.is_primary
                     AND lower(m.during) = x."on" AND upper_inf(m.during)"""
            )
            cursor.execute(
                """UPDATE membership_membership m SET during = daterange(lower(m.during), NULL)
                   FROM standing_lines x
                   WHERE x.sign = -1 AND m.person_id = x.person_id AND m.unit_id = x.unit_id AND m.is_primary
                     AND upper(m.during) = x."on" """
            )
            cursor.execute("DROP TABLE standing_lines")


_OUT_SQL = """
    WITH made AS (
        INSERT INTO membership_movement (kind, sign, person_id, unit_id, "on", recorded_at, counter_unit_id,
            decision_id, reason, sector_id, sex, actor_id, reverses_id, batch, is_late)
        SELECT CASE WHEN leave <> '' THEN leave ELSE 'reorganise_out' END, -1, person_id, from_unit, %(on)s, %(at)s, at,
               %(decision)s, COALESCE(NULLIF(why, ''), %(reason)s), sector_id, sex, %(actor)s, NULL, %(batch)s,
               from_unit = ANY(%(late)s)
        FROM passing_members ORDER BY membership_id
        RETURNING unit_id, sector_id, sex, kind, sign
    )
    SELECT unit_id, COALESCE(sector_id, ''), sex, kind, sum(sign) FROM made GROUP BY 1, 2, 3, 4
"""
_IN_SQL = """
    WITH made AS (
        INSERT INTO membership_movement (kind, sign, person_id, unit_id, "on", recorded_at, counter_unit_id,
            decision_id, reason, sector_id, sex, actor_id, reverses_id, batch, is_late)
        SELECT 'reorganise_in', 1, p.person_id, p.at, %(on)s, %(at)s, p.from_unit, %(decision)s,
               %(reason)s, t.sector, p.sex, %(actor)s, NULL, %(batch)s, p.at = ANY(%(late)s)
        FROM passing_members p
        JOIN unnest(%(targets)s::bigint[], %(sectors)s::varchar[]) t(unit, sector) ON t.unit = p.at
        ORDER BY p.membership_id
        RETURNING unit_id, sector_id, sex, kind, sign
    )
    SELECT unit_id, COALESCE(sector_id, ''), sex, kind, sum(sign) FROM made GROUP BY 1, 2, 3, 4
"""
#: Lines of the rearrangement that are neither a reversal nor reversed.
_IN_FORCE_SQL = """
    SELECT v.* FROM membership_movement v
    WHERE v.batch = %(batch)s AND v.reverses_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM membership_movement r WHERE r.reverses_id = v.id)
"""


def _follow_sectors(passage: Passage, moved: Iterable[int], resectored: Iterable[int]) -> None:
    """Members follow where their unit has another sector, its own or that of a body above it, because it or that body was
    given one or came under another superior: as when a sector is changed (actions.sectors), by lines that are no
    growth."""
    given = set(resectored)
    units = given | set(take_sector_from_above({*moved, *given}, passage.on))
    if units:
        follow_sectors(
            passage.actor,
            passage.on,
            sorted(units),
            passage.reason[:300] or _NEW_SUPERIOR,
            passage.recorded_at,
        )


def _append(passage: Passage, booked: Iterable[tuple[Any, ...]]) -> None:
    append(
        measure="members",
        rows=(
            (unit_id, {"sector": sector, "sex": sex, "movement": kind}, passage.on, int(n))
            for unit_id, sector, sex, kind, n in booked
        ),
        recorded_at=passage.recorded_at,
    )


def _allocate(cursor: Any, passage: Passage) -> None:
    """Fill the temporary table ``passing_members``: every member of a unit with a route, with the unit ``at`` which
    they end up (NULL: nobody said), or the movement by which they ``leave``."""
    nodes: list[Route] = []
    numbers: dict[int, int] = {}

    def end_of(unit_id: int, after: int) -> tuple[int | None, str, str, int | None]:
        """(at, leave, why, number of the divided unit to be asked) for what is at a unit after a step."""
        end = passage.final(unit_id, after)
        if not isinstance(end, Route):
            return end, "", "", None
        if end.leave:
            return None, end.leave, end.reason, None
        if id(end) not in numbers:
            numbers[id(end)] = len(nodes)
            nodes.append(end)
        return None, "", "", numbers[id(end)]

    sources = list(passage.routes)
    ends = [end_of(pk, -1) for pk in sources]
    cursor.execute(
        """CREATE TEMP TABLE passing_members ON COMMIT DROP AS
           SELECT m.id AS membership_id, m.person_id, m.unit_id AS from_unit, s.at, s.leave, s.why, s.node, m.sector_id,
                  m.sex, m.sort_key, m.joined_on, m.application_on
           FROM membership_membership m
           JOIN unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::int[]) s(unit, at, leave, why, node)
             ON s.unit = m.unit_id
           WHERE m.is_primary AND m.during @> %s::date""",
        [
            sources,
            [end[0] for end in ends],
            [end[1] for end in ends],
            [end[2] for end in ends],
            [end[3] for end in ends],
            passage.on,
        ],
    )
    asked = 0
    while asked < len(nodes):
        number, route = asked, nodes[asked]
        asked += 1
        placed = {
            into: end_of(into, route.step)
            for into in {*(part.into for part in route.parts), route.rest}
            if into
        }
        cursor.execute(
            f"""UPDATE passing_members x
               SET at = e.at, leave = COALESCE(e.leave, ''), why = COALESCE(e.why, ''), node = e.node
               FROM (
                   SELECT y.membership_id, COALESCE({", ".join(HEIRS_SQL.values())}) AS heir
                   FROM passing_members y WHERE y.node = %(node)s
               ) chosen
               LEFT JOIN unnest(%(into)s::bigint[], %(at)s::bigint[], %(leave)s::text[], %(why)s::text[], %(nodes)s::int[])
                 e(heir, at, leave, why, node) ON e.heir = chosen.heir
               WHERE x.membership_id = chosen.membership_id""",
            {
                **heirs_asked(route, passage.on),
                "node": number,
                "into": list(placed),
                "at": [end[0] for end in placed.values()],
                "leave": [end[1] for end in placed.values()],
                "why": [end[2] for end in placed.values()],
                "nodes": [end[3] for end in placed.values()],
            },
        )


def _note_shares(cursor: Any, passage: Passage) -> None:
    """Leave word of how the members of divided units are shared out."""
    divided = [pk for pk in passage.routes if isinstance(end := passage.final(pk), Route) and end.parts]
    passage.shares = {pk: {} for pk in divided}
    if divided:
        cursor.execute(
            """SELECT from_unit, at, count(*) FROM passing_members
               WHERE from_unit = ANY(%s) AND at IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2""",
            [divided],
        )
        for unit, at, n in cursor.fetchall():
            passage.shares[unit][at] = n


def _closed_since(passage: Passage) -> list[Hindrance]:
    """Books that were closed over the day after it was done: what was reported stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT u.name, c.closed_at FROM membership_bookclosing c JOIN units_unit u ON u.id = c.unit_id
               JOIN units_unitplacement p ON p.ancestor_id = c.unit_id
               JOIN (SELECT DISTINCT unit_id, recorded_at FROM membership_movement WHERE batch = %(batch)s) v
                 ON v.unit_id = p.unit_id
               WHERE c.until_on > %(on)s AND c.closed_at > v.recorded_at ORDER BY 2 LIMIT 20""",
            {"batch": passage.batch, "on": passage.on},
        )
        return [
            Hindrance(f"{name} đã khoá sổ lúc {at:%d/%m/%Y} với số liệu sau sắp xếp.")
            for name, at in cursor.fetchall()
        ]


def _newcomers(passage: Passage) -> list[Hindrance]:
    """Members who came to a unit that would be no more."""
    if not passage.founded:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT u.name, u.id, count(*) FROM membership_membership m JOIN units_unit u ON u.id = m.unit_id
               WHERE m.unit_id = ANY(%(units)s) AND NOT EXISTS (
                   SELECT 1 FROM membership_movement v
                   WHERE v.batch = %(batch)s AND v.person_id = m.person_id AND v.unit_id = m.unit_id AND v.sign = 1
                     AND v."on" = lower(m.during) AND v.reverses_id IS NULL)
               GROUP BY 1, 2""",
            {"units": list(passage.founded), "batch": passage.batch},
        )
        return [
            Hindrance(
                f"{name} (lập theo quyết định này) đã có {n} đoàn viên vào sau đó. Hãy chuyển họ đi trước.",
                pk,
            )
            for name, pk, n in cursor.fetchall()
        ]


def members_named(unit_ids: Iterable[int], on: date) -> dict[int, int]:
    """Members on a day at each unit alone. One query."""
    ids = list(unit_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT unit_id, count(*) FROM membership_membership
               WHERE unit_id = ANY(%s) AND is_primary AND during @> %s::date GROUP BY 1""",
            [ids, on],
        )
        return dict(cursor.fetchall())


declare_succession(
    "membership.Membership",
    "unit",
    "own",
    label="Đoàn viên",
    why="đi theo quyết định, ghi sổ riêng là sắp xếp tổ chức",
    binds=False,
    order=10,
    handler=Members(),
)
declare_succession("membership.Membership", "person", "person", why="tư cách đoàn viên của chính người đó")
declare_succession("membership.Movement", "unit", "history", why="sổ biến động không bao giờ sửa")
declare_succession("membership.Movement", "counter_unit", "history", why="sổ biến động không bao giờ sửa")
declare_succession("membership.Movement", "person", "person", why="sổ biến động của chính người đó")
declare_succession("membership.BookClosing", "unit", "history", why="sổ đã khoá vẫn khoá với đơn vị cũ")
declare_succession("membership.ContractNotice", "person", "person", why="lời nhắc về chính người đó")
declare_succession("membership.LifeSign", "person", "person", why="dấu hiệu sinh hoạt của chính người đó")
declare_succession("membership.Silence", "person", "person", why="rà soát về chính người đó")
declare_succession("membership.Silence", "unit", "derived", why="được tìm lại mỗi đêm theo sổ")
