"""Reads of plans: progress of targets at any body on any day, contributions of the bodies below, allocations.

The day is always an argument. Percentages are 95 and not 0.95. Everything that is the same for many targets or
bodies is read once, so that the number of queries grows with neither.
"""

from congdoan.work.plans.queries.finding import concerns, contents_of, mark_of, targets_of, visible_plans
from congdoan.work.plans.queries.given import Given, allocation_history, allocation_in_force, given_to
from congdoan.work.plans.queries.reading import (
    PlanReading,
    children_progress,
    children_table,
    progress,
    progress_summary,
    target_progress,
)
from congdoan.work.plans.queries.shapes import (
    ADDITIVE,
    STATE_ORDER,
    STATE_WORDS,
    ChildProgress,
    ChildrenProgress,
    PlanProgress,
    TargetProgress,
)
from congdoan.work.plans.queries.telling import (
    Reached,
    answering_users,
    bodies_below,
    distributions_of,
    has_bodies_below,
    key_of,
    told_already,
    visible_readers,
    with_reading,
)

__all__ = [
    "ADDITIVE",
    "STATE_ORDER",
    "STATE_WORDS",
    "ChildProgress",
    "ChildrenProgress",
    "Given",
    "PlanProgress",
    "PlanReading",
    "Reached",
    "TargetProgress",
    "allocation_history",
    "allocation_in_force",
    "answering_users",
    "bodies_below",
    "children_progress",
    "children_table",
    "concerns",
    "contents_of",
    "distributions_of",
    "given_to",
    "has_bodies_below",
    "key_of",
    "mark_of",
    "progress",
    "progress_summary",
    "target_progress",
    "targets_of",
    "told_already",
    "visible_plans",
    "visible_readers",
    "with_reading",
]
