"""What runs, told apart: by the commit where it is known or the version holds it, else by the version."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_HEX = re.compile(r"(?<![0-9a-z])[0-9a-f]{7,64}(?![0-9a-z])")
WHOLE = 40
"""Characters of a whole commit id."""
SHORT = 7
"""Characters of a commit's id from which it is one."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """What a report says that it deployed. `sha` may be a prefix; `other` tells apart what has neither."""

    sha: str | None
    version: str | None
    other: str

    @property
    def key(self) -> str:
        """By what it is kept and found."""
        return self.sha or self.version or self.other

    def agrees(self, with_: "Artifact") -> bool:
        """Whether both can be one: equal commits (or beginnings of them), else equal versions."""
        if self.sha and with_.sha:
            return self.sha.startswith(with_.sha) or with_.sha.startswith(self.sha)
        if self.version or with_.version:
            return self.version == with_.version
        return self.other == with_.other


def commit_in(version: str | None) -> str | None:
    """The beginning of a commit's id that a version holds: `main-1f3a9c2` is `1f3a9c2`. A row of digits is a date."""
    for token in _HEX.findall(version or ""):
        if len(token) >= WHOLE or not (token.isdigit() or token.isalpha()):
            return str(token)
    return None


def digits_in(version: str | None) -> list[str]:
    """Rows of digits in a version, each of which may be the beginning of a commit, if there is such a one."""
    return [token for token in _HEX.findall(version or "") if token.isdigit()]


class Seen:
    """The artifacts of a chain, and when each was live for the first time."""

    def __init__(self, seen: Iterable[tuple[Artifact, int]] = ()) -> None:
        self._by: dict[str, list[tuple[Artifact, int]]] = {}
        for artifact, live_at in seen:
            self.add(artifact, live_at)

    def add(self, artifact: Artifact, live_at: int) -> None:
        for key in _keys(artifact):
            self._by.setdefault(key, []).append((artifact, live_at))

    def first(self, artifact: Artifact) -> int | None:
        """When it was live for the first time, in µs; None if it never was."""
        found = (at for key in _keys(artifact) for each, at in self._by.get(key, ()) if each.agrees(artifact))
        return min(found, default=None)


def _keys(artifact: Artifact) -> list[str]:
    keys = [f"#{artifact.sha[:SHORT]}"] if artifact.sha else []
    if artifact.version:
        keys.append(f"={artifact.version}")
    return keys or [f"?{artifact.other}"]
