"""Files that are encrypted where they lie, written and read a piece at a time.

A file is a head (a mark, a random salt) and pieces of 64 KiB, each sealed with AES-256-GCM under a key of the file's
own, derived from the installation key and the salt. The nonce of a piece is its place and whether it is the last, so
that pieces can neither be changed, moved nor cut off unnoticed. Reading may begin anywhere.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import io
import os
from pathlib import Path
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_MARK = b"CDSEAL1\n"
_SALT_BYTES = 16
_HEAD_BYTES = len(_MARK) + _SALT_BYTES
_PIECE = 64 * 1024
_TAG_BYTES = 16


class SealBroken(OSError):
    """The file is not as it was written, or the installation key is another one."""


@functools.cache
def _root(field_key: str) -> bytes:
    return hmac.digest(field_key.encode(), b"congdoan files", hashlib.sha256)


def _cipher(salt: bytes) -> AESGCM:
    return AESGCM(hmac.digest(_root(settings.FIELD_KEY), salt, hashlib.sha256))


def _nonce(place: int, *, is_last: bool) -> bytes:
    return place.to_bytes(11, "big") + (b"\1" if is_last else b"\0")


class SealedWriter:
    """Seals what is written to it into ``out``. Nothing is complete before `finish`."""

    def __init__(self, out: BinaryIO) -> None:
        salt = os.urandom(_SALT_BYTES)
        self._out, self._cipher, self._place = out, _cipher(salt), 0
        self._waiting = bytearray()
        out.write(_MARK + salt)

    def write(self, data: bytes) -> None:
        """Take bytes in; whole pieces are sealed and written."""
        self._waiting += data
        # The last piece is sealed as such, so one is always held back.
        while len(self._waiting) > _PIECE:
            self._seal(bytes(self._waiting[:_PIECE]), is_last=False)
            del self._waiting[:_PIECE]

    def finish(self) -> None:
        """Write the last piece."""
        self._seal(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._place, is_last=is_last), piece, None))
        self._place += 1


class _SealedReader(io.RawIOBase):
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        body = os.fstat(file.fileno()).st_size - _HEAD_BYTES
        self._count = max(1, -(-body // (_PIECE + _TAG_BYTES)))
        self._size = body - self._count * _TAG_BYTES
        self._cipher = _cipher(file.read(_HEAD_BYTES)[len(_MARK) :])
        self._position = 0
        self._opened: tuple[int, bytes] = (-1, b"")
        if self._size < 0:
            raise SealBroken("a sealed file was cut off")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        place, offset = divmod(self._position, _PIECE)
        if place >= self._count:
            return 0
        found = self._piece(place)[offset : offset + len(view)]
        view[: len(found)] = found
        self._position += len(found)
        return len(found)

    def _piece(self, place: int) -> bytes:
        if self._opened[0] != place:
            self._file.seek(_HEAD_BYTES + place * (_PIECE + _TAG_BYTES))
            sealed = self._file.read(_PIECE + _TAG_BYTES)
            try:
                nonce = _nonce(place, is_last=place == self._count - 1)
                self._opened = (place, self._cipher.decrypt(nonce, sealed, None))
            except InvalidTag as error:
                raise SealBroken("a sealed file is damaged, or was sealed with another key") from error
        return self._opened[1]

    def close(self) -> None:
        self._file.close()
        super().close()


def open_sealed(path: Path) -> BinaryIO:
    """The plain bytes of a file, to be read from anywhere. A file that was stored before files were sealed is read as
    it is. Raises FileNotFoundError; reading raises SealBroken."""
    file = path.open("rb")
    try:
        if file.read(len(_MARK)) != _MARK:
            file.seek(0)
            return file
        file.seek(0)
        return cast("BinaryIO", io.BufferedReader(_SealedReader(file), _PIECE))
    except BaseException:
        file.close()
        raise


def plain_size(path: Path) -> int:
    """How many plain bytes a file holds. Raises FileNotFoundError, SealBroken."""
    with open_sealed(path) as file:
        return file.seek(0, io.SEEK_END)
