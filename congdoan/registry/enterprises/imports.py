"""Lists of employers brought in from files: what their columns mean, which is which, and how they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from congdoan.foundation.catalogues.models import Park, Sector, Territory, Trade
from congdoan.foundation.imports.catalogue import (
    Context,
    Effect,
    Field,
    FileRefused,
    ListKind,
    Obstacle,
    Option,
    RowReader,
    StagedRow,
    declare_kind,
)
from congdoan.foundation.imports.cells import getter, is_closing_line, is_mark, text_of
from congdoan.foundation.units.models import Unit, UnitVersion
from congdoan.kit.dates import DateError, format_date, parse_partial_date
from congdoan.kit.identifiers import check_phone, check_tax_code
from congdoan.kit.numbers import format_number, parse_number
from congdoan.kit.sealed import match_digest
from congdoan.kit.text import header_key, search_key
from congdoan.registry.enterprises.actions import (
    EnterpriseData,
    HeadcountData,
    JudgementData,
    observe_headcounts,
    register_enterprises,
    update_enterprises,
    withdraw_enterprises,
    withdraw_headcounts,
)
from congdoan.registry.enterprises.models import Enterprise, HeadcountObservation
from congdoan.registry.enterprises.queries import find_by_code, find_by_tax_code, visible_enterprises
from congdoan.registry.enterprises.rules import headcount_problem

FIELDS = (
    Field(
        "name",
        "Tên doanh nghiệp",
        ("Tên công ty", "Doanh nghiệp", "Tên đơn vị", "Tên DN", "Công ty", "Tên cơ sở", "Tên doanh nghiệp, đơn vị",
         "Tên người sử dụng lao động", "Tên tổ chức", "Tên"),
        required=True,
        example="Công ty TNHH May mặc Hoa Ban",
    ),
    Field("tax_code", "Mã số thuế", ("MST", "Mã số doanh nghiệp", "Mã số thuế DN", "Mã số DN"), example="0100112437"),
    Field("code", "Mã", ("Mã doanh nghiệp", "Mã DN", "Mã đơn vị sử dụng lao động")),
    Field(
        "sector",
        "Khu vực kinh tế",
        ("Khu vực", "Loại hình", "Loại hình doanh nghiệp", "Thành phần kinh tế", "Loại hình kinh tế", "Loại hình DN"),
        example="FDI",
        help="nhà nước, ngoài nhà nước, FDI, hợp tác xã, sự nghiệp công lập…",
    ),
    Field(
        "trade",
        "Ngành",
        ("Ngành nghề", "Ngành kinh tế", "Lĩnh vực", "Ngành nghề kinh doanh", "Ngành VSIC", "Ngành cấp 1"),
        example="C",
    ),
    Field("address", "Địa chỉ", ("Địa chỉ trụ sở", "Trụ sở", "Địa chỉ trụ sở chính", "Trụ sở chính")),
    Field("territory", "Xã, phường", ("Xã", "Phường", "Xã/phường", "Xã, phường, đặc khu", "Địa bàn")),
    Field("park", "Khu công nghiệp", ("KCN", "Khu kinh tế", "KCN, KKT", "Khu công nghiệp, khu kinh tế")),
    Field("started", "Hoạt động từ", ("Năm hoạt động", "Ngày hoạt động", "Năm thành lập", "Ngày thành lập")),
    Field("phone", "Điện thoại", ("Số điện thoại", "SĐT", "ĐT", "Điện thoại liên hệ")),
    Field("email", "Thư điện tử", ("Email", "E-mail", "Địa chỉ email")),
    Field("contact_name", "Người liên hệ", ("Đầu mối liên hệ", "Họ tên người liên hệ", "Người đại diện", "Giám đốc")),
    Field(
        "workers",
        "Số lao động",
        ("Tổng số lao động", "Lao động", "Số LĐ", "Tổng số LĐ", "Tổng lao động", "CNLĐ", "Số CNLĐ", "Tổng số CNLĐ",
         "Số công nhân", "Số NLĐ", "Số người lao động", "Tổng số", "Quy mô lao động"),
        example="120",
    ),
    Field("women", "Lao động nữ", ("Số lao động nữ", "Nữ", "Trong đó nữ", "LĐ nữ", "Tổng số lao động nữ")),
    Field("foreign", "Lao động nước ngoài", ("Số lao động nước ngoài", "Người nước ngoài", "LĐ nước ngoài")),
    Field("seasonal", "Lao động thời vụ", ("Thời vụ", "Số lao động thời vụ")),
    Field("operating", "Tình trạng hoạt động", ("Tình trạng", "Trạng thái", "Trạng thái hoạt động")),
    Field("is_stable", "Sản xuất ổn định", ("Ổn định", "Hoạt động ổn định", "SXKD ổn định")),
    Field("has_party", "Có tổ chức Đảng", ("Tổ chức Đảng", "Có chi bộ", "Chi bộ Đảng", "Tổ chức cơ sở Đảng")),
    Field(
        "unit",
        "Đơn vị phụ trách",
        ("Mã đơn vị phụ trách", "Công đoàn phụ trách", "Cấp trên phụ trách", "Công đoàn cấp trên"),
        help="chỉ cần khi doanh nghiệp thuộc nhiều công đoàn cấp trên; ghi mã hoặc đúng tên",
    ),
)  # fmt: skip
_LABELS = {item.name: item.label for item in FIELDS}
_SECTOR_WORDS = {
    "dnnn": "soe", "nhanuoc": "soe", "doanhnghiepnhanuoc": "soe", "khuvucnhanuoc": "soe", "vonnhanuoc": "soe",
    "ngoainhanuoc": "non_state", "dnnnn": "non_state", "tunhan": "non_state", "dntn": "non_state",
    "doanhnghieptunhan": "non_state", "tnhh": "non_state", "congtytnhh": "non_state", "cophan": "non_state",
    "congtycophan": "non_state", "ctcp": "non_state", "dandoanh": "non_state", "kinhtetunhan": "non_state",
    "doanhnghiepngoainhanuoc": "non_state", "khuvucngoainhanuoc": "non_state",
    "fdi": "fdi", "nuocngoai": "fdi", "vonnuocngoai": "fdi", "codautunuocngoai": "fdi", "dautunuocngoai": "fdi",
    "covondautunuocngoai": "fdi", "doanhnghiepfdi": "fdi", "100vonnuocngoai": "fdi", "liendoanh": "fdi",
    "htx": "cooperative", "hoptacxa": "cooperative",
    "sunghiepconglap": "public_service", "donvisunghiep": "public_service", "sunghiep": "public_service",
    "hanhchinh": "administrative", "coquan": "administrative", "coquannhanuoc": "administrative",
    "sunghiepngoaiconglap": "private_service", "phichinhthuc": "informal",
}  # fmt: skip
_OPERATING_WORDS = {
    "danghoatdong": "operating", "hoatdong": "operating", "binhthuong": "operating",
    "chuahoatdong": "not_started", "tamngung": "suspended", "tamngunghoatdong": "suspended",
    "ngunghoatdong": "suspended", "giaithe": "ended", "phasan": "ended", "dagiaithe": "ended", "dongcua": "ended",
}  # fmt: skip
_YES, _NO = {"co", "x", "dung", "yes", "1"}, {"khong", "chua", "chuaco", "no", "0"}
_PLACE_WORD = re.compile(r"^(xa|phuong|thi tran|dac khu)\s+")
_COUNTS = ("workers", "women", "foreign", "seasonal")
_EDITED = (
    "name",
    "tax_code",
    "sector",
    "trade",
    "address",
    "territory",
    "park",
    "phone",
    "email",
    "contact_name",
)
_SOURCE = "import"


class _Reader:
    def __init__(self, context: Context, mapping: Mapping[str, int]) -> None:
        self.context = context
        self.get = {item.name: found for item in FIELDS if (found := getter(mapping, item.name)) is not None}
        self.sectors = {header_key(name): code for code, name in Sector.objects.values_list("code", "name")}
        self.sectors |= {header_key(code): code for code in list(self.sectors.values())} | _SECTOR_WORDS
        self.trades = _by_key(Trade.objects.values_list("code", "name"))
        self.parks = _by_key(Park.objects.values_list("code", "name"))
        self.communes: dict[str, str | None] | None = None
        self.units: dict[str, int | None] = context.cache.get("units", {})

    def _column(self, name: str) -> str:
        return self.context.column(name) or _LABELS[name]

    def _text(self, name: str, cells: Sequence[object]) -> str:
        return text_of(self.get[name](cells)) if name in self.get else ""

    def __call__(self, number: int, cells: Sequence[object]) -> StagedRow | None:
        name, tax, code = (self._text(field, cells) for field in ("name", "tax_code", "code"))
        if not any(char.isalpha() for char in name):
            if not tax and not code:
                return None
        elif not tax and (is_closing_line(name) or header_key(name) in FIELDS[0].heading_keys()):
            return None
        values: dict[str, Any] = {"name": name[:250]}
        row = StagedRow(number, name or "(không tên)", values)
        if not any(char.isalpha() for char in name):
            row.refuse(
                self._column("name"), "Thiếu tên doanh nghiệp. Hãy ghi đúng tên như trên giấy đăng ký."
            )
        if tax:
            checked = check_tax_code(tax)
            values["tax_code"] = checked.value[:20]
            for warning in checked.warnings:
                row.warn(self._column("tax_code"), warning)
            row.identity = match_digest(checked.value, kind="tax_code")
        if code:
            values["code"] = code[:30]
            row.identity = row.identity or match_digest(code, kind="enterprise_code")
        for field, limit in (("address", 300), ("contact_name", 150)):
            if text := self._text(field, cells):
                values[field] = text[:limit]
        if text := self._text("phone", cells):
            phone = check_phone(text, landline=True)
            values["phone"] = phone.value[:30]
            for warning in phone.warnings:
                row.warn(self._column("phone"), warning)
        if text := self._text("email", cells):
            if "@" in text:
                values["email"] = text[:254]
            else:
                row.warn(self._column("email"), f"“{text[:40]}” không phải địa chỉ thư điện tử, đã bỏ qua.")
        self._places(row, cells)
        self._started(row, cells)
        self._headcount(row, cells)
        self._judgement(row, cells)
        if "unit" in self.get and (text := self._text("unit", cells)):
            found = self.units.get(header_key(text), 0)
            if not found:
                row.refuse(
                    self._column("unit"),
                    f"Có nhiều đơn vị tên “{text[:60]}”. Hãy ghi mã đơn vị."
                    if found is None
                    else f"Không có đơn vị “{text[:60]}” trong {self.context.unit.name}. Hãy ghi đúng mã hoặc tên.",
                )
            else:
                values["unit"] = found
        row.likeness = match_digest(
            "|".join((search_key(name), search_key(values.get("address", "")))), kind="enterprise"
        )
        return row

    def _places(self, row: StagedRow, cells: Sequence[object]) -> None:
        values = row.values
        text = self._text("sector", cells)
        if text:
            sector = self.sectors.get(header_key(text))
            if sector is None:
                row.refuse(
                    self._column("sector"),
                    f"Không rõ khu vực kinh tế “{text[:40]}”. Hãy ghi: nhà nước, ngoài nhà nước, FDI, hợp tác xã, "
                    "sự nghiệp công lập.",
                )
            else:
                values["sector"] = sector
        elif header_key(values["name"]).startswith(("htx", "hoptacxa", "lienhiephoptacxa")):
            values["sector"] = "cooperative"
        if text := self._text("trade", cells):
            trade = self.trades.get(header_key(text)) or self.trades.get(header_key(text.split(".")[0]))
            if trade:
                values["trade"] = trade
            else:
                row.warn(
                    self._column("trade"), f"Không rõ ngành “{text[:60]}” (ghi chữ A đến U), đã để trống."
                )
        if text := self._text("park", cells):
            park = self.parks.get(header_key(text)) or self.parks.get(header_key(f"Khu công nghiệp {text}"))
            if park:
                values["park"] = park
            else:
                row.warn(
                    self._column("park"),
                    f"Chưa có “{text[:60]}” trong danh mục khu công nghiệp, đã để trống.",
                )
        if text := self._text("territory", cells):
            if self.communes is None:
                self.communes = _communes(self.context)
            commune = self.communes.get(_place_key(text))
            if commune:
                values["territory"] = commune
            else:
                row.warn(
                    self._column("territory"),
                    f"Không xác định được “{text[:60]}” là xã, phường nào, đã để trống.",
                )

    def _started(self, row: StagedRow, cells: Sequence[object]) -> None:
        if "started" not in self.get:
            return
        value = self.get["started"](cells)
        if value is None or (isinstance(value, str) and not text_of(value)):
            return
        try:
            found = parse_partial_date(value)
        except DateError as error:
            row.refuse(self._column("started"), str(error))
            return
        if found is not None:
            if found[0] > self.context.actor.today:
                row.refuse(
                    self._column("started"), f"Ngày {format_date(found[0])} chưa đến. Hãy kiểm tra lại."
                )
            row.values["started_on"] = found[0].isoformat()

    def _headcount(self, row: StagedRow, cells: Sequence[object]) -> None:
        for name in _COUNTS:
            if name not in self.get:
                continue
            value = self.get[name](cells)
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            found = _count_of(value)
            if found is None:
                if text_of(value):
                    row.refuse(
                        self._column(name),
                        f"“{str(value)[:30]}” không phải là số người. Hãy ghi một số nguyên.",
                    )
                continue
            row.values[name] = found
        if any(name in row.values for name in _COUNTS[1:]) and "workers" not in row.values:
            row.refuse(
                self._column("workers"),
                "Có số lao động nữ, nước ngoài hoặc thời vụ mà thiếu tổng số lao động.",
            )
        elif "workers" in row.values:
            numbers = {name: row.values.get(name) for name in _COUNTS}
            problem = headcount_problem(**numbers)
            if problem:
                row.refuse(self._column("women") if "women" in self.get else self._column("workers"), problem)

    def _judgement(self, row: StagedRow, cells: Sequence[object]) -> None:
        if text := self._text("operating", cells):
            state = _OPERATING_WORDS.get(header_key(text))
            if state:
                row.values["operating"] = state
            else:
                row.warn(
                    self._column("operating"), f"Không rõ tình trạng “{text[:40]}”, đã để là đang hoạt động."
                )
        for name in ("is_stable", "has_party"):
            if name in self.get and (value := self.get[name](cells)) not in ("", None):
                key = header_key(value)
                if is_mark(value) or key in _YES or key.startswith("co"):
                    row.values[name] = True
                elif key in _NO or key.startswith("khong"):
                    row.values[name] = False


def _by_key(pairs: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, name in pairs:
        found[header_key(name)] = code
        found[header_key(code)] = code
    return found


def _place_key(text: str) -> str:
    return header_key(_PLACE_WORD.sub("", search_key(text)))


def _communes(context: Context) -> dict[str, str | None]:
    """Communes by name without their word; None where several provinces have one of that name and the unit's own
    province does not decide."""
    version = UnitVersion.objects.filter(unit=context.unit, during__contains=context.on).first()
    province = None
    place = (
        Territory.objects.filter(pk=version.territory_id).first()
        if version and version.territory_id
        else None
    )
    while place is not None:
        province, place = place.pk, place.parent
    rows = Territory.objects.filter(level="commune", during__contains=context.on)
    if province is not None:
        near = rows.filter(parent=province) | rows.filter(parent__parent=province)
        if near.exists():
            rows = near
    found: dict[str, str | None] = {}
    for code, name in rows.values_list("code", "name"):
        key = _place_key(name)
        found[key] = None if key in found else code
    return found


def _count_of(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        number = parse_number(value)
    except ValueError:
        return None
    if number is None or number != number.to_integral_value() or number > Decimal(10_000_000):
        return None
    return int(number)


class EnterpriseLists(ListKind):
    """Lists of employers with their headcounts."""

    code = "enterprises"
    name = "danh sách doanh nghiệp"
    row_word = "doanh nghiệp"
    fields = FIELDS
    list_name = "enterprises.enterprises"
    options = (
        Option(
            "sector",
            "Khu vực kinh tế của dòng không ghi",
            (
                ("non_state", "Doanh nghiệp ngoài nhà nước", ""),
                ("fdi", "Doanh nghiệp có vốn đầu tư nước ngoài", ""),
                ("soe", "Doanh nghiệp nhà nước", ""),
                ("cooperative", "Hợp tác xã", ""),
                ("public_service", "Đơn vị sự nghiệp công lập", ""),
                ("administrative", "Cơ quan hành chính nhà nước", ""),
                ("private_service", "Đơn vị sự nghiệp ngoài công lập", ""),
            ),
        ),
    )
    notes = (
        "Mỗi doanh nghiệp một dòng; chỉ bắt buộc cột Tên doanh nghiệp, nên có Mã số thuế.",
        "Mã số thuế để dạng văn bản để không mất số 0 ở đầu; mã sai số kiểm tra vẫn được ghi và đánh dấu.",
        "Số lao động là số tại ngày chung của danh sách; lao động nữ là một phần của số đó.",
        "Khu vực kinh tế ghi: nhà nước, ngoài nhà nước, FDI, hợp tác xã, sự nghiệp công lập…",
        "Ngành ghi chữ A đến U theo hệ thống ngành kinh tế Việt Nam, hoặc đúng tên ngành.",
        "Cột Đơn vị phụ trách chỉ cần khi doanh nghiệp thuộc nhiều công đoàn cấp trên.",
    )

    def check(self, context: Context, mapping: Mapping[str, int]) -> None:
        unit = context.unit
        if context.on < unit.founded_on or (unit.ended_on and context.on >= unit.ended_on):
            raise FileRefused(
                f"{unit.name} không tồn tại vào ngày {format_date(context.on)}. Hãy chọn ngày hoặc đơn vị khác."
            )
        if "unit" in mapping:
            context.cache["units"] = _units_by_name(context)

    def reader(self, context: Context, mapping: Mapping[str, int]) -> RowReader:
        return _Reader(context, mapping)

    # ------------------------------------------------------------------ matching

    def match(self, context: Context, rows: Sequence[StagedRow]) -> None:
        by_tax = find_by_tax_code([row.values["tax_code"] for row in rows if "tax_code" in row.values])
        by_code = find_by_code([row.values["code"] for row in rows if "code" in row.values])
        by_name = _alike(context, rows)
        candidates = {e.pk: e for e in (*by_tax.values(), *by_code.values(), *by_name.values())}
        seen = set(
            visible_enterprises(context.actor).filter(pk__in=candidates).values_list("pk", flat=True)
            if candidates
            else ()
        )
        figures = _figures(list(candidates), context.on)
        for row in rows:
            found = by_tax.get(row.values.get("tax_code", "")) or by_code.get(row.values.get("code", ""))
            if found is not None:
                self._settle(context, row, found, found.pk in seen, figures)
                continue
            alike = by_name.get(search_key(row.values["name"])[:250])
            if alike is None or alike.pk not in seen:
                continue
            if "tax_code" in row.values and alike.tax_code:
                continue
            row.matched_id = alike.pk
            if not _differences(context, row, alike, figures):
                row.outcome = "unchanged"
            else:
                row.doubt(
                    context.column("name"),
                    f"Đã có {alike.name} ({alike.code}) nhưng không có mã số thuế chung để so. Hãy cho biết là cùng "
                    "một doanh nghiệp hay khác.",
                )

    def _settle(
        self, context: Context, row: StagedRow, found: Enterprise, is_near: bool, figures: Mapping[int, int]
    ) -> None:
        if not is_near:
            row.doubt(
                context.column("tax_code") or context.column("code"),
                "Mã này đã có trong sổ ở ngoài phạm vi của bạn. Hãy đề nghị cấp trên giao phụ trách.",
            )
            return
        row.matched_id = found.pk
        differences = _differences(context, row, found, figures)
        row.outcome = "update" if differences else "unchanged"
        if differences:
            row.messages.append(
                {"column": "", "message": "Sẽ sửa " + "; ".join(differences), "level": "change"}
            )

    # ------------------------------------------------------------------ writing

    def commit(self, context: Context, rows: Sequence[StagedRow]) -> list[Effect]:
        by_tax = find_by_tax_code([row.values["tax_code"] for row in rows if "tax_code" in row.values])
        by_code = find_by_code([row.values["code"] for row in rows if "code" in row.values])
        units = Unit.objects.in_bulk({row.values["unit"] for row in rows if "unit" in row.values})
        fresh: list[StagedRow] = []
        existing: list[tuple[StagedRow, int]] = []
        effects: list[Effect] = []
        for row in rows:
            found = by_tax.get(row.values.get("tax_code", "")) or by_code.get(row.values.get("code", ""))
            if (row.outcome == "update" or row.choice == "same") and row.matched_id:
                existing.append((row, row.matched_id))
            elif found is not None:
                why = (context.column("tax_code"), "Mã này vừa được ghi vào sổ. Hãy xem lại dòng này.")
                effects.append(Effect(row.number, "", 0, refusal=why))
            else:
                fresh.append(row)
        made = register_enterprises(
            actor=context.actor,
            on=context.on,
            items=[self._data(context, row, units) for row in fresh],
            recorded_at=context.recorded_at,
        )
        effects += [Effect(row.number, "created", one.pk) for row, one in zip(fresh, made, strict=True)]
        return effects + self._update(context, existing)

    def _data(self, context: Context, row: StagedRow, units: Mapping[int, Unit]) -> EnterpriseData:
        values = row.values
        started = values.get("started_on")
        has_judgement = any(name in values for name in ("operating", "is_stable", "has_party"))
        return EnterpriseData(
            name=values["name"],
            sector=values.get("sector") or context.options.get("sector", "non_state"),
            tax_code=values.get("tax_code", ""),
            code=values.get("code", ""),
            trade=values.get("trade"),
            address=values.get("address", ""),
            territory=values.get("territory"),
            park=values.get("park"),
            started_on=date.fromisoformat(started) if started else None,
            phone=values.get("phone", ""),
            email=values.get("email", ""),
            contact_name=values.get("contact_name", ""),
            registered_on=context.on,
            unit=units.get(values.get("unit", 0), context.unit),
            headcounts=[_headcount(values)] if "workers" in values else (),
            judgements=[
                JudgementData(
                    operating=values.get("operating", "operating"),
                    is_stable=values.get("is_stable"),
                    has_party=values.get("has_party"),
                    reason=f"Nhập danh sách số {context.run_id}",
                )
            ]
            if has_judgement
            else (),
        )

    def _update(self, context: Context, rows: Sequence[tuple[StagedRow, int]]) -> list[Effect]:
        if not rows:
            return []
        found = Enterprise.objects.in_bulk([pk for _, pk in rows])
        figures = _figures(list(found), context.on)
        same_day = {
            one.enterprise_id: one
            for one in HeadcountObservation.objects.filter(
                enterprise__in=list(found), on=context.on, source=_SOURCE
            )
        }
        changing: list[tuple[Enterprise, dict[str, Any]]] = []
        observing: list[HeadcountData] = []
        effects = []
        for row, pk in rows:
            enterprise = found[pk]
            changes = _edits(row.values, enterprise)
            before = {name: [_value(enterprise, name), _plain(value)] for name, value in changes.items()}
            if changes:
                changing.append((enterprise, changes))
            if "workers" in row.values and row.values["workers"] != figures.get(pk):
                old = same_day.get(pk)
                before["headcount"] = [
                    {name: getattr(old, name) for name in _COUNTS} if old else None,
                    {name: row.values.get(name) for name in _COUNTS},
                ]
                observing.append(_headcount(row.values, enterprise, context.on))
            effects.append(Effect(row.number, "updated", pk, before=before))
        update_enterprises(
            actor=context.actor, on=context.on, changes=changing, recorded_at=context.recorded_at
        )
        observe_headcounts(
            actor=context.actor, on=context.on, items=observing, recorded_at=context.recorded_at
        )
        return effects

    # ------------------------------------------------------------------ undoing

    def obstacles(self, context: Context, effects: Sequence[Effect]) -> list[Obstacle]:
        ids = [effect.object_id for effect in effects]
        found = Enterprise.objects.in_bulk(ids)
        busy = _built_upon([effect.object_id for effect in effects if effect.verb == "created"], context.on)
        obstacles = []
        for effect in effects:
            enterprise = found.get(effect.object_id)
            if enterprise is None:
                continue
            if effect.object_id in busy:
                obstacles.append(Obstacle(effect.number, enterprise.name, busy[effect.object_id]))
            changed = [
                name
                for name, (_, new) in effect.before.items()
                if name != "headcount" and _value(enterprise, name) != new
            ]
            if changed:
                words = ", ".join(_LABELS.get(name, "Hoạt động từ").lower() for name in changed)
                obstacles.append(
                    Obstacle(effect.number, enterprise.name, f"{words} đã được sửa lại sau khi nhập.")
                )
        return obstacles

    def undo(self, context: Context, effects: Sequence[Effect]) -> None:
        found = Enterprise.objects.in_bulk([effect.object_id for effect in effects])
        changes: list[tuple[Enterprise, dict[str, Any]]] = []
        restored: list[HeadcountData] = []
        withdrawn: list[tuple[Enterprise, date, str]] = []
        for effect in effects:
            enterprise = found.get(effect.object_id)
            if enterprise is None or effect.verb == "created":
                continue
            before = dict(effect.before)
            if "headcount" in before:
                old = before.pop("headcount")[0]
                if old is None:
                    withdrawn.append((enterprise, context.on, _SOURCE))
                else:
                    restored.append(_headcount(old, enterprise, context.on))
            if before:
                changes.append((enterprise, {name: _typed(name, old) for name, (old, _) in before.items()}))
        update_enterprises(
            actor=context.actor, on=context.on, changes=changes, recorded_at=context.recorded_at
        )
        observe_headcounts(
            actor=context.actor, on=context.on, items=restored, recorded_at=context.recorded_at
        )
        withdraw_headcounts(
            actor=context.actor, on=context.on, items=withdrawn, recorded_at=context.recorded_at
        )
        withdraw_enterprises(
            actor=context.actor,
            on=context.on,
            enterprises=[
                found[effect.object_id]
                for effect in effects
                if effect.verb == "created" and effect.object_id in found
            ],
            reason=f"hoàn tác lần nhập danh sách số {context.run_id}",
            recorded_at=context.recorded_at,
        )


def _headcount(
    values: Mapping[str, Any], enterprise: Enterprise | None = None, on: date | None = None
) -> HeadcountData:
    return HeadcountData(
        workers=values["workers"],
        women=values.get("women"),
        foreign=values.get("foreign"),
        seasonal=values.get("seasonal"),
        source=_SOURCE,
        enterprise=enterprise,
        on=on,
    )


def _alike(context: Context, rows: Sequence[StagedRow]) -> dict[str, Enterprise]:
    """Employers in the charge of the run's unit, or of a unit below it, that bear a row's name; by name key."""
    keys = {search_key(row.values["name"])[:250] for row in rows if row.values["name"]}
    found = Enterprise.objects.filter(
        name_key__in=keys,
        responsibilities__unit__placements__ancestor=context.unit,
        responsibilities__unit__placements__is_last=True,
    )
    return {enterprise.name_key: enterprise for enterprise in found.order_by("-pk")}


def _figures(ids: list[int], on: date) -> dict[int, int]:
    """The newest headcount on or before a day, by employer."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (enterprise_id) enterprise_id, workers FROM enterprises_headcountobservation
               WHERE enterprise_id = ANY(%s) AND "on" <= %s ORDER BY enterprise_id, "on" DESC, id DESC""",
            [ids, on],
        )
        return dict(cursor.fetchall())


def _edits(values: Mapping[str, Any], enterprise: Enterprise) -> dict[str, Any]:
    """What the row says that the register does not: {field of actions.EDITABLE: value}."""
    edits: dict[str, Any] = {}
    for name in _EDITED:
        value = values.get(name)
        if value and value != _value(enterprise, name):
            edits[name] = value
    if "name" in edits and search_key(edits["name"]) == enterprise.name_key:
        del edits["name"]
    started = values.get("started_on")
    if started and started != _value(enterprise, "started_on"):
        edits["started_on"] = date.fromisoformat(started)
    return edits


def _differences(
    context: Context, row: StagedRow, enterprise: Enterprise, figures: Mapping[int, int]
) -> list[str]:
    """The same in words, with the headcount."""
    words = []
    for name, value in _edits(row.values, enterprise).items():
        label = _LABELS.get(name, "Hoạt động từ").lower()
        old = _value(enterprise, name)
        shown = format_date(value) if isinstance(value, date) else value
        words.append(f"{label}: {old or 'chưa có'} → {shown}")
    if "workers" in row.values and row.values["workers"] != figures.get(enterprise.pk):
        old_count = figures.get(enterprise.pk)
        words.append(
            f"số lao động: {format_number(old_count) if old_count is not None else 'chưa có'} → "
            f"{format_number(row.values['workers'])}"
        )
    return words


def _value(enterprise: Enterprise, name: str) -> Any:
    attribute = f"{name}_id" if name in {"sector", "trade", "territory", "park"} else name
    return _plain(getattr(enterprise, attribute))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name == "started_on" and value else value


def _units_by_name(context: Context) -> dict[str, int | None]:
    """Units at or below the run's unit on its day, by code, name and short name; None where a name is not one's."""
    found: dict[str, int | None] = {}
    codes: dict[str, int] = {}
    versions = UnitVersion.objects.filter(
        unit__placements__ancestor=context.unit,
        unit__placements__during__contains=context.on,
        during__contains=context.on,
    )
    for pk, code, name, short in versions.values_list("unit_id", "unit__code", "name", "short_name"):
        codes[header_key(code)] = pk
        for key in {header_key(name), header_key(short)}:
            found[key] = pk if found.get(key, pk) == pk else None
    return {**found, **codes}


def _built_upon(ids: Sequence[int], on: date) -> dict[int, str]:
    """What was said of these employers after the list that brought them: why they cannot be withdrawn."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (id) id, why FROM (
                 SELECT enterprise_id AS id, 'đã có người lao động ghi làm việc ở đây.' AS why
                   FROM people_employment WHERE enterprise_id = ANY(%(ids)s)
                 UNION ALL SELECT enterprise_id, 'đã có công đoàn hoạt động ở đây.'
                   FROM enterprises_hosting WHERE enterprise_id = ANY(%(ids)s)
                 UNION ALL SELECT enterprise_id, 'đã có số lao động ghi sau khi nhập.'
                   FROM enterprises_headcountobservation
                   WHERE enterprise_id = ANY(%(ids)s) AND NOT ("on" = %(on)s AND source = %(source)s)
                 UNION ALL SELECT enterprise_id, 'đã có đánh giá ghi sau khi nhập.'
                   FROM enterprises_statusjudgement WHERE enterprise_id = ANY(%(ids)s) AND "on" <> %(on)s
               ) said ORDER BY id""",
            {"ids": list(ids), "on": on, "source": _SOURCE},
        )
        return dict(cursor.fetchall())


declare_kind(EnterpriseLists())
