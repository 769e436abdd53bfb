"""Choices of the register of employers."""

HEADCOUNT_SOURCES = [
    ("survey", "khảo sát"),
    ("social_insurance", "bảo hiểm xã hội"),
    ("registration", "đăng ký kinh doanh"),
    ("union_report", "báo cáo của công đoàn"),
    ("import", "danh sách nhập"),
]
#: When several sources speak of the same day, the first of these counts.
SOURCE_PRIORITY = ("survey", "union_report", "social_insurance", "registration", "import")
OPERATING_STATES = [
    ("operating", "đang hoạt động"),
    ("not_started", "chưa hoạt động"),
    ("suspended", "tạm ngừng"),
    ("ended", "đã giải thể, phá sản"),
]
#: States in which an employer is counted at all; one that has ended is history.
COUNTED_STATES = ("operating", "not_started", "suspended")
#: Lower borders of the bands that headcounts are counted in. Every threshold a plan may name (5 for founding,
#: 20 and 25 for coverage) is a border, so that a measure answers "from N workers" exactly.
BANDS = (0, 1, 5, 10, 15, 20, 25, 30, 50, 100, 200, 300, 500, 1000, 3000, 5000)


def band_of(headcount: int | None) -> int:
    """The lower border of the band of a headcount; −1 when the headcount is not known."""
    if headcount is None:
        return -1
    return max(border for border in BANDS if border <= headcount)
