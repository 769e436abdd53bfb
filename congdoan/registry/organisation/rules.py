"""Who may see, change and found union bodies, and which bodies may recognise a union on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from congdoan.foundation.access.rules import declare_capabilities
from congdoan.foundation.units.models import KindAuthority
from congdoan.kit.dates import format_date

VIEW = "units.view"
EDIT = "organisation.edit"
FOUND = "organisation.found"

declare_capabilities(
    (VIEW, "Xem đơn vị công đoàn"),
    (EDIT, "Sửa thông tin, đổi tên, chuyển đơn vị công đoàn"),
    (FOUND, "Ghi thành lập, kết thúc đơn vị công đoàn"),
)

#: The act a body needs authority for to bring a grassroots union into being.
RECOGNISE = "recognise_union"


@dataclass(frozen=True)
class Recognition:
    """Who may recognise grassroots unions on which days, by kind of body, with the source (KindAuthority)."""

    rows: tuple[KindAuthority, ...]

    @classmethod
    def load(cls) -> Recognition:
        """Read the authorities. One query; ask for it once a batch."""
        found = KindAuthority.objects.filter(act=RECOGNISE).select_related("kind").order_by("kind", "during")
        return cls(tuple(found))

    def holds(self, kind: str, on: date) -> KindAuthority | None:
        """The row by which bodies of a kind may recognise a union on a day; None when they may not."""
        return next((row for row in self.rows if row.kind_id == kind and on in row.during), None)

    def refusal(self, body: str, kind: str, on: date) -> str:
        """Why a body may not, whose right it is on that day, and by which source."""
        ended = [
            row for row in self.rows if row.kind_id == kind and row.during.upper and row.during.upper <= on
        ]
        holders = [row for row in self.rows if on in row.during]
        sentence = f"{body} không có thẩm quyền công nhận công đoàn cơ sở vào ngày {format_date(on)}"
        if ended:
            row = ended[-1]
            sentence += (
                f" (thẩm quyền này kết thúc ngày {format_date(row.during.upper)}; nguồn: {row.source})"
            )
        if holders:
            named = "; ".join(f"{row.kind.name} (nguồn: {row.source})" for row in holders)
            sentence += f". Có thẩm quyền: {named}"
        return sentence + "."
