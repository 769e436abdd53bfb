"""What a delta adds where: the one rule that folding, reading and recounting share."""

from __future__ import annotations

#: What deltas add to a unit and to all above it. A stock follows its unit: when the unit comes under another
#: superior it leaves the old one and arrives at the new one, both marked as structure. The last placement
#: counts as open, so that what is booked on the day a unit ends still reaches those above it.
#: One join for both sides: right after a rearrangement the database still believes that few deltas wait, and would
#: look for a second side through all placements again for every one of them.
CONTRIBUTIONS_SQL = """
    SELECT p.ancestor_id AS unit_id, d.cell_id, e.day, e.is_structure, e.n
    FROM deltas d
    JOIN placed p ON p.unit_id = d.unit_id AND (p.is_last OR upper(p.during) > d.day)
    CROSS JOIN LATERAL (VALUES
        (GREATEST(d.day, lower(p.during)), lower(p.during) > d.day AND NOT p.starts_life, d.n),
        (CASE WHEN NOT p.is_last THEN upper(p.during) END, TRUE, -d.n)
    ) AS e(day, is_structure, n)
    WHERE e.day IS NOT NULL
"""
#: ``placed``: placements with a mark for those that begin with the unit's life.
PLACED_SQL = """
    SELECT p.unit_id, p.ancestor_id, p.during, p.is_last, lower(p.during) = u.founded_on AS starts_life
    FROM units_unitplacement p JOIN units_unit u ON u.id = p.unit_id
"""
