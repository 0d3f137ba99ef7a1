"""Whose numbers: a service, a team, a pod, a business area, … or all; in one environment or in production."""

from collections.abc import Sequence
from dataclasses import dataclass

PRODUCTION = "production"
WIDER = ("business_area", "pod", "component", "platform")
"""What deployments say of themselves beside service and team; the rows that belong to them do not repeat it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is None does not matter; without an environment it is production. `stages` are all the environments of
    the estate with their tiers, in the order of promotion."""

    stages: Sequence[tuple[str, str]]
    service: str | None = None
    team: str | None = None
    business_area: str | None = None
    environment: str | None = None
    pod: str | None = None
    component: str | None = None
    platform: str | None = None

    @property
    def tier(self) -> str | None:
        """The tier asked for; of an environment that the estate does not know, None."""
        return PRODUCTION if self.environment is None else dict(self.stages).get(self.environment)

    @property
    def environments(self) -> tuple[str, ...]:
        """The environments asked for."""
        if self.environment is not None:
            return (self.environment,)
        return tuple(name for name, tier in self.stages if tier == PRODUCTION)

    @property
    def ladder(self) -> tuple[tuple[str, str], ...]:
        """The environments through which a change is promoted: short-lived ones are none."""
        return tuple(stage for stage in self.stages if stage[1] != "feature")
