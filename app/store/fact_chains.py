"""Chains as they are kept: their ends, and single rows found by index from there back."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, get_args

import sqlalchemy as sa
from sqlalchemy import Connection

from app.facts.artifacts import Artifact, Seen
from app.facts.chain import FAR, Before
from app.facts.model import Clock, Deployment, Incident
from app.store.ask import Row, ask
from app.store.bulk import BulkInsert
from app.store.fact_records import ARRIVALS, ATTEMPTS, DEPLOYMENTS, INCIDENTS, number, param, several
from app.store.fact_tables import (
    fact_arrivals,
    fact_attempts,
    fact_chains,
    fact_deployments,
    fact_incidents,
    fact_waits,
)

BACK = 3
"""How many deployments before what is new are looked at again: reports of one rollout may still come."""

_d, _i, _w = fact_deployments.c, fact_incidents.c, fact_waits.c
_HERE = _d.service == param("service_"), _d.environment == param("environment_")
_LIVE = _d.outcome == "succeeded"
_NEWEST = _d.live_at.desc(), _d.id.desc()
_BEFORE = DEPLOYMENTS.select.where(*_HERE, _LIVE, _d.live_at < number("before_")).order_by(*_NEWEST)
_EDGE = (
    sa.select(_d.live_at)
    .where(*_HERE, _LIVE, _d.live_at < number("before_"))
    .order_by(*_NEWEST)
    .offset(BACK - 2)
    .limit(1)
)
_ANCHOR = _BEFORE.limit(1)
_TIED = DEPLOYMENTS.select.where(*_HERE, _LIVE, _d.live_at == number("since_"))
_FROM = DEPLOYMENTS.select.where(*_HERE, _d.live_at > number("since_"))
_RECENT = (
    sa.select(_d.live_at).where(*_HERE, _LIVE, _d.live_at <= number("until_")).order_by(_d.live_at.desc()).limit(FAR)
)
_SEEN = sa.select(_d.sha, _d.version, _d.artifact, sa.func.min(_d.live_at)).where(
    *_HERE, _LIVE, _d.live_at <= number("until_")
).group_by(_d.sha, _d.version, _d.artifact)  # fmt: skip
_SEEN_VERSION = _SEEN.where(_d.version.in_(several("versions_")))
_SEEN_SHA = _SEEN.where(_d.artifact >= param("from_"), _d.artifact < param("to_"))
_SEEN_KEY = _SEEN.where(_d.artifact == param("key_"))
_RETURNED = sa.select(_d.sha, _d.version, _d.artifact, _d.live_at).where(
    *_HERE, _LIVE, _d.live_at <= number("until_"),
    sa.or_(_d.artifact == param("key_"), _d.version == param("version_"),
           sa.and_(_d.artifact >= param("from_"), _d.artifact < param("to_"))),
).order_by(*_NEWEST).limit(FAR)  # fmt: skip
_BETWEEN_LIVE = DEPLOYMENTS.select.where(
    *_HERE, _LIVE, _d.live_at > number("since_"), _d.live_at <= number("until_")
).order_by(_d.live_at, _d.id)  # fmt: skip
_COUNTED = _BEFORE.where(_d.counts).limit(1)
_SAME = _BEFORE.where(_d.artifact == param("artifact_")).limit(1)
_OPEN = sa.select(sa.func.min(_d.live_at)).where(
    *_HERE, _d.failed_by.is_not(None), _d.live_at < number("before_"),
    sa.or_(_d.recovered_at.is_(None), _d.recovered_at >= number("before_")),
)  # fmt: skip
_BETWEEN = DEPLOYMENTS.select.where(*_HERE, _d.counts, _d.live_at >= number("since_"), _d.live_at < number("before_"))
_NAMED = (
    DEPLOYMENTS.select.where(*_HERE, _d.counts, _d.live_at <= number("before_"))
    .where(sa.or_(_d.version == param("version_"), sa.and_(_d.artifact >= param("from_"), _d.artifact < param("to_"))))
    .order_by(*_NEWEST)
    .limit(1)
)
_IDS = sa.select(_d.id, _d.service, _d.environment, _d.live_at).where(_d.id.in_(several("ids_")))


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a chain that is derived again: what is kept before it, and the rows as they are now.

    `kept` are the events that the last kept rows are made of.
    """

    before: Deployment | None
    deployments: list[Row]
    attempts: list[Row]
    arrivals: list[Row]
    waits: list[Row]
    kept: frozenset[str]

    @property
    def since(self) -> int:
        """Rows later than this (µs) are derived again."""
        return self.before.live_at if self.before else -1


