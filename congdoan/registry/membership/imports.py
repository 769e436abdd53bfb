"""Lists of members brought in from files: what their columns mean, who is who, and how they are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from congdoan.foundation.access.queries import scope
from congdoan.foundation.catalogues.queries import parameter
from congdoan.foundation.imports.catalogue import (
    Context,
    Effect,
    Field,
    FileRefused,
    ListKind,
    Obstacle,
    Option,
    RowReader,
    SomebodyWasFaster,
    StagedRow,
    declare_kind,
)
from congdoan.foundation.imports.cells import getter, is_closing_line, is_mark, text_of
from congdoan.foundation.units.models import Unit, UnitVersion
from congdoan.kit.dates import DateError, format_date, parse_date, parse_partial_date
from congdoan.kit.identifiers import check_citizen_id, check_phone, citizen_id_parts
from congdoan.kit.sealed import match_digest, unseal
from congdoan.kit.text import header_key, name_sort_key, search_key, title_name
from congdoan.registry.membership import rules
from congdoan.registry.membership.actions import Admission, Transfer, admit, reverse, transfer
from congdoan.registry.membership.choices import KINDS
from congdoan.registry.membership.models import Movement
from congdoan.registry.membership.queries import IN_FORCE, UnitHistory
from congdoan.registry.people.actions import AlreadyRegistered, PersonData, register_people, update_people
from congdoan.registry.people.models import Person

FIELDS = (
    Field(
        "full_name",
        "Họ và tên",
        ("Họ tên", "Họ và tên đoàn viên", "Họ tên đoàn viên", "Họ, tên", "Tên đoàn viên", "Họ và tên khai sinh",
         "Họ và chữ đệm và tên", "Tên", "Full name", "Họ tên người lao động"),
        required=True,
        example="Nguyễn Thị An",
    ),
    Field(
        "birth",
        "Ngày sinh",
        ("Ngày tháng năm sinh", "Ngày, tháng, năm sinh", "Năm sinh", "Sinh ngày", "Ngày sinh (dd/mm/yyyy)",
         "Sinh năm", "NTNS", "Date of birth", "Ngày/tháng/năm sinh"),
        example="08/03/1990",
        help="ngày/tháng/năm; chỉ biết năm thì ghi năm",
    ),
    Field("sex", "Giới tính", ("Nam/Nữ", "Nam, nữ", "Nam (nữ)", "Phái", "Giới", "Sex", "Gender"), example="Nữ"),
    Field("male", "Nam", ("Giới tính Nam", "Năm sinh Nam", "Ngày sinh Nam", "Ngày tháng năm sinh Nam")),
    Field("female", "Nữ", ("Giới tính Nữ", "Năm sinh Nữ", "Ngày sinh Nữ", "Ngày tháng năm sinh Nữ")),
    Field(
        "citizen_id",
        "Số căn cước",
        ("CCCD", "CMND", "Số CCCD", "Số CMND", "CCCD/CMND", "CMND/CCCD", "Số CCCD/CMND", "Số CMND/CCCD",
         "Căn cước công dân", "Số căn cước công dân", "Căn cước", "Số định danh", "Số định danh cá nhân",
         "Mã định danh", "Số CMND/CCCD/Hộ chiếu", "CCCD/CMND/Hộ chiếu", "CMND/CCCD/Hộ chiếu", "Số CCCD/Hộ chiếu",
         "Số CMTND", "Chứng minh nhân dân", "Số giấy tờ tùy thân", "Thẻ căn cước", "Số thẻ căn cước"),
        example="001190000123",
        is_private=True,
    ),
    Field("passport", "Số hộ chiếu", ("Hộ chiếu", "Passport", "Số passport"), is_private=True),
    Field("nationality", "Quốc tịch", ("Nước", "Nationality", "Mang quốc tịch"), example="Việt Nam"),
    Field("ethnicity", "Dân tộc", ("Thành phần dân tộc",), example="Kinh"),
    Field(
        "phone",
        "Điện thoại",
        ("Số điện thoại", "SĐT", "ĐT", "Di động", "Số ĐT", "Điện thoại di động", "Số điện thoại liên hệ", "Phone",
         "Số di động", "Điện thoại liên hệ"),
        example="0912345678",
    ),
    Field("email", "Thư điện tử", ("Email", "E-mail", "Địa chỉ email", "Hộp thư điện tử")),
    Field(
        "address",
        "Nơi ở",
        ("Địa chỉ", "Nơi ở hiện nay", "Chỗ ở hiện nay", "Địa chỉ thường trú", "Thường trú", "Hộ khẩu thường trú",
         "Nơi thường trú", "Tạm trú", "Địa chỉ liên hệ", "Chỗ ở"),
    ),
    Field("hometown", "Quê quán", ("Nguyên quán", "Quê")),
    Field(
        "card_number",
        "Số thẻ đoàn viên",
        ("Số thẻ", "Mã thẻ", "Mã đoàn viên", "Mã số đoàn viên", "Số thẻ công đoàn", "Mã thẻ đoàn viên"),
    ),
    Field(
        "admitted",
        "Ngày kết nạp",
        ("Ngày kết nạp công đoàn", "Ngày kết nạp đoàn viên", "Ngày được kết nạp", "Ngày, tháng, năm kết nạp",
         "Ngày tháng năm kết nạp", "Ngày kết nạp vào công đoàn"),
        example="15/05/2026",
    ),
    Field(
        "joined",
        "Ngày vào công đoàn",
        ("Ngày vào CĐ", "Ngày gia nhập công đoàn", "Ngày gia nhập", "Ngày vào đoàn", "Năm vào công đoàn",
         "Ngày tham gia công đoàn", "Ngày tháng năm vào công đoàn", "Thời gian vào công đoàn"),
    ),
    Field("application", "Ngày làm đơn", ("Ngày đơn", "Ngày viết đơn", "Ngày nộp đơn", "Ngày làm đơn gia nhập")),
    Field("contract_from", "Hợp đồng từ ngày", ("Ngày ký hợp đồng", "Ngày bắt đầu hợp đồng", "HĐLĐ từ ngày")),
    Field("contract_to", "Hợp đồng đến ngày", ("Ngày hết hạn hợp đồng", "Ngày kết thúc hợp đồng", "HĐLĐ đến ngày")),
    Field(
        "unit",
        "Đơn vị",
        ("Mã đơn vị", "Tên đơn vị", "Công đoàn cơ sở", "CĐCS", "Tên CĐCS", "Mã CĐCS", "Đơn vị sinh hoạt",
         "Tên công đoàn cơ sở", "Sinh hoạt tại", "Nơi sinh hoạt"),
        help="chỉ cần khi danh sách gồm nhiều công đoàn cơ sở; ghi mã hoặc đúng tên",
    ),
)  # fmt: skip
_LABELS = {item.name: item.label for item in FIELDS}
#: Fields of a person that a list may complete or change.
_PERSON = (
    "full_name", "birth_on", "sex", "nationality", "citizen_id", "passport", "ethnicity", "phone", "email",
    "address", "hometown", "card_number",
)  # fmt: skip
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
_ISO = set(_COUNTRIES.values())


@lru_cache(maxsize=1024)
def country_code(text: str) -> str:
    """ISO 3166 code of a country as lists write it; '' when it is not known."""
    key = header_key(text)
    if len(key) == 2 and key.upper() in _ISO and key != "my":
        return key.upper()
    return _COUNTRIES.get(key, "")


@lru_cache(maxsize=256)
def _sex_of(text: str) -> str:
    return _SEX_WORDS.get(header_key(text), "")


def _is_passport(text: str) -> bool:
    plain = text.replace(" ", "")
    return 6 <= len(plain) <= 12 and plain.isascii() and plain.isalnum() and plain[0].isalpha()


def _plain_name(text: str) -> str:
    """A name as it is written; one typed all in capitals or all in small letters is given its capitals."""
    return title_name(text) if text.isupper() or text.islower() else text


@lru_cache(maxsize=1 << 15)
def _birth(value: object) -> tuple[date, str] | None:
    return parse_partial_date(value)


class _Reader:
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
            for name in ("admitted", "joined", "application", "contract_from", "contract_to")
            if name in self.get
        ]
        self.units: dict[str, int | None] = context.cache.get("units", {})
        self.today = context.actor.today

    def __call__(self, number: int, cells: Sequence[object]) -> StagedRow | None:
        get = self.get
        name = _plain_name(text_of(get["full_name"](cells)))
        citizen_text = text_of(get["citizen_id"](cells)) if "citizen_id" in get else ""
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
        return self.context.column(name) or _LABELS[name]

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
        if "sex" in get and (text := text_of(get["sex"](cells))):
            if letter := _sex_of(text):
                values["sex"] = letter
            else:
                row.refuse(self._column("sex"), f"Giới tính “{text[:30]}” không rõ. Hãy ghi Nam hoặc Nữ.")
        if isinstance(birth, str) and not text_of(birth):
            return
        if birth is None:
            return
        try:
            found = _birth(birth)
        except DateError as error:
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
            if isinstance(value, str) and not text_of(value):
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
                row.refuse(self._column(name), str(error))
                continue
            if day is None:
                continue
            if day > self.today and name in {"admitted", "joined", "application"}:
                row.refuse(self._column(name), f"Ngày {format_date(day)} chưa đến. Hãy kiểm tra lại.")
            values[name] = day.isoformat()

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


# --------------------------------------------------------------------------------------------------
# Who is who
# --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Known:
    """A person in the register, as far as matching needs: with the newest membership or movement."""

    id: int
    citizen_key: UUID | None
    passport_key: UUID | None
    full_name: str
    name_key: str
    birth_on: date | None
    birth_precision: str
    sex: str
    nationality: str
    phone: str
    email: str
    address: str
    hometown: str
    card_number: str
    ethnicity_sealed: bytes
    unit_id: int | None
    since: date | None
    until: date | None
    last_unit_id: int | None


_KNOWN_COLUMNS = """p.id, p.citizen_id_key, p.passport_key, p.full_name, p.name_key, p.birth_on,
    p.birth_precision, p.sex, p.nationality, p.phone, p.email, p.address, p.hometown, p.card_number,
    p.ethnicity_sealed, m.unit_id, lower(m.during), upper(m.during),
    CASE WHEN m.unit_id IS NULL THEN (SELECT v.unit_id FROM membership_movement v WHERE v.person_id = p.id
                                      ORDER BY v."on" DESC, v.id DESC LIMIT 1) END"""
_NEWEST = """LEFT JOIN LATERAL (SELECT unit_id, during FROM membership_membership
    WHERE person_id = p.id AND is_primary ORDER BY during DESC LIMIT 1) m ON TRUE"""


def _by_number(rows: Iterable[StagedRow]) -> dict[bytes, _Known]:
    """People in the register by the digests of the rows' numbers. At most two queries."""
    citizens: list[bytes] = []
    passports: list[bytes] = []
    for row in rows:
        if row.identity and row.values.get("citizen_id"):
            citizens.append(row.identity)
        if row.values.get("passport"):
            passports.append(match_digest(row.values["passport"], kind="passport"))
    found: dict[bytes, _Known] = {}
    with connection.cursor() as cursor:
        for column, keys, place in (("citizen_id_key", citizens, 1), ("passport_key", passports, 2)):
            if keys:
                # One text instead of an array: thousands of values cost a tenth of the time to send.
                cursor.execute(
                    f"""SELECT {_KNOWN_COLUMNS} FROM people_person p {_NEWEST}
                        WHERE p.{column} = ANY(string_to_array(%s, ',')::uuid[])""",
                    [",".join(map(bytes.hex, keys))],
                )
                for found_row in cursor.fetchall():
                    found[found_row[place].bytes] = _Known(*found_row)
    return found


