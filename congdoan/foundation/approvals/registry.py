"""The kinds of things that are approved, declared in the rooms' ``actions.py``: loaded with the room's doors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.approvals.models import Approval

#: Does what was proposed: ``function(approval=, actor=, on=)``. Runs in the transaction of the decision, as the
#: person who approves; the sentence it returns is shown and kept as the outcome.
Execute = Callable[..., "str | None"]
Function = TypeVar("Function", bound=Callable[..., Any])

_KINDS: dict[str, Execute] = {}


def approvable(kind: str) -> Callable[[Function], Function]:
    """Declare what is done when something of this kind ("plans.adjust") is approved."""

    def declare(function: Function) -> Function:
        _KINDS[kind] = function
        return function

    return declare


def execute(approval: Approval, *, actor: Actor, on: date) -> str:
    """Do what was approved. Raises KeyError for a kind that no room declares."""
    return _KINDS[approval.kind](approval=approval, actor=actor, on=on) or ""


def is_known(kind: str) -> bool:
    """Whether a room declares this kind."""
    return kind in _KINDS
