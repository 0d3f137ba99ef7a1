"""A service's repository at Bitbucket: whether there is news, and the commits behind its versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.clients.bitbucket import UnknownRevision
from app.clients.bitbucket_answers import Commit, Listed
from app.collector import bitbucket_events as told_as
from app.collector.labels import Labels
from app.collector.news import digest, report
from app.collector.reading import Reading
from app.collector.requests import list_requests, tell_requests
from app.collector.runs import tell_deployments, tell_pipelines
from app.kernel.clock import HOUR, to_datetime
from app.kernel.together import nothing, together
from app.store.collected import MISSING, Seen

FURTHER_COMMITS = 200
"""Commits that are looked for behind a version which nobody has told of."""
SOUGHT_AGAIN = 6 * HOUR
"""After how long a version without a commit is looked for again, µs."""
AT_LEAST = HOUR
"""The longest time without a look at the commits, µs: not every repository has pipelines."""
_HEX = frozenset("0123456789abcdef")


@dataclass(slots=True)
class History:
    """Reads the repository of one service and tells what nobody told: `read`, and `rest` when all had their turn."""

    here: Reading
    patience: int
    """How long a repository without news is left alone, µs."""
    labels: Labels
    looked: bool = field(default=False, init=False)
    found: dict[str, str] = field(default_factory=dict, init=False)
    """Versions with the whole commits that this round has found."""

    async def read(self, words: Mapping[str, str]) -> list[str]:
        """What lineage is made of; `words` are the versions that are wanted or run, each with the commit it names.

        One question where nothing is new. Returns the texts in which tickets may be named. Raises ApiFault: what was
        told until then stays told.
        """
        unknown = await self._labelled(await self._unknown(words))
        if not (self.here.first or self.here.work.again or unknown or self._is_old() or await self._has_news()):
            return []
        self.looked = True
        commits, listed = await together(self._commits(), list_requests(self.here))
        commits += await self._behind(unknown, commits)
        merges = [each.hash for each in commits if len(each.parents) > 1]
        return [*(each.message for each in commits), *await tell_requests(self.here, listed, merges)]

    async def rest(self) -> None:
        """Results of pipelines and deployments, which can wait if the hour's calls are few. Raises ApiFault."""
        if not self.here.may_spend():
            return
        pipelines, deployments = self._owes("pipelines"), self.looked or self._owes("deployments")
        await together(
            tell_pipelines(self.here) if pipelines else nothing(),
            tell_deployments(self.here) if deployments else nothing(),
        )

    async def commits_of(self, words: Mapping[str, str]) -> dict[str, str]:
        """The commit of each version, or whatever else names it in the repository."""
        named = await self._labelled(words)
        known = await self.here.work.ask.known(self.here.service, set(named.values()))
        return {word: self.found.get(word) or known.get(sha, sha) for word, sha in named.items()}

    async def _has_news(self) -> bool:
        """Whether there are runs since the last look. Not asked again before its time."""
        at = self.here.read_at("pipelines")
        if at is not None and at > self.here.work.now - self.patience:
            return False
        return await tell_pipelines(self.here) > 0

    def _is_old(self) -> bool:
        """Whether the commits were not looked at for long, or what belongs to them was left for later."""
        before = self.here.work.before("commits", self.here.name)
        waits = max(AT_LEAST, self.patience)
        return before is None or before.at <= self.here.work.now - waits or self._owes("pull_requests")

    def _owes(self, what: str) -> bool:
        """Whether a list has never been read to its end."""
        return self.here.work.again or self.here.read_at(what) is None

    # ---------------------------------------------------------------- commits

    async def _commits(self) -> list[Commit]:
        """The commits of the main branch since the last look."""
        here, since = self.here, to_datetime(self.here.work.since)
        main = here.its.main_branch or "main"
        before = here.work.before("commits", here.name)
        last = before.digest if before and not here.work.again else None
        try:
            found = await here.bitbucket.commits_between(here.name, main, last, since=since)
        except UnknownRevision:  # history was rewritten: what we read last is gone
            if last is None:  # nothing was ever pushed
                return []
            last = None
            found = await here.bitbucket.commits_between(here.name, main, None, since=since)
        items = list(found.items) if last else _until(found.items, here.work.since)
        here.work.summary.looked["commit"] += len(items)
        if items:
            await self._tell_commits(items, last)
        elif before:
            here.work.note(Seen("commits", here.name, before.digest, here.work.now))
        return items

    async def _tell_commits(self, items: Sequence[Commit], before: str | None) -> None:
        here = self.here
        head = Seen("commits", here.name, items[0].hash, here.work.now)
        pushes = list(told_as.pushes(here.service, here.its, items, before))
        for event in pushes[::-1]:  # the oldest first: each holds on to the one before it
            quiet = here.work.voiced(event, items[0].date, first=here.first)
            last = event is pushes[0]
            await here.work.tell(report("commits", [quiet], [head] if last else [], before=before or ""))

    async def _unknown(self, words: Mapping[str, str]) -> dict[str, str]:
        """The versions whose commits facts do not know, and that were not looked for lately."""
        here = self.here
        asked = {word: sha for word, sha in words.items() if not self._was_sought(word)}
        known = await here.work.ask.known(here.service, set(asked.values())) if asked else {}
        return {word: sha for word, sha in asked.items() if sha not in known}

    def _was_sought(self, word: str) -> bool:
        """Whether it was found, or not found lately. What is not known is said each time."""
        before = self.here.work.before("version", f"{self.here.name}:{word}")
        if before is None or before.digest != MISSING:
            return before is not None
        self._not_known(word)
        return before.at > self.here.work.now - SOUGHT_AGAIN

    def _not_known(self, word: str) -> None:
        self.here.work.summary.not_known(f"{self.here.service}: no commit for the version {word}")

    async def _labelled(self, unknown: Mapping[str, str]) -> dict[str, str]:
        """The same with the commits that images say they were built from, where nothing else names one."""
        return {word: (await self.labels.commit(word) if word == sha else None) or sha for word, sha in unknown.items()}

    async def _behind(self, unknown: Mapping[str, str], fresh: Sequence[Commit]) -> list[Commit]:
        """The commits behind versions that are not on the main branch, or are named by a tag or a label."""
        found: list[Commit] = []
        for word, sha in unknown.items():
            made = next((each for each in fresh if each.hash.startswith(sha)), None)
            if made is not None:
                self.found[word] = made.hash
                if _is_named(word, sha, made):
                    event = told_as.tagged(self.here.service, self.here.its, word, made)
                    await self.here.work.tell(
                        report("commits", [self.here.work.voiced(event, made.date, first=self.here.first)])
                    )
                self._note(word, digest(sha))
            else:
                found += await self._version(word, sha)
        return found

    def _note(self, word: str, state: str) -> None:
        self.here.work.note(Seen("version", f"{self.here.name}:{word}", state, self.here.work.now))

    async def _version(self, word: str, sha: str) -> list[Commit]:
        here = self.here
        made = await self._made(sha)
        if made is None and sha not in word:  # a label that the image has from the one below it
            made = await self._made(word)
        if made is None:
            self._not_known(word)
            self._note(word, MISSING)
            return []
        self.found[word] = made.hash
        head = here.work.before("commits", here.name)
        last = head.digest if head else None
        try:
            listed = await here.bitbucket.commits_between(here.name, made.hash, last, FURTHER_COMMITS)
        except UnknownRevision:  # what was read last is gone since
            listed = Listed((made,), complete=False)
        items = list(listed.items) or [made]
        events = [told_as.tagged(here.service, here.its, word, made)] if _is_named(word, sha, made) else []
        events += list(told_as.pushes(here.service, here.its, items, last if listed.complete else None))
        voiced = [here.work.voiced(each, made.date, first=here.first) for each in events]
        seen = Seen("version", f"{here.name}:{word}", digest(sha), here.work.now)
        await here.work.tell(report("commits", voiced, [seen]))
        return items

    async def _made(self, sha: str) -> Commit | None:
        """The commit of a hash, a tag or a branch; tags often have a v before the version."""
        for name in (sha,) if _HEX.issuperset(sha) else (sha, f"v{sha}"):
            try:
                return await self.here.bitbucket.commit(self.here.name, name)
            except UnknownRevision:
                continue
        return None


def _is_named(word: str, sha: str, made: Commit) -> bool:
    """Whether a version is a name of its commit, and not the commit itself: nobody could tell that by looking at it."""
    return not (made.hash.startswith(sha) and sha in word.lower())


def _until(found: Sequence[Commit], since: int) -> list[Commit]:
    """The commits down to the last that is younger, and the one before it: dates are the authors', who rebase."""
    last = max(
        (index for index, each in enumerate(found) if each.date is not None and each.date >= to_datetime(since)),
        default=-1,
    )
    return list(found[: last + 2])
