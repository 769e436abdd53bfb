"""``congdoan demo``: from an empty folder to a product that is full of invented data, and serve it."""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import time
from datetime import date
from typing import Any

from congdoan.config.cli import CommandError
from congdoan.config.cli.serve import add_address, open_doors
from congdoan.config.cli.startup import prepare_database, start

NAME = "demo"
HELP = "Tạo dữ liệu mẫu (người và doanh nghiệp đều hư cấu), lập báo cáo rồi chạy phần mềm để xem."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-serve", action="store_true", help="chỉ tạo dữ liệu và báo cáo, không chạy máy chủ"
    )
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    parser.add_argument("--fresh", action="store_true", help="xoá dữ liệu mẫu đang có và làm lại từ đầu")
    parser.add_argument("--yes", action="store_true", help="không hỏi lại khi xoá")
    parser.add_argument(
        "--today", metavar="NGÀY", help="ngày coi là hôm nay của dữ liệu mẫu (mặc định: hôm nay)"
    )
    parser.add_argument(
        "--scale",
        type=float,
        default=1.0,
        metavar="TỶ_LỆ",
        help="cỡ dữ liệu: 1 là khoảng 60.000 đoàn viên, 0.1 là một phần mười",
    )
    add_address(parser)


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def run(options: argparse.Namespace) -> int:
    """Exit 0 when everything is there; 2 when it could not be done."""
    began = time.monotonic()
    start(migrate=False)
    from django.conf import settings

    if settings.HTTPS:
        raise CommandError(
            "CONGDOAN_HTTPS đang bật: đây là máy chủ thật, không tạo dữ liệu mẫu và tài khoản mẫu ở đây."
        )
    if options.scale <= 0 or options.scale > 1:
        raise CommandError("--scale là một số lớn hơn 0 và không quá 1.")
    # Compressing the static files needs no database: it goes on beside the rest.
    statics = None
    if not options.no_serve:
        statics = subprocess.Popen([sys.executable, "-m", "congdoan.config.server"])
    try:
        answer, users = _prepare(options, began)
    except BaseException:
        if statics is not None:
            statics.terminate()
        raise
    if options.json:
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    else:
        _show(answer, users)
    if statics is None:
        return 0
    if statics.wait() != 0:
        raise CommandError("Không gom được tệp tĩnh; xem lỗi ở trên rồi chạy lại.")
    return open_doors(options)


def _prepare(options: argparse.Namespace, began: float) -> tuple[dict[str, Any], list[Any]]:
    from django.utils import timezone

    from congdoan.config.demo import stage
    from congdoan.config.embedded import home

    with stage.without_collector():
        prepare_database()

    today = _today(options.today) or stage.default_today()
    try:
        found = stage.state()
        if options.fresh and found != "empty":
            _confirm(options)
            stage.wipe()
            prepare_database()
            found = "empty"
        if found == "other":
            raise CommandError(
                "Cơ sở dữ liệu đã có dữ liệu khác, không trộn dữ liệu mẫu vào. Hãy đặt CONGDOAN_HOME hoặc "
                "DATABASE_URL đến một nơi trống."
            )
        if found == "broken":
            raise CommandError("Lần tạo dữ liệu mẫu trước bị dừng giữa chừng. Hãy chạy lại với --fresh.")
        if found == "demo":
            _say("Dữ liệu mẫu đã có, không tạo lại (dùng --fresh để làm lại từ đầu).")
        else:
            with stage.without_collector():
                stage.build(today=today, home=home(), say=_say, now=timezone.now(), scale=options.scale)
    except (stage.DemoRefused, FileNotFoundError, ValueError) as error:
        raise CommandError(str(error)) from error
    return stage.answer(today=today, home=home(), began=began), stage.signs_in()


def _today(text: str | None) -> date | None:
    from congdoan.kit.dates import DateError, parse_date

    try:
        return parse_date(text) if text else None
    except DateError as error:
        raise CommandError(str(error)) from error


def _confirm(options: argparse.Namespace) -> None:
    if options.yes:
        return
    if not sys.stdin.isatty():
        raise CommandError("Thêm --yes để xoá dữ liệu mẫu đang có mà không hỏi.")
    with contextlib.suppress(EOFError):
        if input("Xoá toàn bộ dữ liệu mẫu trong cơ sở dữ liệu này? Gõ “xoa” để đồng ý: ").strip() == "xoa":
            return
    raise CommandError("Đã giữ nguyên dữ liệu.")


def _show(answer: dict[str, Any], users: list[Any]) -> None:
    from congdoan.config.demo.stage import rows_of_states
    from congdoan.config.demo.users import PASSWORD
    from congdoan.foundation.access.actions import DEFAULT_ROLES
    from congdoan.kit.numbers import format_number as words
    from congdoan.work.plans.queries import STATE_WORDS

    print(
        f"\n{words(answer['members'])} đoàn viên · {words(answer['unions'])} công đoàn cơ sở · "
        f"{words(answer['enterprises'])} doanh nghiệp · {words(answer['seconds'])} giây"
    )
    print(
        "Dữ liệu hư cấu, thu nhỏ khoảng 1/170 cả nước; chỉ tiêu của kế hoạch thật vì thế hiện rất xa mức đạt.\n"
    )
    print(f"{'Kế hoạch':<18} {'Đơn vị':<8} Tình trạng các chỉ tiêu")
    for code, unit, counts in rows_of_states(answer["plans"]):
        shown = ", ".join(
            f"{STATE_WORDS[state].lower()} {counts[state]}" for state in STATE_WORDS if state in counts
        )
        print(f"{code:<18} {unit:<8} {shown}")
    reports = [path for plan in answer["plans"] for path in plan["reports"]]
    print(f"\n{len(reports)} tệp báo cáo:")
    for path in reports:
        print(f"  {path}")
    print(f"\nĐăng nhập (mật khẩu chung {PASSWORD}, chỉ dùng cho dữ liệu mẫu):")
    for user in users:
        print(f"  {user.username:<12} {DEFAULT_ROLES[user.role][0]:<32} {user.unit}")
    print(flush=True)
