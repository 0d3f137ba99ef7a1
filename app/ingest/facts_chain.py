"""Derives the end of a chain again, as far back as news reach, and writes what differs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.facts.artifacts import Artifact
from app.facts.blame import INCIDENT_WITHIN
from app.facts.chain import FAR, Before
from app.facts.claims import Claim
from app.facts.derive import Facts, Rolled, Suspects, derive, roll
from app.facts.incidents import names
from app.facts.model import Arrival, Deployment, Incident, Restatement
from app.facts.reports import asked
from app.facts.windows import Zones, day_of, week_of
from app.store import Connection, fact_chains, fact_claims, fact_history, fact_log
from app.store.ask import Row
from app.store.fact_chains import Place, Tail
from app.store.fact_library import Library
from app.store.fact_records import ARRIVALS, ATTEMPTS, DEPLOYMENTS, INCIDENTS, Records
from app.store.fact_states import note_tickets
from app.store.fact_waits import replace_waits, wait_key
from app.store.fact_weeks import Cell, cells

ROUNDS = 8
"""How often a derivation may reach further back; each time it does so for a deployment that it found."""
FAMILIES = ("deployment", "health")


@dataclass(frozen=True, slots=True)
class Cause:
    """The event that made it necessary, and when it was received (µs)."""

    event_id: str
    at: int


@dataclass(frozen=True, slots=True)
class Work:
    """One derivation: the rows as they are and the facts as they should be."""

    tail: Tail
    facts: Facts
    rolled: Rolled


def derive_chain(
    connection: Connection,
    service: str,
    environment: str,
    at: int | None,
    cause: Cause | None,
    zones: Zones,
    library: Library | None = None,
    weeks: set[Cell] | None = None,
) -> list[tuple[str, str, int]]:
    """Derive a chain again from a time (µs) on, all of it where that is None; nothing is logged without a cause.

    All of it is read out of the `library` where there is one; the weeks of which rows changed are added to `weeks`.
    Returns the other chains, each with a time, that must be derived again because of it.
    """
    fact_chains.open_chain(connection, service, environment)
    place = next(each for each in fact_chains.places_of(connection, service) if each.environment == environment)
    for _ in range(ROUNDS):
        work = _work(connection, place, at, library if at is None else None)
        back = _further(connection, place, work)
        if back is None or at is None:
            break
        at = back
    changed = _write(connection, place, work, cause, zones)
    if weeks is not None:
        weeks |= changed
    return _elsewhere(connection, place, work)


def _work(connection: Connection, place: Place, at: int | None, library: Library | None) -> Work:
    service, environment = place.service, place.environment
    tail = fact_chains.tail(connection, service, environment, at)
    claims = _claims(connection, place, tail)
    deployments = [claim for claim in claims if claim.family == "deployment"]
    words = asked(deployments)
    rolled = roll(claims, library.whole(service, words) if library else fact_history.whole(connection, service, words))
    if library is not None:
        return Work(tail, _all_facts(connection, place, rolled, library), rolled)
    last = tail.before.sha if tail.before else None
    facts = _facts(connection, place, tail, rolled, stop=last or "")
    if last and facts.doubtful:
        facts = _facts(connection, place, tail, rolled)
    return Work(tail, facts, rolled)


def _facts(connection: Connection, place: Place, tail: Tail, rolled: Rolled, stop: str = "") -> Facts:
    """What the chain's end comes to; what is behind the commit `stop` is not looked into."""
    before = fact_chains.before(connection, tail.before, [each.artifact for each in rolled.live])
    heads = rolled.shas() | ({tail.before.sha} if tail.before and tail.before.sha else set())
    times = (before.recent[0] if len(before.recent) >= FAR else 0, tail.since + 1)
    chain = (place.service, place.environment)
    graph, holders = fact_history.graph(connection, chain, heads, rolled.revisions(), times, stop)
    suspects = _suspects(connection, place, rolled, before, holders)
    return derive(*chain, rolled, before, graph, suspects)


def _all_facts(connection: Connection, place: Place, rolled: Rolled, library: Library) -> Facts:
    """What a whole chain comes to."""
    graph = library.graph(rolled.shas(), rolled.revisions())
    suspects = _suspects(connection, place, rolled, Before(), {})
    return derive(place.service, place.environment, rolled, Before(), graph, suspects)


