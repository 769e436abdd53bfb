"""Finding the headings of a list below its title lines, and which field each column is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from congdoan.foundation.imports.catalogue import Field
from congdoan.foundation.imports.reading import Row
from congdoan.kit.text import header_key, mask, nfc

#: Title lines, bodies' names, "Độc lập - Tự do - Hạnh phúc": headings stand below them, but not far.
ROWS_SEARCHED = 30
_EXACT, _WITHOUT_BRACKETS, _PART = 4.0, 3.5, 1.5
#: A heading that merely contains a known one must be mostly that ("Số điện thoại di động").
_PART_SHARE = 0.6
_BRACKETED = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_LABEL = re.compile(r"[^\W\d_]")


@dataclass
class Headings:
    """Where the headings are (0: not found), what they say by column, and the fields they were taken for."""

    row: int = 0
    end: int = 0
    texts: list[str] = field(default_factory=list)
    mapping: dict[str, int] = field(default_factory=dict)
    score: float = 0.0


def find_headings(
    rows: Iterable[Row], fields: Sequence[Field], memory: Mapping[str, str], *, at: int = 0
) -> Headings:
    """The best-scoring row among the first 30 (or the row ``at``), joined with a second heading row below it.

    ``memory`` says how headings were understood before: heading key → field name, '' for a column to leave out.
    """
    first = list(islice(rows, ROWS_SEARCHED if not at else at + 1))
    known = _known_keys(fields)
    best = Headings()
    for place, (number, cells) in enumerate(first):
        if at and number != at:
            continue
        texts = [nfc(value) if isinstance(value, str) else "" for value in cells]
        if not at and sum(1 for text in texts if text) < 2:
            continue
        below = first[place + 1] if place + 1 < len(first) else None
        joined, end = texts, number
        if below is not None and below[0] == number + 1 and _is_second_row(texts, below[1], known, memory):
            joined = _join(texts, below[1], known, memory)
            end = below[0]
        mapping, score = _assign(joined, known, memory)
        if score > best.score or (at and number == at):
            best = Headings(number, end, joined, mapping, score)
    needed = {item.name for item in fields if item.required}
    if not at and (len(best.mapping) < 2 or not needed & best.mapping.keys()):
        return Headings()
    return best


def _known_keys(fields: Sequence[Field]) -> dict[str, str]:
    known: dict[str, str] = {}
    for item in fields:
        for key in item.heading_keys():
            known.setdefault(key, item.name)
    return known


def _understood(text: str, known: Mapping[str, str], memory: Mapping[str, str]) -> tuple[str, float]:
    """(field name or '', how sure)."""
    key = header_key(text)
    if not key:
        return "", 0.0
    if key in memory:
        return memory[key], _EXACT + 0.5
    if key in known:
        return known[key], _EXACT
    shorter = header_key(_BRACKETED.sub(" ", text))
    if shorter in known:
        return known[shorter], _WITHOUT_BRACKETS
    parts = [name for name in known if len(name) >= 5 and name in key and len(name) >= _PART_SHARE * len(key)]
    if parts:
        longest = max(parts, key=len)
        return known[longest], _PART * len(longest) / len(key)
    return "", 0.0


def _assign(
    texts: Sequence[str], known: Mapping[str, str], memory: Mapping[str, str]
) -> tuple[dict[str, int], float]:
    """Each field takes the column that is surest, the first of equals."""
    found: dict[str, tuple[float, int]] = {}
    for index, text in enumerate(texts):
        name, sure = _understood(text, known, memory)
        if name and sure > found.get(name, (0.0, 0))[0]:
            found[name] = (sure, index)
    ordered = sorted((index, name) for name, (_, index) in found.items())
    return {name: index for index, name in ordered}, sum(sure for sure, _ in found.values())


def _is_second_row(
    texts: Sequence[str], below: Sequence[object], known: Mapping[str, str], memory: Mapping[str, str]
) -> bool:
    """Whether the next row continues the headings: words only, some of them known, under merged cells."""
    filled = [(index, nfc(value)) for index, value in enumerate(below) if value not in ("", None)]
    if not filled or any(
        not isinstance(below[index], str) or not _LABEL.search(text) for index, text in filled
    ):
        return False
    fills_gaps = [
        text
        for index, text in filled
        if (
            index >= len(texts)
            or not texts[index]
            or not texts[index + 1 : index + 2]
            or not texts[index + 1]
        )
        and _understood(text, known, memory)[0]
    ]
    above = {header_key(text) for text in texts if text}
    return (
        bool(fills_gaps)
        and len(fills_gaps) >= len(filled) / 2
        and not above.issuperset(header_key(text) for _, text in filled)
    )


def _join(
    texts: Sequence[str], below: Sequence[object], known: Mapping[str, str], memory: Mapping[str, str]
) -> list[str]:
    joined = []
    over = ""  # a merged heading stands over the columns to its right
    for index in range(max(len(texts), len(below))):
        top = texts[index] if index < len(texts) else ""
        under = nfc(below[index]) if index < len(below) else ""
        over = top or over
        if not under:
            joined.append(top)
            continue
        whole = f"{over} {under}"
        joined.append(whole if _understood(whole, known, memory)[1] >= _WITHOUT_BRACKETS else under)
    return joined


def columns_found(
    headings: Headings, rows: Iterable[Row], fields: Sequence[Field]
) -> list[dict[str, object]]:
    """The columns with their headings and a sample of what stands in them, identity numbers masked."""
    private = {headings.mapping.get(item.name) for item in fields if item.is_private}
    samples: dict[int, str] = {}
    width = len(headings.texts)
    for number, cells in islice(rows, headings.end + 25):
        if number <= headings.end:
            continue
        width = max(width, len(cells))
        for index, value in enumerate(cells):
            text = nfc(value)
            if text and index not in samples:
                looks_private = index in private or (text.isdigit() and len(text) >= 9)
                samples[index] = mask(text) if looks_private else text[:60]
    return [
        {"index": index, "heading": heading, "sample": samples.get(index, "")}
        for index in range(width)
        if (heading := headings.texts[index] if index < len(headings.texts) else "") or index in samples
    ]
