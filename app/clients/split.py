"""A large JSON answer, item by item: what is held is one item, however many there are.

Argo CD lists all its applications in one answer, which has been seen above 100 MB. A general streaming parser builds
Python objects of everything on the way, at a tenth of the speed; here braces are counted, and orjson reads each item.
https://github.com/argoproj/argo-cd/issues/4868
"""

import re
from collections.abc import Iterator

from app.kernel.errors import BadPayload

# Up to the next bracket, strings in one piece. Nothing is given back: a tail without a bracket waits for more.
_TO_BRACKET = re.compile(rb'(?:[^{}\[\]"]++|"(?:[^"\\]++|\\.)*+")*+([{}\[\]])', re.DOTALL)


class Splitter:
    """Cuts the objects out of the array under `key` of an object. An array that is null or missing has none."""

    def __init__(self, key: str, longest: int) -> None:
        """`longest`: bytes that one item, or whatever is not an item, may have."""
        self._list_opens = re.compile(b'"' + re.escape(key.encode()) + rb'"\s*:\s*\[\Z')
        self._longest = longest
        self._buffer = bytearray()
        self._at = self._item_at = self._depth = 0
        self._inside = False
        self._begun = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The items that are complete with this chunk. Raises BadPayload for what is no object, or too long."""
        self._buffer += chunk
        if not self._begun and self._buffer.strip():
            self._begun = True
            if self._buffer.lstrip()[:1] != b"{":
                raise BadPayload("expected an object")
        while match := _TO_BRACKET.match(self._buffer, self._at):
            start, self._at = self._at, match.end()
            item = self._step(match[1], start)
            del match  # a buffer that a match looks at cannot be cut
            if item is not None:
                yield item
        self._cut()

    def finish(self) -> None:
        """Raises BadPayload when the answer ended in the middle."""
        if not self._begun or self._depth:
            raise BadPayload("the answer ended in the middle")

    def _step(self, bracket: bytes, start: int) -> bytes | None:
        if bracket in b"{[":
            if self._depth == 1 and bracket == b"[":
                self._inside = bool(self._list_opens.search(bytes(self._buffer[start : self._at])))
            if self._depth == 2 and self._inside and bracket == b"{":
                self._item_at = self._at - 1
            self._depth += 1
            return None
        self._depth -= 1
        if self._depth == 1:
            self._inside = False
        if self._depth == 2 and self._inside and bracket == b"}":
            return bytes(self._buffer[self._item_at : self._at])
        return None

    def _cut(self) -> None:
        within = self._inside and self._depth > 2
        keep = self._item_at if within else self._at
        del self._buffer[:keep]
        self._at -= keep
        self._item_at = 0
        if len(self._buffer) > self._longest:
            raise BadPayload(f"more than {self._longest} bytes in one piece")
