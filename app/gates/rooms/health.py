"""The service is well enough to be changed: nothing of it is broken now, and not too much of it failed lately."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import Field

from app.gates.gate import Duration, FailRate, Gate, GateSettings, OpenIncident, Sources
from app.gates.model import Decision, Question, Reason, decided
from app.kernel.clock import DAY, iso

CODES = {
    "open_incident": "an incident of the service is open",
    "fail_rate": "too many of its deployments failed lately",
    "too_few": "too few deployments for a change fail rate",
    "no_facts": "no service is asked",
}


class HealthSettings(GateSettings):
    """How well is well enough."""

    incidents: bool = Field(True, description="whether an open incident blocks")
    priorities: tuple[str, ...] = Field((), description="only incidents of these count, e.g. `[P1, P2]`; else all")
    window: Duration = Field(28 * DAY, description="the time that the change fail rate is taken over, e.g. `28d`")
    change_fail_rate: float | None = Field(
        None, ge=0, le=1, description="above this change fail rate it blocks, e.g. 0.3; not looked at without it"
    )


@dataclass(frozen=True, slots=True)
class Health:
    """What is open, and the change fail rate in production."""

    incidents: Sequence[OpenIncident]
    rate: FailRate


async def _gather(question: Question, settings: HealthSettings, sources: Sources) -> Health:
    facts = sources.known()
    incidents = await facts.open_incidents(question.service) if settings.incidents else ()
    wanted = settings.change_fail_rate is not None
    rate = await facts.fail_rate(question.service, settings.window) if wanted else FailRate(None, 0)
    sources.say(f"{len(incidents)} open incidents; change fail rate {rate.ratio} of {rate.counted}")
    return Health(incidents, rate)


def _decide(question: Question, settings: HealthSettings, evidence: Health) -> Decision:
    """An incident without a priority counts: nobody has said that it is harmless."""
    wanted = settings.priorities
    counted = [each for each in evidence.incidents if not wanted or each.priority is None or each.priority in wanted]
    reasons = [_incident(each) for each in counted] + list(_rate(settings, evidence.rate))
    steps = (
        'Mend what is broken first; the mend itself goes past: --skip --reason "mends INCIDENT" (recorded).',
        "Close incidents that are over.",
        "Run this step again.",
    )
    days = settings.window // DAY
    looked_at = f"open incidents of {question.service}, and its deployments to production of the last {days} days"
    return decided("health", reasons, steps, checked=[each.id for each in counted], looked_at=looked_at)


def _incident(one: OpenIncident) -> Reason:
    told = " ".join(filter(None, (one.priority, one.title)))
    return Reason("block", "open_incident", f"{told} (open since {iso(one.opened_at)[:16]})".strip(), one.id, one.url)


def _rate(settings: HealthSettings, rate: FailRate) -> Iterator[Reason]:
    bound = settings.change_fail_rate
    if bound is None:
        return
    if rate.ratio is None:
        yield Reason("note", "too_few", f"{rate.counted} deployments are too few for a change fail rate")
    elif rate.ratio > bound:
        text = f"{rate.ratio:.0%} of {rate.counted} deployments failed, above {bound:.0%}"
        yield Reason("block", "fail_rate", text)


GATE: Gate[HealthSettings, Health] = Gate(
    name="health",
    title="Health of the service",
    question="Is nothing of the service broken, and did not too much of it fail lately?",
    settings=HealthSettings,
    gather=_gather,
    decide=_decide,
    codes=CODES,
)
