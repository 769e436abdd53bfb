"""Amounts of money in đồng, in figures and in words. There is nothing smaller than a đồng.

The words are made here and not by the package num2words (0.5.14), which reads 1.005.000 as "một triệu năm
nghìn" (in speech that is 1.500.000), 1.000.000.000.000.005 as "một trăm nghìn tỷ lẻ năm" and drops the
first group of a negative number.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from congdoan.kit.numbers import Number, format_number

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_BILLION = 10**9


def _whole_dong(amount: Number) -> int:
    if isinstance(amount, int):
        return amount
    return int(Decimal(str(amount)).quantize(Decimal(1), ROUND_HALF_UP))


def format_dong(amount: Number | None) -> str:
    """ "3.000.000đ", rounded half up to the đồng; '' for None."""
    return "" if amount is None else f"{format_number(_whole_dong(amount))}đ"


def in_words(amount: Number | None) -> str:
    """The amount as documents spell it out: "Ba triệu đồng chẵn"; '' for None.

    "chẵn" (even) closes an amount of whole thousands; an odd one ends in "đồng", as 21.000.015 does: "Hai
    mươi mốt triệu không trăm mười lăm đồng". A group below a thousand that follows another is read with its
    hundreds, so that 1.005.000 ("Một triệu không trăm linh năm nghìn đồng chẵn") is not heard as 1.500.000;
    groups of zeros are left out.
    """
    if amount is None:
        return ""
    dong = _whole_dong(amount)
    even = " chẵn" if dong and dong % 1000 == 0 else ""
    words = f"{'âm ' if dong < 0 else ''}{number_in_words(abs(dong))} đồng{even}"
    return words[0].upper() + words[1:]


def number_in_words(number: int) -> str:
    """A whole number ≥ 0 in lower-case words: "một trăm linh năm", "hai mươi mốt", "ba mươi lăm", "một
    nghìn tỷ"."""
    if number < 0:
        raise ValueError("number_in_words reads numbers from 0 up")
    return " ".join(_read(number, after_another=False)) if number else _DIGITS[0]


def _read(number: int, *, after_another: bool) -> list[str]:
    """The words of `number` > 0; with its hundreds spelt out when a higher group stands before it."""
    if number >= _BILLION:
        billions, rest = divmod(number, _BILLION)
        words = [*_read(billions, after_another=after_another), "tỷ"]
        return words + (_read(rest, after_another=True) if rest else [])
    words = []
    for size, name in ((10**6, "triệu"), (10**3, "nghìn"), (1, "")):
        group, number = divmod(number, size)
        if group:
            words += _read_group(group, after_another=after_another or bool(words))
            words += [name] if name else []
    return words


def _read_group(group: int, *, after_another: bool) -> list[str]:
    hundreds, rest = divmod(group, 100)
    tens, units = divmod(rest, 10)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or after_another else []
    if not rest:
        return words
    if tens == 0:
        return [*words, "linh", _DIGITS[units]] if words else [_DIGITS[units]]
    words += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if units == 1 and tens > 1:
        words.append("mốt")
    elif units == 5:
        words.append("lăm")
    elif units:
        words.append(_DIGITS[units])
    return words
