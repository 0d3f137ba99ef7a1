"""The tables of the facts: everything here can be emptied and derived again from the events.

`day` and `week` count from 1970 in the owner's time zone (weeks begin on Monday): see `app.facts.windows`.
Lists are JSON texts. Rows of one chain lie together, and exact percentiles come from an index alone.
"""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, Text

from app.store.fact_source_tables import fact_claims as fact_claims
from app.store.fact_source_tables import fact_commits as fact_commits
from app.store.fact_source_tables import fact_gates as fact_gates
from app.store.fact_source_tables import fact_links as fact_links
from app.store.fact_source_tables import fact_names as fact_names
from app.store.fact_source_tables import fact_pull_requests as fact_pull_requests
from app.store.fact_source_tables import fact_scans as fact_scans
from app.store.fact_source_tables import fact_test_runs as fact_test_runs
from app.store.fact_source_tables import fact_waits as fact_waits
from app.store.tables import metadata

_Serial = BigInteger().with_variant(Integer, "sqlite")


def _chain() -> tuple[Column[str], Column[str]]:
    return Column("service", String(100), nullable=False), Column("environment", String(100), nullable=False)


fact_chains = Table(
    "fact_chains",
    metadata,
    Column("service", String(100), primary_key=True),
    Column("environment", String(100), primary_key=True),
    Column("repository", String(300)),
    Column("tier", String(20)),
)
Index("fact_chains_repository", fact_chains.c.repository)

