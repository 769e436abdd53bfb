"""``congdoan import``: bring a list in from a file, through the same steps as the screen."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAME = "import"
HELP = "Nhập danh sách đoàn viên hoặc doanh nghiệp từ tệp .xlsx, .xls, .csv."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kind",
        choices=["members", "enterprises"],
        metavar="LOẠI",
        help="members: đoàn viên; enterprises: doanh nghiệp",
    )
    parser.add_argument("file", type=Path, metavar="TỆP", help="tệp danh sách")
    parser.add_argument("--unit", required=True, metavar="MÃ", help="mã đơn vị nhận danh sách")
    parser.add_argument(
        "--dry-run", action="store_true", help="chỉ đọc và cho biết sẽ ghi gì, không ghi vào sổ"
    )
    parser.add_argument("--on", metavar="NGÀY", help="ngày của danh sách (mặc định: hôm nay)")
    parser.add_argument(
        "--as",
        dest="as_kind",
        choices=["admit", "opening"],
        default="admit",
        help="admit: đoàn viên mới kết nạp (mặc định); opening: đoàn viên hiện có, số dư ban đầu",
    )
    parser.add_argument("--sheet", default="", metavar="TÊN", help="tên trang tính, nếu tệp có nhiều trang")
    parser.add_argument("--decision", default="", metavar="SỐ", help="số quyết định kèm theo danh sách")
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            yield block


def _progress(done: int, total: int, message: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{message}…   ", end="", file=sys.stderr, flush=True)


def run(options: Any) -> int:
    """Preview, and commit unless --dry-run. Exit 0 when every row was taken, 1 when some were refused or doubtful."""
    from congdoan.config.cli import CommandError
    from congdoan.config.cli.startup import start

    path: Path = options.file
    if not path.is_file():
        raise CommandError(f"Không thấy tệp {path}. Hãy kiểm tra đường dẫn.")
    start()
    from django.conf import settings
    from django.utils import timezone

    from congdoan.foundation.access.rules import Actor
    from congdoan.foundation.imports.actions import ImportRefused, commit, preview, take_in
    from congdoan.foundation.imports.queries import result
    from congdoan.foundation.imports.reading import FileRefused
    from congdoan.foundation.units.models import Unit
    from congdoan.kit.dates import DateError, parse_date

    today = timezone.localdate()
    try:
        on = (parse_date(options.on) if options.on else None) or today
    except DateError as error:
        raise CommandError(str(error)) from error
    unit = Unit.objects.filter(code=options.unit).first()
    if unit is None:
        raise CommandError(f"Không có đơn vị mã “{options.unit}”. Hãy xem lại mã trong cây đơn vị.")
    if path.stat().st_size > settings.UPLOAD_LIMIT_BYTES:
        limit = settings.UPLOAD_LIMIT_BYTES / 1048576
        raise CommandError(
            f"Tệp nặng {path.stat().st_size / 1048576:.0f} MB, vượt mức {limit:.0f} MB. "
            "Hãy tách danh sách thành nhiều tệp nhỏ hơn."
        )
    actor = Actor.system("congdoan import", today=today)
    started = time.monotonic()
    try:
        made = take_in(
            actor=actor,
            on=on,
            kind=options.kind,
            unit=unit,
            name=path.name,
            chunks=_chunks(path),
            options=_options(options),
            decision_number=options.decision,
            decision_on=on,
            sheet=options.sheet,
        )
        made = preview(actor=actor, run=made, progress=_progress)
        if not options.dry_run:
            made = commit(actor=actor, run=made, progress=_progress)
    except (FileRefused, ImportRefused) as error:
        raise CommandError(str(error)) from error
    found = result(made)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        _tell(found, made.notices, time.monotonic() - started, is_dry=options.dry_run)
    return 1 if found["refused"] or found["doubtful"] else 0


def _options(options: Any) -> dict[str, str]:
    return {"as": options.as_kind} if options.kind == "members" else {}


def _tell(found: dict[str, Any], notices: list[str], seconds: float, *, is_dry: bool) -> None:
    from congdoan.kit.numbers import format_number as words

    if sys.stderr.isatty():
        print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
    verb = "sẽ " if is_dry else "đã "
    print(f"Lần nhập số {found['import_id']}: {words(found['rows'])} dòng, {words(round(seconds, 1))} giây.")
    print(f"  {verb}thêm mới   {words(found['created'])}")
    print(f"  {verb}thay đổi   {words(found['updated'])}")
    print(f"  không đổi      {words(found['unchanged'])}")
    print(f"  cần xem lại    {words(found['doubtful'])}")
    print(f"  không nhận     {words(len({item['row'] for item in found['refused']}))}")
    for item in found["refused"][:20]:
        place = f", cột {item['column']}" if item["column"] else ""
        print(f"    Dòng {item['row']}{place}: {item['message']}")
    if len(found["refused"]) > 20:
        print(f"    … và {words(len(found['refused']) - 20)} lý do nữa; dùng --json để xem hết.")
    for notice in notices:
        print(f"  Lưu ý: {notice}")
