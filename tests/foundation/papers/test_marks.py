"""What a template may ask for and do."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest

from congdoan.kit.documents import BrokenTemplate
from congdoan.kit.template_marks import read_marks


def drawn(*lines: str) -> bytes:
    """A .docx with a paragraph for each line."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_part(content: bytes, name: str, change: bytes | tuple[bytes, bytes]) -> bytes:
    """The package with a part replaced or added, or one text of a part for another."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.namelist():
            if item != name:
                new.writestr(item, old.read(item))
        if isinstance(change, bytes):
            new.writestr(name, change)
        else:
            assert change[0] in old.read(name)
            new.writestr(name, old.read(name).replace(*change))
    return out.getvalue()


def test_fields_are_read_with_their_rows() -> None:
    used = read_marks(
        drawn(
            "{{ number }} {{ name|upper }} {% if ceremony and not late %}{{ ceremony }}{% endif %}",
            "{% for item in people %}{{ loop.index }} {{ item.name }}{% endfor %}",
        )
    ).used
    assert used == {
        ("number",): False,
        ("name",): False,
        ("ceremony",): False,
        ("late",): False,
        ("people",): True,
        ("people", "[]", "name"): False,
    }


def test_headers_and_properties_are_read_too() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "{{ in_header }}"
    document.core_properties.title = "{{ in_title }}"
    out = io.BytesIO()
    document.save(out)
    assert set(read_marks(out.getvalue()).used) == {("in_header",), ("in_title",)}


@pytest.mark.parametrize(
    "line",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ number.__class__ }}",
        "{{ number._private }}",
        "{{ number['__class__'] }}",
        "{% for i in range(1000000000) %}x{% endfor %}",
        "{% for a in people %}{% for b in people %}x{% endfor %}{% endfor %}",
        "{% for a in people %}{% for b in other.people %}x{% endfor %}{% endfor %}",
        "{% for a in people recursive %}{{ loop(people) }}{% endfor %}",
        "{{ 'x' * 1000000000 }}",
        "{{ 9 ** 999999999 }}",
        "{{ number|replace('a', 'aaaaaaaaaa') }}",
        "{{ number|attr('__class__') }}",
        "{{ number|center(100000000) }}",
        "{{ number|safe }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% include 'other' %}",
        "{% set x = number %}",
        "{{ cycler.__init__ }}",
        "{{ number.format() }}",
        "{% for a in people %}{{ loop.cycle }}{% endfor %}",
        "{{ number ",
        "{% if number %}",
        "{% for a in people %}" + "rất dài " * 50_000 + "{% endfor %}",
    ],
)
def test_a_template_that_reaches_out_or_never_ends_is_refused(line: str) -> None:
    with pytest.raises(BrokenTemplate):
        read_marks(drawn(line))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"{}", b"%PDF-1.7", b"x" * (5 * 1024 * 1024 + 1)])
def test_what_is_no_word_file_is_refused(content: bytes) -> None:
    with pytest.raises(BrokenTemplate):
        read_marks(content)


def test_packages_that_bring_more_than_a_document_are_refused() -> None:
    plain = drawn("{{ number }}")
    rels = "word/_rels/document.xml.rels"
    outside = (
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
        b'Target="file:///etc/hostname" TargetMode="External"/></Relationships>',
    )
    fetching = (
        b"<w:p>",
        b"<w:p><w:r><w:instrText>INCLUDETEXT &quot;/etc/hostname&quot;</w:instrText></w:r></w:p><w:p>",
    )
    for changed in (
        with_part(plain, "word/vbaProject.bin", b"x"),
        with_part(plain, "word/embeddings/oleObject1.bin", b"x"),
        with_part(plain, "word/extra.xml", b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'),
        with_part(plain, "word/extra.xml", b"\0" * (61 * 1024 * 1024)),
        with_part(plain, rels, outside),
        with_part(plain, "word/document.xml", fetching),
    ):
        with pytest.raises(BrokenTemplate):
            read_marks(changed)
    assert read_marks(plain).used
