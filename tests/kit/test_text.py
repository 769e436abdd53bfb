from __future__ import annotations

import functools
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from congdoan.kit.text import (
    header_key,
    mask,
    name_sort_key,
    nfc,
    search_key,
    search_prefix_query,
    title_name,
    unaccent,
)

LOWER = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
letters = st.sampled_from(LOWER + LOWER.upper() + "fjwzFJWZ")
words = st.text(letters, min_size=1, max_size=6)
names = st.lists(words, min_size=1, max_size=5).map(" ".join)
any_text = st.text(max_size=30)


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


class TestNfc:
    @pytest.mark.parametrize(
        ("given", "clean"),
        [
            (None, ""),
            ("", ""),
            ("  Nguyễn \t Văn\u00a0\u00a0An \r\n", "Nguyễn Văn An"),
            (nfd("Nguyễn Thị Hường"), "Nguyễn Thị Hường"),
            ("\ufeffHọ\u200b tên\u200d", "Họ tên"),
            ("Lê\u200b \u200bAn", "Lê An"),
            ("a\x00b\x07", "ab"),
            ("ÐỖ Ðình", "ĐỖ Đình"),
            ("cô\u0301", "cố"),
            ("co\u0301\u0302", "cố"),  # the tone was typed before the shape
            (12345678901.0, "12345678901"),
            (2.5, "2.5"),
            (7, "7"),
        ],
    )
    def test_one_form(self, given: object, clean: str) -> None:
        assert nfc(given) == clean

    @given(any_text)
    @example("\u0301\u0301\u0302\u0301\u0302 o\u0301\u0302")
    def test_is_idempotent_and_storable(self, text: str) -> None:
        clean = nfc(text)
        assert nfc(clean) == clean
        assert unicodedata.is_normalized("NFC", clean)
        assert "\x00" not in clean
        clean.encode()

    @given(names)
    def test_nfd_and_nfc_meet(self, name: str) -> None:
        assert nfc(nfd(name)) == nfc(name) == name


class TestFolding:
    def test_unaccent_keeps_all_but_marks(self) -> None:
        assert unaccent("Đặng  Thị Ước-Mơ, đường số 5") == "Dang  Thi Uoc-Mo, duong so 5"
        assert unaccent(nfd("Đặng Thị Ước")) == "Dang Thi Uoc"
        assert unaccent(LOWER.upper()) == unaccent(LOWER).upper()
        assert unaccent(LOWER).isascii()
        assert unaccent("李 Привет 1½") == "李 Привет 1½"

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("Nguyễn Văn Đức", "nguyen van duc"),
            ("CÔNG TY TNHH MTV A&B (Việt Nam)", "cong ty tnhh mtv a b viet nam"),
            ("H’Hen Niê", "h hen nie"),
            ("HʼHen", "h hen"),
            ("1.810 đoàn viên – 95,5%", "1 810 doan vien 95 5"),
            ("Straße Łódź İzmir", "strasse lodz izmir"),
            ("２０２５", "2025"),
            ("--- !!! ", ""),
            (None, ""),
            (136, "136"),
        ],
    )
    def test_search_key(self, text: object, key: str) -> None:
        assert search_key(text) == key

    @given(any_text)
    @example("İ ΑΣ ſ ½ ﬁ \u0e01\u0e33 ʰ")
    def test_search_key_is_idempotent_and_blind_to_the_form(self, text: str) -> None:
        key = search_key(text)
        assert search_key(key) == key
        assert key == " ".join(key.split())
        assert search_key(nfd(text)) == search_key(unicodedata.normalize("NFC", text)) == key

    @given(names)
    def test_search_key_of_a_name_is_plain(self, name: str) -> None:
        key = search_key(name)
        assert key.isascii() and key == key.lower()
        assert len(key.split()) == len(name.split())

    @pytest.mark.parametrize(
        ("typed", "query"),
        [
            ("nguyễn văn", "nguyen:* & van:*"),
            ("  Đ ", "d:*"),
            ("a | b & !c <-> (d) 'e' \\ f:*", "a:* & b:* & c:* & d:* & e:* & f:*"),
            ("an an AN", "an:*"),
            ("李", "'李':*"),
            ("", ""),
            ("'':*&|!()", ""),
            (None, ""),
        ],
    )
    def test_search_prefix_query(self, typed: object, query: str) -> None:
        assert search_prefix_query(typed) == query

    @given(st.text(max_size=60))
    def test_no_operator_gets_through(self, typed: str) -> None:
        for part in filter(None, search_prefix_query(typed).split(" & ")):
            word = part.removesuffix(":*").strip("'")
            assert part.endswith(":*")
            assert not set(word) & set(" &|!():*'\\<>-\0")

    def test_a_long_paste_stays_a_short_query(self) -> None:
        assert search_prefix_query(" ".join(f"w{i}" for i in range(1000))).count("&") == 11

    @pytest.mark.parametrize("header", ["Họ và tên (*)", "HỌ_VÀ_TÊN", " họ và\ntên:", nfd("Họ và Tên")])
    def test_header_key(self, header: str) -> None:
        assert header_key(header) == "hovaten"


