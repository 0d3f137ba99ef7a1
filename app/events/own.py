"""News of Shipbell itself, and what it makes of many events: digests and summaries."""

from typing import Annotated, Literal

from pydantic import Field

from app.events.envelope import Envelope
from app.events.parts import Count, Link, ListCut, LongText, Moment, Part, Text, Texts

SOURCE = "shipbell"
NO_RECEIPT = "0" * 32
"""Where the id of a receipt stands: what Shipbell tells of itself came by none."""
MADE_FOR_A_CARD = frozenset({"shipbell.digest", "shipbell.summary"})
"""Types that Shipbell makes when a card goes out: no rule is asked about them."""


class OwnNews(Envelope):
    """News of Shipbell itself, routable like any other."""

    type: Literal[
        "shipbell.channel_broken",
        "shipbell.channel_mended",
        "shipbell.channel_silent",
        "shipbell.rules_reloaded",
        "shipbell.rules_rejected",
    ]
    channel: Text = Field(None, description="which channel it is about")
    message: LongText = None


class DigestItem(Part):
    """One event of a digest, in a line."""

    id: Text = Field(None, description="the event's")
    type: Text = None
    outcome: Text = Field(None, description="its status or verdict")
    service: Text = Field(None, description="as people call it, the vendor's name where ours is not known")
    environment: Text = None
    version: Text = None
    title: Text = Field(None, description="what it is about: a pull request's, an incident's, a ticket's title")
    author: Text = None
    error: Text = Field(None, description="the beginning of what went wrong")
    url: Link = Field(None, description="its best link")
    occurred_at: Moment = None


class DigestCount(Part):
    """How many events of a digest had an outcome."""

    outcome: Text = Field(None, description="status or verdict; absent where there is none")
    count: Count | None = None


class DigestDetail(Part):
    """What a digest tells."""

    how: Literal["group", "coalesce", "hold", "overflow"] | None = Field(
        None, description="why the cards waited: by a rule, a mute that holds, or a budget that was used up"
    )
    by: Text = Field(None, description="name of the rule, the times or the connection that made them wait")
    count: Count | None = Field(None, description="how many events it tells")
    failed: Count | None = Field(None, description="how many of them went wrong")
    counts: Annotated[list[DigestCount], ListCut] = Field([], description="by outcome, the most frequent first")
    services: Texts = Field([], description="every service in it, by name")
    items: Annotated[list[DigestItem], ListCut] = Field([], description="what went wrong first, then the newest")
    since: Moment = Field(None, description="when the first of them was received")
    until: Moment = Field(None, description="when the last of them was received")


class Digest(Envelope):
    """Many cards that became one. Made when a card goes out: no rule ever sees it."""

    type: Literal["shipbell.digest"]
    digest: DigestDetail | None = None


class SummaryEnvironment(Part):
    """What became of an environment's deployments."""

    environment: Text = None
    deployments: Count | None = None
    succeeded: Count | None = None
    failed: Count | None = None


class SummaryService(Part):
    """How often a service was deployed."""

    service: Text = None
    deployments: Count | None = None
    failed: Count | None = None


class SummaryDora(Part):
    """The measures of production in that time; what too few rows speak of is absent."""

    deployments: Count | None = Field(None, description="that count: releases, hotfixes, changes of configuration")
    lead_time_seconds: float | None = Field(None, description="of the median commit, from author to production")
    change_fail_ratio: float | None = Field(None, description="0 to 1")
    recovery_seconds: float | None = Field(None, description="the median from a failed deployment to its mend")
    restore_seconds: float | None = Field(None, description="the median of incidents, from opened to resolved")
    rework_ratio: float | None = Field(None, description="0 to 1")
    open_failures: Count | None = Field(None, description="deployments that failed and are not mended")


class SummaryDetail(Part):
    """What happened between two moments, counted from the events."""

    since: Moment = None
    until: Moment = None
    events: Count | None = Field(None, description="of all types")
    deployments: Count | None = Field(None, description="that ended")
    failed_deployments: Count | None = None
    failed_pipelines: Count | None = None
    merged_pull_requests: Count | None = None
    incidents: Count | None = Field(None, description="that were opened")
    blocked_gates: Count | None = None
    dead_letters: Count | None = Field(None, description="cards that were given up")
    dora: SummaryDora | None = None
    environments: Annotated[list[SummaryEnvironment], ListCut] = Field([], description="by name")
    services: Annotated[list[SummaryService], ListCut] = Field([], description="the busiest first")


class Summary(Envelope):
    """A rule with a `schedule` came due: what happened since it did so last."""

    type: Literal["shipbell.summary"]
    rule: Text = Field(None, description="the rule whose schedule it was")
    summary: SummaryDetail | None = None
