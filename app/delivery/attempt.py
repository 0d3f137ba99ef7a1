"""One attempt: make the card, send it within the deadline, and say what becomes of the delivery."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from prometheus_client import Histogram

from app import telemetry
from app.cards import Cards
from app.channels import Channel, Message
from app.delivery.leases import DEADLINE
from app.delivery.letter import Letter, compose, freeze, minimal, ref
from app.delivery.opening import OpenChannel
from app.delivery.retry import Decision, Situation, decide
from app.events.incidents import INCIDENT_TYPES
from app.kernel import logs
from app.kernel.answers import Outcome, Verdict
from app.kernel.clock import SECOND, Clock, monotonic, to_us
from app.store.claims import Claimed
from app.store.results import Attempt, Change, Result

log = logs.get("courier")

_RENDER_SECONDS = telemetry.STAGE_SECONDS.labels("render")


class Tried(NamedTuple):
    """What an attempt came to; `cut` is set when the process ended it, and is raised by whoever has noted the rest."""

    result: Result
    decision: Decision
    cut: asyncio.CancelledError | None = None


class Prepared(NamedTuple):
    """A claimed delivery with its event and its card; no card could be made when `letter` is None."""

    claim: Claimed
    view: dict[str, Any]
    letter: Letter | None


def prepare(claim: Claimed, cards: Cards, why_url: str = "", facts: Mapping[str, Any] | None = None) -> Prepared:
    """Make the card, of the event and what `facts` add to it. Raises nothing for what the card does.

    Channels that send the event itself have it as it was told; news of an incident with what it leaves out.
    """
    view = orjson.loads(claim.data) if claim.data is not None else {}
    if why_url:
        view["why_url"] = why_url
    whole = {**view, **facts} if facts else view
    sent = whole if view.get("type") in INCIDENT_TYPES else view
    return Prepared(claim, sent, _compose(claim, whole, cards))


async def attempt(
    prepared: Prepared, opened: OpenChannel, cards: Cards, seconds: Histogram, clock: Clock, jitter: Callable[[], float]
) -> Tried:
    """Send one claimed delivery. Raises nothing for what the other side did."""
    claim, view, letter = prepared.claim, prepared.view, prepared.letter
    if letter is None:
        return Tried(Result(claim.id, claim.fence, Change("dead", "render")), Decision("dead", "render"))
    began = clock()
    message = Message(claim.key, letter.card, letter.summary, view, began, claim.tries)
    outcome, cut = await _send(opened.channel, message)
    ended = clock()
    seconds.observe((ended - began) / SECOND)
    at_most_once = opened.settings.on_ambiguous == "drop"
    # Nothing waits for what has arrived: a random number takes the system 30 µs.
    spread = 0.0 if outcome.verdict is Verdict.DELIVERED else jitter()
    decision = decide(
        outcome,
        Situation(claim.tries, claim.ambiguous, ended, claim.expires_at, spread, at_most_once, letter.minimal),
    )
    _tell(claim, view, outcome, decision, ended)
    change = Change(
        decision.state,
        None if decision.state == "delivered" else decision.reason,
        outcome.status,
        decision.due_at,
        decision.tries,
        decision.ambiguous,
        rendered=_kept(claim, view, cards, letter, decision),
    )
    asked = None if outcome.retry_after is None else int(outcome.retry_after)
    tried = Attempt(began, ended, outcome.verdict.value, outcome.reason, outcome.status, asked)
    return Tried(Result(claim.id, claim.fence, change, tried, again=claim.tries > 1), decision, cut)


def _compose(claim: Claimed, view: dict[str, Any], cards: Cards) -> Letter | None:
    if claim.data is None:
        log.error("the event is gone", action="deliver", delivery=claim.id, event_id=claim.event_id)
        return None
    try:
        began = monotonic()
        letter = compose(claim, view, cards)
        _RENDER_SECONDS.observe(monotonic() - began)
        return letter
    except Exception:
        log.exception("a card could not be made", action="deliver", delivery=claim.id, card=claim.card)
        return None


async def _send(channel: Channel, message: Message) -> tuple[Outcome, asyncio.CancelledError | None]:
    """The outcome; when nobody knows whether the message left, it is ambiguous."""
    try:
        async with asyncio.timeout(DEADLINE / SECOND):
            return await channel.send(message), None
    except TimeoutError:
        return Outcome(Verdict.AMBIGUOUS, "timeout"), None
    except asyncio.CancelledError as cut:
        return Outcome(Verdict.AMBIGUOUS, "timeout"), cut
    except Exception:
        log.exception("a channel raised", action="deliver", delivery=message.delivery)
        return Outcome(Verdict.AMBIGUOUS, "protocol"), None


def _kept(claim: Claimed, view: dict[str, Any], cards: Cards, letter: Letter, decision: Decision) -> bytes | None:
    """The card for the next try, if there is one and it is not kept already."""
    if decision.state != "pending":
        return None
    if decision.minimal:
        return freeze(minimal(claim, view, cards))
    return freeze(letter) if claim.rendered is None else None


def _tell(claim: Claimed, view: dict[str, Any], outcome: Outcome, decision: Decision, now: int) -> None:
    """One line for an attempt that did not deliver; the age of the news for one that did."""
    if decision.state == "delivered":
        received = view.get("received_at")
        if isinstance(received, str):
            telemetry.LATENCY.observe(max(now - to_us(datetime.fromisoformat(received)), 0) / SECOND)
        return
    log.warning(
        "not delivered",
        action="deliver",
        channel=claim.channel,
        delivery=claim.id,
        ref=ref(claim.key),
        event_id=claim.event_id,
        attempt=claim.tries,
        verdict=outcome.verdict.value,
        reason=outcome.reason,
        status=outcome.status,
        state=decision.state,
        next_in_seconds=None if decision.due_at is None else round((decision.due_at - now) / SECOND, 1),
    )
