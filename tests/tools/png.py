"""Reads a PNG of eight bits a channel, as browsers write them: https://www.w3.org/TR/png-3/"""

import struct
import zlib
from dataclasses import dataclass

_CHANNELS = {2: 3, 6: 4}


@dataclass(frozen=True)
class Picture:
    """Rows of RGB colours."""

    width: int
    height: int
    rows: list[bytes]

    def colours(self, left: int, right: int) -> dict[bytes, int]:
        """How often each colour stands between two columns."""
        found: dict[bytes, int] = {}
        for row in self.rows:
            for x in range(left * 3, right * 3, 3):
                colour = row[x : x + 3]
                found[colour] = found.get(colour, 0) + 1
        return found


def read_png(data: bytes) -> Picture:
    """The picture. Raises AssertionError for what is no such PNG."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    assert (depth, interlaced, kind in _CHANNELS) == (8, 0, True)
    packed, at = b"", 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        packed += data[at + 8 : at + 8 + length] if data[at + 4 : at + 8] == b"IDAT" else b""
        at += length + 12
    size = _CHANNELS[kind]
    rows = _unfiltered(zlib.decompress(packed), width * size, height, size)
    return Picture(width, height, [_rgb(row, size) for row in rows])


def _rgb(row: bytearray, size: int) -> bytes:
    if size == 4:
        del row[3::4]
    return bytes(row)


def _unfiltered(data: bytes, stride: int, height: int, size: int) -> list[bytearray]:
    rows: list[bytearray] = []
    above = bytearray(stride)
    for y in range(height):
        start = y * (stride + 1)
        row = bytearray(data[start + 1 : start + 1 + stride])
        _undo(data[start], row, above, size)
        rows.append(row)
        above = bytearray(row)
    return rows


def _undo(method: int, row: bytearray, above: bytearray, size: int) -> None:
    for x in range(len(row)) if method else ():
        left = row[x - size] if x >= size else 0
        corner = above[x - size] if x >= size else 0
        guess = (0, left, above[x], (left + above[x]) // 2, _paeth(left, above[x], corner))[method]
        row[x] = (row[x] + guess) & 255


def _paeth(left: int, up: int, corner: int) -> int:
    near = left + up - corner
    return min((left, up, corner), key=lambda value: abs(near - value))
