"""Vietnamese text: one written form, folding for search, ordering by given name.

The same text reaches the system as NFC, as NFD (files from macOS), with a no-break space pasted from Word,
in capitals. Everything here brings it to one form. The functions run once or more for every row of an
import, so words are remembered: a whole country's names are made of a few thousand syllables.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORDS_REMEMBERED = 1 << 14

# --------------------------------------------------------------------------------------------------
# One written form
# --------------------------------------------------------------------------------------------------

# What survives NFC and is still not Vietnamese as it should be: the eth and the African d, which old fonts
# used for đ, and a shape mark typed after the tone mark (o + sắc + mũ), which NFC cannot put together.
_ODD = re.compile("[ÐðƉɖ\u0302\u0306]")
_ODD_LETTERS = str.maketrans("ÐðƉɖ", "ĐđĐđ")
# As in H'Hen; Unicode counts two of them as letters.
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼʻ`´′", "'"))
_TONE_BEFORE_SHAPE = re.compile("([\u0300\u0301\u0303\u0309])([\u0302\u0306])")


def nfc(value: object) -> str:
    """`value` as one clean line: NFC, ends stripped, each run of white space (no-break space, tab, line
    end) one space.

    Zero-width characters, direction marks and control characters are removed, the look-alikes of đ become
    đ. None gives ''; a whole float, as Excel stores numbers, loses its ".0". Idempotent.
    """
    if type(value) is not str:
        value = _plain(value)
    line = " ".join(value.split())
    if line.isascii():
        return line if line.isprintable() else _scrub(line)
    if not line.isprintable():
        line = _scrub(line)
    if not unicodedata.is_normalized("NFC", line):
        line = unicodedata.normalize("NFC", line)
    return _mend(line) if _ODD.search(line) else line


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _scrub(line: str) -> str:
    """Without control, format and lone surrogate characters (PostgreSQL cannot store some, nobody can see
    the rest)."""
    return " ".join("".join(c for c in line if unicodedata.category(c) not in ("Cc", "Cf", "Cs")).split())


def _mend(line: str) -> str:
    line = line.translate(_ODD_LETTERS)
    apart, swaps = unicodedata.normalize("NFD", line), 1
    while swaps:
        apart, swaps = _TONE_BEFORE_SHAPE.subn(r"\2\1", apart)
    return unicodedata.normalize("NFC", apart)


# --------------------------------------------------------------------------------------------------
# Folding
# --------------------------------------------------------------------------------------------------

# Letters that Unicode does not take apart although people read them as a plain letter.
_WHOLE_LETTERS = {
    **dict(zip("đĐÐðƉɖøØłŁıħĦ", "dDDdDdoOlLihH", strict=True)),
    "ß": "ss",
    "æ": "ae",
    "Æ": "AE",
    "œ": "oe",
    "Œ": "OE",
}


def _is_mark(char: str) -> bool:
    return "\u0300" <= char <= "\u036f"


class _Unaccented(dict[int, str]):
    """A translation table that works out a character when it first meets it."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char in _WHOLE_LETTERS:
            plain = _WHOLE_LETTERS[char]
        else:
            apart = unicodedata.normalize("NFD", char)
            plain = unicodedata.normalize("NFC", "".join(c for c in apart if not _is_mark(c)))
        self[code] = plain
        return plain


class _Searchable(dict[int, str]):
    """Character to what a search sees of it: plain lower-case letters and digits, a space for
    punctuation."""

    def __missing__(self, code: int) -> str:
        text, before = chr(code).translate(_APOSTROPHES), ""
        while text != before:  # some letters need two rounds: İ lowers to i and a mark
            before = text
            text = unicodedata.normalize("NFKD", text.lower())
            text = "".join(_WHOLE_LETTERS.get(c, c) for c in text if not _is_mark(c))
        self[code] = seen = "".join(self._seen(c) for c in text)
        return seen

    @staticmethod
    def _seen(char: str) -> str:
        category = unicodedata.category(char)
        if category == "Cf":
            return ""
        # Other scripts write vowels as marks: they are part of the word.
        return char if char.isalnum() or category[0] == "M" else " "


