"""Every table. Times are µs since 1970, UTC; ids of receipts sort by time; migrations must agree with this."""

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
)

metadata = sa.MetaData()

# SQLite numbers rows by itself only for INTEGER PRIMARY KEY.
_Serial = BigInteger().with_variant(Integer, "sqlite")


def _state(name: str) -> sa.ColumnElement[str]:
    """A literal, not a parameter: SQLite uses a partial index only for a predicate that it can read."""
    return sa.literal_column(f"'{name}'")


PENDING, INFLIGHT, DEAD = _state("pending"), _state("inflight"), _state("dead")

receipts = Table(
    "receipts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("source", String(40), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("headers", Text, nullable=False),
    Column("key_index", SmallInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(300)),
    Column("flags", String(100)),
    Column("tries", SmallInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("processed_at", BigInteger),
    Column("events", Text),
    sqlite_with_rowid=False,
)
Index("receipts_waiting", receipts.c.due_at, receipts.c.id, sqlite_where=receipts.c.state == _state("received"),
      postgresql_where=receipts.c.state == _state("received"))  # fmt: skip
Index("receipts_quarantined", receipts.c.id, sqlite_where=receipts.c.state == _state("quarantined"),
      postgresql_where=receipts.c.state == _state("quarantined"))  # fmt: skip

receipt_bodies = Table(
    "receipt_bodies",
    metadata,
    Column("receipt_id", String(32), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
# PostgreSQL would compress each body: a third of all that it does for a receipt. SQLAlchemy gives its DDL no types.
_AS_IT_IS = sa.DDL("ALTER TABLE receipt_bodies ALTER COLUMN body SET STORAGE EXTERNAL")  # type: ignore[no-untyped-call]
sa.event.listen(receipt_bodies, "after_create", _AS_IT_IS.execute_if(dialect="postgresql"))

seen = Table(
    "seen",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("receipt_id", String(32), nullable=False),
    Column("body_hash", String(32), nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("hits", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("seen_age", seen.c.seen_at)

events = Table(
    "events",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("receipt_id", String(32), nullable=False),
    Column("type", String(40), nullable=False),
    Column("status", String(30)),
    Column("source", String(40), nullable=False),
    Column("service", String(100), nullable=False),
    Column("environment", String(100)),
    Column("subject", String(300), nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
Index("events_time", events.c.occurred_at, events.c.seq)
Index("events_service", events.c.service, events.c.occurred_at)
Index("events_received", events.c.received_at, events.c.seq)
# Of these types alone, for every event is written to every index. As a text: SQLite takes the index only for a question
# that has these very words, and SQLAlchemy would put `= 1` behind an expression.
TOLD_BY_SEVERAL = sa.text("type IN ('pipeline.started', 'pipeline.finished', 'pull_request.merged', 'ticket.updated')")
Index("events_subject", events.c.subject, sqlite_where=TOLD_BY_SEVERAL, postgresql_where=TOLD_BY_SEVERAL)
# Environments that no chain of deployments has: few events are in it, and each question whether a name was ever told.
NO_CHAIN = sa.text(
    "environment IS NOT NULL AND (service = 'unmapped' OR type NOT IN ('deployment.started', 'deployment.finished',"
    " 'deployment.health_changed', 'environment.observed'))"
)
Index("events_environment", events.c.environment, sqlite_where=NO_CHAIN, postgresql_where=NO_CHAIN)

# By the event's number, which only grows: by its id, each record went into a page of its own.
routings = Table(
    "event_routings",
    metadata,
    Column("event_seq", _Serial, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("rev", String(12), nullable=False),
    Column("record", Text, nullable=False),
)

# As it was until migration 0014. A replica of the version before writes it while an update rolls, retention empties it.
routings_by_id = Table(
    "routings",
    metadata,
    Column("event_id", String(32), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("rev", String(12), nullable=False),
    Column("record", Text, nullable=False),
    sqlite_with_rowid=False,
)

news_sent = Table(
    "news_sent",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("event_id", String(32), nullable=False),
    Column("until", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("event_id", String(32), nullable=False),
    Column("channel", String(60), nullable=False),
    Column("card", String(60), nullable=False),
    Column("rule", String(100), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("key", String(32), nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("ambiguous", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_owner", String(40)),
    Column("lease_until", BigInteger),
    Column("rendered", LargeBinary),
    Column("reason", String(40)),
    Column("http_status", SmallInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("extra", LargeBinary),
    CheckConstraint("state IN ('pending','inflight','delivered','dead','cancelled')", name="deliveries_state"),
)
for _name, _columns, _in_state in (
    ("deliveries_due", ("channel", "id", "due_at"), "pending"),
    ("deliveries_lease", ("lease_until",), "inflight"),
    ("deliveries_dead", ("finished_at",), "dead"),
):
    Index(_name, *(deliveries.c[column] for column in _columns), sqlite_where=deliveries.c.state == _state(_in_state),
          postgresql_where=deliveries.c.state == _state(_in_state))  # fmt: skip
Index("deliveries_event", deliveries.c.event_id)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery_id", BigInteger, primary_key=True),
    Column("fence", Integer, primary_key=True),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("verdict", String(12), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("http_status", SmallInteger),
    Column("retry_after", Integer),
    sqlite_with_rowid=False,
)

channel_states = Table(
    "channel_states",
    metadata,
    Column("channel", String(60), primary_key=True),
    Column("owner", String(40)),
    Column("lease_until", BigInteger, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("breaker", String(9), nullable=False),
    Column("fails", Integer, nullable=False),
    Column("opened", Integer, nullable=False),
    Column("last_accepted_at", BigInteger),
    Column("last_reason", String(40)),
    sqlite_with_rowid=False,
)

budgets = Table(
    "budgets",
    metadata,
    Column("connection", String(60), primary_key=True),
    Column("stamps", Text, nullable=False),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(60), nullable=False),
    Column("action", String(40), nullable=False),
    Column("object", String(120), nullable=False),
    Column("detail", Text, nullable=False),
)

bundles = Table(
    "bundles",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("key", String(32), nullable=False),
    Column("channel", String(60), nullable=False),
    Column("how", String(8), nullable=False),
    Column("by", String(100), nullable=False),
    Column("card", String(60), nullable=False),
    Column("opener", String(32), nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("wait", BigInteger, nullable=False),
    Column("max_wait", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("delivery_key", String(32)),
)
_OPEN = bundles.c.closed_at.is_(None)
Index("bundles_open", bundles.c.key, unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index("bundles_due", bundles.c.due_at, sqlite_where=_OPEN, postgresql_where=_OPEN)

bundle_items = Table(
    "bundle_items",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("bundle_id", BigInteger, nullable=False),
    Column("event_id", String(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("card", String(60), nullable=False),
    Column("rule", String(100), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("max_age", BigInteger, nullable=False),
    Column("sent_alone", Boolean, nullable=False),
    Column("extra", LargeBinary),
    sqlite_with_rowid=False,
)
Index("bundle_items_event", bundle_items.c.event_id)
Index("bundle_items_order", bundle_items.c.bundle_id, bundle_items.c.at, bundle_items.c.key)

digests = Table(
    "digests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

schedules = Table(
    "schedules",
    metadata,
    Column("rule", String(100), primary_key=True),
    Column("last_due", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
