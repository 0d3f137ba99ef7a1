"""Real repositories for the tests of gates: commits without files, made as quickly as git can."""

import os
import subprocess
from pathlib import Path

_WHO = {"GIT_AUTHOR_NAME": "Ada Byron", "GIT_AUTHOR_EMAIL": "ada@acme.io", "GIT_COMMITTER_NAME": "Bitbucket",
        "GIT_COMMITTER_EMAIL": "bot@acme.io", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}  # fmt: skip


class Clone:
    """A repository in a folder; `head` is where its branch main is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.messages: dict[str, tuple[str, tuple[str, ...]]] = {}
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self._tree = self.git("hash-object", "-w", "-t", "tree", "--stdin", typed=b"")
        self.head = ""

    def git(self, *words: str, typed: bytes | None = None) -> str:
        environ = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **_WHO}
        done = subprocess.run(
            ["git", "-C", str(self.folder), *words], input=typed, env=environ, capture_output=True, check=True
        )
        return done.stdout.decode().strip()

    def commit(self, message: str, *parents: str, branch: str = "main") -> str:
        """A commit on what is given, else on main, to which it then belongs."""
        behind = parents or ((self.head,) if self.head else ())
        sha = self.git("commit-tree", self._tree, *(word for each in behind for word in ("-p", each)), "-m", message)
        self.messages[sha] = (message, behind)
        self.point(branch, sha)
        return sha

    def point(self, branch: str, sha: str) -> None:
        """Let a branch be at a commit; by force, if it was elsewhere."""
        self.git("update-ref", f"refs/heads/{branch}", sha)
        if branch == "main":
            self.head = sha

    def revert(self, sha: str) -> str:
        """As `git revert` writes it."""
        title = self.messages[sha][0].partition("\n")[0]
        return self.commit(f'Revert "{title}"\n\nThis reverts commit {sha}.')

    def many(self, number: int, message: str = "SHOP-{n}: change {n}") -> None:
        """So many commits on main, in one go."""
        lines = []
        for n in range(number):
            text = message.format(n=n, ticket=100 + n % 60).encode()
            lines += [b"commit refs/heads/main", b"committer Ada <ada@acme.io> %d +0000" % (1_790_100_000 + n)]
            lines += [b"data %d" % len(text), text]
            lines += [b"from " + self.head.encode()] if not n and self.head else []
        self.git("fast-import", "--quiet", "--force", typed=b"\n".join(lines) + b"\n")
        self.head = self.git("rev-parse", "main")