def _alike(context: Context, rows: Sequence[tuple[StagedRow, int]]) -> dict[int, list[_Known]]:
    """People who are, or were last, in the row's unit and have its name and birth date; by row number."""
    has_people: dict[int, bool] = context.cache.setdefault("has_people", {})
    for unit_id in {unit_id for _, unit_id in rows} - has_people.keys():
        has_people[unit_id] = Movement.objects.filter(unit=unit_id).exists()
    wanted = [
        (
            row.number,
            name_sort_key(row.values["full_name"])[:300],
            row.values["birth_on"],
            unit_id,
            UUID(bytes=row.identity) if row.identity else None,
        )
        for row, unit_id in rows
        if has_people[unit_id] and "birth_on" in row.values
    ]
    found: dict[int, list[_Known]] = {}
    if not wanted:
        return found
    numbers, keys, births, units, identities = zip(*wanted, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT w.number, {_KNOWN_COLUMNS}
                FROM unnest(%s::int[], %s::text[], %s::date[], %s::bigint[], %s::uuid[])
                       AS w(number, sort_key, birth_on, unit_id, identity)
                JOIN people_person p ON p.sort_key = w.sort_key AND p.birth_on = w.birth_on
                {_NEWEST}
                WHERE (w.identity IS NULL OR (p.citizen_id_key IS NULL AND p.passport_key IS NULL))
                  AND (m.unit_id = w.unit_id OR (m.unit_id IS NULL AND EXISTS (
                        SELECT 1 FROM membership_movement v WHERE v.person_id = p.id AND v.unit_id = w.unit_id)))""",
            [list(numbers), list(keys), list(births), list(units), list(identities)],
        )
        for number, *columns in cursor.fetchall():
            found.setdefault(number, []).append(_Known(*columns))
    return found


def _changes(values: Mapping[str, Any], known: _Known) -> dict[str, Any]:
    """What the row says of the person that the register does not: {field of people.rules.EDITABLE: value}."""
    changes: dict[str, Any] = {}
    for name in ("phone", "email", "address", "hometown", "card_number", "sex"):
        value = values.get(name)
        if value and value != getattr(known, name):
            changes[name] = value
    name = values.get("full_name", "")
    if name and name != known.full_name and name_sort_key(name) != name_sort_key(known.full_name):
        changes["full_name"] = name
    if values.get("nationality", "VN") != known.nationality and "nationality" in values:
        changes["nationality"] = values["nationality"]
    if values.get("ethnicity") and unseal(known.ethnicity_sealed) != values["ethnicity"]:
        changes["ethnicity"] = values["ethnicity"]
    if values.get("citizen_id") and known.citizen_key is None:
        changes["citizen_id"] = values["citizen_id"]
    if values.get("passport") and known.passport_key is None:
        changes["passport"] = values["passport"]
    if "birth_on" in values:
        birth, precision = date.fromisoformat(values["birth_on"]), values.get("birth_precision", "day")
        finer = {"year": 0, "month": 1, "day": 2}
        is_coarser = (
            known.birth_on is not None
            and finer[precision] < finer[known.birth_precision]
            and birth.year == known.birth_on.year
            and (precision == "year" or birth.month == known.birth_on.month)
        )
        if not is_coarser and (birth, precision) != (known.birth_on, known.birth_precision):
            changes["birth_on"] = birth
            changes["birth_precision"] = precision
    return changes


def _same_birth(values: Mapping[str, Any], known: _Known) -> bool:
    if "birth_on" not in values or known.birth_on is None:
        return True
    birth = date.fromisoformat(values["birth_on"])
    if values.get("birth_precision", "day") == "day" and known.birth_precision == "day":
        return birth == known.birth_on
    return birth.year == known.birth_on.year


_CHANGE_WORDS = {
    "full_name": "họ và tên",
    "birth_on": "ngày sinh",
    "sex": "giới tính",
    "nationality": "quốc tịch",
    "citizen_id": "số căn cước",
    "passport": "số hộ chiếu",
    "ethnicity": "dân tộc",
    "phone": "điện thoại",
    "email": "thư điện tử",
    "address": "nơi ở",
    "hometown": "quê quán",
    "card_number": "số thẻ đoàn viên",
}
_OPEN_WORDS = {"full_name", "birth_on", "sex", "nationality"}


def _change_words(changes: Mapping[str, Any], known: _Known) -> str:
    """The changes in words; contacts and numbers are named but not shown."""
    parts = []
    for name in changes:
        if name not in _CHANGE_WORDS:
            continue
        if name not in _OPEN_WORDS:
            parts.append(_CHANGE_WORDS[name])
            continue
        old: Any = getattr(known, name)
        new = changes[name]
        if name == "birth_on":
            old = format_date(old, known.birth_precision) or "chưa có"  # type: ignore[arg-type]
            new = format_date(new, changes.get("birth_precision", "day"))
        elif name == "sex":
            words = {"m": "nam", "f": "nữ", "": "chưa rõ"}
            old, new = words[old], words[new]
        parts.append(f"{_CHANGE_WORDS[name]}: {old} → {new}")
    return "; ".join(parts)


class MemberLists(ListKind):
    """Lists of members: new admissions, or the members there are when the books begin."""

    code = "members"
    name = "danh sách đoàn viên"
    row_word = "đoàn viên"
    fields = FIELDS
    list_name = "membership.members"
    options = (
        Option(
            "as",
            "Danh sách này là",
            (
                ("admit", "Đoàn viên mới kết nạp", "Tính vào số kết nạp; ngày lấy từ cột Ngày kết nạp hoặc ngày chung."),
                ("opening", "Đoàn viên hiện có (số dư ban đầu)", "Không tính vào số kết nạp; ghi sổ từ ngày chung."),
            ),
        ),
    )  # fmt: skip
    notes = (
        "Mỗi người một dòng; chỉ bắt buộc cột Họ và tên, cùng ngày sinh hoặc số căn cước.",
        "Ngày ghi theo dạng ngày/tháng/năm, ví dụ 08/03/1990; chỉ biết năm sinh thì ghi năm.",
        "Số căn cước để dạng văn bản để không mất số 0 ở đầu.",
        "Có thể bớt cột, đổi thứ tự cột, thêm dòng tiêu đề phía trên: hệ thống tự tìm theo tên cột.",
        "Cột Đơn vị chỉ cần khi danh sách gồm nhiều công đoàn cơ sở: ghi mã hoặc tên đơn vị.",
        "Người nước ngoài cần có quốc tịch, số hộ chiếu, hợp đồng từ ngày đến ngày và ngày làm đơn.",
    )

    # ------------------------------------------------------------------ reading

    def check(self, context: Context, mapping: Mapping[str, int]) -> None:
        version = UnitVersion.objects.filter(unit=context.unit, during__contains=context.on)
        own = version.select_related("kind").first()
        if own is None:
            raise FileRefused(
                f"{context.unit.name} không tồn tại vào ngày {format_date(context.on)}. Hãy chọn ngày hoặc đơn vị khác."
            )
        context.cache["holds"] = own.kind.holds_members
        if "unit" in mapping:
            context.cache["units"] = _units_by_name(context)
        elif not own.kind.holds_members:
            raise FileRefused(
                f"{context.unit.name} không trực tiếp có đoàn viên. Hãy chọn công đoàn cơ sở, hoặc thêm cột "
                "“Đơn vị” ghi mã hay tên công đoàn cơ sở của từng người."
            )

    def reader(self, context: Context, mapping: Mapping[str, int]) -> RowReader:
        return _Reader(context, mapping)

    # ------------------------------------------------------------------ matching

    def match(self, context: Context, rows: Sequence[StagedRow]) -> None:
        known = _by_number(rows)
        unnumbered: list[tuple[StagedRow, int]] = []
        for row in rows:
            found = _of(row, known)
            if found is not None:
                self._settle(context, row, found)
            else:
                unnumbered.append((row, _unit_of(context, row)))
        alike = _alike(context, unnumbered)
        for row, unit_id in unnumbered:
            people = alike.get(row.number, [])
            if people:
                self._settle_alike(row, people, unit_id)
        for row in rows:
            if row.outcome == "create":
                self._check_admission(context, row)

    def _settle(self, context: Context, row: StagedRow, known: _Known) -> None:
        """A person of that number is in the register."""
        column = context.column("citizen_id") or context.column("passport")
        is_near = _is_near(context, known)
        unit_id = _unit_of(context, row)
        row.matched_id = known.id
        if search_key(row.values["full_name"]) != known.name_key or not _same_birth(row.values, known):
            row.matched_id = known.id if is_near else None
            row.doubt(
                column,
                f"Số định danh này trong sổ là của {known.full_name}, sinh "
                f"{format_date(known.birth_on, known.birth_precision) or 'chưa rõ'}. Hãy kiểm tra số, tên và ngày sinh."  # type: ignore[arg-type]
                if is_near
                else "Số định danh này đã có trong sổ với họ tên hoặc ngày sinh khác. Hãy kiểm tra lại trên giấy tờ.",
            )
            return
        on = self._day(context, row)
        if known.unit_id is not None and (known.until is None or known.until > on):
            if known.unit_id == unit_id:
                changes = _changes(row.values, known)
                row.outcome = "update" if changes else "unchanged"
                if changes:
                    row.messages.append(
                        {
                            "column": "",
                            "message": f"Sẽ sửa {_change_words(changes, known)}",
                            "level": "change",
                        }
                    )
                return
            if is_near:
                where = _unit_name(context, known.unit_id)
                row.doubt(
                    column,
                    f"Đang là đoàn viên của {where} từ {format_date(known.since)}. Chọn “cùng một người” để ghi "
                    "chuyển sinh hoạt về đây.",
                )
            else:
                row.matched_id = None
                row.doubt(
                    column,
                    "Đang là đoàn viên của một đơn vị khác ngoài phạm vi của bạn. Hãy đề nghị đơn vị đó chuyển sinh hoạt.",
                )
            return
        row.outcome = "create"
        row.warn("", "Đã có hồ sơ trong sổ; sẽ ghi vào đơn vị này mà không lập hồ sơ mới.")

    def _settle_alike(self, row: StagedRow, people: list[_Known], unit_id: int) -> None:
        """Somebody in the unit has the same name and birth date, and no number tells whether it is the same person."""
        members = [known for known in people if known.unit_id is not None]
        if not members and len(people) == 1 and not row.identity:
            # Registered here before, and taken back (an import that was undone): the same record serves again.
            if not _changes(row.values, people[0]).keys() - {"sex"}:
                row.matched_id = people[0].id
                return
        known = (members or people)[0]
        row.matched_id = known.id
        changes = _changes(row.values, known)
        is_exact = (
            len(people) == 1
            and bool(members)
            and (known.until is None)
            and not changes
            and "birth_precision" not in row.values
            and (not row.values.get("sex") or not known.sex or row.values["sex"] == known.sex)
        )
        if is_exact:
            row.outcome = "unchanged"
            return
        row.doubt(
            "",
            f"Trong đơn vị đã có {known.full_name}, cùng ngày sinh "
            f"{format_date(known.birth_on, known.birth_precision)}"  # type: ignore[arg-type]
            + (f" (và {len(people) - 1} người nữa)" if len(people) > 1 else "")
            + ". Hãy cho biết là cùng một người hay người khác.",
        )

    def _check_admission(self, context: Context, row: StagedRow) -> None:
        """What the rules of admission will say, said before anything is written."""
        unit_id, on = _unit_of(context, row), self._day(context, row)
        then = self._history(context, unit_id).on(unit_id, on)
        day_field = "admitted" if "admitted" in row.values else "joined"
        if on > context.actor.today:
            row.refuse(context.column(day_field), f"Ngày {format_date(on)} chưa đến. Hãy kiểm tra lại.")
        elif (
            row.values.get("joined_precision")
            and self._kind(context) == "admit"
            and "admitted" not in row.values
        ):
            row.refuse(
                context.column("joined"),
                "Cần đủ ngày, tháng, năm kết nạp. Nếu là đoàn viên đã có từ trước, hãy chọn “số dư ban đầu”.",
            )
        elif then is None:
            row.refuse(
                context.column(day_field),
                f"Vào ngày {format_date(on)} {_unit_name(context, unit_id)} chưa thành lập hoặc đã kết thúc. Nếu là "
                "đoàn viên đã có từ trước, hãy nhập với lựa chọn “số dư ban đầu”.",
            )
        elif not then.holds_members:
            row.refuse(
                context.column("unit"),
                f"{_unit_name(context, unit_id)} không trực tiếp có đoàn viên. Hãy ghi đơn vị cơ sở.",
            )
        elif row.values.get("nationality", "VN") != "VN":
            why = rules.foreign_worker_obstacle(
                self._law(context, on),
                on=on,
                grassroots_kind=then.grassroots_kind,
                contract_from=_day_of(row, "contract_from"),
                contract_to=_day_of(row, "contract_to"),
                application_on=_day_of(row, "application"),
            )
            if why:
                row.refuse(context.column("nationality"), f"Chưa kết nạp được: {why}.")

    def _kind(self, context: Context) -> str:
        return context.options.get("as", "admit")

    def _day(self, context: Context, row: StagedRow) -> date:
        """The day of the admission: the list's own day for balances, else the row's, else the list's."""
        if self._kind(context) == "opening":
            return context.on
        return _day_of(row, "admitted") or _day_of(row, "joined") or context.on

    def _history(self, context: Context, unit_id: int) -> UnitHistory:
        if "history" not in context.cache:
            ids = {unit for unit in context.cache.get("units", {}).values() if unit}
            context.cache["history"] = UnitHistory(ids | {context.unit.pk})
        return context.cache["history"]

    def _law(self, context: Context, on: date) -> rules.ForeignWorkerLaw:
        laws = context.cache.setdefault("laws", {})
        if on not in laws:
            settings = []
            for code in ("foreign_worker.admission_from", "foreign_worker.contract_months"):
                try:
                    settings.append(parameter(code, on=on))
                except LookupError:
                    settings.append(parameter(code, on=context.actor.today))
            laws[on] = rules.ForeignWorkerLaw.of(*settings)
        return laws[on]

    # ------------------------------------------------------------------ writing

    def commit(self, context: Context, rows: Sequence[StagedRow]) -> list[Effect]:
        refusals: dict[int, tuple[str, str]] = {}
        waiting = list(rows)
        while True:
            try:
                with transaction.atomic():
                    effects = self._write(context, waiting, refusals)
                break
            except _Refused as error:
                # A rule said no to some: without them the rest is written again from the start.
                refusals |= error.refusals
                waiting = [row for row in waiting if row.number not in error.refusals]
            except (AlreadyRegistered, IntegrityError) as error:
                raise SomebodyWasFaster from error
        return effects + [Effect(number, "", 0, refusal=why) for number, why in refusals.items()]

    def _write(
        self, context: Context, rows: Sequence[StagedRow], refusals: Mapping[int, tuple[str, str]]
    ) -> list[Effect]:
        known = _by_number(
            [row for row in rows if row.values.get("citizen_id") or row.values.get("passport")]
        )
        fresh: list[StagedRow] = []
        existing: list[tuple[StagedRow, int, str]] = []
        late: dict[int, tuple[str, str]] = {}
        for row in rows:
            found = _of(row, known)
            if row.outcome == "update" and row.matched_id:
                existing.append((row, row.matched_id, "update"))
            elif row.choice == "same" and row.matched_id:
                existing.append((row, row.matched_id, "same"))
            elif found is not None:
                if row.choice == "new":
                    late[row.number] = (
                        context.column("citizen_id"),
                        "Số định danh này thuộc về người khác trong sổ.",
                    )
                elif found.unit_id is not None and (
                    found.until is None or found.until > self._day(context, row)
                ):
                    late[row.number] = (
                        "",
                        "Vừa được ghi là đoàn viên ở nơi khác trong lúc chờ. Hãy xem lại dòng này.",
                    )
                else:
                    existing.append((row, found.id, "join"))
            elif row.matched_id and row.outcome == "create":
                existing.append((row, row.matched_id, "join"))
            else:
                fresh.append(row)
        if late:
            raise _Refused(late)
        people = register_people(actor=context.actor, on=context.on, items=[_data(row) for row in fresh])
        effects = [
            Effect(row.number, "created", person.pk) for row, person in zip(fresh, people, strict=True)
        ]
        joining = list(zip(fresh, people, strict=True))
        if existing:
            effects += self._write_existing(context, existing, joining)
        self._admit(context, joining)
        return effects

    def _write_existing(
        self,
        context: Context,
        existing: Sequence[tuple[StagedRow, int, str]],
        joining: list[tuple[StagedRow, Person]],
    ) -> list[Effect]:
        people = Person.objects.in_bulk([pk for _, pk, _ in existing])
        places = _places(list(people))
        moving: list[Transfer] = []
        changing: list[tuple[Person, dict[str, Any]]] = []
        effects = []
        for row, pk, how in existing:
            person, unit_id = people[pk], _unit_of(context, row)
            place = places.get(pk)
            verb = "updated"
            if place is None or (place[1] is not None and place[1] <= self._day(context, row)):
                joining.append((row, person))
                verb = "joined"
            elif place[0] != unit_id:
                day = max(self._day(context, row), context.on)
                moving.append(Transfer(person, _units(context)[unit_id], day, _reason(context)))
                verb = "joined"
            changes = _changes(row.values, _as_known(person))
            if changes and (how != "join" or verb == "joined"):
                changing.append((person, changes))
            before = {name: [_plain(person, name), _jsonable(value)] for name, value in changes.items()}
            effects.append(Effect(row.number, verb, pk, before=before))
        if moving:
            transfer(
                actor=context.actor,
                items=moving,
                decision=context.decision,
                batch=context.batch,
                recorded_at=context.recorded_at,
            )
        if changing:
            # The right to change somebody comes with the membership, so those who come first are admitted first.
            arriving = {person.pk for _, person in joining}
            if any(person.pk in arriving for person, _ in changing):
                self._admit(context, joining)
                joining.clear()
            update_people(
                actor=context.actor,
                on=context.on,
                changes=changing,
                reason=_reason(context),
                recorded_at=context.recorded_at,
            )
        return effects

    def _admit(self, context: Context, joining: Sequence[tuple[StagedRow, Person]]) -> None:
        if not joining:
            return
        units = _units(context)
        kind, reason = self._kind(context), _reason(context)
        items = [
            Admission(
                person,
                units[_unit_of(context, row)],
                self._day(context, row),
                kind,
                application_on=_day_of(row, "application"),
                contract_from=_day_of(row, "contract_from"),
                contract_to=_day_of(row, "contract_to"),
                joined_on=_day_of(row, "joined") or _day_of(row, "admitted"),
                reason=reason,
            )
            for row, person in joining
        ]
        result = admit(
            actor=context.actor,
            items=items,
            decision=context.decision,
            batch=context.batch,
            recorded_at=context.recorded_at,
            on_conflict="report",
        )
        if result.refused:
            raise _Refused({joining[item.index][0].number: ("", str(item.error)) for item in result.refused})

    # ------------------------------------------------------------------ undoing

    def obstacles(self, context: Context, effects: Sequence[Effect]) -> list[Obstacle]:
        people = Person.objects.in_bulk([effect.object_id for effect in effects])
        found = []
        later = _later(context.batch, [effect.object_id for effect in effects if effect.verb != "updated"])
        for effect in effects:
            person = people.get(effect.object_id)
            if person is None:
                continue
            if effect.object_id in later:
                kind, on = later[effect.object_id]
                found.append(
                    Obstacle(
                        effect.number,
                        person.full_name,
                        f"đã ghi {KINDS[kind].name} ngày {format_date(on)}; hãy đảo bút toán đó trước.",
                    )
                )
            changed = [
                name for name, (_, new) in effect.before.items() if _jsonable(_plain(person, name)) != new
            ]
            if changed:
                words = ", ".join(_CHANGE_WORDS.get(name, name) for name in changed)
                found.append(
                    Obstacle(effect.number, person.full_name, f"{words} đã được sửa lại sau khi nhập.")
                )
        return found

    def undo(self, context: Context, effects: Sequence[Effect]) -> None:
        restoring = [effect for effect in effects if effect.before]
        reason = f"Hoàn tác {_reason(context).lower()}"
        if restoring:
            people = Person.objects.in_bulk([effect.object_id for effect in restoring])
            update_people(
                actor=context.actor,
                on=context.on,
                changes=[
                    (
                        people[effect.object_id],
                        {name: _from_json(name, old) for name, (old, _) in effect.before.items()},
                    )
                    for effect in restoring
                ],
                reason=reason,
                recorded_at=context.recorded_at,
            )
        ids = [effect.object_id for effect in effects if effect.verb != "updated"]
        booked = list(Movement.objects.filter(IN_FORCE, batch=context.batch, person__in=ids))
        if booked:
            reverse(
                actor=context.actor,
                movements=booked,
                reason=reason,
                batch=context.batch,
                recorded_at=context.recorded_at,
            )


class _Refused(Exception):
    """Rows a rule refused at the last moment: {number: (column, message)}."""

    def __init__(self, refusals: dict[int, tuple[str, str]]) -> None:
        super().__init__(f"{len(refusals)} rows")
        self.refusals = refusals


def _of(row: StagedRow, known: Mapping[bytes, _Known]) -> _Known | None:
    """The person in the register who has one of the row's numbers."""
    if not known:
        return None
    if row.identity in known:
        return known[row.identity]  # type: ignore[index]
    passport = row.values.get("passport")
    return known.get(match_digest(passport, kind="passport")) if passport else None


def _data(row: StagedRow) -> PersonData:
    values = row.values
    birth = values.get("birth_on")
    return PersonData(
        full_name=values["full_name"],
        birth_on=date.fromisoformat(birth) if birth else None,
        birth_precision=values.get("birth_precision", "day"),
        sex=values.get("sex", ""),
        nationality=values.get("nationality", "VN"),
        citizen_id=values.get("citizen_id", ""),
        passport=values.get("passport", ""),
        ethnicity=values.get("ethnicity", ""),
        phone=values.get("phone", ""),
        email=values.get("email", ""),
        address=values.get("address", ""),
        hometown=values.get("hometown", ""),
        card_number=values.get("card_number", ""),
    )


def _as_known(person: Person) -> _Known:
    return _Known(
        person.pk,
        person.citizen_id_key,
        person.passport_key,
        person.full_name,
        person.name_key,
        person.birth_on,
        person.birth_precision,
        person.sex,
        person.nationality,
        person.phone,
        person.email,
        person.address,
        person.hometown,
        person.card_number,
        bytes(person.ethnicity_sealed),
        None,
        None,
        None,
        None,
    )


def _plain(person: Person, name: str) -> Any:
    if name in {"citizen_id", "passport", "ethnicity"}:
        return unseal(getattr(person, f"{name}_sealed"))
    return _jsonable(getattr(person, name))


def _jsonable(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _from_json(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name == "birth_on" and value else value


def _day_of(row: StagedRow, name: str) -> date | None:
    value = row.values.get(name)
    return date.fromisoformat(value) if value else None


def _reason(context: Context) -> str:
    return f"Nhập danh sách số {context.run_id}"


def _unit_of(context: Context, row: StagedRow) -> int:
    return row.values.get("unit") or context.unit.pk


def _units(context: Context) -> Mapping[int, Unit]:
    """Units by id, looked up when first asked for."""
    if "unit_rows" not in context.cache:
        context.cache["unit_rows"] = _UnitRows({context.unit.pk: context.unit})
    return context.cache["unit_rows"]


class _UnitRows(dict[int, Unit]):
    def __missing__(self, pk: int) -> Unit:
        self[pk] = found = Unit.objects.get(pk=pk)
        return found


def _unit_name(context: Context, unit_id: int) -> str:
    return _units(context)[unit_id].name


def _units_by_name(context: Context) -> dict[str, int | None]:
    """Units that hold members at or below the run's unit on its day, by code, name and short name as headings
    are folded; None where a name is not one unit's alone."""
    found: dict[str, int | None] = {}
    codes: dict[str, int] = {}
    versions = UnitVersion.objects.filter(
        unit__placements__ancestor=context.unit,
        unit__placements__during__contains=context.on,
        during__contains=context.on,
        kind__holds_members=True,
    )
    for pk, code, name, short in versions.values_list("unit_id", "unit__code", "name", "short_name"):
        codes[header_key(code)] = pk
        for key in {header_key(name), header_key(short)}:
            found[key] = pk if found.get(key, pk) == pk else None
    return {**found, **codes}


def _is_near(context: Context, known: _Known) -> bool:
    """Whether the actor may know where this person is: in a unit where they see members."""
    unit_id = known.unit_id or known.last_unit_id
    if unit_id is None:
        return True
    seen: dict[int, bool] = context.cache.setdefault("near", {})
    if unit_id not in seen:
        reach = context.cache.get("reach")
        if reach is None:
            reach = context.cache["reach"] = scope(context.actor, "membership.view")
        seen[unit_id] = reach.contains(unit_id)
    return seen[unit_id]


def _places(people: Sequence[int]) -> dict[int, tuple[int, date | None]]:
    """(unit, first day no longer) of each person's newest membership."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (person_id) person_id, unit_id, upper(during) FROM membership_membership
               WHERE person_id = ANY(%s) AND is_primary ORDER BY person_id, during DESC""",
            [list(people)],
        )
        return {person: (unit, until) for person, unit, until in cursor.fetchall()}


def _later(batch: UUID | None, people: Sequence[int]) -> dict[int, tuple[str, date]]:
    """Movements in force of these people that were booked after this batch: (kind, day) of the last one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (v.person_id) v.person_id, v.kind, v."on" FROM membership_movement v
               WHERE v.person_id = ANY(%(people)s) AND v.batch IS DISTINCT FROM %(batch)s AND v.reverses_id IS NULL
                 AND NOT EXISTS (SELECT 1 FROM membership_movement r WHERE r.reverses_id = v.id)
                 AND v.id > (SELECT min(b.id) FROM membership_movement b
                             WHERE b.batch = %(batch)s AND b.person_id = v.person_id)
               ORDER BY v.person_id, v.id DESC""",
            {"people": list(people), "batch": batch},
        )
        return {person: (kind, on) for person, kind, on in cursor.fetchall()}


declare_kind(MemberLists())
