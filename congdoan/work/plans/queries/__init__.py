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

__all__ = [
    "ADDITIVE",
    "STATE_ORDER",
    "STATE_WORDS",
    "ChildProgress",
    "ChildrenProgress",
    "Given",
    "PlanProgress",
    "PlanReading",
    "TargetProgress",
    "allocation_history",
    "allocation_in_force",
    "children_progress",
    "children_table",
    "concerns",
    "contents_of",
    "given_to",
    "mark_of",
    "progress",
    "progress_summary",
    "target_progress",
    "targets_of",
    "visible_plans",
]
