"""Writes of plans: loading, issuing, giving down, revising, adjusting, reporting.

Every action checks the right, locks what two officers could change at once, writes, and leaves an audit row.
"""

from congdoan.work.plans.actions.allocating import allocate, check_sum, revise
from congdoan.work.plans.actions.assessing import adjust_assessment, report_value, withdraw_adjustment
from congdoan.work.plans.actions.contents import edit_contents
from congdoan.work.plans.actions.demand import demand_at
from congdoan.work.plans.actions.drafting import create_plan, edit_plan, end_plan, issue_plan
from congdoan.work.plans.actions.errors import ChangedMeanwhile, DoesNotAddUp, PlanError
from congdoan.work.plans.actions.loading import LoadedPlan, load_plan_file
from congdoan.work.plans.actions.requests import DecisionData, PlanData, Share, TargetData
from congdoan.work.plans.actions.splitting import SUGGESTIONS, Suggestion, largest_remainder, suggest_split
from congdoan.work.plans.actions.targets import add_target, edit_target, remove_target
from congdoan.work.plans.actions.telling import distribute, remind_readers, tell_rebased

__all__ = [
    "SUGGESTIONS",
    "ChangedMeanwhile",
    "DecisionData",
    "DoesNotAddUp",
    "LoadedPlan",
    "PlanData",
    "PlanError",
    "Share",
    "Suggestion",
    "TargetData",
    "add_target",
    "adjust_assessment",
    "allocate",
    "check_sum",
    "create_plan",
    "demand_at",
    "distribute",
    "edit_contents",
    "edit_plan",
    "edit_target",
    "end_plan",
    "issue_plan",
    "largest_remainder",
    "load_plan_file",
    "remind_readers",
    "remove_target",
    "report_value",
    "revise",
    "suggest_split",
    "tell_rebased",
    "withdraw_adjustment",
]
