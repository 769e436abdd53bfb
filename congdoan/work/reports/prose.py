"""The sentences of a report, made from its figures in the Vietnamese of administrative documents.

Every sentence says only what the figures hold: a figure nobody has is said to be missing, an estimate is called
one, a figure reported by hand names its source.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from congdoan.kit.lists import STRUCTURE_WORDS
from congdoan.kit.numbers import format_number, format_percent, format_signed
from congdoan.work.reports.choices import REACHED, SLOW, STATE_WORDS
from congdoan.work.reports.figures import ChildFigure, PlanReport, ReconciliationFigure, TargetFigure

NO_FIGURE = "–"
FIGURE_PROMPT = "[Bổ sung số liệu và nguồn]"


def quantity(value: Decimal | int | None, unit: str, decimals: int | None = 0) -> str:
    """ "1.262 đoàn viên", "86,4%"; a dash when there is no figure. ``decimals`` None: as many as it has."""
    if value is None:
        return NO_FIGURE
    if unit == "%":
        return format_percent(Decimal(value) / 100, max(decimals or 0, 1))
    return f"{_plain(value, decimals)} {unit}".rstrip()


def _plain(value: Decimal | int, decimals: int | None) -> str:
    """Whole figures without idle zeros; an estimate of people or unions is rounded to whole ones."""
    exact = Decimal(value)
    text = format_number(exact, 0 if exact == exact.to_integral_value() else decimals)
    return text.rstrip("0").rstrip(",") if "," in text else text


def demand_words(
    operator: str, value: Decimal | None, value_to: Decimal | None, unit: str, *, lead: str = ""
) -> str:
    """What a plan asks for, with its operator in words: "từ 30 CĐCS trở lên", "trên 75%", "hầu hết".

    ``lead`` stands before a bare figure: "thực tăng 1.900 đoàn viên".
    """
    figure = quantity(value, unit, None)
    if value is None:
        return {
            "most": "hầu hết",
            "majority": "phần lớn",
            "upward": "tăng so với trước",
            "completed": "hoàn thành",
        }.get(operator, "chưa giao mức cụ thể")
    if value_to is not None:
        low = figure if unit == "%" else _plain(value, None)
        return f"bình quân từ {low} đến {quantity(value_to, unit, None)}"
    match operator:
        case "ge":
            return f"từ {figure} trở lên"
        case "gt":
            return f"trên {figure}"
        case "le":
            return f"không quá {figure}"
        case "about":
            return f"khoảng {figure}"
        case _:
            return f"{lead} {figure}".strip()


def growth_word(indicator: str) -> str:
    """ "thực tăng"; a plan that only says "tăng thêm" is quoted so, lest the two be taken for one."""
    return "tăng thêm" if indicator == "members_increase" else "thực tăng"


def cell(value: Decimal | int | None, target: TargetFigure) -> str:
    """A figure of a target for a table: the unit stands in its own words unless it is a percentage."""
    if value is None:
        return NO_FIGURE
    if target.is_milestone:
        return "Đã xong" if value else "Chưa xong"
    if target.unit_name == "%":
        return quantity(value, "%", target.decimals)
    return _plain(value, target.decimals)


def share(target: TargetFigure) -> str:
    """How much of the target is reached, for a table; a dash where the plan names no figure to reach."""
    return NO_FIGURE if target.percent is None else format_percent(target.percent)


def state_words(target: TargetFigure) -> str:
    return STATE_WORDS.get(target.state, STATE_WORDS["none"])


def until(report: PlanReport) -> str:
    """ "ngày 30/9/2026": the day all figures count to."""
    return f"ngày {short_day(report.as_of)}"


def short_day(day: date) -> str:
    """ "30/9/2026": documents write no leading zero before the months 3 to 9."""
    return f"{day.day:02d}/{day.month if day.month > 2 else f'{day.month:02d}'}/{day.year}"


def period_words(report: PlanReport) -> str:
    """ "quý III năm 2026", with "(đến ngày …)" while the period still runs."""
    if report.as_of < report.period.last_day:
        return f"{report.period.name} (tính đến {until(report)})"
    return report.period.name


# --------------------------------------------------------------------------------------------------
# Targets
# --------------------------------------------------------------------------------------------------


def target_sentences(target: TargetFigure, report: PlanReport) -> list[str]:
    """What there is to say about one target, one sentence a thing, in the order a reader asks."""
    if target.window_from > report.as_of:
        return [
            f"Chưa đến kỳ đánh giá: chỉ tiêu ({target.demand}) tính từ ngày {short_day(target.window_from)} "
            f"đến ngày {short_day(_last(target.window_to))}."
        ]
    if target.value is None:
        return [
            f"Chưa có số liệu đến {until(report)} (chỉ tiêu: {target.demand}).",
            *_note(target),
            FIGURE_PROMPT,
        ]
    if target.is_milestone:
        done = "đã hoàn thành" if target.value else "chưa hoàn thành"
        return [f"Đến {until(report)} {done}.", *_hand(target), *_note(target)]
    said = [_result(target, report)]
    if _shows_period(target, report):
        said.append(_period_result(target, report))
    elif not target.adds_up and target.start_value is not None:
        said.append(_since_start(target, report))
    if target.target_value is not None and target.state not in REACHED and target.value is not None:
        said += _ahead(target, report)
    said += _hand(target)
    if target.original_value is not None and target.original_value != target.target_value:
        said.append(
            f"Mức dùng để đánh giá được điều chỉnh từ {_of(target, target.original_value)} thành "
            f"{_of(target, target.target_value)}; chỉ tiêu gốc giữ nguyên."
        )
    return [*said, *_note(target)]


def target_text(target: TargetFigure, report: PlanReport) -> str:
    """The sentences of a target with its assessment, as one paragraph."""
    verdict = state_words(target)
    said = target_sentences(target, report)
    if target.state not in {"none", "new", "open"} and target.window_from <= report.as_of:
        said.append(f"Đánh giá: {verdict[0].lower()}{verdict[1:]}.")
    return " ".join(said)


def _result(target: TargetFigure, report: PlanReport) -> str:
    ended = target.window_to <= report.as_of + timedelta(days=1)
    value = target.value or Decimal(0)
    if target.adds_up:
        first = "" if ended else "lũy kế "
        span = (
            f"từ ngày {short_day(target.window_from)} đến ngày "
            f"{short_day(_last(target.window_to)) if ended else short_day(report.as_of)}"
        )
        lead = f"{first}{span} {_movement(target, value)}"
    else:
        parts = ""
        if target.numerator is not None and target.denominator is not None:
            parts = f" ({format_number(target.numerator)}/{format_number(target.denominator)})"
        verb = {"ratio": "đạt", "average": "bình quân đạt"}.get(target.indicator_kind, "có")
        lead = f"đến {until(report)} {verb} {_of(target, value)}{parts}"
    return _full(f"{lead[0].upper()}{lead[1:]}{_against(target, value)}")


def _against(target: TargetFigure, value: Decimal) -> str:
    if target.target_value is None:
        return f"; kế hoạch đề ra “{target.wording or target.demand}”, không quy định mức cụ thể"
    gap = value - target.target_value
    if target.operator == "le":
        held = "trong mức cho phép" if gap <= 0 else f"vượt mức cho phép {_step(target, gap)}"
        return f", {held} ({target.demand})"
    if target.state in REACHED:
        over = f", vượt {_step(target, gap)}" if gap > 0 else ""
        counted = (
            "" if target.unit_name == "%" or target.percent is None else f" {format_percent(target.percent)}"
        )
        return f", đạt{counted or ' chỉ tiêu'}{' chỉ tiêu' if counted else ''} ({target.demand}){over}"
    if target.unit_name == "%":
        if gap == 0:
            return f", bằng mức chỉ tiêu ({target.demand})"
        return f", {'cao' if gap > 0 else 'thấp'} hơn {_step(target, abs(gap))} so với chỉ tiêu ({target.demand})"
    if value <= 0:
        return f" so với chỉ tiêu ({target.demand})"
    part = "" if target.percent is None else f", bằng {format_percent(target.percent)} chỉ tiêu"
    return f"{part} ({target.demand})"


def _movement(target: TargetFigure, value: Decimal) -> str:
    if target.indicator_kind == "net":
        if value < 0:
            return f"{growth_word(target.indicator).replace('tăng', 'giảm')} {_of(target, -value)}"
        return f"{growth_word(target.indicator)} {_of(target, value)}" if value else "không tăng, không giảm"
    return f"được {_of(target, value)}" if value else f"chưa có {target.unit_name} nào"


def _shows_period(target: TargetFigure, report: PlanReport) -> bool:
    """Whether the report's period is a part of the target's window worth a sentence of its own."""
    if not target.adds_up or target.period_value is None:
        return False
    if target.window_to <= report.period.from_on:
        return False
    return target.window_from < report.period.from_on or target.same_last_year is not None


def _period_result(target: TargetFigure, report: PlanReport) -> str:
    value = target.period_value or Decimal(0)
    is_whole = target.window_from >= report.period.from_on
    said = "" if is_whole else f"Riêng {period_words(report)} {_movement(target, value)}"
    if target.same_last_year is not None:
        before = f"so với cùng kỳ năm {report.period.from_on.year - 1} ({_of(target, target.same_last_year)})"
        change = value - target.same_last_year
        much = (
            "không thay đổi"
            if not change
            else f"{'tăng' if change > 0 else 'giảm'} {_of(target, abs(change))}"
        )
        # A fall of more than all there was says nothing as a percentage.
        if change and target.same_last_year > 0 and value >= 0:
            much += f", tương đương {format_percent(abs(change) / target.same_last_year)}"
        said = f"{before} {much}" if is_whole else f"{said}; {before} {much}"
    return _full(said)


def _since_start(target: TargetFigure, report: PlanReport) -> str:
    change = (target.value or Decimal(0)) - (target.start_value or Decimal(0))
    if change == 0:
        return f"Không thay đổi so với đầu {report.period.name}."
    word = "Tăng" if change > 0 else "Giảm"
    return f"{word} {_step(target, abs(change))} so với đầu {report.period.name} ({_of(target, target.start_value)})."


def _ahead(target: TargetFigure, report: PlanReport) -> list[str]:
    assert target.value is not None and target.target_value is not None
    said: list[str] = []
    short = target.missing
    if target.window_to <= report.as_of + timedelta(days=1):
        if short:
            said.append(f"Hết thời hạn, còn thiếu {_step(target, short)} so với chỉ tiêu.")
        return said
    if target.expected_by_now is not None and target.adds_up:
        gap = target.value - target.expected_by_now
        place = (
            "bằng tiến độ"
            if gap == 0
            else f"{'cao' if gap > 0 else 'thấp'} hơn tiến độ {_step(target, abs(gap))}"
        )
        said.append(
            f"Tiến độ cần đạt theo thời gian đến {until(report)} là {_of(target, target.expected_by_now)}; "
            f"kết quả đang {place}."
        )
    if short:
        said.append(
            f"Để hoàn thành chỉ tiêu còn thiếu {_step(target, short)}, thời gian còn lại đến hết ngày "
            f"{short_day(_last(target.window_to))}."
        )
    if target.forecast is not None:
        gap = target.forecast - target.target_value
        end = f"thiếu {_step(target, -gap)}" if gap < 0 else "hoàn thành chỉ tiêu"
        said.append(
            f"Với nhịp độ hiện nay, dự báo đến hết kỳ đạt khoảng {_of(target, target.forecast)}, {end}."
        )
    elif target.forecast_reason:
        said.append(_full(target.forecast_reason))
    return said


def _hand(target: TargetFigure) -> list[str]:
    if not target.by_hand or target.value is None:
        return []
    source = target.hand_source or "chưa ghi nguồn"
    day = f", số báo cáo ngày {short_day(target.hand_on)}" if target.hand_on else ""
    return [f"Số liệu do cán bộ báo cáo (nguồn: {source}{day}), hệ thống chưa tự đếm."]


def _note(target: TargetFigure) -> list[str]:
    return [_full(target.note)] if target.note else []


def _of(target: TargetFigure, value: Decimal | int | None) -> str:
    return quantity(value, target.unit_name, target.decimals)


def _step(target: TargetFigure, value: Decimal) -> str:
    """A difference: percentages differ by points."""
    if target.unit_name == "%":
        return f"{_plain(value, max(target.decimals, 1))} điểm %"
    return _of(target, value)


def _last(to_on: date) -> date:
    return to_on - timedelta(days=1)


def _full(text: str) -> str:
    text = text.strip()
    return f"{text[0].upper()}{text[1:]}{'' if text[-1] in '.!?…' else '.'}" if text else ""


# --------------------------------------------------------------------------------------------------
# The whole
# --------------------------------------------------------------------------------------------------


def opening(report: PlanReport) -> str:
    """The paragraph before section I: on what plan, for which period, as of which day."""
    plan = _lower(report.plan_title)
    number = f" số {report.plan_number}" if report.plan_number else ""
    day = f" ngày {short_day(report.plan_issued_on)}" if report.plan_issued_on else ""
    # A title that already begins with "Kế hoạch" is not called a plan twice.
    named = f"Kế hoạch{number}{day} của {report.plan_issuer}"
    about = re.sub(r"^kế hoạch\s*", "", plan)
    about = about if re.match(r"(về|thực hiện|tiếp tục)\b", about) else f"về {about}"
    return (
        f"Thực hiện {named} {about}, {report.committee} {report.unit_short} báo cáo kết quả thực hiện "
        f"{report.period.name} như sau (số liệu tính đến hết {until(report)}):"
    )


def subject(report: PlanReport) -> str:
    """Trích yếu: "Kết quả thực hiện Kế hoạch …; quý III năm 2026"."""
    title = re.sub(r"^kế hoạch\s*", "", report.plan_title, flags=re.IGNORECASE)
    title = f"{title[0].lower()}{title[1:]}" if title[:2].istitle() or title[:1].isupper() else title
    name = f"Kết quả thực hiện Kế hoạch {title}"
    return name if report.period.name in name else f"{name} ({report.period.name})"


def overall(report: PlanReport) -> list[str]:
    """The general assessment: how many targets stand where, the slowest, and the state of membership."""
    scored = report.scored
    counted = [item for item in scored if item.state not in {"none", "new", "open", "ended"}]
    waiting = [item for item in scored if item.state == "none"]
    watched = [item for item in scored if item.state == "open"]
    to_come = [item for item in scored if item.state == "new"]
    parts = []
    for states, words in (
        (REACHED, "đạt hoặc hoàn thành"),
        ({"on_track"}, "đúng tiến độ"),
        ({"attention"}, "cần chú ý"),
        ({"behind"}, "chậm tiến độ"),
        ({"missed", "overdue"}, "không đạt hoặc quá hạn"),
    ):
        number = sum(item.state in states for item in counted)
        if number:
            parts.append(f"{_count(number)} chỉ tiêu {words}")
    said = f"Kế hoạch có {_count(len(scored))} chỉ tiêu được theo dõi"
    if parts:
        said += f"; đến {until(report)} có {_and(parts)}"
    if watched:
        said += f"; {_count(len(watched))} chỉ tiêu chỉ theo dõi, chưa xếp mức tiến độ"
    if waiting:
        said += f"; {_count(len(waiting))} chỉ tiêu chưa có số liệu"
    if to_come:
        said += f"; {_count(len(to_come))} chỉ tiêu chưa đến kỳ đánh giá"
    sentences = [f"{said}."]
    slow = sorted(
        (item for item in counted if item.state in SLOW and item.percent is not None),
        key=lambda item: item.percent or Decimal(0),
    )
    # What is over can no longer be steered: it is named only where nothing else is left to name.
    running = [item for item in slow if item.state not in {"missed", "overdue"}]
    if slow:
        named = [
            f"{_lower_first(item.name)} ({format_percent(item.percent)})" for item in (running or slow)[:3]
        ]
        words = "Các chỉ tiêu cần tập trung chỉ đạo" if running else "Các chỉ tiêu đạt thấp nhất"
        sentences.append(f"{words}: {'; '.join(named)}.")
    if report.reconciliations:
        # The longest stretch that ends on the report's day: since the plan began.
        current = [i for i in report.reconciliations if i.to_on == report.as_of + timedelta(days=1)]
        last = min(current or report.reconciliations, key=lambda item: item.from_on)
        sentences.append(
            f"Đến {until(report)} toàn đơn vị có {format_number(last.closing)} đoàn viên; từ ngày "
            f"{short_day(last.from_on)} đến nay {_net(last.net_growth)}."
        )
    return sentences


def _net(value: int) -> str:
    if value < 0:
        return f"thực giảm {format_number(-value)} đoàn viên"
    return f"thực tăng {format_number(value)} đoàn viên" if value else "số đoàn viên không thay đổi"


@dataclass(frozen=True)
class LedgerRow:
    """A line of the printed reconciliation. ``role``: level, growth, sum or apart."""

    label: str
    role: str
    values: tuple[int, ...]

    def words(self) -> tuple[str, ...]:
        if self.role == "level":
            return tuple(format_number(value) for value in self.values)
        return tuple(format_signed(value) for value in self.values)


def ledger_rows(figures: Sequence[ReconciliationFigure]) -> list[LedgerRow]:
    """The lines of one or more reconciliations side by side, in the order of the ledger; growth before the rest.

    Opening + Σ growth + Σ apart = closing, in every column.
    """
    labels: dict[str, str] = {}
    for figure in figures:
        for group, label, _ in figure.lines:
            labels.setdefault(group, label)
    growth = [group for group in labels if group not in ReconciliationFigure.NOT_GROWTH]
    apart = [group for group in ReconciliationFigure.NOT_GROWTH if group in labels]
    rows = [LedgerRow("Đoàn viên đầu kỳ", "level", tuple(item.opening for item in figures))]
    rows += [LedgerRow(labels[group], "growth", tuple(i.amount(group) for i in figures)) for group in growth]
    rows.append(LedgerRow("Thực tăng", "sum", tuple(item.net_growth for item in figures)))
    rows += [
        LedgerRow(labels[group], "apart", tuple(i.amount(group) for i in figures))
        for group in apart
        if any(i.amount(group) for i in figures) or group == "reorganised"
    ]
    rows.append(LedgerRow("Đoàn viên cuối kỳ", "level", tuple(item.closing for item in figures)))
    return rows


def ledger_text(figure: ReconciliationFigure) -> str:
    """One reconciliation in a sentence or two; reorganisation is said apart."""
    moves = [
        f"{_lower_first(label)} {format_number(abs(n))}"
        for group, label, n in figure.lines
        if group not in ReconciliationFigure.NOT_GROWTH and n
    ]
    if figure.is_blank:
        return "Chưa có số liệu trên sổ đoàn viên."
    text = f"Đầu kỳ (ngày {short_day(figure.from_on)}) có {format_number(figure.opening)} đoàn viên"
    text += f"; trong kỳ {', '.join(moves)}" if moves else "; trong kỳ không có biến động"
    text += f"; cuối kỳ có {format_number(figure.closing)} đoàn viên, {_net(figure.net_growth)}."
    moved = figure.amount("reorganised") + figure.amount("structure")
    if moved:
        text += (
            f" Thay đổi do sắp xếp tổ chức ({format_signed(moved)}) được ghi riêng, không tính vào thực tăng."
        )
    taken_over = figure.amount("opening")
    if taken_over:
        text += f" Có {format_number(taken_over)} đoàn viên là số dư nhập khi bắt đầu ghi sổ, không tính vào thực tăng."
    return text


def workers_month(report: PlanReport) -> str:
    """Workers' Month, when the period covers May: its own targets, or what happened in it; '' otherwise."""
    held = [
        item
        for item in report.targets
        if item.campaign and item.window_from < report.period.to_on and item.window_to > report.period.from_on
    ]
    in_may = [item for item in held if item.window_from.month == 5 and item.adds_up]
    if in_may:
        first = in_may[0]
        if first.window_from > report.as_of:
            return ""
        said = []
        for item in in_may:
            result = "chưa có số liệu" if item.value is None else _movement(item, item.value)
            part = "" if item.percent is None else f", bằng {format_percent(item.percent)}"
            said.append(f"{_lower_first(item.name)}: {result}{part} chỉ tiêu ({item.demand})")
        return (
            f"{first.campaign} (từ ngày {short_day(first.window_from)} đến ngày "
            f"{short_day(_last(first.window_to))}): {'; '.join(said)}."
        )
    if report.may is not None:
        return (
            f"Trong Tháng Công nhân (tháng 5 năm {report.may.from_on.year}) kết nạp "
            f"{format_number(report.may.amount('admitted'))} đoàn viên, {_net(report.may.net_growth)}; kế hoạch không "
            "giao chỉ tiêu riêng cho tháng này."
        )
    return ""


