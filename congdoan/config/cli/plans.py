"""congdoan plans: list, load and show plans."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from congdoan.config.cli import CommandError

NAME = "plans"
HELP = "Liệt kê, nạp và xem tiến độ các kế hoạch."


def configure(parser: argparse.ArgumentParser) -> None:
    """Sub-commands list, load and show."""
    steps = parser.add_subparsers(dest="step", metavar="VIỆC", required=True, title="các việc")
    found = steps.add_parser("list", help="liệt kê các kế hoạch")
    found.add_argument("--json", action="store_true", help="trả lời bằng JSON")
    load = steps.add_parser("load", help="nạp kế hoạch từ tệp .yaml hoặc thư mục; nạp lại không đổi gì thêm")
    load.add_argument("path", metavar="TỆP", type=Path, help="tệp hoặc thư mục kế hoạch")
    load.add_argument("--json", action="store_true", help="trả lời bằng JSON")
    show = steps.add_parser("show", help="tiến độ các chỉ tiêu của một kế hoạch")
    show.add_argument("plan", metavar="MÃ", help="mã kế hoạch, ví dụ lai-chau-2025")
    show.add_argument("--unit", metavar="ĐƠN_VỊ", help="mã đơn vị; mặc định là đơn vị ban hành")
    show.add_argument(
        "--as-of", metavar="NGÀY", type=_day, help="ngày của số liệu, ví dụ 2025-06-30 hoặc 30/6/2025"
    )
    show.add_argument(
        "--structure",
        choices=("then", "today"),
        default="then",
        metavar="CƠ_CẤU",
        help="then: theo cơ cấu tổ chức lúc đó (mặc định); today: số liệu ngày đó theo cơ cấu hiện nay",
    )
    show.add_argument("--json", action="store_true", help="trả lời bằng JSON")


def _day(text: str) -> date:
    from congdoan.kit.dates import DateError, parse_date

    try:
        day = parse_date(text)
    except DateError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if day is None:
        raise argparse.ArgumentTypeError("thiếu ngày")
    return day


def run(options: Any) -> int:
    """Run one step. Exit code 0, or 2 with a sentence when it could not be done."""
    from congdoan.config.cli.startup import start

    start()
    return {"list": _list, "load": _load, "show": _show}[options.step](options)


def _list(options: Any) -> int:
    from congdoan.kit.dates import format_date
    from congdoan.work.plans.models import Plan

    plans = Plan.objects.select_related("issuer").order_by("during", "code")
    if options.json:
        rows = [
            {
                "code": plan.code,
                "title": plan.title,
                "number": plan.number,
                "unit": plan.issuer.code,
                "from": plan.during.lower.isoformat(),
                "to": plan.during.upper.isoformat(),
                "state": plan.state,
                "targets": plan.targets.count(),
            }
            for plan in plans
        ]
        print(json.dumps({"plans": rows}, ensure_ascii=False))
        return 0
    for plan in plans:
        print(
            f"{plan.code:<18} {plan.issuer.code:<8} {format_date(plan.during.lower)} – "
            f"{format_date(plan.during.upper)}  {plan.get_state_display():<14} {plan.title}"
        )
    return 0


def _load(options: Any) -> int:
    from django.db import transaction
    from django.utils import timezone

    from congdoan.foundation.access.rules import Actor
    from congdoan.kit.data_files import DataFileError
    from congdoan.work.indicators.actions import install_catalogue
    from congdoan.work.plans.actions import PlanError, load_plan_file
    from congdoan.work.plans.plan_files import load_plan, load_plans

    path: Path = options.path
    if not path.exists():
        raise CommandError(f"không có tệp hoặc thư mục “{path}”.")
    actor = Actor.system("lệnh plans", today=timezone.localdate())
    try:
        files = list(load_plans(path).values()) if path.is_dir() else [load_plan(path)]
        with transaction.atomic():
            install_catalogue()
            loaded = [load_plan_file(actor=actor, plan_file=item) for item in files]
    except (DataFileError, PlanError) as error:
        raise CommandError(str(error)) from error
    if options.json:
        rows = [
            {"code": item.plan.code, "new": item.is_new, "changes": list(item.changes)} for item in loaded
        ]
        print(json.dumps({"loaded": rows}, ensure_ascii=False))
        return 0
    for item in loaded:
        word = "mới" if item.is_new else f"{len(item.changes)} thay đổi" if item.changes else "không đổi"
        print(f"{item.plan.code}: {word}")
    return 0


def _show(options: Any) -> int:
    from django.utils import timezone

    from congdoan.foundation.units.models import Unit
    from congdoan.kit.lists import STRUCTURE_WORDS
    from congdoan.work.plans.models import Plan
    from congdoan.work.plans.queries import concerns, progress, progress_summary

    plan = Plan.objects.select_related("issuer").filter(code=options.plan).first()
    if plan is None:
        known = (
            ", ".join(Plan.objects.order_by("code").values_list("code", flat=True)) or "chưa có kế hoạch nào"
        )
        raise CommandError(f"không có kế hoạch “{options.plan}” ({known}).")
    unit = plan.issuer if options.unit is None else Unit.objects.filter(code=options.unit).first()
    if unit is None:
        raise CommandError(f"không có đơn vị mang mã “{options.unit}”.")
    if not concerns(plan, unit):
        raise CommandError(
            f"kế hoạch “{plan.code}” không áp dụng cho {unit.name}: đơn vị không trực thuộc {plan.issuer.name} trong"
            " thời gian thực hiện."
        )
    as_of = options.as_of or timezone.localdate()
    today = timezone.localdate()
    structure_on = today if options.structure == "today" and as_of < today else None
    if options.json:
        summary = progress_summary(plan, unit, as_of, structure_on=structure_on)
        print(json.dumps(summary, ensure_ascii=False))
        return 0
    found = progress(plan, unit, as_of, with_trends=False, structure_on=structure_on)
    how = STRUCTURE_WORDS["then" if structure_on is None else "today"]
    print(f"{plan.title} · {unit.name} · số liệu đến {as_of:%d/%m/%Y}, {how}")
    for item in found.targets:
        value = item.value_words or "–"
        print(
            f"  {item.target.code:<6} {value:>12} / {item.demand_words or '–':<18} {item.state_words:<17}"
            f" {item.target.name}"
        )
    sys.stdout.flush()
    return 0
