"""Reads the QR code that a PDF draws, from the lines on its page: what a camera would make of it (ISO/IEC 18004)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from segno import consts

_STEP = re.compile(rb"([\d.]+) ([\d.]+) m ([\d.]+) ([\d.]+) l")


def codes_of(pdf: bytes) -> list[str]:
    """The texts of all QR codes drawn in a PDF, in its order."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            drawn = zlib.decompress(stream)
        except zlib.error:
            continue
        for path in re.findall(rb"(?:[\d.]+ [\d.]+ m [\d.]+ [\d.]+ l ?){100,}", drawn):
            found.append(_text(_modules(path)))
    return found


def _modules(path: bytes) -> list[list[bool]]:
    """The dark squares of the lines of a code, each one a square high, without the quiet zone."""
    lines = [(float(x), float(y), float(to)) for x, y, to, _ in _STEP.findall(path)]
    left, top = min(x for x, _, _ in lines), min(y for _, y, _ in lines)
    size = round(max(to for _, _, to in lines) - left)
    grid = [[False] * size for _ in range(size)]
    for x, y, to in lines:
        for column in range(round(x - left), round(to - left)):
            grid[round(y - top)][column] = True
    return grid


_MASKS = (
    lambda r, c: (r + c) % 2 == 0,
    lambda r, c: r % 2 == 0,
    lambda r, c: c % 3 == 0,
    lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0,
    lambda r, c: (r * c) % 2 + (r * c) % 3 == 0,
    lambda r, c: ((r * c) % 2 + (r * c) % 3) % 2 == 0,
    lambda r, c: ((r + c) % 2 + (r * c) % 3) % 2 == 0,
)


def _text(grid: list[list[bool]]) -> str:
    size = len(grid)
    version = (size - 17) // 4
    assert size == 4 * version + 17, "no QR code"
    around = [(8, c) for c in (0, 1, 2, 3, 4, 5, 7, 8)] + [(r, 8) for r in (7, 5, 4, 3, 2, 1, 0)]
    form = _number([grid[r][c] for r, c in around]) ^ 0x5412
    level = form >> 13
    mask = _MASKS[form >> 10 & 7]
    bits = [grid[r][c] != mask(r, c) for r, c in _places(size, version)]
    words = [_number(bits[n : n + 8]) for n in range(0, len(bits) - 7, 8)]
    sizes = [block.num_data for block in consts.ECC[version][level] for _ in range(block.num_blocks)]
    blocks: list[list[int]] = [[] for _ in sizes]
    given = iter(words)
    for n in range(max(sizes)):
        for block, most in zip(blocks, sizes, strict=True):
            if n < most:
                block.append(next(given))
    data = [bool(word >> shift & 1) for block in blocks for word in block for shift in range(7, -1, -1)]
    assert _number(data[:4]) == 4, "another mode than bytes"
    wide = 8 if version < 10 else 16
    count, begin = _number(data[4 : 4 + wide]), 4 + wide
    return bytes(_number(data[begin + 8 * n : begin + 8 * n + 8]) for n in range(count)).decode()


def _number(bits: list[bool]) -> int:
    return int("".join("1" if bit else "0" for bit in bits), 2)


def _places(size: int, version: int) -> Iterator[tuple[int, int]]:
    """Where the data stands, in reading order: by pairs of columns from the right, upwards and downwards by turns."""
    centres = consts.ALIGNMENT_POS[version - 2] if version > 1 else ()
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    marks = [(r, c) for r in centres for c in centres if (r, c) not in corners]

    def is_fixed(r: int, c: int) -> bool:
        finder = (r < 9 and (c < 9 or c >= size - 8)) or (r >= size - 8 and c < 9)
        told = version >= 7 and ((r < 6 and c >= size - 11) or (c < 6 and r >= size - 11))
        return finder or told or r == 6 or c == 6 or any(abs(r - y) < 3 and abs(c - x) < 3 for y, x in marks)

    column, upwards = size - 1, True
    while column > 0:
        column -= column == 6
        for r in range(size - 1, -1, -1) if upwards else range(size):
            for c in (column, column - 1):
                if not is_fixed(r, c):
                    yield r, c
        column, upwards = column - 2, not upwards