def _claims(connection: Connection, place: Place, tail: Tail) -> list[Claim]:
    """The claims that rows after the tail's beginning are made of; what kept rows are made of is left to them."""
    found = fact_claims.since(connection, place.service, place.environment, FAMILIES, tail.since)
    if tail.before is None:
        return found
    mine = {event for row in tail.deployments for event in DEPLOYMENTS.record(row).evidence}
    mine |= {event for row in tail.attempts for event in ATTEMPTS.record(row).evidence}
    known = {claim.event_id for claim in found}
    found += fact_claims.by_ids(connection, mine - known)
    known |= mine
    subjects = {claim.subject for claim in found if claim.family == "deployment"}
    found += [claim for claim in fact_claims.by_subjects(connection, subjects) if claim.event_id not in known]
    return [claim for claim in found if claim.event_id not in tail.kept]


def _suspects(
    connection: Connection, place: Place, rolled: Rolled, before: Before, holders: Mapping[str, str]
) -> Suspects:
    """The incidents that may be put down to what is derived, and the other deployments that may have caused them."""
    tier = place.tier or next((each.first_said("tier") for each in rolled.live), None)
    first = before.last.live_at + 1 if before.last else 0
    found = fact_chains.incidents_since(
        connection, place.service, place.environment, first, production=tier == "production"
    )
    if not found:
        return Suspects(holders=holders)
    told: dict[str, list[Claim]] = {}
    for claim in fact_claims.by_subjects(connection, [each.id for each in found]):
        told.setdefault(claim.subject, []).append(claim)
    named = {each.id: meant for each in found if (meant := named_by(connection, place, told.get(each.id, ())))}
    others = _others(connection, place, found, named, before.last)
    fresh = [replace(each, deployment_id=None, link=None, others=()) for each in found]
    return Suspects(fresh, named, others, holders)


def named_by(connection: Connection, place: Place, claims: Iterable[Claim]) -> Artifact | None:
    """The artifact that an incident names by its commit or version, as far as its claims tell."""
    meant = names(sorted(claims, key=lambda claim: (claim.at, claim.event_id)))
    if meant is None:
        return None
    words = {word for word in (meant.sha, meant.version) if word}
    whole = fact_history.whole(connection, place.service, words)
    return Artifact(
        whole.get(meant.sha or "") or whole.get(meant.version or "") or meant.sha, meant.version, meant.other
    )


def _others(
    connection: Connection,
    place: Place,
    incidents: Sequence[Incident],
    named: Mapping[str, Artifact],
    last: Deployment | None,
) -> list[Deployment]:
    """Deployments that are not derived now: this chain's until `last`, and other chains of production."""
    opened = [each.opened_at for each in incidents]
    since, until = min(opened) - INCIDENT_WITHIN, max(opened) + 1
    everywhere = any(each.environment is None for each in incidents)
    chains = [
        each for each in fact_chains.places_of(connection, place.service) if each.environment != place.environment
    ]
    elsewhere = [each.environment for each in chains if everywhere and each.tier == "production"]
    found = fact_chains.counted_between(connection, place.service, elsewhere, since, until)
    kept = last.live_at + 1 if last else 0
    found += fact_chains.counted_between(connection, place.service, [place.environment], since, kept)
    for each in incidents:
        if (artifact := named.get(each.id)) is not None:
            for environment in [place.environment, *elsewhere]:
                at = each.opened_at if environment != place.environment else min(each.opened_at, kept - 1)
                found += fact_chains.named_before(connection, place.service, environment, artifact, at)
    return list({each.id: each for each in found}.values())


def _further(connection: Connection, place: Place, work: Work) -> int | None:
    """The time (µs) of a kept deployment that must be looked at again, too; None if there is none."""
    last = work.tail.before
    if last is None:
        return None
    old = [DEPLOYMENTS.record(row) for row in work.tail.deployments]
    wanted = [*_accused(connection, last, old), *_accused(connection, last, work.facts.deployments)]
    ids = {target for each in (*old, *work.facts.deployments) if (target := each.failure_of)}
    ids |= {each.deployment_id for each in work.facts.incidents if each.deployment_id}
    mine = {each.id for each in work.facts.deployments}
    for service, environment, live_at in fact_chains.places(connection, ids - mine).values():
        if (service, environment) == (place.service, place.environment) and live_at <= last.live_at:
            wanted.append(live_at)
    return min(wanted, default=None)


