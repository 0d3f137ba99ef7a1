"""What a receipt says: parse it in its room, give its news our names. Pure: a defect here loses nothing."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from app.estate import Estate
from app.events import Envelope
from app.events.reports import QUIET
from app.kernel.errors import BadPayload
from app.kernel.json import dumps, has_duplicate_keys, loads
from app.sources import Ignored, Inbound, Source
from app.store.receipts import IGNORED, PROCESSED, QUARANTINED, StoredReceipt

REASON_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Interpreted:
    """A receipt's new state and its events. `defect` says that our own code failed on it."""

    state: str
    reason: str | None = None
    events: Sequence[Envelope] = ()
    flags: str | None = None
    defect: bool = False
    left_out: int = 0
    """How many things the sender says that it left out of the message."""


def interpret(receipt: StoredReceipt, sources: Mapping[str, Source], estate: Estate) -> Interpreted:
    """What a receipt says. Never raises: what cannot be read is quarantined, what fails in our code is a defect."""
    source = sources.get(receipt.source)
    if source is None:
        return Interpreted(QUARANTINED, "there is no such source any more")
    try:
        headers = orjson.loads(receipt.headers)
        inbound = Inbound(headers, receipt.body)
        parsed = source.parse(inbound)
        if isinstance(parsed, Ignored):
            return Interpreted(IGNORED, parsed.reason[:REASON_LIMIT])
        events = [
            estate.event(draft, source=source.name, receipt=receipt.id, received_at=receipt.received_at)
            for draft in parsed
            if estate.lets_in(draft)
        ]
        left_out = source.left_out(inbound)
        if QUIET in headers:
            events = [event.model_copy(update={"quiet": True}) for event in events]
    except BadPayload as error:
        return Interpreted(QUARANTINED, _printable(str(error)))
    except Exception as error:  # noqa: BLE001  a defect of a room must not stop the others' receipts
        return Interpreted(QUARANTINED, _printable(f"defect: {_where(error)}"), defect=True)
    if not events:
        reason = "not_an_incident" if parsed else "no_news"
        return Interpreted(IGNORED, reason, flags=_flags(receipt.body), left_out=left_out)
    return Interpreted(PROCESSED, None, events, _flags(receipt.body), left_out=left_out)


def _flags(body: bytes) -> str | None:
    try:
        return "dup_keys" if has_duplicate_keys(body, loads(body)) else None
    except BadPayload:  # not JSON (a report in XML): nothing to say about keys
        return None


def _printable(text: str) -> str:
    return dumps(text.replace("\x00", "\ufffd")).decode()[1:-1][:REASON_LIMIT]


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    return f"{type(error).__name__} at {last.name}:{last.lineno}" if last else type(error).__name__
