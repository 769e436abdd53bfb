"""No door breaks on what stands behind the question mark of its address: page keys, filters, dates, numbers that no
honest link holds are answered in words, never with an error of the machine."""

from __future__ import annotations

import base64
import json
from datetime import date
from urllib.parse import urlencode

import pytest

from congdoan.kit.lists import ListContext, ListSpec, lists, ordering
from tests.contracts.test_doors import World, client_of, doors, someone, visit, world

__all__ = ["world"]  # the fixture


def key(*values: object) -> str:
    """A page key that was never given out."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


#: No number, a number of another script, one that no column holds, text that nobody reads as a day.
BAD_VALUES = ("x", "²", "9" * 5000, "2026-02-31,,1")


def names_asked(spec: ListSpec) -> list[str]:
    return [*(item.name for item in spec.filters), "q", "sap", "sau", "truoc"]


def test_lists_answer_any_question(world: World) -> None:
    client, wrong = client_of(someone("cap-tren", world.tree.root)), []
    addresses = {
        door.name: door.address(world)
        for door in doors()
        if not door.parameters and door.name != "account_logout"
    }
    for spec in lists().values():
        address = addresses.get(spec.url_name)
        if address is None:
            continue
        for name in names_asked(spec):
            for value in BAD_VALUES:
                question = urlencode({name: value})
                status, _ = visit(client, f"{address}?{question}")
                if status >= 500:
                    wrong.append(f"{spec.name}: {question}: {status}")
    assert not wrong, "\n".join(wrong)


def test_page_keys_nobody_gave_out_are_survived(world: World, today: date) -> None:
    client, wrong = client_of(someone("cap-tren", world.tree.root)), []
    addresses = {door.name: door.address(world) for door in doors() if not door.parameters}
    for spec in lists().values():
        if spec.url_name not in addresses:
            continue
        for order in ["", *(column.name for column in spec.columns if column.sort)]:
            fields = ordering(spec, ListContext(actor=None, as_of=today, params={"sap": order})).fields
            for value in ("x", 10**30, True, "a\x00b", None):
                question = urlencode({"sap": order, "sau": key(*[value] * len(fields))})
                status, _ = visit(client, f"{addresses[spec.url_name]}?{question}")
                if status >= 500:
                    wrong.append(f"{spec.name}: {question}: {status}")
    assert not wrong, "\n".join(wrong)


def test_a_character_that_no_text_holds_is_refused_in_words(world: World) -> None:
    client = client_of(someone("cap-tren", world.tree.root))
    for address in ("/doan-vien/?q=a%00b", "/tim/?q=%00", "/don-vi/NA%00/", "/api/v1/lists?x=%00"):
        page = client.get(address)
        assert page.status_code == 400
        assert "không đọc được" in page.text


#: What pages read from their address beside a list's own parameters.
ASKED = (
    *(
        "cap_tren",
        "chi_tieu",
        "don-vi",
        "don_vi",
        "ke_hoach",
        "ket-qua",
        "ky",
        "lan",
        "loai",
        "muc",
        "ngay",
        "q",
    ),
    *("sau", "size", "truoc", "truong", "unit", "next"),
)


@pytest.mark.parametrize("value", BAD_VALUES)
def test_every_door_answers_any_question(world: World, value: str) -> None:
    client, wrong = client_of(someone("cap-tren", world.tree.root)), []
    question = urlencode(dict.fromkeys(ASKED, value))
    for door in doors():
        if door.name.startswith(("account_logout", "mfa_download")):
            continue
        status, text = visit(client, f"{door.address(world)}?{question}")
        if status >= 500 or "Traceback" in text:
            wrong.append(f"{door.name}: {status}")
    assert not wrong, "\n".join(wrong)
