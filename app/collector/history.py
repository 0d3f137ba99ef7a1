"""A service's repository at Bitbucket: the commits behind its versions, pull requests, pipelines, deployments."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.clients.bitbucket import Bitbucket, UnknownRevision
from app.clients.bitbucket_answers import Commit, PullRequest, Repository
from app.collector import bitbucket_events as told_as
from app.collector.news import digest, report
from app.collector.work import Work
from app.kernel.clock import DAY, to_datetime, to_us
from app.store.collected import Seen

FIRST_COMMITS = 500
"""Commits that a first look reads back at most."""
FURTHER_COMMITS = 200
"""Commits that are looked for behind a version which nobody has told of."""
OVERLAP = DAY // 24
"""µs that a list is read again: a run is listed by its start and told at its end."""
SPARE = 300
"""Calls of the hour below which squashed commits wait for a later round."""

Repositories = dict[str, tuple[int, Repository]]
"""Repositories by the name in the estate, each with the time (µs) at which it was asked for."""


class History:
    """Reads the repository of one service and tells what nobody told."""

    def __init__(
        self, work: Work, bitbucket: Bitbucket, repositories: Repositories, service: str, repository: str
    ) -> None:
        self._work, self._bitbucket, self._repositories = work, bitbucket, repositories
        self._service, self._name = service, repository
        self._is_first = work.before("commits", repository) is None

    async def read(self, words: Mapping[str, str]) -> list[str]:
        """Everything that is new; `words` are the versions that are wanted or run, each with the commit it names.

        One question where nothing is new. Returns the texts in which tickets may be named. Raises ApiFault: what was
        told until then stays told.
        """
        its = await self._repository()
        fresh = await self._pipelines(its)
        unknown = await self._unknown(words)
        if not (self._is_first or fresh or unknown):
            return []
        commits = await self._commits(its)
        commits += await self._behind(its, unknown, [each.hash for each in commits])
        await self._deployments(its)
        return [*(each.message for each in commits), *await self._pull_requests(its, commits)]

    async def _repository(self) -> Repository:
        """The repository under the name that it has now. Asked for anew once a day."""
        kept = self._repositories.get(self._name)
        if kept is None or kept[0] < self._work.now - DAY:
            kept = self._repositories[self._name] = (self._work.now, await self._bitbucket.repository(self._name))
        return kept[1]

    # ---------------------------------------------------------------- commits

    async def _commits(self, its: Repository) -> list[Commit]:
        """The commits of the main branch since the last look."""
        main = its.main_branch or "main"
        before = self._work.before("commits", self._name)
        last = before.digest if before else None
        try:
            found = await self._bitbucket.commits_between(self._name, main, last, FIRST_COMMITS)
        except UnknownRevision:  # history was rewritten: what we read last is gone
            last = None
            found = await self._bitbucket.commits_between(self._name, main, None, FIRST_COMMITS)
        items = list(found.items) if last else _until(found.items, to_datetime(self._work.since))
        if items:
            await self._tell_commits(its, items, last)
        return items

    async def _tell_commits(self, its: Repository, items: Sequence[Commit], before: str | None) -> None:
        head = Seen("commits", self._name, items[0].hash, self._work.now)
        pushes = list(told_as.pushes(self._service, its, items, before))
        for event in pushes[::-1]:  # the oldest first: each holds on to the one before it
            quiet = self._work.voiced(event, items[0].date, first=self._is_first)
            last = event is pushes[0]
            await self._work.tell(report("commits", [quiet], [head] if last else [], before=before or ""))

    async def _unknown(self, words: Mapping[str, str]) -> dict[str, str]:
        """The versions whose commits facts do not know, and that were not looked for before."""
        asked = {
            word: sha for word, sha in words.items() if self._work.before("version", f"{self._name}:{word}") is None
        }
        known = await self._work.ask.known(self._service, set(asked.values())) if asked else {}
        return {word: sha for word, sha in asked.items() if sha not in known}

    async def _behind(self, its: Repository, unknown: Mapping[str, str], fresh: Sequence[str]) -> list[Commit]:
        """The commits behind versions that are not on the main branch, or are named by a tag."""
        found: list[Commit] = []
        for word, sha in unknown.items():
            if not any(each.startswith(sha) for each in fresh):
                found += await self._version(its, word, sha)
        return found

    async def _version(self, its: Repository, word: str, sha: str) -> list[Commit]:
        seen = Seen("version", f"{self._name}:{word}", digest(sha), self._work.now)
        head = self._work.before("commits", self._name)
        try:
            made = await self._bitbucket.commit(self._name, sha)
            listed = await self._bitbucket.commits_between(
                self._name, made.hash, head.digest if head else None, FURTHER_COMMITS
            )
        except UnknownRevision:
            self._work.summary.not_known(f"{self._service}: no commit for the version {word}")
            return []
        items = list(listed.items) or [made]
        events = [] if made.hash.startswith(sha) else [told_as.tagged(self._service, its, word, made)]
        before = head.digest if head and listed.complete else None
        events += list(told_as.pushes(self._service, its, items, before))
        await self._work.tell(
            report("commits", [self._work.voiced(each, made.date, first=self._is_first) for each in events], [seen])
        )
        return items

    # ---------------------------------------------------------------- pull requests

    async def _pull_requests(self, its: Repository, commits: Sequence[Commit]) -> list[str]:
        """Merged ones, with their own commits where the merge hides them; returns their titles."""
        merges = [each.hash for each in commits if len(each.parents) > 1]
        since = self._since("pull_requests")
        listed = await self._bitbucket.pull_requests(self._name, to_datetime(since))
        merged = [each for each in listed.items if each.state == "MERGED"]
        subjects = await self._work.ask.subjects(self._service, ["pull_request.merged"], since)
        complete = listed.complete
        for asked in reversed(merged):
            if self._work.before("pull_request", f"{self._name}:{asked.id}"):
                continue
            told = f"pull_request:{its.uuid}:{asked.id}" in subjects
            hidden = not any(each.startswith(asked.merge_commit or "-") for each in merges)
            if told and not hidden:
                continue
            if hidden and not self._may_spend():
                complete = False
                break
            await self._tell_merged(its, asked, hidden=hidden, told=told)
        self._remember("pull_requests", complete)
        return [each.title for each in merged]

    async def _tell_merged(self, its: Repository, asked: PullRequest, *, hidden: bool, told: bool) -> None:
        """Once: in silence when a webhook has told of it, which never says what a squash hides."""
        commits = (await self._bitbucket.pull_request_commits(self._name, asked.id)).items if hidden else None
        event = told_as.merged(self._service, its, asked, commits)
        seen = Seen("pull_request", f"{self._name}:{asked.id}", digest(asked.merge_commit), self._work.now)
        voiced = self._work.voiced(event, asked.updated_on, first=self._is_first or told)
        await self._work.tell(report("pull_request", [voiced], [seen]))

    def _may_spend(self) -> bool:
        """Whether there are calls left for what can wait."""
        budget = self._bitbucket.api.budget
        return budget.remaining is None or budget.remaining > SPARE

    # ---------------------------------------------------------------- pipelines and deployments

    async def _pipelines(self, its: Repository) -> int:
        """Results that nobody told; returns how many runs there are since the last look."""
        since = self._since("pipelines")
        listed = await self._bitbucket.pipelines(self._name, to_datetime(since))
        events = [(told_as.finished(self._service, its, each), each.completed_on) for each in listed.items]
        running = [to_us(run.created_on) for run in listed.items if run.state != "COMPLETED" and run.created_on]
        await self._tell_missed("pipeline", events, "pipeline.finished", since)
        self._remember("pipelines", listed.complete, running)
        return sum(1 for each in listed.items if each.created_on and to_us(each.created_on) > since + OVERLAP)

    async def _deployments(self, its: Repository) -> None:
        since = self._since("deployments")
        listed = await self._bitbucket.deployments(self._name, to_datetime(since))
        events = [(told_as.deployed(self._service, its, each), each.completed_on) for each in listed.items]
        running = [to_us(one.started_on) for one in listed.items if one.state != "COMPLETED" and one.started_on]
        await self._tell_missed("deployment", events, "deployment.finished", since)
        self._remember("deployments", listed.complete, running)

    async def _tell_missed(
        self, kind: str, events: Sequence[tuple[told_as.Told | None, datetime | None]], event_type: str, since: int
    ) -> None:
        """Tell those whose end no webhook, report or earlier round has told, whatever the status that was told."""
        subjects = await self._work.ask.subjects(self._service, [event_type], since)
        missed = [
            self._work.voiced(event, moment, first=self._is_first)
            for event, moment in events
            if event is not None and f"{event_type} {event['status']}" not in subjects.get(event["subject"], ())
        ]
        self._work.summary.looked[kind] += len(events)
        for start in range(0, len(missed), told_as.PUSH):
            await self._work.tell(report(kind, missed[start : start + told_as.PUSH]))

    # ---------------------------------------------------------------- how far was read

    def _since(self, what: str) -> int:
        before = self._work.before("cursor", f"{what}:{self._name}")
        return max(self._work.since, int(before.digest) - OVERLAP) if before else self._work.since

    def _remember(self, what: str, complete: bool, running: Sequence[int] = ()) -> None:
        """Read on from here next time: from now, or from the oldest thing that is not over.

        What has run for longer than a day waits for somebody, or for ever: nobody looks back for it.
        """
        if complete:
            upto = min([self._work.now, *(at for at in running if at > self._work.now - DAY)])
            self._work.note(Seen("cursor", f"{what}:{self._name}", str(upto), self._work.now))


def _until(found: Sequence[Commit], since: datetime) -> list[Commit]:
    """The commits down to the first that is older, and that one: it is what came before the rest."""
    for index, each in enumerate(found):
        if each.date is not None and each.date < since:
            return list(found[: index + 1])
    return list(found)
