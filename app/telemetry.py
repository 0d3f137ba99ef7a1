"""Every operational metric in one table. Label values come from configuration and are created at start."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
"""What this process alone knows of itself: a part of what `/metrics` answers."""

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LAG = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 21600, 86400)
_BATCH = (1, 2, 4, 8, 16, 32, 64, 128)


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(name, text, labels, registry=REGISTRY)


@dataclass(frozen=True, eq=False)
class Lasting:
    """A counter that is kept in the store, beside what it counts (`app.store.counters`): no restart resets it.

    `series` are the label values that the configuration can name: those are told, from zero on.
    """

    name: str
    text: str
    labels: tuple[str, ...]
    series: set[tuple[str, ...]] = field(default_factory=set, repr=False)


def _lasting(name: str, text: str, *labels: str) -> Lasting:
    return Lasting(name, text, labels)


def _gauge(name: str, text: str, *labels: str) -> Gauge:
    return Gauge(name, text, labels, registry=REGISTRY)


def _histogram(name: str, text: str, buckets: Iterable[float], *labels: str) -> Histogram:
    return Histogram(name, text, labels, registry=REGISTRY, buckets=tuple(buckets))


# ------------------------------------------------------------------ the door
RECEIVED = _lasting("webhook_events_received_total", "Requests taken and durably stored.", "source")
DUPLICATE = _lasting("webhook_events_duplicate_total", "Requests that had been stored before.", "source")
REJECTED = _counter("webhook_events_rejected_total", "Requests refused at the door.", "source", "reason")
DEDUPE_CONFLICTS = _lasting("dedupe_conflict_total", "Duplicates whose body differs from the first one's.", "source")
ACK_SECONDS = _histogram("ingest_ack_seconds", "From a complete request to its 202, commit included.", _QUICK)
BATCH_SIZE = _histogram("commit_batch_size", "Receipts that shared one commit.", _BATCH)
COMMIT_SECONDS = _histogram("commit_seconds", "Duration of one group commit.", _QUICK)
QUEUE_DEPTH = _gauge("ingest_queue_depth", "Requests that wait for their commit.")

# ------------------------------------------------------------------ processing
RECEIPTS_DONE = _lasting("receipts_processed_total", "Receipts by what became of them.", "source", "state")
REPLAYED = _lasting("receipts_replayed_total", "Receipts read anew: counted as processed once more.", "source")
LEFT_OUT = _lasting(
    "webhook_items_left_out_total", "Things that a sender says it left out of its messages, e.g. alerts.", "source"
)
EVENTS = _lasting("events_total", "Events derived from receipts, new ones only.", "source", "type")
UNMAPPED = _lasting("events_unmapped_total", "Events whose service or environment the estate does not know.", "source")
SERVICE_EVENTS = _lasting("service_events_total", "Events of a service, new ones only.", "service")
GATES = _lasting("gate_evaluations_total", "Gates that were asked, by what they said.", "gate", "service", "result")
GATE_SECONDS = _histogram(
    "gate_evaluation_duration_seconds", "From the question to the verdict, asked here.", _QUICK, "gate"
)
EVENT_LAG = _histogram(
    "webhook_event_lag_seconds", "From the source's time of an event to its receipt.", _LAG, "source"
)
STAGE_SECONDS = _histogram("event_processing_duration_seconds", "Duration of one batch, by stage.", _QUICK, "stage")
RESTATEMENTS = _lasting(
    "dora_restatements_total", "Rows behind a measure that changed after they were first derived.", "metric"
)
RULE_MATCHES = _lasting("routing_rule_matches_total", "Events that a rule matched.", "rule")
ROUTING_ERRORS = _counter("routing_errors_total", "Batches that could not be processed, by reason.", "reason")
OLDEST_UNROUTED = _gauge("oldest_unrouted_seconds", "Age of the oldest receipt that waits to be processed.")

# ------------------------------------------------------------------ delivery
DELIVERIES = _lasting("deliveries_total", "Deliveries that ended, by outcome.", "channel", "outcome")
PLANNED = _lasting("deliveries_planned_total", "Deliveries that rules asked for.", "channel")
ATTEMPTS = _lasting("notification_attempts_total", "Attempts to deliver whose result was recorded.", "channel")
FAILURES = _lasting("notification_failures_total", "Attempts that did not deliver, by reason.", "channel", "reason")
RETRIES = _lasting("notification_retries_total", "Attempts after the first.", "channel")
DELIVERY_SECONDS = _histogram("notification_delivery_duration_seconds", "Duration of one attempt.", _QUICK, "channel")
LATENCY = _histogram("delivery_latency_seconds", "From receipt to delivered.", _LAG)
CARD_FALLBACKS = _counter("card_fallbacks_total", "Cards replaced by the minimal one, by reason.", "reason")
PENDING = _gauge("deliveries_pending", "Deliveries that wait.", "channel")
OLDEST_PENDING = _gauge("oldest_pending_seconds", "Age of the oldest delivery that waits.", "channel")
DEAD = _gauge("dead_letter_messages", "Deliveries that were given up and not retried.", "channel")
DEAD_OLDEST = _gauge("dead_letter_oldest_timestamp_seconds", "When the oldest dead letter died.")
AMBIGUOUS = _lasting("deliveries_ambiguous_total", "Attempts of which nobody knows whether they arrived.", "channel")
STALE_RESULTS = _counter("stale_result_total", "Results refused because the lease had been lost.")
RECLAIMED = _counter("lease_reclaimed_total", "Deliveries taken back from a lease that ran out.")
BREAKER = _gauge("channel_breaker_state", "0 closed, 1 half open, 2 open.", "channel")
SINCE_ACCEPTED = _gauge("channel_since_accepted_seconds", "How long ago the channel last took a message.", "channel")
THROTTLED = _gauge("channel_throttled_seconds", "For how long the channel is still paused.", "channel")

BUNDLED = _gauge("cards_waiting_in_bundles", "Cards that wait to be told together with others.", "channel")
BUNDLES_CLOSED = _lasting("bundles_closed_total", "Bundles that ended, by why their cards waited.", "how")
DIGESTED = _lasting("cards_digested_total", "Cards that were told by a digest.", "channel")

# ------------------------------------------------------------------ the APIs that we ask
UPSTREAM_REQUESTS = _counter(
    "upstream_api_requests_total", "Requests to an API, each try, by class of the answer.", "system", "status_class"
)
UPSTREAM_FAULTS = _counter("upstream_api_faults_total", "Questions without a usable answer.", "system", "kind")
UPSTREAM_SECONDS = _histogram("upstream_api_request_seconds", "Duration of one request to an API.", _QUICK, "system")
UPSTREAM_REMAINING = _gauge("upstream_api_rate_limit_remaining", "Requests that an API still grants.", "system")
UPSTREAM_CIRCUIT_OPEN = _gauge("upstream_api_circuit_open", "1 while an API is not asked, else 0.", "system")

COLLECTOR_RUNS = _counter("collector_runs_total", "Rounds of the collector, by what it asks.", "collector")
COLLECTOR_FAILURES = _counter("collector_failures_total", "Rounds in which some of it gave no answer.", "collector")
COLLECTOR_SUCCESS = _gauge(
    "collector_last_success_timestamp_seconds", "When all of it last gave its answer.", "collector"
)
COLLECTOR_SECONDS = _gauge("collector_run_duration_seconds", "Duration of the last round.", "collector")

# ------------------------------------------------------------------ the queue that we read
QUEUE_MESSAGES = _counter("queue_messages_total", "Messages taken out of the queue, by what became of them.", "outcome")
QUEUE_FAULTS = _counter("queue_faults_total", "Questions to the queue without a usable answer.")
QUEUE_IN_HAND = _gauge("queue_messages_in_hand", "Messages that wait to become durable.")
QUEUE_ANSWERED = _gauge("queue_last_answer_timestamp_seconds", "When the queue last gave an answer.")

# ------------------------------------------------------------------ the store and the configuration
DB_FREE = _gauge("db_free_bytes", "Free space where the SQLite file lies.")
STORE_SIZE = _gauge("store_size_bytes", "Size of the database.")
STORE_EVENTS = _gauge("store_events", "Events in the store.")
WAL_BYTES = _gauge("sqlite_wal_bytes", "Size of SQLite's write-ahead log.")
CHECKPOINT_BUSY = _counter("sqlite_checkpoint_busy_total", "Checkpoints that could not finish.")
RELOAD_OK = _gauge("config_last_reload_successful", "1 if the last load of the rules was taken, else 0.")
RULES_INFO = _gauge("config_rev_info", "The revision of the rules in force.", "rev")
CLOCK_JUMPS = _counter("clock_jump_total", "Times the machine's clock moved by more than a minute.")

REJECT_REASONS = (
    "unauthorized",
    "too_large",
    "timeout",
    "overloaded",
    "unavailable",
    "encoding",
    "method",
    "unknown_source",
    "disk_full",
)
RECEIPT_STATES = ("processed", "ignored", "quarantined")
DELIVERY_OUTCOMES = ("delivered", "dead", "cancelled")
FALLBACK_REASONS = ("template_error", "too_large", "unknown_card", "lint")
WAITS = ("group", "coalesce", "hold", "overflow")
RESTATED = (
    "deployment_frequency", "change_lead_time", "change_fail_rate", "failed_deployment_recovery", "rework_rate",
    "attempt_failure_ratio",
)  # fmt: skip
GATE_RESULTS = ("allow", "block", "bypass", "error")
STAGES = ("process", "claim", "render", "record")
QUEUE_OUTCOMES = ("stored", "duplicate", "released", "not_deleted")
STATUS_CLASSES = ("2xx", "3xx", "4xx", "429", "5xx", "no_answer")


def create_series(sources: Mapping[str, Iterable[str]]) -> None:
    """Create the series of all sources and of what has closed lists of its own, so that a graph begins at zero."""
    create_source_series({**sources, "unknown": ()})
    _create([STAGE_SECONDS], [(stage,) for stage in STAGES])
    _create([ROUTING_ERRORS], [("poison",), ("store",), ("facts",)])
    _create([RESTATEMENTS], [(metric,) for metric in RESTATED])
    _create([BUNDLES_CLOSED], [(how,) for how in WAITS])
    _create([CARD_FALLBACKS], [(reason,) for reason in FALLBACK_REASONS])
    _create([QUEUE_MESSAGES], [(outcome,) for outcome in QUEUE_OUTCOMES])


def create_source_series(sources: Mapping[str, Iterable[str]]) -> None:
    """Create the series of sources, each with the event types that it can tell of."""
    names = sorted(sources)
    known = [name for name in names if name != "unknown"]
    _create(_PER_SOURCE, [(source,) for source in names])
    _create([REJECTED], [(source, reason) for source in names for reason in REJECT_REASONS])
    _create([RECEIPTS_DONE], [(source, state) for source in known for state in RECEIPT_STATES])
    _create([EVENTS], [(source, type_) for source in known for type_ in sorted(sources[source])])


def create_rule_series(channels: Sequence[str], rules: Sequence[str], reasons: Sequence[str]) -> None:
    """Create the series of what the rules name; again after every change of theirs, and what went is told no more."""
    for metric in (*_PER_CHANNEL, DELIVERIES, FAILURES, RULE_MATCHES):
        if isinstance(metric, Lasting):
            metric.series.clear()
    _create(_PER_CHANNEL, [(channel,) for channel in channels])
    _create([DELIVERIES], [(channel, outcome) for channel in channels for outcome in DELIVERY_OUTCOMES])
    _create([FAILURES], [(channel, reason) for channel in channels for reason in reasons])
    _create([RULE_MATCHES], [(rule,) for rule in rules])


def create_estate_series(services: Iterable[str], gates: Iterable[str] = ()) -> None:
    """Create the series of what the estate names, for each gate too; again after every change of it."""
    SERVICE_EVENTS.series.clear()
    GATES.series.clear()
    names, asked = (*services, "unmapped"), tuple(gates)
    _create([SERVICE_EVENTS], [(service,) for service in names])
    _create([GATES], [(gate, service, result) for gate in asked for service in names for result in GATE_RESULTS])
    _create([GATE_SECONDS], [(gate,) for gate in asked])


def create_upstream_series(systems: Sequence[str], kinds: Sequence[str]) -> None:
    """Create the series of the APIs that are configured; `kinds` are those of their faults."""
    _create([UPSTREAM_SECONDS, UPSTREAM_CIRCUIT_OPEN], [(system,) for system in systems])
    _create([UPSTREAM_REQUESTS], [(system, each) for system in systems for each in STATUS_CLASSES])
    _create([UPSTREAM_FAULTS], [(system, kind) for system in systems for kind in kinds])


def create_collector_series(parts: Sequence[str]) -> None:
    """Create the series of the collector: of the upstreams that it asks, and of the round as a whole."""
    _create([COLLECTOR_RUNS, COLLECTOR_FAILURES], [(part,) for part in parts])


def _create(metrics: Iterable[Lasting | Counter | Gauge | Histogram], labels: Iterable[tuple[str, ...]]) -> None:
    values = tuple(labels)
    for metric in metrics:
        if isinstance(metric, Lasting):
            metric.series.update(values)
            continue
        for each in values:
            metric.labels(*each)


_PER_SOURCE = (RECEIVED, DUPLICATE, DEDUPE_CONFLICTS, REPLAYED, LEFT_OUT, UNMAPPED, EVENT_LAG)
_PER_CHANNEL = (
    PLANNED, ATTEMPTS, RETRIES, DELIVERY_SECONDS, PENDING, OLDEST_PENDING, DEAD, AMBIGUOUS, BREAKER, THROTTLED,
    BUNDLED, DIGESTED, SINCE_ACCEPTED,
)  # fmt: skip
