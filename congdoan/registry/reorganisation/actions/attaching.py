"""Taking the attached list of a decision: its steps, and the file itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.files.models import StoredFile
from congdoan.registry.reorganisation.actions import ReorganisationData, add_steps, edit, remove_steps
from congdoan.registry.reorganisation.models import Reorganisation
from congdoan.registry.reorganisation.planning import StepData


@transaction.atomic
def attach_list(
    *,
    actor: Actor,
    on: date,
    reorganisation: Reorganisation,
    steps: Sequence[StepData],
    file: StoredFile | None,
    replace: bool = False,
) -> int:
    """Put the steps of a list behind those there are, or in their place, and keep the file with the decision; all or
    nothing. Returns how many steps there are now. Raises WrongState, Forbidden."""
    if replace:
        positions = list(reorganisation.steps.values_list("position", flat=True))
        remove_steps(actor=actor, on=on, reorganisation=reorganisation, positions=positions)
    add_steps(actor=actor, on=on, reorganisation=reorganisation, steps=steps)
    if file is not None:
        paper = ReorganisationData(
            title=reorganisation.title,
            authority=reorganisation.authority,
            effective_on=reorganisation.effective_on,
            number=reorganisation.number,
            issued_on=reorganisation.issued_on,
            note=reorganisation.note,
            file=file,
        )
        edit(actor=actor, on=on, reorganisation=reorganisation, data=paper)
    return reorganisation.steps.count()
