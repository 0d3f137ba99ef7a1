"""What the collector saw: the GitOps repository and the APIs, told as reports. Nobody outside can send to it."""

from app.events.reports import read_report
from app.kernel.signing import BearerToken
from app.sources import Ignored, Inbound, Parsed, Source

TYPES = frozenset(
    {
        "change.pushed",
        "pull_request.merged",
        "pipeline.finished",
        "deployment.finished",
        "environment.observed",
        "ticket.updated",
        "incident.opened",
        "incident.resolved",
    }
)


def parse(inbound: Inbound) -> Parsed:
    """The events that were found. Raises BadPayload with the path of the first place that does not fit."""
    return read_report(inbound.body, TYPES) or Ignored("no_news")


def dedupe(inbound: Inbound) -> str | None:
    """What was seen, and in which state: seen again in the same state, it is no news."""
    return inbound.headers.get("x-shipbell-report") or None


SOURCE = Source(
    name="collector",
    title="The collector",
    scheme=BearerToken(),
    parse=parse,
    types=TYPES,
    dedupe=dedupe,
    keeps=("x-shipbell-report",),
    door="inside",
)
