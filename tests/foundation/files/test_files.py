"""Files are kept by their content and given only to who may read them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.files.actions import TooLarge, discard, store
from congdoan.foundation.files.models import StoredFile
from congdoan.foundation.files.queries import may_read, opened
from tests.factories.tree import Tree
from tests.factories.users import make_actor


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


def keep(actor: Actor, tree: Tree, data: bytes = b"abc", **options: Any) -> StoredFile:
    return store(
        actor=actor, name="../../ds.xlsx", chunks=[data[:1], data[1:]], capability="imports.run",
        unit=tree.north_a, **options,
    )  # fmt: skip


def test_equal_content_is_kept_once(tree: Tree, system: Actor, media: Path) -> None:
    first, second = keep(system, tree), keep(system, tree)
    assert first.path == second.path
    assert first.name == "ds.xlsx"
    assert opened(system, first).read() == b"abc"
    assert [path for path in media.rglob("*") if path.is_file()] == [media / first.path]
    discard(first)
    assert opened(system, second).read() == b"abc"
    discard(second)
    assert not (media / second.path).exists()
    with pytest.raises(FileNotFoundError):
        opened(system, second)


def test_what_was_kept_in_the_clear_before_is_still_given(tree: Tree, system: Actor, media: Path) -> None:
    file = keep(system, tree)
    (media / file.path).write_bytes(b"abc of old")
    assert opened(system, file).read() == b"abc of old"


def test_a_download_is_the_file_and_not_what_lies_on_disk(
    tree: Tree, system: Actor, media: Path, client: Client, today: date
) -> None:
    data = b"001190000123;" * 10_000
    file = keep(system, tree, data)
    assert b"001190000123" not in (media / file.path).read_bytes()
    reader = make_actor(today, tree.north_a, "officer")
    assert reader.user is not None
    client.force_login(reader.user)
    answer = client.get(reverse("files:download", args=[file.pk]))
    assert b"".join(answer.streaming_content) == data  # type: ignore[attr-defined]
    assert answer["Content-Length"] == str(len(data))


def test_too_large_leaves_nothing(tree: Tree, system: Actor, media: Path) -> None:
    with pytest.raises(TooLarge, match="tách"):
        keep(system, tree, b"x" * 100, limit_bytes=50)
    assert not StoredFile.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_readers_need_the_capability_at_the_unit(tree: Tree, system: Actor, today: date) -> None:
    file = keep(system, tree)
    for unit, role in ((None, "officer"), (tree.north_b, "officer"), (tree.north_a, "viewer")):
        reader = make_actor(today, unit, role)
        assert not may_read(reader, file)
        with pytest.raises(Forbidden):
            opened(reader, file)
    assert may_read(make_actor(today, tree.north, "leader"), file)