# A slow and plain telling of the same order, to hold the fast key against.
ALPHABET = "0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]


def split_letter(letter: str) -> tuple[int, int]:
    """Place in the alphabet and tone of one lower-case letter in NFC."""
    for tone_place, tone in enumerate(TONES):
        for place, base in enumerate(ALPHABET):
            if unicodedata.normalize("NFC", base + tone) == letter:
                return place, tone_place
    raise AssertionError(letter)


split_letter = functools.cache(split_letter)


def compare(one: object, other: object) -> int:
    return (one > other) - (one < other)  # type: ignore[operator]


def compare_words(one: list[str], other: list[str]) -> int:
    def places(words: list[str]) -> list[list[int]]:
        return [[split_letter(c)[0] for c in word] for word in words]

    def tones(words: list[str]) -> list[list[int]]:
        return [[t for c in word if (t := split_letter(c)[1])] for word in words]

    return compare(places(one), places(other)) or compare(tones(one), tones(other))


def compare_names(one: str, other: str) -> int:
    first, second = one.lower().split(), other.lower().split()
    return compare_words(first[-1:], second[-1:]) or compare_words(first[:-1], second[:-1])


def assert_strictly_rising(in_order: list[str]) -> None:
    keys = [name_sort_key(name) for name in in_order]
    assert keys == sorted(set(keys))


NEAR = "an ân ẩn ấn anh ánh ă a á à đa da dạ o ô ơ ớ ồ oa òa òà"


