"""Sealed files give back what was written, from anywhere, and nothing that was meddled with."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congdoan.kit.sealed_files import SealBroken, SealedWriter, open_sealed, plain_size

PIECE = 64 * 1024


def seal(path: Path, chunks: list[bytes]) -> Path:
    with path.open("wb") as out:
        writer = SealedWriter(out)
        for chunk in chunks:
            writer.write(chunk)
        writer.finish()
    return path


def pattern(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_was_written_is_read(tmp_path: Path, size: int) -> None:
    data = pattern(size)
    path = seal(tmp_path / "f", [data[:100], data[100 : PIECE + 50], data[PIECE + 50 :]])
    assert plain_size(path) == size
    with open_sealed(path) as file:
        assert file.read() == data
    if size > 100:
        assert data[:64] not in path.read_bytes()
    # The same content is never sealed the same way twice.
    assert path.read_bytes() != seal(tmp_path / "g", [data]).read_bytes()


@given(
    cuts=st.lists(st.integers(0, 150_000), max_size=4),
    reads=st.lists(st.tuples(st.integers(0, 160_000), st.integers(0, 90_000)), max_size=6),
)
def test_reading_from_anywhere(tmp_path_factory: Any, cuts: list[int], reads: list[tuple[int, int]]) -> None:
    data = pattern(150_000)
    bounds = [0, *sorted(cuts), len(data)]
    chunks = [data[start:end] for start, end in zip(bounds, bounds[1:], strict=False)]
    plain = io.BytesIO(data)
    with open_sealed(seal(tmp_path_factory.mktemp("f") / "f", chunks)) as file:
        for position, size in reads:
            assert file.seek(position) == plain.seek(position)
            assert file.read(size) == plain.read(size)
        assert file.seek(-7, io.SEEK_END) == len(data) - 7
        assert file.read() == data[-7:]


def _meddled(sealed: bytes) -> dict[str, bytes]:
    head, whole = 24, PIECE + 16
    first, second, rest = (
        sealed[head : head + whole],
        sealed[head + whole : head + 2 * whole],
        sealed[head + 2 * whole :],
    )
    return {
        "changed": sealed[: head + 5] + bytes([sealed[head + 5] ^ 1]) + sealed[head + 6 :],
        "cut at a piece": sealed[:head] + first + second,
        "cut in a piece": sealed[:-3],
        "swapped": sealed[:head] + second + first + rest,
        "another salt": sealed[:8] + bytes(16) + sealed[head:],
        "head alone": sealed[:head],
    }  # fmt: skip


@pytest.mark.parametrize("how", list(_meddled(bytes(200_000))))
def test_a_file_that_was_meddled_with_is_not_read(tmp_path: Path, how: str) -> None:
    path = seal(tmp_path / "f", [pattern(2 * PIECE + 10)])
    path.write_bytes(_meddled(path.read_bytes())[how])
    with pytest.raises(SealBroken), open_sealed(path) as file:
        file.read()


def test_another_installation_cannot_read_it(tmp_path: Path, settings: Any) -> None:
    path = seal(tmp_path / "f", [b"danh sach"])
    settings.FIELD_KEY = "another key"
    with pytest.raises(SealBroken), open_sealed(path) as file:
        file.read()


def test_files_of_before_are_read_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"PK plain")
    with open_sealed(tmp_path / "old") as file:
        assert file.read() == b"PK plain"
    assert plain_size(tmp_path / "old") == 8
