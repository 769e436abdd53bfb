"""Who works on a case, and what stands in the way of a step.

A case speaks of people and their posts: it is read by whoever may change unions at the body that leads it, not by
everybody who may see the union. Booking the decision asks for the right to found and end unions there, and a dissolution
for that to carry out a reorganisation.
"""

from __future__ import annotations

from datetime import date

from congdoan.registry.organisation.rules import EDIT, FOUND

WORK, DECIDE = EDIT, FOUND


def paper_problem(
    *, needs_paper: bool, evidence: str, number: str, paper_on: date | None, has_file: bool
) -> str:
    """Why what was given does not prove a step; '' when it does. A paper is its number and day, or its scan."""
    if bool(number) != (paper_on is not None) and not has_file:
        return "Hãy ghi cả số và ngày của văn bản, hoặc đính kèm bản quét."
    if needs_paper and not has_file and not number:
        return f"Bước này cần văn bản: {evidence[0].lower()}{evidence[1:]}. Hãy ghi số và ngày, hoặc đính kèm bản quét."
    return ""
