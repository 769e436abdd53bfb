"""Invented people: names with the frequencies of Vietnamese names, numbers of the right shape, nobody real.

Everything is drawn from a random generator that is handed in, so the same seed gives the same people.
"""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from random import Random

_FAMILIES = {
    "Nguyễn": 382,
    "Trần": 110,
    "Lê": 95,
    "Phạm": 71,
    "Hoàng": 51,
    "Phan": 45,
    "Vũ": 39,
    "Đặng": 21,
    "Bùi": 20,
    "Đỗ": 14,
    "Hồ": 13,
    "Ngô": 13,
    "Dương": 10,
    "Lý": 5,
    "Đinh": 10,
    "Đoàn": 8,
    "Mai": 7,
    "Trịnh": 7,
    "Đào": 7,
    "Lương": 6,
    "Cao": 6,
    "Tạ": 4,
    "Hà": 5,
    "Lưu": 4,
    "Tô": 3,
    "Chu": 3,
    "Võ": 12,
    "Thái": 3,
    "Vương": 3,
    "Phùng": 4,
}
_MIDDLE_F = {
    "Thị": 420,
    "Thị Thu": 60,
    "Thị Thanh": 55,
    "Thị Ngọc": 50,
    "Thị Kim": 30,
    "Thị Minh": 30,
    "Thị Hồng": 45,
    "Thị Bích": 22,
    "Thị Mai": 18,
    "Thị Lan": 14,
    "Ngọc": 40,
    "Thanh": 28,
    "Thùy": 24,
    "Phương": 26,
    "Khánh": 16,
    "Hải": 10,
    "Diệu": 12,
    "Như": 12,
}
_MIDDLE_M = {
    "Văn": 330,
    "Đức": 70,
    "Minh": 55,
    "Quang": 52,
    "Xuân": 40,
    "Hữu": 42,
    "Đình": 40,
    "Công": 28,
    "Quốc": 40,
    "Thanh": 34,
    "Ngọc": 30,
    "Duy": 28,
    "Tuấn": 18,
    "Trọng": 20,
    "Bá": 15,
    "Thế": 22,
    "Viết": 12,
    "Anh": 14,
    "Mạnh": 16,
    "Hoàng": 20,
}
_GIVEN_F = {
    "Hương": 40,
    "Lan": 32,
    "Hoa": 30,
    "Thảo": 34,
    "Trang": 36,
    "Linh": 40,
    "Hà": 32,
    "Nga": 24,
    "Hằng": 30,
    "Thủy": 28,
    "Yến": 24,
    "Mai": 26,
    "Ngân": 20,
    "Phương": 32,
    "Huyền": 30,
    "Nhung": 26,
    "Loan": 18,
    "Hạnh": 24,
    "Tuyết": 16,
    "Hiền": 30,
    "Dung": 22,
    "Xuân": 12,
    "Vân": 22,
    "Anh": 40,
    "Ánh": 16,
    "Thu": 18,
    "Quỳnh": 22,
    "Giang": 14,
    "Liên": 14,
    "Nhàn": 8,
    "Thơm": 10,
    "Tâm": 14,
    "Duyên": 14,
    "Hồng": 20,
    "Lý": 6,
    "Chi": 12,
    "My": 12,
    "Oanh": 14,
    "Đào": 8,
    "Gấm": 4,
}
_GIVEN_M = {
    "Hùng": 38,
    "Tuấn": 36,
    "Dũng": 36,
    "Nam": 28,
    "Long": 24,
    "Hải": 30,
    "Thắng": 26,
    "Cường": 30,
    "Minh": 26,
    "Hoàng": 22,
    "Sơn": 28,
    "Trung": 24,
    "Hiếu": 26,
    "Đức": 26,
    "Anh": 28,
    "Phong": 20,
    "Quân": 20,
    "Huy": 22,
    "Toàn": 18,
    "Kiên": 16,
    "Khánh": 14,
    "Tùng": 22,
    "Thành": 28,
    "Tiến": 20,
    "Bình": 18,
    "Giang": 12,
    "Lâm": 14,
    "Thịnh": 12,
    "Vinh": 12,
    "Quang": 16,
    "Đạt": 20,
    "Hậu": 10,
    "Phúc": 14,
    "Mạnh": 18,
    "Chiến": 14,
    "Công": 12,
    "Duy": 14,
    "Hòa": 12,
    "Lộc": 8,
    "Khoa": 10,
}


class _Pool:
    """Words with weights, ready to be drawn many at a time."""

    def __init__(self, weights: dict[str, int]) -> None:
        self.words = tuple(weights)
        self.cumulated = tuple(accumulate(weights.values()))

        self.total = self.cumulated[-1]

    def draw(self, rng: Random, count: int) -> list[str]:
        return rng.choices(self.words, cum_weights=self.cumulated, k=count)

    def one(self, rng: Random) -> str:
        # choices() for a single word spends most of its time on its arguments.
        return self.words[bisect(self.cumulated, rng.random() * self.total)]


@dataclass(frozen=True)
class _Naming:
    """How people of an ethnic group are called."""

    families: _Pool
    middle: dict[str, _Pool]
    given: dict[str, _Pool]