_unaccented = _Unaccented()
_searchable = _Searchable()


def unaccent(value: object) -> str:
    """`value` without Vietnamese (and other Latin) marks, đ as d; case, spaces and punctuation stay. NFC or
    NFD in."""
    text = value if type(value) is str else _plain(value)
    return text if text.isascii() else text.translate(_unaccented)


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _search_words(word: str) -> str:
    return " ".join(word.translate(_searchable).split())


def search_key(value: object) -> str:
    """What is stored for search and matched against: unaccented lower-case words, one space between them.

    Punctuation parts words ("H'Hen" is "h hen"), so both "hen" and "h'hen" find it. Idempotent, and the
    same for NFC and NFD: search_key("Nguyễn Văn Đức") == "nguyen van duc".
    """
    text = value if type(value) is str else _plain(value)
    return " ".join(filter(None, map(_search_words, text.split())))


_QUERY_WORDS = 12


def search_prefix_query(typed: object) -> str:
    """What a person typed, as text for PostgreSQL's to_tsquery('simple', …); each word matches as a prefix.

    "nguyễn v" gives "nguyen:* & v:*". Operators, quotes and backslashes typed cannot reach the query: a word
    is letters and digits only. At most 12 different words are used. '' when there is nothing to search for
    (to_tsquery would then match nothing: the caller leaves the condition out).
    """
    words = list(dict.fromkeys(search_key(typed).split()))[:_QUERY_WORDS]
    return " & ".join(f"{word}:*" if word.isascii() else f"'{word}':*" for word in words)


def header_key(value: object) -> str:
    """A column header folded for matching: unaccented, lower case, no space, no punctuation.

    header_key("Họ và tên (*)") == "hovaten"; only letters and digits count, so "HỌ_VÀ_TÊN" is the same
    header.
    """
    return search_key(value).replace(" ", "")


# --------------------------------------------------------------------------------------------------
# Order
# --------------------------------------------------------------------------------------------------

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PLACES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg"  # ASCII and rising bytewise, as the alphabet does
_PLACE = {**dict(zip(_ALPHABET, _PLACES, strict=True)), **{d: d for d in "0123456789"}}
_ELSEWHERE = "h"  # after z: letters of other scripts, by code point
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_SHAPES = {
    ("a", "\u0306"): "ă",
    ("a", "\u0302"): "â",
    ("e", "\u0302"): "ê",
    ("o", "\u0302"): "ô",
    ("o", "\u031b"): "ơ",
    ("u", "\u031b"): "ư",
}
_LEVEL_END = "!"
_WORD_END = "+"  # above _LEVEL_END and below every place and tone, so that the shorter comes first
_BRACKET = re.compile(r"[()\[\]{}]")
_BRACKETED = re.compile(r"[(\[{]([^)\]}]*)[)\]}]?")


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _letters_and_tones(word: str) -> tuple[str, str]:
    places: list[str] = []
    tones: list[str] = []
    letter = ""  # the letter being built, before its place is known
    word = word.translate(_APOSTROPHES).translate(_ODD_LETTERS)
    for char in unicodedata.normalize("NFKD", word.lower()).lower():
        if char in _TONES:
            # The tone belongs to the syllable, not to the letter it is drawn on: Hòa and Hoà are one name.
            tones.append(_TONES[char])
        elif (letter, char) in _SHAPES:
            letter = _SHAPES[letter, char]
        elif char.isalnum():
            places.append(_place(letter))
            letter = char if char in _PLACE else _WHOLE_LETTERS.get(char, char)
            if len(letter) > 1 and letter.isascii():
                places.append(_place(letter[0]))
                letter = letter[1:]
    places.append(_place(letter))
    return "".join(places), "".join(tones)


def _place(letter: str) -> str:
    if not letter:
        return ""
    return _PLACE.get(letter) or f"{_ELSEWHERE}{ord(letter):06X}"


