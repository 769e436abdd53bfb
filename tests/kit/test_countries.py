"""Countries in the two languages of the house."""

from __future__ import annotations

from congdoan.kit.countries import countries, country_name
from congdoan.registry.membership.imports.reading import country_code


def test_the_usual_ones_first_and_all_of_them_once() -> None:
    names = countries("vi")
    assert list(names)[:4] == ["VN", "CN", "TW", "KR"]
    assert names.keys() == countries("en").keys()
    assert 240 < len(names) < 255
    assert not {"EU", "ZZ", "UN"} & names.keys()
    assert (country_name("BD"), country_name("BD", "en"), country_name("??")) == (
        "Bangladesh",
        "Bangladesh",
        "??",
    )


def test_a_list_may_name_any_country_in_either_language() -> None:
    for language in ("vi", "en"):
        for code, name in countries(language).items():
            assert country_code(name) == code, name
    assert [country_code(text) for text in ("Hàn Quốc", "korea", "KR", "Mỹ", "my", "Vùng lạ")] == [
        "KR",
        "KR",
        "KR",
        "US",
        "US",
        "",
    ]
