"""Facts kept up to date: in the transaction that stores events, what they change is derived again, and no more."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import structlog

from app import telemetry
from app.events import UNMAPPED
from app.facts.claims import Claim, View, moment, read_claim, repository_key
from app.facts.history import commits_of, links_of, names_of, pull_request
from app.facts.incidents import incident
from app.facts.model import Incident
from app.facts.windows import UTC, Zones
from app.ingest.facts_chain import Cause, derive_chain
from app.store import (
    Connection,
    fact_chains,
    fact_claims,
    fact_history,
    fact_log,
    fact_single,
    fact_states,
    fact_waits,
    fact_weeks,
)
from app.store.apart import apart
from app.store.counters import Series
from app.store.fact_records import INCIDENTS
from app.store.fact_weeks import Cell

log = structlog.get_logger("facts")
Chain = tuple[str, str]


class Touched:
    """The chains that news change, each from a time (µs) on."""

    def __init__(self) -> None:
        self._chains: dict[Chain, tuple[int, Cause]] = {}
        self.seen: set[Chain] = set()
        self.weeks: set[Cell] = set()

    def touch(self, service: str, environment: str, at: int, cause: Cause) -> None:
        """Derive a chain again from a time on. What nobody can place is no chain."""
        if UNMAPPED in (service, environment) or not environment:
            return
        there = self._chains.get((service, environment))
        if there is None or at < there[0]:
            self._chains[service, environment] = (at, cause)
        self.seen.add((service, environment))

    def pop(self) -> tuple[Chain, int, Cause] | None:
        """The next one, in the order of their names."""
        if not self._chains:
            return None
        chain = min(self._chains)
        return chain, *self._chains.pop(chain)


def keep_facts(
    connection: Connection, new: Mapping[str, View], replayed: Iterable[View], zones: Zones = UTC
) -> Counter[Series]:
    """`apply_facts` for a batch of events; a defect in it costs no event: a rebuild makes the facts whole again.

    Returns what is to be counted of numbers that it restated.
    """
    last = fact_log.last(connection)
    again = {view["id"]: view for view in replayed if view["id"] not in new}
    defect = apart(connection, lambda: apply_facts(connection, list(new.values()), list(again.values()), zones))
    if defect is not None:
        telemetry.ROUTING_ERRORS.labels("facts").inc()
        log.error(
            "facts failed", action="facts", reason=repr(defect)[:300], events=len(new), hint="shipbell facts rebuild"
        )
    return fact_log.tally(connection, last, [*new, *again])


def apply_facts(connection: Connection, new: Sequence[View], again: Sequence[View] = (), zones: Zones = UTC) -> None:
    """Bring the facts up to date with `new` events, and with those that a replay has read `again`.

    `zones` is where days and weeks begin. Run again with the same events it changes nothing.
    """
    if not new and not again:
        return
    views = [*new, *again]
    fact_chains.lock(connection, {view.get("service") or UNMAPPED for view in views})
    ids = [view["id"] for view in again]
    old = fact_claims.by_ids(connection, ids)
    fact_claims.remove(connection, ids)
    claims = [claim for view in views if (claim := read_claim(view))]
    fact_claims.add(connection, claims)
    causes = {view["id"]: Cause(view["id"], moment(view["received_at"]) or 0) for view in views}
    touched = Touched()
    note_history(connection, views, claims, causes, touched)
    fact_single.note(connection, views)
    told = [*old, *claims]
    _note_incidents(connection, [each for each in told if each.family == "incident"], causes, touched)
    _note_deployments(connection, [each for each in told if each.family == "deployment"], causes, touched)
    for each in told:
        if each.family == "health":
            at = _unwell_since(connection, each)
            touched.touch(each.service, each.environment, at, causes[each.event_id])
    _derive(connection, touched, zones)
    fact_weeks.keep(connection, touched.weeks)
    observed = {(each.service, each.environment) for each in told if each.family == "observed"}
    for service, environment in sorted(touched.seen | {each for each in observed if UNMAPPED not in each and each[1]}):
        fact_states.note_state(connection, service, environment)


def _derive(connection: Connection, touched: Touched, zones: Zones) -> None:
    rounds = 0
    while (each := touched.pop()) is not None and rounds < MOST_ROUNDS:
        (service, environment), at, cause = each
        for elsewhere in derive_chain(connection, service, environment, at, cause, zones, weeks=touched.weeks):
            touched.touch(*elsewhere, cause)
        rounds += 1


MOST_ROUNDS = 1000
"""Chains derived for one batch; chains that share incidents could else ask for each other for ever."""


def note_history(
    connection: Connection,
    views: Iterable[View],
    claims: Iterable[Claim],
    causes: Mapping[str, Cause],
    touched: Touched | None,
) -> None:
    """Note commits, links, names and pull requests; chains whose deployments carry them are touched."""
    names: list[tuple[str, str, str, str]] = []
    named: dict[str, set[str]] = {}
    for view in views:
        repository, service = repository_key(view), view.get("service") or UNMAPPED
        if repository is None:
            continue
        changed = fact_history.add_commits(connection, service, commits_of(view))
        changed |= fact_history.add_links(connection, repository, links_of(view))
        if touched is not None and changed:
            _touch(connection, service, repository, changed, causes[view["id"]], touched)
        for name, sha in names_of(view):
            names.append((service, name, repository, sha))
            named.setdefault(view["id"], set()).update((f"={name}", f"={name.removeprefix('v')}"))
    fact_history.add_names(connection, names)
    if touched is not None:
        _touch_named(connection, named, causes, touched)
    for claim in {each.subject: each for each in claims if each.family == "pull"}.values():
        _note_request(connection, claim, causes, touched)


def _note_request(connection: Connection, claim: Claim, causes: Mapping[str, Cause], touched: Touched | None) -> None:
    request = pull_request(fact_claims.by_subjects(connection, [claim.subject]))
    if request is None:
        return
    if fact_history.put_request(connection, claim.service, request) and touched is not None and request.merge_commit:
        words = {request.merge_commit, *request.commits}
        whole = fact_history.whole(connection, claim.service, words)
        shas = {whole.get(word, word) for word in words}
        _touch(connection, claim.service, request.repository, shas, causes[claim.event_id], touched)


def _touch_named(
    connection: Connection, named: Mapping[str, set[str]], causes: Mapping[str, Cause], touched: Touched
) -> None:
    """Touch the chains in which deployments wait to hear of names, by the events that told them. Nearly none does."""
    waited_for = fact_waits.waited_for(connection, {key for keys in named.values() for key in keys})
    for event_id, keys in named.items() if waited_for else ():
        for where in fact_waits.waiting(connection, keys & waited_for):
            touched.touch(*where, causes[event_id])


def _touch(
    connection: Connection, service: str, repository: str, shas: Collection[str], cause: Cause, touched: Touched
) -> None:
    """Touch the chains in which some commits are live already, or deployments wait to hear of them."""
    for where in fact_waits.waiting(connection, {fact_waits.wait_key(sha) for sha in shas}):
        touched.touch(*where, cause)
    chains: dict[str, list[str]] = {}
    for place in fact_chains.places_of(connection, service, repository):
        chains.setdefault(place.service, []).append(place.environment)
    for name, environments in chains.items():
        for environment, at in fact_waits.arrived(connection, name, environments, shas).items():
            touched.touch(name, environment, at, cause)


def _note_deployments(
    connection: Connection, claims: Sequence[Claim], causes: Mapping[str, Cause], touched: Touched
) -> None:
    """A rollout is derived again from the first word on it."""
    first: dict[str, int] = {}
    for claim in [*fact_claims.by_subjects(connection, {each.subject for each in claims}), *claims]:
        times = [at for at in (claim.at, claim["finished_at"]) if at is not None]
        first[claim.subject] = min(*times, first.get(claim.subject, claim.at))
    for claim in claims:
        touched.touch(claim.service, claim.environment, first[claim.subject], causes[claim.event_id])


def _unwell_since(connection: Connection, claim: Claim) -> int:
    """Since when a chain was not well, before this word on its health; µs."""
    at = claim.at
    for each in fact_claims.health_before(connection, claim.service, claim.environment, claim.at):
        if each["status"] == "healthy":
            break
        at = each.at
    return at


def _note_incidents(
    connection: Connection, claims: Sequence[Claim], causes: Mapping[str, Cause], touched: Touched
) -> None:
    """Incidents as all claims about them say; chains that they may be put down to are touched."""
    told: dict[str, list[Claim]] = {each.subject: [] for each in claims}
    for claim in fact_claims.by_subjects(connection, told):
        told[claim.subject].append(claim)
    last = {each.subject: causes[each.event_id] for each in claims}
    for subject, all_of_it in told.items():
        old = fact_chains.incidents(connection, [subject])
        before = INCIDENTS.record(old[0]) if old else None
        made = incident(all_of_it)
        if made is not None and before is not None:
            made = replace(made, deployment_id=before.deployment_id, link=before.link, others=before.others)
        INCIDENTS.become(connection, old, [INCIDENTS.row(made)] if made else [])
        for each in (before, made):
            if each is not None and before != made:
                _touch_suspects(connection, each, last[subject], touched)


def _touch_suspects(connection: Connection, one: Incident, cause: Cause, touched: Touched) -> None:
    linked = fact_chains.places(connection, [one.deployment_id] if one.deployment_id else []).values()
    for service, environment, live_at in linked:
        touched.touch(service, environment, min(live_at, one.opened_at), cause)
    for place in fact_chains.places_of(connection, one.service):
        if place.environment == one.environment or (one.environment is None and place.tier == "production"):
            touched.touch(place.service, place.environment, one.opened_at, cause)
