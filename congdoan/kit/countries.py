"""Countries by their ISO 3166 code, with the names of the Unicode CLDR."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

from congdoan.kit.text import name_sort_key

#: Where most foreign workers in Việt Nam come from, offered first.
_FIRST = ("VN", "CN", "TW", "KR", "JP", "TH", "MY", "SG", "PH", "ID", "IN", "LA", "KH", "MM", "US", "GB")
#: Two-letter codes of the list that are no country: unions, islands with a code of courtesy, places of tests.
_NO_COUNTRY = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])


@lru_cache(maxsize=8)
def countries(language: str) -> dict[str, str]:
    """{code: name} in a language ("vi", "en"): the usual ones first, then all by name."""
    named = {
        code: str(name)
        for code, name in Locale.parse(language).territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
    }
    others = sorted(named.keys() - set(_FIRST), key=lambda code: name_sort_key(named[code]))
    return {code: named[code] for code in (*_FIRST, *others)}


def country_name(code: str, language: str = "vi") -> str:
    """The name of a country; the code itself when it is none."""
    return countries(language).get(code, code)