def lock(connection: Connection, services: Iterable[str]) -> None:
    """Nobody else derives facts of these services until the end of the transaction; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        for service in sorted(set(services)):
            connection.execute(_LOCK, {"service_": f"shipbell facts {service}"})


_OPEN_CHAIN = BulkInsert(fact_chains, "service", "environment", or_ignore=True)
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:service_, 0))")


def open_chain(connection: Connection, service: str, environment: str) -> None:
    """See that the chain is in the list of chains."""
    _OPEN_CHAIN.run(connection, [(service, environment)])


def tail(connection: Connection, service: str, environment: str, at: int | None) -> Tail:
    """The end of a chain from some deployments before a time (µs) on; all of it where that is None."""
    here: dict[str, Any] = {"service_": service, "environment_": environment}
    edge = _one(connection, _EDGE, here | {"before_": at}) if at is not None else None
    found = DEPLOYMENTS.find(connection, _ANCHOR, here | {"before_": edge}) if edge is not None else []
    before = found[0] if found else None
    here["since_"] = before.live_at if before else -1
    deployments = ask(connection, _FROM, here)
    attempts = ask(connection, _ATTEMPTS, here)
    ids = [row[0] for row in [*deployments, *attempts]]
    kept = DEPLOYMENTS.find(connection, _TIED, here) if before else []
    return Tail(
        before,
        deployments,
        attempts,
        ask(connection, _ARRIVALS, here),
        ask(connection, _WAITS, {"ids_": ids}) if ids else [],
        frozenset(event for each in kept for event in each.evidence),
    )


_a, _r = fact_attempts.c, fact_arrivals.c
_ATTEMPTS = ATTEMPTS.select.where(
    _a.service == param("service_"), _a.environment == param("environment_"), _a.at >= number("since_"),
    sa.or_(_a.at > number("since_"), _a.outcome != "succeeded"),
)  # fmt: skip
_ARRIVALS = ARRIVALS.select.where(
    _r.service == param("service_"), _r.environment == param("environment_"), _r.live_at > number("since_"),
    _r.clock.in_(get_args(Clock)),  # so that the index leads to the time
)  # fmt: skip
_WAITS = sa.select(fact_waits).where(_w.deployment_id.in_(several("ids_")))


def before(connection: Connection, last: Deployment | None, artifacts: Iterable[Artifact]) -> Before:
    """What came before the rows after `last`, as far as these artifacts need it."""
    if last is None:
        return Before()
    here: dict[str, Any] = {"service_": last.service, "environment_": last.environment, "until_": last.live_at}
    recent = [row[0] for row in ask(connection, _RECENT, here)]
    wanted = [*artifacts, Artifact(last.sha, last.version, last.artifact)]
    versions = [each.version for each in wanted if each.version]
    found = list(ask(connection, _SEEN_VERSION, here | {"versions_": versions})) if versions else []
    for sha in {each.sha[:7] for each in wanted if each.sha}:
        found += ask(connection, _SEEN_SHA, here | {"from_": sha, "to_": f"{sha}g"})
    for key in {each.other for each in wanted if not each.sha and not each.version}:
        found += ask(connection, _SEEN_KEY, here | {"key_": key})
    seen = Seen((Artifact(sha, version, key), live_at) for sha, version, key, live_at in found)
    return Before(last, seen, recent[::-1])


def counted_before(connection: Connection, service: str, environment: str, at: int) -> int | None:
    """When the last deployment that counts went live before a time; µs."""
    return _when(connection, _COUNTED, {"service_": service, "environment_": environment, "before_": at})


def same_before(connection: Connection, service: str, environment: str, artifact: str, at: int) -> int | None:
    """When an artifact was live last before a time; µs."""
    values = {"service_": service, "environment_": environment, "before_": at, "artifact_": artifact}
    return _when(connection, _SAME, values)


def live_last(connection: Connection, service: str, environment: str, artifact: Artifact, at: int) -> int | None:
    """When an artifact was live last until a time; µs. Looked for by commit (or its beginning), version and name."""
    short = (artifact.sha or "-")[:7]
    found = ask(connection, _RETURNED, {
        "service_": service, "environment_": environment, "until_": at, "key_": artifact.key,
        "version_": artifact.version or "", "from_": short, "to_": f"{short}g" if artifact.sha else short,
    })  # fmt: skip
    return next((row[3] for row in found if Artifact(*row[:3]).agrees(artifact)), None)


def live_between(connection: Connection, service: str, environment: str, since: int, until: int) -> list[Deployment]:
    """The deployments that went live after a time and until another (µs), in that order."""
    values = {"service_": service, "environment_": environment, "since_": since, "until_": until}
    return DEPLOYMENTS.find(connection, _BETWEEN_LIVE, values)


def open_before(connection: Connection, service: str, environment: str, at: int) -> int | None:
    """When the oldest deployment before a time went live that failed and was not made good by then; µs."""
    return _one(connection, _OPEN, {"service_": service, "environment_": environment, "before_": at})


def counted_between(
    connection: Connection, service: str, environments: Iterable[str], since: int, until: int
) -> list[Deployment]:
    """The deployments that count between two times (µs) in some environments."""
    return [
        each
        for environment in environments
        for each in DEPLOYMENTS.find(
            connection, _BETWEEN,
            {"service_": service, "environment_": environment, "since_": since, "before_": until},
        )
    ]  # fmt: skip


def named_before(
    connection: Connection, service: str, environment: str, artifact: Artifact, at: int
) -> list[Deployment]:
    """The last deployment of an artifact until a time (µs), if there is one."""
    short = (artifact.sha or "-")[:7]
    return DEPLOYMENTS.find(connection, _NAMED, {
        "service_": service, "environment_": environment, "before_": at, "version_": artifact.version or "",
        "from_": short, "to_": f"{short}g",
    })  # fmt: skip


def places(connection: Connection, ids: Collection[str]) -> dict[str, tuple[str, str, int]]:
    """(service, environment, live_at in µs) of deployments."""
    if not ids:
        return {}
    return {row[0]: (row[1], row[2], row[3]) for row in ask(connection, _IDS, {"ids_": list(ids)})}


def _one(connection: Connection, statement: sa.Select[Any], values: dict[str, Any]) -> int | None:
    found = ask(connection, statement, values)
    return found[0][0] if found else None


def _when(connection: Connection, statement: sa.Select[Any], values: dict[str, Any]) -> int | None:
    found = DEPLOYMENTS.find(connection, statement, values)
    return found[0].live_at if found else None


_all = sa.bindparam("all_", type_=sa.Boolean)
_INCIDENTS = INCIDENTS.select.where(
    _i.service == param("service_"), _i.opened_at >= number("since_"),
    sa.or_(_i.environment == param("environment_"), sa.and_(_i.environment.is_(None), _all)),
)  # fmt: skip
_MINE = INCIDENTS.select.where(_i.id.in_(several("ids_")))


def incidents_since(
    connection: Connection, service: str, environment: str, since: int, *, production: bool
) -> list[Incident]:
    """The incidents of a chain from a time (µs) on; those without an environment are production's."""
    values = {"service_": service, "environment_": environment, "since_": since, "all_": production}
    return INCIDENTS.find(connection, _INCIDENTS, values)


