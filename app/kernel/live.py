"""A value that is swapped whole: whoever reads it once sees one state, never half of two."""

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Live(Generic[T]):
    """Holds the current snapshot. Read `.now` once for each unit of work."""

    __slots__ = ("now",)

    def __init__(self, value: T) -> None:
        self.now = value

    def swap(self, value: T) -> None:
        """Make `value` what the next reader sees."""
        self.now = value


class Joined(Mapping[str, T]):
    """A mapping that stays, and behind it one that changes: its names are looked up anew each time."""

    __slots__ = ("_behind", "_fixed")

    def __init__(self, fixed: Mapping[str, T], behind: Callable[[], Mapping[str, T]]) -> None:
        self._fixed, self._behind = fixed, behind

    def __getitem__(self, name: str) -> T:
        return self._fixed[name] if name in self._fixed else self._behind()[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._fixed
        yield from (name for name in self._behind() if name not in self._fixed)

    def __len__(self) -> int:
        return sum(1 for _ in self)
