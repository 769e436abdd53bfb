"""Who may book what, and who may become a member.

An officer admits, transfers and ends memberships in the books of units where a grant carries that right; a
transfer writes into the books of two units and needs the right in both. A mistake is reversed with the right
that booking it needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from congdoan.foundation.access.rules import declare_capabilities
from congdoan.foundation.catalogues.queries import Setting
from congdoan.foundation.messaging.rules import NoticeKind, declare_notice_kind
from congdoan.registry.membership.choices import DEPARTURES, KINDS

declare_capabilities(
    ("membership.view", "Xem danh sách đoàn viên và biến động"),
    ("membership.admit", "Kết nạp đoàn viên"),
    ("membership.transfer", "Chuyển sinh hoạt, sắp xếp đoàn viên"),
    ("membership.end", "Ghi thôi, xoá tên, khai trừ, nghỉ hưu, từ trần"),
    ("membership.close_books", "Khoá sổ biến động đoàn viên"),
)

#: A transfer waits for the other union.
HANDING = declare_notice_kind(
    NoticeKind(
        "membership.handover",
        "Đề nghị chuyển sinh hoạt chờ lâu",
        "Có đề nghị chuyển sinh hoạt chưa được trả lời",
    )
)

#: A foreign member's contract ends.
CONTRACT = declare_notice_kind(
    NoticeKind(
        "membership.contract",
        "Hợp đồng của đoàn viên người nước ngoài sắp hết",
        "Có đoàn viên người nước ngoài sắp hết hợp đồng",
    )
)

#: Members of whom nothing was heard for long.
SILENT = declare_notice_kind(
    NoticeKind(
        "membership.silent",
        "Rà soát đoàn viên lâu không sinh hoạt, mỗi quý",
        "Có đoàn viên lâu không có dấu hiệu sinh hoạt cần rà soát",
        says_all=True,
    )
)

#: Admissions may be booked as these; the first two are decisions, the third starts the books.
ADMISSION_KINDS = ("admit", "readmit", "opening")


def capability_for(kind: str) -> str:
    """The right that booking, or reversing, a movement of this kind needs."""
    if kind in ADMISSION_KINDS:
        return "membership.admit"
    return "membership.end" if kind in DEPARTURES else "membership.transfer"


@dataclass(frozen=True)
class ForeignWorkerLaw:
    """What the law asks of foreign workers, with its sources (requirements R-01, B1)."""

    admission_from: date
    contract_months: int
    source: str

    @classmethod
    def of(cls, admission_from: Setting, contract_months: Setting) -> ForeignWorkerLaw:
        return cls(
            date.fromisoformat(admission_from.value), int(contract_months.value), contract_months.source
        )


def foreign_worker_obstacle(
    law: ForeignWorkerLaw,
    *,
    on: date,
    grassroots_kind: str,
    contract_from: date | None,
    contract_to: date | None,
    application_on: date | None,
) -> str:
    """Why a foreign worker cannot be admitted on a day, in words with the source; '' when they can.

    The contract must run for the full months and on that day (``contract_to`` is its last day; None: no end);
    the written application must be on file; the unit must be, or belong to, a grassroots union
    (``grassroots_kind``), not an occupational one.
    """
    why = ""
    if on < law.admission_from:
        why = f"người lao động nước ngoài chỉ được kết nạp từ ngày {law.admission_from:%d/%m/%Y}"
    elif grassroots_kind != "grassroots_union":
        why = "người lao động nước ngoài chỉ gia nhập công đoàn cơ sở, không gia nhập nghiệp đoàn hay tổ chức khác"
    elif contract_from is None:
        why = (
            f"chưa có hợp đồng lao động từ đủ {law.contract_months} tháng trở lên; hãy ghi ngày bắt đầu và ngày"
            " hết hạn hợp đồng"
        )
    elif contract_from > on or (contract_to is not None and contract_to < on):
        why = f"hợp đồng lao động không có hiệu lực vào ngày kết nạp {on:%d/%m/%Y}"
    elif contract_to is not None and contract_to + timedelta(days=1) < add_months(
        contract_from, law.contract_months
    ):
        why = (
            f"hợp đồng từ {contract_from:%d/%m/%Y} đến {contract_to:%d/%m/%Y} chưa đủ"
            f" {law.contract_months} tháng"
        )
    elif application_on is None:
        why = "chưa có đơn gia nhập bằng văn bản; hãy ghi ngày làm đơn"
    elif application_on > on:
        why = "đơn gia nhập ghi sau ngày kết nạp"
    return f"{why} ({law.source})" if why else ""


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or the month's last day where there is none."""
    count = day.month - 1 + months
    year, month = day.year + count // 12, count % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise ValueError(day)


def young(birth_on: date | None, on: date) -> bool:
    """Under 15 on a day: the youngest age at which one may work under a labour contract. Warns only, because no
    text that sets an age for joining was found."""
    return birth_on is not None and on < add_months(birth_on, 15 * 12)


def kinds_words(kinds: Mapping[str, int]) -> str:
    """Counts by kind, in words, for audit sentences: "3 kết nạp, 1 chuyển sinh hoạt đến"."""
    return ", ".join(f"{n} {KINDS[kind].name}" for kind, n in sorted(kinds.items()))
