"""A large JSON answer, item by item: what is held is one item, however many there are.

Argo CD lists all its applications in one answer, which has been seen above 100 MB. A streaming parser in C builds
what nobody wants at 8 MB/s; here braces are counted, and orjson reads each item: ten times that.
https://github.com/argoproj/argo-cd/issues/4868
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

from app.kernel.errors import BadPayload
from app.kernel.json import loads

_BETWEEN = re.compile(rb"[\s,]*")
_BRACE_OR_QUOTE = re.compile(rb'[{}"]')
_QUOTE_OR_ESCAPE = re.compile(rb'"|\\.', re.DOTALL)


class _Place(Enum):
    BEFORE, INSIDE, AFTER = range(3)


class Splitter:
    """Reads the objects in the array under `key` of an object. An array that is null or missing has none.

    An item ends where its braces are balanced. Those in texts are counted as well at first, for speed: if orjson
    then refuses what was cut, or the end does not come, this item and all that follow are read with care.
    No other cut can be valid: a JSON object that begins here has one end.
    """

    def __init__(self, key: str, longest: int) -> None:
        """`longest`: bytes that one item, or what stands before the array, may have."""
        self._key, self._longest = key, longest
        self._opens = re.compile(b'"' + re.escape(key.encode()) + rb'"\s*:\s*\[')
        self._buffer = bytearray()
        self._place, self._careful = _Place.BEFORE, False
        self._at = 0  # what stands before is done with
        self._item: int | None = None  # where the item in work begins
        self._scanned = self._depth = 0
        self._quoted = False

    def feed(self, chunk: bytes) -> Iterator[Any]:
        """The items that are complete with this chunk. Raises BadPayload for what is no object, or too long."""
        self._buffer += chunk
        if self._place is _Place.BEFORE and (found := self._opens.search(self._buffer)):
            self._place, self._at = _Place.INSIDE, found.end()
            del found  # a buffer cannot be cut while a match looks at it
        yield from self._items()
        if self._pending() > self._longest:
            self._read_with_care()
            yield from self._items()
        if self._pending() > self._longest:
            raise BadPayload(f"more than {self._longest} bytes in one piece")
        self._cut()

    def finish(self) -> Iterator[Any]:
        """The items that are left. Raises BadPayload when the answer ended in the middle, or was no object."""
        self._read_with_care()
        yield from self._items()
        if self._place is _Place.BEFORE:
            value = loads(bytes(self._buffer))
            if not isinstance(value, dict) or value.get(self._key) is not None:
                raise BadPayload("expected an object with a list", self._key)
        elif self._place is _Place.INSIDE or not self._buffer.rstrip().endswith(b"}"):
            raise BadPayload("the answer ended in the middle")

    def _items(self) -> Iterator[Any]:
        while self._place is _Place.INSIDE and (self._item is not None or self._begin()):
            start, end = self._item or 0, self._end_with_care() if self._careful else self._end()
            if end is None:
                return
            try:
                value = loads(bytes(self._buffer[start:end]))
            except BadPayload:
                if self._careful:
                    raise
                self._read_with_care()
                continue
            self._at, self._item = end, None
            yield value

    def _begin(self) -> bool:
        """Go to where the next item begins; False when there is none yet, or none any more."""
        between = _BETWEEN.match(self._buffer, self._at)
        self._at = between.end() if between else self._at
        first = self._buffer[self._at : self._at + 1]
        if first == b"]":
            self._place = _Place.AFTER
        elif first == b"{":
            self._from(self._at)
        elif first:
            raise BadPayload("expected objects", self._key)
        return self._item is not None

    def _from(self, start: int) -> None:
        self._item = self._scanned = start
        self._depth, self._quoted = 0, False

    def _read_with_care(self) -> None:
        if not self._careful:
            self._careful = True
            if self._item is not None:
                self._from(self._item)

    def _end(self) -> int | None:
        while (brace := self._buffer.find(b"}", self._scanned)) >= 0:
            self._depth += self._buffer.count(b"{", self._scanned, brace) - 1
            self._scanned = brace + 1
            if self._depth <= 0:
                return self._scanned
        return None

    def _end_with_care(self) -> int | None:
        while found := (_QUOTE_OR_ESCAPE if self._quoted else _BRACE_OR_QUOTE).search(self._buffer, self._scanned):
            self._scanned, mark = found.end(), found[0]
            if mark == b'"':
                self._quoted = not self._quoted
            elif mark in (b"{", b"}"):
                self._depth += 1 if mark == b"{" else -1
                if not self._depth:
                    return self._scanned
        # A lone backslash at the end waits for what it escapes; the second one of a pair has been read.
        self._scanned = len(self._buffer) - (self._quoted and self._buffer.endswith(b"\\", self._scanned))
        return None

    def _pending(self) -> int:
        return 0 if self._place is _Place.AFTER else len(self._buffer) - self._at

    def _cut(self) -> None:
        done = self._at if self._place is not _Place.AFTER else max(self._at, len(self._buffer) - 64)
        del self._buffer[:done]
        self._at -= done
        self._scanned -= done
        self._item = None if self._item is None else self._item - done
