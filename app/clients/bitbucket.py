"""Bitbucket Cloud over REST: commits between two revisions, pull requests, pipelines, deployments.

A repository is named `workspace/slug`, or by its slug alone within the workspace of the configuration.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from app.clients.addressed import segment
from app.clients.api import Api, Params
from app.clients.bitbucket_answers import (
    Changed,
    Commit,
    Deployment,
    Environment,
    Listed,
    Page,
    Pipeline,
    PullRequest,
    Repository,
    Step,
)
from app.clients.faults import ApiFault
from app.clients.replies import Reply, read

T = TypeVar("T")

AT_ONCE = 2
"""Questions about one repository at a time: one that hangs for ever leaves places for the others."""
LIMIT = 5_000
"""Items of one list that are read at most, unless the caller says otherwise."""
OLD_ENOUGH = 100
"""Commits older than wanted in a row, after which there is no younger one: dates are the authors', who rebase."""

_CHANGED_FIELDS = "next,page,pagelen,size,values.lines_added,values.lines_removed,values.old.path,values.new.path"
_STATES = ("OPEN", "MERGED", "DECLINED", "SUPERSEDED")
# Without `fields` the pipeline of a release is a uuid alone.
_DEPLOYMENT_FIELDS = ",".join(
    [
        *("next", "page", "pagelen", "size"),
        *("values.uuid", "values.number", "values.step.uuid"),
        *("values.environment.uuid", "values.environment.name", "values.environment.environment_type.name"),
        *("values.state.name", "values.state.status.name", "values.state.deployer.display_name"),
        *("values.state.started_on", "values.state.completed_on"),
        *("values.release.name", "values.release.commit.hash"),
        *("values.release.pipeline.uuid", "values.release.pipeline.build_number"),
        *("values.release.pipeline.target.ref_name", "values.release.pipeline.target.ref_type"),
    ]
)


class UnknownRevision(ApiFault):
    """The repository is there, and does not know these `revisions`: squashed, force-pushed, or never pushed."""

    def __init__(self, upstream: str, revisions: tuple[str, ...]) -> None:
        super().__init__("not_found", upstream, f"unknown: {', '.join(revisions)}", 404, revisions=revisions)


