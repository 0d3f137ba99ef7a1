"""The switches: how a stand-in misbehaves, and a count of who was asked about which service."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Upstream = Literal["bitbucket", "jira", "argocd", "git", "jsm", "opsgenie", "pagerduty", "incidentio"]
UPSTREAMS: tuple[Upstream, ...] = get_args(Upstream)


class Switches(BaseModel):
    """What may be asked of the stand-ins beside their story; all off at first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    latency: Annotated[float, Field(ge=0, le=60)] = 0.0
    """Seconds that each call waits first."""
    error_rate: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Share of the calls answered 500, 502 or 503; which ones follows from the story's seed and the call's number."""
    throttle_every: Annotated[int, Field(ge=0)] = 0
    """Every nth call is answered 429; 0 is none."""
    retry_after: str = "1"
    """What `Retry-After` says with it: seconds or an HTTP date; empty leaves it out, as Bitbucket does."""
    budget: Annotated[int, Field(ge=0)] = 0
    """Calls to Bitbucket until the next reset of the counts: near it `X-RateLimit-NearLimit` is true, then 429."""
    hanging: str = ""
    """A service about which no call is ever answered."""
    expired: frozenset[Upstream] = frozenset()
    """Whose token has expired."""
    html: frozenset[Upstream] = frozenset()
    """Who answers 200 with a page for people, as a proxy in front does."""
    renamed: Mapping[str, str] = {}
    """Repositories by their new name: the old one is answered 301; with an empty name 404, and it is gone."""
    null_items: bool = False
    """Argo CD has no application for this token: `items` is null."""
    applications: Annotated[int, Field(ge=0, le=10_000)] = 0
    """At least so many applications are listed, others than the story's behind them."""


class Standing:
    """The switches as they stand, and the calls since the last reset, by upstream and service (`-`: of none)."""

    def __init__(self, switches: Switches) -> None:
        self.first = self.switches = switches
        self.calls: dict[str, Counter[str]] = {name: Counter() for name in UPSTREAMS}
        self.answered = 0

    def total(self, upstream: Upstream) -> int:
        """How often an upstream was called."""
        return self.calls[upstream].total()

    def reset(self) -> None:
        """Count anew."""
        for counter in self.calls.values():
            counter.clear()

    def told(self) -> dict[str, object]:
        """Switches and counts as the control route shows them."""
        counted = {name: {"total": counter.total(), "services": dict(counter)} for name, counter in self.calls.items()}
        return {"switches": self.switches.model_dump(mode="json"), "calls": counted}