def party(report: PlanReport) -> list[str]:
    """Introductions to the Party: counted, reported by hand with the source, or said to be missing."""
    found = [item for item in report.targets if item.is_party]
    if not found:
        return ["Kế hoạch không giao chỉ tiêu về giới thiệu đoàn viên ưu tú cho Đảng."]
    said = []
    for item in found:
        if item.value is None and item.window_from <= report.as_of:
            said.append(
                f"{item.name} (chỉ tiêu: {item.demand}): hệ thống chưa đếm số liệu này và chưa có số do cán bộ báo cáo "
                f"đến {until(report)}. {FIGURE_PROMPT}"
            )
        else:
            said.append(f"{item.name}: {_lower_first(target_text(item, report))}")
    return said


def children_text(report: PlanReport) -> list[str]:
    """How the bodies below stand on the leading target, those behind first."""
    if not report.children or not report.child_targets:
        return []
    lead = report.target(report.child_targets[0])
    shares = [(child, child_share(child)) for child in slowest_first(report.children)]
    known = [(child, part) for child, part in shares if part is not None]
    total = _count(len(report.children))
    if not known:
        return [
            f"Có {total} đơn vị trực thuộc; chưa giao chỉ tiêu “{_lower_first(lead.name)}” cho từng đơn vị nên "
            "chưa tính tỷ lệ hoàn thành, bảng dưới xếp theo kết quả từ thấp đến cao."
        ]
    reached = sum(part >= 1 for _, part in known)
    done = f"có {_count(reached)} đơn vị đã đạt" if reached else "chưa có đơn vị nào đạt"
    text = f"Trong {_count(len(known))} đơn vị được giao chỉ tiêu “{_lower_first(lead.name)}” {done} mức giao cả kỳ"
    if len(known) < len(report.children):
        text += f"; {_count(len(report.children) - len(known))} đơn vị không được giao"
    said = [f"{text}."]
    slow = [f"{child.name} ({_child_part(child, part, lead)})" for child, part in known if part < 1][:3]
    if slow:
        said.append(f"Tỷ lệ hoàn thành thấp nhất: {'; '.join(slow)}.")
    return said


