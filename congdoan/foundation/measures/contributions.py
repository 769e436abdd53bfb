"""What a delta adds where: the one rule that folding, reading and recounting share."""

from __future__ import annotations

#: What deltas add to a unit and to all above it. A stock follows its unit: when the unit comes under another
#: superior it leaves the old one and arrives at the new one, both marked as structure. The last placement
#: counts as open, so that what is booked on the day a unit ends still reaches those above it.
CONTRIBUTIONS_SQL = """
    SELECT p.ancestor_id AS unit_id, d.cell_id, GREATEST(d.day, lower(p.during)) AS day,
           lower(p.during) > d.day AND NOT p.starts_life AS is_structure, d.n
    FROM deltas d
    JOIN placed p ON p.unit_id = d.unit_id AND (p.is_last OR upper(p.during) > d.day)
    UNION ALL
    SELECT p.ancestor_id, d.cell_id, upper(p.during), TRUE, -d.n
    FROM deltas d
    JOIN placed p ON p.unit_id = d.unit_id AND NOT p.is_last AND upper(p.during) > d.day
"""
#: ``placed``: placements with a mark for those that begin with the unit's life.
PLACED_SQL = """
    SELECT p.unit_id, p.ancestor_id, p.during, p.is_last, lower(p.during) = u.founded_on AS starts_life
    FROM units_unitplacement p JOIN units_unit u ON u.id = p.unit_id
"""
