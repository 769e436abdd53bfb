"""Small sums of cells, for formulas and checks: "members.total + joined.women - 3".

A cell is "row.column"; "row" alone means the column the formula stands in. ``previous(…)`` and ``last_year(…)``
are the cell's figure a period and a year before; on screen they are written ``ky_truoc(…)`` and ``cung_ky(…)``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

Values = Mapping[str, Decimal | None]

_TOKEN = re.compile(
    r"\s*(?P<sign>[+\-−])?\s*(?:(?P<when>previous|last_year|ky_truoc|cung_ky)\(\s*)?"
    r"(?:(?P<cell>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)|(?P<number>\d+(?:[.,]\d+)?))\s*(?P<end>\))?\s*"
)


_WHENS = {"ky_truoc": "previous", "cung_ky": "last_year"}
_WHEN_WORDS = {"previous": "kỳ trước", "last_year": "cùng kỳ năm trước"}


class ExpressionError(ValueError):
    """The text is not a sum of cells; the message says from where on."""


@dataclass(frozen=True, slots=True)
class Part:
    sign: int
    cell: str
    when: str
    number: Decimal | None


@dataclass(frozen=True, slots=True)
class Expression:
    text: str
    parts: tuple[Part, ...]

    @property
    def cells(self) -> frozenset[str]:
        """Keys of the cells it reads."""
        return frozenset(part.cell for part in self.parts if part.cell)

    def words(self, labels: Mapping[str, str]) -> str:
        """The sum as a person reads it, with the labels of its cells."""
        said = ""
        for place, part in enumerate(self.parts):
            sign = "− " if part.sign < 0 else "+ " if place else ""
            name = (
                f"{part.number:f}".replace(".", ",")
                if part.number is not None
                else labels.get(part.cell, part.cell)
            )
            said += f"{' ' if place else ''}{sign}{name}"
            if part.when:
                said += f", {_WHEN_WORDS[part.when]}"
        return said

    def value(
        self, now: Values, previous: Values | None = None, last_year: Values | None = None
    ) -> Decimal | None:
        """What it comes to; None as soon as one of its cells has no figure."""
        places = {"": now, "previous": previous or {}, "last_year": last_year or {}}
        total = Decimal(0)
        for part in self.parts:
            found = part.number if part.number is not None else places[part.when].get(part.cell)
            if found is None:
                return None
            total += part.sign * found
        return total


def parse(text: str, *, column: str) -> Expression:
    """Read a sum; ``column`` completes cells that name only their row. Raises ExpressionError."""
    parts: list[Part] = []
    position, written = 0, text.strip()
    while position < len(written):
        match = _TOKEN.match(written, position)
        if not match or (parts and not match["sign"]) or bool(match["when"]) != bool(match["end"]):
            raise ExpressionError(
                f"không hiểu “{written[position:][:40]}”. Hãy viết các ô nối bằng dấu cộng, trừ: dong_a.cot + dong_b.cot."
            )
        if match["number"] and match["when"]:
            raise ExpressionError("ky_truoc(…) và cung_ky(…) chỉ dùng cho một ô.")
        cell = match["cell"] or ""
        parts.append(
            Part(
                sign=-1 if match["sign"] in {"-", "−"} else 1,
                cell=cell if not cell or "." in cell else f"{cell}.{column}",
                when=_WHENS.get(match["when"] or "", match["when"] or ""),
                number=Decimal(match["number"].replace(",", ".")) if match["number"] else None,
            )
        )
        position = match.end()
    if not parts:
        raise ExpressionError("chưa có ô nào. Hãy ghi ít nhất một ô hoặc một số.")
    return Expression(written, tuple(parts))
