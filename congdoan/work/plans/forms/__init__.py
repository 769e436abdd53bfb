"""What officers type about plans: plans, targets, decisions, reported values, adjustments, the allocation sheet."""

from congdoan.work.plans.forms.contents import PARTS, CorrectionForm
from congdoan.work.plans.forms.numbers import NumberField
from congdoan.work.plans.forms.plan import IssueForm, PlanForm, ReasonForm, RemovalForm
from congdoan.work.plans.forms.sheet import (
    DecisionForm,
    Sheet,
    SheetCell,
    SheetRow,
    boxes_of,
    day_within,
    periods_of,
    read_sheet,
)
from congdoan.work.plans.forms.target import AdjustmentForm, ReportedValueForm, TargetForm

__all__ = [
    "PARTS",
    "AdjustmentForm",
    "CorrectionForm",
    "DecisionForm",
    "IssueForm",
    "NumberField",
    "PlanForm",
    "ReasonForm",
    "RemovalForm",
    "ReportedValueForm",
    "Sheet",
    "SheetCell",
    "SheetRow",
    "TargetForm",
    "boxes_of",
    "day_within",
    "periods_of",
    "read_sheet",
]
