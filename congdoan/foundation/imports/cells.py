"""Reading single cells the way Vietnamese lists fill them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from congdoan.kit.text import header_key, nfc

#: What people write into a cell to say that there is nothing.
_NOTHING = {"", "-", "--", "–", "—", ".", "..", "...", "/", "\\", "?", "n/a", "na", "null", "none", "0"}
_NOTHING_WORDS = {"khong", "khongco", "chuaco", "ko", "koco", "khongro"}
_MARKS = {"x", "✓", "✔", "√", "v", "1", "+", "co"}
#: First words of the lines below a table.
_CLOSING_WORDS = (
    "tongcong",
    "tongso",
    "danhsachnay",
    "danhsachgom",
    "nguoilap",
    "thutruong",
    "chutich",
    "kytheten",
    "noinhan",
    "ghichu",
    "tmbanchaphanh",
    "tmban",
    "xacnhan",
    "hanoingay",
)

Getter = Callable[[Sequence[object]], object]


def getter(mapping: Mapping[str, int], name: str) -> Getter | None:
    """A function that gives the field's cell of a row; None when the file has no such column."""
    index = mapping.get(name)
    if index is None:
        return None

    def get(cells: Sequence[object]) -> object:
        return cells[index] if index < len(cells) else ""

    return get


def text_of(value: object) -> str:
    """A cell as clean text, '' for what only says that there is nothing."""
    if value == "" or value is None:
        return ""
    text = nfc(value)
    # Most cells are figures or long: only the others are looked at twice.
    return "" if len(text) <= 10 and not text[1:2].isdigit() and is_nothing(text) else text


@lru_cache(maxsize=4096)
def is_nothing(text: str) -> bool:
    """Whether the text says that there is nothing: "-", "không có", "n/a"."""
    return text.lower() in _NOTHING or header_key(text) in _NOTHING_WORDS


def is_mark(value: object) -> bool:
    """Whether a cell is ticked: x, ✓, 1, có."""
    return value is True or nfc(value).lower().rstrip(".") in _MARKS or header_key(value) == "co"


def is_closing_line(text: str) -> bool:
    """Whether a text is a line below a table: a sum, a signature, a note."""
    if not _may_close(text.partition(" ")[0]):
        return False
    key = header_key(text)
    return key.startswith(_CLOSING_WORDS) and not key.startswith("tongcongty")


@lru_cache(maxsize=4096)
def _may_close(word: str) -> bool:
    key = header_key(word)
    return any(words.startswith(key) or key.startswith(words) for words in _CLOSING_WORDS)