class TestNameSortKey:
    @given(names, names)
    def test_bytes_compare_as_vietnamese_does(self, one: str, other: str) -> None:
        assert compare(name_sort_key(one).encode(), name_sort_key(other).encode()) == compare_names(
            one, other
        )

    @given(st.data())
    def test_near_names(self, data: st.DataObject) -> None:
        """Names that differ in little: where two levels could be confused."""
        syllables = st.sampled_from(NEAR.split())
        near = st.lists(syllables, min_size=1, max_size=4).map(" ".join)
        one, other = data.draw(near), data.draw(near)
        assert compare(name_sort_key(one), name_sort_key(other)) == compare_names(one, other)

    @pytest.mark.parametrize(
        "in_order",
        [
            "An Ăn Ân Ẩn Ấn Bình Chi Cường Dao Dạo Duy Đào Đạo Em Êm Giang Hoa Hòa Hoá Ích Khánh Liên Mai",
            "Na Nga On Ôn Ơn Phúc Quân Sơn Tú Tư Tứ Ung Ưng Vy Xuân Yến",
            "Ma Mà Mả Mã Má Mạ Man",  # all tones before a longer word
            "Fa Ga",
            "Ia Ja Ka",
            "Va Wa Xa Ya Za",
        ],
    )
    def test_lists_by_hand(self, in_order: str) -> None:
        assert_strictly_rising(in_order.split())

    def test_given_name_then_family_then_middle(self) -> None:
        ordered = [
            "An",
            "Đỗ An",
            "Lê An",
            "Lê Thị An",
            "Lê Văn An",
            "Nguyễn An",
            "Nguyễn Ngọc An",
            "Nguyễn Văn An",
            "Lê Ánh",  # the letter a with any tone comes before â
            "Bùi Thị Ẩn",
            "Bùi Thị Bình",
        ]
        assert_strictly_rising(ordered)

    def test_letters_of_the_rest_come_before_its_tones(self) -> None:
        ordered = ["Lê Văn An", "Lê Vân An", "Lê Vẫn An", "Lý An"]
        assert_strictly_rising(ordered)

    def test_same_name_same_key(self) -> None:
        same = [
            "Trần Hòa",
            "Trần Hoà",
            "TRẦN HOÀ",
            "  trần   hòa ",
            nfd("Trần Hòa"),
            "Trần\u00a0Hoà",
            "Trần Hòa.",
        ]
        assert len({name_sort_key(name) for name in same}) == 1
        assert name_sort_key("Ðỗ An") == name_sort_key("Đỗ An")
        assert name_sort_key("H'Hen Niê") == name_sort_key("H’Hen Niê")

    def test_what_is_in_brackets_only_breaks_ties(self) -> None:
        ordered = ["Lê Văn An", "Lê Văn An (A)", "Lê Văn An (B)", "Lê Văn Bình (A)"]
        assert_strictly_rising(ordered)
        assert name_sort_key("(An)") == name_sort_key("An")
        assert name_sort_key("Lê (Văn An").startswith(name_sort_key("Lê")[:2])

    @given(any_text)
    @example("(]{a")
    @example("ß æ 李 Ⅷ İ")
    def test_any_text_gives_a_storable_key(self, text: str) -> None:
        key = name_sort_key(text)
        assert key.isascii()
        assert all(c.isalnum() or c in "!+" for c in key)
        assert name_sort_key(nfd(text)) == key

    def test_foreign_and_empty(self) -> None:
        assert name_sort_key(None) == name_sort_key("") == name_sort_key(" .,- ") == ""
        assert name_sort_key("An 2") < name_sort_key("An A")
        assert name_sort_key("José") == name_sort_key("Josế".replace("ế", "é"))
        assert name_sort_key("Zoe") < name_sort_key("李")
        assert name_sort_key("Müller") == name_sort_key("Muller")


class TestTitleName:
    @pytest.mark.parametrize(
        ("typed", "written"),
        [
            ("NGUYỄN VĂN  an", "Nguyễn Văn An"),
            ("đỗ thị ánh", "Đỗ Thị Ánh"),
            (nfd("ĐẶNG ƯỚC"), "Đặng Ước"),
            ("H’HEN NIÊ", "H'Hen Niê"),
            ("k'brối", "K'Brối"),
            ("Y-MOAN ÊNUÔL", "Y-Moan Ênuôl"),
            ("NguyễN vĂn An", "Nguyễn Văn An"),
            ("Ronald McDonald", "Ronald McDonald"),
            ("kim j.", "Kim J."),
            ("\u200b", ""),
            (None, ""),
        ],
    )
    def test_title_name(self, typed: object, written: str) -> None:
        assert title_name(typed) == written

    @given(names)
    def test_is_idempotent(self, name: str) -> None:
        assert title_name(title_name(name)) == title_name(name)


@pytest.mark.parametrize(
    ("value", "keep", "masked"),
    [
        ("012345678901", 3, "•••••••••901"),
        ("0912345678", 4, "••••••5678"),
        ("901", 3, "•••"),
        ("1", 3, "•"),
        ("123", 0, "•••"),
        (None, 3, ""),
        (12345, 2, "•••45"),
    ],
)
def test_mask(value: object, keep: int, masked: str) -> None:
    assert mask(value, keep) == masked
