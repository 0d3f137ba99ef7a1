"""What the facts know beside events: the whole commit, and what they came from. A few questions for a whole page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.events.cdevents import Join, repository_key
from app.kernel.ids import derived_id
from app.store.fact_tables import fact_claims, fact_commits, fact_deployments, fact_incidents, fact_pull_requests
from app.store.tables import events

View = Mapping[str, Any]
Commit = tuple[str | None, str | None]
"""Repository and commit, as far as they are known."""
_WHOLE = 40
_SHORT = 12
"""Characters of a merge commit that Bitbucket tells."""
_d, _p, _c = fact_deployments.c, fact_pull_requests.c, fact_commits.c


def joins(connection: Connection, views: Sequence[View]) -> dict[str, Join]:
    """What is known beside each of these events, by the event's id."""
    caused = _causes(connection, [view["subject"] for view in views if view["type"].startswith("incident.")])
    keys = {view["id"]: caused.get(view["subject"]) or _deployment_key(view) for view in views}
    rolled = _deployments(connection, {key for key in keys.values() if key})
    found = {view["id"]: _own(connection, view, rolled.get(keys[view["id"]] or "")) for view in views}
    found = _at_home(connection, found)
    merges = _merges(connection, {(each.repository, each.sha) for each in found.values() if each.sha})
    lived = _lived(connection, [rolled[key] for key in caused.values() if key in rolled])
    for view in views:
        join = found[view["id"]]
        cause = caused.get(view["subject"])
        before = lived.get(cause) if cause else merges.get((join.repository, join.sha))
        if before and before != view["id"]:
            found[view["id"]] = replace(join, came_from=(before,))
    return found


def _deployment_key(view: View) -> str | None:
    if not view["type"].startswith("deployment."):
        return None
    # As the facts derive it: of several reporters the record's subject counts, so mere evidence finds none.
    return derived_id("deployment", view["service"], view.get("environment") or "", view["subject"])


def _causes(connection: Connection, incidents: Collection[str]) -> dict[str, str]:
    """Which deployment each incident is blamed on."""
    i = fact_incidents.c
    query = sa.select(i.id, i.deployment_id).where(i.id.in_(incidents), i.deployment_id.is_not(None))
    return {row.id: row.deployment_id for row in connection.execute(query)} if incidents else {}


def _deployments(connection: Connection, ids: Collection[str]) -> dict[str, Any]:
    query = sa.select(_d.id, _d.repository, _d.sha, _d.evidence).where(_d.id.in_(ids))
    return {row.id: row for row in connection.execute(query)} if ids else {}


def _own(connection: Connection, view: View, rolled: Any) -> Join:
    """Repository and whole commit: as the deployment has them, else the event's own, made whole where it can be."""
    if rolled is not None and rolled.sha:
        return Join(rolled.repository, rolled.sha)
    repository, sha = repository_key(view), (view.get("commit") or {}).get("sha")
    if not repository or not sha or len(sha) >= _WHOLE:
        return Join(repository, sha)
    query = sa.select(_c.sha).where(_c.repository == repository, _c.sha >= sha, _c.sha < f"{sha}g").limit(2)
    beginning_so = list(connection.execute(query).scalars())
    return Join(repository, beginning_so[0] if len(beginning_so) == 1 else sha)


def _at_home(connection: Connection, found: Mapping[str, Join]) -> dict[str, Join]:
    """With the repository of commits that are known without it, unless several have them: forks do."""
    homeless = {each.sha for each in found.values() if each.sha and each.repository is None}
    homes: dict[str, set[str]] = {}
    query = sa.select(_c.sha, _c.repository).where(_c.sha.in_(homeless))
    for row in connection.execute(query) if homeless else ():
        homes.setdefault(row.sha, set()).add(row.repository)
    alone = {sha: next(iter(repositories)) for sha, repositories in homes.items() if len(repositories) == 1}
    return {
        event: replace(join, repository=alone.get(join.sha or "")) if join.repository is None else join
        for event, join in found.items()
    }


def _merges(connection: Connection, commits: Collection[Commit]) -> dict[Commit, str]:
    """The event that told of the merge which made a commit."""
    wanted: dict[str, set[str]] = {}
    for repository, sha in commits:
        if repository and sha:
            wanted.setdefault(repository, set()).update((sha, sha[:_SHORT]))
    made: dict[str, Commit] = {}
    for repository, shas in wanted.items():  # one at a time: SQLite finds no index for pairs
        query = sa.select(_p.id, _p.merge_commit).where(_p.repository == repository, _p.merge_commit.in_(list(shas)))
        key = repository.partition(":")[2]
        made |= {f"pull_request:{key}:{row.id}": (repository, row.merge_commit) for row in connection.execute(query)}
    news = (
        sa.select(fact_claims.c.subject, events.c.id)
        .join(events, events.c.id == fact_claims.c.event_id)
        .where(fact_claims.c.subject.in_(list(made)), events.c.type == "pull_request.merged")
    )
    merged = {made[row.subject]: row.id for row in connection.execute(news)} if made else {}
    told = ((commit, _merge_of(merged, commit)) for commit in commits)
    return {commit: event for commit, event in told if event}


def _merge_of(merged: Mapping[Commit, str], commit: Commit) -> str | None:
    repository, sha = commit
    return merged.get(commit) or merged.get((repository, sha[:_SHORT] if sha else None))


def _lived(connection: Connection, rolled: Sequence[Any]) -> dict[str, str]:
    """The event that told that each deployment went live."""
    of = {event: row.id for row in rolled for event in orjson.loads(row.evidence)}
    query = (
        sa.select(events.c.id)
        .where(events.c.id.in_(list(of)), events.c.type == "deployment.finished", events.c.status == "succeeded")
        .order_by(events.c.occurred_at.desc(), events.c.seq.desc())
    )
    return {of[event]: event for event in connection.execute(query).scalars()} if of else {}
