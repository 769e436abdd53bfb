"""A plan as a file: the shape of `examples/plans/*.yaml`, read and checked without a database.

Everything a plan says is kept with the place it says it (`citation`: document, section, lines), in the words
it uses where the words matter (`wording`), and whatever it leaves open is listed as open and not filled in.
Dates are days; every range is half-open, `to_on` being the first day after it. Percentages are 95, not 0.95;
money is whole đồng.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from congdoan.kit.data_files import DataFileError, Entry, open_data_file


class Level(StrEnum):
    """Level of the issuing union. A city run by the central government stands at the level of a province."""

    CONFEDERATION = "confederation"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    GRASSROOTS = "grassroots"


class BasisKind(StrEnum):
    """What kind of document a plan rests on."""

    LAW = "law"
    DECREE = "decree"
    CHARTER = "charter"
    RESOLUTION = "resolution"
    DIRECTIVE = "directive"
    PROGRAMME = "programme"
    ACTION_PROGRAMME = "action_programme"
    PROJECT = "project"
    PLAN = "plan"
    DECISION = "decision"


class Purpose(StrEnum):
    """Why a recipient gets the plan: để báo cáo, chỉ đạo, phối hợp, thực hiện, lưu."""

    REPORT = "report"
    DIRECT = "direct"
    COORDINATE = "coordinate"
    IMPLEMENT = "implement"
    FILE = "file"


class NormPeriod(StrEnum):
    """How often a norm is paid."""

    ONCE = "once"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class TargetKind(StrEnum):
    """What a target is. A baseline is a starting point and never scored; a standing target has no due day."""

    TARGET = "target"
    BASELINE = "baseline"
    MILESTONE = "milestone"
    ALLOCATION = "allocation"
    CAMPAIGN = "campaign"
    STANDING = "standing"


class Operator(StrEnum):
    """How the plan words its demand; never normalised, since “trên 75%” and “75% trở lên” are two demands."""

    EQ = "eq"  # a bare figure: "thực tăng 1.810", "thành lập mới 132"
    GE = "ge"  # "ít nhất", "trở lên"
    GT = "gt"  # "trên"
    LE = "le"  # "không quá"
    ABOUT = "about"  # "khoảng", "dự kiến"
    MOST = "most"  # "hầu hết"
    MAJORITY = "majority"  # "phần lớn"
    UPWARD = "upward"  # "tăng", "nâng cao", without a figure
    COMPLETED = "completed"  # done or not done

    @property
    def takes_value(self) -> bool:
        """Whether a target with this operator names a figure."""
        return self in _WITH_VALUE


_WITH_VALUE = frozenset({Operator.EQ, Operator.GE, Operator.GT, Operator.LE, Operator.ABOUT})


class SectorGroup(StrEnum):
    STATE = "state"
    NON_STATE = "non_state"
    INFORMAL = "informal"


@dataclass(frozen=True, slots=True)
class Window:
    """Days from `from_on` up to and not including `to_on`."""

    from_on: dt.date
    to_on: dt.date

    def contains(self, other: Window) -> bool:
        return self.from_on <= other.from_on and other.to_on <= self.to_on


@dataclass(frozen=True, slots=True)
class Signer:
    """In which capacity and role the plan is signed. Never a person's name."""

    capacity: str
    role: str


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A document the plan rests on.

    `number`, `issued_on`, `issuer` and `subject` are None where the plan omits them; `note` tells of
    a contradiction in the plan itself, such as a symbol that does not fit its issuer.
    """

    kind: BasisKind
    number: str | None
    issued_on: dt.date | None
    issuer: str | None
    subject: str | None
    citation: str | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    name: str
    purpose: Purpose | None


@dataclass(frozen=True, slots=True)
class Campaign:
    """Days in which effort is concentrated; a `yearly` campaign comes back on the same days each year."""

    code: str
    name: str
    window: Window
    yearly: bool
    citation: str | None


@dataclass(frozen=True, slots=True)
class Norm:
    """A spending norm (định mức chi).

    `amount` is in đồng, None where the plan only has a norm drawn up later; `unit` is what one amount is paid
    for ("CĐCS", "người"); `period` how often, None where the plan is silent, as `open` says; `source` is the
    fund it is paid from.
    """

    code: str
    name: str
    amount: int | None
    in_words: str | None
    unit: str | None
    period: NormPeriod | None
    source: str | None
    conditions: str | None
    citation: str | None
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which employers, unions or people a target counts. None or empty: the plan does not say, so no filter.

    `min_headcount` is "from this many workers"; `sectors` are codes of the register of sectors, whose group
    `non_state` holds the enterprises with foreign capital too;
    `has_representative` is any organisation that represents the workers, `has_union` a trade union.
    """

    sector_group: SectorGroup | None = None
    sectors: tuple[str, ...] = ()
    min_headcount: int | None = None
    stable: bool | None = None
    operating: bool | None = None
    eligible: bool | None = None
    has_party: bool | None = None
    has_union: bool | None = None
    has_representative: bool | None = None
    industrial_zone: bool | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """The level a target starts from. `derived`: worked out from the plan's other figures, stated nowhere.

    `on` is None where no day is given; the opening of the target's window is then meant.
    """

    value: Decimal
    on: dt.date | None
    derived: bool
    citation: str | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One demand of a plan on one indicator.

    `window` is the target's own dates and `campaign` the code of a campaign; with neither the target holds
    for the plan's period, and with `yearly` it is judged anew for every calendar year (or campaign) in it.
    `of_which` is the code of a target of the same plan that this one is part of. `outside_period` marks the
    deliberate case of a window that reaches beyond the plan's period. `value_to` is the upper end of a range.
    """

    code: str
    name: str
    indicator: str
    kind: TargetKind
    operator: Operator
    value: Decimal | None
    value_to: Decimal | None
    unit: str
    wording: str
    citation: str | None
    window: Window | None
    campaign: str | None
    yearly: bool
    scope: Scope
    of_which: str | None
    baseline: Baseline | None
    outside_period: bool
    open: tuple[str, ...]
    note: str | None

    def met_by(self, measured: Decimal) -> bool | None:
        """Whether a measured figure meets the demand; None where the words give no pass mark.

        A bare figure is met by that much or more: to found 140 unions where 132 are asked for is no failure.
        A range is met from its lower end. "Hầu hết", "phần lớn", "khoảng", a trend and a baseline have none.
        """
        if self.value is None or self.kind is TargetKind.BASELINE:
            return None
        match self.operator:
            case Operator.EQ | Operator.GE:
                return measured >= self.value
            case Operator.GT:
                return measured > self.value
            case Operator.LE:
                return measured <= self.value
            case _:
                return None


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """Something the plan leaves open, which a person has to settle before figures can lean on it."""

    code: str
    text: str
    citation: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """The document the file was made from (None for an invented plan)."""

    seed: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan with its targets, norms, campaigns, bases, recipients and open points.

    `number` and `issued_on` are None where the document leaves them blank; `issued_text` then holds as much
    of the date as it gives. `issuer_unit` is the code of a unit, `issuer_body` the body in it that decides.
    """

    code: str
    number: str | None
    issued_on: dt.date | None
    issued_text: str | None
    title: str
    issuer_unit: str
    issuer_body: str
    level: Level
    period: Window
    signer: Signer
    parent: str | None
    invented: bool
    legal_bases: tuple[LegalBasis, ...]
    recipients: tuple[Recipient, ...]
    campaigns: tuple[Campaign, ...]
    norms: tuple[Norm, ...]
    targets: tuple[Target, ...]
    open_points: tuple[OpenPoint, ...]
    source: Source

    def target(self, code: str) -> Target:
        """The target with this code. Raises `KeyError`."""
        for target in self.targets:
            if target.code == code:
                return target
        raise KeyError(code)

    def campaign(self, code: str) -> Campaign:
        """The campaign with this code. Raises `KeyError`."""
        for campaign in self.campaigns:
            if campaign.code == code:
                return campaign
        raise KeyError(code)

    def windows_of(self, target: Target) -> tuple[Window, ...]:
        """The windows in which `target` is judged, in order: one, or one a year for a yearly target."""
        if target.campaign is not None:
            return tuple(_occurrences(self.campaign(target.campaign), self.period))
        whole = target.window or self.period
        return tuple(_calendar_years(whole)) if target.yearly else (whole,)


