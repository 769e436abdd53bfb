"""Cards as PDF: one of the size of a bank card with both sides, or sheets of ten to be cut."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import typst

from congdoan import kit
from congdoan.kit.dates import format_date
from congdoan.registry.cards.codes import code_of, qr_svg
from congdoan.registry.cards.models import Card

TEMPLATE = Path(__file__).parent / "templates/cards/card.typ"
_FONTS = Path(kit.__file__).parent / "fonts"
#: The most cards of one file: fifty sheets.
MOST = 500


def cards_pdf(cards: Sequence[Card], *, site: str, on_sheets: bool) -> bytes:
    """Cards with their person and unit loaded, as PDF; ``site`` is where their codes lead ("https://…"). On sheets: A4,
    ten a side, the backs mirrored for printing on both sides. The same cards are the same file."""
    given = {
        "sheets": on_sheets,
        "cards": [
            {
                "name": card.person.full_name,
                "born": format_date(card.person.birth_on) if card.person.birth_on else "",
                "unit": card.unit.name,
                "number": card.number,
                "issued": format_date(card.issued_on),
                "qr": qr_svg(f"{site}/the/{code_of(card.serial)}"),
            }
            for card in cards
        ],
    }
    newest = max((card.issued_on for card in cards), default=None)
    stamp = int(datetime(newest.year, newest.month, newest.day).timestamp()) if newest else 0  # noqa: DTZ001 (a mark of the file alone)
    return typst.compile(
        TEMPLATE,
        format="pdf",
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        timestamp=stamp,
        sys_inputs={"given": json.dumps(given)},
    )
