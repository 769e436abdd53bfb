"""Writes of applications: what the worker sends, what the body decides, and who may read."""

from congdoan.registry.joining.actions.applying import (
    ApplicationData,
    Beside,
    Image,
    Submitted,
    answer,
    check,
    held_by_code,
    knock,
    submit,
    withdraw,
)
from congdoan.registry.joining.actions.confirming import confirm, send_code
from congdoan.registry.joining.actions.deciding import (
    Papers,
    admit,
    ask_more,
    open_application,
    pass_on,
    refuse,
)
from congdoan.registry.joining.actions.errors import (
    AlreadyDecided,
    ForeignWorkerNotYet,
    JoiningError,
    JustSent,
    TooManyAttempts,
)
from congdoan.registry.joining.actions.inviting import SourceData, end_source, make_source
from congdoan.registry.joining.actions.naming import end_reader, name_reader
from congdoan.registry.joining.actions.prompting import send_prompts
from congdoan.registry.joining.actions.reminding import remind_due
from congdoan.registry.joining.actions.signing import SignatureRefused, content_code
from congdoan.registry.joining.actions.telling import hand_to, tell

__all__ = [
    "AlreadyDecided",
    "ApplicationData",
    "Beside",
    "ForeignWorkerNotYet",
    "Image",
    "JoiningError",
    "JustSent",
    "Papers",
    "SignatureRefused",
    "SourceData",
    "Submitted",
    "TooManyAttempts",
    "admit",
    "answer",
    "ask_more",
    "check",
    "confirm",
    "content_code",
    "end_reader",
    "end_source",
    "hand_to",
    "held_by_code",
    "knock",
    "make_source",
    "name_reader",
    "open_application",
    "pass_on",
    "refuse",
    "remind_due",
    "send_code",
    "send_prompts",
    "submit",
    "tell",
    "withdraw",
]
