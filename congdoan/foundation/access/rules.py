"""Who may do what, in sentences: an actor may do X at a unit when a grant in force carries the capability X."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.module_loading import autodiscover_modules

from congdoan.foundation.access.models import Grant

if TYPE_CHECKING:
    from congdoan.foundation.accounts.models import User
    from congdoan.foundation.units.models import Unit


@dataclass(frozen=True)
class Capability:
    """A named right. Rooms declare theirs; roles collect them."""

    code: str
    name: str


_CAPABILITIES: dict[str, Capability] = {}


def declare_capabilities(*pairs: tuple[str, str]) -> None:
    """Make capabilities known: (code, Vietnamese name). Declaring the same code again replaces its name."""
    for code, name in pairs:
        _CAPABILITIES[code] = Capability(code, name)


def capabilities() -> list[Capability]:
    """All declared capabilities, by code."""
    autodiscover_modules("rules")
    return [_CAPABILITIES[code] for code in sorted(_CAPABILITIES)]


declare_capabilities(
    ("access.manage", "Quản trị người dùng và phân quyền"),
    ("units.view", "Xem cây tổ chức và số liệu"),
)

#: Rooms by the first word of their capabilities, in the order a matrix of rights shows them.
ROOM_NAMES = {
    "units": "Đơn vị",
    "organisation": "Tổ chức công đoàn",
    "reorganisation": "Sắp xếp tổ chức",
    "enterprises": "Doanh nghiệp",
    "fieldwork": "Khảo sát, tiếp xúc doanh nghiệp",
    "people": "Thông tin cá nhân",
    "membership": "Đoàn viên và biến động",
    "joining": "Đơn gia nhập",
    "founding": "Thành lập công đoàn",
    "imports": "Nhập danh sách",
    "plans": "Kế hoạch và chỉ tiêu",
    "reports": "Báo cáo",
    "returns": "Báo cáo định kỳ",
    "briefings": "Giao ban",
    "catalogues": "Danh mục",
    "papers": "Mẫu văn bản",
    "approvals": "Phê duyệt",
    "messaging": "Thông báo, gửi tin",
    "audit": "Nhật ký",
    "access": "Quản trị",
}


def capabilities_by_room() -> list[tuple[str, list[Capability]]]:
    """(room in Vietnamese, its capabilities), for screens."""
    rooms: dict[str, list[Capability]] = {code: [] for code in ROOM_NAMES}
    for capability in capabilities():
        rooms.setdefault(capability.code.split(".")[0], []).append(capability)
    return [(ROOM_NAMES.get(code, code), held) for code, held in rooms.items() if held]


class Forbidden(PermissionDenied):
    """The actor has no grant for this here. The message is for the person at the screen."""


@dataclass(frozen=True)
class Actor:
    """Whoever acts: a user at a screen or over the API, or the system (imports at the terminal, jobs, demo).

    ``today`` is the day the door gave, on which grants are judged. The system actor may do everything and is
    named in the audit by its label.
    """

    user: User | None
    today: date
    label: str = ""
    address: str | None = None
    is_system: bool = False
    _grants: list[GrantView] | None = field(default=None, compare=False, repr=False)
    #: The home unit in a tuple once it was looked up (access.queries.home_unit).
    _home: tuple[Unit | None] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def system(cls, label: str, *, today: date) -> Actor:
        """An actor for work without a person; ``label`` says which work."""
        return cls(user=None, today=today, label=label, is_system=True)

    @property
    def name(self) -> str:
        return self.label or (self.user.get_full_name() if self.user else "khách")

    def grants(self) -> list[GrantView]:
        """Grants in force on ``today``; read once per actor."""
        if self._grants is None:
            object.__setattr__(
                self, "_grants", grants_in_force(self.user, on=self.today) if self.user else []
            )
        return self._grants or []

    def has_anywhere(self, capability: str) -> bool:
        """Whether the actor has the capability at any unit at all. '' is what everybody signed in may."""
        if self.is_system or not capability:
            return self.is_system or self.user is not None
        return any(capability in grant.capabilities for grant in self.grants())


@dataclass(frozen=True)
class GrantView:
    """A grant in force, with its role's capabilities."""

    unit_id: int
    reach: str
    role_code: str
    role_name: str
    capabilities: frozenset[str]


def grants_in_force(user: User, *, on: date) -> list[GrantView]:
    """The user's grants that hold on a day. One query; none for a user who is switched off."""
    if not user.is_active:
        return []
    rows = Grant.objects.filter(user=user, during__contains=on).select_related("role").order_by("id")
    return [
        GrantView(row.unit_id, row.reach, row.role_id, row.role.name, frozenset(row.role.capabilities))
        for row in rows
    ]


def units_with(actor: Actor, capability: str) -> tuple[list[int], list[int]]:
    """(units with all below them, units alone) where the actor has the capability."""
    below: list[int] = []
    own: list[int] = []
    for grant in actor.grants():
        if capability in grant.capabilities:
            (below if grant.reach == "below" else own).append(grant.unit_id)
    return below, own


def refuse(capability: str, where: str = "") -> Forbidden:
    """The error for a missing capability, in words."""
    known = _CAPABILITIES.get(capability)
    what = known.name if known else capability
    place = f" tại {where}" if where else ""
    return Forbidden(f"Bạn chưa được giao quyền “{what}”{place}. Hãy liên hệ người quản trị đơn vị.")
