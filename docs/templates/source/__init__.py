"""Example: say in one line what it tells us.

Say here what is strange about it, with the link to the vendor's page.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.events import Draft, Hints
from app.kernel.json import load_object
from app.kernel.shapes import fit
from app.kernel.signing import HubSignature
from app.kernel.timestamps import parse_timestamp
from app.sources import Ignored, Inbound, Parsed, Source


class Run(BaseModel):
    """The part of a run that we use; the vendor may add to it as they like."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    state: Literal["succeeded", "failed"]
    finished_at: str | None = None
    url: str | None = None


class Message(BaseModel):
    """A message about a run."""

    repository: Annotated[str, Field(min_length=1, max_length=200)]
    run: Run


def parse(inbound: Inbound) -> Parsed:
    """The events of a message. Raises BadPayload with the path of the first place that does not fit."""
    if inbound.headers.get("x-example-event") != "run.finished":
        return Ignored("unused_type")
    message = fit(Message, load_object(inbound.body))
    run, subject = message.run, f"build:{message.repository}:{message.run.id}"
    return [
        Draft(
            type="pipeline.finished",
            status=run.state,
            subject=subject,
            identity=subject,
            state=run.state,
            occurred_at=parse_timestamp(run.finished_at),
            hints=Hints(service=(("repository", message.repository),)),
            original_status=run.state,
            original_type="run.finished",
            fields={"links": {"pipeline": run.url}},
        )
    ]


def dedupe(inbound: Inbound) -> str | None:
    """The delivery's own id, the same over the vendor's retries; None: then the body's hash tells a repeat."""
    return inbound.headers.get("x-example-delivery") or None


SOURCE = Source(
    name="example",
    title="Example",
    scheme=HubSignature(),
    parse=parse,
    types=frozenset({"pipeline.finished"}),
    dedupe=dedupe,
    keeps=("x-example-event", "x-example-delivery"),
)