def _child_part(child: ChildFigure, part: Decimal, lead: TargetFigure) -> str:
    """A share, or the fall where there was one: −200% of a demand says nothing."""
    value = child.targets[0].value or Decimal(0)
    return _movement(lead, value) if value < 0 else format_percent(part)


def child_share(child: ChildFigure) -> Decimal | None:
    """How much of the leading target a child has reached; None where nothing was given."""
    if not child.targets:
        return None
    lead = child.targets[0]
    if not lead.given or lead.value is None:
        return None
    return lead.value / lead.given


def slowest_first(children: Sequence[ChildFigure]) -> list[ChildFigure]:
    """Children by the share of the leading target reached; those given nothing come last, fewest first."""

    def place(child: ChildFigure) -> tuple[bool, Decimal]:
        part = child_share(child)
        if part is not None:
            return False, part
        value = child.targets[0].value if child.targets else None
        return True, value or Decimal(0)

    return sorted(children, key=place)


DIFFICULTIES_PROMPT = "[Nêu khó khăn, vướng mắc và nguyên nhân; bỏ mục này nếu không có]"
PROPOSALS_PROMPT = "[Nêu đề xuất, kiến nghị và nơi giải quyết; bỏ mục này nếu không có]"


def paragraphs(text: str, prompt: str) -> list[str]:
    """An officer's own part by its lines; the prompt in brackets while it is blank."""
    return [line.strip() for line in text.splitlines() if line.strip()] or [prompt]


def _count(number: int) -> str:
    return f"{number:02d}" if number < 10 else format_number(number)


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} và {parts[-1]}"


def _lower(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}" if text else text


def _lower_first(text: str) -> str:
    """Small first letter, unless the word is an abbreviation (CĐCS)."""
    return text if len(text) > 1 and text[1].isupper() else _lower(text)


def heading_note(report: PlanReport) -> str:
    return f"(Số liệu tính đến hết {until(report)}{in_structure(report)})"


def in_structure(report: PlanReport) -> str:
    """ ", theo cơ cấu tổ chức hiện nay": said after the day of the figures."""
    return f", {STRUCTURE_WORDS[report.structure]}"


def structure_note(report: PlanReport) -> str:
    """In which structure the figures are read, and what that means."""
    if report.structure == "then":
        return "như tại thời điểm chốt số liệu"
    return (
        "theo cơ cấu hiện nay: mỗi đơn vị gồm các đơn vị nay thuộc hoặc đã sáp nhập vào; đơn vị đã chia tách tính cho"
        " đơn vị kế thừa chính"
    )
