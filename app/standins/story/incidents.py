"""What went wrong in production: some rollouts broke something, which was noticed, and mended some time later."""

from collections.abc import Iterator, Sequence

from app.kernel.clock import HOUR, MINUTE
from app.standins.story.model import Incident, Person, Rollout, Service
from app.standins.story.names import SUBJECTS
from app.standins.story.seed import Seed

_TOOLS = {"storefront": "alerts", "payments": "pagerduty", "discovery": "incidentio"}
"""Each team has its own."""
_BROKE = 3
"""One rollout to production in so many broke something."""


def tell_incidents(seed: Seed, services: Sequence[Service], everybody: Sequence[Person], now: int) -> list[Incident]:
    """The incidents of all services, the oldest first."""
    found = [each for service in services for each in _of(seed, service, everybody, now)]
    return sorted(found, key=lambda each: (each.opened, each.id))


def _of(seed: Seed, service: Service, everybody: Sequence[Person], now: int) -> Iterator[Incident]:
    live = [each for each in service.rollouts if each.environment == "prod" and each.at < now - 12 * HOUR]
    for number, rollout in enumerate(live[::_BROKE]):
        yield _incident(seed, service, rollout, number, everybody)
    for rollout in live[-1:]:
        yield _incident(seed, service, rollout, len(live), everybody, noise=True)


def _incident(
    seed: Seed, service: Service, rollout: Rollout, number: int, everybody: Sequence[Person], *, noise: bool = False
) -> Incident:
    """One incident, in whole seconds; the noise is an alarm of low priority, which is gone soon."""
    words = service.name, number
    opened = (rollout.at + (5 + seed.below(30, "after", *words)) * MINUTE) // 1_000_000 * 1_000_000
    lasted = (10 if noise else 30 + seed.below(90, "lasted", *words)) * MINUTE
    again = opened + lasted + 7 * MINUTE if number % 3 == 1 and not noise else None
    tool = _TOOLS[service.team]
    return Incident(
        _id(seed, tool, *words),
        tool,  # type: ignore[arg-type]  # one of the three
        service.name,
        f"{service.name}: errors, {seed.pick(SUBJECTS, *words)}",
        "P4" if noise else "P1" if number % 2 else "P2",
        seed.pick(everybody, "who", *words),
        opened,
        None if noise else opened + 4 * MINUTE,
        again,
        (opened + lasted,) if again is None else (opened + lasted, again + 25 * MINUTE),
    )


def _id(seed: Seed, tool: str, *words: object) -> str:
    """As each tool names its own."""
    if tool == "alerts":
        return seed.uuid("alert", *words)
    text = seed.sha(tool, *words).upper()
    return f"Q{text[:13]}" if tool == "pagerduty" else f"01J{text[:23]}"
