"""Large .xlsx sheets, row by row, in memory that does not grow with the file.

The sheet is unpacked and parsed in pieces. Shared strings, which a workbook keeps in one long table, are
written once to a temporary file and fetched by their offsets, a block at a time.
"""

from __future__ import annotations

import os
import posixpath
import re
import tempfile
import zipfile
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from congdoan.foundation.imports.reading.files import Row

_PIECE = 1 << 20
_RELATIONSHIP_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class NotAWorkbook(ValueError):
    """The parts of the workbook do not fit together."""


@dataclass(frozen=True)
class Sheet:
    name: str
    member: str


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _parse(archive: zipfile.ZipFile, member: str) -> Any:
    # Entities and network are off: a list has no business with either.
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        return etree.fromstring(archive.read(member), parser)
    except (KeyError, etree.XMLSyntaxError) as error:
        raise NotAWorkbook(member) from error


class Workbook:
    """The small parts of a workbook: sheet names, where they are stored, which styles are dates."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        book = _parse(archive, "xl/workbook.xml")
        targets: dict[str, str] = {}
        self.strings_member = ""
        for link in _parse(archive, "xl/_rels/workbook.xml.rels"):
            target = link.get("Target", "")
            member = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[link.get("Id", "")] = member
            if link.get("Type", "").endswith("/sharedStrings"):
                self.strings_member = member
        self.from_1904 = any(
            _local(item.tag) == "workbookPr" and item.get("date1904") in {"1", "true"} for item in book
        )
        self.sheets = [
            Sheet(item.get("name", ""), targets.get(item.get(_RELATIONSHIP_ID, ""), ""))
            for part in book
            if _local(part.tag) == "sheets"
            for item in part
            if "worksheets/" in targets.get(item.get(_RELATIONSHIP_ID, ""), "")
        ]
        if not self.sheets:
            raise NotAWorkbook("no sheets")
        self._sizes = {info.filename: info.file_size for info in archive.infolist()}
        self.date_styles = (
            _date_styles(_parse(archive, "xl/styles.xml")) if "xl/styles.xml" in self._sizes else frozenset()
        )

    @property
    def names(self) -> list[str]:
        return [sheet.name for sheet in self.sheets]

    def choose(self, name: str) -> Sheet:
        """The sheet of that name; without one the first that holds more than an empty sheet's few hundred bytes."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        filled = [sheet for sheet in self.sheets if self._sizes.get(sheet.member, 0) > 1_000]
        return (filled or self.sheets)[0]


_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_CODES = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


def _date_styles(styles: Any) -> frozenset[str]:
    """Numbers of the cell styles that show a date, as the sheet writes them."""
    own = {
        item.get("numFmtId"): item.get("formatCode", "")
        for part in styles
        if _local(part.tag) == "numFmts"
        for item in part
    }
    found = set()
    for part in styles:
        if _local(part.tag) != "cellXfs":
            continue
        for index, item in enumerate(part):
            number = item.get("numFmtId", "0")
            code = _NOT_CODES.sub("", own.get(number, "")).lower()
            if re.search(r"[dy]|m(?!\w*general)", code) if code else int(number) in _BUILT_IN_DATES:
                found.add(str(index))
    return frozenset(found)


def check_sizes(archive: zipfile.ZipFile, members: list[str]) -> None:
    """Unpack without keeping anything: zipfile stops at the size that is claimed and then misses the checksum.

    Raises BadZipFile for a member that is larger than it says.
    """
    for member in members:
        if member and member in archive.NameToInfo:
            with archive.open(member) as stream:
                while stream.read(_PIECE):
                    pass


def count_rows(archive: zipfile.ZipFile, member: str) -> int:
    """How many rows the sheet holds, by its row marks. Raises BadZipFile as `check_sizes` does."""
    count, tail = 0, b""
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            count += (tail + piece).count(b"</row>")
            tail = piece[-5:]
    return count


