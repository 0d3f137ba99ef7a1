"""Which tickets commits are for, told one commit at a time; what was reverted within them comes to nothing."""

import re
from collections.abc import Callable, Sequence

# What `git revert` writes; `-x` of a cherry-pick looks alike and is none.
_REVERTS = re.compile(r"^This reverts commit ([0-9a-f]{7,64})\b", re.MULTILINE)
_MOST_KEYS = 2_000


class Named:
    """Takes commits newest first, and keeps no more of them than the keys that they name."""

    def __init__(self, keys_in: Callable[[str], Sequence[str]]) -> None:
        self._keys_in = keys_in
        self.restart()

    def restart(self) -> None:
        """Forget what was told."""
        self._keys: dict[str, str] = {}
        self._undone: dict[str, Sequence[str]] = {}
        self.commits = self.unnamed = self.reverted = 0
        self.truncated = False

    def take(self, sha: str, message: str) -> None:
        """One more commit."""
        self.commits += 1
        undone = next((mark for mark in self._undone if sha.startswith(mark)), None)
        if undone is not None:
            self._undone.pop(undone)  # both are in what is deployed: together they change nothing
            self.reverted += 1
            return
        found = _REVERTS.search(message)
        keys = self._keys_in(message)
        if found:
            self._undone[found[1]] = keys
            return
        self._note(sha, keys)

    def _note(self, sha: str, keys: Sequence[str]) -> None:
        self.unnamed += not keys
        for key in keys:
            if len(self._keys) < _MOST_KEYS:
                self._keys.setdefault(key, sha)
            else:
                self.truncated = True

    def keys(self) -> list[str]:
        """The tickets, as they were first met; a revert of what is deployed already is a change for its ticket."""
        for sha, keys in self._undone.items():
            self._note(sha, keys)
        self._undone = {}
        return list(self._keys)
