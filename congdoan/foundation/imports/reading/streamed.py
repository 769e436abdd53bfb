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

from congdoan.kit.sealed_files import open_sealed

if TYPE_CHECKING:
    from congdoan.foundation.imports.reading.files import Row, Wanted

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
    """The shared strings in a temporary file, some together; ``get(index)`` reads those around the string and remembers
    them. Only where each lot begins is kept in memory: a list of a million people has six million strings."""

    _TOGETHER = 64
    _BYTES_KEPT = 1 << 22
    _BETWEEN = b"\0"  # never part of a text in XML

    def __init__(self, archive: zipfile.ZipFile, member: str) -> None:
        self._starts = array("Q", [0])
        self._file = tempfile.TemporaryFile(prefix="congdoan-strings-")  # noqa: SIM115
        self._waiting: list[bytes] = []
        self._lots: OrderedDict[int, list[bytes]] = OrderedDict()
        self._bytes = 0
        if member and member in archive.NameToInfo:
            self._fill(archive, member)
            self._write(self._waiting)
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
        waiting = self._waiting + texts if self._waiting else texts
        whole = len(waiting) - len(waiting) % self._TOGETHER
        for first in range(0, whole, self._TOGETHER):
            self._write(waiting[first : first + self._TOGETHER])
        self._waiting = waiting[whole:]

    def _write(self, texts: list[bytes]) -> None:
        if not texts:
            return
        lot = self._BETWEEN.join(texts)
        if lot.count(self._BETWEEN) != len(texts) - 1:
            lot = self._BETWEEN.join(text.replace(self._BETWEEN, b"") for text in texts)
        self._file.write(lot)
        self._starts.append(self._starts[-1] + len(lot))

    def get(self, index: int) -> str:
        number, place = divmod(index, self._TOGETHER)
        if not 0 <= number < len(self._starts) - 1:
            return ""
        lot = self._lots.get(number)
        if lot is None:
            lot = self._read(number)
        return lot[place].decode() if place < len(lot) else ""

    def _read(self, number: int) -> list[bytes]:
        self._lots[number] = lot = self._stored(number).split(self._BETWEEN)
        self._bytes += self._weight(number)
        while self._bytes > self._BYTES_KEPT and len(self._lots) > 1:
            self._bytes -= self._weight(self._lots.popitem(last=False)[0])
        return lot

    def _stored(self, number: int) -> bytes:
        return os.pread(self._descriptor, self._size(number), self._starts[number])

    def _weight(self, number: int) -> int:
        # Short texts weigh less than the objects that hold them.
        return self._size(number) + self._TOGETHER * 48

    def _size(self, number: int) -> int:
        return self._starts[number + 1] - self._starts[number]

    def close(self) -> None:
        self._file.close()


_STRING = re.compile(rb"<si\b[^>]*?(?:/>|>(?:<t(?: [^>]*)?>([^<]*)</t></si>|(.*?)</si>))", re.S)


def _rich_text(inner: bytes) -> bytes:
    text = "".join(_INLINE.findall(_PHONETIC.sub("", inner.decode("utf-8", "replace"))))
    return text.encode("utf-8", "replace")


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
#: Column letters, the other attributes, the value or the plain text when it stands alone, all that is inside otherwise.
_CELL = re.compile(
    r'<c r="([A-Z]+)[0-9]+"([^>/]*)'
    r"(?:/>|>(?:(?:<v>([^<]*)</v>|<is><t(?: [^>]*)?>([^<]*)</t></is>)</c>|(.*?)</c>))",
    re.S,
)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_VALUE = re.compile(r"<v(?: [^>]*)?>(.*?)</v>", re.S)
_INLINE = re.compile(r"<t(?: [^>]*)?>(.*?)</t>", re.S)
_PHONETIC = re.compile(r"<rPh\b.*?</rPh>", re.S)


