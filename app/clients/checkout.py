"""The clone that a pipeline's step works in: read where it lies, its commits one by one, without its configuration."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.clients.git_command import Git
from app.clients.git_faults import GitFault
from app.kernel.text import MESSAGE_LIMIT

Relation = Literal["ancestor", "diverged", "unrelated"]
"""Of an older commit to a newer one: behind it, beside it, or without any commit in common."""

_FORMAT = "--format=tformat:%H%x00%P%x00%B"
_FIELDS = 3
_GITDIR = "gitdir:"


@dataclass(frozen=True, slots=True)
class Entry:
    """A commit of a clone; the message is cut to 8 KiB."""

    sha: str
    parents: tuple[str, ...]
    message: str


class Checkout:
    """A clone on this machine. Every method raises GitFault."""

    def __init__(self, git_dir: Path, environment: Mapping[str, str], limit: float = 60.0) -> None:
        """`git_dir` is its `.git`; who owns it does not matter, for no hook and no configuration of it is used."""
        self._git = Git(git_dir, "", environment, limit)

    async def resolve(self, name: str) -> str | None:
        """The whole SHA of a commit, tag or branch; None when the clone does not have it, or has several such."""
        if not name or name.startswith("-"):
            return None
        wanted = ("--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        code, printed, _ = await self._git.run("rev-parse", *wanted)
        return printed.decode().strip() or None if code == 0 else None

    async def author(self, commit: str) -> tuple[str, str]:
        """The name and address of a commit's author; both empty when it does not say."""
        code, printed, _ = await self._git.run("log", "-1", "--format=%an%x00%ae", commit)
        name, _, address = printed.decode("utf-8", "replace").strip().partition("\0")
        return (name, address) if code == 0 else ("", "")

    async def ends(self) -> frozenset[str]:
        """The commits behind which a shallow clone has nothing; empty when it is whole."""
        code, printed, _ = await self._git.run("rev-parse", "--git-path", "shallow")
        named = printed.decode("utf-8", "replace").strip() if code == 0 else "shallow"
        file = self._git.folder / named
        try:
            return frozenset(file.read_text(encoding="ascii").split())
        except (OSError, UnicodeError):
            return frozenset()

    async def relation(self, new: str, old: str) -> Relation:
        """Where `old` stands, seen from `new`; both are commits that it has."""
        code, base, said = await self._git.run("merge-base", new, old)
        if code > 1:
            raise GitFault("integration_error", said)
        if code:
            return "unrelated"
        return "ancestor" if base.decode().strip() == old else "diverged"

    async def between(self, new: str, old: str) -> AsyncIterator[Entry]:
        """What `new` has and `old` has not, newest first, never more than one of them in memory."""
        fields = _Fields()
        held: list[str] = []
        async for chunk in self._git.stream("log", "-z", "--topo-order", _FORMAT, new, f"^{old}"):
            for field in fields.feed(chunk):
                held.append(field)
                if len(held) == _FIELDS:
                    sha, parents, message = held
                    held = []
                    yield Entry(sha, tuple(parents.split()), message)


class _Fields:
    """Cuts what git prints at each NUL; of a field that is too long the rest is thrown away as it comes."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, chunk: bytes) -> list[str]:
        """The fields that are whole now."""
        *ended, rest = chunk.split(b"\0")
        found = []
        for part in ended:
            self._add(part)
            found.append(self._held.decode("utf-8", "replace"))
            self._held.clear()
        self._add(rest)
        return found

    def _add(self, part: bytes) -> None:
        self._held += part[: max(0, MESSAGE_LIMIT - len(self._held))]


def open_checkout(folder: Path, environment: Mapping[str, str]) -> Checkout | None:
    """The clone in which a folder lies; None when it lies in none. `environment`: PATH, to find git.

    A work tree and a submodule have a file instead of the folder: https://git-scm.com/docs/gitrepository-layout
    """
    for place in (folder.resolve(), *folder.resolve().parents):
        git_dir = place / ".git"
        if git_dir.is_dir():
            return Checkout(git_dir, environment)
        if git_dir.is_file():
            named = git_dir.read_text(encoding="utf-8", errors="replace").removeprefix(_GITDIR).strip()
            return Checkout(place / named, environment)
    return None
