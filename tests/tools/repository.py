"""Bare git repositories for tests, written by `git fast-import`: links, submodules and large files too."""

import hashlib
import subprocess
import zlib
from collections.abc import Mapping
from pathlib import Path


class Repository:
    """A bare repository; each commit is a second later than the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seconds = 1_790_000_000
        folder.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", folder], check=True)

    def commit(
        self,
        files: Mapping[str, str | bytes],
        message: str = "Change",
        *,
        branch: str = "main",
        links: Mapping[str, str] | None = None,
        objects: Mapping[str, str] | None = None,
        forced: bool = False,
    ) -> str:
        """A commit on a branch with these files changed, or (`forced`) a new history of it; its SHA.

        `objects` are files that are there as blobs already.
        """
        self._seconds += 1
        words = message.encode()
        story = [f"commit refs/heads/{branch}\ncommitter Ann <ann@acme.example> {self._seconds} +0000\n".encode()]
        story += [b"data %d\n" % len(words), words, b"\n"]
        if not forced and self._has(branch):
            story.append(f"from refs/heads/{branch}^0\n".encode())
        entries = [("100644", path, text) for path, text in files.items()]
        entries += [("120000", path, target) for path, target in (links or {}).items()]
        for mode, path, text in entries:
            data = text.encode() if isinstance(text, str) else text
            name = path.encode("utf-8", "surrogateescape")
            story += [b"M %s inline %s\ndata %d\n" % (mode.encode(), name, len(data)), data, b"\n"]
        story += [f"M 100644 {sha} {path}\n".encode() for path, sha in (objects or {}).items()]
        self._git("fast-import", "--quiet", "--force", told=b"".join(story))
        return self._git("rev-parse", f"refs/heads/{branch}").strip()

    def zeros(self, mebibytes: int) -> str:
        """The SHA of a blob of that size; written by hand, because git takes its time for it."""
        piece, packed = bytes(1 << 20), zlib.compressobj(1)
        head = b"blob %d\0" % (mebibytes << 20)
        sha, data = hashlib.sha1(head, usedforsecurity=False), [packed.compress(head)]
        for _ in range(mebibytes):
            sha.update(piece)
            data.append(packed.compress(piece))
        place = self.folder / "objects" / sha.hexdigest()[:2] / sha.hexdigest()[2:]
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(b"".join((*data, packed.flush())))
        return sha.hexdigest()

    def merge(self, message: str, branch: str, other: str) -> str:
        """A merge commit on a branch that has the files of the other; its SHA."""
        self._seconds += 1
        text = f"commit refs/heads/{branch}\ncommitter Ann <ann@acme.example> {self._seconds} +0000\n"
        text += f"data {len(message)}\n{message}\nfrom refs/heads/{branch}^0\nmerge refs/heads/{other}\n"
        text += f"M 040000 {self._git('rev-parse', f'{other}^{{tree}}').strip()} \n"
        self._git("fast-import", "--quiet", told=text.encode())
        return self._git("rev-parse", branch).strip()

    def _has(self, branch: str) -> bool:
        return bool(self._git("for-each-ref", f"refs/heads/{branch}"))

    def _git(self, *arguments: str, told: bytes = b"") -> str:
        command = ["git", "-C", self.folder, *arguments]
        return subprocess.run(command, input=told, capture_output=True, check=True).stdout.decode()