class Bitbucket:
    """The questions that we ask. Each raises ApiFault."""

    def __init__(self, api: Api, workspace: str = "") -> None:
        self.api, self.workspace = api, workspace
        self._places: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))

    async def commits_between(
        self, repo: str, new: str | Sequence[str], old: str | None, limit: int = LIMIT, since: datetime | None = None
    ) -> Listed[Commit]:
        """What `new` (one or several) has and `old` has not, the newest first; without `old` all of its history.

        `since` ends the list where all is older. Raises UnknownRevision when one of them is not known, which is not
        the same as no commits.
        """
        heads = [new] if isinstance(new, str) else list(new)
        params: dict[str, str | int | Sequence[str]] = {"include": heads, "pagelen": 100}
        if old is not None:
            params["exclude"] = old
        try:
            return await self._list(f"{self._path(repo)}/commits", params, Commit, limit, _older(since))
        except ApiFault as fault:
            raise await self._told_apart(fault, repo, heads if old is None else [*heads, old]) from None

    async def changed(self, repo: str, new: str, old: str, limit: int) -> Listed[Changed]:
        """The files that differ between two revisions; the new one is named first, the other way round than git does.

        https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commits/
        """
        params: Params = {"topic": "false", "pagelen": 500, "fields": _CHANGED_FIELDS}
        path = f"{self._path(repo)}/diffstat/{segment(new)}..{segment(old)}"
        return await self._list(path, params, Changed, limit)

    async def commit(self, repo: str, revision: str) -> Commit:
        """One commit, by a hash (abbreviated ones too), a branch or a tag. Raises UnknownRevision."""
        path = f"{self._path(repo)}/commit/{segment(revision)}"
        try:
            reply = await self._get(path)
        except ApiFault as fault:
            if fault.kind != "not_found":
                raise
            if not fault.revisions:
                await self.repository(repo)  # one that is gone answers 404, too
            raise UnknownRevision(self.api.name, fault.revisions or (revision,)) from None
        return read(Commit, reply.value, self.api.name)

    async def pull_requests(self, repo: str, since: datetime, limit: int = LIMIT) -> Listed[PullRequest]:
        """Those that were touched since then, in every state, the latest first."""
        params: Params = {
            "state": _STATES,
            "q": f"updated_on >= {since.isoformat()}",
            "sort": "-updated_on",
            "pagelen": 50,  # the maximum of this list has been seen below 100
        }
        path = f"{self._path(repo)}/pullrequests"
        return await self._list(path, params, PullRequest, limit, lambda each: _before(each.updated_on, since))

    async def pull_request_commits(self, repo: str, number: int, limit: int = LIMIT) -> Listed[Commit]:
        """The commits that a pull request had before it was squashed."""
        return await self._list(f"{self._path(repo)}/pullrequests/{number}/commits", {"pagelen": 100}, Commit, limit)

    async def pipelines(self, repo: str, since: datetime, limit: int = LIMIT) -> Listed[Pipeline]:
        """The runs that were begun since then, the latest first."""
        params: Params = {"sort": "-created_on", "pagelen": 100}
        path = f"{self._path(repo)}/pipelines"
        return await self._list(path, params, Pipeline, limit, lambda each: _before(each.created_on, since))

    async def steps(self, repo: str, pipeline: str) -> tuple[Step, ...]:
        """The steps of a run, by its uuid."""
        path = f"{self._path(repo)}/pipelines/{segment(pipeline)}/steps/"
        return (await self._list(path, {"pagelen": 100}, Step, LIMIT)).items

    async def deployments(self, repo: str, since: datetime, limit: int = LIMIT) -> Listed[Deployment]:
        """The deployments that were begun since then, the latest first.

        Every deploy step that never ran has a record, too (UNDEPLOYED): those are left out.
        """
        params: Params = {"sort": "-state.started_on", "pagelen": 100, "fields": _DEPLOYMENT_FIELDS}
        path = f"{self._path(repo)}/deployments"
        found = await self._list(path, params, Deployment, limit, lambda each: _before(each.started_on, since))
        return Listed(tuple(each for each in found.items if each.state != "UNDEPLOYED"), found.complete)

    async def environments(self, repo: str) -> tuple[Environment, ...]:
        """The environments of a repository."""
        return (await self._list(f"{self._path(repo)}/environments/", {"pagelen": 100}, Environment, LIMIT)).items

    async def repositories(self, limit: int = LIMIT) -> Listed[Repository]:
        """All repositories of the workspace of the configuration that the token may see."""
        path = f"/repositories/{segment(self.workspace)}"
        return await self._list(path, {"pagelen": 100}, Repository, limit)

    async def repository(self, repo: str) -> Repository:
        """The repository as it is called now: a name of old leads there, until somebody else takes it."""
        return read(Repository, (await self._get(self._path(repo))).value, self.api.name)

    async def _get(self, path: str, params: Params | None = None) -> Reply:
        """`path` may be a link of an answer; the repository is in both."""
        repository = "/".join(path.partition("/repositories/")[2].split("/")[:2])
        async with self._places[repository]:
            return await self.api.get(path, params)

    def _path(self, repo: str) -> str:
        workspace, slash, slug = repo.rpartition("/")
        return f"/repositories/{segment(workspace if slash else self.workspace)}/{segment(slug)}"

    async def _list(
        self,
        path: str,
        params: Params,
        shape: type[T],
        limit: int,
        enough: Callable[[T], bool] = lambda _: False,
    ) -> Listed[T]:
        """Page by page, until an item is `enough`, or there are `limit` of them."""
        found: list[T] = []
        asked: set[str] = set()
        link: tuple[str, Params | None] | None = (path, params)
        while link is not None:
            page = read(Page, (await self._get(*link)).value, self.api.name)
            for value in page.values:
                item = read(shape, value, self.api.name)
                if enough(item):
                    return Listed(tuple(found), complete=True)
                if len(found) == limit:
                    return Listed(tuple(found), complete=False)
                found.append(item)
            link = _next(page, path, params)
            if page.next in asked:
                raise ApiFault("integration_error", self.api.name, f"the pages of {path} lead in a circle")
            asked.add(page.next or "")
        return Listed(tuple(found), complete=True)

    async def _told_apart(self, fault: ApiFault, repo: str, revisions: list[str]) -> ApiFault:
        """A 404 of a range: the revisions that are not known, or, if all are, the fault itself."""
        if fault.kind != "not_found":
            return fault
        unknown = list(fault.revisions)
        for revision in [] if unknown else revisions:
            try:
                await self.commit(repo, revision)
            except UnknownRevision:
                unknown.append(revision)
        return UnknownRevision(fault.upstream, tuple(unknown)) if unknown else fault


def pipeline_link(full_name: str, build_number: int) -> str:
    """The page of a run. The links in the answers have been seen to lead to an inner host."""
    return f"https://bitbucket.org/{full_name}/pipelines/results/{build_number}"


def _older(since: datetime | None) -> Callable[[Commit], bool]:
    """Whether enough commits in a row are older than that."""
    row = 0

    def enough(commit: Commit) -> bool:
        nonlocal row
        row = row + 1 if since and _before(commit.date, since) else 0
        return row > OLD_ENOUGH

    return enough


def _before(moment: datetime | None, since: datetime) -> bool:
    return moment is not None and moment < since


def _next(page: Page, path: str, params: Mapping[str, object]) -> tuple[str, Params | None] | None:
    """The next page as its link says. Pipelines have no links, but count: https://jira.atlassian.com/browse/BCLOUD-20639"""
    if page.next:
        return page.next, None
    if page.values and page.page and page.pagelen and page.page * page.pagelen < (page.size or 0):
        return path, {**params, "page": page.page + 1}  # type: ignore[dict-item]  # mypy widens the spread values
    return None
