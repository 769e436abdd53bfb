"""Digital signatures on applications.

The form as a PDF carries a code of what it says. The worker signs the PDF with a certificate of their own and sends it
back; it counts when the signature holds, is the applicant's, and is on this application.

Whom to trust is a folder of certificates that the settings name; without one the way is offered nowhere. Which bodies accept
it is the parameter ``joining.signatures``.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from congdoan.foundation.catalogues.models import Parameter
from congdoan.kit.sealed import match_digest
from congdoan.kit.text import nfc, search_key
from congdoan.registry.joining import choices
from congdoan.registry.joining.actions.errors import JoiningError
from congdoan.registry.people.rules import plain_citizen_id, plain_passport

if TYPE_CHECKING:
    from congdoan.registry.joining.actions.applying import ApplicationData

#: A form is signed and sent within this time; later somebody else may have come by the file.
LIFE = timedelta(days=7)
_PROGRAM = Path(__file__).with_name("reading.py")
#: Written by ``reading`` before it looks at the file.
_READY = b"ready\n"
#: Seconds by the clock; a little more than the program gives itself of the processor.
_PATIENCE = 40
_CODE = re.compile(r"\b[A-Z2-7]{4}(?:-[A-Z2-7]{4}){5}\b")
_CERTIFICATES, _LISTS = {".pem", ".crt", ".cer"}, {".crl"}

#: Why a file is not taken: what the worker reads, and what to do.
REASONS = {
    "unreadable": "Không đọc được tệp này. Hãy chọn đúng tệp PDF mà ứng dụng ký số đã lưu, không đặt mật khẩu.",
    "unsigned": "Tệp PDF này chưa có chữ ký số. Hãy mở đơn trong ứng dụng ký số, ký, rồi chọn tệp đã ký.",
    "altered": "Tệp PDF này đã bị sửa sau khi ký. Hãy lấy lại đơn, ký, và gửi đúng tệp mà ứng dụng ký số đã lưu.",
    "expired": "Chứng thư số đã ký không có hiệu lực vào hôm nay. Hãy gia hạn chứng thư hoặc ký theo cách khác.",
    "ahead": "Giờ ký trong tệp muộn hơn hiện tại. Hãy chỉnh lại giờ của máy đã ký, rồi ký lại.",
    "late": "Đơn này được ký đã quá 7 ngày. Hãy lấy lại đơn và ký lại.",
    "purpose": "Chứng thư số này không dùng để ký văn bản. Hãy ký bằng chứng thư khác hoặc ký theo cách khác.",
    "untrusted": "Chứng thư số đã ký không do tổ chức mà công đoàn công nhận cấp. Hãy ký theo cách khác.",
    "revoked": "Chứng thư số đã ký đã bị thu hồi. Hãy liên hệ nơi cấp chứng thư, hoặc ký theo cách khác.",
    "unchecked": "Lúc này chưa kiểm tra được chứng thư số có bị thu hồi hay không. Hãy thử lại sau hoặc ký theo cách khác.",
    "name": "Họ tên trên chứng thư số khác họ tên trong đơn. Hãy ghi họ tên như trên chứng thư rồi lấy đơn và ký lại.",
    "number": "Số giấy tờ trên chứng thư số khác số trong đơn. Hãy kiểm tra số đã ghi, lấy lại đơn và ký lại.",
    "foreign": "Tệp PDF này không phải đơn lấy từ trang này. Hãy bấm nút lấy đơn, ký tệp ấy rồi gửi lại.",
    "other": "Nội dung đã ký khác những gì đang ghi trong đơn. Hãy lấy lại đơn theo nội dung mới rồi ký lại.",
    "unavailable": "Hệ thống chưa kiểm tra được chữ ký số. Hãy thử lại sau hoặc ký theo cách khác.",
}


class SignatureRefused(JoiningError):
    """A digitally signed file that does not count; ``reason`` of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason])
        self.reason = reason


@dataclass(frozen=True)
class Signer:
    """Who signed: the name on the certificate, who issued it, its serial number (hexadecimal) and when it was signed, as the
    signer's device said. ``has_number``: the certificate carries the applicant's number too, and it is the same."""

    name: str
    issuer: str
    serial: str
    signed_at: datetime
    has_number: bool


