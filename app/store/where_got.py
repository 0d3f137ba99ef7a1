"""How far a commit, a tag or a version has got, environment by environment, and what it waits for."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store import where
from app.store.fact_tables import fact_environments
from app.store.measure_places import decoded
from app.store.where import Thing

Row = dict[str, Any]
Stages = Sequence[tuple[str, str]]
"""Environments with their tiers, in the order of promotion."""


def got(connection: Connection, thing: Thing, ladder: Stages) -> Row:
    """The thing with its commit and, of each environment that anything is known of, whether it is there.

    `there`, `gone` (it came, and what runs now was live before it), `not_there`; `unknown`: it is older than the first
    deployment that was seen there, and may have been in that.
    """
    commit = where.commit(connection, thing.sha) if thing.sha else None
    shas = where.stands_for(connection, thing.sha) if thing.sha else []
    here, tiers = where.chains(connection, thing.service), dict(ladder)
    now = _now(connection, thing.service)
    places: list[Row] = []
    for name in [*(each for each in tiers if each in here), *(each for each in here if each not in tiers)]:
        place = _place(connection, thing, shas, name, commit, now.get(name, {}).get("actual_version"))
        if name in tiers or place["state"] in ("there", "gone"):  # of short-lived ones only those that had it
            places.append({"environment": name, "tier": tiers.get(name), **place})
    waits = [_waits_for(places[:number], place, commit, now) for number, place in enumerate(places)]
    told = [{**place, "waits_for": waits_for} for place, waits_for in zip(places, waits, strict=True)]
    return {
        "service": thing.service,
        "sha": thing.sha,
        "version": thing.version,
        "commit": commit,
        "environments": told,
    }


def _place(
    connection: Connection, thing: Thing, shas: Sequence[str], name: str, commit: Row | None, runs: str | None
) -> Row:  # fmt: skip
    came = where.arrived(connection, thing, shas, name)
    first, now = where.first_lives(connection, thing.service, name, runs)
    if came is not None:
        return {"state": "there" if now is not None and now >= came["since"] else "gone", **came}
    made = commit and (commit["pushed_at"] or commit["committed_at"] or commit["authored_at"])
    older = bool(made and first is not None and made < first)
    return {"state": "unknown" if older else "not_there", "deployment_id": None, "version": None, "since": None}


def _now(connection: Connection, service: str) -> Mapping[str, Row]:
    e = fact_environments.c
    rows = decoded(connection, sa.select(fact_environments).where(e.service == service))
    return {row["environment"]: row for row in rows}


def _waits_for(before: Sequence[Row], place: Row, commit: Row | None, now: Mapping[str, Row]) -> str | None:
    """What has to happen so that it gets there; None where it is, or where nobody can tell."""
    name, state = place["environment"], now.get(place["environment"])
    if place["state"] in ("there", "unknown"):
        return None
    holding = [now[each["environment"]] for each in before if each["state"] == "there" and each["environment"] in now]
    versions = {row["actual_version"] for row in holding} | {each["version"] for each in before}
    if state and state["desired_version"] in versions - {None} and state["desired_version"] != state["actual_version"]:
        return f"the sync: {state['desired_version']} is wanted, {state['actual_version'] or 'something else'} runs"
    if not before:
        request = commit["pull_request"] if commit else None
        if request and request["merged_at"] is None:
            return f"pull request {request['id']} to be merged"
        return f"a deployment to {name}"
    last = before[-1]
    if last["state"] != "there":
        return f"{last['environment']}, where it is not yet"
    version = now.get(last["environment"], {}).get("actual_version") or last["version"]
    return f"a promotion of {version or 'what runs'} from {last['environment']}"
