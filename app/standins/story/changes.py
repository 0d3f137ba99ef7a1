"""A service's repository: branches of one to four commits, pull requests, and what they become on main."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.kernel.clock import DAY, HOUR, MINUTE
from app.standins.story.model import Commit, Person, PullRequest
from app.standins.story.names import SUBJECTS
from app.standins.story.seed import Seed


@dataclass(slots=True)
class Changes:
    """The repository while it grows: every commit by its SHA, main's own newest last."""

    commits: dict[str, Commit] = field(default_factory=dict)
    main: list[str] = field(default_factory=list)
    pulls: list[PullRequest] = field(default_factory=list)

    @property
    def branches(self) -> Mapping[str, str]:
        """Where each branch stands; merged ones are deleted."""
        return {"main": self.main[-1]} | {each.branch: each.commits[0] for each in self.pulls if each.state == "OPEN"}


def tell_changes(seed: Seed, people: Sequence[Person], keys: Sequence[str], start: int, end: int) -> Changes:
    """One merged pull request a ticket, evenly from `start` to `end`; then one that is declined and two still open."""
    changes = Changes()
    first = Commit(seed.sha("first"), (), people[0], start, "Begin\n")
    changes.commits[first.sha] = first
    changes.main.append(first.sha)
    each = (end - start) // max(len(keys), 1)
    for number, key in enumerate(keys):
        merged = start + number * each + each // 2
        named = (key,) if number % 10 < 8 else keys[number : number + 2] if number % 10 == 8 else ()
        _merge(changes, _Work(seed, people, number, tuple(named), merged))
    for number, key in enumerate(keys[-3:], len(keys)):
        work = _Work(seed, people, number, (key,), end - (3 - number + len(keys)) * HOUR)
        changes.pulls.append(_unmerged(changes, work, declined=number == len(keys)))
    return changes


@dataclass(frozen=True, slots=True)
class _Work:
    """What somebody did on a branch: for which tickets, and when it was over."""

    seed: Seed
    people: Sequence[Person]
    number: int
    keys: tuple[str, ...]
    over: int

    @property
    def author(self) -> Person:
        return self.seed.pick(self.people, "author", self.number)

    @property
    def subject(self) -> str:
        return self.seed.pick(SUBJECTS, "subject", self.number)

    @property
    def quiet(self) -> bool:
        """Whether the ticket is named nowhere but in the commits that the squash takes away."""
        return self.number % 13 == 6

    @property
    def title(self) -> str:
        named = "" if self.quiet else "".join(f"{key} " for key in self.keys)
        return f"{named}{'Add' if self.number % 3 else 'Fix'} {self.subject}"

    @property
    def branch(self) -> str:
        words = self.subject.replace(" ", "-")
        if not self.keys or self.quiet:
            return f"chore/{words}-{self.number}"
        key = self.keys[0].lower() if self.number % 5 == 0 else self.keys[0]
        return f"feature/{key}-{words}"


def _written(changes: Changes, work: _Work) -> tuple[str, ...]:
    """The branch's own commits, newest first."""
    parent, count = changes.main[-1], 1 + work.seed.below(4, "commits", work.number)
    made: list[str] = []
    for turn in range(count):
        key = f"{work.keys[turn % len(work.keys)]} " if work.keys else ""
        at = max(work.over - (count - turn) * 3 * HOUR, changes.commits[parent].at + MINUTE)
        sha = work.seed.sha("commit", work.number, turn)
        message = f"{key}{('Begin', 'Go on with', 'Test', 'Tidy')[turn]} {work.subject}\n"
        changes.commits[sha] = Commit(sha, (parent,), work.author, at, message)
        made.append(sha)
        parent = sha
    return tuple(reversed(made))


def _merge(changes: Changes, work: _Work) -> None:
    """A squash; every ninth time a merge commit with two parents."""
    base, commits, identity = changes.main[-1], _written(changes, work), work.number + 1
    merger = work.seed.pick(work.people, "merger", work.number)
    head = f"Merged in {work.branch} (pull request #{identity})\n\n{work.title}\n"
    two = work.number % 9 == 4
    first_lines = (changes.commits[sha].message.strip() for sha in reversed(commits))
    listed = "" if two or work.quiet else "\n" + "".join(f"* {line}\n" for line in first_lines)
    sha = work.seed.sha("merge", work.number)
    parents = (base, commits[0]) if two else (base,)
    at = max(work.over, changes.commits[commits[0]].at + MINUTE)
    changes.commits[sha] = Commit(sha, parents, work.author, at, f"{head}{listed}\nApproved-by: {merger.name}\n")
    changes.main.append(sha)
    created = at - DAY - work.seed.below(24, "open", work.number) * HOUR
    changes.pulls.append(
        PullRequest(identity, work.title, work.branch, work.author, "MERGED", created, at, base, commits, sha, merger)
    )


def _unmerged(changes: Changes, work: _Work, *, declined: bool) -> PullRequest:
    commits = _written(changes, work)
    at = max(work.over, changes.commits[commits[0]].at)
    return PullRequest(
        work.number + 1,
        work.title,
        work.branch,
        work.author,
        "DECLINED" if declined else "OPEN",
        at,
        at,
        changes.main[-1],
        commits,
        closed_by=work.people[0] if declined else None,
    )
