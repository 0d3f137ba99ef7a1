"""Why a channel got an event or not: what was decided, what became of each card, and what today's rules say."""

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict

from app.api.access import allow
from app.api.deliveries import DeliveryWithHistory, with_history
from app.api.errors import refusals
from app.api.events import get_event
from app.api.paging import HexId
from app.api.parts import Parts, parts_of
from app.ingest.retold import RETOLD
from app.kernel.clock import iso
from app.kernel.errors import ConfigError
from app.routing import explain
from app.store import Connection
from app.store.became import Became, Waited, became
from app.store.carried import with_commits
from app.store.incident_starts import made_whole

router = APIRouter(prefix="/api/v1/events", tags=["events"])

_WHY_NOT = {
    "same_news": "not sent: the channel had the same news within the window of `dedupe`",
    RETOLD: "not sent: the channel had it before, in other words",
}
_WAITS = {
    "group": "waits for others, by the rule",
    "coalesce": "waits for a newer state, by the rule",
    "hold": "held during",
    "overflow": "waits for the next post over the connection",
}


class Bundle(BaseModel):
    """A bundle that a card waited in. `told_by` is the delivery that told it; null while it waits."""

    bundle: int
    channel: str
    how: str
    by: str
    due_at: str
    closed_at: str | None
    told_by: int | None


class Explanation(BaseModel):
    """What was decided then, what became of it, and what today's rules say: as data, and as a text for people."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "event": "a68738204542ad6f3d78e465ea9cd6dd",
                "decided": {"at": "2026-11-22T10:00:01.130000Z", "rev": "7a09f379d359", "matched": ["deployments"]},
                "deliveries": [],
                "bundles": [],
                "today": {"sends": [{"channel": "platform-deployments", "card": "deployment", "rule": "deployments"}]},
                "text": "deployments: matched …",
            }
        }
    )

    event: str
    decided: dict[str, Any] | None
    deliveries: list[DeliveryWithHistory]
    bundles: list[Bundle]
    today: dict[str, Any]
    text: str


@router.get(
    "/{event_id}/explain",
    dependencies=[Depends(allow("read"))],
    response_model=Explanation,
    responses=refusals("read", 404, 422),
)
async def explain_event(
    event_id: HexId,
    parts: Annotated[Parts, Depends(parts_of)],
    channel: Annotated[str | None, Query(description="Only this channel.", examples=["security"])] = None,
    as_: Annotated[Literal["json", "text"], Query(alias="as", description="`text` is for people.")] = "json",
) -> Explanation | PlainTextResponse:
    """Why a channel got this event or not: today's rules, clause by clause, and what became of each card."""
    shown = await get_event(event_id, parts)
    rules = parts.book().rules

    def look(connection: Connection) -> tuple[Became, dict[str, Any]]:
        (whole,) = made_whole(connection, [shown])
        return became(connection, event_id), with_commits(connection, rules, whole)

    found, whole = await parts.database.read(look)
    try:
        explanation = explain(rules, whole, channel)
    except ConfigError as error:  # no such channel
        raise HTTPException(422, str(error)) from None
    sent = [with_history(row, tried) for row, tried in found.deliveries if channel in (None, row.channel)]
    decided = shown.get("routing")
    became_of_it = ["", "What became of it:", *_told(decided, found, sent, channel), ""]
    text = explanation.text() + "\n".join([*_otherwise(decided, explanation.to_dict(), shown, whole), *became_of_it])
    if as_ == "text":
        return PlainTextResponse(text)
    return Explanation(
        event=event_id,
        decided=decided,
        deliveries=sent,
        bundles=[_bundle(one) for one in found.waited if channel in (None, one.channel)],
        today=explanation.to_dict(),
        text=text,
    )


def _otherwise(
    decided: dict[str, Any] | None, today: dict[str, Any], shown: dict[str, Any], whole: dict[str, Any]
) -> list[str]:
    """What was decided then, where today's rules say something else; and what only other news of the incident say."""
    if decided is None or decided.get("matched") in (None, today["routing"]["matched"]):
        return []
    sends = ", ".join(f"the card {one['card']!r} to {one['channel']} ({one['rule']})" for one in decided["sends"])
    lines = ["", f"Then it was decided otherwise, by the rules {decided['rev']}: {sends or 'nothing was sent'}."]
    if added := [name for name in ("service", "environment") if whole.get(name) != shown.get(name)]:
        lines.append(f"  It does not say its {' and '.join(added)}: other news of the incident did, maybe after it.")
    return lines


def _told(
    decided: dict[str, Any] | None, found: Became, sent: Sequence[DeliveryWithHistory], channel: str | None
) -> list[str]:
    """The lines that tell what became of each card."""
    told_by = (decided or {}).get("told_by") or {}
    lines = [
        f"  {name}: {_WHY_NOT.get(why, why)}{f': event {told_by[name]}' if name in told_by else ''}"
        for name, why in ((decided or {}).get("suppressed") or {}).items()
        if channel in (None, name)
    ]
    lines += [
        f"  {one['channel']}: not sent: the rule {one['rule']!r} keeps silent during {one['by']!r}"
        for one in (decided or {}).get("muted") or ()
        if channel in (None, one["channel"])
    ]
    mine = {delivery.id for delivery in sent}
    for one in found.waited:
        if channel in (None, one.channel):
            lines.append(f"  {one.channel}: {_waited(one, mine)}")
    others = (with_history(row, tried) for row, tried in found.told_by if channel in (None, row.channel))
    for delivery in (*sent, *others):
        lines += _delivery(delivery)
    return lines or ["  nothing was owed to anybody"]


def _waited(one: Waited, mine: Collection[int]) -> str:
    """In words; `mine` are the deliveries of the event itself."""
    if one.sent_alone:
        return f"the first of its group ({one.by!r}): sent at once"
    words = f"{_WAITS.get(one.how, one.how)} {one.by!r}"
    if one.closed_at is None:
        return f"{words}, until {iso(one.due_at)}"
    told = f"told by delivery {one.told_by}" if one.told_by else "there was nothing left to tell"
    if one.how == "coalesce" and one.told_by and one.told_by not in mine:
        told = f"a newer state was told, by delivery {one.told_by}"
    return f"{words}, until {iso(one.closed_at)}: {told}"


def _delivery(delivery: DeliveryWithHistory) -> Iterator[str]:
    why = f" ({delivery.reason})" if delivery.reason else ""
    yield f"  {delivery.channel}: delivery {delivery.id}, card {delivery.card!r}: {delivery.state}{why}"
    for number, attempt in enumerate(delivery.history, 1):
        status = f", HTTP {attempt.http_status}" if attempt.http_status else ""
        yield f"    try {number} at {attempt.started_at}: {attempt.verdict}, {attempt.reason}{status}"


def _bundle(one: Waited) -> Bundle:
    return Bundle(
        bundle=one.bundle,
        channel=one.channel,
        how=one.how,
        by=one.by,
        due_at=iso(one.due_at),
        closed_at=iso(one.closed_at) if one.closed_at else None,
        told_by=one.told_by,
    )
