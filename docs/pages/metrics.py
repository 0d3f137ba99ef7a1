"""The page of metrics: what `/metrics` answers."""

from collections.abc import Iterator

from prometheus_client import Counter, Gauge, Histogram

from app import telemetry
from app.exporter.shown import SHOWN
from app.exporter.text import LEAD_TIME, LEAD_TIME_TEXT
from app.telemetry import Lasting
from docs.pages.markdown import code, codes, table

ORIGIN = "app/telemetry.py and app/exporter/shown.py"

_INTRO = """# Metrics

`GET /metrics` answers these in Prometheus' text format or OpenMetrics, as the scraper asks. Names and labels are a
contract: a change is a [CHANGE] in the changelog. Label values come from the configuration, never from a payload,
and their series exist from the start: a graph shows zero, not nothing. What to watch:
[monitoring](../how-to/monitor.md).

Those of the kind `counter, kept`, and everything that is made of facts, come from the store: no restart resets them,
and on several replicas each tells the same, so take `max without (instance, pod)` of them. All others are the
process's own: take their sum. Why: [0014](../decisions/0014-counters-that-last.md).
"""

_FACTS = """## Made of facts

These are made anew when a service's facts change, and every five minutes: `dora_last_computed_timestamp_seconds` says
as of when. The numbers are those of `GET /api/v1/dora` and `shipbell dora explain`; [what they
mean](../explanation/dora.md). What is not known has no series (a ratio of nothing is not 0), a count of nothing is 0.
`service`, `environment` and `team` are names of the estate; `window` is `7d`, `28d` or `90d` up to now; `quantile` is
`0.5` or `0.9`, over the rows themselves.

A Prometheus cannot be corrected: what late news restate is right in these gauges from then on, and in the past only
over the API. Long trends come from there. `deployment_lead_time_seconds` has exemplars with the `deployment_id`, for
a scraper that asks for OpenMetrics.
"""

_HTTP = """## HTTP

The API's own requests are counted by
[prometheus-fastapi-instrumentator](https://github.com/trallnag/prometheus-fastapi-instrumentator) under its usual
names (`http_requests_total`, `http_request_duration_seconds`, `http_request_size_bytes`,
`http_response_size_bytes`, …). Webhooks are not among them: their door stands in front, and `webhook_events_*` and
`ingest_ack_seconds` count it.
"""


def metrics() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """(name, kind, labels, text) of every metric of the table, in its order."""
    for metric in vars(telemetry).values():
        if isinstance(metric, Lasting):
            yield metric.name, "counter, kept", metric.labels, metric.text
        if isinstance(metric, Counter | Gauge | Histogram):
            (described,) = metric.describe()
            name = described.name + ("_total" if described.type == "counter" else "")
            yield name, described.type, tuple(metric._labelnames), described.documentation


def pages() -> dict[str, str]:
    """`metrics.md`."""
    rows = [(code(name), kind, codes(labels), text) for name, kind, labels, text in metrics()]
    columns = ["metric", "kind", "labels", "meaning"]
    histogram = (code(LEAD_TIME), "histogram", codes(("service", "environment")), LEAD_TIME_TEXT)
    facts = [(code(each.name), each.kind, codes(each.labels), each.text) for each in SHOWN]
    whole = [_INTRO, table(columns, rows), _FACTS, table(columns, [*facts, histogram]), _HTTP]
    return {"metrics.md": "\n\n".join(part.rstrip() for part in whole) + "\n"}
