"""Doors of founding: the board, one file, its acts, its legal dossier. Whoever may not know of a file finds nothing, whether
it exists or not."""

from congdoan.registry.founding.views.dossier import (
    all_papers,
    attach_scan,
    dossier,
    paper,
    scan,
)
from congdoan.registry.founding.views.file_page import (
    abandon,
    advance,
    board,
    change_kind,
    end_member,
    file,
    files,
    finish_task,
    name,
    new,
    recognise,
)

__all__ = [
    "abandon",
    "advance",
    "all_papers",
    "attach_scan",
    "board",
    "change_kind",
    "dossier",
    "end_member",
    "file",
    "files",
    "finish_task",
    "name",
    "new",
    "paper",
    "recognise",
    "scan",
]
