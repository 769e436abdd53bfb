"""``congdoan report``: the report of a plan for a body and a period, as Word and Excel files."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path

from congdoan.config.cli import CommandError
from congdoan.config.cli.startup import start

NAME = "report"
HELP = "Lập báo cáo thực hiện kế hoạch của một đơn vị trong một kỳ: tệp Word và tệp Excel."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", metavar="KẾ_HOẠCH", help="mã kế hoạch, ví dụ lai-chau-2025")
    parser.add_argument("--unit", required=True, metavar="MÃ", help="mã đơn vị báo cáo, ví dụ LC")
    parser.add_argument(
        "--period",
        required=True,
        metavar="KỲ",
        help="kỳ báo cáo: 2025 (năm), 2025-H1 (6 tháng), 2025-Q2 (quý), 2025-05 (tháng)",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="THƯ_MỤC", help="thư mục ghi hai tệp")
    parser.add_argument(
        "--as-of", metavar="NGÀY", help="ngày chốt số liệu (mặc định: ngày cuối kỳ, hoặc hôm nay)"
    )
    parser.add_argument(
        "--structure",
        choices=("then", "today"),
        default="then",
        metavar="CƠ_CẤU",
        help="then: theo cơ cấu tổ chức lúc đó (mặc định); today: số liệu kỳ đó theo cơ cấu hiện nay",
    )
    parser.add_argument("--number", default="", metavar="SỐ", help="số của báo cáo, nếu đã có")
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")


def run(options: argparse.Namespace) -> int:
    start()
    from django.utils import timezone

    from congdoan.foundation.access.rules import Actor
    from congdoan.foundation.units.models import Unit
    from congdoan.kit.dates import DateError, Period, PeriodError, parse_date
    from congdoan.kit.documents import BrokenTemplate, MissingFields
    from congdoan.work.plans.models import Plan
    from congdoan.work.reports.actions import file_stem, write_report
    from congdoan.work.reports.rules import ReportError, report_day

    today: date = timezone.localdate()
    plan = Plan.objects.select_related("issuer").filter(code=options.plan).first()
    if plan is None:
        known = ", ".join(Plan.objects.order_by("code").values_list("code", flat=True)[:20])
        raise CommandError(f"Không có kế hoạch “{options.plan}”. Các kế hoạch đang có: {known or 'chưa có'}.")
    unit = Unit.objects.filter(code=options.unit).first()
    if unit is None:
        raise CommandError(f"Không có đơn vị mã “{options.unit}”. Hãy kiểm tra lại mã trong cây tổ chức.")
    try:
        period = Period.parse(options.period)
        as_of = parse_date(options.as_of) or report_day(period, today=today)
        kept = write_report(
            actor=Actor.system("dòng lệnh", today=today),
            plan=plan,
            unit=unit,
            period=period,
            as_of=as_of,
            number=options.number,
            out=options.out,
            in_todays_structure=options.structure == "today",
        )
    except (PeriodError, DateError, ReportError, MissingFields, BrokenTemplate) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"Không ghi được vào {options.out}: {error.strerror}.") from error
    stem = file_stem(plan, unit, period)
    paths = [str(options.out / f"{stem}{suffix}") for suffix in (".docx", ".xlsx")]
    gaps = kept.figures["report"]["gaps"]
    if options.json:
        answer = {
            "plan": plan.code,
            "unit": unit.code,
            "period": period.code,
            "as_of": as_of.isoformat(),
            "structure": kept.figures["report"]["structure"],
            "report_id": kept.pk,
            "docx": paths[0],
            "xlsx": paths[1],
            "to_fill_in": gaps,
        }
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return 0
    print("\n".join(paths))
    for gap in gaps:
        print(f"Cần bổ sung: {gap}")
    return 0
