"""Who may bring lists in, and see what was brought in."""

from __future__ import annotations

from congdoan.foundation.access.queries import require
from congdoan.foundation.access.rules import Actor, declare_capabilities
from congdoan.foundation.imports.models import ImportRun

RUN = "imports.run"
declare_capabilities((RUN, "Nhập danh sách từ tệp"))

#: From which states each step may be taken. A step that was killed may be taken again.
MAY_PREVIEW = {"uploaded", "previewing", "previewed", "failed"}
MAY_COMMIT = {"previewed", "committing"}
MAY_UNDO = {"committed", "undoing"}


def require_run(actor: Actor, run: ImportRun) -> None:
    """An actor works with an import when they may bring lists in at its unit. Raises Forbidden."""
    require(actor, RUN, run.unit)
