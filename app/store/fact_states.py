"""What runs where, and which tickets are in it."""

from collections.abc import Collection, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from app.facts.model import Deployment, EnvironmentState
from app.facts.tickets import artifact_of, tickets_in
from app.store import fact_chains, fact_claims
from app.store.ask import Row, ask
from app.store.bulk import Bulk, BulkInsert
from app.store.fact_records import DEPLOYMENTS, ENVIRONMENTS, number, param, several
from app.store.fact_tables import fact_attempts, fact_deployments, fact_environments, fact_ticket_places

_a, _d, _e, _p = fact_attempts.c, fact_deployments.c, fact_environments.c, fact_ticket_places.c
_LAST = (
    DEPLOYMENTS.select.where(
        _d.service == param("service_"), _d.environment == param("environment_"), _d.outcome == "succeeded"
    )
    .order_by(_d.live_at.desc(), _d.id.desc())
    .limit(1)
)
_NOW = ENVIRONMENTS.select.where(_e.service == param("service_"), _e.environment == param("environment_"))
_PARTLY = (
    sa.select(_a.at)
    .where(
        _a.service == param("service_"), _a.environment == param("environment_"), _a.at > number("since_"),
        _a.outcome == "unknown", _a.changed.is_(sa.true()),
    )
    .limit(1)
)  # fmt: skip
"""A rollout that is over on some of its targets only."""
_SYNCED = {"in_sync": True, "out_of_sync": False}


def note_state(connection: Connection, service: str, environment: str) -> None:
    """Note what is wanted and what runs in a chain, by the newest words on it."""
    here = {"service_": service, "environment_": environment}
    last = next(iter(DEPLOYMENTS.find(connection, _LAST, here)), None)
    seen = fact_claims.latest(connection, service, environment, "observed")
    health = fact_claims.latest(connection, service, environment, "health")
    times = [last.live_at if last else 0, seen.at if seen else 0, health.at if health else 0]
    deployed = (last.version or last.sha) if last else None  # else nobody told: the name of a report is no version
    # The collector tells nothing where it sees what it told last: the same again was deployed, and its word holds.
    same = seen is not None and deployed is not None and seen["actual_version"] == deployed
    fresh = seen is not None and (last is None or seen.at >= last.live_at or same)
    partly = ask(connection, _PARTLY, here | {"since_": last.live_at if last else 0})
    well = seen["health"] if seen and (health is None or seen.at >= health.at) else None
    state = EnvironmentState(
        service=service,
        environment=environment,
        tier=last.tier if last else seen["tier"] if seen else None,
        team=last.team if last else (seen["owner"] or {}).get("team") if seen else None,
        desired_version=seen["desired_version"] if seen and fresh else deployed,
        actual_version=(seen["actual_version"] if seen and fresh else None) or deployed,
        in_sync=_SYNCED.get(seen["status"] or "") if seen and fresh else None,
        health="progressing" if partly else well or (health["status"] if health else None),
        deployment_id=last.id if last else None,
        since=last.live_at if last else None,
        as_of=max(times),
    )
    new = [ENVIRONMENTS.row(state)] if max(times) else []
    ENVIRONMENTS.become(connection, ask(connection, _NOW, here), new)


_COLUMNS = ("key", "service", "environment", "deployment_id", "since")
_ADD = BulkInsert(fact_ticket_places, *_COLUMNS)
_REMOVE = Bulk(
    sa.delete(fact_ticket_places).where(
        _p.key == param("key_"), _p.service == param("service_"), _p.environment == param("environment_")
    ),
    "key_", "service_", "environment_",
)  # fmt: skip
_PLACES = sa.select(*(_p[name] for name in _COLUMNS)).where(
    _p.service == param("service_"), _p.environment == param("environment_"), _p.since > number("since_")
)
_KEPT = sa.select(_p.key).where(
    _p.service == param("service_"), _p.environment == param("environment_"), _p.since <= number("since_"),
    _p.key.in_(several("keys_")),
)  # fmt: skip


def add_tickets(connection: Connection, rows: Sequence[Row]) -> None:
    """Add where tickets are, as (ticket, service, environment, deployment, since): none of it is there."""
    _ADD.run(connection, rows)


def note_tickets(
    connection: Connection, chain: tuple[str, str], old: Sequence[Deployment], new: Sequence[Deployment], since: int
) -> None:
    """Note which tickets are in a chain of which the end, after `since` (µs), was `old` and is `new` now."""
    service, environment = chain
    since, kept = _reach(connection, chain, old, new, since)
    here = {"service_": service, "environment_": environment, "since_": since}
    there = {row[0]: row for row in ask(connection, _PLACES, here)}
    told = tickets_in([*kept, *new]).values()
    wanted = {key: (key, service, environment, deployment, at) for key, deployment, at in told}
    if wanted and since >= 0:
        for key in _kept(connection, here, list(wanted)):
            wanted.pop(key)
    gone = [row for key, row in there.items() if wanted.get(key) != row]
    _REMOVE.run(connection, [row[:3] for row in gone])
    _ADD.run(connection, [row for key, row in wanted.items() if there.get(key) != row])


def _reach(
    connection: Connection, chain: tuple[str, str], old: Sequence[Deployment], new: Sequence[Deployment], since: int
) -> tuple[int, list[Deployment]]:
    """How far back rollbacks reach: a time (µs) before all that they go back to, and the deployments since then."""
    reach, kept = since, list[Deployment]()
    while reach >= 0:
        targets = [*_missed(connection, chain, [*kept, *old], reach), *_missed(connection, chain, [*kept, *new], reach)]
        if not targets:
            break
        reach = min(targets)
        kept = fact_chains.live_between(connection, *chain, reach, since)
    return reach, kept


def _missed(connection: Connection, chain: tuple[str, str], rows: Sequence[Deployment], reach: int) -> Iterator[int]:
    """The times (µs) just before what rollbacks go back to that lies before `reach`; -1 for what was never live."""
    for place, each in enumerate(rows):
        artifact = artifact_of(each)
        earlier = (one for one in rows[:place] if one.outcome == "succeeded")
        if each.kind == "rollback" and not any(artifact_of(one).agrees(artifact) for one in earlier):
            at = fact_chains.live_last(connection, *chain, artifact, reach)
            yield -1 if at is None else at - 1


def _kept(connection: Connection, here: dict[str, object], keys: Sequence[str]) -> Collection[str]:
    return [row[0] for row in ask(connection, _KEPT, {**here, "keys_": list(keys)})]
