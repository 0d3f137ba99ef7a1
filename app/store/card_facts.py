"""What the facts add to a card: what a deployment replaces and brings, and what an incident was when it began."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.events import UNMAPPED
from app.store.ask import ask
from app.store.fact_records import number, param, several
from app.store.fact_tables import (
    fact_arrivals,
    fact_attempts,
    fact_commits,
    fact_deployments,
    fact_environments,
    fact_tickets,
)
from app.store.incident_starts import left_out

OF_INCIDENT = b'"incident.'
KINDS = (b'"deployment.finished"', OF_INCIDENT)
"""Only events whose JSON has one of these words can be added to."""
MOST = 50
"""Commits and tickets of a card; it shows fewer."""
_NEWEST = 20
"""Deployments of a chain among which an event's is looked for: a card is made while its event is news."""

_HASH = re.compile("[0-9a-f]{40}", re.ASCII)

Facts = dict[str, Any]
Urls = Callable[[Iterable[str]], Mapping[str, str]]
_d, _r, _c, _t, _e, _a = (
    table.c for table in (fact_deployments, fact_arrivals, fact_commits, fact_tickets, fact_environments, fact_attempts)
)
_HERE = (_d.service == param("service_"), _d.environment == param("environment_"))
_DEPLOYED = (
    sa.select(_d.id, _d.tier, _d.previous_id, _d.tickets, _d.evidence, _d.live_at)
    .where(*_HERE).order_by(_d.live_at.desc(), _d.id).limit(_NEWEST)
)  # fmt: skip
_VERSION = sa.select(_d.version, _d.sha).where(_d.id == param("id_"))
_MENDED = sa.exists().where(*_HERE, _d.failed_by.is_not(None), _d.recovered_by == param("id_"))
_TRIED = (
    sa.select(_a.outcome)
    .where(_a.service == param("service_"), _a.environment == param("environment_"), _a.at < number("at_"),
           _a.outcome.in_(("succeeded", "failed")))
    .order_by(_a.at.desc()).limit(1)
).scalar_subquery()  # fmt: skip
_MENDS: sa.Select[Any] = sa.select(sa.literal_column("1").label("mends")).where(sa.or_(_MENDED, _TRIED == "failed"))
"""A deployment that had been found to be a failure, or what was tried last and did not come up."""
_RUNS = sa.select(_e.actual_version).where(_e.service == param("service_"), _e.environment == param("environment_"))
_BROUGHT = (
    sa.select(_r.sha, _r.author, _r.lead_seconds, _c.message)
    .select_from(fact_arrivals.outerjoin(fact_commits, (_c.repository == _r.repository) & (_c.sha == _r.sha)))
    .where(_r.deployment_id == param("id_"), _r.clock == "commit")
    .order_by(_r.authored_at.desc(), _r.sha).limit(500)
)  # fmt: skip
_TICKETS = sa.select(_t.key, _t.summary, _t.fix_versions, _t.restricted).where(_t.key.in_(several("keys_")))


def card_facts(connection: Connection, view: Mapping[str, Any], urls: Urls) -> Facts:
    """The fields that a card of this event gets beside its own; {} for what is not known, or not known yet.

    `urls` knows the pages of tickets by their keys.
    """
    if view.get("type") == "deployment.finished":
        return _deployment(connection, view, urls)
    return left_out(connection, [view])[0]


def _deployment(connection: Connection, view: Mapping[str, Any], urls: Urls) -> Facts:
    here = {"service_": view.get("service"), "environment_": view.get("environment")}
    if UNMAPPED in here.values() or None in here.values():
        return {}
    chain = ask(connection, _DEPLOYED, here)
    mine = next((row for row in chain if view.get("id") in orjson.loads(row[4])), None)
    if mine is None:
        runs = ask(connection, _RUNS, here) if view.get("status") == "failed" else []
        return {"previous_version": _called(runs[0][0])} if runs and runs[0][0] else {}
    deployment_id, tier, previous_id, tickets, _, live_at = mine
    before = ask(connection, _VERSION, {"id_": previous_id}) if previous_id else []
    brought = ask(connection, _BROUGHT, {"id_": deployment_id})
    leads = [seconds for _, _, seconds, _ in brought if seconds is not None]
    keys = list(dict.fromkeys([*(each["key"] for each in view.get("tickets") or ()), *orjson.loads(tickets)]))
    mended = view.get("status") == "succeeded" and ask(
        connection, _MENDS, {**here, "id_": deployment_id, "at_": live_at}
    )
    known = {
        "previous_version": _called(before[0][0] or before[0][1]) if before else None,
        "recovered": bool(mended),
        "lead_time_seconds": max(leads) if leads and tier == "production" else None,
        "commits": [_commit(*row) for row in brought[:MOST]],
        "tickets": _tickets(connection, view, keys[:MOST], urls),
    }
    return {name: value for name, value in known.items() if value}


def _called(version: str | None) -> str | None:
    """A version as people say it: of a commit's hash, twelve digits."""
    return version[:12] if version and _HASH.fullmatch(version) else version


def _commit(sha: str, author: str | None, _: float | None, message: str | None) -> Facts:
    said = {"sha": sha, "message": message, "author": {"name": author} if author else None}
    return {name: value for name, value in said.items() if value}


def _tickets(connection: Connection, view: Mapping[str, Any], keys: Sequence[str], urls: Urls) -> list[Facts]:
    """Each with what may be shown of it: of a restricted one the key and its page."""
    own: dict[str, Facts] = {key: {"url": url} for key, url in urls(keys).items()}
    own |= {each["key"]: each for each in view.get("tickets") or ()}
    found: dict[str, Facts] = {}
    for key, summary, versions, restricted in ask(connection, _TICKETS, {"keys_": list(keys)}) if keys else ():
        said = {} if restricted else {"title": summary, "fix_versions": orjson.loads(versions)}
        found[key] = {name: value for name, value in said.items() if value}
    return [{"key": key, **own.get(key, {}), **found.get(key, {})} for key in keys]
