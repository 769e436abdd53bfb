"""Doors of reorganisation decisions."""

from congdoan.registry.reorganisation.views.asking import list_buttons
from congdoan.registry.reorganisation.views.balance_page import check, sheet, sheet_workbook
from congdoan.registry.reorganisation.views.carrying_out import commit, undo
from congdoan.registry.reorganisation.views.decision_page import decision
from congdoan.registry.reorganisation.views.drafting import create, edit
from congdoan.registry.reorganisation.views.placing import place, placement_list, upload_placement
from congdoan.registry.reorganisation.views.steps import (
    add_step,
    edit_step,
    remove_steps,
    suggest,
)
from congdoan.registry.reorganisation.views.uploading import template, upload

__all__ = [
    "add_step",
    "check",
    "commit",
    "create",
    "decision",
    "edit",
    "edit_step",
    "list_buttons",
    "place",
    "placement_list",
    "remove_steps",
    "sheet",
    "sheet_workbook",
    "suggest",
    "template",
    "undo",
    "upload",
    "upload_placement",
]
