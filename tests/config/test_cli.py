"""The command line: help in Vietnamese, answers that scripts can read, refusals that say what to do."""

from __future__ import annotations

import json
import socket

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from congdoan.config.cli import CommandError, build_parser, main
from congdoan.config.cli.startup import prepare_database
from congdoan.config.server import PortTaken, require_free_port


def test_every_command_has_vietnamese_help(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("demo", "serve", "import", "plans", "report", "check-data", "bench", "worker"):
        with pytest.raises(SystemExit) as ended:
            build_parser().parse_args([command, "--help"])
        assert ended.value.code == 0
        shown = capsys.readouterr().out
        assert "cách dùng" in shown and "tùy chọn" in shown


def test_a_missing_argument_is_named_in_vietnamese(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["import"])
    assert "thiếu tham số: LOẠI, TỆP, --unit" in capsys.readouterr().err


@pytest.mark.django_db
def test_check_data_of_a_sound_database(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("congdoan.config.cli.check_data.start", lambda: None)
    assert main(["check-data", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["differences"] == 0
    assert set(answer["found"]) == {"measures", "tree", "ledger", "standings"}


@pytest.mark.django_db
def test_demo_refuses_a_production_server(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    monkeypatch.setattr("congdoan.config.cli.demo.start", lambda migrate=True: None)
    settings.HTTPS = True  # type: ignore[attr-defined]
    assert main(["demo", "--no-serve"]) == 2
    assert "CONGDOAN_HTTPS" in capsys.readouterr().err


def test_a_taken_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)):
            require_free_port("127.0.0.1", port)


@pytest.mark.django_db
def test_a_database_of_a_trial_version_is_refused_and_not_half_mended() -> None:
    MigrationRecorder(connection).record_applied("access", "0004_role_shipped")
    with pytest.raises(CommandError, match="trước bản phát hành đầu tiên"):
        prepare_database()