def _naming(families: dict[str, int], middle_f: str, middle_m: str, given_f: str, given_m: str) -> _Naming:
    def even(words: str) -> _Pool:
        return _Pool(dict.fromkeys(words.split(","), 1))

    return _Naming(
        _Pool(families),
        {"f": even(middle_f), "m": even(middle_m)},
        {"f": even(given_f), "m": even(given_m)},
    )


_KINH = _Naming(
    _Pool(_FAMILIES),
    {"f": _Pool(_MIDDLE_F), "m": _Pool(_MIDDLE_M)},
    {"f": _Pool(_GIVEN_F), "m": _Pool(_GIVEN_M)},
)
_NAMINGS = {
    "Kinh": _KINH,
    "Thái": _naming(
        {"Lò": 30, "Lường": 14, "Quàng": 10, "Tòng": 9, "Vì": 8, "Hoàng": 8, "Cà": 6, "Lô": 8, "Vi": 9},
        "Thị,Thị",
        "Văn,Văn,Đức,Minh",
        "Hương,Pâng,Xuân,Ín,Thỏa,Hoa,Nhung,Thơm,Pỏm,Duyên,Lả,Ban",
        "Hặc,Thuận,Pâng,Chung,Hùng,Thanh,Phanh,Inh,Dũng,Quân,Tiến,Ơn",
    ),
    "Mông": _naming(
        {"Giàng": 20, "Thào": 14, "Vàng": 14, "Sùng": 12, "Lý": 10, "Mùa": 8, "Hạng": 8, "Cứ": 6, "Chang": 6},
        "Thị",
        "A",
        "Mỷ,Dợ,Pà,Chư,Máy,Sua,Dung,Sào,Xá,Cở,Mao,Ly",
        "Páo,Dơ,Chớ,Lử,Tủa,Sử,Vảng,Pó,Nhè,Dình,Chinh,Khua",
    ),
    "Dao": _naming(
        {"Phàn": 12, "Tẩn": 14, "Chảo": 10, "Lý": 10, "Phùng": 6, "Tần": 5},
        "Mùi,Tả,Thị,San",
        "A,Văn,Phủ,Chỉn",
        "Mẩy,Khé,Pham,Sinh,Nhậy,Lai,Hoa",
        "Phủ,Chòi,Quẩy,Sơn,Lìn,Cheng,Diếu",
    ),
    "Hà Nhì": _naming(
        {"Lỳ": 12, "Pờ": 10, "Chu": 8, "Vù": 6, "Khoàng": 6, "Mạ": 4},
        "Mò,Go,Lò,Xó",
        "Hừ,Xè,Gò,Lò",
        "De,Xá,Nu,Xó,Me,Pư",
        "Xá,Hừ,Cà,Lò,Chừ,Sinh",
    ),
    "Giáy": _naming(
        {"Lù": 12, "Vàng": 10, "Lục": 6, "Hoàng": 5},
        "Thị",
        "Văn",
        "Mến,Xuyến,Hương,Ngọc,Thêm",
        "Sìn,Páo,Dũng,Chung,Nam",
    ),
    "Khơ Mú": _naming(
        {"Cụt": 8, "Moong": 8, "Lữ": 6, "Lương": 4},
        "Thị",
        "Văn",
        "Xuân,Hoa,Sen,May,Thanh",
        "Phơn,Khun,Hùng,Nam,Thoong",
    ),
}
#: Ethnic groups by province code, roughly as they are at work there.
_GROUPS = {
    "LC": {"Kinh": 38, "Thái": 30, "Mông": 14, "Dao": 7, "Hà Nhì": 5, "Giáy": 6},
    "NA": {"Kinh": 86, "Thái": 10, "Mông": 2, "Khơ Mú": 2},
}
_ELSEWHERE = {"Kinh": 985, "Thái": 5, "Mông": 2, "Dao": 8}
_GROUP_POOLS = {code: _Pool(groups) for code, groups in _GROUPS.items()}
_GROUP_POOL_ELSEWHERE = _Pool(_ELSEWHERE)

#: Where people come from: first figures of the citizen id and the name that is written as their home.
_HOMES = {
    "LC": {"012": "tỉnh Lai Châu", "010": "tỉnh Lào Cai", "011": "tỉnh Điện Biên", "014": "tỉnh Sơn La"},
    "HP": {"031": "TP Hải Phòng", "034": "tỉnh Thái Bình", "030": "tỉnh Hải Dương", "038": "tỉnh Thanh Hóa"},
    "HD": {"030": "tỉnh Hải Dương", "033": "tỉnh Hưng Yên", "024": "tỉnh Bắc Giang", "031": "TP Hải Phòng"},
    "BD": {"074": "tỉnh Bình Dương", "038": "tỉnh Thanh Hóa", "040": "tỉnh Nghệ An", "094": "tỉnh Sóc Trăng"},
    "HCM": {
        "079": "TP Hồ Chí Minh",
        "083": "tỉnh Bến Tre",
        "051": "tỉnh Quảng Ngãi",
        "087": "tỉnh Đồng Tháp",
    },
    "NA": {"040": "tỉnh Nghệ An", "042": "tỉnh Hà Tĩnh", "038": "tỉnh Thanh Hóa", "044": "tỉnh Quảng Bình"},
}
_HOME_WEIGHTS = (70, 82, 92, 100)

