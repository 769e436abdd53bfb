"""Rules of plans: who may do what, when a target is met, how its demand reads, in which window it is judged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from congdoan.foundation.access.rules import declare_capabilities
from congdoan.foundation.messaging.rules import NoticeKind, declare_notice_kind
from congdoan.kit.numbers import format_number, format_percent
from congdoan.work.plans.models import Campaign, Plan, Target

declare_capabilities(
    ("plans.view", "Xem kế hoạch và chỉ tiêu"),
    ("plans.edit", "Lập và sửa kế hoạch"),
    ("plans.allocate", "Giao chỉ tiêu cho cấp dưới"),
    ("plans.adjust", "Điều chỉnh mức đánh giá"),
    ("plans.report_value", "Nhập số liệu chỉ tiêu chưa tự đếm"),
)

#: A plan is a duty of whom it concerns, so its notices cannot be switched off: a receipt can be relied on.
DISTRIBUTED = declare_notice_kind(
    NoticeKind(
        "plans.distributed",
        "Kế hoạch, chỉ tiêu được giao hoặc điều chỉnh",
        "Đơn vị bạn có kế hoạch hoặc chỉ tiêu mới được giao, điều chỉnh",
        is_obligatory=True,
    )
)
#: Who at a body is told of plans and targets: those who answer for its figures.
ANSWERS = "plans.report_value"
#: To more bodies a plan is not made known at once; each level passes it on.
MOST_BODIES = 5000

#: Operators that name a figure to be met, and those that only give a direction or a word.
SCORED = frozenset({"eq", "ge", "gt", "le"})


#: The lists of a plan that are edited row by row, in words.
CONTENTS = {
    "legal_bases": "căn cứ",
    "recipients": "nơi nhận",
    "norms": "định mức chi",
    "campaigns": "tháng cao điểm",
    "open_points": "điểm còn mở",
}


@dataclass(frozen=True)
class Span:
    """Half-open range of days in which a target is judged."""

    from_on: date
    to_on: date

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days

    @property
    def last_day(self) -> date:
        return self.to_on - timedelta(days=1)

    def elapsed(self, on: date) -> int:
        """Days of the span that are over at the end of ``on``: 0 before it, ``days`` after it."""
        return max(0, min(self.days, (on - self.from_on).days + 1))

    def is_over(self, on: date) -> bool:
        """Whether ``on`` is the last day or later."""
        return on >= self.last_day


def span_of(target: Target, as_of: date) -> Span:
    """The window in which a target is judged on a day.

    A yearly target, or one of a campaign that comes back each year, is judged in the year of ``as_of``; before the
    first and after the last, in the nearest.
    """
    window = Span(target.window.lower, target.window.upper)
    campaign = target.campaign
    if campaign is not None and campaign.is_yearly:
        return _nearest(campaign_spans(campaign, target.plan), as_of)
    if not target.is_yearly or campaign is not None:
        return window
    year = max(window.from_on.year, min(window.last_day.year, as_of.year))
    return Span(
        max(window.from_on, date(year, 1, 1)),
        min(window.to_on, date(year + 1, 1, 1)),
    )


def campaign_spans(campaign: Campaign, plan: Plan) -> list[Span]:
    """The windows of a campaign; of a yearly one, those inside the plan's period."""
    first, last = campaign.during.lower, campaign.during.upper
    if not campaign.is_yearly:
        return [Span(first, last)]
    found = []
    for shift in range(plan.during.upper.year - first.year + 1):
        span = Span(first.replace(year=first.year + shift), last.replace(year=last.year + shift))
        if plan.during.lower <= span.from_on and span.to_on <= plan.during.upper:
            found.append(span)
    return found or [Span(first, last)]


def _nearest(spans: list[Span], as_of: date) -> Span:
    same = [span for span in spans if span.from_on.year == as_of.year]
    if same:
        return same[0]
    return spans[0] if as_of < spans[0].from_on else spans[-1]


def met(operator: str, demand: Decimal | None, value: Decimal | None) -> bool | None:
    """Whether a value meets a demand; None where the words give no pass mark or there is no value.

    A bare figure is met by that much or more; "trên 75%" is not met by 75 (requirements A1, formula 4).
    """
    if demand is None or value is None or operator not in SCORED:
        return None
    if operator == "gt":
        return value > demand
    if operator == "le":
        return value <= demand
    return value >= demand


def demand_words(operator: str, value: Decimal | None, value_to: Decimal | None, unit_name: str) -> str:
    """The demand as a reader says it: "từ 7 trở lên", "> 75%", "hầu hết"."""
    figure = figure_words(value, unit_name)
    match operator:
        case "ge" if value_to is not None:
            return f"ít nhất {figure} đến {figure_words(value_to, unit_name)}"
        case "ge" if unit_name == "%":
            return f"ít nhất {figure}"
        case "ge":
            return f"từ {figure} trở lên"
        case "gt":
            return f"> {figure}"
        case "le":
            return f"không quá {figure}"
        case "about":
            return f"khoảng {figure}"
        case "eq":
            return figure
        case _:
            return dict(Target.OPERATORS).get(operator, operator)


def figure_words(
    value: Decimal | None, unit_name: str, *, decimals: int | None = None, beside: Decimal | None = None
) -> str:
    """A figure as it is shown: "1.810", "86,4%"; "" for None.

    ``decimals`` as the indicator has it. Beside a demand it is never rounded onto it: 74,96% does not read 75%.
    """
    if value is None:
        return ""
    places = decimals if decimals is not None else (1 if unit_name == "%" else None)
    shown = _shown(value, unit_name, places)
    if (
        beside is not None
        and places is not None
        and value != beside
        and shown == _shown(beside, unit_name, places)
    ):
        return _shown(value, unit_name, places + 2)
    return shown


def _shown(value: Decimal, unit_name: str, places: int | None) -> str:
    if unit_name == "%":
        return format_percent(value / 100, 1 if places is None else places)
    if places is None or value == value.to_integral_value():
        return format_number(value.normalize() + 0 if value else Decimal(0))
    return format_number(value, places)


#: How citations in plan files begin: the three digits of the document.
_OF_FILES = re.compile(r"\d{3} ")
_CITED = re.compile(r"(?:\d{3} )?(?:§(?P<section>[IVX]+(?:\.\d+)*[a-z]?)|fn(?P<note>\d+))?")


def citation_words(citation: str | None) -> str:
    """Where a plan says it, as a reader of the plan looks it up: "000 §II.1 L39" gives "Mục II.1". What an officer
    wrote in words stays as written."""
    if citation and not _OF_FILES.match(citation):
        return citation
    found: dict[str, None] = {}
    for part in (citation or "").split(";"):
        match = _CITED.match(part.strip())
        if match and match["section"]:
            found[f"Mục {match['section']}"] = None
        elif match and match["note"]:
            found[f"Chú thích {match['note']}"] = None
    return "; ".join(found)
