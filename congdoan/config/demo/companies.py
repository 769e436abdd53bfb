"""Invented employers: names that nobody bears, tax codes that check but that no tax office issues."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_FIRST = (
    "Mây",
    "Sương",
    "Lúa",
    "Gió",
    "Suối",
    "Đồi",
    "Nắng",
    "Sóng",
    "Trăng",
    "Cỏ",
    "Lá",
    "Rừng",
    "Thác",
    "Sen",
    "Cau",
    "Tre",
    "Gạo",
    "Mưa",
    "Khói",
    "Bến",
    "Đò",
    "Nương",
    "Vạt",
    "Chim",
    "Cánh",
    "Đuốc",
    "Bếp",
    "Chum",
    "Nong",
    "Thúng",
    "Vành",
    "Quạt",
)
_SECOND = (
    "Biếc",
    "Non",
    "Trầm",
    "Thoảng",
    "Lụa",
    "Tím",
    "Sớm",
    "Muộn",
    "Khẽ",
    "Chín",
    "Bạc",
    "Hồng",
    "Lam",
    "Rộn",
    "Nghiêng",
    "Êm",
    "Tỏa",
    "Cong",
    "Vàng",
    "Mộc",
    "Xa",
    "Gần",
    "Reo",
    "Ngân",
    "Ấm",
)
_FOREIGN_FIRST = (
    "Kavora",
    "Lumeto",
    "Sabrien",
    "Tokazu",
    "Hanmiro",
    "Zenvado",
    "Pelkano",
    "Mirasun",
    "Dorwei",
    "Yonatek",
    "Orbelin",
    "Quantera",
)
_FOREIGN_SECOND = (
    "Vina",
    "Industries",
    "Precision",
    "Garment",
    "Electronics",
    "Footwear",
    "Components",
    "Packaging",
)


@dataclass(frozen=True)
class Trade:
    """A line of business: VSIC section, the words in a company's name, the usual share of women."""

    section: str
    words: tuple[str, ...]
    women: float
    weight: int


TRADES = (
    Trade("C", ("May", "Dệt may", "Giày da"), 0.8, 22),
    Trade("C", ("Điện tử", "Linh kiện"), 0.68, 14),
    Trade("C", ("Cơ khí", "Nhựa", "Bao bì", "Thép"), 0.28, 16),
    Trade("C", ("Gỗ", "Nội thất"), 0.42, 9),
    Trade("C", ("Thực phẩm", "Thủy sản", "Chè"), 0.6, 9),
    Trade("F", ("Xây dựng", "Xây lắp"), 0.16, 9),
    Trade("G", ("Thương mại", "Vật tư"), 0.48, 8),
    Trade("H", ("Vận tải", "Kho vận"), 0.18, 7),
    Trade("I", ("Khách sạn", "Ẩm thực"), 0.62, 4),
    Trade("B", ("Khai khoáng", "Đá"), 0.14, 2),
    Trade("A", ("Nông nghiệp", "Lâm nghiệp", "Cao su"), 0.46, 3),
    Trade("N", ("Dịch vụ", "Bảo vệ"), 0.4, 4),
)


class CompanyNames:
    """Gives every company a name of its own."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._seen: dict[str, int] = {}

    def _own(self, name: str) -> str:
        times = self._seen.get(name, 0) + 1
        self._seen[name] = times
        return name if times == 1 else f"{name} {times}"

    def trade(self, sector: str) -> Trade:
        """A line of business usual for the sector: foreign investors make things."""
        rng = self._rng
        some = TRADES[:5] if sector == "fdi" else TRADES
        return rng.choices(some, weights=[trade.weight for trade in some])[0]

    def name(self, sector: str, trade: Trade) -> str:
        """A name of that sector and trade that no other company of this maker has."""
        rng = self._rng
        word = rng.choice(trade.words)
        two = f"{rng.choice(_FIRST)} {rng.choice(_SECOND)}"
        if sector == "fdi":
            return self._own(
                f"Công ty TNHH {rng.choice(_FOREIGN_FIRST)} {rng.choice(_FOREIGN_SECOND)} (Việt Nam)"
            )
        if sector == "soe":
            return self._own(f"Công ty TNHH MTV {word} {two}")
        if sector == "cooperative":
            return self._own(f"Hợp tác xã {word} {two}")
        form = rng.choice(("Công ty TNHH", "Công ty TNHH", "Công ty Cổ phần", "Doanh nghiệp tư nhân"))
        return self._own(f"{form} {word} {two}")


_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def tax_code(number: int) -> str:
    """The ``number``-th invented tax code: ten figures with the right check figure.

    They begin with 99, a prefix no province's tax office gives out. Some numbers have no check figure of one
    figure; those are passed over, so the codes of different numbers differ.
    """
    body = 99_0000000 + number * 11 + 1
    while True:
        figures = f"{body:09d}"
        check = 10 - sum(int(figure) * weight for figure, weight in zip(figures, _WEIGHTS, strict=True)) % 11
        if check != 10:
            return f"{figures}{check}"
        body += 1
