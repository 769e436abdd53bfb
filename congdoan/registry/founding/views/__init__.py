"""Doors of founding: the board, one file, its acts, its legal dossier. Whoever may not know of a file finds nothing, whether
it exists or not."""

from congdoan.registry.founding.views.core_map import (
    add_contact,
    change_contact,
    core,
    forget_contact,
    keep_area,
    rate,
    remove_area,
)
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
    hand_over,
    name,
    new,
    recognise,
)
from congdoan.registry.founding.views.founders import founders, let_in, shut_out

__all__ = [
    "abandon",
    "add_contact",
    "advance",
    "all_papers",
    "attach_scan",
    "board",
    "change_contact",
    "change_kind",
    "core",
    "dossier",
    "end_member",
    "file",
    "files",
    "finish_task",
    "forget_contact",
    "founders",
    "hand_over",
    "keep_area",
    "let_in",
    "name",
    "new",
    "paper",
    "rate",
    "recognise",
    "remove_area",
    "scan",
    "shut_out",
]
