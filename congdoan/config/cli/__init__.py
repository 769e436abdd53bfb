"""The command ``congdoan``. Each command is a module of this package with NAME, HELP, configure() and run().

Answers go to standard output (with --json as one JSON document), progress and errors to standard error.
Exit codes: 0 done, 1 done but something was found or refused, 2 it could not be done.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from typing import Any

_WORDS = {
    "usage: ": "cách dùng: ",
    "positional arguments": "tham số",
    "options": "tùy chọn",
    "optional arguments": "tùy chọn",
    "show this help message and exit": "hiện hướng dẫn này rồi thoát",
    "%(prog)s: error: %(message)s\n": "%(prog)s: lỗi: %(message)s\n",
    "the following arguments are required: %s": "thiếu tham số: %s",
    "unrecognized arguments: %s": "không hiểu tham số: %s",
    "argument %(argument_name)s: %(message)s": "tham số %(argument_name)s: %(message)s",
    "expected one argument": "cần một giá trị",
    "expected at least one argument": "cần ít nhất một giá trị",
    "invalid choice: %(value)r (choose from %(choices)s)": "không có lựa chọn %(value)r (chọn một trong: %(choices)s)",
    "invalid %(type)s value: %(value)r": "giá trị không hợp lệ: %(value)r",
}


class CommandError(Exception):
    """Something the person at the terminal can mend; the message says how."""


def _speak_vietnamese() -> None:
    """argparse translates its own words through gettext under this name; these are our words for them."""
    translate = _WORDS.get
    setattr(argparse, "_", lambda text: translate(text, text))  # noqa: B010


def build_parser() -> argparse.ArgumentParser:
    """The whole command line: one sub-parser a command, with its help in Vietnamese."""
    _speak_vietnamese()
    parser = argparse.ArgumentParser(
        prog="congdoan", description="congdoan: phần mềm phát triển đoàn viên, thành lập công đoàn cơ sở."
    )
    commands = parser.add_subparsers(dest="command", metavar="LỆNH", required=True, title="các lệnh")
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name):
        module = importlib.import_module(f"{__name__}.{found.name}")
        if not hasattr(module, "NAME"):
            continue
        command = commands.add_parser(module.NAME, help=module.HELP, description=module.HELP)
        module.configure(command)
        command.set_defaults(run=module.run)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command. Returns the exit code; console_scripts hands it to sys.exit."""
    arguments = sys.argv[1:] if argv is None else argv
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "congdoan.config.settings")
    if arguments[:1] == ["manage"]:
        # Django's own management commands, for those who build and run the installation.
        from congdoan.config.embedded import ensure_database

        ensure_database()
        from django.core.management import execute_from_command_line

        execute_from_command_line(["congdoan manage", *arguments[1:]])
        return 0
    options: Any = build_parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except CommandError as error:
        print(f"congdoan: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("congdoan: đã dừng.", file=sys.stderr)
        return 130
