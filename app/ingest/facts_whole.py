"""A service whose facts are nowhere yet: its chains derived as a whole, out of claims alone, as rows to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.events import UNMAPPED
from app.facts.chain import Before
from app.facts.claims import Claim
from app.facts.derive import Facts, Rolled, Suspects, derive, roll
from app.facts.incidents import incident
from app.facts.model import Incident
from app.facts.reports import asked
from app.facts.tickets import tickets_in
from app.facts.windows import Zones
from app.ingest.facts_chain import FAMILIES, named_by, waits_of, when
from app.store import Connection, fact_claims, fact_rebuild
from app.store.fact_chains import Place
from app.store.fact_library import Library
from app.store.fact_records import ARRIVALS, ATTEMPTS, DEPLOYMENTS, INCIDENTS
from app.store.fact_whole import ServiceRows


class Entangled(Exception):
    """Chains whose incidents may be put down to one another are derived in turns, by what is written of them."""


@dataclass(frozen=True, slots=True)
class _Told:
    """The incidents of a service, with what is claimed about each."""

    incidents: Mapping[str, Incident]
    claims: Mapping[str, Sequence[Claim]]


def whole_service(connection: Connection, service: str, zones: Zones, library: Library) -> ServiceRows:
    """The incidents and chains of a service. Raises Entangled."""
    found, told = ServiceRows(service), _incidents(connection, service)
    incidents = dict(told.incidents)
    everywhere = [each for each in incidents.values() if each.environment is None]
    production = 0
    for environment, families in fact_rebuild.chains(connection, service):
        if UNMAPPED in (service, environment) or not environment:
            continue
        found.places.append(environment)
        if not families & {*FAMILIES}:
            continue
        facts = _facts(connection, Place(service, environment, None, None), told, library)
        production += any(each.tier == "production" for each in facts.deployments)
        if everywhere and production > 1:
            raise Entangled
        incidents |= {each.id: each for each in facts.incidents}
        _add(found, (service, environment), facts, zones)
    found.incidents.extend(INCIDENTS.row(each) for each in incidents.values())
    return found


def _incidents(connection: Connection, service: str) -> _Told:
    made = [(incident(claims), claims) for claims in fact_rebuild.told(connection, service, "incident")]
    mine = [(each, claims) for each, claims in made if each is not None and each.service == service]
    return _Told({each.id: each for each, _ in mine}, {each.id: claims for each, claims in mine})


def _facts(connection: Connection, place: Place, told: _Told, library: Library) -> Facts:
    claims = fact_claims.since(connection, place.service, place.environment, FAMILIES, -1)
    words = asked(claim for claim in claims if claim.family == "deployment")
    rolled = roll(claims, library.whole(place.service, words))
    graph = library.graph(rolled.shas(), rolled.revisions())
    suspects = _suspects(connection, place, rolled, told)
    return derive(place.service, place.environment, rolled, Before(), graph, suspects)


def _suspects(connection: Connection, place: Place, rolled: Rolled, told: _Told) -> Suspects:
    """The chain's incidents; those without an environment are production's."""
    production = next((each.first_said("tier") for each in rolled.live), None) == "production"
    mine = {place.environment, None} if production else {place.environment}
    found = [each for each in told.incidents.values() if each.environment in mine]
    named = {each.id: meant for each in found if (meant := named_by(connection, place, told.claims[each.id]))}
    return Suspects(found, named)


def _add(found: ServiceRows, chain: tuple[str, str], facts: Facts, zones: Zones) -> None:
    last = facts.deployments[-1] if facts.deployments else None
    found.chains.append((*chain, last.repository if last else None, last.tier if last else None))
    found.deployments.extend(DEPLOYMENTS.row(each, **when(each, zones)) for each in facts.deployments)
    found.attempts.extend(map(ATTEMPTS.row, facts.attempts))
    found.arrivals.extend(ARRIVALS.row(each, **when(each, zones)) for each in facts.arrivals)
    found.waits.extend(sorted(waits_of(chain, facts)))
    tickets = tickets_in(facts.deployments).values()
    found.tickets.extend((key, *chain, deployment, at) for key, deployment, at in tickets)
