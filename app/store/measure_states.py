"""What is wanted and what runs, now and on a day of the past, and when the collector looked last."""

from collections.abc import Mapping
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.ask import ask
from app.store.collected import looked_at, unseen
from app.store.fact_records import number, param
from app.store.fact_tables import fact_chains, fact_claims, fact_deployments, fact_environments
from app.store.measure_places import VERSION, decoded
from app.store.owned import among

_e, _f, _d, _h = (t.c for t in (fact_environments, fact_claims, fact_deployments, fact_chains))


def _observed(column: sa.Column[Any]) -> sa.ScalarSelect[Any]:
    """A column of the collector's newest word on an environment."""
    here = _f.service == _e.service, _f.environment == _e.environment, _f.family == "observed"
    return sa.select(column).where(*here).order_by(_f.at.desc(), _f.event_id.desc()).limit(1).scalar_subquery()


_DRIFTS = sa.func.coalesce(sa.or_(_e.in_sync.is_(sa.false()), _e.desired_version != _e.actual_version), sa.false())
_STATES = sa.select(
    fact_environments, _DRIFTS.label("drift"), _observed(_f.at).label("observed"), _observed(_f.data).label("said")
).order_by(_e.service, _e.environment)


_before, _after = fact_deployments.alias().c, fact_deployments.alias().c
_LAST_BEFORE = (
    sa.select(_before.live_at)
    .where(
        _before.service == param("service_"), _before.environment == param("environment_"),
        _before.outcome == "succeeded", _before.live_at <= number("start_"),
    ).order_by(_before.live_at.desc()).limit(1).scalar_subquery()
)  # fmt: skip
_UNTIL = (
    sa.select(_after.live_at)
    .where(
        _after.service == _d.service, _after.environment == _d.environment, _after.outcome == "succeeded",
        _after.live_at > _d.live_at,
    ).order_by(_after.live_at).limit(1).scalar_subquery()
)  # fmt: skip
_OWNER = ("team", "pod", "business_area", "component", "platform")
_COLUMNS = ("service", "environment", "tier", *_OWNER, "actual_version", "sha", "kind", "deployment_id", "since",
            "until")  # fmt: skip
_RAN = (
    sa.select(_d.service, _d.environment, _d.tier, *(_d[name] for name in _OWNER), VERSION, _d.sha, _d.kind, _d.id,
              _d.live_at, _UNTIL)
    .where(
        _d.service == param("service_"), _d.environment == param("environment_"), _d.outcome == "succeeded",
        _d.live_at < number("end_"), _d.live_at >= sa.func.coalesce(_LAST_BEFORE, number("start_")),
    ).order_by(_d.live_at, _d.id)
)  # fmt: skip


def environments(
    connection: Connection, equal: Mapping[str, Any], *, drift: bool | None, limit: int, offset: int, fresh_after: int
) -> list[dict[str, Any]]:
    """States by service and environment. `drift` are those that are known to run what is not wanted.

    What the collector has told of is stale if it last looked before `fresh_after` (µs); of others webhooks tell.
    """
    query = _STATES
    for name, value in equal.items():
        query = query.where(among(_e[name], value))
    if drift is not None:
        query = query.where(_DRIFTS.is_(sa.true()) if drift else _DRIFTS.is_(sa.false()))
    looked, missed = looked_at(connection), unseen(connection)
    rows = decoded(connection, query.limit(limit).offset(offset))
    keys = (f"{row['service']}/{row['environment']}" for row in rows)
    return [_state(row, looked, missed.get(key), fresh_after) for key, row in zip(keys, rows, strict=True)]


def _state(row: dict[str, Any], looked: int, missed: int | None, fresh_after: int) -> dict[str, Any]:
    observed, said = row.pop("observed"), row.pop("said")
    manifest = orjson.loads(said)[2].get("manifest") if said else None
    seen_at = None if observed is None else max(observed, looked) if missed is None else missed
    stale = seen_at is not None and seen_at < fresh_after
    return {**row, "drift": bool(row["drift"]), "manifest": manifest, "looked_at": seen_at, "stale": stale}


def ran(
    connection: Connection, equal: Mapping[str, str], start: int, end: int, *, limit: int, offset: int
) -> list[dict[str, Any]]:
    """What ran at any time from `start` up to `end` (µs), and until when it did: None if it still does.

    Of an owner: what was the owner's then. Chain by chain, for each is read by an index; of a long past nothing else.
    """
    chains = sa.select(_h.service, _h.environment).order_by(_h.service, _h.environment)
    for name in equal.keys() & {"service", "environment"}:
        chains = chains.where(_h[name] == equal[name])
    found: list[dict[str, Any]] = []
    for service, environment in connection.execute(chains).all():
        rows = ask(connection, _RAN, {"service_": service, "environment_": environment, "start_": start, "end_": end})
        found += [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    return [row for row in found if equal.items() <= row.items()][offset : offset + limit]
