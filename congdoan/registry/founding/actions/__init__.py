"""Writes of founding: files open by themselves with the applications, officers move them, a recognition ends them."""

from congdoan.registry.founding.actions.errors import AlreadyMoved, FoundingError
from congdoan.registry.founding.actions.handing import follow_charge, hand_over
from congdoan.registry.founding.actions.installing import install_steps
from congdoan.registry.founding.actions.keeping import (
    SCAN_BYTES,
    NomineeData,
    keep_dossier,
    keep_scan,
    open_scan,
)
from congdoan.registry.founding.actions.mapping import (
    add_contact,
    change_contact,
    forget_contact,
    keep_area,
    rate,
    remove_area,
)
from congdoan.registry.founding.actions.opening import COMMITTEE_NAME, hide, let_in, look, show, shut_out
from congdoan.registry.founding.actions.receiving import open_file, receive_application
from congdoan.registry.founding.actions.recognising import RecognitionData, recognise
from congdoan.registry.founding.actions.working import (
    abandon,
    advance,
    change_kind,
    end_member,
    finish_task,
    name_member,
)

__all__ = [
    "COMMITTEE_NAME",
    "SCAN_BYTES",
    "AlreadyMoved",
    "FoundingError",
    "NomineeData",
    "RecognitionData",
    "abandon",
    "add_contact",
    "advance",
    "change_contact",
    "change_kind",
    "end_member",
    "finish_task",
    "follow_charge",
    "forget_contact",
    "hand_over",
    "hide",
    "install_steps",
    "keep_area",
    "keep_dossier",
    "keep_scan",
    "let_in",
    "look",
    "name_member",
    "open_file",
    "open_scan",
    "rate",
    "receive_application",
    "recognise",
    "remove_area",
    "show",
    "shut_out",
]
