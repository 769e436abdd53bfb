"""Lists: light rows read like the models they stand for."""

from __future__ import annotations

from congdoan.kit.lists import Column, ListContext, _light_rows

FIELDS = ("id", "person__full_name", "joined_on", "person__sex", "unit__name")


def test_a_light_row_is_read_like_a_model() -> None:
    asked, light = _light_rows(FIELDS)
    values = dict(zip(FIELDS, (7, "Nguyễn Thị Mẫu", None, "f", "CĐCS Mẫu"), strict=True))
    row = light([values[name] for name in asked])
    assert sorted(asked) == sorted(FIELDS)
    assert (row.id, row.joined_on) == (7, None)
    assert (row.person.full_name, row.person.sex) == ("Nguyễn Thị Mẫu", "f")
    assert row.unit.name == "CĐCS Mẫu"


def test_a_settled_reader_reads_what_read_does() -> None:
    context = ListContext(actor=None, as_of=None)  # type: ignore[arg-type]
    mapping = {"unit": {"name": "CĐCS Mẫu"}, "none": None}
    for path in ("unit.name", "none.name", "none"):
        column = Column("c", "C", path)
        assert column.reader()(mapping, context) == column.read(mapping, context)
    column = Column("c", "C", lambda row, _: row["none"])
    assert column.reader()(mapping, context) is None
