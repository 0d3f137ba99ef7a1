"""Lineage: which commits a deployment carries, by walking from what is new to what was live before.

What no push told is not known, and never guessed: the deployment is flagged instead.
"""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from app.facts.history import Link, reverts
from app.facts.model import Commit, PullRequest


@dataclass(slots=True)
class Graph:
    """What is known around the commits of a chain. Keys are whole commits.

    `live` holds commits that were live in the chain before what is looked at: arrivals and deployed heads, with the
    times (µs) of the first time. Of those in `copied` a copy was live: that says nothing of what is behind them.
    """

    commits: dict[str, Commit] = field(default_factory=dict)
    links: dict[str, list[Link]] = field(default_factory=dict)
    merges: dict[str, PullRequest] = field(default_factory=dict)
    whole: dict[str, str] = field(default_factory=dict)
    live: dict[str, int] = field(default_factory=dict)
    copied: set[str] = field(default_factory=set)

    def full(self, sha: str) -> str:
        """The whole commit of a beginning, if it is known."""
        return self.whole.get(sha, sha)

    def came(self, sha: str) -> bool:
        """Whether a commit was live, or a copy of it."""
        return sha in self.live or sha in self.copied

    def parents(self, sha: str) -> list[Link]:
        return self.links.get(sha, [])


@dataclass(frozen=True, slots=True)
class Carried:
    """What a deployment carries: commits that arrive (newest first), how many came back, and what is not known.

    `squashed` holds those that a pull request's merge stands for; `ends` the commits at which the walk ended without
    an answer, `heads` those that a pull request may explain yet: an event about one of them changes all this.
    `tickets` are those of all of them, also of what came back. `doubt` says that more of the history could change this.
    """

    arrivals: tuple[Commit, ...] = ()
    again: int = 0
    tickets: frozenset[str] = frozenset()
    squashed: frozenset[str] = frozenset()
    requests: Mapping[str, PullRequest] = field(default_factory=dict)
    reverted: tuple[str, ...] = ()
    hotfix: bool = False
    flags: frozenset[str] = frozenset()
    waits: frozenset[str] = frozenset()
    doubt: bool = False


@dataclass(slots=True)
class _Walk:
    """The commits between new and old."""

    visited: list[str]
    fresh: set[str]
    reached: bool
    gap: bool
    forced: bool
    ends: set[str]
    met: str | None = None


class Behind:
    """What is in the commit that is live: kept from one deployment to the next, as long as history is one line."""

    def __init__(self) -> None:
        self._head: str | None = None
        self._found: set[str] = set()

    def of(self, graph: Graph, head: str, horizon: int) -> set[str]:
        """All that is in a commit, down to what was live before `horizon` (µs)."""
        if head != self._head:
            self._head, self._found = head, _behind(graph, head, horizon)
        return self._found

    def move(self, head: str, walk: "_Walk") -> None:
        """The next commit is live; it was walked down to the last one."""
        if walk.met == self._head:
            self._head = head
            self._found.update(walk.visited)


def carried(graph: Graph, behind: Behind, new: str, old: str, old_live_at: int, horizon: int) -> Carried:
    """What `new` carries that `old`, live since `old_live_at`, does not. Times in µs."""
    walk = _walk(graph, new, old, behind.of(graph, old, horizon), horizon)
    behind.move(new, walk)
    flags: set[str] = set()
    if not walk.reached:
        if not walk.forced:
            return Carried(flags=frozenset({"unknown_lineage"}), waits=frozenset(walk.ends | {new}), doubt=True)
        flags.add("approximate")
        commits = graph.commits
        since = {sha for sha in walk.visited if sha in commits and (commits[sha].authored_at or 0) > old_live_at}
        walk.visited = [sha for sha in walk.visited if sha in since]
        walk.fresh &= since
    elif walk.gap:
        flags.add("incomplete")
    return _gather(graph, walk, flags)


def _doubtful(graph: Graph, walk: _Walk) -> bool:
    """Whether knowing more of what is behind the last one could change the answer."""
    told = {link.parent for sha in walk.visited for link in graph.parents(sha) if link.how == "side"}
    return not walk.reached or not walk.ends <= told or any(sha in graph.live for sha in walk.visited)


def _behind(graph: Graph, old: str, horizon: int) -> set[str]:
    """A commit and all that is in it, down to what was live long ago."""
    found, todo = {old}, [old]
    while todo:
        sha = todo.pop()
        if sha != old and graph.live.get(sha, horizon) < horizon:
            continue
        for link in graph.parents(sha):
            if link.how != "forced" and link.parent not in found:
                found.add(link.parent)
                todo.append(link.parent)
    return found


