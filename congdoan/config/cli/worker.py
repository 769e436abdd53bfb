"""``congdoan worker``: the queued work alone, for installations that run web and worker apart."""

from __future__ import annotations

import argparse

from congdoan.config.cli.startup import start

NAME = "worker"
HELP = "Chạy riêng tiến trình làm việc nền (nhập danh sách, báo cáo, tổng hợp số liệu)."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--concurrency", type=int, default=2, metavar="SỐ", help="số việc làm cùng lúc (mặc định 2)"
    )


def run(options: argparse.Namespace) -> int:
    start(migrate=False)
    from congdoan.foundation.jobs import worker

    worker.run(concurrency=max(1, options.concurrency))
    return 0


if __name__ == "__main__":  # `python -m` for the server that watches over it (server.py)
    import sys

    from congdoan.config.cli import main

    sys.exit(main([NAME, *sys.argv[1:]]))
