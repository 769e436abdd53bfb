"""The briefings of the demonstration at Hải Phòng: one held about the third quarter of 2026, and one to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import Period, add_working_days
from congdoan.work.briefings.actions import (
    AgendaData,
    BriefingData,
    ConclusionData,
    close,
    finish,
    hold,
    invite,
    plan_briefing,
    put_on_agenda,
    reschedule,
    save_agenda,
    save_conclusions,
    take_attendance,
)
from congdoan.work.briefings.models import Briefing
from congdoan.work.briefings.queries import (
    agenda_mark,
    conclusions_mark,
    invitable_units,
    suggestions,
)
from congdoan.work.plans.models import Plan

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_UNIT, _PLAN = "HP", "hai-phong-2026"
_PLACE = "Phòng họp tầng 2 (mẫu)"
_CHAIR = "đồng chí Chủ tịch Liên đoàn Lao động thành phố"
_PLANNED_ON, _HELD_ON = date(2026, 9, 28), date(2026, 10, 8)


def hold_briefings(*, actor: Actor, until: date) -> int:
    """Plan, hold and close the briefing of the third quarter, and plan that of the quarter of ``until``, as far as
    their days have come. Returns how many were made."""
    if until <= _HELD_ON:
        return 0
    plan = Plan.objects.select_related("issuer").get(code=_PLAN)
    _held(plan, actor)
    period = Period.quarter_of(until)
    if period.code == "2026-Q3" or until >= plan.during.upper:
        return 1
    planned = _planned(plan, period, add_working_days(until, 8), replace(actor, today=until))
    _suggested(planned, replace(actor, today=until), targets=2, children=2, rest=2)
    return 2


def _planned(plan: Plan, period: Period, day: date, actor: Actor) -> Briefing:
    unit = Unit.objects.get(code=_UNIT)
    made = plan_briefing(
        actor=actor,
        on=actor.today,
        data=BriefingData(
            unit, "briefing", period, plan, datetime.combine(day, time(8), _ZONE), _PLACE, _CHAIR
        ),
    )
    invite(
        actor=actor,
        on=actor.today,
        briefing=made,
        units=invitable_units(made, actor.today),
        users=User.objects.filter(username__in=["lanhdao.hp", "canbo.hp"]),
        names=["Đại diện Ban Quản lý Khu kinh tế (mẫu)"],
    )
    return made


def _suggested(briefing: Briefing, actor: Actor, *, targets: int, children: int, rest: int) -> None:
    room = {"target": targets, "child": children}
    keys = []
    for item in suggestions(briefing, actor.today):
        source = item.source if item.source in room else "rest"
        room.setdefault("rest", rest)
        if room[source] > 0:
            room[source] -= 1
            keys.append(item.key)
    put_on_agenda(actor=actor, on=actor.today, briefing=briefing, keys=keys)


def _held(plan: Plan, actor: Actor) -> None:
    before, at, after = (
        replace(actor, today=day) for day in (_PLANNED_ON, _HELD_ON, _HELD_ON + timedelta(days=1))
    )
    made = _planned(plan, Period.parse("2026-Q3"), _HELD_ON, before)
    _suggested(made, at, targets=3, children=3, rest=0)
    hold(actor=at, on=at.today, briefing=made)
    items = list(made.agenda.all())
    notes = [
        "Các đơn vị thống nhất nguyên nhân chính là doanh nghiệp mới chưa bố trí thời gian để công đoàn tiếp xúc "
        "người lao động; cần lịch làm việc chung với cơ quan quản lý lao động.",
        "Đề nghị bổ sung cộng tác viên cho các đơn vị có từ hai khu công nghiệp trở lên.",
    ]
    save_agenda(
        actor=at,
        on=at.today,
        briefing=made,
        items=[
            *(
                AgendaData(item.title, item.detail, notes[place] if place < len(notes) else "", item.pk)
                for place, item in enumerate(items)
            ),
            AgendaData("Chuẩn bị Tháng cao điểm cuối năm", "", "Thống nhất ra quân từ ngày 15/11.", None),
        ],
        seen=agenda_mark(made),
    )
    rows = list(made.attendances.all())
    take_attendance(
        actor=at,
        on=at.today,
        briefing=made,
        present={row.pk: place % 7 != 5 for place, row in enumerate(rows)},
    )
    reschedule(
        actor=at,
        on=at.today,
        briefing=made,
        held_at=made.held_at,
        place=_PLACE,
        chair=_CHAIR,
        summary="Phát triển đoàn viên quý III có chuyển biến nhưng chưa đều giữa các đơn vị; việc thành lập công đoàn cơ "
        "sở ở doanh nghiệp ngoài nhà nước còn chậm.\nQuý IV tập trung cho các doanh nghiệp từ 100 lao động trở lên.",
    )
    _conclude(made, at)
    close(
        actor=after,
        on=after.today,
        briefing=made,
        number="28/TB-LĐLĐ (mẫu)",
        dated_on=after.today,
    )
    done = made.conclusions.get(position=3)
    finish(
        actor=replace(actor, today=date(2026, 10, 20)),
        on=date(2026, 10, 20),
        conclusion=done,
        result="Đã gửi danh sách doanh nghiệp từ 100 lao động chưa có công đoàn cho từng đơn vị.",
    )


def _conclude(briefing: Briefing, actor: Actor) -> None:
    bodies = [item.unit for item in briefing.agenda.select_related("unit") if item.unit is not None]
    bodies = bodies or invitable_units(briefing, actor.today)
    officer = User.objects.filter(username="canbo.hp").first()
    leader = User.objects.filter(username="lanhdao.hp").first()
    slow = bodies[0] if bodies else briefing.unit
    items = [
        ConclusionData(
            "Rà soát doanh nghiệp từ 20 lao động trên địa bàn, lập danh sách và lịch tiếp xúc đến hết năm.",
            date(2026, 10, 31),
            unit=slow,
        ),
        ConclusionData(
            "Tổng hợp khó khăn của các đơn vị chậm tiến độ, đề xuất phân công cán bộ xuống cơ sở.",
            date(2026, 11, 30),
            user=officer,
            unit=None if officer else briefing.unit,
        ),
        ConclusionData(
            "Gửi các đơn vị danh sách doanh nghiệp từ 100 lao động chưa có công đoàn cơ sở.",
            date(2026, 10, 20),
            unit=briefing.unit,
        ),
        ConclusionData(
            "Làm việc với Ban Quản lý Khu kinh tế về quy chế phối hợp năm 2027.",
            date(2026, 12, 15),
            user=leader,
            unit=None if leader else briefing.unit,
        ),
    ]
    save_conclusions(
        actor=actor, on=actor.today, briefing=briefing, items=items, seen=conclusions_mark(briefing)
    )
