"""Values that must never be shown: they print as a fingerprint, and logs scrub them."""

import hashlib
from urllib.parse import urlsplit

_known: set[str] = set()
_SHORTEST = 6  # scrubbing shorter values would blank ordinary words


def fingerprint(value: str) -> str:
    """Six hex digits that tell two secrets apart and give nothing away."""
    return hashlib.sha256(b"shipbell:" + value.encode()).hexdigest()[:6]


def scrub(text: str) -> str:
    """The text with every secret that this process holds replaced by `[secret]`."""
    for value in _known:
        if value in text:
            text = text.replace(value, "[secret]")
    return text


class Secret:
    """A secret text. `reveal()` is the only way to its value."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        if len(value) >= _SHORTEST:
            _known.add(value)

    def reveal(self) -> str:
        return self._value

    def __str__(self) -> str:
        return f"#{fingerprint(self._value)}"

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


class SecretUrl(Secret):
    """A URL that is itself a key (a Teams workflow): prints as its host and a fingerprint."""

    __slots__ = ()

    def __init__(self, value: str) -> None:
        super().__init__(value)
        parts = urlsplit(value)
        for piece in (parts.query, parts.path):
            if len(piece) >= 12:
                _known.add(piece)

    @property
    def host(self) -> str:
        """The host alone, safe to show."""
        return urlsplit(self._value).hostname or ""

    def __str__(self) -> str:
        parts = urlsplit(self._value)
        return f"{parts.scheme}://{parts.hostname or '?'}/…#{fingerprint(self._value)}"

    __repr__ = __str__
