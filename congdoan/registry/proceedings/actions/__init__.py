"""Writes of cases: opening, going on, booking the decision, stopping."""

from congdoan.registry.proceedings.actions.deciding import (
    DissolutionData,
    decide_consolidation,
    decide_dissolution,
    reopen,
)
from congdoan.registry.proceedings.actions.errors import AlreadyMoved, ProceedingError
from congdoan.registry.proceedings.actions.installing import install_stages
from congdoan.registry.proceedings.actions.working import EvidenceData, advance, open_proceeding, stop

__all__ = [
    "AlreadyMoved",
    "DissolutionData",
    "EvidenceData",
    "ProceedingError",
    "advance",
    "decide_consolidation",
    "decide_dissolution",
    "install_stages",
    "open_proceeding",
    "reopen",
    "stop",
]
