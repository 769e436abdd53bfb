"""The papers of a union body's beginning and end, as Word files: recognised, dissolved, seal, account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from congdoan.foundation.measures.queries import stock
from congdoan.foundation.papers.catalogue import HEAD, HEAD_SAMPLE, Field, Paper, declare_paper
from congdoan.foundation.papers.queries import absent, head_of, name_on, write_paper
from congdoan.foundation.succession.models import Successor
from congdoan.foundation.units.models import Decision, Unit, UnitVersion
from congdoan.foundation.units.queries import known_version, last_version
from congdoan.kit.dates import format_date, format_long
from congdoan.kit.money import number_in_words
from congdoan.kit.numbers import format_number
from congdoan.registry.organisation.models import UnitProfile

_TEMPLATES = Path(__file__).parent / "templates/organisation"
_ROOM = "Tổ chức công đoàn"
_HEAD = (
    *HEAD,
    Field("union_name", "Tên công đoàn được nói đến", required=True),
    Field("kind", "Loại hình tổ chức"),
    Field("parent_name", "Công đoàn cấp trên trực tiếp"),
)
_HEAD_SAMPLE = {
    **HEAD_SAMPLE,
    "union_name": "Công đoàn cơ sở Công ty TNHH Mẫu",
    "kind": "công đoàn cơ sở",
    "parent_name": "Công đoàn phường Mẫu",
}
_DECISION = tuple(
    Field(item.name, item.words, required=True) if item.name == "number" else item for item in _HEAD
)
_SINCE = Field("since", "Kể từ ngày", required=True)
_LETTER = (
    *_HEAD,
    Field("superior_name", "Công đoàn cấp trên, viết thường"),
    Field("union_upper", "Tên công đoàn, viết hoa"),
    Field("decision_number", "Số quyết định công nhận", required=True),
    Field("decision_dated", "Ngày ký quyết định công nhận", required=True),
    Field("decision_issuer", "Cơ quan ban hành quyết định công nhận"),
    Field("address", "Địa chỉ của công đoàn", required=True),
)
_LETTER_SAMPLE = {
    **_HEAD_SAMPLE,
    "superior": "CÔNG ĐOÀN PHƯỜNG MẪU",
    "superior_name": "Công đoàn phường Mẫu",
    "issuer": "CÔNG ĐOÀN CƠ SỞ CÔNG TY TNHH MẪU",
    "issuer_name": "Công đoàn cơ sở Công ty TNHH Mẫu",
    "authority": "BAN CHẤP HÀNH CÔNG ĐOÀN CƠ SỞ CÔNG TY TNHH MẪU",
    "committee": "BAN CHẤP HÀNH",
    "number": "01/CĐCS",
    "union_upper": "CÔNG ĐOÀN CƠ SỞ CÔNG TY TNHH MẪU",
    "decision_number": "15/QĐ-LĐLĐ",
    "decision_dated": "ngày 18 tháng 11 năm 2026",
    "decision_issuer": "Liên đoàn Lao động tỉnh Mẫu",
    "address": "Lô A1, khu công nghiệp Mẫu, tỉnh Mẫu",
}

RECOGNITION = declare_paper(
    Paper(
        "union-recognition",
        "Quyết định công nhận tổ chức công đoàn",
        _ROOM,
        _TEMPLATES / "recognition.docx",
        (
            *_DECISION,
            _SINCE,
            Field("members", "Số đoàn viên ngày công nhận"),
            Field("members_in_words", "Số đoàn viên bằng chữ"),
        ),
        {**_HEAD_SAMPLE, "since": "18/11/2026", "members": "25", "members_in_words": "hai mươi lăm"},
    )
)
DISSOLUTION = declare_paper(
    Paper(
        "union-dissolution",
        "Quyết định giải thể tổ chức công đoàn",
        _ROOM,
        _TEMPLATES / "dissolution.docx",
        (*_DECISION, _SINCE),
        {**_HEAD_SAMPLE, "since": "18/11/2026"},
    )
)
SEAL = declare_paper(
    Paper(
        "seal-letter",
        "Công văn đề nghị đăng ký mẫu con dấu",
        _ROOM,
        _TEMPLATES / "seal.docx",
        _LETTER,
        _LETTER_SAMPLE,
    )
)
ACCOUNT = declare_paper(
    Paper(
        "account-letter",
        "Công văn đề nghị mở tài khoản",
        _ROOM,
        _TEMPLATES / "account.docx",
        _LETTER,
        _LETTER_SAMPLE,
    )
)


@dataclass(frozen=True)
class UnitPapers:
    """The papers that can be about a body: which they are follows from how it began and whether it was dissolved."""

    unit: Unit
    profile: UnitProfile | None
    first: UnitVersion
    last: UnitVersion
    is_recognised: bool
    is_dissolved: bool

    @classmethod
    def of(cls, unit: Unit) -> UnitPapers:
        profile = (
            UnitProfile.objects.filter(unit=unit)
            .select_related("founding_decision__issuer", "ending_decision__issuer")
            .first()
        )
        first = (
            UnitVersion.objects.filter(unit=unit)
            .select_related("kind", "parent", "territory")
            .order_by("during")
            .first()
        )
        last = last_version(unit)
        assert first is not None
        assert last is not None
        grassroots = last.kind.is_grassroots
        # What others took over is merged, divided or handed on by a decision of rearrangement, not dissolved.
        return cls(
            unit=unit,
            profile=profile,
            first=first,
            last=last,
            is_recognised=grassroots and profile is not None and profile.counted_as == "found",
            is_dissolved=grassroots
            and unit.ended_on is not None
            and not Successor.objects.filter(unit=unit).exclude(way="dissolve").exists(),
        )

    def offered(self) -> list[Paper]:
        """In the order they are needed."""
        begun = [RECOGNITION, SEAL, ACCOUNT] if self.is_recognised else []
        if self.unit.ended_on is not None:
            begun = begun[:1]
        return [*begun, DISSOLUTION] if self.is_dissolved else begun

    def missing(self, paper: Paper, *, on: date) -> list[str]:
        """What one of the offered papers still lacks, in words."""
        return absent(paper, self._filled(paper, on).values)

    def write(self, paper: Paper, *, on: date) -> bytes:
        """One of the offered papers as .docx; a letter is of the day. Raises as `write_paper`."""
        filled = self._filled(paper, on)
        return write_paper(paper.code, filled.values, unit=filled.issuer, on=filled.day)

    def _filled(self, paper: Paper, on: date) -> _Filled:
        if paper is DISSOLUTION:
            day = self.unit.ended_on
            assert day is not None
            return _decided(self.unit, self.profile.ending_decision if self.profile else None, self.last, day)
        assert self.profile is not None
        founded = self.profile.founding_decision
        if paper is RECOGNITION:
            members = stock("members", [self.unit.pk], on=self.unit.founded_on)[self.unit.pk]
            return _decided(
                self.unit,
                founded,
                self.first,
                self.unit.founded_on,
                members=format_number(members) if members else "",
                members_in_words=number_in_words(members) if members else "",
            )
        values = {
            **head_of(self.last, f"ngày …… tháng …… năm {on.year}", on),
            **_about(self.last, on),
            "number": "          ",
            "superior_name": name_on(self.last.parent, on),
            "union_upper": self.last.name.upper(),
            "decision_number": founded.number if founded else "",
            "decision_dated": format_long(founded.issued_on) if founded else "",
            "decision_issuer": ((founded.issuer if founded else None) or self.first.parent or self.unit).name,
            "address": self.profile.address,
        }
        return _Filled(values, self.unit, on)


@dataclass(frozen=True)
class _Filled:
    """The values of a paper, who issues it, and the day whose template it is in."""

    values: dict[str, Any]
    issuer: Unit
    day: date


def _decided(
    unit: Unit, decision: Decision | None, version: UnitVersion, since: date, **more: str
) -> _Filled:
    issuer = (decision.issuer if decision else None) or version.parent or unit
    day = (decision.issued_on if decision else None) or since
    at = known_version(issuer, day)
    assert at is not None
    values = {
        **head_of(at, format_long(day), day),
        **_about(version, day),
        "number": decision.number if decision else "",
        "since": format_date(since),
        **more,
    }
    return _Filled(values, issuer, day)


def _about(version: UnitVersion, day: date) -> dict[str, str]:
    return {
        "union_name": version.name,
        "kind": version.kind.name[0].lower() + version.kind.name[1:],
        "parent_name": name_on(version.parent, day),
    }
