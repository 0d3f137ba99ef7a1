"""Reports: what a pipeline's step says in our own words. `shipbell report` and gates send them; anybody may.

Signed requests come to the hook; `POST /api/v1/reports` takes the same body from whoever has a token and waits.
"""

from app.events.reports import read_report
from app.kernel.signing import HubSignature
from app.sources import Ignored, Inbound, Parsed, Source

TYPES = frozenset(
    {
        "deployment.started",
        "deployment.finished",
        "pipeline.started",
        "pipeline.finished",
        "tests.finished",
        "security.scan_finished",
        "gate.decided",
    }
)


def parse(inbound: Inbound) -> Parsed:
    """The events that are told. Raises BadPayload with the path of the first place that does not fit."""
    return read_report(inbound.body, TYPES) or Ignored("no_news")


def dedupe(inbound: Inbound) -> str | None:
    """The report's own key (repository, build, step, run of the step), where it has one."""
    return inbound.headers.get("x-shipbell-report") or None


SOURCE = Source(
    name="reports",
    title="Reports of pipelines",
    scheme=HubSignature(),
    parse=parse,
    types=TYPES,
    dedupe=dedupe,
    keeps=("x-shipbell-report",),
)
