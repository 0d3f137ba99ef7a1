"""The commits between what runs and what is to be deployed: from the clone that is here, or from Bitbucket."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.clients.bitbucket import Bitbucket, UnknownRevision
from app.clients.checkout import Checkout
from app.gates.gate import Running, Say
from app.gates.model import CannotTell, Question
from app.gates.rooms.fix_version.named import Named

MOST = 20_000
"""Commits that are read at most: more than that is no release, but a baseline that is wrong."""
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends of what was read, and whether the older is behind the newer (else beside it)."""

    head: str
    base: str
    diverged: bool
    whence: str


async def local(
    checkout: Checkout, question: Question, base: Running, names: Iterable[str], named: Named
) -> Range | None:
    """Out of a clone; None when it is shallow and does not reach far enough. Raises CannotTell, GitFault."""
    head = await checkout.resolve(question.commit or "HEAD")
    if head is None:
        raise CannotTell(
            "unknown_commit",
            f"the clone here does not have {question.commit or 'HEAD'}",
            ("Run the gate in the clone of the service, or give --commit.",),
        )
    ends = await checkout.ends()
    old = await _resolved(checkout, names)
    relation = await checkout.relation(head, old) if old else "unrelated"
    if old is None or relation == "unrelated":
        if ends:
            return None
        raise unknown_baseline(question, base)
    whole = await _read(checkout, head, old, ends, base, named)
    return Range(head, old, relation == "diverged", "the clone here") if whole else None


async def _read(checkout: Checkout, head: str, old: str, ends: Collection[str], base: Running, named: Named) -> bool:
    """Whether all of the commits between are there."""
    async for entry in checkout.between(head, old):
        if entry.sha in ends:
            return False
        if named.commits >= MOST:
            raise too_many(base)
        named.take(entry.sha, entry.message)
    return True


async def _resolved(checkout: Checkout, names: Iterable[str]) -> str | None:
    for name in names:
        if found := await checkout.resolve(name):
            return found
    return None


async def head(bitbucket: Bitbucket, repo: str, question: Question, names: Collection[str]) -> str:
    """What is asked about: the commit, else that of the version under one of its names, else the main branch's.

    Raises CannotTell for a version that names nothing there: to judge another commit in its place would be a guess.
    """
    if question.commit:
        return question.commit
    for name in names:
        try:
            return (await bitbucket.commit(repo, name)).hash
        except UnknownRevision:
            continue
    if names:
        raise CannotTell(
            "unknown_commit",
            f"Bitbucket knows no commit or tag for the version {question.version}",
            ("Give the commit of it, too: --commit.",),
        )
    return (await bitbucket.repository(repo)).main_branch or "main"


async def remote(
    bitbucket: Bitbucket,
    repo: str,
    head: str,
    question: Question,
    base: Running,
    names: Iterable[str],
    named: Named,
    say: Say,
) -> Range:
    """From Bitbucket, up to `head`. Raises CannotTell, ApiFault."""
    for name in names:
        try:
            old = name if _HEX.issuperset(name) else (await bitbucket.commit(repo, name)).hash
            listed = await bitbucket.commits_between(repo, head, old, MOST)
        except UnknownRevision as unknown:
            say(f"Bitbucket does not know {', '.join(unknown.revisions)}")
            if head in unknown.revisions:
                raise CannotTell("unknown_commit", f"Bitbucket does not know {head}", ("Push it first.",)) from None
            continue
        if not listed.complete:
            raise too_many(base)
        for commit in listed.items:
            named.take(commit.hash, commit.message)
        first = listed.items[0].hash if listed.items else head
        return Range(first, old, False, f"Bitbucket, {repo}")
    raise unknown_baseline(question, base)


def unknown_baseline(question: Question, base: Running) -> CannotTell:
    """What runs is in nobody's history: not the same as no commits."""
    return CannotTell(
        "unknown_baseline",
        f"{base.version} runs in {question.environment} ({base.whence}), but the repository does not know that commit: "
        "it was squashed or force-pushed away, or the version names no commit. So nobody can say what is new.",
        (
            f"Find the commit on the branch that is nearest to what runs in {question.environment}.",
            "Run the gate with --baseline COMMIT.",
            "Deploy images that are built from the branch itself, so that the next release is known again.",
        ),
    )


def first_deployment(question: Question) -> CannotTell:
    """Nothing runs there yet."""
    return CannotTell(
        "first_deployment",
        f"nothing is known to run in {question.environment} yet, so all of the history would be new. "
        "It is not looked through.",
        (
            "If this is the first deployment: run the gate with --baseline FIRST-COMMIT-THAT-COUNTS.",
            f"Else see why {question.environment} is not in the GitOps repository under the name of "
            f"{question.service}.",
        ),
    )


def too_many(base: Running) -> CannotTell:
    """More than any release has."""
    return CannotTell(
        "too_many_commits",
        f"there are more than {MOST:,} commits since {base.version}: that is no release",
        ("Run the gate with --baseline COMMIT.",),
    )


def too_shallow() -> CannotTell:
    """The clone has too little of the history."""
    return CannotTell(
        "shallow_clone",
        "the clone here is shallow and does not reach back to what runs, and no Bitbucket is set up to ask instead",
        (
            "Clone all of it: `clone: {depth: full}` in bitbucket-pipelines.yml, `GIT_DEPTH: 0` in GitLab.",
            "Or let the gate ask Bitbucket: upstreams.bitbucket in the rules, with its token.",
        ),
    )
