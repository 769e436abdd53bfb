"""Text files with separators: the encodings and separators that Vietnamese offices really send."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from congdoan.foundation.imports.reading.refusals import FileRefused
from congdoan.kit.sealed_files import open_sealed
from congdoan.kit.text import nfc

if TYPE_CHECKING:
    from congdoan.foundation.imports.reading.files import Row, Wanted

_SAMPLE_BYTES = 256 * 1024
_SEPARATORS = (";", ",", "\t", "|")
_NAMES = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}


@dataclass(frozen=True)
class Layout:
    """How a text file is written: encoding (a Python codec), separator, how many lines it has at least."""

    encoding: str
    separator: str
    lines: int
    skip_first: bool

    def notices(self) -> list[str]:
        if self.encoding in _NAMES:
            return []
        return ["Tệp dùng bảng mã Windows-1258; hãy xem kỹ các chữ có dấu ở bước xem trước."]


def detect(path: Path) -> Layout | None:
    """Guess encoding and separator from the beginning of the file; None when it is not text at all.

    A file without a byte-order mark is UTF-8 when all of it reads as UTF-8, else Windows-1258.
    """
    with open_sealed(path) as stream:
        sample = stream.read(_SAMPLE_BYTES)
    encoding = _encoding(path, sample)
    if encoding is None:
        return None
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample)
    if sum(1 for char in text[:20_000] if ord(char) < 32 and char not in "\t\r\n\f") > 5:
        return None
    lines = [line for line in text.splitlines()[:60] if line.strip()]
    skip_first = bool(lines) and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5
    if skip_first:
        separator = lines[0].strip()[4]
    else:
        separator = max(_SEPARATORS, key=lambda char: (_regularity(lines, char), -_SEPARATORS.index(char)))
    return Layout(encoding, separator, _line_count(path, encoding), skip_first)


def _encoding(path: Path, sample: bytes) -> str | None:
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = sample.count(0)
    if zeros:
        # UTF-16 without a mark: letters and separators leave every other byte zero.
        odd = sample[1::2].count(0)
        if zeros > len(sample) * 0.2 and max(odd, zeros - odd) > zeros * 0.9:
            return "utf-16-le" if odd > zeros / 2 else "utf-16-be"
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with open_sealed(path) as stream:
            while block := stream.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1258"
    return "utf-8-sig"


def _regularity(lines: list[str], separator: str) -> int:
    """How many cells the separator gives, where a table's width repeats line after line."""
    widths = [len(cells) for cells in csv.reader(lines, delimiter=separator)]
    usual = max(set(widths), key=widths.count, default=1)
    return (usual - 1) * widths.count(usual)


def _line_count(path: Path, encoding: str) -> int:
    mark = b"\n\x00" if encoding in {"utf-16", "utf-16-le"} else b"\n"
    count = 1
    with open_sealed(path) as stream:
        while block := stream.read(1 << 20):
            count += block.count(mark)
    return count


def rows(path: Path, layout: Layout, wanted: Wanted | None = None) -> Iterator[Row]:
    """The records of the file, numbered as Excel numbers its rows when it opens the file."""
    with io.TextIOWrapper(open_sealed(path), encoding=layout.encoding, newline="", errors="strict") as stream:
        reader = csv.reader(stream, delimiter=layout.separator)
        try:
            for number, cells in enumerate(reader, 1):
                if (number == 1 and layout.skip_first) or (wanted is not None and not wanted(number - 1)):
                    continue
                yield number, [*map(_clean, cells)] if layout.encoding == "cp1258" else list(cells)
        except UnicodeDecodeError as error:
            raise FileRefused(
                "Tệp văn bản có ký tự không đọc được. Hãy mở bằng Excel và lưu lại dạng “CSV UTF-8” hoặc .xlsx."
            ) from error
        except csv.Error as error:
            raise FileRefused(
                f"Tệp .csv bị lỗi ở khoảng dòng {reader.line_num}: dấu ngoặc kép không khép. Hãy lưu lại dạng .xlsx."
            ) from error


def _clean(cell: str) -> str:
    # Windows-1258 writes tones as separate marks.
    return cell if cell.isascii() else nfc(cell)
