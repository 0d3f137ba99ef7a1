"""Chance that is none: numbers, choices and hashes that follow from words alone."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seed:
    """The same words give the same answers, in every process."""

    word: str

    def sha(self, *words: object) -> str:
        """40 hex digits, as git names its commits."""
        text = "\n".join((self.word, *map(str, words)))
        return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()

    def uuid(self, *words: object) -> str:
        """A UUID without braces, as Argo CD writes it."""
        text = self.sha("uuid", *words)
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"

    def below(self, bound: int, *words: object) -> int:
        """A number from 0 to `bound` - 1."""
        return int(self.sha("number", *words)[:12], 16) % bound

    def pick(self, items: Sequence[T], *words: object) -> T:
        """One of the items."""
        return items[self.below(len(items), *words)]
