"""Which template holds for a body on a day, and the paper written with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from congdoan.foundation.files.queries import path_of
from congdoan.foundation.papers.catalogue import Paper, papers
from congdoan.foundation.papers.models import TemplateVersion
from congdoan.foundation.units.models import Unit, UnitVersion
from congdoan.foundation.units.queries import ancestors_on, known_version, last_version
from congdoan.kit.documents import render_docx
from congdoan.kit.sealed_files import open_sealed


class AbsentData(ValueError):
    """The paper cannot be written yet: ``fields`` (in words) have no value. No file was made."""

    def __init__(self, paper: Paper, fields: Sequence[str]) -> None:
        self.fields = tuple(fields)
        super().__init__(f"Chưa lập được “{paper.name}” vì còn thiếu: {'; '.join(fields)}.")


@dataclass(frozen=True)
class InForce:
    """The template a body uses: a version of its own or of a body above; None is the shipped one."""

    paper: Paper
    version: TemplateVersion | None

    def content(self) -> bytes:
        """The .docx. Raises FileNotFoundError when the stored file is gone."""
        if self.version is None or self.version.file is None:
            return self.paper.template.read_bytes()
        with open_sealed(path_of(self.version.file)) as source:
            return source.read()


def in_force(unit: Unit, on: date) -> dict[str, InForce]:
    """By code of paper, the template a body uses on a day: its own, else of the nearest body above, else the shipped
    one. A body that has ended keeps those above that it had last. At most four queries, whatever the papers."""
    above = [version.unit_id for version in ancestors_on(unit, on)]
    if not above and (last := last_version(unit)) is not None:
        above = [version.unit_id for version in ancestors_on(unit, last.during.lower)]
    line = [*above, unit.pk] if unit.pk not in above else above
    rows = TemplateVersion.objects.filter(unit__in=line, from_on__lte=on).select_related("file", "unit")
    newest = {(row.paper, row.unit_id): row for row in rows.order_by("from_on", "pk")}
    found = {}
    for code, paper in papers().items():
        own = (newest.get((code, unit_id)) for unit_id in reversed(line))
        found[code] = InForce(paper, next((row for row in own if row is not None and row.file_id), None))
    return found


def versions(unit: Unit, paper: Paper) -> list[TemplateVersion]:
    """What a body has ever put in place for a paper, the newest first."""
    rows = TemplateVersion.objects.filter(unit=unit, paper=paper.code).select_related("file", "recorded_by")
    return list(rows.order_by("-from_on", "-pk"))


def absent(paper: Paper, values: Mapping[str, Any]) -> list[str]:
    """In words, the required fields that have no value yet; empty when the paper can be written."""
    found = [
        item.words for item in paper.fields if item.required and values.get(item.name) in ("", None, [], ())
    ]
    for item in paper.fields:
        for place, row in enumerate(values.get(item.name) or [] if item.items else [], 1):
            found += [
                f"{inner.words} (dòng {place})"
                for inner in item.items
                if inner.required and row.get(inner.name) in ("", None)
            ]
    return found


def write_paper(code: str, values: Mapping[str, Any], *, unit: Unit, on: date) -> bytes:
    """The paper as .docx in the template that holds for ``unit`` on a day.

    Raises AbsentData with what required fields have no value, MissingFields and BrokenTemplate of kit.documents when a
    template asks for what the paper does not have.
    """
    paper = papers()[code]
    if missing := absent(paper, values):
        raise AbsentData(paper, missing)
    return render_docx(in_force(unit, on)[code].content(), values)


def name_on(unit: Unit | None, day: date) -> str:
    """What a body was called on the day of the paper, whatever it is called since."""
    version = known_version(unit, day) if unit is not None else None
    return version.name if version is not None else ""


def head_of(version: UnitVersion, dated: str, day: date) -> dict[str, str]:
    """The head of a paper that a body issues on a day: superior, issuer, who signs, place and date (``dated`` in words)."""
    # Bodies above the grassroots decide by their standing committee between its meetings.
    committee = "Ban Chấp hành" if version.kind.holds_members else "Ban Thường vụ"
    place = version.territory.name if version.territory else ""
    for word in ("Tỉnh ", "Thành phố ", "Huyện ", "Quận ", "Xã ", "Phường "):
        place = place.removeprefix(word)
    return {
        "superior": name_on(version.parent, day).upper(),
        "issuer": version.name.upper(),
        "issuer_name": version.name,
        "authority": f"{committee} {version.name}".upper(),
        "committee": committee.upper(),
        "place_and_date": f"{place or '…………'}, {dated}",
    }