def name_sort_key(full_name: object) -> str:
    """A key whose plain byte order (PostgreSQL collation "C") is the order of Vietnamese lists of people.

    The given name (the last word) counts first, then the rest from the family name on. Within each of the
    two, the letters of all words are compared first, in the order a ă â b c d đ e ê f g … o ô ơ … u ư … z,
    and only then the tones: ngang, huyền, hỏi, ngã, sắc, nặng. So An, Ân, Ẩn, Bình; and Dao, Dạo, Đào.
    Case, punctuation and the place of the tone mark do not count (Hòa = Hoà). Words in brackets, as in "Lê
    Văn An (B)", come last in the rest. Digits come before letters, other scripts after z. ASCII only:
    [0-9A-Za-h+!], '' for an empty name.
    """
    text = full_name if type(full_name) is str else _plain(full_name)
    rest, _, given = text.rpartition(" ")
    given_part, rest_part = _given_part(given), _rest_part(rest)
    if given_part is None or rest_part is None:
        return _unusual_sort_key(text)
    return given_part + rest_part


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _given_part(word: str) -> str | None:
    """The first two levels of the key; None when `word` is not one plain word."""
    letters, tones = _letters_and_tones(word)
    if not letters or word.split() != [word] or _BRACKET.search(word):
        return None
    return f"{letters}{_LEVEL_END}{tones}{_LEVEL_END}"


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _rest_part(words: str) -> str | None:
    """The last two levels of the key; None when something in `words` is in brackets."""
    return None if _BRACKET.search(words) else _joined(words.split())


def _joined(words: list[str]) -> str:
    parts = [part for part in map(_letters_and_tones, words) if part[0]]
    if not parts:
        return ""
    letters, tones = zip(*parts, strict=True)
    return f"{_WORD_END.join(letters)}{_LEVEL_END}{_WORD_END.join(tones)}"


def _unusual_sort_key(text: str) -> str:
    outside = [word for word in _BRACKETED.sub(" ", text).split() if _letters_and_tones(word)[0]]
    aside = [word for word in " ".join(_BRACKETED.findall(text)).split() if _letters_and_tones(word)[0]]
    words = outside or aside
    if not words:
        return ""
    *rest, given = words
    letters, tones = _letters_and_tones(given)
    return f"{letters}{_LEVEL_END}{tones}{_LEVEL_END}{_joined(rest + (aside if outside else []))}"


# --------------------------------------------------------------------------------------------------
# Showing
# --------------------------------------------------------------------------------------------------

_PARTS = re.compile(r"([-'.])")


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _title_word(word: str) -> str:
    return "".join(_title_part(part) for part in _PARTS.split(nfc(word).translate(_APOSTROPHES)))


def _title_part(part: str) -> str:
    # McDonald and the like are written so on purpose; NguyễN and nGUYỄN are not.
    on_purpose = part[:1].isupper() and any(
        before.islower() and char.isupper() and after.islower()
        for before, char, after in zip(part, part[1:], part[2:], strict=False)
    )
    return part if on_purpose else part[:1].upper() + part[1:].lower()


def title_name(value: object) -> str:
    """A person's name as it is written: "NGUYỄN VĂN  an" gives "Nguyễn Văn An".

    Parts after a hyphen, an apostrophe or a full stop begin with a capital too ("H'HEN NIÊ" gives "H'Hen
    Niê", "Y-MOAN" gives "Y-Moan"), whatever apostrophe was typed. Capitals inside a word are kept where
    they are plainly meant ("McDonald").
    """
    text = value if type(value) is str else _plain(value)
    return " ".join(filter(None, map(_title_word, text.split())))


def upper_first(value: object) -> str:
    """ "kiện toàn Ban Chấp hành" → "Kiện toàn Ban Chấp hành": as a sentence begins; the other letters stay."""
    words = str(value or "")
    return words[:1].upper() + words[1:]


def lower_first(value: object) -> str:
    """ "Họp Ban Chấp hành" → "họp Ban Chấp hành": as within a sentence; the other letters stay."""
    words = str(value or "")
    return words[:1].lower() + words[1:]


def mask(value: object, keep: int = 3) -> str:
    """All but the last `keep` characters as dots: mask("012345678901") == "•••••••••901".

    A value that is not longer than `keep` is hidden whole.
    """
    text = nfc(value)
    shown = text[-keep:] if 0 < keep < len(text) else ""
    return "•" * (len(text) - len(shown)) + shown
