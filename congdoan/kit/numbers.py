"""Vietnamese numbers: a full stop between thousands, a comma before decimals, a true minus sign."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from congdoan.kit.text import nfc

Number = int | float | Decimal

MINUS = "−"  # U+2212


class NumberError(ValueError):
    """The text is not a number; the message (Vietnamese) says how to write one."""


def whole_number(text: str) -> int | None:
    """The integer that a parameter of an address writes in plain figures ("42", "-1"); None for anything else and for
    what no column of the database holds."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None


def _decimal(value: Number) -> Decimal:
    # By way of str, so that 0.955 is 0.955 and not the nearest binary fraction.
    return value if isinstance(value, Decimal) else Decimal(str(value))


def format_number(value: Number | None, decimals: int | None = None) -> str:
    """ "1.810", "1.234,5", "−155"; '' for None.

    `decimals` figures after the comma, rounded half up; None shows as many as the value has and no idle
    zeros.
    """
    if value is None:
        return ""
    if type(value) is int and decimals is None:
        text = f"{abs(value):,}".replace(",", ".")
        return f"{MINUS}{text}" if value < 0 else text
    exact = _decimal(value)
    if not exact.is_finite():
        raise NumberError(f"{value} không phải là một số.")
    if decimals is not None:
        exact = _rounded(exact, decimals)
    whole, _, fraction = f"{abs(exact):,f}".partition(".")
    if decimals is None:
        fraction = fraction.rstrip("0")
    text = whole.replace(",", ".") + (f",{fraction}" if fraction else "")
    return f"{MINUS}{text}" if exact < 0 else text


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def format_percent(value: Number | None, decimals: int = 1) -> str:
    """A share as a percentage: 0.955 gives "95,5%", 1 gives "100%" (no idle ",0"); '' for None.

    A share below one never reads "100%": 0.9996 gives "99,9%", because "100%" says that nothing is left to
    do.
    """
    if value is None:
        return ""
    share = _decimal(value)
    percent = _rounded(share * 100, decimals)
    if share < 1 and percent >= 100:
        percent = 100 - Decimal(1).scaleb(-decimals)
    return f"{format_number(percent.normalize() + 0)}%"


def format_signed(value: Number | None, decimals: int | None = None) -> str:
    """A change with its sign: "+1.262", "−155", "0"; '' for None."""
    text = format_number(value, decimals)
    if text and not text.startswith(MINUS) and text.strip("0,"):
        return f"+{text}"
    return text


def ratio(numerator: Number | None, denominator: Number | None) -> Decimal | None:
    """numerator ÷ denominator, exactly; None where it has no meaning (a part unknown, or nothing to divide
    by)."""
    if numerator is None or denominator is None or not denominator:
        return None
    return _decimal(numerator) / _decimal(denominator)


# --------------------------------------------------------------------------------------------------
# Reading
# --------------------------------------------------------------------------------------------------

_HOW = "Hãy viết bằng chữ số, ví dụ 1.810 hoặc 95,5."
_GROUP_SPACES = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_VIETNAMESE = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_ENGLISH = re.compile(r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}")
_PLAIN = re.compile(r"(\d+)(?:[.,](\d+))?|[.,](\d+)")


def parse_number(value: object) -> Decimal | None:
    """The number that `value` means; None when it is blank. A percentage is a share: "95,5%" gives 0.955.

    The comma is the decimal mark and the full stop parts thousands: "1.810" is 1810 and "1,810" is 1.81. A
    full stop that cannot part thousands is taken as a decimal mark ("0.955", "12.5"), and "1,234,567.8" is
    read as it must be meant. Thousands may be parted by spaces; the minus may be "-", "−" or "–". Raises
    NumberError.
    """
    if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
        number = _decimal(value)
        if not number.is_finite():
            raise NumberError(f"{value} không phải là một số. {_HOW}")
        return number
    if isinstance(value, bool):
        raise NumberError(f"{value} không phải là một số. {_HOW}")
    return _parse_text(value if type(value) is str else nfc(value))


@lru_cache(maxsize=1 << 14)
def _parse_text(raw: str) -> Decimal | None:
    text = nfc(raw)
    if not text:
        return None
    rest, share = text, False
    if rest.endswith("%"):
        rest, share = rest[:-1].rstrip(), True
    sign = 1
    if rest[:1] in ("-", "+", MINUS, "–"):
        sign = 1 if rest[0] == "+" else -1
        rest = rest[1:].lstrip()
    rest = _GROUP_SPACES.sub("", rest)
    if rest.isascii() and not rest.startswith("0.") and _VIETNAMESE.fullmatch(rest):
        figures = rest.replace(".", "").replace(",", ".")
    elif rest.isascii() and _ENGLISH.fullmatch(rest):
        figures = rest.replace(",", "")
    elif rest.isascii() and _PLAIN.fullmatch(rest):
        figures = rest.replace(",", ".")
    else:
        shown = text if len(text) <= 40 else text[:39] + "…"
        raise NumberError(f"“{shown}” không phải là một số. {_HOW}")
    try:
        number = sign * Decimal(figures)
    except InvalidOperation:
        raise NumberError(f"“{text[:40]}” không phải là một số. {_HOW}") from None
    return number / 100 if share else number