def as_data(item: object) -> object:
    """A record of a plan file, or a tuple of them, as JSON takes it: days as 2025-07-01, decimals as text."""
    if is_dataclass(item):
        return {field.name: as_data(getattr(item, field.name)) for field in fields(item)}
    if isinstance(item, tuple):
        return [as_data(part) for part in item]
    if isinstance(item, dt.date):
        return item.isoformat()
    return str(item) if isinstance(item, Decimal | StrEnum) else item


def _calendar_years(span: Window) -> Iterator[Window]:
    opening = span.from_on
    while opening < span.to_on:
        next_year = dt.date(opening.year + 1, 1, 1)
        yield Window(opening, min(next_year, span.to_on))
        opening = next_year


def _occurrences(campaign: Campaign, period: Window) -> Iterator[Window]:
    if not campaign.yearly:
        yield campaign.window
        return
    first = campaign.window
    for shift in range(period.to_on.year - first.from_on.year + 1):
        again = Window(
            first.from_on.replace(year=first.from_on.year + shift),
            first.to_on.replace(year=first.to_on.year + shift),
        )
        if period.contains(again):
            yield again


# A citation names the document by its three digits, the section or footnote if there is one, and the lines.
_PART = r"\d{3} (§[IVX]+(\.\d+)*[a-z]? |fn\d+ )?L\d+(-\d+)?(, L\d+(-\d+)?)*"
_CITATION = re.compile(rf"{_PART}(; {_PART})*")

_SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
_TARGET_CODE = r"[A-Z]-\d{2}[a-z]?"
_IDENTIFIER = r"[a-z][a-z0-9_]*"


def load_plan(path: Path) -> PlanFile:
    """Read one plan. Its code is the name of the file. Raises `DataFileError`."""
    entry = open_data_file(path)
    plan = _read_plan(entry, path.stem)
    entry.close()
    return plan


def load_plans(folder: Path) -> dict[str, PlanFile]:
    """Read every plan of a folder by its code, parents before children. Raises `DataFileError`."""
    plans = {plan.code: plan for plan in (load_plan(path) for path in sorted(folder.glob("*.yaml")))}
    if not plans:
        raise DataFileError(
            folder.name, None, "", "thư mục không có kế hoạch nào", "Đặt tệp kế hoạch (.yaml) vào đó"
        )
    ordered: dict[str, PlanFile] = {}

    def place(plan: PlanFile, below: tuple[str, ...]) -> None:
        if plan.code in ordered:
            return
        if plan.code in below:
            raise DataFileError(
                f"{plan.code}.yaml",
                None,
                "parent",
                "kế hoạch thành cấp trên của chính nó",
                "Sửa lại mục parent",
            )
        if plan.parent is not None:
            if plan.parent not in plans:
                raise DataFileError(
                    f"{plan.code}.yaml",
                    None,
                    "parent",
                    f"không có kế hoạch “{plan.parent}” trong thư mục",
                    "Thêm tệp kế hoạch cấp trên hoặc bỏ mục parent",
                )
            place(plans[plan.parent], (*below, plan.code))
        ordered[plan.code] = plan

    for plan in plans.values():
        place(plan, ())
    return ordered


def check_indicators(plan: PlanFile, known: Collection[str]) -> None:
    """Raise `DataFileError` for the first target whose indicator is not among the `known` codes."""
    for place, target in enumerate(plan.targets, start=1):
        if target.indicator not in known:
            raise DataFileError(
                f"{plan.code}.yaml",
                None,
                f"targets[{place}].indicator",
                f"danh mục chỉ số không có mã “{target.indicator}” (chỉ tiêu {target.code})",
                "Thêm chỉ số vào danh mục hoặc sửa mã ở đây",
            )


