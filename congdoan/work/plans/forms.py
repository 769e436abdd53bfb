"""What officers type about plans: plans, targets, decisions, reported values, adjustments, the allocation sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms

from congdoan.foundation.access.queries import scope
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import Period
from congdoan.kit.numbers import NumberError, format_number, parse_number
from congdoan.registry.enterprises.choices import BANDS
from congdoan.work.indicators.models import Indicator
from congdoan.work.plans.actions import DecisionData, PlanData, Share, TargetData
from congdoan.work.plans.models import Plan, Target
from congdoan.work.plans.queries import visible_plans
from congdoan.work.plans.rules import Span


class DayInput(forms.DateInput):
    """A day as browsers pick it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class NumberField(forms.CharField):
    """A number as it is written in Vietnamese: 1.810 or 95,5. Cleans to Decimal, None when blank."""

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        try:
            return parse_number(text)
        except NumberError as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        return format_number(value) if isinstance(value, Decimal | int) else value


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    """A field for a day."""
    return forms.DateField(label=label, required=required, widget=DayInput(), help_text=help_text)


class PlanForm(forms.Form):
    """Heading of a plan. The last day is shown; the range behind it is half-open."""

    code = forms.SlugField(
        label="Mã kế hoạch", max_length=60, help_text="Chữ thường, số và gạch nối, ví dụ hai-phong-2026"
    )
    title = forms.CharField(label="Trích yếu", max_length=300)
    issuer = forms.ModelChoiceField(Unit.objects.none(), label="Đơn vị ban hành", empty_label="Chọn đơn vị")
    issuer_body = forms.CharField(label="Cơ quan quyết định", max_length=100, initial="Ban Thường vụ")
    number = forms.CharField(label="Số", max_length=60, required=False)
    issued_on = day_field("Ngày ban hành", required=False)
    from_on = day_field("Từ ngày")
    last_on = day_field("Đến hết ngày")
    parent = forms.ModelChoiceField(
        Plan.objects.none(), label="Kế hoạch cấp trên", required=False, empty_label="Không có"
    )
    signer_capacity = forms.CharField(
        label="Thẩm quyền ký", max_length=100, initial="TM. BAN THƯỜNG VỤ", required=False
    )
    signer_role = forms.CharField(
        label="Chức vụ người ký", max_length=100, initial="CHỦ TỊCH", required=False
    )
    recipients = forms.CharField(
        label="Nơi nhận",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Mỗi nơi một dòng",
    )

    def __init__(self, *args: Any, actor: Actor, plan: Plan | None = None, **kwargs: Any) -> None:
        if plan is not None:
            kwargs["initial"] = {
                "code": plan.code,
                "title": plan.title,
                "issuer": plan.issuer_id,
                "issuer_body": plan.issuer_body,
                "number": plan.number,
                "issued_on": plan.issued_on,
                "from_on": plan.during.lower,
                "last_on": plan.during.upper - timedelta(days=1),
                "parent": plan.parent_id,
                "signer_capacity": plan.signer_capacity,
                "signer_role": plan.signer_role,
                "recipients": "\n".join(row["name"] for row in plan.recipients),
            }
        super().__init__(*args, **kwargs)
        self.plan = plan
        issuers = Unit.objects.filter(scope(actor, "plans.edit").filter("pk"), ended_on__isnull=True).filter(
            versions__kind__authorities__act="issue_plan"
        )
        if plan is not None:
            issuers = Unit.objects.filter(pk=plan.issuer_id)
            self.fields["code"].disabled = True
            self.fields["issuer"].disabled = True
        self.fields["issuer"].queryset = issuers.distinct().order_by("sort_key")
        parents = visible_plans(actor).exclude(pk=plan.pk) if plan is not None else visible_plans(actor)
        self.fields["parent"].queryset = parents.order_by("code")

    def data_of(self) -> PlanData:
        """The cleaned form as the action takes it."""
        found = self.cleaned_data
        old = {row["name"]: row for row in (self.plan.recipients if self.plan else [])}
        names = [line.strip() for line in found["recipients"].splitlines() if line.strip()]
        return PlanData(
            code=found["code"],
            title=found["title"],
            issuer=found["issuer"],
            from_on=found["from_on"],
            to_on=found["last_on"] + timedelta(days=1),
            number=found["number"],
            issued_on=found["issued_on"],
            issuer_body=found["issuer_body"],
            parent=found["parent"],
            signer_capacity=found["signer_capacity"],
            signer_role=found["signer_role"],
            legal_bases=self.plan.legal_bases if self.plan else [],
            recipients=[old.get(name, {"name": name, "purpose": None}) for name in names],
        )


