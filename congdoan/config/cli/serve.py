"""``congdoan serve``: database, web server and worker on one machine."""

from __future__ import annotations

import argparse
import sys

from congdoan.config.cli import CommandError
from congdoan.config.cli.startup import start
from congdoan.config.server import PortTaken, collect_static, default_workers, serve

NAME = "serve"
HELP = "Chạy phần mềm: cơ sở dữ liệu, máy chủ web và tiến trình làm việc nền."


def configure(parser: argparse.ArgumentParser) -> None:
    add_address(parser)
    parser.add_argument(
        "--no-worker", action="store_true", help="không chạy tiến trình nền (khi nó chạy ở nơi khác)"
    )


def add_address(parser: argparse.ArgumentParser) -> None:
    """The options of where to listen, shared with the demonstration."""
    parser.add_argument("--host", default="127.0.0.1", metavar="ĐỊA_CHỈ", help="mặc định 127.0.0.1")
    parser.add_argument("--port", type=int, default=8000, metavar="CỔNG", help="mặc định 8000")
    parser.add_argument(
        "--workers", type=int, default=0, metavar="SỐ", help="số tiến trình web (mặc định theo số nhân máy)"
    )


def run(options: argparse.Namespace) -> int:
    start()
    collect_static()
    return open_doors(options, with_worker=not options.no_worker)


def open_doors(options: argparse.Namespace, *, with_worker: bool = True) -> int:
    """Serve at the address of the options until asked to stop."""
    try:
        return serve(
            host=options.host,
            port=options.port,
            workers=options.workers or default_workers(),
            with_worker=with_worker,
            say=lambda text: print(text, file=sys.stderr, flush=True),
        )
    except PortTaken as error:
        raise CommandError(str(error)) from error
