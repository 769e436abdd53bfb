"""Changes of a form's definition, one at a time: data in, data out. What comes out is checked when it is saved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from congdoan.kit.text import search_key
from congdoan.work.returns.choices import PLACES
from congdoan.work.returns.definitions import DefinitionError

Data = dict[str, Any]

#: Columns that a section can have: code -> (title, what it narrows).
COLUMNS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "total": ("Tổng số", {}),
    "women": ("Nữ", {"sex": "f"}),
    "men": ("Nam", {"sex": "m"}),
    "state": ("Khu vực nhà nước", {"sector_group": "state"}),
    "non_state": ("Ngoài nhà nước", {"sector_group": "non_state"}),
    "informal": ("Khu vực phi chính thức", {"sector_group": "informal"}),
    "fdi": ("DN có vốn nước ngoài", {"sectors": ["fdi"]}),
    "soe": ("DN nhà nước", {"sectors": ["soe"]}),
    "grassroots": ("Công đoàn cơ sở", {"kind": "grassroots_union"}),
    "occupational": ("Nghiệp đoàn", {"kind": "occupational_union"}),
}


def empty_form(code: str, title: str) -> Data:
    """A form to begin with: one section with one row."""
    return {
        "code": code,
        "title": title,
        "cadence": "quarter",
        "owed_by": ["grassroots_union"],
        "deadlines": {"opens": 1, "due": 7, "late": 12},
        "sections": [
            {
                "code": "phan_1",
                "title": "Phần 1",
                "columns": [_column("total")],
                "rows": [{"code": "dong_1", "title": "Dòng đầu tiên", "source": "asked"}],
            }
        ],
        "checks": [],
        "texts": [],
    }


def _column(code: str) -> Data:
    title, scope = COLUMNS[code]
    return {"code": code, "title": title, "scope": scope}


def _copy(data: Mapping[str, Any]) -> Data:
    return json.loads(json.dumps(data))


def new_code(title: str, taken: Iterable[str], fallback: str) -> str:
    """A code from words: "Kết nạp mới" gives ket_nap_moi, ket_nap_moi_2 when that is taken."""
    stem = re.sub(r"[^a-z0-9]+", "_", search_key(title).lower()).strip("_")[:30].strip("_")
    stem = stem if stem[:1].isalpha() else fallback
    used, code, place = set(taken), stem, 1
    while code in used:
        place += 1
        code = f"{stem}_{place}"
    return code


def set_head(data: Mapping[str, Any], changes: Mapping[str, Any]) -> Data:
    """Title, cadence, who owes, until when."""
    made = _copy(data)
    made.update(
        title=changes["title"],
        cadence=changes["cadence"],
        owed_by=list(changes["owed_by"]),
        deadlines={name: changes[name] for name in ("opens", "due", "late")},
        cutoffs=[_month_first(part) for part in re.split(r"[,;\s]+", changes.get("cutoffs") or "") if part],
        gathers=(changes.get("gathers") or "").strip(),
        closes_books=bool(changes.get("closes_books")),
    )
    # A kind that owes the return no more has no days of its own.
    own = made.get("deadlines_by_kind") or {}
    made["deadlines_by_kind"] = {kind: days for kind, days in own.items() if kind in made["owed_by"]}
    months = [part for part in re.split(r"[,;\s]+", changes.get("months") or "") if part]
    if not all(part.isdecimal() and 1 <= int(part) <= 12 for part in months):
        raise DefinitionError("Các tháng ghi bằng số từ 1 đến 12, ví dụ: 5 hoặc 5, 7.")
    made["months"] = [int(part) for part in months]
    return made


def _month_first(typed: str) -> str:
    """A day of the year as forms keep it: "31/5" is "05-31"."""
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})", typed)
    return f"{int(match[2]):02}-{int(match[1]):02}" if match else typed


def set_deadlines(data: Mapping[str, Any], by_kind: Mapping[str, Mapping[str, int]]) -> Data:
    """Days of their own for some kinds of bodies, in the place of what was there. Raises DefinitionError."""
    made = _copy(data)
    made["deadlines_by_kind"] = {kind: dict(days) for kind, days in by_kind.items()}
    return made


def _section(data: Data, code: str) -> Data:
    for section in data["sections"]:
        if section["code"] == code:
            return section
    raise DefinitionError(f"Mẫu không còn phần “{code}”. Hãy tải lại trang.")


def put_section(data: Mapping[str, Any], code: str, *, title: str, columns: Iterable[str]) -> Data:
    """Change a section, or add one when ``code`` is empty. Columns of its own that are not standard stay."""
    made = _copy(data)
    if code:
        section = _section(made, code)
    else:
        taken = [item["code"] for item in made["sections"]]
        section = {"code": new_code(title, taken, "phan"), "rows": [], "columns": []}
        made["sections"].append(section)
    own = {column["code"]: column for column in section.get("columns") or []}
    section["title"] = title
    section["columns"] = [own.get(name) or _column(name) for name in columns]
    kept = {column["code"] for column in section["columns"]}
    for row in section["rows"]:
        if row.get("columns"):
            row["columns"] = [name for name in row["columns"] if name in kept]
    return made


#: What the screen of a row asks about its scope; what else a row was given stays as it is.
_SCOPE_ON_SCREEN = {"min_headcount", "sector_group", "sex", *dict(PLACES)}


def put_row(data: Mapping[str, Any], section_code: str, code: str, changes: Mapping[str, Any]) -> Data:
    """Change a row, or add one at the end of the section when ``code`` is empty."""
    made = _copy(data)
    section = _section(made, section_code)
    taken = [row["code"] for item in made["sections"] for row in item["rows"] if row["code"] != code]
    row = next((row for row in section["rows"] if row["code"] == code), None)
    if row is None:
        row = {}
        section["rows"].append(row)
    before = dict(row)
    row.clear()
    row["code"] = (
        (changes.get("code") or "").strip() or before.get("code") or new_code(changes["title"], taken, "dong")
    )
    row["title"] = changes["title"]
    for name in ("unit", "window", "source"):
        if changes.get(name):
            row[name] = changes[name]
    source = changes["source"]
    if source != "asked":
        row[source] = changes.get(source) or ""
    if source == "measure":
        same = before.get("measure") == changes.get("measure")
        filters = {
            name: value
            for name, value in ((before.get("filters") or {}) if same else {}).items()
            if name != "movement"
        }
        if changes.get("movement"):
            filters["movement"] = list(changes["movement"])
        if filters:
            row["filters"] = filters
    scope = {
        name: value for name, value in (before.get("scope") or {}).items() if name not in _SCOPE_ON_SCREEN
    }
    if changes.get("min_headcount"):
        scope["min_headcount"] = int(changes["min_headcount"])
    scope |= {name: changes[name] for name in ("sector_group", "sex") if changes.get(name)}
    scope |= dict.fromkeys(changes.get("places") or [], True)
    if scope:
        row["scope"] = scope
    wanted = list(changes.get("columns") or [])
    if wanted and len(wanted) < len(section["columns"]):
        row["columns"] = wanted
    row["decimals"] = int(changes.get("decimals") or 0)
    if changes.get("required"):
        row["required"] = True
    return made


def put_check(data: Mapping[str, Any], code: str, changes: Mapping[str, Any]) -> Data:
    """Change a check, or add one when ``code`` is empty."""
    return _put(data, "checks", code, dict(changes), title=changes["message"])


def put_text(data: Mapping[str, Any], code: str, changes: Mapping[str, Any]) -> Data:
    """Change a part in words, or add one when ``code`` is empty."""
    return _put(data, "texts", code, dict(changes), title=changes["title"])


def _put(data: Mapping[str, Any], name: str, code: str, item: Data, *, title: str) -> Data:
    made = _copy(data)
    items = made.setdefault(name, [])
    for place, found in enumerate(items):
        if found["code"] == code:
            items[place] = {"code": code, **item}
            return made
    items.append({"code": new_code(title, [found["code"] for found in items], name[:-1]), **item})
    return made


def remove(data: Mapping[str, Any], what: str, code: str) -> Data:
    """Take away a section, row, check or text."""
    made = _copy(data)
    for items in _lists(made, what):
        items[:] = [item for item in items if item["code"] != code]
    return made


def move(data: Mapping[str, Any], what: str, code: str, by: int) -> Data:
    """Move a section, row, check or text up (−1) or down (+1) among its own."""
    made = _copy(data)
    for items in _lists(made, what):
        codes = [item["code"] for item in items]
        if code in codes:
            place = codes.index(code)
            to = min(max(place + by, 0), len(items) - 1)
            items.insert(to, items.pop(place))
    return made


def _lists(data: Data, what: str) -> list[list[Data]]:
    if what == "row":
        return [section["rows"] for section in data["sections"]]
    return [data.setdefault({"section": "sections", "check": "checks", "text": "texts"}[what], [])]
