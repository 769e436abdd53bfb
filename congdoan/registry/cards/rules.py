"""Who issues cards."""

from __future__ import annotations

from congdoan.foundation.access.rules import declare_capabilities

ISSUE = "cards.issue"
declare_capabilities((ISSUE, "Cấp, đổi, thu hồi thẻ đoàn viên"))


def masked(full_name: str) -> str:
    """A name as a stranger may see it: the family name and first letters ("Lò T. N. H.")."""
    first, *rest = full_name.split() or [""]
    return " ".join([first, *(f"{word[0]}." for word in rest)])