_FOREIGN = {
    "CN": ("Wang,Chen,Zhou,Xu,Lin,Guo", "Haoran,Jialin,Weiming,Yuxuan,Xiaolan,Zhipeng"),
    "KR": ("Seo,Baek,Nam,Yoon,Moon", "Dohan,Jiwoo,Seungmin,Haneul,Yerin"),
    "JP": ("Aoyama,Hoshino,Kitagawa,Mizuno", "Daichi,Kenta,Sora,Yumi"),
    "TW": ("Hsieh,Tsao,Liao,Yeh", "Chiaming,Yihsuan,Wenhao,Meiling"),
    "PH": ("Dimaculangan,Salonga,Magsino", "Jomar,Rowena,Althea,Crisanto"),
}


@dataclass(slots=True)
class DemoPerson:
    """An invented person, with what a union keeps about a member. ``citizen_id`` or ``passport`` is ''."""

    full_name: str
    birth_on: date
    sex: str
    nationality: str
    citizen_id: str
    passport: str
    ethnicity: str
    phone: str
    email: str
    address: str
    hometown: str
    card_number: str


class PeopleMaker:
    """Makes people one list at a time; numbers never repeat within one maker."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._made = 0

    def skip(self, count: int) -> None:
        """Leave out the numbers of ``count`` people, so that two makers never give the same."""
        self._made += count

    def make(
        self,
        count: int,
        *,
        province: str,
        women_share: float,
        ages: tuple[int, int, int],
        on: date,
        address: str,
    ) -> list[DemoPerson]:
        """``count`` Vietnamese people who live at ``address``; ages are (youngest, most usual, oldest) on a day."""
        rng = self._rng
        homes = _HOMES[province]
        codes = tuple(homes)
        groups = _GROUP_POOLS.get(province, _GROUP_POOL_ELSEWHERE).draw(rng, count)
        drawn_homes = rng.choices(codes, cum_weights=_HOME_WEIGHTS, k=count)
        made: list[DemoPerson] = []
        low, usual, high = ages
        today = on.toordinal() - 1
        for group, home in zip(groups, drawn_homes, strict=True):
            self._made += 1
            number = self._made
            sex = "f" if rng.random() < women_share else "m"
            # Even below the usual age, thinning out above it.
            drawn = rng.random()
            years = (
                low + (usual - low) * 2 * drawn
                if drawn < 0.5
                else usual + (high - usual) * (2 * drawn - 1) ** 2
            )
            birth_on = date.fromordinal(today - int(years * 365.25))
            made.append(
                DemoPerson(
                    full_name=_name(rng, group, sex),
                    birth_on=birth_on,
                    sex=sex,
                    nationality="VN",
                    citizen_id=_citizen_id(home, sex, birth_on.year, number),
                    passport="",
                    ethnicity=group,
                    # No range is set apart for examples in Việt Nam; this one at least looks like it.
                    phone=f"09000{number % 100_000:05d}",
                    email=f"doanvien{number}@vidu.example" if number % 6 == 0 else "",
                    address=address,
                    hometown=homes[home],
                    card_number=f"{province}-{number:07d}" if number % 5 else "",
                )
            )
        return made

    def make_foreign(self, count: int, *, on: date, address: str) -> list[DemoPerson]:
        """People of other nationalities, with passports."""
        rng = self._rng
        made: list[DemoPerson] = []
        for _ in range(count):
            self._made += 1
            nationality = rng.choices(tuple(_FOREIGN), weights=(40, 25, 12, 15, 8))[0]
            families, given = (words.split(",") for words in _FOREIGN[nationality])
            age = rng.randint(26, 52)
            made.append(
                DemoPerson(
                    full_name=f"{rng.choice(families)} {rng.choice(given)}",
                    birth_on=date.fromordinal(on.toordinal() - age * 365 - rng.randint(0, 364)),
                    sex="f" if rng.random() < 0.3 else "m",
                    nationality=nationality,
                    citizen_id="",
                    passport=f"{nationality[0]}X{self._made:07d}",
                    ethnicity="",
                    phone="",
                    email=f"doanvien{self._made}@vidu.example",
                    address=address,
                    hometown="",
                    card_number="",
                )
            )
        return made


def _name(rng: Random, group: str, sex: str) -> str:
    naming = _NAMINGS[group]
    return f"{naming.families.one(rng)} {naming.middle[sex].one(rng)} {naming.given[sex].one(rng)}"


def _citizen_id(home: str, sex: str, birth_year: int, number: int) -> str:
    """12 figures: province of birth, century and sex, year, six figures (requirements B8)."""
    century_and_sex = (birth_year // 100 - 19) * 2 + (sex == "f")
    # 7919 shares no factor with a million: a million numbers before the first one comes again.
    return f"{home}{century_and_sex}{birth_year % 100:02d}{number * 7919 % 1_000_000:06d}"