def _read_plan(entry: Entry, stem: str) -> PlanFile:
    code = entry.coded("code", _SLUG, "hai-phong-2026")
    if code != stem:
        raise entry.error("code", f"mã “{code}” khác tên tệp “{stem}”", "Đổi tên tệp theo mã hoặc sửa mã")
    invented = entry.flag("invented")
    period = _window(entry.entry("period"))
    rows = {key: entry.entries(key) for key in ("targets", "campaigns", "norms", "open_points")}
    signer = entry.entry("signer")
    plan = PlanFile(
        code=code,
        number=entry.text_or_none("number"),
        issued_on=entry.day_or_none("issued_on"),
        issued_text=entry.text_or_none("issued_text"),
        title=entry.text("title"),
        issuer_unit=entry.coded("issuer_unit", r"[A-Z0-9]+(-[A-Z0-9]+)*", "HP-VB"),
        issuer_body=entry.text("issuer_body"),
        level=entry.choice("level", Level),
        period=period,
        signer=Signer(signer.text("capacity"), signer.text("role")),
        parent=entry.coded_or_none("parent", _SLUG, "hai-phong-2033"),
        invented=invented,
        legal_bases=tuple(_basis(item, invented) for item in entry.entries("legal_bases")),
        recipients=tuple(_recipient(item) for item in entry.entries("recipients")),
        campaigns=tuple(_campaign(item, invented) for item in rows["campaigns"]),
        norms=tuple(_norm(item, invented) for item in rows["norms"]),
        targets=tuple(_target(item, period, invented) for item in rows["targets"]),
        open_points=tuple(_open_point(item) for item in rows["open_points"]),
        source=_source(entry.entry("source"), invented),
    )
    signer.close()
    if not plan.targets:
        raise entry.error("targets", "kế hoạch chưa có chỉ tiêu nào", "Ghi ít nhất một chỉ tiêu")
    for key in rows:
        _check_codes(rows[key], [item.code for item in getattr(plan, key)])
    _check_references(rows["targets"], plan)
    return plan


def _check_codes(entries: Sequence[Entry], codes: Sequence[str]) -> None:
    for place, (entry, code) in enumerate(zip(entries, codes, strict=True)):
        if code in codes[:place]:
            raise entry.error("code", f"mã {code} đã dùng ở phần tử trước", "Đặt mã khác cho phần tử này")


def _check_references(entries: Sequence[Entry], plan: PlanFile) -> None:
    whole_of = {target.code: target.of_which for target in plan.targets}
    campaigns = {campaign.code for campaign in plan.campaigns}
    for entry, target in zip(entries, plan.targets, strict=True):
        if target.campaign is not None and target.campaign not in campaigns:
            raise entry.error(
                "campaign",
                f"kế hoạch không có đợt cao điểm “{target.campaign}”",
                "Khai đợt này ở mục campaigns hoặc sửa mã",
            )
        seen = [target.code]
        whole = target.of_which
        while whole is not None:
            if whole not in whole_of:
                raise entry.error(
                    "of_which",
                    f"kế hoạch không có chỉ tiêu “{whole}”",
                    "Ghi mã của chỉ tiêu bao trùm hoặc bỏ mục này",
                )
            if whole in seen:
                raise entry.error(
                    "of_which", f"{target.code} thành một phần của chính nó", "Sửa hoặc bỏ mục này"
                )
            seen.append(whole)
            whole = whole_of[whole]


def _window(entry: Entry) -> Window:
    window = Window(entry.day("from_on"), entry.day("to_on"))
    if window.to_on <= window.from_on:
        raise entry.error(
            "to_on",
            "ngày kết thúc không sau ngày bắt đầu",
            "Ghi ngày đầu tiên không còn thuộc khoảng, ví dụ hết năm 2025 thì ghi 2026-01-01",
        )
    entry.close()
    return window


