"""This version was in the environment before, for long enough, and was well there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import Field

from app.gates.gate import Duration, Gate, GateSettings, Sources, Stay
from app.gates.model import CannotTell, Decision, Question, Reason, decided
from app.kernel.clock import MINUTE, iso

CODES = {
    "never_there": "this version was never in the environment before",
    "too_short": "it was not there for long enough",
    "failed_there": "it failed there: rolled back, or named by an incident, or ill",
    "not_healthy": "it is there now, and not healthy",
    "no_health": "nobody tells how it is there",
    "no_environment": "no environment comes before this one",
    "no_facts": "no service is asked",
}


class PromotionSettings(GateSettings):
    """Where it has to have been, and for how long."""

    environment: str = Field("", description="else the one before the environment that is asked about")
    minimum: Duration = Field(30 * MINUTE, description="how long it has to have been there, e.g. `30m`")
    need_health: bool = Field(False, description="whether it is unknown when nobody tells the health there")


@dataclass(frozen=True, slots=True)
class Stays:
    """Its times there, the newest first, and how what runs there now is."""

    where: str
    stays: Sequence[Stay]
    health: str | None


async def _gather(question: Question, settings: PromotionSettings, sources: Sources) -> Stays:
    where = settings.environment or question.before
    if not where:
        raise CannotTell(
            "no_environment",
            f"no environment comes before {question.environment}",
            ("Ask this gate only for later environments, or set gates.promotion.environment.",),
        )
    facts = sources.known()
    stays = await facts.stays(question, where)
    sources.say(f"{len(stays)} times in {where}")
    return Stays(where, stays, await facts.health(question.service, where))


def _decide(question: Question, settings: PromotionSettings, evidence: Stays) -> Decision:
    reasons = list(_reasons(question, settings, evidence))
    minutes = settings.minimum // MINUTE
    looked_at = f"{evidence.where}: at least {minutes} minutes there, and well"
    steps = (
        *question.first_step(),
        f"Deploy this very version to {evidence.where} first, and let it run there for {minutes} minutes.",
        "Run this step again.",
    )
    return decided("promotion", reasons, steps, checked=[evidence.where], looked_at=looked_at)


def _reasons(question: Question, settings: PromotionSettings, evidence: Stays) -> Iterator[Reason]:
    where = evidence.where
    if not evidence.stays:
        yield Reason("block", "never_there", f"{question.artifact} was never there", where)
        return
    last = evidence.stays[0]
    long = max((each.until or question.now) - each.since for each in evidence.stays)
    if long < settings.minimum:
        text = f"there since {iso(last.since)[:16]}, for {long // MINUTE} of {settings.minimum // MINUTE} minutes"
        yield Reason("block", "too_short", text, where)
    if last.failed_by is not None:
        yield Reason("block", "failed_there", f"it failed there ({last.failed_by})", where)
    if last.until is None and evidence.health is None:
        yield Reason("unknown" if settings.need_health else "note", "no_health", "nobody tells how it is there", where)
    elif last.until is None and str(evidence.health).lower() != "healthy":
        yield Reason("block", "not_healthy", f"it is there now, and {evidence.health}", where)


GATE: Gate[PromotionSettings, Stays] = Gate(
    name="promotion",
    title="Proven in the environment before",
    question="Was this version in the environment before for long enough, and well?",
    settings=PromotionSettings,
    gather=_gather,
    decide=_decide,
    codes=CODES,
)
