"""Where a commit, a tag, a version or a ticket has got to: looked up by indexes, chain by chain."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Table

from app.events import UNMAPPED
from app.store.fact_tables import (
    fact_arrivals,
    fact_chains,
    fact_commits,
    fact_deployments,
    fact_names,
    fact_pull_requests,
    fact_ticket_places,
    fact_tickets,
)
from app.store.measure_places import VERSION, decoded, first_line, now_since

_c, _h, _d, _r, _n, _q = (
    t.c for t in (fact_commits, fact_chains, fact_deployments, fact_arrivals, fact_names, fact_pull_requests)
)
SHORT = 7
"""Digits of a commit from which on it is looked for."""
MOST = 20
"""Things of one name that are answered."""
MOST_COMMITS = 100
_CUT = 12
"""As much of a merge's commit as Bitbucket tells with a pull request."""
_HEX = frozenset("0123456789abcdef")
_TOLD = (_c.repository, _c.service, _c.sha, _c.message, _c.author, _c.authored_at, _c.committed_at, _c.pushed_at,
         _c.pull_request, _c.tickets)  # fmt: skip


def _within(table: Table, known: Collection[tuple[str, str]]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """In these chains, said so that every one of them is looked up by the index and the rest is not read."""
    services, environments = sorted({one for one, _ in known}), sorted({one for _, one in known})
    return table.c.service.in_(services), table.c.environment.in_(environments)


def _chains(connection: Connection) -> list[tuple[str, str]]:
    return [(row.service, row.environment) for row in connection.execute(sa.select(_h.service, _h.environment))]


@dataclass(frozen=True, slots=True)
class Thing:
    """A version of a service: its commit, or what it is called where the commit is not known, or both."""

    service: str
    sha: str | None
    version: str | None


def things(connection: Connection, word: str, services: Collection[str]) -> list[Thing]:
    """What a commit's beginning, a tag or a version may mean: several where several services use the same."""
    found: dict[Thing, None] = {}
    low, known = word.lower(), _chains(connection)
    if len(low) >= SHORT and _HEX.issuperset(low):
        for sha in _shas(connection, low, known):
            found |= dict.fromkeys(Thing(service, sha, None) for service in _services_of(connection, sha, known))
    names = sa.select(_n.service, _n.sha).where(
        _n.service.in_([*services, UNMAPPED]), _n.name.in_([word, f"v{word}"])
    )  # fmt: skip
    found |= dict.fromkeys(Thing(row.service, row.sha, word) for row in connection.execute(names.limit(MOST)))
    here = _within(fact_deployments, known)
    versions = sa.select(_d.service, _d.sha).where(*here, _d.version == word).distinct().limit(MOST)
    named = {(each.service, each.sha) for each in found}
    for row in connection.execute(versions):
        if (row.service, row.sha) not in named:
            found[Thing(row.service, row.sha, word)] = None
    return list(found)[:MOST]


def _shas(connection: Connection, low: str, chains: Collection[tuple[str, str]]) -> list[str]:
    """The commits that begin so; those that only deployments name, too."""
    known = sa.select(_c.sha).where(_c.sha >= low, _c.sha < f"{low}g").distinct().limit(MOST)
    begins = _d.artifact >= low, _d.artifact < f"{low}g", _d.sha.is_not(None)
    deployed = sa.select(_d.sha).where(*_within(fact_deployments, chains), *begins).distinct().limit(MOST)
    shas = sorted({*connection.scalars(known), *connection.scalars(deployed)}, key=len, reverse=True)
    return [sha for place, sha in enumerate(shas) if not any(longer.startswith(sha) for longer in shas[:place])]


def _services_of(connection: Connection, sha: str, chains: Collection[tuple[str, str]]) -> list[str]:
    """The services that are made of a commit's repository, and those that deployed it."""
    commits = connection.execute(sa.select(_c.repository, _c.service).where(_c.sha == sha)).all()
    same = sa.select(_h.service).where(_h.repository.in_([row.repository for row in commits])).distinct()
    deployed = sa.select(_d.service).where(*_within(fact_deployments, chains), _d.artifact == sha).distinct()
    own = {row.service for row in commits} | set(connection.scalars(same)) | set(connection.scalars(deployed))
    return sorted(own - {UNMAPPED} or own)


def commit(connection: Connection, sha: str) -> dict[str, Any] | None:
    """A commit as pushes and pull requests tell it, with the pull request that it is in."""
    found = decoded(connection, sa.select(*_TOLD).where(_c.sha == sha).limit(1))
    if not found:
        return None
    request = sa.select(_q.id, _q.title, _q.merged_at).where(
        _q.repository == found[0]["repository"], _q.id == found[0]["pull_request"]
    )  # fmt: skip
    told = next(iter(decoded(connection, request)), None) if found[0]["pull_request"] else None
    return {**first_line(found[0]), "pull_request": told}


def stands_for(connection: Connection, sha: str) -> list[str]:
    """The commit, and those of the pull request that it merged: what goes live is told of them."""
    query = sa.select(_q.commits).where(
        _q.merge_commit.in_([sha, sha[:_CUT]]), _q.repository.in_(sa.select(_c.repository).where(_c.sha == sha))
    )  # fmt: skip
    own = [each for row in decoded(connection, query) for each in row["commits"]]
    return list(dict.fromkeys([sha, *own]))


def arrived(
    connection: Connection, thing: Thing, shas: Sequence[str], environment: str
) -> dict[str, Any] | None:  # fmt: skip
    """When it became live in an environment first, and by which deployment; None if nothing says that it did."""
    told = _d.id.label("deployment_id"), VERSION, _d.live_at.label("since")
    here = _r.service == thing.service, _r.environment == environment
    brought = sa.select(*told).select_from(fact_arrivals.join(fact_deployments, _d.id == _r.deployment_id)).where(*here)
    is_it = _d.version == thing.version if thing.sha is None else _d.artifact == thing.sha
    itself = sa.select(*told).where(
        _d.service == thing.service, _d.environment == environment, _d.outcome == "succeeded", is_it
    )  # fmt: skip
    queries = brought.where(_r.sha.in_(shas)), brought.where(_r.original.in_(shas)), itself
    found = [row for each in queries for row in decoded(connection, each.order_by(_d.live_at).limit(1))]
    return min(found, key=lambda row: row["since"], default=None)


def first_lives(
    connection: Connection, service: str, environment: str, runs: str | None
) -> tuple[int | None, int | None]:  # fmt: skip
    """When anything was seen live in an environment first, and when what runs now was; µs.

    `runs` is the version that is known to run: not always the one that was deployed last.
    """
    here = _d.service == service, _d.environment == environment, _d.outcome == "succeeded"
    first = sa.select(_d.live_at).where(*here).order_by(_d.live_at).limit(1)
    last = sa.select(_d.artifact).where(*here).order_by(_d.live_at.desc(), _d.id.desc()).limit(1)
    artifact = connection.scalar(last.where(_d.version == runs)) or connection.scalar(last)
    return connection.scalar(first), connection.scalar(first.where(_d.artifact == artifact))


def commits_for(connection: Connection, key: str) -> list[dict[str, Any]]:
    """The commits that name a ticket, the newest first, each with the environments that it is live in."""
    named = _c.tickets.contains(f'"{key}"', autoescape=True)
    query = sa.select(*_TOLD).where(named).order_by(_c.authored_at.desc(), _c.sha).limit(MOST_COMMITS)
    found = [first_line(row) for row in decoded(connection, query)]
    live = sa.select(_r.sha, _r.service, _r.environment).where(
        *_within(fact_arrivals, _chains(connection)), _r.sha.in_([row["sha"] for row in found]),
        _r.live_at <= now_since(_r.environment),
    )  # fmt: skip
    rows = connection.execute(live.order_by(_r.live_at)).all() if found else []
    return [
        {**one, "live_in": [f"{row.service}/{row.environment}" for row in rows if row.sha == one["sha"]]}
        for one in found
    ]


def is_ticket(connection: Connection, key: str) -> bool:
    """Whether anybody ever spoke of a ticket."""
    places, tickets = fact_ticket_places.c, fact_tickets.c
    return (
        connection.scalar(sa.select(tickets.key).where(tickets.key == key)) is not None
        or connection.scalar(sa.select(places.key).where(places.key == key).limit(1)) is not None
    )


def chains(connection: Connection, service: str) -> list[str]:
    """The environments that something was deployed to or is said of."""
    return list(connection.scalars(sa.select(_h.environment).where(_h.service == service).order_by(_h.environment)))