class _Strings:
    """The shared strings in a temporary file; ``get(index)`` reads a block around the string and remembers it."""

    _BLOCK = 1 << 16
    _BLOCKS_KEPT = 64

    def __init__(self, archive: zipfile.ZipFile, member: str) -> None:
        self._offsets = array("Q", [0])
        self._file = tempfile.TemporaryFile(prefix="congdoan-strings-")  # noqa: SIM115
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        if member and member in archive.NameToInfo:
            self._fill(archive, member)
        self._file.flush()
        self._descriptor = self._file.fileno()

    def _fill(self, archive: zipfile.ZipFile, member: str) -> None:
        with archive.open(member) as stream:
            head = stream.read(_PIECE)
            is_plain = b"<sst" in head and b"<![CDATA[" not in head and b"<!--" not in head
            if is_plain:
                self._fill_by_pattern(head, stream)
        if not is_plain:
            with archive.open(member) as stream:
                for _, item in etree.iterparse(stream, tag="{*}si", resolve_entities=False, no_network=True):
                    self._keep([_text_of(item).encode("utf-8", "replace")])
                    _forget(item)

    def _fill_by_pattern(self, head: bytes, stream: IO[bytes]) -> None:
        rest, piece = b"", head
        while piece:
            piece = rest + piece
            end = piece.rfind(b"</si>") + 5
            if end >= 5:
                texts = [
                    plain or (_rich_text(rich) if rich else b"")
                    for plain, rich in _STRING.findall(piece, 0, end)
                ]
                self._keep([_escaped(text) if b"&" in text else text for text in texts])
                piece = piece[end:]
            rest, piece = piece, stream.read(_PIECE)

    def _keep(self, texts: list[bytes]) -> None:
        position = self._offsets[-1]
        for text in texts:
            position += len(text)
            self._offsets.append(position)
        self._file.write(b"".join(texts))

    def get(self, index: int) -> str:
        if not 0 <= index < len(self._offsets) - 1:
            return ""
        start, end = self._offsets[index], self._offsets[index + 1]
        number = start // self._BLOCK
        base = number * self._BLOCK
        if end - base > self._BLOCK:
            return os.pread(self._descriptor, end - start, start).decode()
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks[number] = os.pread(self._descriptor, self._BLOCK, base)
            if len(self._blocks) > self._BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        return block[start - base : end - base].decode()

    def close(self) -> None:
        self._file.close()


_STRING = re.compile(rb"<si\b[^>]*?(?:/>|>(?:<t(?: [^>]*)?>([^<]*)</t></si>|(.*?)</si>))", re.S)


def _rich_text(inner: bytes) -> bytes:
    return b"".join(_INLINE.findall(_PHONETIC.sub(b"", inner)))


def _escaped(text: bytes) -> bytes:
    return unescape(text.decode("utf-8", "replace")).encode("utf-8", "replace")


def _text_of(item: Any) -> str:
    """The text of a string item: its <t>, or those of its runs; phonetic guides (<rPh>) are left out."""
    parts = []
    for child in item:
        name = _local(child.tag)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts.extend(part.text or "" for part in child if _local(part.tag) == "t")
    return "".join(parts)


def _forget(element: Any) -> None:
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


# The way Excel, LibreOffice, Google and every library that matters write cells. Anything else goes the long way.
_ROW_NUMBER = re.compile(rb'<row\b[^>]*?\br="(\d+)"')
#: Column letters, the other attributes, the value when it stands alone, all that is inside otherwise.
_CELL = re.compile(rb'<c r="([A-Z]+)\d+"([^>/]*)(?:/>|>(?:<v>([^<]*)</v></c>|(.*?)</c>))', re.S)
_ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')
_VALUE = re.compile(rb"<v(?: [^>]*)?>(.*?)</v>", re.S)
_INLINE = re.compile(rb"<t(?: [^>]*)?>(.*?)</t>", re.S)
_PHONETIC = re.compile(rb"<rPh\b.*?</rPh>", re.S)