def _citation(entry: Entry, required: bool) -> str | None:
    raw = entry.text_or_none("citation")
    if raw is None:
        if required:
            raise entry.error(
                "", "thiếu trích dẫn (citation)", "Ghi nơi văn bản gốc nói điều này, ví dụ 000 §II.1 L39"
            )
        return None
    if not _CITATION.fullmatch(raw):
        raise entry.error(
            "citation", f"trích dẫn “{raw}” không đúng dạng", "Ghi theo mẫu 000 §II.1 L39 hoặc 004 fn1 L53"
        )
    return raw


def _source(entry: Entry, invented: bool) -> Source:
    seed = entry.coded_or_none("seed", r"\d{3}", '"000"')
    if invented and seed is not None:
        raise entry.error(
            "seed", "kế hoạch dựng làm ví dụ không có văn bản gốc", "Bỏ mục seed hoặc mục invented"
        )
    if not invented and seed is None:
        raise entry.error(
            "", "thiếu văn bản gốc (seed)", "Ghi số hiệu văn bản gốc, hoặc invented: true nếu là ví dụ"
        )
    source = Source(seed, entry.text_or_none("note"))
    entry.close()
    return source


def _basis(entry: Entry, invented: bool) -> LegalBasis:
    basis = LegalBasis(
        kind=entry.choice("kind", BasisKind),
        number=entry.text_or_none("number"),
        issued_on=entry.day_or_none("issued_on"),
        issuer=entry.text_or_none("issuer"),
        subject=entry.text_or_none("subject"),
        citation=_citation(entry, required=not invented),
        note=entry.text_or_none("note"),
    )
    if basis.number is None and basis.subject is None:
        raise entry.error("", "căn cứ không có số và cũng không có nội dung", "Ghi number hoặc subject")
    entry.close()
    return basis


def _recipient(entry: Entry) -> Recipient:
    recipient = Recipient(entry.text("name"), entry.choice_or_none("purpose", Purpose))
    entry.close()
    return recipient


def _campaign(entry: Entry, invented: bool) -> Campaign:
    code, name = entry.coded("code", _SLUG, "workers-month"), entry.text("name")
    window = Window(entry.day("from_on"), entry.day("to_on"))
    if window.to_on <= window.from_on:
        raise entry.error(
            "to_on", "ngày kết thúc không sau ngày bắt đầu", "Ghi ngày đầu tiên không còn thuộc đợt"
        )
    campaign = Campaign(code, name, window, entry.flag("yearly"), _citation(entry, required=not invented))
    if campaign.yearly and (
        (window.to_on - window.from_on).days > 365
        or (2, 29) in {(d.month, d.day) for d in (window.from_on, window.to_on)}
    ):
        raise entry.error(
            "yearly",
            "đợt hằng năm dài quá một năm hoặc có mốc 29/2",
            "Ghi khoảng ngày năm nào cũng có, không quá một năm",
        )
    entry.close()
    return campaign


def _norm(entry: Entry, invented: bool) -> Norm:
    norm = Norm(
        code=entry.coded("code", r"M-\d{2}", "M-01"),
        name=entry.text("name"),
        amount=entry.whole_or_none("amount"),
        in_words=entry.text_or_none("in_words"),
        unit=entry.text_or_none("unit"),
        period=entry.choice_or_none("period", NormPeriod),
        source=entry.text_or_none("source"),
        conditions=entry.text_or_none("conditions"),
        citation=_citation(entry, required=not invented),
        open=entry.texts("open"),
    )
    if (norm.amount is None or norm.period is None) and not norm.open:
        raise entry.error(
            "",
            f"định mức {norm.code} thiếu mức hoặc kỳ chi mà không nói rõ",
            "Ghi điều còn bỏ ngỏ vào mục open",
        )
    entry.close()
    return norm


def _open_point(entry: Entry) -> OpenPoint:
    point = OpenPoint(
        entry.coded("code", r"O-\d{2}", "O-01"), entry.text("text"), _citation(entry, required=False)
    )
    entry.close()
    return point


