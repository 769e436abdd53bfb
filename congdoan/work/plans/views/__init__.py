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
from congdoan.work.plans.views.telling import distribute, reader_buttons, remind_readers

__all__ = [
    "XLSX",
    "add_target",
    "adjust",
    "allocation",
    "contents",
    "create",
    "distribute",
    "edit",
    "edit_target",
    "end",
    "issue",
    "list_actions",
    "plan",
    "reader_buttons",
    "remind_readers",
    "remove_target",
    "report_value",
    "target",
    "withdraw",
]
