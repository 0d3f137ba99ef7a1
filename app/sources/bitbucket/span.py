"""`pipeline:span_created`: a hint that a run ended, and no more than that.

Its result reads COMPLETE for runs that failed too, and it names neither a commit nor the repository's path.
https://www.atlassian.com/blog/bitbucket/bitbucket-pipelines-opentelemetry-traces-via-webhooks
"""

from typing import Any

from app.kernel.shapes import fit
from app.sources import Ignored, Parsed
from app.sources.bitbucket.reading import Shape


class Span(Shape):
    """A run, or a step, command or container of one."""

    name: str | None = None


class ScopeSpans(Shape):
    """Spans of one scope."""

    spans: list[Span] = []


class ResourceSpans(Shape):
    """Spans of one resource."""

    scopeSpans: list[ScopeSpans] = []  # noqa: N815  OTLP's own spelling


class Trace(Shape):
    """The message: OpenTelemetry as JSON."""

    resourceSpans: list[ResourceSpans] = []  # noqa: N815


def read(event_key: str, body: dict[str, Any]) -> Parsed:
    """Never an event: the reason tells whether a run ended, so that a collector may ask for the truth."""
    trace = fit(Trace, body)
    spans = (span for resource in trace.resourceSpans for scope in resource.scopeSpans for span in scope.spans)
    ended = any(span.name == "bbc.pipeline_run" for span in spans)
    return Ignored("hint_run_ended" if ended else "hint_only")