def _scope(entry: Entry | None) -> Scope:
    if entry is None:
        return Scope()
    scope = Scope(
        sector_group=entry.choice_or_none("sector_group", SectorGroup),
        sectors=entry.texts("sectors"),
        min_headcount=entry.whole_or_none("min_headcount"),
        stable=entry.flag_or_none("stable"),
        operating=entry.flag_or_none("operating"),
        eligible=entry.flag_or_none("eligible"),
        has_party=entry.flag_or_none("has_party"),
        has_union=entry.flag_or_none("has_union"),
        has_representative=entry.flag_or_none("has_representative"),
        industrial_zone=entry.flag_or_none("industrial_zone"),
    )
    entry.close()
    return scope


def _baseline(entry: Entry | None, invented: bool) -> Baseline | None:
    if entry is None:
        return None
    value = entry.number_or_none("value")
    if value is None:
        raise entry.error("", "mốc gốc không có số", "Ghi value, hoặc bỏ cả mục baseline")
    baseline = Baseline(
        value=value,
        on=entry.day_or_none("on"),
        derived=entry.flag("derived"),
        citation=_citation(entry, required=not invented),
        note=entry.text_or_none("note"),
    )
    entry.close()
    return baseline


def _target(entry: Entry, period: Window, invented: bool) -> Target:
    window_entry = entry.entry_or_none("window")
    target = Target(
        code=entry.coded("code", _TARGET_CODE, "I-01"),
        name=entry.text("name"),
        indicator=entry.coded("indicator", _IDENTIFIER, "members_net_growth"),
        kind=entry.choice("kind", TargetKind),
        operator=entry.choice("operator", Operator),
        value=entry.number_or_none("value"),
        value_to=entry.number_or_none("value_to"),
        unit=entry.text("unit"),
        wording=entry.text("wording"),
        citation=_citation(entry, required=not invented),
        window=None if window_entry is None else _window(window_entry),
        campaign=entry.text_or_none("campaign"),
        yearly=entry.flag("yearly"),
        scope=_scope(entry.entry_or_none("scope")),
        of_which=entry.text_or_none("of_which"),
        baseline=_baseline(entry.entry_or_none("baseline"), invented),
        outside_period=entry.flag("outside_period"),
        open=entry.texts("open"),
        note=entry.text_or_none("note"),
    )
    _check_value(entry, target)
    _check_window(entry, target, period)
    entry.close()
    return target


def _check_value(entry: Entry, target: Target) -> None:
    if target.operator.takes_value and target.value is None:
        raise entry.error(
            "value",
            f"toán tử “{target.operator}” cần một con số",
            "Ghi value, hoặc chọn most, majority, upward, completed",
        )
    if not target.operator.takes_value and target.value is not None:
        raise entry.error(
            "value",
            f"toán tử “{target.operator}” không đi với con số",
            "Bỏ value, hoặc chọn eq, ge, gt, le, about",
        )
    if target.value_to is not None and (target.value is None or target.value_to <= target.value):
        raise entry.error("value_to", "đầu trên của khoảng phải lớn hơn value", "Sửa value hoặc value_to")
    if target.unit == "%" and target.value is not None and not 1 <= target.value <= 100:
        raise entry.error(
            "value", f"“{target.value}” không phải là phần trăm", "Ghi 95 cho 95%, không ghi 0.95"
        )


def _check_window(entry: Entry, target: Target, period: Window) -> None:
    if target.window is not None and target.campaign is not None:
        raise entry.error(
            "campaign",
            "chỉ tiêu vừa có khoảng ngày riêng vừa theo đợt cao điểm",
            "Giữ lại window hoặc campaign",
        )
    outside = target.window is not None and not period.contains(target.window)
    if outside and not target.outside_period:
        raise entry.error(
            "window",
            f"khoảng ngày của {target.code} vượt ra ngoài kỳ kế hoạch",
            "Sửa ngày, hoặc ghi outside_period: true kèm lý do ở note",
        )
    if target.outside_period and not (outside and target.note):
        raise entry.error(
            "outside_period",
            "chỉ dùng khi khoảng ngày thật sự vượt kỳ kế hoạch và có lý do",
            "Bỏ mục này, hoặc ghi lý do ở note",
        )
