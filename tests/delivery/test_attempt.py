"""What a card is made of: the event, and what the facts add to it; other systems get the event as it was told."""

import asyncio
import time
from collections.abc import Callable

import orjson
import pytest

from app import telemetry
from app.cards import load_cards
from app.channels import ChannelSettings, Message, Outcome
from app.delivery.attempt import attempt, prepare
from app.delivery.opening import OpenChannel
from app.kernel.clock import DAY, SECOND, system_clock
from app.kernel.yaml import load
from app.store.claims import Claimed

EVENT = {"id": "e1", "type": "deployment.finished", "service": "pay"}
CARDS = load_cards(
    {
        "card": load(
            'summary: "{{ service }}"\ncard:\n  type: AdaptiveCard\n  version: "1.4"\n'
            '  body:\n    - {type: TextBlock, wrap: true, text: "{{ service }} replaces {{ e.previous_version }}"}\n',
            "cards/card.yaml",
        )
    }
)


def test_facts_are_for_the_card_alone() -> None:
    claim = Claimed(1, "a" * 32, "e1", "team", "card", "all", 0, 1, 0, 1, 0, None, orjson.dumps(EVENT))
    prepared = prepare(claim, CARDS, facts={"previous_version": "1.9.0"})
    assert prepared.letter is not None
    assert prepared.letter.card["body"][0]["text"] == "pay replaces 1.9.0"
    assert prepared.view == EVENT


def test_an_end_is_handed_on_with_what_its_beginning_said() -> None:
    end = {"id": "e1", "type": "incident.resolved", "service": "unmapped"}
    claim = Claimed(1, "a" * 32, "e1", "team", "card", "all", 0, 1, 0, 1, 0, None, orjson.dumps(end))
    assert prepare(claim, CARDS, facts={"service": "pay"}).view == end | {"service": "pay"}


def test_a_digest_has_a_link_to_why_as_any_other_card() -> None:
    digest = {"id": "d1", "type": "shipbell.digest", "digest": {"count": 2}}
    claim = Claimed(1, "a" * 32, "d1", "team", "digest", "all", 0, 1, 0, 1, 0, None, orjson.dumps(digest))
    prepared = prepare(claim, CARDS, "https://shipbell.example.com/why")
    assert prepared.letter is not None
    assert prepared.letter.card["body"][-1]["text"].endswith("[why?](https://shipbell.example.com/why)")


class Hanging:
    """A channel that never answers; `before` runs when it is asked to send."""

    def __init__(self, before: Callable[[], object]) -> None:
        self._before = before

    async def send(self, message: Message) -> Outcome:
        self._before()
        return await asyncio.Future()

    async def close(self) -> None:
        """Nothing is held open."""


async def _try(before: Callable[[], object]) -> bool:
    """Whether an attempt was cut off by the process, and not by its deadline; nothing of either stays behind."""
    claim = Claimed(1, "a" * 32, "e1", "team", "card", "all", 0, 1, 0, 1, 10**18, None, orjson.dumps(EVENT))
    opened = OpenChannel("team", Hanging(before), ChannelSettings(kind="team"), None, DAY)
    seconds = telemetry.DELIVERY_SECONDS.labels("team")
    tried = await attempt(prepare(claim, CARDS), opened, CARDS, seconds, system_clock, lambda: 0.5)
    assert (tried.result.change.state, tried.result.change.ambiguous, tried.decision.reason) == (
        "pending",
        1,
        "timeout",
    )
    return tried.cut is not None


async def test_the_deadline_ends_an_attempt_and_not_its_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.delivery.attempt.DEADLINE", SECOND // 50)
    task = asyncio.current_task()
    assert task is not None
    for _ in range(2):
        assert not await _try(lambda: None)
        assert task.cancelling() == 0


async def test_who_cancels_at_the_deadline_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.delivery.attempt.DEADLINE", SECOND // 50)
    loop = asyncio.get_running_loop()

    def both() -> None:
        loop.call_later(0.02, task.cancel)
        time.sleep(0.05)  # both are due by the time that the loop looks

    task = asyncio.create_task(_try(both))
    assert await task
    sooner = asyncio.create_task(_try(lambda: loop.call_soon(sooner.cancel)))
    assert await sooner
