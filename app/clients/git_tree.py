"""The files of one commit, read from the bare repository when they are asked for; nothing is checked out."""

import subprocess
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import IO, cast

from app.clients.git_command import kill_group
from app.clients.git_faults import GitFault

MOST_PATHS = 200_000
LARGEST = 1 << 20
"""Bytes of a file that is read; a larger one is `refused`."""

_LINK, _SUBMODULE = "120000", "160000"


def listed(printed: bytes) -> dict[str, tuple[str, str]]:
    """Path → object, and why it is not read if it is not, of an answer to `git ls-tree -r -l -z`.

    A name that is not UTF-8 is kept as its escapes.
    """
    entries = printed.split(b"\0")[:-1]
    if len(entries) > MOST_PATHS:
        raise GitFault("integration_error", f"the repository holds more than {MOST_PATHS} files")
    found = {}
    for entry in entries:
        about, _, path = entry.partition(b"\t")
        mode, _, sha, size = about.decode("ascii").split()
        found[path.decode("utf-8", "backslashreplace")] = (sha, _refused(mode, size))
    return found


class GitTree:
    """A tree as `app.gitops.Tree` wants it. It blocks while it reads: use it in a thread, one at a time.

    Raises GitFault when the repository under it breaks, or when it is still in use after `limit` seconds.
    """

    def __init__(
        self, entries: Mapping[str, tuple[str, str]], command: list[str], environment: Mapping[str, str], limit: float
    ) -> None:
        self._entries = entries
        self._process = subprocess.Popen(  # noqa: S603  git, with what we made up ourselves
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            start_new_session=True,
        )
        self._watch = threading.Timer(limit, kill_group, (self._process.pid,))
        self._watch.daemon = True
        self._watch.start()
        self._to, self._from = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)

    def paths(self) -> Iterable[str]:
        """Every path, links and submodules too."""
        return self._entries.keys()

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; None when there is none, or when it is `refused`."""
        sha, refused = self._entries.get(path, ("", ""))
        if not sha or refused:
            return None
        try:
            return self._contents(sha)
        except (OSError, ValueError):
            raise GitFault("cache_broken", f"git cannot read {path}") from None

    def read_at(self, revision: str, path: str) -> bytes | None:
        """The bytes of a file as another commit (its whole hash) has it; None without one, or for a large one."""
        return self._object(revision, path, b"blob")

    def names_at(self, revision: str, folder: str) -> tuple[str, ...]:
        """The names of what lies in a folder of another commit; none when there is no such folder."""
        listed, names = self._object(revision, folder, b"tree") or b"", []
        while listed:
            # Each entry is `mode name\0` and the binary hash.
            about, _, rest = listed.partition(b"\0")
            names.append(about.partition(b" ")[2].decode("utf-8", "backslashreplace"))
            listed = rest[len(revision) // 2 :]
        return tuple(names)

    def _object(self, revision: str, path: str, kind: bytes) -> bytes | None:
        """What a name of another commit stands for, if it is of this kind and not large."""
        if "\n" in path or "\0" in path:
            return None
        try:
            self._to.write(f"{revision}:{path}\n".encode())
            self._to.flush()
            head = self._from.readline().rstrip(b"\n").rsplit(b" ", 2)
            if len(head) != 3 or not head[2].isdigit():  # `<name> missing`
                return None
            content, left = b"", int(head[2])
            is_large = left > LARGEST
            while left and (content := self._from.read(min(left, LARGEST))):  # of a large one nothing is kept
                left -= len(content)
            if left or self._from.read(1) != b"\n":
                raise ValueError("cut off")
        except (OSError, ValueError):
            raise GitFault("cache_broken", f"git cannot read {path}") from None
        return content if head[1] == kind and not is_large else None

    def refused(self, path: str) -> str:
        """Why a path that is there is not read; empty for all others."""
        return self._entries.get(path, ("", ""))[1]

    def close(self) -> None:
        """End the process under it."""
        self._watch.cancel()
        kill_group(self._process.pid)
        self._process.wait()
        for pipe in (self._to, self._from):
            with suppress(OSError):  # a question that nobody hears any more
                pipe.close()

    def _contents(self, sha: str) -> bytes:
        """What `git cat-file --batch` answers: `<object> blob <size>`, the content, a line's end. Raises ValueError."""
        self._to.write(sha.encode() + b"\n")
        self._to.flush()
        head = self._from.readline().split()
        size = int(head[2]) if len(head) == 3 else -1
        content = self._from.read(size) if 0 <= size <= LARGEST else b""
        if len(content) != size or self._from.read(1) != b"\n":
            raise ValueError("cut off")
        return content


def _refused(mode: str, size: str) -> str:
    if mode == _LINK:
        return "a symbolic link, which is not followed"
    if mode == _SUBMODULE:
        return "a submodule, which is not read"
    if not size.isdigit():  # BAD: filtered away when it was fetched, as only large ones are
        return "larger than 1 MiB"
    return f"larger than 1 MiB ({int(size) >> 20} MiB)" if int(size) > LARGEST else ""
