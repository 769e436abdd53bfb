from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from congdoan.kit.money import format_dong, in_words, number_in_words


def test_format_dong() -> None:
    assert format_dong(3_000_000) == "3.000.000đ"
    assert format_dong(0) == "0đ"
    assert format_dong(-500) == "−500đ"
    assert format_dong(Decimal("1234.5")) == "1.235đ"
    assert format_dong(None) == ""


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (3_000_000, "Ba triệu đồng chẵn"),
        (1_000_000, "Một triệu đồng chẵn"),
        (5_000_000, "Năm triệu đồng chẵn"),
        (2_000_000, "Hai triệu đồng chẵn"),
        (396_000_000, "Ba trăm chín mươi sáu triệu đồng chẵn"),
        (2_700_000_000, "Hai tỷ bảy trăm triệu đồng chẵn"),
        (2_340_000, "Hai triệu ba trăm bốn mươi nghìn đồng chẵn"),
        (1_005_000, "Một triệu không trăm linh năm nghìn đồng chẵn"),
        (1_500_000, "Một triệu năm trăm nghìn đồng chẵn"),
        (1_050_000, "Một triệu không trăm năm mươi nghìn đồng chẵn"),
        (21_000_015, "Hai mươi mốt triệu không trăm mười lăm đồng"),
        (1_000_001, "Một triệu không trăm linh một đồng"),
        (105, "Một trăm linh năm đồng"),
        (0, "Không đồng"),
        (-5_000, "Âm năm nghìn đồng chẵn"),
        (-1_000_005, "Âm một triệu không trăm linh năm đồng"),
        (Decimal("999.5"), "Một nghìn đồng chẵn"),
        (None, ""),
    ],
)
def test_in_words(amount, words) -> None:
    assert in_words(amount) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi bốn"),
        (25, "hai mươi lăm"),
        (55, "năm mươi lăm"),
        (91, "chín mươi mốt"),
        (100, "một trăm"),
        (101, "một trăm linh một"),
        (111, "một trăm mười một"),
        (115, "một trăm mười lăm"),
        (121, "một trăm hai mươi mốt"),
        (1_001, "một nghìn không trăm linh một"),
        (1_010, "một nghìn không trăm mười"),
        (10_000, "mười nghìn"),
        (10**9, "một tỷ"),
        (10**9 + 1, "một tỷ không trăm linh một"),
        (10**12, "một nghìn tỷ"),
        (1_005 * 10**9, "một nghìn không trăm linh năm tỷ"),
        (10**15 + 5, "một triệu tỷ không trăm linh năm"),
        (10**18, "một tỷ tỷ"),
        (
            1_234_567_891,
            "một tỷ hai trăm ba mươi bốn triệu năm trăm sáu mươi bảy nghìn tám trăm chín mươi mốt",
        ),
    ],
)
def test_number_in_words(number: int, words: str) -> None:
    assert number_in_words(number) == words


def test_below_a_thousand_as_the_package_reads_it() -> None:
    for number in range(1000):
        assert number_in_words(number) == num2words(number, lang="vi").replace("lẻ", "linh")


def read_back(words: str) -> int:
    """The number that the words say, read by another road."""
    digits = {
        "không": 0,
        "một": 1,
        "hai": 2,
        "ba": 3,
        "bốn": 4,
        "năm": 5,
        "sáu": 6,
        "bảy": 7,
        "tám": 8,
        "chín": 9,
    }
    digits |= {"mốt": 1, "lăm": 5}
    total = section = group = 0
    last = 0
    for word in words.split():
        if word in digits:
            last = digits[word]
            group += last
        elif word == "mười":
            group += 10
        elif word in ("mươi", "trăm"):
            group += last * ((10 if word == "mươi" else 100) - 1)
        elif word in ("nghìn", "triệu"):
            section += group * (1000 if word == "nghìn" else 10**6)
            group = 0
        elif word == "tỷ":
            total = (total + section + group) * 10**9
            section = group = 0
        else:
            assert word == "linh"
    return total + section + group


@given(st.integers(0, 10**15))
def test_words_say_the_number(number: int) -> None:
    assert read_back(number_in_words(number)) == number
