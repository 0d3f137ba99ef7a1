"""Lead times as a histogram that lasts: each deployment is observed once, when it has settled and commits are known.

A histogram takes nothing back: further commits of a deployment that was observed are in the gauges alone.
The counts are counters like any others. What was observed is remembered for as long as a deployment is looked at.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Connection, Index, String, Table

from app.kernel.clock import DAY, HOUR, MINUTE, SECOND
from app.store import counters
from app.store.ask import ask
from app.store.fact_tables import fact_arrivals, fact_deployments
from app.store.tables import metadata
from app.store.upsert import insert_for
from app.telemetry import Lasting

SETTLED = 10 * MINUTE
"""How long after it went live a deployment is observed: until then late reports may still change it."""
BACK = 90 * DAY
BITE = 500
BOUNDS = tuple(
    us // SECOND
    for us in (
        5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR,
        DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY,
    )
)  # fmt: skip
"""Upper bounds of the buckets in seconds; behind the last one is one without end."""
BUCKET = Lasting("deployment_lead_time_seconds", "Commits by bucket.", ("service", "environment", "le"))
SUM = Lasting("deployment_lead_time_milliseconds", "The sum of their lead times.", ("service", "environment"))
NO_END = "+Inf"
LES = (*(str(float(each)) for each in BOUNDS), NO_END)
"""The upper bounds as labels."""

lead_times_observed = Table(
    "lead_times_observed",
    metadata,
    Column("deployment_id", String(32), primary_key=True),
    Column("live_at", BigInteger, nullable=False),
)
Index("lead_times_observed_time", lead_times_observed.c.live_at)

_d, _r, _o = fact_deployments.c, fact_arrivals.c, lead_times_observed.c
_COMMIT = (_r.clock == "commit", _r.lead_seconds.is_not(None))
_NEW = (
    sa.select(_d.id, _d.live_at)
    .outerjoin(lead_times_observed, _o.deployment_id == _d.id)
    .where(
        _d.service == sa.bindparam("service_"),
        _d.environment.in_(sa.bindparam("environments_", expanding=True)),
        _d.live_at >= sa.bindparam("after_", type_=BigInteger),
        _d.live_at <= sa.bindparam("until_", type_=BigInteger),
        _o.deployment_id.is_(None),
        sa.exists().where(_r.deployment_id == _d.id, *_COMMIT),  # while none is known, all may yet be told
    )
    .limit(BITE)
)
_THESE = sa.select(_d.id, _d.live_at).where(_d.id.in_(sa.bindparam("ids_", expanding=True))).order_by(_d.id)
_LEADS = sa.select(_r.service, _r.environment, _r.lead_seconds).where(
    *_COMMIT, _r.deployment_id.in_(sa.bindparam("ids_", expanding=True))
)
_NEWEST = (
    sa.select(_r.deployment_id, _r.lead_seconds, _r.live_at)
    .where(
        *_COMMIT,
        _r.service == sa.bindparam("service_"),
        _r.environment == sa.bindparam("environment_"),
        _r.live_at <= sa.bindparam("until_", type_=BigInteger),
    )
    .order_by(_r.live_at.desc())
    .limit(30)
)


@dataclass(frozen=True, slots=True)
class Example:
    """A commit that stands for its bucket; `lead` in seconds, `live_at` in µs."""

    deployment_id: str
    lead: float
    live_at: int


def bucket_of(lead: float) -> str:
    """The upper bound of a lead time's bucket, as a label."""
    return LES[bisect_left(BOUNDS, lead)]


def unobserved(connection: Connection, service: str, environments: Sequence[str], now: int) -> dict[str, int]:
    """Settled deployments of a service with commits, not observed yet, with when (µs) they went live; one bite."""
    values = {"service_": service, "environments_": list(environments), "after_": now - BACK, "until_": now - SETTLED}
    return {row[0]: row[1] for row in ask(connection, _NEW, values)}


def observe(connection: Connection, new: Collection[str], now: int) -> None:
    """Count the commits of deployments, each deployment once whoever else does it, and forget what is too old."""
    insert = insert_for(connection, lead_times_observed).from_select(["deployment_id", "live_at"], _THESE)
    added = insert.on_conflict_do_nothing().returning(_o.deployment_id)
    ours = list(connection.execute(added, {"ids_": sorted(new)}).scalars())
    connection.execute(sa.delete(lead_times_observed).where(_o.live_at < now - BACK - DAY))
    tally: Counter[counters.Series] = Counter()
    sums: defaultdict[counters.Series, float] = defaultdict(float)
    for service, environment, lead in ask(connection, _LEADS, {"ids_": ours}):
        tally[BUCKET, (service, environment, bucket_of(lead))] += 1
        sums[SUM, (service, environment)] += lead * 1000
    counters.add(connection, tally + Counter({series: round(value) for series, value in sums.items()}))


def examples(connection: Connection, service: str, environment: str, now: int) -> dict[str, Example]:
    """The newest commit of each bucket among the last ones that were observed."""
    values = {"service_": service, "environment_": environment, "until_": now - SETTLED}
    newest = [Example(*row) for row in ask(connection, _NEWEST, values)]
    return {bucket_of(each.lead): each for each in reversed(newest)}
