"""Posters and leaflets that lead to the join form, as PDF."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import segno
import typst

from congdoan import kit
from congdoan.registry.joining.models import Source

TEMPLATE = Path(__file__).parents[1] / "templates/joining/poster.typ"
_FONTS = Path(kit.__file__).parent / "fonts"
#: Sheet: its measures by those of A4, and whether there is a second side that tells how to join.
SHEETS = {"a4": (1.0, False), "a3": (2**0.5, False), "a5": (0.5**0.5, True)}
#: What a sheet speaks: Vietnamese alone, or with English below it.
LANGUAGES = ("vi", "vi-en")

_WORDS: dict[str, tuple[str, str]] = {
    "headline": ("Bạn đi làm. Công đoàn đứng về phía bạn.", "You work. The trade union is on your side."),
    "lead": (
        "Gia nhập là quyền của bạn, tự nguyện, không cần ai ở nơi làm việc cho phép.",
        "Joining is your right. It is voluntary, and nobody at work has to allow it.",
    ),
    "for": ("Dành cho người lao động tại", "For everybody who works at"),
    "scan": ("Quét mã để gia nhập", "Scan to join"),
    "typed": ("Không quét được? Gõ địa chỉ này", "No camera? Type this address"),
    "quiet_name": ("Đơn của bạn được giữ kín", "Your application is kept confidential"),
    "quiet": (
        "Người sử dụng lao động không xem được và không duyệt đơn. Bạn thấy được ai của công đoàn đã xem đơn của mình.",
        "Employers can neither see nor approve applications. You can see which union officer has read yours.",
    ),
    "steps_name": ("Gia nhập trong hai phút, ngay trên điện thoại", "Join in two minutes, on your phone"),
    "free": (
        "Không cần cài ứng dụng. Dùng 3G, 4G của bạn thì mạng của nơi làm việc không thấy gì.",
        "No app needed. On mobile data, the network at work sees nothing.",
    ),
}
_GAINS = (
    (
        ("Thương lượng", "Bargaining"),
        (
            "tiền lương, bữa ăn ca, giờ làm, an toàn, qua thỏa ước lao động tập thể",
            "for pay, meals, hours and safety",
        ),
    ),
    (
        ("Bảo vệ", "Protection"),
        (
            "khi bị chậm lương, sa thải trái luật, tai nạn lao động",
            "in late pay, unlawful dismissal, accidents",
        ),
    ),
    (
        ("Chăm lo", "Care"),
        ("khi ốm đau, khó khăn, dịp Tết", "in sickness and hardship, and at Tết"),
    ),
)
_STEPS = (
    ("Quét mã trên tờ này, hoặc gõ địa chỉ dưới đây.", "Scan the code, or type the address below."),
    (
        "Điền họ tên, ngày sinh, số căn cước hoặc hộ chiếu, hợp đồng lao động.",
        "Fill in name, date of birth, ID card or passport number, and contract.",
    ),
    (
        "Chọn điều bạn đồng ý, ký bằng ngón tay, rồi gửi.",
        "Choose what you agree to, sign with a finger, send.",
    ),
    (
        "Giữ mã theo dõi: bạn xem được đơn ở đâu và ai đã xem.",
        "Keep the code: it shows where your application is and who has read it.",
    ),
)


def qr_svg(address: str) -> str:
    """The code of an address as SVG, with a quiet margin; a fifth of it may be torn or dirty (level Q)."""
    made = io.BytesIO()
    segno.make(address, error="q", micro=False).save(made, kind="svg", border=2, xmldecl=False, nl=False)
    return made.getvalue().decode()


def poster(source: Source, *, address: str, sheet: str = "a4", language: str = "vi") -> bytes:
    """A sheet for a source as PDF: ``address`` is where its code leads, ``sheet`` of SHEETS, ``language`` of LANGUAGES.

    The same today and tomorrow; says nothing of anybody who has applied, nor whether there is a union at the workplace.
    Raises KeyError, ValueError.
    """
    scale, has_back = SHEETS[sheet]
    if language not in LANGUAGES:
        raise ValueError(language)
    spoken = 2 if language == "vi-en" else 1

    def said(pair: Sequence[str]) -> list[str]:
        return list(pair[:spoken])

    parts = urlsplit(address)
    given: dict[str, Any] = {
        "title": f"Gia nhập công đoàn – {source.name}",
        "scale": scale,
        "unit": source.unit.name,
        "workplace": source.enterprise.name if source.enterprise is not None else "",
        "code": source.code,
        "address": f"{parts.netloc}{parts.path}".rstrip("/"),
        "qr": qr_svg(address),
        "gains": [{"name": said(name), "words": said(words)} for name, words in _GAINS],
        "steps": [said(step) for step in _STEPS] if has_back else [],
        **{name: said(pair) for name, pair in _WORDS.items()},
    }
    return typst.compile(
        TEMPLATE,
        format="pdf",
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        # The same sheet is the same file, whenever it is printed.
        timestamp=int(source.made_at.timestamp()),
        sys_inputs={"given": json.dumps(given)},
    )
