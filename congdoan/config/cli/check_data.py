"""``congdoan check-data``: recount everything from the rows of record, and check every law of the tree and the books."""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from congdoan.config.cli.startup import start

NAME = "check-data"
HELP = "Đếm lại mọi số liệu từ sổ gốc và kiểm tra các quy tắc của cây tổ chức, sổ đoàn viên, sổ doanh nghiệp."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")


def run(options: argparse.Namespace) -> int:
    """Exit 0 when nothing is found, 1 otherwise."""
    started = time.monotonic()
    start()
    found = check()
    total = sum(len(rows) for rows in found.values())
    if options.json:
        answer = {"differences": total, "found": found, "seconds": round(time.monotonic() - started, 1)}
        print(json.dumps(answer, ensure_ascii=False))
        return 1 if total else 0
    for key, title in _CHECKS.items():
        rows = found[key]
        print(f"{title:<58} {'không có sai lệch' if not rows else f'{len(rows)} sai lệch'}")
        for row in rows[:20]:
            print(f"    {row['message']}")
        if len(rows) > 20:
            print(f"    … và {len(rows) - 20} sai lệch nữa; dùng --json để xem hết.")
    print(f"Xong sau {time.monotonic() - started:.1f} giây.".replace(".", ",", 1))
    return 1 if total else 0


_CHECKS = {
    "measures": "Số liệu so với đếm lại từ sổ gốc",
    "tree": "Quy tắc của cây tổ chức",
    "ledger": "Quy tắc của sổ biến động đoàn viên",
    "standings": "Tình trạng doanh nghiệp so với các lần ghi nhận",
}


def check() -> dict[str, list[dict[str, Any]]]:
    """What is wrong, by check: {"measures", "tree", "ledger", "standings"}, each a list of {"message", …}; at most
    100 of a kind. Django must be set up."""
    from congdoan.foundation.measures.queries import differences
    from congdoan.foundation.units.models import Unit
    from congdoan.foundation.units.queries import tree_faults
    from congdoan.registry.enterprises.queries import standing_faults
    from congdoan.registry.membership.queries import ledger_faults

    wrong = differences()
    codes = dict(Unit.objects.filter(pk__in={item.unit_id for item in wrong}).values_list("pk", "code"))
    return {
        "measures": [
            {
                "measure": item.measure,
                "unit": codes.get(item.unit_id, str(item.unit_id)),
                "day": item.day.isoformat() if item.day else None,
                "expected": item.expected,
                "found": item.found,
                "message": f"{item.measure} tại {codes.get(item.unit_id, item.unit_id)} ngày {item.day}: "
                f"đang ghi {item.found}, đếm lại {item.expected}",
            }
            for item in wrong
        ],
        "tree": [{"law": item.law, "message": item.message} for item in tree_faults()],
        "ledger": [{"law": item.law, "message": item.message} for item in ledger_faults()],
        "standings": [{"message": item.message} for item in standing_faults()],
    }
