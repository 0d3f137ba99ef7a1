"""Merged pull requests, with the commits that a squash hides: asked for all at once, not one by one."""

from collections.abc import Collection, Mapping, Sequence

from app.clients.bitbucket import UnknownRevision
from app.clients.bitbucket_answers import Commit, Listed, PullRequest
from app.clients.faults import ApiFault
from app.collector import bitbucket_events as told_as
from app.collector.news import digest, report
from app.collector.reading import Reading
from app.kernel.clock import to_datetime
from app.store.collected import Seen

AT_ONCE = 40
"""Heads of pull requests in one question: what fits into an address."""
REPORT = 25
"""Pull requests in one receipt."""


async def list_requests(here: Reading) -> Listed[PullRequest]:
    """Those that were touched since the last look. Raises ApiFault."""
    return await here.bitbucket.pull_requests(here.name, to_datetime(here.since("pull_requests")))


async def tell_requests(here: Reading, listed: Listed[PullRequest], merges: Collection[str]) -> list[str]:
    """Tell those that were merged; `merges` are commits with two parents, which hide nothing.

    Returns their titles and the messages of their own commits. Raises ApiFault.
    """
    work, since = here.work, here.since("pull_requests")
    merged = [each for each in listed.items if each.state == "MERGED"]
    work.summary.looked["pull_request"] += len(merged)
    subjects = await work.ask.subjects(here.service, ["pull_request.merged"], since)
    fresh = [each for each in reversed(merged) if work.before("pull_request", _key(here, each)) is None]
    squashed = [each for each in fresh if not any(sha.startswith(each.merge_commit or "-") for sha in merges)]
    told = {each.id for each in fresh if f"pull_request:{here.its.uuid}:{each.id}" in subjects}
    due = [each for each in fresh if each in squashed or each.id not in told]
    texts = [each.title for each in merged]
    for start in range(0, len(due), AT_ONCE):
        some = due[start : start + AT_ONCE]
        hidden = await _hidden(here, [each for each in some if each in squashed])
        texts += [commit.message for commits in hidden.values() for commit in commits]
        await _tell(here, some, hidden, told)
    here.remember("pull_requests", listed.complete)
    return texts


async def _tell(
    here: Reading, some: Sequence[PullRequest], hidden: Mapping[int, Sequence[Commit]], told: Collection[int]
) -> None:
    """Once: in silence when a webhook has told of it, which never says what a squash hides."""
    for start in range(0, len(some), REPORT):
        events, seen = [], []
        for each in some[start : start + REPORT]:
            event = told_as.merged(here.service, here.its, each, hidden.get(each.id))
            quiet = here.first or each.id in told
            events.append(here.work.voiced(event, each.updated_on, first=quiet))
            seen.append(Seen("pull_request", _key(here, each), digest(each.merge_commit), here.work.now))
        await here.work.tell(report("pull_request", events, seen))


async def _hidden(here: Reading, squashed: Sequence[PullRequest]) -> dict[int, Sequence[Commit]]:
    """The commits of each that are not on the main branch, newest first; what is gone at Bitbucket is left out."""
    heads = {each.id: each.source_commit for each in squashed if each.source_commit}
    main = here.its.main_branch or "main"
    known: dict[str, Commit] = {}
    while heads:
        try:
            listed = await here.bitbucket.commits_between(here.name, list(heads.values()), main)
        except UnknownRevision as unknown:
            left = {number: sha for number, sha in heads.items() if sha not in unknown.revisions}
            if len(left) == len(heads):  # it is the main branch that is not known
                break
            heads = left
            continue
        known = {each.hash: each for each in listed.items}
        break
    found: dict[int, Sequence[Commit]] = {number: _own(known, sha) for number, sha in heads.items()}
    for each in squashed:
        if each.id not in heads and (asked := await _asked(here, each)):
            found[each.id] = asked
    return {number: commits for number, commits in found.items() if commits}


async def _asked(here: Reading, squashed: PullRequest) -> Sequence[Commit]:
    """Its commits as the pull request itself lists them: where its branch is gone, it may know them still."""
    if not here.may_spend():
        return ()
    try:
        return (await here.bitbucket.pull_request_commits(here.name, squashed.id)).items
    except ApiFault as fault:
        if fault.kind != "not_found":
            raise
        return ()


def _own(known: Mapping[str, Commit], head: str) -> list[Commit]:
    """What a head (a beginning of a hash, too) reaches among these commits, newest first."""
    waiting = [sha for sha in known if sha.startswith(head)]
    found: set[str] = set()
    while waiting:
        sha = waiting.pop()
        if sha in known and sha not in found:
            found.add(sha)
            waiting += known[sha].parents
    return [each for sha, each in known.items() if sha in found]


def _key(here: Reading, request: PullRequest) -> str:
    return f"{here.name}:{request.id}"
