"""The page of outcomes: what becomes of a request, a receipt, an attempt and a delivery, with every closed list."""

import inspect
import re
from typing import get_args

from sqlalchemy import CheckConstraint

from app import telemetry
from app.cards.context import FellBack
from app.delivery import breaker, retry
from app.kernel.answers import REASONS, Verdict
from app.kernel.clock import DAY, HOUR, MINUTE, SECOND
from app.store.tables import deliveries
from docs.pages.markdown import code, codes, table

ORIGIN = "app/kernel/answers.py, app/telemetry.py and app/delivery/"

_INTRO = """# Outcomes and reasons

Closed lists: what stands in a record stands in the metric's label and in the log line, too.

## A request at the door

202 means that it is stored; everything else means that nothing was.
"""

_DOOR = {
    "unauthorized": ("401", "no proof of who sent it, or a wrong one; one answer for every reason"),
    "unknown_source": ("404", "no such source, or it has no secret: its door is shut"),
    "method": ("405", "not a POST"),
    "timeout": ("408", "the request did not arrive in `SHIPBELL_RECEIVE_TIMEOUT`, or the connection ended in it"),
    "too_large": ("413", "larger than `SHIPBELL_MAX_BODY_BYTES`"),
    "encoding": ("415", "a content encoding, or a form"),
    "overloaded": ("503", "too many requests wait for their commit: try again"),
    "unavailable": ("503", "the database did not take it: try again"),
    "disk_full": ("503", "less free disk than `SHIPBELL_DISK_RESERVE_BYTES`"),
}
_RECEIPTS = {
    "processed": "it was read; its events are in the answer",
    "ignored": "it says nothing of ours; the reason says why (`unused_type`, `no_change`, …)",
    "quarantined": "it cannot be read; the reason says where. Kept, to be [read again](../how-to/replay.md) one day",
}
_VERDICTS = {
    Verdict.DELIVERED: "done",
    Verdict.RETRY: "tried again by the schedule",
    Verdict.THROTTLED: "the channel pauses for as long as it asked; costs no attempt",
    Verdict.AMBIGUOUS: f"nobody knows whether it arrived: sent again, at most {retry.MOST_RESENDS} times, and marked",
    Verdict.TOO_LARGE: "sent once more as the minimal card",
    Verdict.PERMANENT: "given up: the same message would fail again",
    Verdict.BROKEN: "the channel wants nothing from us: it rests, and its messages wait",
}
_FALLBACKS = {
    "template_error": "an expression failed",
    "too_large": "it does not fit, even shortened",
    "unknown_card": "the rule named a card that is gone",
    "lint": "Teams would not show it",
}


def pages() -> dict[str, str]:
    """`outcomes.md`. Raises KeyError for a word of a closed list that nobody described here."""
    door = [(code(reason), *_DOOR[reason]) for reason in sorted(telemetry.REJECT_REASONS, key=lambda r: _DOOR[r][0])]
    receipts = [(code(state), _RECEIPTS[state]) for state in telemetry.RECEIPT_STATES]
    fallbacks = [(code(reason), _FALLBACKS[reason]) for reason in get_args(FellBack)]
    parts = [
        _INTRO,
        table(["reason", "answer", "when"], door),
        "## A receipt\n\nFirst it is `received`; then",
        table(["state", "means"], receipts),
        f"## An attempt to deliver\n\n{_attempts()}",
        f"## A delivery\n\n{_deliveries()}",
        "## A card that was replaced by the minimal one",
        table(["reason", "means"], fallbacks),
    ]
    return {"outcomes.md": "\n\n".join(part.rstrip() for part in parts) + "\n"}


def _attempts() -> str:
    verdicts = [(code(verdict.value), _VERDICTS[verdict]) for verdict in Verdict]
    waits = ", ".join(_span(wait) for wait in retry.SCHEDULE)
    return "\n\n".join(
        [
            table(["verdict", "what is done next"], verdicts),
            f"Waits between attempts, ±20 %: {waits}: {retry.MOST_TRIES} attempts at most. A pause that the other side "
            f"asks for counts up to an hour; after a 429 it is {_span(retry.SHORTEST_PAUSE)} at least.",
            f"A channel rests after {breaker.FAILURES} failures in a row: {_span(breaker.FIRST_REST)}, then twice "
            f"as long each time up to {_span(breaker.LONGEST_REST)}; then one message is tried.",
            f"Reasons: {codes(sorted(REASONS))}.",
        ]
    )


def _deliveries() -> str:
    (states,) = (str(one.sqltext) for one in deliveries.constraints if isinstance(one, CheckConstraint))
    names = re.findall(r"'(\w+)'", states)
    return inspect.cleandoc(
        f"""
        States: {codes(names)}. `dead` is a dead letter: given up with a reason, until somebody
        [retries it](../how-to/replay.md#dead-letters), which makes a new delivery of the next generation.
        A settled delivery is never opened again.
        """
    )


def _span(us: int) -> str:
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if us >= size:
            return f"{us // size} {unit}"
    return f"{us // SECOND} s"
