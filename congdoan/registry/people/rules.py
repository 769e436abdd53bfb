"""Who may know and change what about a person.

An officer may do something with a person when the person is a member, or was last a member, of a unit where
the officer holds the capability (queries.within). Knowing a name is part of seeing a list of members; birth
date and contacts, and identity numbers, are rights of their own.
"""

from __future__ import annotations

from congdoan.foundation.access.rules import declare_capabilities
from congdoan.kit.identifiers import check_citizen_id
from congdoan.kit.sealed import match_key
from congdoan.kit.text import nfc

declare_capabilities(
    ("people.edit", "Ghi và sửa thông tin cá nhân, nơi làm việc"),
    ("people.view_contacts", "Xem ngày sinh, điện thoại, nơi ở"),
    ("people.view_identity", "Xem số căn cước, hộ chiếu (có ghi nhật ký)"),
)

#: What a change may touch, and its name for messages.
EDITABLE = {
    "full_name": "họ và tên",
    "birth_on": "ngày sinh",
    "birth_precision": "độ chính xác của ngày sinh",
    "sex": "giới tính",
    "nationality": "quốc tịch",
    "citizen_id": "số căn cước",
    "passport": "số hộ chiếu",
    "ethnicity": "dân tộc",
    "phone": "điện thoại",
    "email": "thư điện tử",
    "address": "nơi ở",
    "hometown": "quê quán",
    "card_number": "số thẻ đoàn viên",
}


def plain_citizen_id(value: object) -> str:
    """A citizen id in its one stored form ('' when blank). Doubtful numbers are kept: warn, never block (B8)."""
    if type(value) is str and len(value) == 12 and value.isascii() and value.isdigit():
        return value
    return check_citizen_id(value).value


def plain_passport(value: object) -> str:
    """A passport number in its one stored form: capitals, no spaces."""
    return nfc(value).replace(" ", "").upper()


def citizen_id_key(value: object) -> object:
    """What a citizen id is found by; None for a blank one."""
    return match_key(plain_citizen_id(value), kind="citizen_id")


def passport_key(value: object) -> object:
    """What a passport is found by; None for a blank one."""
    return match_key(plain_passport(value), kind="passport")
