"""What callers post to us directly: read before it is taken, and answered once it is durable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fastapi import HTTPException

from app.api.parts import Parts
from app.events import Draft, Envelope
from app.ingest.door import new_receipt
from app.sources import Source

Outcome = Literal["accepted", "duplicate"]


@dataclass(frozen=True, slots=True)
class Taken:
    """The receipt's id, whether it was new, and what was understood."""

    receipt: str
    outcome: Outcome
    events: Sequence[Envelope]


def takes(parts: Parts) -> bool:
    """Whether this process takes anything now."""
    return "ingest" in parts.roles and not parts.shut()


def refuse_if_shut(parts: Parts, what: str) -> None:
    """Raises 503 when nothing is taken now; `what` names it in the plural."""
    if not takes(parts):
        raise HTTPException(503, f"not taking {what} now, try again", {"retry-after": "30"})


async def take(parts: Parts, source: Source, headers: Mapping[str, str], body: bytes, drafts: Sequence[Draft]) -> Taken:
    """Commit a body and say what its drafts are in our names. Raises BadPayload, before anything is kept."""
    receipt = new_receipt(source, headers, body, -1, parts.clock())
    estate = parts.book().estate
    events = [
        estate.event(draft, source=source.name, receipt=receipt.id, received_at=receipt.received_at) for draft in drafts
    ]
    accepted = await parts.committer.submit(receipt)
    return Taken(accepted.receipt, "duplicate" if accepted.duplicate else "accepted", events)