def is_set_up() -> bool:
    """Whether the installation trusts any authority. Asks the disk, never the database."""
    return bool(_files(_CERTIFICATES))


def is_offered(on: date) -> bool:
    """Whether a digital signature can be given on a day: the installation trusts an authority and some body accepts it. Asks
    the database only where an authority is trusted."""
    if not is_set_up():
        return False
    accepting = Parameter.objects.filter(
        code="joining.signatures", during__contains=on, value__contains=[choices.DIGITAL]
    )
    return accepting.exists()


def _files(kinds: set[str]) -> list[Path]:
    folder = settings.SIGNING["roots"]
    if not folder:
        return []
    try:
        return [path for path in Path(folder).iterdir() if path.suffix.lower() in kinds]
    except OSError:
        return []


def content_code(data: ApplicationData) -> str:
    """What an application says, as a code of 24 letters that only this installation can make: all that the form shows but
    the signature. Whoever changes a letter gets another code."""
    said = [
        nfc(data.full_name),
        data.birth_on.isoformat(),
        data.sex,
        data.nationality,
        plain_citizen_id(data.citizen_id) if data.citizen_id else "",
        plain_passport(data.passport) if data.passport else "",
        nfc(data.phone),
        nfc(data.email),
        data.enterprise.code if data.enterprise is not None else nfc(data.workplace_name),
        data.territory.code if data.territory is not None else "",
        nfc(data.job_title),
        data.contract_kind,
        data.contract_from.isoformat() if data.contract_from else "",
        data.contract_to.isoformat() if data.contract_to else "",
        data.was_member,
        sorted(data.consents),
        choices.CONSENT_VERSION,
    ]
    digest = match_digest(json.dumps(said, ensure_ascii=False), kind="application paper")
    letters = base64.b32encode(digest).decode()
    return "-".join(letters[start : start + 4] for start in range(0, 24, 4))


def verify(data: ApplicationData, *, now: datetime) -> Signer:
    """Who signed the PDF of an application. Takes about a second. Raises SignatureRefused with the first reason why it does
    not count: the signature and its certificate first, then whose it is, then what was signed."""
    found = _read(data.signature.content, now)
    if "refused" in found:
        raise SignatureRefused(found["refused"])
    if search_key(found["name"]) != search_key(data.full_name):
        raise SignatureRefused("name")
    number = plain_citizen_id(data.citizen_id) if data.citizen_id else plain_passport(data.passport)
    # A certificate of before the twelve figures has the old number, which tells nothing about the new one.
    comparable = [one for one in found["numbers"] if len(one) == len(number)]
    if comparable and number.upper() not in comparable:
        raise SignatureRefused("number")
    codes = _CODE.findall(found["said"])
    if not codes:
        raise SignatureRefused("foreign")
    if content_code(data) not in codes:
        raise SignatureRefused("other")
    signed_at = datetime.fromisoformat(found["signed_at"]) if found["signed_at"] else now
    if now - signed_at > LIFE:
        raise SignatureRefused("late")
    return Signer(
        name=nfc(found["name"])[:150],
        issuer=nfc(found["issuer"])[:200],
        serial=found["serial"][:64],
        signed_at=signed_at,
        has_number=bool(comparable),
    )


def _read(content: bytes, now: datetime) -> dict[str, str]:
    if not is_set_up():
        raise SignatureRefused("unavailable")
    command = [
        sys.executable,
        "-I",
        str(_PROGRAM),
        settings.SIGNING["roots"],
        settings.SIGNING["revocation"],
        now.isoformat(),
    ]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=_PATIENCE, check=False, env={}
        )
    except subprocess.TimeoutExpired as error:
        raise SignatureRefused("unreadable") from error
    if not done.stdout.startswith(_READY):
        logging.getLogger(__name__).error(
            "digital signatures cannot be checked: %s", done.stderr.decode(errors="replace")[-800:]
        )
        raise SignatureRefused("unavailable")
    try:
        found: dict[str, str] = json.loads(done.stdout[len(_READY) :])
    except ValueError as error:
        # It ran out of the memory or the time that a file may take.
        raise SignatureRefused("unreadable") from error
    return found