def _walk(graph: Graph, new: str, old: str, behind: Collection[str], horizon: int) -> _Walk:
    """Breadth first from `new` to what is behind. `fresh` is what is reached without going through what was live."""
    walk = _Walk([], set(), False, False, False, set())
    # (commit, whether only lines led to it, whether nothing on the way was live, whether something was left out)
    todo = deque([(new, True, True, False)])
    seen: set[tuple[str, bool, bool]] = set()
    while todo:
        sha, main, clean, gap = todo.popleft()
        if sha in behind or graph.live.get(sha, horizon) < horizon:
            walk.reached |= main
            walk.gap |= main and gap
            walk.met = old if sha == old else walk.met
        elif (sha, main, clean) not in seen:
            seen.add((sha, main, clean))
            clean = clean and sha not in graph.live
            _visit(walk, sha, clean, links := graph.parents(sha))
            for link in links:
                if link.how != "forced":
                    todo.append((link.parent, main and link.how != "side", clean, gap or link.how == "gap"))
    walk.visited = list(dict.fromkeys(walk.visited))
    return walk


def _visit(walk: _Walk, sha: str, clean: bool, links: Collection[Link]) -> None:
    walk.visited.append(sha)
    if clean:
        walk.fresh.add(sha)
    if not links:
        walk.ends.add(sha)
    for link in links:
        if link.how == "forced":
            walk.forced = True


def _gather(graph: Graph, walk: _Walk, flags: set[str]) -> Carried:
    """The developers' own commits of a walk: a merge makes room for its pull request's, however it was merged."""
    own: dict[str, bool] = {}
    requests: dict[str, PullRequest] = {}
    squashed: set[str] = set()
    heads: set[str] = set()
    hotfix = False
    visited = set(walk.visited)
    for sha in walk.visited:
        commit, request = graph.commits.get(sha), graph.merges.get(sha)
        inner: list[str] = []
        if request:
            inner = [graph.full(each) for each in request.commits]
            hotfix |= request.hotfix
            requests |= dict.fromkeys([*inner, sha], request)
            squashed.update(each for each in inner if each not in visited)
        if inner or (commit and commit.merge and not _alone(graph, sha)):
            heads.add(sha)
        for each in inner or ([] if sha in heads else [sha]):
            own[each] = own.get(each, False) or sha in walk.fresh
    own = _without_copies(graph, own, squashed)
    known = [(graph.commits[sha], fresh) for sha, fresh in own.items() if sha in graph.commits]
    arrivals: list[Commit] = []
    originals: set[str] = set()
    again = 0
    for commit, fresh in known:
        original = graph.full(commit.original) if commit.original else commit.sha
        if not fresh or graph.came(original) or graph.came(commit.sha) or original in originals:
            again += 1
            continue
        originals.add(original)
        arrivals.append(commit)
    taken = [graph.full(sha) for commit, _ in known for sha in reverts(commit.message)]
    return Carried(
        arrivals=tuple(arrivals),
        again=again,
        tickets=frozenset(key for commit, _ in known for key in commit.tickets),
        squashed=frozenset(squashed),
        requests=requests,
        reverted=tuple(dict.fromkeys(sha for sha in taken if sha not in own)),
        hotfix=hotfix or any(sha not in own for sha in taken),
        flags=frozenset(flags),
        waits=frozenset(walk.ends | heads),
        doubt=_doubtful(graph, walk),
    )


def _alone(graph: Graph, sha: str) -> bool:
    """Whether a merge brought nothing beside itself: then it is all that is left of a squashed pull request."""
    return not any(link.how == "side" for link in graph.parents(sha))


def _without_copies(graph: Graph, own: Mapping[str, bool], squashed: Collection[str]) -> dict[str, bool]:
    """A rebased commit is left out for the one that its author made: the author's time and the text are the same."""
    originals = {_mark(graph.commits[sha]) for sha in squashed if sha in graph.commits}
    if not originals:
        return dict(own)
    return {
        sha: fresh
        for sha, fresh in own.items()
        if sha in squashed or sha not in graph.commits or _mark(graph.commits[sha]) not in originals
    }


def _mark(commit: Commit) -> tuple[int | None, str | None]:
    return commit.authored_at, commit.message