def incidents(connection: Connection, ids: Collection[str]) -> list[Row]:
    """The rows of incidents."""
    return ask(connection, _MINE, {"ids_": list(ids)}) if ids else []


_CHAINS = sa.select(fact_chains).where(fact_chains.c.service == param("service_"))
_OF_REPOSITORY = sa.select(fact_chains).where(fact_chains.c.repository == param("repository_"))


@dataclass(frozen=True, slots=True)
class Place:
    """A chain: where it is, of what tier, and the repository that its last known commit is in."""

    service: str
    environment: str
    repository: str | None
    tier: str | None


def places_of(connection: Connection, service: str, repository: str | None = None) -> list[Place]:
    """The chains of a service, and those that are known to be deployed out of a repository."""
    found = {Place(*row) for row in ask(connection, _CHAINS, {"service_": service})}
    if repository:
        found |= {Place(*row) for row in ask(connection, _OF_REPOSITORY, {"repository_": repository})}
    return sorted(found, key=lambda place: (place.service, place.environment))


def note_place(connection: Connection, place: Place) -> None:
    """Note the repository and the tier of a chain."""
    here = fact_chains.c.service == place.service, fact_chains.c.environment == place.environment
    connection.execute(sa.update(fact_chains).where(*here).values(repository=place.repository, tier=place.tier))