def rows(path: Path, book: Workbook, sheet: Sheet, wanted: Wanted | None = None) -> Iterator[Row]:
    """The rows of a sheet, with empty rows left out. Raises NotAWorkbook, BadZipFile."""
    with open_sealed(path) as stored, zipfile.ZipFile(stored) as archive:
        strings = _Strings(archive, book.strings_member)
        try:
            with archive.open(sheet.member) as stream:
                head = stream.read(_PIECE)
                plain = b"<worksheet" in head and (b'<c r="' in head or b"<row" not in head)
                plain = plain and b"<![CDATA[" not in head and b"<!--" not in head
                reader = _Reader(book, lru_cache(maxsize=1 << 13)(strings.get), wanted)
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
    def __init__(self, book: Workbook, string: Callable[[int], str], wanted: Wanted | None = None) -> None:
        self._string, self._wanted = string, wanted
        self._dates = book.date_styles
        self._epoch = datetime(1904, 1, 1) if book.from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        self._columns: dict[str, int] = {}
        #: Attributes of a cell as written → what to make of its value.
        self._readers: dict[str, Callable[[str], object]] = {}

    def by_pattern(self, head: bytes, stream: IO[bytes]) -> Iterator[Row]:
        rest, number, place, piece = b"", 0, -1, head
        find_cells, columns, readers, wanted = _CELL.findall, self._columns, self._readers, self._wanted
        while piece:
            *whole, rest = (rest + piece).split(b"</row>")
            for raw in whole:
                place += 1
                said = _ROW_NUMBER.search(raw)
                number = int(said[1]) if said else number + 1
                if wanted is not None and not wanted(place):
                    continue
                cells: list[object] = []
                for letters, attributes, value, text, inner in find_cells(raw.decode("utf-8", "replace")):
                    if not (value or text or inner):
                        continue
                    column = columns.get(letters)
                    if column is None:
                        column = columns[letters] = _column_number(letters)
                    if column > len(cells):
                        cells.extend([""] * (column - len(cells)))
                    if text:
                        cells.append(unescape(text) if "&" in text else text)
                        continue
                    read = readers.get(attributes) or self._reader(attributes)
                    cells.append(read(value or inner))
                if cells:
                    yield number, cells
            piece = stream.read(_PIECE)

    def _reader(self, attributes: str) -> Callable[[str], object]:
        """What makes a value of what is inside cells with these attributes."""
        named = dict(_ATTRIBUTE.findall(attributes))
        kind, is_date = named.get("t", "n"), named.get("s") in self._dates

        def read(inner: str) -> object:
            if kind == "inlineStr":
                return _unescape("".join(_INLINE.findall(_PHONETIC.sub("", inner))))
            if "<" in inner:
                match = _VALUE.search(inner)
                inner = match[1] if match else ""
            return self._value(kind, is_date, inner)

        # Days repeat; strings have a memory of their own.
        made = lru_cache(maxsize=1 << 14)(read) if is_date else read
        self._readers[attributes] = made
        return made

    def _value(self, kind: str, is_date: bool, raw: str) -> object:
        if not raw:
            return ""
        if kind == "s":
            return self._string(int(raw))
        if kind == "n":
            try:
                value = float(raw)
            except ValueError:
                return _unescape(raw)
            if is_date:
                return self._date(value)
            return int(value) if value.is_integer() else value
        if kind == "b":
            return raw == "1"
        if kind == "e":
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
        rows = etree.iterparse(stream, tag="{*}row", resolve_entities=False, no_network=True)
        for position, (_, row) in enumerate(rows):
            number = int(row.get("r") or number + 1)
            if self._wanted is not None and not self._wanted(position):
                _forget(row)
                continue
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
        kind = cell.get("t") or "n"
        for child in cell:
            name = _local(child.tag)
            if name == "is":
                return _text_of(child)
            if name == "v" and child.text:
                is_date = (cell.get("s") or "") in self._dates
                if kind in {"str", "d"}:
                    return child.text
                return self._value(kind, is_date, child.text)
        return ""


def _unescape(text: str) -> str:
    return unescape(text) if "&" in text else text


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
