"""The rows of a service whose facts are nowhere yet, written at once."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from app.store import fact_states
from app.store.ask import Row
from app.store.bulk import BulkInsert
from app.store.fact_records import ARRIVALS, ATTEMPTS, DEPLOYMENTS, INCIDENTS
from app.store.fact_tables import fact_chains
from app.store.fact_waits import add_waits

_CHAIN = BulkInsert(fact_chains, "service", "environment", "repository", "tier")


@dataclass(frozen=True, slots=True)
class ServiceRows:
    """Rows as the tables have them; `places` are the environments of which something is known."""

    service: str
    places: list[str] = field(default_factory=list)
    chains: list[Row] = field(default_factory=list)
    deployments: list[Row] = field(default_factory=list)
    attempts: list[Row] = field(default_factory=list)
    arrivals: list[Row] = field(default_factory=list)
    waits: list[Row] = field(default_factory=list)
    tickets: list[Row] = field(default_factory=list)
    incidents: list[Row] = field(default_factory=list)


def add(connection: Connection, rows: ServiceRows) -> None:
    """Write them, and what runs in each place."""
    _CHAIN.run(connection, rows.chains)
    DEPLOYMENTS.add(connection, rows.deployments)
    ATTEMPTS.add(connection, rows.attempts)
    ARRIVALS.add(connection, rows.arrivals)
    INCIDENTS.add(connection, rows.incidents)
    add_waits(connection, rows.waits)
    fact_states.add_tickets(connection, rows.tickets)
    for environment in rows.places:
        fact_states.note_state(connection, rows.service, environment)