def _accused(connection: Connection, last: Deployment, rows: Sequence[Deployment]) -> list[int]:
    """When kept deployments went live of which these rollbacks and hotfixes may say that they failed; µs."""
    remedies = [each for each in rows if each.kind in ("rollback", "hotfix")]
    if not remedies:
        return []
    here, edge = (last.service, last.environment), last.live_at + 1
    found = [fact_chains.open_before(connection, *here, edge)]
    for each in remedies:
        earlier = [one for one in rows if one.live_at < each.live_at]
        if not any(one.counts for one in earlier):
            found.append(fact_chains.counted_before(connection, *here, edge))
        if each.kind == "rollback" and not any(one.artifact == each.artifact for one in earlier):
            found.append(fact_chains.same_before(connection, *here, each.artifact, edge))
    return [at for at in found if at is not None]


def _write(connection: Connection, place: Place, work: Work, cause: Cause | None, zones: Zones) -> set[Cell]:
    """Write what differs, and log what numbers are made of. Returns the weeks in which they may be others now."""
    facts, tail = work.facts, work.tail
    deployments = [DEPLOYMENTS.row(each, **when(each, zones)) for each in facts.deployments]
    log = _become(connection, DEPLOYMENTS, "deployment", tail.deployments, deployments, place, cause)
    ATTEMPTS.become(connection, tail.attempts, [ATTEMPTS.row(each) for each in facts.attempts])
    arrivals = [ARRIVALS.row(each, **when(each, zones)) for each in facts.arrivals]
    log += _become(connection, ARRIVALS, "arrival", tail.arrivals, arrivals, place, cause)
    replace_waits(connection, tail.waits, waits_of((place.service, place.environment), facts))
    old = sorted(map(DEPLOYMENTS.record, tail.deployments), key=lambda each: (each.live_at, each.id))
    note_tickets(connection, (place.service, place.environment), old, facts.deployments, tail.since)
    fact_log.add(connection, log)
    last = facts.deployments[-1] if facts.deployments else tail.before
    found = (last.tier, last.repository or place.repository) if last else (None, None)
    if found != (place.tier, place.repository):
        fact_chains.note_place(connection, replace(place, tier=found[0], repository=found[1]))
    return cells(DEPLOYMENTS.columns, {*tail.deployments} ^ {*deployments}) | cells(
        ARRIVALS.columns, {*tail.arrivals} ^ {*arrivals}
    )


def waits_of(chain: tuple[str, str], facts: Facts) -> set[Row]:
    """What the facts of a chain hang on, as rows."""
    live = {each.id: each.at for each in facts.attempts} | {each.id: each.live_at for each in facts.deployments}
    return {(wait_key(word), each, *chain, live[each]) for each, words in facts.waits.items() for word in words}


def _elsewhere(connection: Connection, place: Place, work: Work) -> list[tuple[str, str, int]]:
    """Write the incidents; what one was put down to before, or is now, in another chain must know of it."""
    old = fact_chains.incidents(connection, [each.id for each in work.facts.incidents])
    new = [INCIDENTS.row(each) for each in work.facts.incidents]
    changed, _, _ = INCIDENTS.become(connection, old, new)
    at = INCIDENTS.columns.index("deployment_id")
    ids = {row[at] for pair in changed for row in pair if pair[0][at] != pair[1][at] and row[at]}
    found = fact_chains.places(connection, ids).values()
    return [each for each in found if each[:2] != (place.service, place.environment)]


def when(one: Deployment | Arrival, zones: Zones) -> dict[str, int]:
    """The day and the week of a row, in the zone of its team."""
    day = day_of(one.live_at, zones.of(one.team))
    return {"day": day, "week": week_of(day)}


def _become(
    connection: Connection,
    records: Records[Any],
    what: str,
    old: Sequence[Row],
    new: Sequence[Row],
    place: Place,
    cause: Cause | None,
) -> list[Restatement]:
    changed, gone, _ = records.become(connection, old, new)
    if cause is None:
        return []
    log = []
    for before, after in [*changed, *((row, None) for row in gone)]:
        told = fact_log.changes(records.named(before), records.named(after) if after else None)
        if told:
            name = before[0] if what == "deployment" else before[2]
            log.append(Restatement(cause.at, cause.event_id, place.service, place.environment, what, name, *told))
    return log
