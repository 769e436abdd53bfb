"""Steps of a reorganisation in words, with the names of the units they speak of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from congdoan.foundation.catalogues.models import Sector
from congdoan.foundation.units.models import KindAuthority, Unit, UnitKind
from congdoan.registry.membership.choices import KINDS
from congdoan.registry.reorganisation.planning import SHAPES, StepData

#: Names in a row; of more only the number is said.
_NAMED = 4


@dataclass(frozen=True)
class Piece:
    """A part of a sentence; ``code`` is the unit it names, '' for plain words. A unit that does not exist yet has no
    page: ``is_new``."""

    text: str
    code: str = ""
    is_new: bool = False


@dataclass(frozen=True)
class Names:
    """What codes mean: names of units, those that the decision founds, names of kinds and sectors."""

    units: Mapping[str, str]
    founded: Mapping[str, str]
    kinds: Mapping[str, str]
    sectors: Mapping[str, str]

    def of(self, code: str) -> str:
        """The name of a unit; the code itself when nobody is called so."""
        return self.units.get(code) or self.founded.get(code) or code


def founded_by(steps: Iterable[StepData]) -> dict[str, str]:
    """Code → name of every unit that steps found, in their order."""
    found: dict[str, str] = {}
    for step in steps:
        made = step.arguments if step.kind == "found" else step.arguments.get("new") or {}
        if step.kind in {"found", "merge"} and made.get("code"):
            found[str(made["code"])] = str(made.get("name") or made["code"])
    return found


def codes_of(step: StepData) -> list[str]:
    """Codes of the units that a step speaks of, as often as it does."""
    found: list[str] = []
    for name, (shape, _) in SHAPES.get(step.kind, {}).items():
        value = step.arguments.get(name)
        if not value:
            continue
        if shape == "unit":
            found.append(str(value))
        elif shape == "units":
            found += [str(code) for code in value]
        elif shape == "new":
            found.append(str(value.get("parent", "")))
        elif shape == "map":
            found += [str(code) for pair in value.items() for code in pair]
        elif shape == "parts":
            for part in value:
                found += [str(part.get("into", "")), *map(str, part.get("units", ()))]
    return [code for code in found if code]


def names_for(steps: Sequence[StepData], *, all_steps: Sequence[StepData] | None = None) -> Names:
    """The names that sentences about these steps need; ``all_steps`` is where units may be founded. Three queries."""
    codes = {code for step in steps for code in codes_of(step)}
    return Names(
        dict(Unit.objects.filter(code__in=codes).values_list("code", "name")),
        founded_by(steps if all_steps is None else all_steps),
        dict(UnitKind.objects.values_list("code", "name")),
        dict(Sector.objects.values_list("code", "name")),
    )


def plain(pieces: Iterable[Piece]) -> str:
    """A sentence as text."""
    return "".join(piece.text for piece in pieces)


def sentence(step: StepData, names: Names) -> list[Piece]:
    """What a step does, as one readable sentence in pieces; a step that lacks something says what it has."""
    said = _Said(names)
    speak = getattr(said, f"_{step.kind}", None)
    if speak is None:
        said.add(f"Bước không rõ loại “{step.kind}”")
    else:
        speak(step.arguments)
    if step.arguments.get("passes_grants"):
        said.add("; người dùng giữ quyền tại đơn vị kế thừa")
    said.add(".")
    return said.pieces


class _Said:
    def __init__(self, names: Names) -> None:
        self.names, self.pieces = names, list[Piece]()

    def add(self, text: str) -> None:
        if text:
            self.pieces.append(Piece(text))

    def unit(self, code: Any, otherwise: str = "(chưa chọn)") -> None:
        if not code:
            self.add(otherwise)
            return
        code = str(code)
        is_new = code not in self.names.units
        self.pieces.append(Piece(self.names.of(code), code, is_new))

    def units(self, codes: Sequence[Any]) -> None:
        shown = list(codes)[:_NAMED] if len(codes) > _NAMED + 1 else list(codes)
        for place, code in enumerate(shown):
            if place:
                self.add(" và " if place == len(codes) - 1 else ", ")
            self.unit(code)
        if len(shown) < len(codes):
            self.add(f" và {len(codes) - len(shown)} đơn vị khác")
        if not codes:
            self.add("(chưa chọn)")

    def kind(self, code: Any) -> str:
        return self.names.kinds.get(str(code), str(code or "(chưa chọn)"))

    def _rename(self, given: Mapping[str, Any]) -> None:
        self.add("Đổi tên ")
        self.unit(given.get("unit"))
        self.add(f" thành “{given.get('name', '')}”")

    def _change_kind(self, given: Mapping[str, Any]) -> None:
        self.add("Đổi loại ")
        self.unit(given.get("unit"))
        self.add(f" thành {self.kind(given.get('kind'))}")

    def _change_sector(self, given: Mapping[str, Any]) -> None:
        sector = str(given.get("sector") or "(chưa chọn)")
        self.add(f"Đổi khu vực kinh tế thành “{self.names.sectors.get(sector, sector)}” cho ")
        self.units(given.get("units") or [])

    def _move(self, given: Mapping[str, Any]) -> None:
        self.add("Chuyển ")
        self.units(given.get("units") or [])
        self.add(" về trực thuộc ")
        self.unit(given.get("parent"))

    def _merge(self, given: Mapping[str, Any]) -> None:
        new = given.get("new") or {}
        self.add("Sáp nhập ")
        self.units(given.get("units") or [])
        if new:
            self.add(" thành đơn vị mới ")
            self.pieces.append(Piece(str(new.get("name", "")), str(new.get("code", "")), is_new=True))
            self.add(f" ({self.kind(new.get('kind'))}, trực thuộc ")
            self.unit(new.get("parent"))
            self.add(")")
        else:
            self.add(" vào ")
            self.unit(given.get("into"))

    def _split(self, given: Mapping[str, Any]) -> None:
        self.add("Chia tách ")
        self.unit(given.get("unit"))
        self.add(": ")
        for place, part in enumerate(given.get("parts") or []):
            self.add("; " if place else "")
            self.unit(part.get("into"))
            counts = [
                f"{len(part[name])} {word}"
                for name, word in _PART_WORDS.items()
                if isinstance(part.get(name), list) and part[name]
            ]
            self.add(f" nhận {', '.join(counts)}" if counts else " nhận một phần")
        if given.get("rest"):
            self.add("; phần còn lại về ")
            self.unit(given["rest"])
        self.add("; đơn vị cũ tiếp tục hoạt động" if given.get("keeps") else "; đơn vị cũ kết thúc")

    def _dissolve(self, given: Mapping[str, Any]) -> None:
        self.add("Giải thể ")
        self.unit(given.get("unit"))
        if given.get("to"):
            self.add(", đoàn viên chuyển về ")
            self.unit(given["to"])
        elif given.get("leave"):
            kind = KINDS.get(str(given["leave"]))
            self.add(f", đoàn viên ghi {kind.name.lower() if kind else given['leave']}")
            if given.get("reason"):
                self.add(f" ({given['reason']})")
        if given.get("children_to"):
            self.add("; đơn vị trực thuộc về ")
            self.unit(given["children_to"])

    def _found(self, given: Mapping[str, Any]) -> None:
        self.add("Lập ")
        self.pieces.append(Piece(str(given.get("name", "")), str(given.get("code", "")), is_new=True))
        self.add(f" ({self.kind(given.get('kind'))}, mã {given.get('code', '')}), trực thuộc ")
        self.unit(given.get("parent"))

    def _end_level(self, given: Mapping[str, Any]) -> None:
        self.add(f"Kết thúc mọi {self.kind(given.get('kind'))} thuộc ")
        self.unit(given.get("below"))
        named = given.get("successors") or {}
        if named:
            self.add(f"; {len(named)} đơn vị có đơn vị kế thừa riêng")
        self.add("; còn lại do ")
        self.unit(given.get("default"), "cấp trên trực tiếp")
        self.add(" kế thừa")
        if given.get("children"):
            self.add(f"; {len(given['children'])} đơn vị trực thuộc có cấp trên mới riêng")

    def _transfer_authority(self, given: Mapping[str, Any]) -> None:
        act = dict(KindAuthority.ACTS).get(str(given.get("act")), str(given.get("act", "")))
        self.add(f"Thẩm quyền {act}: {self.kind(given.get('from_kind'))} thôi thực hiện")
        if given.get("to_kind"):
            self.add(f", giao cho {self.kind(given['to_kind'])}")
        if given.get("source"):
            self.add(f" ({given['source']})")


_PART_WORDS = {
    "enterprises": "doanh nghiệp",
    "communes": "xã, phường",
    "people": "người nêu tên",
    "units": "đơn vị trực thuộc",
}
