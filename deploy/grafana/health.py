"""The dashboard of Shipbell's own health."""

from deploy.grafana.panels import Board, Panel, Query

_ALARM = ((None, "green"), (1, "red"))

HEALTH = Board(
    "shipbell-health",
    "Shipbell: its own health",
    "Is news taken, read, and told? What is wrong is in the alerts; this shows where.",
    (
        Panel("Replicas", (Query('sum(up{job="shipbell"})'),), "stat"),
        Panel("Dead letters", (Query("sum(max by (channel) (dead_letter_messages))"),), "stat", limits=_ALARM),
        Panel(
            "Oldest receipt that waits",
            (Query("max(oldest_unrouted_seconds)"),),
            "stat",
            "s",
            limits=((None, "green"), (60, "red")),
        ),
        Panel(
            "Rules in force",
            (Query("min(config_last_reload_successful)"),),
            "stat",
            limits=((None, "red"), (1, "green")),
            text="1: the last change was taken.",
        ),
        Panel("Requests taken", (Query("source:webhook_events_received:rate5m", "{{source}}"),), unit="reqps", width=8),
        Panel(
            "Requests refused",
            (Query("sum by (reason) (source_reason:webhook_events_rejected:rate5m)", "{{reason}}"),),
            unit="reqps",
            width=8,
        ),
        Panel(
            "Duplicates",
            (Query("max without (instance, pod) (rate(webhook_events_duplicate_total[5m]))", "{{source}}"),),
            unit="reqps",
            width=8,
        ),
        Panel(
            "From a request to its 202, p99",
            (Query("job:ingest_ack_seconds:p99_5m", "p99", quiet=True),),
            unit="s",
            width=8,
        ),
        Panel("Events", (Query("sum by (source) (source_type:events:rate5m)", "{{source}}"),), unit="ops", width=8),
        Panel(
            "Receipts by what became of them",
            (Query("sum by (state) (max without (instance, pod) (rate(receipts_processed_total[5m])))", "{{state}}"),),
            unit="ops",
            width=8,
        ),
        Panel(
            "News that the estate does not know",
            (Query("max without (instance, pod) (increase(events_unmapped_total[1d]))", "{{source}}"),),
            width=8,
        ),
        Panel(
            "Attempts to deliver", (Query("channel:notification_attempts:rate5m", "{{channel}}"),), unit="ops", width=8
        ),
        Panel(
            "Share that failed",
            (Query("channel:notification_failures:ratio_rate1h", "{{channel}}", quiet=True),),
            unit="percentunit",
            width=8,
        ),
        Panel(
            "Failures by reason",
            (
                Query(
                    "sum by (reason) (max without (instance, pod) (rate(notification_failures_total[5m])))",
                    "{{reason}}",
                ),
            ),
            unit="ops",
            width=8,
        ),
        Panel(
            "From receipt to delivered, p95",
            (Query("job:delivery_latency_seconds:p95_1h", "p95", quiet=True),),
            unit="s",
            width=8,
        ),
        Panel(
            "Cards that wait",
            (
                Query("max by (channel) (deliveries_pending)", "{{channel}}"),
                Query("max by (channel) (cards_waiting_in_bundles)", "{{channel}} bundled"),
            ),
            width=8,
        ),
        Panel(
            "Breakers",
            (Query("max by (channel) (channel_breaker_state)", "{{channel}}"),),
            width=8,
            text="0 closed, 1 half open, 2 open.",
        ),
        Panel(
            "Rules that matched",
            (Query("topk(10, max without (instance, pod) (increase(routing_rule_matches_total[1d])))", "{{rule}}"),),
            "bargauge",
            width=12,
        ),
        Panel(
            "Minimal cards", (Query("sum by (reason) (increase(card_fallbacks_total[1d]))", "{{reason}}"),), width=12
        ),
        Panel(
            "Size of the store",
            (Query("max(store_size_bytes)", "store"), Query("max(sqlite_wal_bytes)", "log")),
            unit="bytes",
            width=8,
        ),
        Panel("Events in the store", (Query("max(store_events)"),), width=8),
        Panel(
            "Time a batch takes, by stage",
            (
                Query(
                    "histogram_quantile(0.95, sum by (stage, le) (rate(event_processing_duration_seconds_bucket[5m])))",
                    "{{stage}}",
                ),
            ),
            unit="s",
            width=8,
        ),
        Panel(
            "Collector: since its last whole answer",
            (Query("time() - max by (collector) (collector_last_success_timestamp_seconds)", "{{collector}}"),),
            unit="s",
            width=8,
        ),
        Panel(
            "Questions to the APIs",
            (
                Query(
                    "sum by (system, status_class) (rate(upstream_api_requests_total[15m]))",
                    "{{system}} {{status_class}}",
                ),
            ),
            unit="reqps",
            width=8,
        ),
        Panel(
            "Calls that an API still grants",
            (Query("min by (system) (upstream_api_rate_limit_remaining)", "{{system}}"),),
            width=8,
        ),
    ),
)
