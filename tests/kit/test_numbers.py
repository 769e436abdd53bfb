from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congdoan.kit.numbers import (
    NumberError,
    format_number,
    format_percent,
    format_signed,
    parse_number,
    ratio,
    whole_number,
)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1810, None, "1.810"),
        (0, None, "0"),
        (999, None, "999"),
        (11_000_000, None, "11.000.000"),
        (-155, None, "−155"),
        (-1_234_567, None, "−1.234.567"),
        (1234.5, None, "1.234,5"),
        (1234.0, None, "1.234"),
        (Decimal("2.50"), None, "2,5"),
        (Decimal("2.50"), 2, "2,50"),
        (2.345, 2, "2,35"),  # half up, by the figures written
        (1810, 1, "1.810,0"),
        (Decimal("-0.4"), 0, "0"),
        (Decimal("1E+6"), None, "1.000.000"),
        (1e-7, None, "0,0000001"),
        (None, None, ""),
    ],
)
def test_format_number(value, decimals, text) -> None:
    assert format_number(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.955, "95,5%"),
        (Decimal("0.864"), "86,4%"),
        (1, "100%"),
        (1.0, "100%"),
        (0, "0%"),
        (0.5, "50%"),
        (1.254, "125,4%"),
        (12, "1.200%"),
        (-0.05, "−5%"),
        (0.9996, "99,9%"),  # not yet there
        (0.9994, "99,9%"),
        (Decimal(2) / 3, "66,7%"),
        (None, ""),
    ],
)
def test_format_percent(value, text) -> None:
    assert format_percent(value) == text


def test_format_percent_without_decimals() -> None:
    assert format_percent(0.9951, 0) == "99%"
    assert format_percent(0.945, 0) == "95%"


@pytest.mark.parametrize(
    ("value", "text"),
    [(1262, "+1.262"), (-155, "−155"), (0, "0"), (0.5, "+0,5"), (Decimal("0.00"), "0"), (None, "")],
)
def test_format_signed(value, text) -> None:
    assert format_signed(value) == text


def test_a_change_that_rounds_to_nothing_has_no_sign() -> None:
    assert format_signed(0.04, 1) == format_signed(-0.04, 1) == "0,0"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_no_number_is_not_shown(value) -> None:
    with pytest.raises(NumberError):
        format_number(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.810", "1810"),
        ("1810", "1810"),
        ("11.000.000", "11000000"),
        ("1.810,5", "1810.5"),
        ("1,810", "1.81"),
        ("95,5%", "0.955"),
        ("95,5 %", "0.955"),
        ("100%", "1"),
        ("0.955", "0.955"),
        ("0.810", "0.81"),
        ("12.5", "12.5"),
        ("1,234,567.8", "1234567.8"),
        ("1,234,567", "1234567"),
        ("1,234.50", "1234.5"),
        ("1 810", "1810"),
        ("1\u00a0234\u202f567,5", "1234567.5"),
        ("−155", "-155"),
        ("-155", "-155"),
        ("– 1.262", "-1262"),
        ("+1.262", "1262"),
        ("007", "7"),
        (",5", "0.5"),
        (1810, "1810"),
        (95.5, "95.5"),
        (Decimal("0.10"), "0.1"),
    ],
)
def test_parse_number(text, value) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize("blank", [None, "", " \u00a0"])
def test_parse_blank(blank) -> None:
    assert parse_number(blank) is None


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "1.81.0",
        "1.8105,3",
        "1,2,3",
        "12 34",
        "--5",
        "%",
        "1e5",
        "NaN",
        "Infinity",
        "١٢",
        "5%%",
        True,
        1e999,
    ],
)
def test_parse_nonsense(text) -> None:
    with pytest.raises(NumberError, match="không phải là một số"):
        parse_number(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12))
def test_reads_what_it_writes(value: Decimal) -> None:
    # A whole part and exactly three decimals keep their comma, so nothing is mistaken for thousands.
    assert parse_number(format_number(value)) == value


def test_ratio() -> None:
    assert ratio(1, 4) == Decimal("0.25")
    assert ratio(0, 4) == 0
    assert ratio(3, 0) is None
    assert ratio(None, 4) is None
    assert ratio(4, None) is None
    assert format_percent(ratio(2610, 2819)) == "92,6%"


@pytest.mark.parametrize(
    ("text", "value"),
    [("42", 42), ("-1", -1), ("9" * 18, 10**18 - 1)]
    + [(text, None) for text in ("", "²", "١", "1.5", " 1", "1\n", "9" * 19, "9" * 5000, "x")],
)
def test_whole_numbers_of_addresses(text, value) -> None:
    assert whole_number(text) == value
