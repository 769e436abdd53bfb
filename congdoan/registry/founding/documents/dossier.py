"""What the papers of one founding file say, from what was kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from congdoan.foundation.papers.queries import absent, head_of, write_paper
from congdoan.foundation.units.queries import known_version
from congdoan.kit.dates import format_date, format_long
from congdoan.kit.money import in_words, number_in_words
from congdoan.kit.numbers import format_number
from congdoan.registry.founding import choices, queries
from congdoan.registry.founding.documents.catalogue import PAPERS, FilePaper
from congdoan.registry.founding.models import Attachment, CommitteePost, Dossier, FoundingFile, Nominee
from congdoan.registry.founding.queries import support_norm
from congdoan.registry.joining.choices import ADMITTED, OPEN_STATES
from congdoan.registry.joining.models import Application


@dataclass(frozen=True)
class Checked:
    """A paper of the file: what it still lacks, in words, and how many signed scans there are of it."""

    code: str
    name: str
    missing: tuple[str, ...]
    scans: int


class FilePapers:
    """The papers of a file on a day. Names of applicants are in them: for who may read the applications only."""

    def __init__(self, file: FoundingFile, *, on: date) -> None:
        self.file, self.on = file, on
        self.dossier = Dossier.objects.filter(file=file).first() or Dossier(file=file)
        self.nominees = list(Nominee.objects.filter(file=file).select_related("application").order_by("pk"))
        self.scanned: dict[str, int] = {}
        for code in file.scans.values_list("paper", flat=True):
            self.scanned[code] = self.scanned.get(code, 0) + 1
        self._kept: dict[str, Any] = {}

    def offered(self) -> list[FilePaper]:
        """The papers this kind of founding needs, in their order."""
        is_recognised = self.file.unit_id is not None and support_norm(self.file, self.on) is not None
        return [
            item
            for item in PAPERS
            if self.file.kind in item.kinds and (is_recognised or not item.is_after_recognition)
        ]

    def checklist(self) -> list[Checked]:
        """Every paper with what it lacks. A constant number of queries."""
        return [
            Checked(
                item.paper.code,
                item.paper.name,
                tuple(absent(item.paper, self._values(item))),
                self.scanned.get(item.paper.code, 0),
            )
            for item in self.offered()
        ]

    def write(self, code: str) -> bytes:
        """A paper as .docx. Raises KeyError when the file has no such paper, else as `write_paper`."""
        item = {one.paper.code: one for one in self.offered()}[code]
        values = self._values(item)
        if code == "founding-appraisal":
            values["checklist"] = [
                {
                    "number": number,
                    "name": row.name,
                    "state": "đủ" if not row.missing else "còn thiếu",
                    "scan": "có" if row.scans else "chưa có",
                }
                for number, row in enumerate((row for row in self.checklist() if row.code != code), 1)
            ]
        return write_paper(code, values, unit=self.file.leading_unit, on=self.on)

    # --- what they say

    def _values(self, item: FilePaper) -> dict[str, Any]:
        if not self._kept:
            self._kept = self._common()
        return {**self._kept, **self._head(item)}

    def _applications(self) -> list[Application]:
        mine = Attachment.objects.filter(file=self.file).values("application_id")
        states = [*OPEN_STATES, ADMITTED]
        return list(Application.objects.filter(pk__in=mine, state__in=states).order_by("submitted_at", "pk"))

    def _common(self) -> dict[str, Any]:
        file, kept = self.file, self.dossier
        applications = self._applications()
        quorum = queries.quorum(self.on, file.leading_unit_id)
        foreign = sum(application.is_foreign for application in applications)
        valid, returned = kept.ballots_valid, kept.ballots_returned
        candidates = [one for one in self.nominees if one.body == choices.EXECUTIVE]
        elected = [one for one in candidates if one.post]
        inspection = [one for one in self.nominees if one.body == choices.INSPECTION and one.post]
        founders = [one for one in self.nominees if one.body == choices.FOUNDERS]
        chair = next((one for one in elected if one.post == choices.CHAIR), None)
        word = "Nghiệp đoàn cơ sở" if file.kind == choices.OCCUPATIONAL else "Công đoàn cơ sở"
        return {
            "union_name": file.unit.name if file.unit is not None else f"{word} {file.workplace}",
            "workplace": file.workplace,
            "kind_name": file.get_kind_display(),
            "leading_name": file.leading_unit.name,
            "founders": _people([(one.application, one.get_post_display()) for one in founders]),
            "founders_count": format_number(len(founders)),
            "applicants": [
                {**row, "applied": format_date(application.submitted_on)}
                for row, application in zip(
                    _people([(application, "") for application in applications]), applications, strict=True
                )
            ],
            "applicants_count": format_number(len(applications)) if applications else "",
            "applicants_in_words": number_in_words(len(applications)) if applications else "",
            **self._support(),
            "not_counted": format_number(foreign) if foreign and not quorum.counts_foreigners else "",
            "quorum": str(quorum.value),
            "quorum_source": quorum.source,
            "held": format_long(kept.held_on) if kept.held_on else "",
            "held_short": format_date(kept.held_on) if kept.held_on else "",
            "starts_at": kept.starts_at,
            "place": kept.place,
            "summoned": _number(kept.summoned),
            "present": _number(kept.present),
            "present_in_words": _words(kept.present),
            "present_share": _share(kept.present, kept.summoned),
            "chair": kept.chair,
            "secretary": kept.secretary,
            "tellers": kept.tellers,
            "guests": kept.guests,
            "opinions": kept.opinions,
            "issued": _number(kept.ballots_issued),
            "issued_in_words": _words(kept.ballots_issued),
            "returned": _number(returned),
            "returned_in_words": _words(returned),
            "valid": _number(valid),
            "valid_in_words": _words(valid),
            "invalid": _number(returned - valid) if returned is not None and valid is not None else "",
            "candidates": [
                {
                    **row,
                    "votes": _number(one.votes),
                    "share": _share(one.votes, returned),
                    "result": "trúng cử" if one.post else "không trúng cử",
                }
                for row, one in zip(
                    _people([(one.application, "") for one in candidates]), candidates, strict=True
                )
            ],
            "executive": _people([(one.application, one.get_post_display()) for one in elected]),
            "elected_count": format_number(len(elected)),
            "elected_in_words": number_in_words(len(elected)),
            "chair_elected": chair.application.full_name if chair is not None else "",
            "has_inspection": bool(inspection),
            "inspection": _people([(one.application, one.get_post_display()) for one in inspection]),
            "submission_dated": format_date(kept.submission_on) if kept.submission_on else "",
            "checklist": [],
            "appraisal": kept.appraisal,
            "appraiser": kept.appraiser,
            "launch": format_long(kept.launch_on) if kept.launch_on else "",
            "launch_starts_at": kept.launch_starts_at,
            "launch_place": kept.launch_place,
        }

    def _support(self) -> dict[str, str]:
        norm = support_norm(self.file, self.on)
        decision = self.file.decision
        if norm is None or decision is None:
            return {}
        return {
            "decision_number": decision.number,
            "decision_dated": format_long(decision.issued_on) if decision.issued_on else "",
            "support": format_number(norm.value),
            "support_in_words": in_words(int(norm.value)),
            "support_source": norm.source,
        }

    def _head(self, item: FilePaper) -> dict[str, str]:
        file, kept = self.file, self.dossier
        version = known_version(file.leading_unit, self.on)
        assert version is not None
        number, day = {
            "founding-committee": (kept.founders_number, kept.founders_on),
            "founding-submission": (kept.submission_number, kept.submission_on),
            "founding-appraisal": ("", kept.appraised_on),
            "founding-minutes": ("", kept.held_on),
            "founding-votes": ("", kept.held_on),
        }.get(item.paper.code, ("", None))
        dated = format_long(day) if day is not None else f"ngày …… tháng …… năm {self.on.year}"
        head = head_of(version, dated, self.on)
        leader = next((one for one in self.nominees if one.post == choices.HEAD), None)
        hand = {
            "hand": "TM. BAN VẬN ĐỘNG" if leader is not None else "TM. TỔ VẬN ĐỘNG",
            "body": "Ban vận động" if leader is not None else "Tổ vận động",
            "hand_post": "TRƯỞNG BAN" if leader is not None else "TỔ TRƯỞNG",
            "hand_name": leader.application.full_name if leader is not None else "………………………………",
            "number": number or "          ",
        }
        if item.is_after_recognition and file.unit is not None:
            own = known_version(file.unit, self.on)
            assert own is not None
            chair = CommitteePost.objects.filter(
                unit=file.unit, post=choices.CHAIR, during__contains=self.on
            ).select_related("person")
            return {
                **head_of(own, dated, self.on),
                **hand,
                "hand": "TM. BAN CHẤP HÀNH",
                "hand_post": "CHỦ TỊCH",
                "hand_name": next((post.person.full_name for post in chair), ""),
            }
        if item.is_of_leading_body:
            return {**head, **hand}
        body = "BAN VẬN ĐỘNG" if leader is not None else "TỔ VẬN ĐỘNG"
        return {
            **head,
            **hand,
            "superior": file.leading_unit.name.upper(),
            "issuer": f"{body} THÀNH LẬP {self._kept['union_name'].upper()}",
        }


def _people(rows: Sequence[tuple[Application, str]]) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "name": application.full_name,
            "born": format_date(application.birth_on),
            "sex": application.get_sex_display().capitalize() if application.sex else "",
            "job": application.job_title,
            "post": post,
        }
        for number, (application, post) in enumerate(rows, 1)
    ]


def _number(value: int | None) -> str:
    return format_number(value) if value is not None else ""


def _words(value: int | None) -> str:
    return number_in_words(value) if value is not None else ""


def _share(part: int | None, whole: int | None) -> str:
    return f"{format_number(round(part * 100 / whole, 1))}%" if part is not None and whole else ""
