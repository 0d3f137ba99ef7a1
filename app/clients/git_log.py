"""Commits as `git log` prints them."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.kernel.clock import SECOND
from app.kernel.text import MESSAGE_LIMIT, clean

FORMAT = "--format=tformat:%H%x00%P%x00%an%x00%ae%x00%at%x00%ct%x00%B"
"""With `-z`: seven fields a commit, each ended by NUL, which none of them can hold."""
_FIELDS = 7


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit. Times are in µs UTC; the message is cut to 8 KiB."""

    sha: str
    parents: tuple[str, ...]
    author: str
    email: str
    authored_at: int
    committed_at: int
    message: str


def commits(printed: bytes) -> Iterator[Commit]:
    """The commits of an answer to `git log -z` with our format, newest first."""
    fields = printed.decode("utf-8", "replace").split("\0")
    for start in range(0, len(fields) - _FIELDS + 1, _FIELDS):
        sha, parents, author, email, authored, committed, message = fields[start : start + _FIELDS]
        yield Commit(
            sha=sha,
            parents=tuple(parents.split()),
            author=clean(author),
            email=clean(email),
            authored_at=_microseconds(authored),
            committed_at=_microseconds(committed),
            message=clean(message.rstrip("\n"), MESSAGE_LIMIT),
        )


def _microseconds(seconds: str) -> int:
    """A time that nobody could mean (git keeps any number) is 0."""
    found = int(seconds) if seconds.isdigit() else 0
    return found * SECOND if found < 1 << 40 else 0
