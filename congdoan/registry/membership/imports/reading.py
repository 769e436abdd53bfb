"""From the cells of a row to what it says of a person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from congdoan.foundation.imports.catalogue import Context, StagedRow
from congdoan.foundation.imports.cells import getter, is_closing_line, is_mark, text_of
from congdoan.kit.countries import countries
from congdoan.kit.dates import DateError, format_date, parse_date, parse_partial_date
from congdoan.kit.identifiers import check_citizen_id, check_phone, check_tax_code, citizen_id_parts
from congdoan.kit.sealed import match_digest
from congdoan.kit.text import header_key, search_key, title_name
from congdoan.registry.membership.imports.columns import FIELDS, LABELS

_SEX_WORDS = {
    "nam": "m", "m": "m", "male": "m", "trai": "m", "ong": "m",
    "nu": "f", "f": "f", "female": "f", "gai": "f", "ba": "f",
}  # fmt: skip
_COUNTRIES = {
    "vietnam": "VN", "vn": "VN", "vnm": "VN", "kinh": "VN", "hanquoc": "KR", "korea": "KR", "southkorea": "KR",
    "trungquoc": "CN", "china": "CN", "dailoan": "TW", "taiwan": "TW", "nhatban": "JP", "nhat": "JP", "japan": "JP",
    "lao": "LA", "laos": "LA", "campuchia": "KH", "cambodia": "KH", "thailan": "TH", "thailand": "TH",
    "malaysia": "MY", "singapore": "SG", "indonesia": "ID", "philippines": "PH", "philippin": "PH",
    "myanmar": "MM", "mianma": "MM", "ando": "IN", "india": "IN", "bangladesh": "BD", "pakistan": "PK",
    "srilanka": "LK", "nepal": "NP", "hongkong": "HK", "my": "US", "hoaky": "US", "usa": "US", "anh": "GB",
    "phap": "FR", "duc": "DE", "nga": "RU", "uc": "AU", "canada": "CA", "ukraina": "UA", "ukraine": "UA",
    "halan": "NL", "italia": "IT", "italy": "IT", "y": "IT", "taybannha": "ES", "bi": "BE", "nigeria": "NG",
}  # fmt: skip
_BY_NAME = {
    header_key(name): code for language in ("en", "vi") for code, name in countries(language).items()
} | _COUNTRIES


@lru_cache(maxsize=1024)
def country_code(text: str) -> str:
    """ISO 3166 code of a country as lists write it; '' when it is not known."""
    key = header_key(text)
    # Names before codes: lists write Áo, not AO for Angola.
    code = _BY_NAME.get(key, "")
    return code or (key.upper() if key.upper() in countries("vi") else "")


@lru_cache(maxsize=256)
def _sex_of(said: object) -> str:
    return _SEX_WORDS.get(header_key(said), "")


def _is_passport(text: str) -> bool:
    plain = text.replace(" ", "")
    return 6 <= len(plain) <= 12 and plain.isascii() and plain.isalnum() and plain[0].isalpha()


def _plain_name(text: str) -> str:
    """A name as it is written; one typed all in capitals or all in small letters is given its capitals."""
    return title_name(text) if text.isupper() or text.islower() else text


@lru_cache(maxsize=1 << 14)
def _birth(value: object) -> tuple[date, str] | None:
    return parse_partial_date(value)


_TAX_CODE = re.compile(r"\d{10}(?:[- ]?\d{3})?")
_CONTRACT_WORDS = {
    "khongxacdinhthoihan": "indefinite", "khongthoihan": "indefinite", "kxdth": "indefinite", "daihan": "indefinite",
    "khongky": "indefinite", "xacdinhthoihan": "fixed", "cothoihan": "fixed", "xdth": "fixed",
    "thoivu": "seasonal", "muavu": "seasonal", "theomuavu": "seasonal",
    "bienche": "civil_servant", "hopdonglamviec": "civil_servant", "congchuc": "civil_servant",
    "vienchuc": "civil_servant", "khongcohopdong": "none", "khongcoquanhelaodong": "none", "tudo": "none",
}  # fmt: skip


@lru_cache(maxsize=256)
def contract_kind(text: str) -> str:
    """A kind of contract (people.choices) as lists write it; '' when it is not known."""
    key = header_key(text)
    for start in ("hopdonglaodong", "hdld", "hopdong", "hd"):
        if key.startswith(start) and key not in _CONTRACT_WORDS:
            key = key.removeprefix(start)
            break
    if key in _CONTRACT_WORDS:
        return _CONTRACT_WORDS[key]
    # "12 tháng", "xác định thời hạn 36 tháng"
    return "fixed" if key.endswith("thang") and any(char.isdigit() for char in key) else ""


_PAST_DAYS = {"admitted", "joined", "application"}


class Reader:
    """Reads rows of one file. Made once a run; what depends only on the mapping is settled beforehand."""

    def __init__(self, context: Context, mapping: Mapping[str, int]) -> None:
        self.context, self.mapping = context, mapping
        self.get = {item.name: found for item in FIELDS if (found := getter(mapping, item.name)) is not None}
        self.plain = [
            (name, self.get[name], limit)
            for name, limit in (("ethnicity", 50), ("address", 250), ("hometown", 250), ("card_number", 30))
            if name in self.get
        ]
        self.days = [
            (name, self.get[name])
            for name in ("admitted", "joined", "application", "contract_from", "contract_to", "works_from")
            if name in self.get
        ]
        self.says_work = "workplace" in self.get or "workplace_tax" in self.get
        self.units: dict[str, int | None] = context.cache.get("units", {})
        self.today = context.actor.today

    def __call__(self, number: int, cells: Sequence[object]) -> StagedRow | None:
        get = self.get
        name = _plain_name(text_of(get["full_name"](cells)))
        citizen_text = ""
        if "citizen_id" in get:
            raw = get["citizen_id"](cells)
            is_plain = type(raw) is str and len(raw) == 12 and raw.isdigit() and raw.isascii()
            citizen_text = raw if is_plain else text_of(raw)  # type: ignore[assignment]
        passport = text_of(get["passport"](cells)).replace(" ", "").upper() if "passport" in get else ""
        if not any(char.isalpha() for char in name):
            if self._says_nothing(cells, citizen_text, passport):
                return None
        elif is_closing_line(name) or _is_heading(name):
            return None
        values: dict[str, Any] = {"full_name": name}
        row = StagedRow(number, name or "(không tên)", values)
        if not name or not any(char.isalpha() for char in name):
            row.refuse(
                self._column("full_name"), "Thiếu họ và tên. Hãy ghi đầy đủ họ và tên như trên giấy tờ."
            )
        elif len(name) > 150:
            row.refuse(
                self._column("full_name"), "Họ và tên dài quá 150 chữ. Hãy kiểm tra xem có nhầm cột không."
            )
        self._sex_and_birth(row, cells)
        self._numbers(row, citizen_text, passport)
        if "nationality" in get and (text := text_of(get["nationality"](cells))):
            code = country_code(text)
            if not code:
                row.refuse(
                    self._column("nationality"),
                    f"Không rõ quốc tịch “{text[:40]}”. Hãy ghi tên nước, ví dụ Việt Nam, Hàn Quốc, hoặc mã hai chữ.",
                )
            elif code != "VN":
                values["nationality"] = code
        if "phone" in get and (text := text_of(get["phone"](cells))):
            checked = check_phone(text)
            values["phone"] = checked.value[:20]
            for warning in checked.warnings:
                row.warn(self._column("phone"), warning)
        if "email" in get and (text := text_of(get["email"](cells))):
            if "@" in text:
                values["email"] = text[:150]
            else:
                row.warn(self._column("email"), f"“{text[:40]}” không phải địa chỉ thư điện tử, đã bỏ qua.")
        for field, cell, limit in self.plain:
            if text := text_of(cell(cells)):
                values[field] = text[:limit]
        self._days(row, cells)
        if self.says_work:
            self._work(row, cells)
        if "unit" in get:
            self._unit(row, text_of(get["unit"](cells)))
        if "birth_on" not in values and row.identity is None and row.outcome != "refused":
            row.refuse(
                self._column("birth"),
                "Thiếu cả ngày sinh và số định danh nên không phân biệt được với người khác. Hãy ghi ít nhất một mục.",
            )
        row.likeness = self._likeness(values)
        return row

    def _column(self, name: str) -> str:
        return self.context.column(name) or LABELS[name]

    def _says_nothing(self, cells: Sequence[object], citizen: str, passport: str) -> bool:
        if citizen and any(char.isdigit() for char in citizen) and len(citizen) >= 6:
            return False
        if passport and len(passport) >= 6:
            return False
        if "birth" in self.get:
            value = self.get["birth"](cells)
            if isinstance(value, date) or (
                isinstance(value, str) and len(value) >= 8 and value[:2].isdigit()
            ):
                return False
        return True

    def _sex_and_birth(self, row: StagedRow, cells: Sequence[object]) -> None:
        values, get = row.values, self.get
        birth: object = get["birth"](cells) if "birth" in get else ""
        column = "birth"
        ticked = []
        for name, letter in (("male", "m"), ("female", "f")):
            if name in get and (value := get[name](cells)) not in ("", None, False):
                if is_mark(value):
                    ticked.append(letter)
                elif text_of(value):
                    # The old form: the year of birth stands under "Nam" or under "Nữ".
                    ticked.append(letter)
                    birth, column = value, name
        if len(ticked) == 2:
            row.refuse(self._column("male"), "Cả cột Nam và cột Nữ đều được đánh dấu. Hãy chỉ giữ một.")
        elif ticked:
            values["sex"] = ticked[0]
        if "sex" in get and (said := get["sex"](cells)) not in ("", None):
            if letter := _sex_of(said):
                values["sex"] = letter
            elif text := text_of(said):
                row.refuse(self._column("sex"), f"Giới tính “{text[:30]}” không rõ. Hãy ghi Nam hoặc Nữ.")
        if birth == "" or birth is None:
            return
        try:
            found = _birth(birth)
        except DateError as error:
            if text_of(birth):
                row.refuse(self._column(column), str(error))
            return
        if found is None:
            return
        day, precision = found
        if day > self.today:
            row.refuse(
                self._column(column), f"Ngày sinh {format_date(day)} chưa đến. Hãy kiểm tra lại năm sinh."
            )
            return
        if self.today.year - day.year > 100:
            row.warn(self._column(column), f"Ngày sinh {format_date(day)} ứng với người trên 100 tuổi.")
        elif self.today.year - day.year < 15:
            row.warn(self._column(column), f"Ngày sinh {format_date(day)} ứng với người chưa đủ 15 tuổi.")
        values["birth_on"] = day.isoformat()
        if precision != "day":
            values["birth_precision"] = precision

    def _numbers(self, row: StagedRow, citizen: str, passport: str) -> None:
        values = row.values
        if citizen and not passport and citizen[0].isalpha() and _is_passport(citizen):
            citizen, passport = "", citizen.replace(" ", "").upper()
        if citizen:
            if "sex" not in values and (parts := citizen_id_parts(citizen)) is not None:
                values["sex"] = "m" if parts.sex == "male" else "f"
            birth = date.fromisoformat(values["birth_on"]) if "birth_on" in values else None
            sex = values.get("sex")
            checked = check_citizen_id(
                citizen, birth_on=birth, sex=("male" if sex == "m" else "female") if sex else None
            )
            values["citizen_id"] = checked.value
            for warning in checked.warnings:
                row.warn(self._column("citizen_id"), warning)
            row.identity = match_digest(checked.value, kind="citizen_id")
        if passport:
            values["passport"] = passport
            row.identity = row.identity or match_digest(passport, kind="passport")

    def _days(self, row: StagedRow, cells: Sequence[object]) -> None:
        values = row.values
        for name, cell in self.days:
            value = cell(cells)
            if value == "" or value is None:
                continue
            try:
                if name == "joined":
                    found = _birth(value)
                    day = found[0] if found else None
                    if found and found[1] != "day":
                        values["joined_precision"] = found[1]
                else:
                    day = parse_date(value)
            except DateError as error:
                if text_of(value):
                    row.refuse(self._column(name), str(error))
                continue
            if day is None:
                continue
            if day > self.today and name in _PAST_DAYS:
                row.refuse(self._column(name), f"Ngày {format_date(day)} chưa đến. Hãy kiểm tra lại.")
            values[name] = day.isoformat()

    def _work(self, row: StagedRow, cells: Sequence[object]) -> None:
        values, get = row.values, self.get
        said = {
            name: text_of(get[name](cells)) if name in get else ""
            for name in ("workplace", "workplace_tax", "job_title", "contract_kind")
        }
        if not said["workplace_tax"] and _TAX_CODE.fullmatch(said["workplace"]):
            said["workplace"], said["workplace_tax"] = "", said["workplace"]
        if not said["workplace"] and not said["workplace_tax"]:
            return
        if said["workplace"]:
            values["workplace"] = said["workplace"][:250]
        if said["workplace_tax"]:
            checked = check_tax_code(said["workplace_tax"])
            values["workplace_tax"] = checked.value
            for warning in checked.warnings:
                row.warn(self._column("workplace_tax"), warning)
        if said["job_title"]:
            values["job_title"] = said["job_title"][:150]
        if said["contract_kind"]:
            if kind := contract_kind(said["contract_kind"]):
                values["contract_kind"] = kind
            else:
                row.warn(
                    self._column("contract_kind"),
                    f"Không rõ loại hợp đồng “{said['contract_kind'][:40]}”, đã bỏ qua. Hãy ghi: không xác định thời "
                    "hạn, xác định thời hạn, thời vụ hoặc biên chế.",
                )
        if values.get("contract_to", "9") < values.get("contract_from", ""):
            row.warn(
                self._column("contract_to"), "Ngày cuối của hợp đồng trước ngày đầu, đã bỏ qua ngày cuối."
            )
            del values["contract_to"]

    def _unit(self, row: StagedRow, text: str) -> None:
        if not text:
            if not self.context.cache["holds"]:
                row.refuse(
                    self._column("unit"), "Chưa ghi đơn vị sinh hoạt. Hãy ghi mã hoặc tên công đoàn cơ sở."
                )
            return
        found = self.units.get(header_key(text), 0)
        if found == 0:
            row.refuse(
                self._column("unit"),
                f"Không có đơn vị “{text[:60]}” trong {self.context.unit.name}. Hãy ghi đúng mã hoặc tên đơn vị.",
            )
        elif found is None:
            row.refuse(self._column("unit"), f"Có nhiều đơn vị cùng tên “{text[:60]}”. Hãy ghi mã đơn vị.")
        else:
            row.values["unit"] = found

    def _likeness(self, values: Mapping[str, Any]) -> bytes | None:
        if "birth_on" not in values:
            return None
        parts = [search_key(values["full_name"]), values["birth_on"], values.get("sex", "")]
        if "birth_precision" in values:
            # A year alone makes many alike: what else the row says must be the same too.
            parts += [str(values.get(name, "")) for name in ("phone", "card_number", "joined", "address")]
        return match_digest("|".join(parts), kind="likeness")


_HEADER_KEYS = FIELDS[0].heading_keys() - {"ten"}
_HEADER_STARTS = {"Họ", "HỌ", "họ", "Tên", "TÊN", "Full", "FULL"}


def _is_heading(name: str) -> bool:
    """Whether the headings are repeated here, as lists printed page by page do."""
    return name.partition(" ")[0].rstrip(",") in _HEADER_STARTS and header_key(name) in _HEADER_KEYS
