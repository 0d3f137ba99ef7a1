"""The files of one commit, read from the bare repository when they are asked for; nothing is checked out."""

import subprocess
import threading
from collections.abc import Iterable, Mapping
from typing import IO, cast

from app.clients.git_command import kill_group
from app.clients.git_faults import GitFault

MOST_PATHS = 200_000
LARGEST = 1 << 20
"""Bytes of a file that is read; a larger one is `refused`."""

_LINK, _SUBMODULE = "120000", "160000"


def listed(printed: bytes) -> dict[str, tuple[str, str]]:
    """Path → mode and object of an answer to `git ls-tree -r -z`. A name that is not UTF-8 is kept as its escapes."""
    entries = printed.split(b"\0")[:-1]
    if len(entries) > MOST_PATHS:
        raise GitFault("integration_error", f"the repository holds more than {MOST_PATHS} files")
    found = {}
    for entry in entries:
        about, _, path = entry.partition(b"\t")
        mode, _, sha = about.decode("ascii").split(" ")
        found[path.decode("utf-8", "backslashreplace")] = (mode, sha)
    return found


class GitTree:
    """A tree as `app.gitops.Tree` wants it. It blocks while it reads: use it in a thread, one at a time.

    Raises GitFault when the repository under it breaks or does not answer within `limit` seconds.
    """

    def __init__(
        self, entries: Mapping[str, tuple[str, str]], command: list[str], environment: Mapping[str, str], limit: float
    ) -> None:
        self._entries = entries
        self._limit = limit
        self._refused = {path: word for path, (mode, _) in entries.items() if (word := _by_mode(mode))}
        self._process = subprocess.Popen(  # noqa: S603  git, with what we made up ourselves
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            start_new_session=True,
        )
        self._to, self._from = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)

    def paths(self) -> Iterable[str]:
        """Every path, links and submodules too."""
        return self._entries.keys()

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; None when there is none, or when it is `refused`."""
        if path not in self._entries or path in self._refused:
            return None
        watch = threading.Timer(self._limit, kill_group, (self._process.pid,))
        watch.start()
        try:
            return self._contents(path, self._entries[path][1])
        except (OSError, ValueError):
            raise GitFault("cache_broken", f"git cannot read {path}") from None
        finally:
            watch.cancel()

    def refused(self, path: str) -> str:
        """Why a path that is there is not read; the size of a file is known when it was read."""
        return self._refused.get(path, "")

    def close(self) -> None:
        """End the process under it."""
        kill_group(self._process.pid)
        self._process.wait()
        for pipe in (self._to, self._from):
            pipe.close()

    def _contents(self, path: str, sha: str) -> bytes | None:
        size = self._ask(f"info {sha}")
        if size is None:  # filtered away when it was fetched: only large ones are
            self._refused[path] = "larger than 1 MiB"
        elif size > LARGEST:
            self._refused[path] = f"larger than 1 MiB ({size >> 20} MiB)"
        if path in self._refused or size is None:
            return None
        self._ask(f"contents {sha}")
        content = self._from.read(size)
        if len(content) < size or self._from.read(1) != b"\n":
            raise ValueError("cut off")
        return content

    def _ask(self, command: str) -> int | None:
        """The size of an object: `<object> blob <size>`, or None for `<object> missing`. Raises ValueError."""
        self._to.write(command.encode() + b"\n")
        self._to.flush()
        answer = self._from.readline().split()
        return None if answer[1:] == [b"missing"] else int(answer[2]) if len(answer) == 3 else _no_answer()


def _no_answer() -> int:
    raise ValueError("git has ended")


def _by_mode(mode: str) -> str:
    if mode == _LINK:
        return "a symbolic link, which is not followed"
    return "a submodule, which is not read" if mode == _SUBMODULE else ""
