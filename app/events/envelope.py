"""The envelope: what every event carries, whatever its type."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.events.parts import (
    Build,
    Commit,
    Links,
    ListCut,
    Moment,
    Original,
    Owner,
    Person,
    PullRequest,
    Repository,
    Text,
    TicketLink,
)

Tier = Literal["production", "staging", "testing", "development", "feature"]
UNMAPPED = "unmapped"


class Envelope(BaseModel):
    """Something that happened, in our words. Unchangeable; unknown is absent, never invented."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: Annotated[
        str, Field(pattern=r"^[0-9a-f]{32}$", description="derived from the news itself: a replay gives the same")
    ]
    type: str
    status: str | None = Field(None, description="the outcome, where the type has one")
    subject: Annotated[
        str, Field(max_length=300, description="natural key of what it speaks of, the same over its life")
    ]
    source: str = Field(description="the room that read it")
    instance: Text = Field(None, description="which installation of the source")
    occurred_at: Annotated[Moment, Field(description="when it happened, by the source's clock if that is plausible")]
    received_at: Annotated[Moment, Field(description="when the receipt was taken")]
    time_from: Literal["source", "receipt"] = Field("source", description="whose clock `occurred_at` is")
    service: str = Field(UNMAPPED, description="our name from the estate, or `unmapped`")
    environment: str | None = Field(None, description="our name, `unmapped`, or absent where there is none")
    environment_tier: Tier | None = None
    original: Original | None = Field(None, description="the vendor's own words")
    owner: Owner | None = None
    actor: Person | None = Field(None, description="who did it")
    repository: Repository | None = None
    commit: Commit | None = None
    version: Text = Field(
        None, description="what a person calls what is deployed: image tag, chart or function version"
    )
    build: Build | None = None
    pull_request: PullRequest | None = None
    tickets: Annotated[list[TicketLink], ListCut] = Field(
        [], description="named in messages and branches, by the project allow-list"
    )
    links: Links | None = None
    labels: dict[str, str] = Field({}, description="vendor's labels or tags that the estate asked for")
    quiet: Literal[True] | None = Field(
        None, description="found afterwards, in a back-fill say: it counts, and no rule sends it"
    )
    receipt: str = Field(description="id of the receipt that it came from")