fact_deployments = Table(
    "fact_deployments",
    metadata,
    Column("id", String(32), primary_key=True),
    *_chain(),
    Column("tier", String(20)),
    Column("team", String(300)),
    Column("business_area", String(300)),
    Column("pod", String(300)),
    Column("component", String(300)),
    Column("platform", String(20)),
    Column("artifact", String(300), nullable=False),
    Column("version", String(300)),
    Column("sha", String(64)),
    Column("repository", String(300)),
    Column("revision", String(300)),
    Column("kind", String(10), nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("started_at", BigInteger),
    Column("live_at", BigInteger, nullable=False),
    Column("day", Integer, nullable=False),
    Column("week", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failed_attempts", Integer, nullable=False),
    Column("batch_id", String(32)),
    Column("previous_id", String(32)),
    Column("counts", Boolean, nullable=False),
    Column("failed_by", String(10)),
    Column("failed_because", String(300)),
    Column("failed_confidence", String(10)),
    Column("failure_of", String(32)),
    Column("detected_at", BigInteger),
    Column("recovered_at", BigInteger),
    Column("recovered_by", String(300)),
    Column("reverted", Boolean, nullable=False),
    Column("rework", Boolean, nullable=False),
    Column("commits", Integer, nullable=False),
    Column("re_arrivals", Integer, nullable=False),
    Column("tickets", Text, nullable=False),
    Column("flags", Text, nullable=False),
    Column("evidence", Text, nullable=False),
)
_d = fact_deployments.c
Index("fact_deployments_chain", _d.service, _d.environment, _d.live_at, _d.id)
Index("fact_deployments_artifact", _d.service, _d.environment, _d.artifact, _d.live_at)
Index("fact_deployments_version", _d.service, _d.environment, _d.version, _d.live_at)
Index("fact_deployments_batch", _d.batch_id)
Index("fact_deployments_failed", _d.service, _d.environment, _d.recovered_at,
      sqlite_where=_d.failed_by.is_not(None), postgresql_where=_d.failed_by.is_not(None))  # fmt: skip
# All that measures look at, so that a team's year is read from here alone.
Index("fact_deployments_team", _d.tier, _d.team, _d.week, _d.live_at, _d.kind, _d.counts, _d.outcome, _d.failed_by,
      _d.failed_confidence, _d.detected_at, _d.recovered_at, _d.re_arrivals, _d.flags)  # fmt: skip

fact_attempts = Table(
    "fact_attempts",
    metadata,
    Column("id", String(32), primary_key=True),
    *_chain(),
    Column("tier", String(20)),
    Column("team", String(300)),
    Column("deployment_id", String(32)),
    Column("outcome", String(10), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("artifact", String(300), nullable=False),
    Column("version", String(300)),
    Column("sha", String(64)),
    Column("changed", Boolean, nullable=False),
    Column("error", Text),
    Column("evidence", Text, nullable=False),
)
_a = fact_attempts.c
Index("fact_attempts_chain", _a.service, _a.environment, _a.at, _a.outcome, _a.changed)
Index("fact_attempts_team", _a.tier, _a.team, _a.at, _a.outcome, _a.changed)

fact_arrivals = Table(
    "fact_arrivals",
    metadata,
    Column("service", String(100), primary_key=True),
    Column("environment", String(100), primary_key=True),
    Column("sha", String(64), primary_key=True),
    Column("repository", String(300), nullable=False),
    Column("original", String(64)),
    Column("deployment_id", String(32), nullable=False),
    Column("tier", String(20)),
    Column("team", String(300)),
    Column("live_at", BigInteger, nullable=False),
    Column("day", Integer, nullable=False),
    Column("week", Integer, nullable=False),
    Column("authored_at", BigInteger),
    Column("committed_at", BigInteger),
    Column("pushed_at", BigInteger),
    Column("merged_at", BigInteger),
    Column("lead_seconds", Float),
    Column("clock", String(6), nullable=False),
    Column("author", String(300)),
    Column("author_kind", String(10)),
    Column("pull_request", Integer),
    Column("flags", Text, nullable=False),
)
_r = fact_arrivals.c
Index("fact_arrivals_chain", _r.service, _r.environment, _r.clock, _r.live_at, _r.lead_seconds)
Index("fact_arrivals_week", _r.tier, _r.clock, _r.team, _r.week, _r.lead_seconds)
Index("fact_arrivals_team", _r.tier, _r.clock, _r.team, _r.live_at, _r.lead_seconds)
Index("fact_arrivals_deployment", _r.deployment_id)
Index("fact_arrivals_original", _r.service, _r.environment, _r.original,
      sqlite_where=_r.original.is_not(None), postgresql_where=_r.original.is_not(None))  # fmt: skip

fact_incidents = Table(
    "fact_incidents",
    metadata,
    Column("id", String(300), primary_key=True),
    Column("source", String(40), nullable=False),
    Column("service", String(100), nullable=False),
    Column("environment", String(100)),
    Column("tier", String(20)),
    Column("team", String(300)),
    Column("business_area", String(300)),
    Column("pod", String(300)),
    Column("component", String(300)),
    Column("title", String(300)),
    Column("priority", String(2)),
    Column("opened_at", BigInteger, nullable=False),
    Column("acknowledged_at", BigInteger),
    Column("resolved_at", BigInteger),
    Column("state", String(12), nullable=False),
    Column("deployment_id", String(32)),
    Column("link", String(10)),
    Column("others", Text, nullable=False),
    Column("url", Text),
    Column("evidence", Text, nullable=False),
)
_i = fact_incidents.c
Index("fact_incidents_service", _i.service, _i.opened_at)
Index("fact_incidents_team", _i.team, _i.opened_at)
Index("fact_incidents_deployment", _i.deployment_id)
Index(
    "fact_incidents_open", _i.service, sqlite_where=_i.resolved_at.is_(None), postgresql_where=_i.resolved_at.is_(None)
)

fact_environments = Table(
    "fact_environments",
    metadata,
    Column("service", String(100), primary_key=True),
    Column("environment", String(100), primary_key=True),
    Column("tier", String(20)),
    Column("team", String(300)),
    Column("desired_version", String(300)),
    Column("actual_version", String(300)),
    Column("in_sync", Boolean),
    Column("health", String(300)),
    Column("deployment_id", String(32)),
    Column("since", BigInteger),
    Column("as_of", BigInteger, nullable=False),
)

fact_tickets = Table(
    "fact_tickets",
    metadata,
    Column("key", String(300), primary_key=True),
    Column("summary", String(300)),
    Column("status", String(300)),
    Column("status_category", String(300)),
    Column("fix_versions", Text, nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("as_of", BigInteger, nullable=False),
    Column("event_id", String(32), nullable=False),
)

fact_ticket_places = Table(
    "fact_ticket_places",
    metadata,
    Column("key", String(300), primary_key=True),
    Column("service", String(100), primary_key=True),
    Column("environment", String(100), primary_key=True),
    Column("deployment_id", String(32), nullable=False),
    Column("since", BigInteger, nullable=False),
)
Index("fact_ticket_places_chain", *(fact_ticket_places.c[name] for name in ("service", "environment", "since")))

fact_restatements = Table(
    "fact_restatements",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("event_id", String(32), nullable=False),
    Column("service", String(100), nullable=False),
    Column("environment", String(100)),
    Column("what", String(60), nullable=False),
    Column("object", String(300), nullable=False),
    Column("before", Text),
    Column("after", Text),
)
Index("fact_restatements_time", fact_restatements.c.at)
Index("fact_restatements_service", fact_restatements.c.service, fact_restatements.c.at)

# A team's week in production: all that its measures are made of. `lead_times` are doubles in their order; `recovered`
# seconds and `open_since` times (µs) as JSON.
fact_weeks = Table(
    "fact_weeks",
    metadata,
    Column("team", String(300), primary_key=True),
    Column("week", Integer, primary_key=True),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("deployments", Integer, nullable=False),
    Column("commits", Integer, nullable=False),
    Column("lead_p50", Float),
    Column("lead_p90", Float),
    Column("fail_ratio", Float),
    Column("rework_ratio", Float),
    Column("recovered", Text, nullable=False),
    Column("open_since", Text, nullable=False),
    Column("lead_times", LargeBinary, nullable=False),
)
Index("fact_weeks_week", fact_weeks.c.week)
