"""The bodies of the demonstration as data: the tree of before 01/7/2025, what it became, and how large each is.

The names of provinces, districts and communes are real, the sizes are not: the whole country's ten million members
are shown by about 60,000, and what depends on size (the border for a commune union) is made smaller with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

#: First day of the books.
BOOKS_OPEN = date(2021, 10, 1)
#: District federations end, commune unions begin, provinces merge (Law 97/2025/QH15, in force that day).
REFORM = date(2025, 7, 1)
#: Unions of state administrative bodies stop (dispatch 4133/TLĐ-ToC of 23/5/2025); their members leave this day.
ADMINISTRATIVE_END = date(2025, 6, 30)
#: A commune union is set up from 1,500 members and 10 unions; here from a tenth and less than half of that.
COMMUNE_MEMBERS, COMMUNE_UNIONS = 150, 4
REAL_COMMUNE_MEMBERS, REAL_COMMUNE_UNIONS = 1500, 10

ROOT_CODE = "TLD"


@dataclass(frozen=True)
class District:
    """A district federation until 30/6/2025 and the communes of today on its land (some of them)."""

    code: str
    name: str
    territory: str
    communes: tuple[str, ...]
    weight: int


@dataclass(frozen=True)
class Zone:
    """A union of industrial parks or of an economic zone, with the parks it looks after."""

    code: str
    name: str
    parks: tuple[tuple[str, str], ...]
    #: Share of the province's enterprises that stand in its parks.
    share: float


@dataclass(frozen=True)
class Province:
    """A provincial federation: who stands under it and how large it is when the books open."""

    code: str
    name: str
    short_name: str
    territory: str
    #: Code of the province whose communes the land belongs to today.
    communes_of: str
    successor: str | None
    districts: tuple[District, ...]
    zones: tuple[Zone, ...]
    #: Unions and members of enterprises, of public-service units, of administrative bodies.
    unions: int
    members: int
    public_unions: int
    public_members: int
    administrative_unions: int
    administrative_members: int
    occupational_unions: int
    #: Small enterprises without a union, and those of 20 workers and more that stay without one.
    small_enterprises: int
    large_uncovered: int
    #: New unions: last quarter of 2021, then each year from 2022; the last figure goes on.
    foundings: tuple[int, ...]
    fdi_share: float
    density: tuple[float, float]


def _districts(province: str, *rows: tuple[str, str, int, str]) -> tuple[District, ...]:
    return tuple(
        District(
            f"{province}-{code}",
            f"LĐLĐ {name[0].lower()}{name[1:]}",
            name,
            tuple(communes.split(", ")),
            weight,
        )
        for code, name, weight, communes in rows
    )


PROVINCES = (
    Province(
        code="LC",
        name="Liên đoàn Lao động tỉnh Lai Châu",
        short_name="LĐLĐ tỉnh Lai Châu",
        territory="P12",
        communes_of="P12",
        successor=None,
        districts=_districts(
            "LC",
            ("TP", "Thành phố Lai Châu", 32, "Tân Phong, Đoàn Kết"),
            ("TD", "Huyện Tam Đường", 12, "Bình Lư, Bản Bo, Khun Há, Tả Lèng"),
            ("MT", "Huyện Mường Tè", 7, "Mường Tè, Bum Tở, Bum Nưa"),
            ("SH", "Huyện Sìn Hồ", 8, "Sìn Hồ, Nậm Tăm, Hồng Thu"),
            ("PT", "Huyện Phong Thổ", 10, "Phong Thổ, Khổng Lào, Dào San"),
            ("TU", "Huyện Than Uyên", 13, "Than Uyên, Mường Kim, Mường Than"),
            ("TY", "Huyện Tân Uyên", 11, "Tân Uyên, Pắc Ta, Mường Khoa"),
            ("NN", "Huyện Nậm Nhùn", 7, "Nậm Hàng, Lê Lợi"),
        ),
        zones=(),
        unions=72,
        members=2800,
        public_unions=60,
        public_members=2900,
        administrative_unions=70,
        administrative_members=1500,
        occupational_unions=2,
        small_enterprises=62,
        large_uncovered=1,
        foundings=(2, 8, 8, 9, 12, 10),
        fdi_share=0.03,
        density=(0.955, 0.998),
    ),
    Province(
        code="HP",
        name="Liên đoàn Lao động thành phố Hải Phòng",
        short_name="LĐLĐ TP Hải Phòng",
        territory="P31",
        communes_of="P31",
        successor=None,
        districts=_districts(
            "HP",
            ("HB", "Quận Hồng Bàng", 10, "Hồng Bàng, Hồng An"),
            ("NQ", "Quận Ngô Quyền", 10, "Ngô Quyền, Gia Viên"),
            ("LCH", "Quận Lê Chân", 9, "Lê Chân, An Biên"),
            ("HA", "Quận Hải An", 9, "Hải An, Đông Hải"),
            ("KA", "Quận Kiến An", 6, "Kiến An, Phù Liễn"),
            ("DS", "Quận Đồ Sơn", 3, "Đồ Sơn, Nam Đồ Sơn"),
            ("DK", "Quận Dương Kinh", 5, "Dương Kinh, Hưng Đạo"),
            ("TN", "Thành phố Thủy Nguyên", 12, "Thuỷ Nguyên, Thiên Hương, Nam Triệu, Lưu Kiếm"),
            ("AD", "Huyện An Dương", 10, "An Dương, An Hải, An Phong"),
            ("AL", "Huyện An Lão", 6, "An Lão, An Quang, An Trường"),
            ("KT", "Huyện Kiến Thụy", 5, "Kiến Thụy, Kiến Minh, Kiến Hải"),
            ("TL", "Huyện Tiên Lãng", 4, "Tiên Lãng, Tân Minh, Tiên Minh"),
            ("VB", "Huyện Vĩnh Bảo", 9, "Vĩnh Bảo, Nguyễn Bỉnh Khiêm, Vĩnh Am, Vĩnh Hải"),
            ("CH", "Huyện Cát Hải", 2, "Cát Hải"),
        ),
        zones=(
            Zone(
                "HP-KKT",
                "Công đoàn Khu kinh tế Hải Phòng",
                (
                    ("KCN-HP1", "KCN Bến Cau (mẫu)"),
                    ("KCN-HP2", "KCN Đồng Sậy (mẫu)"),
                    ("KCN-HP3", "KCN Cửa Lúa (mẫu)"),
                ),
                0.14,
            ),
        ),
        unions=280,
        members=9700,
        public_unions=36,
        public_members=1700,
        administrative_unions=40,
        administrative_members=1300,
        occupational_unions=4,
        small_enterprises=420,
        large_uncovered=9,
        foundings=(3, 18, 20, 20, 24, 31),
        fdi_share=0.2,
        density=(0.88, 0.985),
    ),
    Province(
        code="HD",
        name="Liên đoàn Lao động tỉnh Hải Dương",
        short_name="LĐLĐ tỉnh Hải Dương",
        territory="T030",
        communes_of="P31",
        successor="HP",
        districts=_districts(
            "HD",
            ("TP", "Thành phố Hải Dương", 30, "Hải Dương, Lê Thanh Nghị, Thành Đông, Tứ Minh"),
            ("CL", "Thành phố Chí Linh", 18, "Chí Linh, Chu Văn An, Trần Hưng Đạo"),
            ("KM", "Thị xã Kinh Môn", 16, "Kinh Môn, Trần Liễu"),
            ("CG", "Huyện Cẩm Giàng", 22, "Cẩm Giàng, Cẩm Giang, Tuệ Tĩnh"),
            ("NS", "Huyện Nam Sách", 14, "Nam Sách, Thái Tân"),
        ),
        zones=(),
        unions=78,
        members=2100,
        public_unions=15,
        public_members=600,
        administrative_unions=20,
        administrative_members=450,
        occupational_unions=1,
        small_enterprises=150,
        large_uncovered=3,
        foundings=(1, 4, 5, 5, 6, 5),
        fdi_share=0.2,
        density=(0.88, 0.98),
    ),
    Province(
        code="BD",
        name="Liên đoàn Lao động tỉnh Bình Dương",
        short_name="LĐLĐ tỉnh Bình Dương",
        territory="T074",
        communes_of="P79",
        successor="HCM",
        districts=_districts(
            "BD",
            ("TDM", "Thành phố Thủ Dầu Một", 16, "Thủ Dầu Một, Phú Lợi, Chánh Hiệp"),
            ("TA", "Thành phố Thuận An", 20, "Thuận An, Lái Thiêu, An Phú, Bình Hòa"),
            ("DA", "Thành phố Dĩ An", 16, "Dĩ An, Đông Hòa, Tân Đông Hiệp"),
            ("TU", "Thành phố Tân Uyên", 14, "Tân Uyên, Tân Hiệp, Tân Khánh"),
            ("BC", "Thành phố Bến Cát", 14, "Bến Cát, Hòa Lợi, Tây Nam"),
            ("BB", "Huyện Bàu Bàng", 7, "Bàu Bàng, Trừ Văn Thố"),
            ("BTU", "Huyện Bắc Tân Uyên", 5, "Bắc Tân Uyên, Thường Tân"),
            ("PG", "Huyện Phú Giáo", 4, "Phú Giáo, Phước Hòa"),
            ("DT", "Huyện Dầu Tiếng", 4, "Dầu Tiếng, Long Hòa"),
        ),
        zones=(
            Zone(
                "BD-KCN1",
                "Công đoàn các khu công nghiệp Thuận An - Dĩ An",
                (("KCN-BD1", "KCN Bến Sen (mẫu)"), ("KCN-BD2", "KCN Gò Nắng (mẫu)")),
                0.12,
            ),
            Zone(
                "BD-KCN2",
                "Công đoàn các khu công nghiệp Tân Uyên",
                (("KCN-BD3", "KCN Suối Lụa (mẫu)"), ("KCN-BD4", "KCN Đất Ấm (mẫu)")),
                0.11,
            ),
            Zone(
                "BD-KCN3",
                "Công đoàn các khu công nghiệp Bến Cát - Bàu Bàng",
                (("KCN-BD5", "KCN Rừng Cau (mẫu)"), ("KCN-BD6", "KCN Bàu Khói (mẫu)")),
                0.11,
            ),
        ),
        unions=262,
        members=10500,
        public_unions=15,
        public_members=700,
        administrative_unions=24,
        administrative_members=650,
        occupational_unions=2,
        small_enterprises=480,
        large_uncovered=24,
        foundings=(4, 22, 20, 24, 30, 16),
        fdi_share=0.42,
        density=(0.82, 0.96),
    ),
    Province(
        code="HCM",
        name="Liên đoàn Lao động Thành phố Hồ Chí Minh",
        short_name="LĐLĐ TP Hồ Chí Minh",
        territory="P79",
        communes_of="P79",
        successor=None,
        districts=_districts(
            "HCM",
            ("Q1", "Quận 1", 20, "Sài Gòn, Bến Thành, Tân Định"),
            ("TDU", "Thành phố Thủ Đức", 34, "Thủ Đức, Linh Xuân, Tăng Nhơn Phú"),
            ("BT", "Quận Bình Tân", 28, "Bình Tân, An Lạc, Tân Tạo"),
            ("CC", "Huyện Củ Chi", 18, "Củ Chi, Tân An Hội"),
        ),
        zones=(),
        unions=70,
        members=2500,
        public_unions=10,
        public_members=450,
        administrative_unions=10,
        administrative_members=300,
        occupational_unions=2,
        small_enterprises=190,
        large_uncovered=7,
        foundings=(1, 5, 6, 6, 8, 6),
        fdi_share=0.22,
        density=(0.84, 0.97),
    ),
    Province(
        code="NA",
        name="Liên đoàn Lao động tỉnh Nghệ An",
        short_name="LĐLĐ tỉnh Nghệ An",
        territory="P40",
        communes_of="P40",
        successor=None,
        districts=_districts(
            "NA",
            ("V", "Thành phố Vinh", 28, "Trường Vinh, Thành Vinh, Vinh Phú, Vinh Hưng, Vinh Lộc"),
            ("HM", "Thị xã Hoàng Mai", 7, "Hoàng Mai, Tân Mai"),
            ("TH", "Thị xã Thái Hòa", 5, "Thái Hòa, Tây Hiếu"),
            ("QL", "Huyện Quỳnh Lưu", 8, "Quỳnh Lưu, Quỳnh Văn, Quỳnh Anh"),
            ("DC", "Huyện Diễn Châu", 8, "Diễn Châu, Hùng Châu, An Châu"),
            ("YT", "Huyện Yên Thành", 6, "Yên Thành, Quan Thành"),
            ("NL", "Huyện Nghi Lộc", 8, "Nghi Lộc, Phúc Lộc"),
            ("DL", "Huyện Đô Lương", 6, "Đô Lương, Bạch Ngọc"),
            ("TC", "Huyện Thanh Chương", 5, "Kim Bảng, Đại Đồng"),
            ("ND", "Huyện Nam Đàn", 5, "Vạn An, Nam Đàn, Kim Liên"),
            ("HN", "Huyện Hưng Nguyên", 4, "Hưng Nguyên, Yên Trung"),
            ("NDA", "Huyện Nghĩa Đàn", 3, "Nghĩa Đàn, Nghĩa Lâm"),
            ("QH", "Huyện Quỳ Hợp", 4, "Quỳ Hợp, Minh Hợp"),
            ("AS", "Huyện Anh Sơn", 3, "Anh Sơn, Vĩnh Tường"),
            ("CC", "Huyện Con Cuông", 2, "Con Cuông, Môn Sơn"),
        ),
        zones=(
            Zone(
                "NA-KKT",
                "Công đoàn Khu kinh tế Đông Nam",
                (("KCN-NA1", "KCN Cồn Gió (mẫu)"), ("KCN-NA2", "KCN Bãi Thông (mẫu)")),
                0.16,
            ),
        ),
        unions=190,
        members=6700,
        public_unions=60,
        public_members=3100,
        administrative_unions=70,
        administrative_members=1800,
        occupational_unions=3,
        small_enterprises=280,
        large_uncovered=6,
        foundings=(4, 18, 20, 12, 14, 12),
        fdi_share=0.12,
        density=(0.88, 0.98),
    ),
)

#: Sector unions under every provincial federation, by the end of their code.
SECTOR_UNIONS = {"CNYT": "Công đoàn ngành Y tế", "CNGD": "Công đoàn ngành Giáo dục"}


def short_place(province: Province) -> str:
    """ "tỉnh Lai Châu", "TP Hải Phòng": the province as it stands in the names of bodies below it."""
    return province.short_name.removeprefix("LĐLĐ ")
