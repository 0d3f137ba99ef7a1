"""What a receipt says: parse it in its room, give its news our names. Pure: a defect here loses nothing."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import orjson

from app.estate import Estate
from app.events import Draft, Envelope
from app.events.reports import QUIET
from app.kernel.errors import BadPayload
from app.kernel.json import dumps, has_duplicate_keys, loads
from app.sources import Ignored, Inbound, Source
from app.store.receipts import IGNORED, PROCESSED, QUARANTINED, StoredReceipt

MAX_TRIES = 3
REASON_LIMIT = 300
S = TypeVar("S")


class Interpreted(NamedTuple):
    """A receipt's new state and its events. `defect` says that our own code failed on it."""

    state: str
    reason: str | None = None
    events: Sequence[Envelope] = ()
    flags: str | None = None
    defect: bool = False
    left_out: int = 0
    """How many things the sender says that it left out of the message."""


class _Parsed(NamedTuple):
    """What a room made of a body, before it has our names."""

    source: str
    drafts: Sequence[Draft]
    quiet: bool
    flags: str | None
    left_out: int


def interpret(receipts: Sequence[StoredReceipt], sources: Mapping[str, Source], estate: Estate) -> list[Interpreted]:
    """What receipts say, each. Never raises: what cannot be read is quarantined, what fails in our code is a defect.

    All are parsed before the first is named: one kind of work at a time keeps the processor's caches warm, which
    is a fifth of the whole.
    """
    parsed = [_caught(_parse, receipt, sources) for receipt in receipts]
    return [
        said if isinstance(said, Interpreted) else _caught(_name, receipt, said, estate)
        for receipt, said in zip(receipts, parsed, strict=True)
    ]


def _caught(work: Callable[..., S], *given: Any) -> S | Interpreted:
    try:
        return work(*given)
    except BadPayload as error:
        return Interpreted(QUARANTINED, _printable(str(error)))
    except Exception as error:  # noqa: BLE001  a defect of a room must not stop the others' receipts
        return Interpreted(QUARANTINED, _printable(f"defect: {_where(error)}"), defect=True)


def _parse(receipt: StoredReceipt, sources: Mapping[str, Source]) -> _Parsed | Interpreted:
    if receipt.tries > MAX_TRIES:
        return Interpreted(QUARANTINED, "given up: the service died on it again and again")
    source = sources.get(receipt.source)
    if source is None:
        return Interpreted(QUARANTINED, "there is no such source any more")
    headers = orjson.loads(receipt.headers)
    inbound = Inbound(headers, receipt.body)
    drafts = source.parse(inbound)
    if isinstance(drafts, Ignored):
        return Interpreted(IGNORED, drafts.reason[:REASON_LIMIT])
    return _Parsed(source.name, drafts, QUIET in headers, _flags(receipt.body), source.left_out(inbound))


def _name(receipt: StoredReceipt, parsed: _Parsed, estate: Estate) -> Interpreted:
    events = [
        estate.event(draft, source=parsed.source, receipt=receipt.id, received_at=receipt.received_at)
        for draft in parsed.drafts
        if estate.lets_in(draft)
    ]
    if not events:
        reason = "not_an_incident" if parsed.drafts else "no_news"
        return Interpreted(IGNORED, reason, flags=parsed.flags, left_out=parsed.left_out)
    if parsed.quiet:
        events = [event.model_copy(update={"quiet": True}) for event in events]
    return Interpreted(PROCESSED, None, events, parsed.flags, left_out=parsed.left_out)


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
