"""``congdoan bench``: the figures of docs/performance.md, measured anew."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys

from congdoan.config.cli import CommandError

NAME = "bench"
HELP = "Đo tốc độ: nhập danh sách, tìm tên, mở màn hình, xuất Excel; làm trong cơ sở dữ liệu riêng, đo xong thì xoá."


def configure(parser: argparse.ArgumentParser) -> None:
    from congdoan.config.bench.course import PARTS, REQUESTS, SECONDS

    parser.add_argument(
        "--members", type=int, default=100_000, metavar="SỐ", help="số đoàn viên (mặc định 100.000)"
    )
    parser.add_argument("--only", choices=PARTS, default="", help="chỉ đo một phần")
    parser.add_argument(
        "--requests", type=int, default=REQUESTS, metavar="SỐ", help="số lần mở mỗi màn hình (mặc định 100)"
    )
    parser.add_argument(
        "--seconds",
        type=int,
        default=SECONDS,
        metavar="SỐ",
        help=f"số giây gửi đơn gia nhập (mặc định {SECONDS})",
    )
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    parser.add_argument("--keep", action="store_true", help="giữ lại cơ sở dữ liệu congdoan_bench để xem")


def run(options: argparse.Namespace) -> int:
    if not 200 <= options.members <= 1_000_000:
        raise CommandError("--members nhận từ 200 đến 1.000.000.")
    try:
        import import_export  # noqa: F401
    except ImportError as error:
        raise CommandError('thiếu gói để so sánh. Hãy cài thêm: pip install "congdoan[bench]"') from error
    from congdoan.config.bench import course
    from congdoan.config.bench.apart import open_bench
    from congdoan.config.bench.figures import table
    from congdoan.config.embedded import ensure_database

    with open_bench(ensure_database(), keep=options.keep) as bench:
        machine = f"{os.cpu_count()} nhân {platform.machine()}, {bench.server_version()}, Python {platform.python_version()}"
        figures = list(
            course.run(
                bench,
                members=options.members,
                only=options.only,
                requests=max(1, options.requests),
                seconds=max(3, options.seconds),
                say=_say,
            )
        )
    if options.json:
        answer = {
            "members": options.members,
            "machine": machine,
            "figures": [figure.as_json() for figure in figures],
        }
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        print(f"{machine}\n\n{table(figures)}")
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
