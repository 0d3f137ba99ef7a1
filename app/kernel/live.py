"""A value that is swapped whole: whoever reads it once sees one state, never half of two."""

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
