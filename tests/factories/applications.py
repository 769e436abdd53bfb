"""Invented workplaces and applications, for tests."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.registry.enterprises.actions import EnterpriseData, register_enterprises
from congdoan.registry.enterprises.models import Enterprise
from congdoan.registry.founding.actions import receive_application
from congdoan.registry.joining.actions import ApplicationData, Image, Submitted

SIGNED = Image("drawn", "image/png", b"\x89PNG a signature")


def make_workplace(
    actor: Actor, unit: Unit, *, host: Unit | None = None, name: str = "Công ty May Sao Mai"
) -> Enterprise:
    """An employer that a body is in charge of since 2024, with a union or without."""
    since = date(2024, 1, 1)
    (made,) = register_enterprises(
        actor=actor,
        on=since,
        items=[
            EnterpriseData(
                name=name,
                sector="non_state",
                unit=unit,
                registered_on=since,
                hosts=[(host, since)] if host is not None else [],
            )
        ],
    )
    return made


def application_data(**values: Any) -> ApplicationData:
    """What an invented worker fills in."""
    given: dict[str, Any] = {
        "submission_key": uuid.uuid4(),
        "full_name": "Lò Thị Ngân Hà",
        "birth_on": date(1998, 9, 5),
        "contract_kind": "indefinite",
        "signature": SIGNED,
        "consents": ["membership", "contact"],
        "sex": "f",
        "citizen_id": "012198000123",
        "phone": "0912000111",
        **values,
    }
    return ApplicationData(**given)


def apply(on: date, **values: Any) -> Submitted:
    """An application that was sent on a day."""
    return receive_application(data=application_data(**values), on=on)
