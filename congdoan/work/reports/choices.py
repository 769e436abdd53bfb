"""Fixed words of a report: the states of a target, why a copy is sent, symbols of document numbers."""

from __future__ import annotations

#: State of a target -> how a report says it. Those of plans.queries, and two a report tells apart from "none":
#: "new", its window has not begun, and "open", there is a figure but the plan names no pass mark.
STATE_WORDS = {
    "done": "Hoàn thành",
    "met": "Đạt",
    "on_track": "Đúng tiến độ",
    "attention": "Cần chú ý",
    "behind": "Chậm tiến độ",
    "missed": "Không đạt",
    "overdue": "Quá hạn",
    "new": "Chưa đến kỳ",
    "none": "Chưa có số liệu",
    "open": "Theo dõi",
    "ended": "Đã kết thúc",
}
REACHED = frozenset({"done", "met"})
SLOW = frozenset({"attention", "behind", "missed", "overdue"})

#: Why a body gets a copy (plan_files.Purpose) -> the words of Nơi nhận.
PURPOSE_WORDS = {
    "report": "để b/c",
    "direct": "để chỉ đạo",
    "coordinate": "để phối hợp",
    "implement": "để thực hiện",
}

#: Kind of body -> the letters after BC- in the number of its reports. Rule: QĐ 933/QĐ-TLĐ, whose table of symbols
#: has not been read in the original; the seeds confirm LĐLĐ.
NUMBER_SYMBOLS = {
    "confederation": "TLĐ",
    "provincial_federation": "LĐLĐ",
    "district_federation": "LĐLĐ",
    "sector_union": "CĐN",
    "zone_union": "CĐKCN",
    "commune_union": "CĐX",
    "occupational_union": "NĐCS",
}
DEFAULT_SYMBOL = "CĐCS"

#: Kinds of body led by a standing committee; the others sign for their executive committee.
WITH_STANDING_COMMITTEE = frozenset(
    {
        "confederation",
        "provincial_federation",
        "district_federation",
        "sector_union",
        "zone_union",
        "commune_union",
    }
)