class TargetForm(forms.Form):
    """A target: what is measured, how much, when, and of whom."""

    code = forms.RegexField(r"^[A-Z]-\d{2}[a-z]?$", label="Mã", help_text="Ví dụ T-01")
    name = forms.CharField(label="Tên chỉ tiêu", max_length=300)
    indicator = forms.ModelChoiceField(Indicator.objects.none(), label="Đo bằng", empty_label="Chọn chỉ số")
    operator = forms.ChoiceField(label="Yêu cầu", choices=Target.OPERATORS)
    value = NumberField(
        label="Con số", required=False, help_text="Phần trăm ghi 95; để trống với “hầu hết”, “tăng”…"
    )
    value_to = NumberField(label="Đến", required=False, help_text="Chỉ khi kế hoạch ghi một khoảng")
    wording = forms.CharField(label="Lời văn của kế hoạch", max_length=200, required=False)
    citation = forms.CharField(label="Trích dẫn", max_length=80, required=False)
    from_on = day_field("Từ ngày")
    last_on = day_field("Đến hết ngày")
    is_yearly = forms.BooleanField(label="Đánh giá riêng từng năm", required=False)
    of_which = forms.ModelChoiceField(
        Target.objects.none(), label="Là một phần của chỉ tiêu", required=False, empty_label="Không"
    )
    sector_group = forms.ChoiceField(
        label="Khu vực",
        required=False,
        choices=[
            ("", "Mọi khu vực"),
            ("state", "Khu vực nhà nước"),
            ("non_state", "Ngoài khu vực nhà nước"),
            ("informal", "Không có quan hệ lao động"),
        ],
    )
    min_headcount = forms.TypedChoiceField(
        label="Doanh nghiệp từ bao nhiêu lao động",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "Không giới hạn"), *[(str(n), f"từ {n}") for n in BANDS if n > 1]],
    )
    stable = forms.BooleanField(label="Chỉ nơi hoạt động ổn định", required=False)
    operating = forms.BooleanField(label="Chỉ nơi đã đi vào hoạt động", required=False)
    has_party = forms.BooleanField(label="Chỉ nơi có tổ chức Đảng", required=False)
    note = forms.CharField(label="Ghi chú", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    _SCOPE = ("sector_group", "min_headcount", "stable", "operating", "has_party")

    def __init__(self, *args: Any, plan: Plan, target: Target | None = None, **kwargs: Any) -> None:
        window = target.window if target is not None else plan.during
        kwargs["initial"] = {"from_on": window.lower, "last_on": window.upper - timedelta(days=1)}
        if target is not None:
            same = (
                "code",
                "name",
                "operator",
                "value",
                "value_to",
                "wording",
                "citation",
                "is_yearly",
                "note",
            )
            kwargs["initial"] |= {name: getattr(target, name) for name in same}
            kwargs["initial"] |= {"indicator": target.indicator_id, "of_which": target.of_which_id}
            kwargs["initial"] |= {name: target.scope.get(name) for name in self._SCOPE}
        super().__init__(*args, **kwargs)
        self.target = target
        self.fields["indicator"].queryset = Indicator.objects.order_by("name")
        others = Target.objects.filter(plan=plan)
        if target is not None:
            others = others.exclude(pk=target.pk)
            self.fields["code"].disabled = True
        self.fields["of_which"].queryset = others
        self.fields["of_which"].label_from_instance = lambda row: f"{row.code} {row.name}"

    def data_of(self) -> TargetData:
        """The cleaned form as the action takes it. Scope fields the form does not show are kept."""
        found = self.cleaned_data
        kept = (
            {}
            if self.target is None
            else {name: value for name, value in self.target.scope.items() if name not in self._SCOPE}
        )
        return TargetData(
            code=found["code"],
            name=found["name"],
            indicator=found["indicator"],
            operator=found["operator"],
            value=found["value"],
            value_to=found["value_to"],
            wording=found["wording"],
            citation=found["citation"],
            kind=self.target.kind if self.target is not None else "target",
            campaign=self.target.campaign if self.target is not None else None,
            from_on=found["from_on"],
            to_on=found["last_on"] + timedelta(days=1),
            is_yearly=found["is_yearly"],
            of_which=found["of_which"],
            scope=kept | {name: found[name] for name in self._SCOPE if found[name]},
            note=found["note"],
        )


class IssueForm(forms.Form):
    """Number and day under which a plan is issued."""

    number = forms.CharField(label="Số kế hoạch", max_length=60)
    issued_on = day_field("Ngày ban hành")


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label="Lý do", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class ReportedValueForm(forms.Form):
    """A figure that the software does not count yet."""

    value = NumberField(label="Số liệu", help_text="Mốc công việc: ghi 1 khi đã hoàn thành, 0 khi chưa")
    day = day_field("Tính đến ngày")
    source = forms.CharField(
        label="Nguồn", max_length=300, help_text="Ví dụ: Báo cáo số 12/BC-LĐLĐ ngày 05/7/2026"
    )


class AdjustmentForm(forms.Form):
    """An authorised, reasoned other figure to judge a body by."""

    value = NumberField(label="Mức đánh giá mới")
    effective_on = day_field("Áp dụng từ ngày")
    reason = forms.CharField(
        label="Lý do",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Được hiện và in kèm chỉ tiêu; chỉ tiêu gốc vẫn giữ nguyên",
    )
    number = forms.CharField(label="Số văn bản", max_length=80, required=False)
    issued_on = day_field("Ngày văn bản", required=False)

    def decision(self) -> DecisionData | None:
        """The paper it is done by, when one is named."""
        found = self.cleaned_data
        if not found["number"]:
            return None
        return DecisionData(found["number"], found["issued_on"] or found["effective_on"])


class DecisionForm(forms.Form):
    """By which decision a target is given down, and from when."""

    effective_on = day_field("Hiệu lực từ ngày")
    number = forms.CharField(
        label="Số quyết định",
        max_length=80,
        required=False,
        help_text="Cần khi ban hành; để trống khi lưu nháp",
    )
    issued_on = day_field("Ngày quyết định", required=False)
    reason = forms.CharField(label="Lý do điều chỉnh", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if self.data.get("act") == "issue":
            for name in ("number", "issued_on"):
                if not found.get(name):
                    self.add_error(name, "Cần ghi khi ban hành.")
        return found

    def decision(self) -> DecisionData | None:
        """The decision, when the sheet is issued and not only kept as a draft."""
        if self.data.get("act") != "issue":
            return None
        return DecisionData(self.cleaned_data["number"], self.cleaned_data["issued_on"])


#: The sheet shows quarters up to this many, otherwise the whole only.
_MOST_PERIODS = 8


def periods_of(span: Span) -> list[Period]:
    """The quarters of a window that the sheet has columns for; none for windows within a quarter or very long."""
    found: list[Period] = []
    period = Period.quarter_of(span.from_on)
    while period.from_on < span.to_on:
        found.append(period)
        period = period.next()
    return found if 1 < len(found) <= _MOST_PERIODS else []


@dataclass(frozen=True)
class SheetCell:
    """One box of the sheet: its name, what stands in it, and what is wrong with it."""

    name: str
    text: str
    label: str
    error: str = ""
    #: The quarter it is for, as a heading; '' for the whole window.
    period: str = ""


@dataclass(frozen=True)
class SheetRow:
    """One body of the sheet, with its whole and its quarters."""

    unit: Unit
    name: str
    whole: SheetCell
    periods: tuple[SheetCell, ...]
    difference: Decimal

    @property
    def off_by(self) -> Decimal:
        return abs(self.difference)


@dataclass(frozen=True)
class Sheet:
    """The allocation sheet as it stands in the boxes: rows, held back, and how it adds up."""

    rows: tuple[SheetRow, ...]
    periods: tuple[Period, ...]
    reserve: SheetCell
    total: Decimal
    given: Decimal
    held_back: Decimal
    shares: tuple[Share, ...]
    has_errors: bool

    @property
    def difference(self) -> Decimal:
        """What is still to be given; negative when too much is."""
        return self.total - self.given - self.held_back

    @property
    def sum(self) -> Decimal:
        """Given and held back together."""
        return self.given + self.held_back

    @property
    def excess(self) -> Decimal:
        """How much too much is given."""
        return max(Decimal(0), -self.difference)

    @property
    def uneven(self) -> list[SheetRow]:
        """Bodies whose quarters do not make up their whole."""
        return [row for row in self.rows if row.difference]

    @property
    def adds_up(self) -> bool:
        return not self.has_errors and not self.difference and not any(row.difference for row in self.rows)

    @property
    def period_sums(self) -> list[tuple[Period, Decimal]]:
        """What all bodies have in each quarter."""
        return [
            (
                period,
                sum((share.periods.get(period.code, Decimal(0)) for share in self.shares), Decimal(0)),
            )
            for period in self.periods
        ]


def read_sheet(
    units: list[tuple[Unit, str]],
    periods: list[Period],
    total: Decimal,
    boxes: Mapping[str, str],
) -> Sheet:
    """The sheet from its boxes: ``v-<unit>`` the whole, ``v-<unit>-<period>`` a quarter, ``reserve``.

    Empty boxes are 0. A body whose boxes are all empty is not given anything. What is not a number is kept as
    typed, with its error.
    """
    rows: list[SheetRow] = []
    shares: list[Share] = []
    has_errors = False

    def box(name: str, label: str, period: str = "") -> tuple[SheetCell, Decimal]:
        nonlocal has_errors
        text = boxes.get(name, "").strip()
        try:
            value = parse_number(text)
        except NumberError as error:
            has_errors = True
            return SheetCell(name, text, label, str(error), period), Decimal(0)
        if value is not None and (value < 0 or value != value.to_integral_value()):
            has_errors = True
            return SheetCell(name, text, label, "Hãy nhập số nguyên không âm.", period), Decimal(0)
        shown = format_number(value) if value else text and "0"
        return SheetCell(name, shown, label, period=period), value or Decimal(0)

    for unit, name in units:
        whole, value = box(f"v-{unit.pk}", f"{name}, cả kỳ")
        cells: list[SheetCell] = []
        parts: dict[str, Decimal] = {}
        for period in periods:
            cell, part = box(f"v-{unit.pk}-{period.code}", f"{name}, {period.name}", period.name)
            cells.append(cell)
            if part:
                parts[period.code] = part
        if parts and not value:
            value = sum(parts.values(), Decimal(0))
            whole = SheetCell(whole.name, format_number(value), whole.label, whole.error)
        difference = value - sum(parts.values(), Decimal(0)) if parts else Decimal(0)
        rows.append(SheetRow(unit, name, whole, tuple(cells), difference))
        if value or whole.text:
            shares.append(Share(unit, value, parts))
    reserve, held_back = box("reserve", "Dự phòng")
    given = sum((share.value for share in shares), Decimal(0))
    return Sheet(tuple(rows), tuple(periods), reserve, total, given, held_back, tuple(shares), has_errors)


def boxes_of(items: Mapping[tuple[int, str], Decimal], reserve: Decimal) -> dict[str, str]:
    """The boxes that show what stands in an allocation: {(unit id, period code): value}."""
    boxes = {
        f"v-{unit_id}-{period}" if period else f"v-{unit_id}": format_number(value.normalize() + 0)
        for (unit_id, period), value in items.items()
    }
    boxes["reserve"] = format_number(reserve.normalize() + 0) if reserve else ""
    return boxes


def day_within(span: Span, today: date) -> date:
    """``today`` when it lies in the window, else the window's nearest day: the first choice of a day field."""
    return min(max(today, span.from_on), span.last_day)