def rows(path: Path, book: Workbook, sheet: Sheet) -> Iterator[Row]:
    """The rows of a sheet, with empty rows left out. Raises NotAWorkbook, BadZipFile."""
    with zipfile.ZipFile(path) as archive:
        strings = _Strings(archive, book.strings_member)
        try:
            with archive.open(sheet.member) as stream:
                head = stream.read(_PIECE)
                plain = b"<worksheet" in head and (b'<c r="' in head or b"<row" not in head)
                plain = plain and b"<![CDATA[" not in head and b"<!--" not in head
                reader = _Reader(book, lru_cache(maxsize=1 << 13)(strings.get))
                if plain:
                    yield from reader.by_pattern(head, stream)
                else:
                    with archive.open(sheet.member) as again:
                        yield from reader.by_tree(again)
        except etree.XMLSyntaxError as error:
            raise NotAWorkbook(sheet.member) from error
        finally:
            strings.close()


class _Reader:
    def __init__(self, book: Workbook, string: Callable[[int], str]) -> None:
        self._string = string
        self._dates = {style.encode() for style in book.date_styles}
        self._epoch = datetime(1904, 1, 1) if book.from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        self._columns: dict[bytes, int] = {}
        #: Attributes of a cell as written → (its type, whether its style shows a date).
        self._kinds: dict[bytes, tuple[bytes, bool]] = {}

    def by_pattern(self, head: bytes, stream: IO[bytes]) -> Iterator[Row]:
        rest, number, piece = b"", 0, head
        find_cells, columns, kinds, string = _CELL.findall, self._columns, self._kinds, self._string
        while piece:
            *whole, rest = (rest + piece).split(b"</row>")
            for text in whole:
                said = _ROW_NUMBER.search(text)
                number = int(said[1]) if said else number + 1
                cells: list[object] = []
                for letters, attributes, value, inner in find_cells(text):
                    if not value and not inner:
                        continue
                    column = columns.get(letters)
                    if column is None:
                        column = columns[letters] = _column_number(letters.decode())
                    if column > len(cells):
                        cells.extend([""] * (column - len(cells)))
                    kind = kinds.get(attributes) or self._kind(attributes)
                    if kind[0] == b"s" and value:
                        cells.append(string(int(value)))
                    elif kind[0] == b"inlineStr":
                        cells.append(_unescape(_rich_text(inner)))
                    else:
                        match = None if value else _VALUE.search(inner)
                        cells.append(self._value(kind[0], kind[1], value or (match[1] if match else b"")))
                if cells:
                    yield number, cells
            piece = stream.read(_PIECE)

    def _kind(self, attributes: bytes) -> tuple[bytes, bool]:
        named = dict(_ATTRIBUTE.findall(attributes))
        kind = self._kinds[attributes] = (named.get(b"t", b"n"), named.get(b"s") in self._dates)
        return kind

    def _value(self, kind: bytes, is_date: bool, raw: bytes) -> object:
        if not raw:
            return ""
        if kind == b"s":
            return self._string(int(raw))
        if kind == b"n":
            try:
                value = float(raw)
            except ValueError:
                return _unescape(raw)
            if is_date:
                return self._date(value)
            return int(value) if value.is_integer() else value
        if kind == b"b":
            return raw == b"1"
        if kind == b"e":
            return ""
        return _unescape(raw)

    def _date(self, value: float) -> object:
        try:
            made = self._epoch + timedelta(days=value)
        except (OverflowError, ValueError):
            return value
        return made.date() if value.is_integer() else made

    def by_tree(self, stream: IO[bytes]) -> Iterator[Row]:
        number = 0
        for _, row in etree.iterparse(stream, tag="{*}row", resolve_entities=False, no_network=True):
            number = int(row.get("r") or number + 1)
            cells: list[object] = []
            for cell in row:
                place = (cell.get("r") or "").rstrip("0123456789")
                gap = (_column_number(place) if place else len(cells)) - len(cells)
                if gap > 0:
                    cells.extend([""] * gap)
                cells.append(self._tree_cell(cell))
            if any(value != "" for value in cells):
                yield number, cells
            _forget(row)

    def _tree_cell(self, cell: Any) -> object:
        kind = (cell.get("t") or "n").encode()
        for child in cell:
            name = _local(child.tag)
            if name == "is":
                return _text_of(child)
            if name == "v" and child.text:
                is_date = (cell.get("s") or "").encode() in self._dates
                if kind in {b"str", b"d"}:
                    return child.text
                return self._value(kind, is_date, child.text.encode())
        return ""


def _unescape(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    return unescape(text) if "&" in text else text


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
