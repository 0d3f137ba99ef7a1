"""What pushes and pull requests tell of commits, in the plainest words: who comes before whom."""

import re
from itertools import pairwise
from typing import Any

BUILT = "pipeline.finished"
_REVERTS = re.compile(r"This reverts commit ([0-9a-f]{7,40})")
_PICKED = re.compile(r"cherry picked from commit ([0-9a-f]{7,40})")


class Git:
    """Who comes before whom, and what each commit says, as far as pushes and pull requests tell."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        self.said: dict[str, dict[str, Any]] = {}
        self.parent: dict[str, str] = {}
        self.merged: dict[str, dict[str, Any]] = {}
        self.rewritten = {e["after"] for e in events if e["type"] == "change.pushed" and e["forced"]}
        for event in events:
            if event["type"] == "change.pushed":
                shas = [one["sha"] for one in event["commits"]]
                if not (event["truncated"] or event["forced"] or "before" not in event):
                    shas.append(event["before"])
                self.parent |= {child: parent for child, parent in pairwise(shas) if child not in self.parent}
            for one in event.get("commits") or []:
                self.said.setdefault(one["sha"], one)
        self.known = {*self.said, *self.parent, *self.parent.values()} | {
            e["commit"]["sha"] for e in events if "commit" in e
        }
        self.built = {(e["service"], e.get("version")): e["commit"]["sha"] for e in events if e["type"] == BUILT}
        for event in events:
            if event["type"] == "pull_request.merged":
                self.merged[self.whole(event["pull_request"]["merge_commit"]) or ""] = event

    def whole(self, prefix: str) -> str | None:
        return next((sha for sha in sorted(self.known) if sha.startswith(prefix)), None)

    def line(self, sha: str | None) -> list[str]:
        """The commit and all that come before it, as far as they are known."""
        found = []
        while sha is not None:
            found.append(sha)
            sha = self.parent.get(sha)
        return found

    def patch(self, sha: str) -> str:
        """The commit that this one is a copy of, or itself."""
        picked = _PICKED.search(self.said[sha].get("message", "") if sha in self.said else "")
        return (self.whole(picked[1]) or picked[1]) if picked else sha

    def own(self, line: list[str]) -> list[str]:
        """The developers' commits: a merge makes room for the pull request's own, however it was merged."""
        found: list[str] = []
        for sha in line:
            request = self.merged.get(sha)
            inner = [one["sha"] for one in request.get("commits") or []] if request else []
            merge = self.said.get(sha, {}).get("message", "").startswith("Merge")
            found += inner or ([] if merge else [sha])
        requests = [one for sha in line if sha in self.merged for one in self.merged[sha].get("commits") or []]
        rebased = {(one.get("authored_at"), one.get("message")) for one in requests if one["sha"] not in line}
        made = {one["sha"] for one in requests}
        return [sha for sha in dict.fromkeys(found) if sha in made or self._mark(sha) not in rebased]

    def _mark(self, sha: str) -> tuple[Any, Any]:
        """What stays the same when a commit is rebased: its author's time, and what he said."""
        said = self.said.get(sha, {})
        return said.get("authored_at"), said.get("message")

    def urgent(self, line: list[str]) -> bool:
        """Whether a hotfix is among them, or a commit that takes another back."""
        requests = [self.merged[sha]["pull_request"] for sha in line if sha in self.merged]
        names = [f"{one.get('source_branch', '')} {one.get('title', '')}".lower() for one in requests]
        return any("hotfix" in name for name in names) or bool(self.taken_back(line))

    def taken_back(self, line: list[str]) -> list[str]:
        """What their messages say they take back, but for what came with them and so was never live."""
        own = self.own(line)
        texts = [self.said.get(sha, {}).get("message", "") for sha in own]
        named = [self.whole(match) or match for text in texts for match in _REVERTS.findall(text)]
        return [sha for sha in named if sha not in own]
