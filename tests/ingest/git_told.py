"""A real repository on disk, and what a git host would tell of it."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.kernel.clock import HOUR, SECOND, iso

REPOSITORY = {"provider": "bitbucket", "full_name": "acme/checkout", "uuid": "{checkout}"}
Told = dict[str, Any]


class Repository:
    """Works on a repository an hour at a time, and notes the events of each push, merge and deployment."""

    def __init__(self, folder: Path, now: int) -> None:
        self._folder, self.now = folder, now
        self.events: list[Told] = []
        self.deployed: list[str] = []
        self.requests: dict[str, set[str]] = {}
        self._numbers: Iterator[int] = iter(range(1, 100))
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str, text: str | None = None) -> str:
        """What git answers; commits are made now."""
        date = f"{self.now // SECOND} +0000"
        said = {"NAME": "Ines Varga", "EMAIL": "ines@example.com", "DATE": date}
        person = {f"GIT_{who}_{part}": value for who in ("AUTHOR", "COMMITTER") for part, value in said.items()}
        alone = {"PATH": os.environ["PATH"], "HOME": str(self._folder), "GIT_CONFIG_NOSYSTEM": "1", **person}
        command = ["git", "-C", str(self._folder), *words]
        return subprocess.run(command, env=alone, input=text, capture_output=True, text=True, check=True).stdout.strip()

    def commit(self, name: str) -> str:
        """A commit with a file of its own, an hour after the last one."""
        self.now += HOUR
        (self._folder / name).write_text(f"{name}\n", encoding="utf-8")
        self.git("add", name)
        self.git("commit", "-q", "-m", f"Add {name}")
        return self.head()

    def head(self, ref: str = "HEAD") -> str:
        return self.git("rev-parse", ref)

    def between(self, new: str, *old: str, merges: bool = False) -> list[str]:
        """`git rev-list`, the newest first."""
        words = ("rev-list", "--topo-order", *(() if merges else ("--no-merges",)), new, *(f"^{each}" for each in old))
        return self.git(*words).split()

    def patch(self, sha: str) -> str:
        """What a commit changes, whoever picked it from where."""
        return self.git("patch-id", "--stable", text=self.git("show", sha)).split(" ")[0]

    def push(self, ref: str, before: str | None, *, forced: bool = False) -> None:
        """The branch moved from `before` to where it is now."""
        after = self.head(ref)
        base = [before] if before else [self.head("main")] if ref != "main" else []
        commits = [self._said(sha) for sha in self.between(after, *base, merges=True)]
        self._note("change.pushed", f"branch:{ref}", after, ref=ref, ref_kind="branch", before=before, after=after,
                   created=before is None, forced=forced, truncated=False, commits=commits)  # fmt: skip

    def merged(self, branch: str, merge: str, own: list[str]) -> None:
        """A pull request was merged as `merge`; `own` are its commits."""
        number = next(self._numbers)
        asked = {"id": number, "title": branch, "state": "merged", "source_branch": branch, "merge_commit": merge[:12]}
        self.requests[merge] = set(own)
        self._note("pull_request.merged", f"pull_request:{number}", "", pull_request=asked, merged_at=iso(self.now),
                   commits=[self._said(sha) for sha in own])  # fmt: skip

    def deploy(self, sha: str, branch: str = "main") -> None:
        """It went live half an hour later."""
        self.now += HOUR // 2
        self.deployed.append(sha)
        self._note("deployment.finished", f"deployment:{len(self.deployed)}", "", status="succeeded",
                   environment="prod", version=f"1-{sha[:7]}", commit={"sha": sha, "branch": branch},
                   finished_at=iso(self.now), healthy=True)  # fmt: skip

    def _said(self, sha: str) -> Told:
        written, message = self.git("show", "-s", "--format=%aI%n%B", sha).split("\n", 1)
        who = {"name": "Ines Varga", "email": "ines@example.com", "kind": "human"}
        return {"sha": sha, "message": message.strip(), "authored_at": written, "author": who}

    def _note(self, kind: str, subject: str, key: str, **fields: Any) -> None:
        said = {name: value for name, value in fields.items() if value is not None}
        self.events.append(
            {"type": kind, "subject": subject, "key": key, "occurred_at": iso(self.now), "service": "checkout",
             "repository": REPOSITORY, **said}
        )  # fmt: skip
