"""Writes of people: registering, changing, employing, consent, and showing what is sealed.

All work on lists, because most people arrive in lists of thousands; one person is a list of one.
"""

from congdoan.registry.people.actions.registering import (
    AlreadyRegistered,
    ConsentData,
    Follower,
    NotInReach,
    PeopleError,
    PersonChange,
    PersonData,
    ReasonMissing,
    declare_follower,
    record_consents,
    register_people,
    reveal_identity,
    update_people,
    withdraw_consent,
)
from congdoan.registry.people.actions.working import (
    EmploymentChange,
    EmploymentData,
    employ,
    take_back_employments,
    would_employ,
)

__all__ = [
    "AlreadyRegistered",
    "ConsentData",
    "EmploymentChange",
    "EmploymentData",
    "Follower",
    "NotInReach",
    "PeopleError",
    "PersonChange",
    "PersonData",
    "ReasonMissing",
    "declare_follower",
    "employ",
    "record_consents",
    "register_people",
    "reveal_identity",
    "take_back_employments",
    "update_people",
    "withdraw_consent",
    "would_employ",
]
