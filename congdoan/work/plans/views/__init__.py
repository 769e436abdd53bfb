"""Doors of plans: the plan page, the target page, the allocation sheet, and the forms."""

from congdoan.work.plans.views.asking import XLSX, list_actions
from congdoan.work.plans.views.contents import contents
from congdoan.work.plans.views.drafting import (
    add_target,
    create,
    edit,
    edit_target,
    end,
    issue,
    remove_target,
)
from congdoan.work.plans.views.plan_page import plan
from congdoan.work.plans.views.sheet import allocation
from congdoan.work.plans.views.target_page import adjust, report_value, target, withdraw

__all__ = [
    "XLSX",
    "add_target",
    "adjust",
    "allocation",
    "contents",
    "create",
    "edit",
    "edit_target",
    "end",
    "issue",
    "list_actions",
    "plan",
    "remove_target",
    "report_value",
    "target",
    "withdraw",
]
