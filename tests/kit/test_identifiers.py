from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.vn import mst

from congdoan.kit.identifiers import (
    PROVINCES,
    check_citizen_id,
    check_phone,
    check_social_insurance_no,
    check_tax_code,
    citizen_id_parts,
)


class TestCitizenId:
    def test_there_were_63_provinces(self) -> None:
        assert len(PROVINCES) == 63

    @pytest.mark.parametrize(
        ("written", "province", "sex", "year"),
        [
            ("012095000001", "012", "male", 1995),
            ("031 195 000 001", "031", "female", 1995),
            ("040.205.000001", "040", "male", 2005),
            ("074-301-000001", "074", "female", 2001),
            ("101095000001", "101", "male", 1995),  # born abroad
        ],
    )
    def test_parts(self, written: str, province: str, sex: str, year: int) -> None:
        assert citizen_id_parts(written) == (province, sex, year)
        assert check_citizen_id(written) == ("".join(c for c in written if c.isdigit()), ())

    @pytest.mark.parametrize("written", ["", None, "12345678901", "0120950000012", "ABC"])
    def test_no_parts(self, written: object) -> None:
        assert citizen_id_parts(written) is None

    def test_dropped_zeros_are_put_back_with_a_warning(self) -> None:
        for written in (12095000001, 12095000001.0, "12095000001"):
            value, warnings = check_citizen_id(written)
            assert value == "012095000001"
            assert "thiếu số 0" in warnings[0]
        assert check_citizen_id(1095000001).value == "001095000001"

    @pytest.mark.parametrize(
        ("written", "value", "says"),
        [
            ("003095000001", "003095000001", "không phải mã tỉnh"),
            ("012995000001", "012995000001", "sau năm 2099"),
            ("123456789", "123456789", "chứng minh nhân dân"),
            ("12345", "12345", "12 chữ số, đang có 5"),
            ("C1234567", "C1234567", "hộ chiếu"),
            ("1.2095E+10", "1.2095E+10", "12 chữ số"),
        ],
    )
    def test_warnings(self, written: str, value: str, says: str) -> None:
        checked = check_citizen_id(written)
        assert checked.value == value
        assert says in checked.warnings[0]

    def test_against_birth_and_sex(self) -> None:
        fine = check_citizen_id("012095000001", birth_on=date(1995, 3, 4), sex="male")
        assert fine.warnings == ()
        wrong = check_citizen_id("012095000001", birth_on=date(1996, 3, 4), sex="female")
        assert [w for w in wrong.warnings if "năm sinh 1995" in w and "1996" in w]
        assert [w for w in wrong.warnings if "nam" in w and "nữ" in w]


class TestTaxCode:
    @pytest.mark.parametrize(
        ("written", "value"),
        [
            ("0100112437", "0100112437"),
            (" 01.00.112.437 ", "0100112437"),
            ("0100112437-001", "0100112437-001"),
            ("0100112437001", "0100112437-001"),
            ("0100112437 - 001", "0100112437-001"),
            ("012095000001", "012095000001"),
            ("", ""),
            (None, ""),
        ],
    )
    def test_right(self, written: object, value: str) -> None:
        assert check_tax_code(written) == (value, ())

    @pytest.mark.parametrize(
        ("written", "value", "says"),
        [
            ("0100112438", "0100112438", "số kiểm tra"),
            ("0100112438-001", "0100112438-001", "số kiểm tra"),
            (100112437, "0100112437", "thiếu số 0"),
            (100112437001, "0100112437-001", "thiếu số 0"),
            ("01001", "01001", "đang có 5"),
            ("003995000001", "003995000001", "số căn cước"),
            ("chưa có", "chưa có", "chỉ gồm chữ số"),
        ],
    )
    def test_warnings(self, written: object, value: str, says: str) -> None:
        checked = check_tax_code(written)
        assert checked.value == value
        assert says in checked.warnings[0]

    @given(st.from_regex(r"[0-9]{10}([0-9]{3})?", fullmatch=True))
    def test_agrees_with_the_package(self, figures: str) -> None:
        assert mst.is_valid(figures) is not any("số kiểm tra" in w for w in check_tax_code(figures).warnings)


class TestSocialInsurance:
    def test_check(self) -> None:
        assert check_social_insurance_no("0123 456 789") == ("0123456789", ())
        assert check_social_insurance_no("012095000001") == ("012095000001", ())
        assert check_social_insurance_no(None) == ("", ())
        assert check_social_insurance_no(123456789).value == "0123456789"
        assert "đang có 4" in check_social_insurance_no("1234").warnings[0]
        assert check_social_insurance_no("x").warnings


class TestPhone:
    @pytest.mark.parametrize(
        "written",
        [
            "0912345678",
            "+84 912 345 678",
            "84912345678",
            "+84(0)912345678",
            "0084912345678",
            "0912.345.678",
            "0912-345-678",
        ],
    )
    def test_right(self, written: str) -> None:
        assert check_phone(written) == ("0912345678", ())

    @pytest.mark.parametrize(
        ("written", "value", "says"),
        [
            (912345678, "0912345678", "thiếu số 0"),
            ("0912345678 / 0987654321", "0912345678", "nhiều số"),
            ("0912345678 hoặc 0987654321", "0912345678", "nhiều số"),
            ("0162 345 6789", "0323456789", "11 số cũ"),
            ("0199 345 6789", "0593456789", "11 số cũ"),
            ("024 3825 1234", "02438251234", "máy bàn"),
            ("0612345678", "0612345678", "bắt đầu bằng"),
            ("091234567", "091234567", "10 số"),
            ("+1 202 555 0100", "+12025550100", "nước ngoài"),
            ("không có", "không có", "chỉ gồm chữ số"),
        ],
    )
    def test_warnings(self, written: object, value: str, says: str) -> None:
        checked = check_phone(written)
        assert checked.value == value
        assert says in checked.warnings[0]

    def test_landline_of_an_office(self) -> None:
        assert check_phone("024 3825 1234", landline=True) == ("02438251234", ())

    def test_blank(self) -> None:
        assert check_phone(" ") == check_phone(None) == ("", ())


@given(
    st.one_of(
        st.text(max_size=25), st.text("0123456789 +-./", max_size=16), st.integers(), st.floats(), st.none()
    )
)
def test_nothing_raises_and_what_is_stored_stays(value: object) -> None:
    for check in (check_citizen_id, check_tax_code, check_social_insurance_no, check_phone):
        checked = check(value)
        assert all(checked.warnings)
        assert check(checked.value).value == checked.value
