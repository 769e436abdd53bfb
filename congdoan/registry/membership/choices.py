"""Kinds of movement in the ledger, each with its sign, its group in the reconciliation and its words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MovementKind:
    """``sign``: +1 adds a member to the unit, −1 takes one away. ``group``: its line in the reconciliation."""

    code: str
    name: str
    sign: int
    group: str


KINDS = {
    kind.code: kind
    for kind in (
        MovementKind("opening", "số dư khi bắt đầu ghi sổ", +1, "opening"),
        MovementKind("admit", "kết nạp", +1, "admitted"),
        MovementKind("readmit", "kết nạp lại", +1, "admitted"),
        MovementKind("transfer_in", "chuyển sinh hoạt đến", +1, "transferred_in"),
        MovementKind("transfer_out", "chuyển sinh hoạt đi", -1, "transferred_out"),
        MovementKind("leave", "thôi là đoàn viên", -1, "left"),
        MovementKind("strike_off", "xoá tên", -1, "left"),
        MovementKind("expel", "khai trừ", -1, "left"),
        MovementKind("retire", "nghỉ hưu", -1, "retired"),
        MovementKind("die", "từ trần", -1, "retired"),
        MovementKind("reorganise_out", "ra do sắp xếp tổ chức", -1, "reorganised"),
        MovementKind("reorganise_in", "vào do sắp xếp tổ chức", +1, "reorganised"),
    )
}
MOVEMENT_KINDS = [(kind.code, kind.name) for kind in KINDS.values()]
DEPARTURES = ("leave", "strike_off", "expel", "retire", "die")
#: Lines of the reconciliation in the order they are printed. "reorganised" stands apart from growth.
GROUPS = [
    ("admitted", "Kết nạp"),
    ("transferred_in", "Chuyển đến"),
    ("transferred_out", "Chuyển đi"),
    ("left", "Thôi, xoá tên, khai trừ"),
    ("retired", "Nghỉ hưu, từ trần"),
    ("reorganised", "Sắp xếp tổ chức"),
]
#: Signs of life that are kept as such.
ALIVE, CARD, OWN_PAGE = "alive", "card", "own_page"
SIGNS = [
    (ALIVE, "cán bộ xác nhận còn sinh hoạt"),
    (CARD, "được cấp, đổi thẻ"),
    (OWN_PAGE, "vào trang Thông tin của tôi"),
]
