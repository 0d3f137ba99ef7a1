from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from app import telemetry
from app.events import Draft
from app.ingest.own_news import Teller
from app.ingest.process import Book
from app.ingest.watch import SILENT, RulesNews, Watch
from app.kernel.clock import DAY, MINUTE, SECOND
from app.kernel.errors import StoreUnavailable
from app.store import Database
from app.store.channel_states import ChannelState, enrol, own, save
from tests.conftest import HandClock


class Heard(Teller):
    """Keeps what it is given, instead of routing it."""

    def __init__(self, database: Database, book: Book) -> None:
        super().__init__(database, lambda: book, lambda _: None)
        self.drafts: list[Draft] = []
        self.away = False

    async def tell(self, drafts: Sequence[Draft]) -> None:
        if self.away:
            raise StoreUnavailable("away")
        self.drafts += drafts

    @property
    def types(self) -> list[str]:
        return [draft.type.removeprefix("shipbell.") for draft in self.drafts]


class Scene:
    def __init__(self, database: Database, clock: HandClock, book: Book) -> None:
        self.database, self.clock, self.heard = database, clock, Heard(database, book)
        self.rules = RulesNews("a" * 12, clock(), [])
        self.watch = self.restarted()

    def restarted(self) -> Watch:
        return Watch(self.database, self.heard, lambda: ["platform"], lambda: self.rules, self.clock)

    async def put(self, **state: object) -> None:
        def work(connection: object) -> None:
            enrol(connection, ["platform"])  # type: ignore[arg-type]
            own(connection, ["platform"], "me", self.clock(), MINUTE)  # type: ignore[arg-type]
            save(connection, [ChannelState("platform", **state)], "me")  # type: ignore[arg-type]

        await self.database.write(work)


async def test_a_channel_breaks_once_and_mends_once(
    database: Database, clock: HandClock, book: Callable[[str], Book]
) -> None:
    scene = Scene(database, clock, book("{}"))
    await scene.put(breaker="open", opened=1, not_before=clock() + 30 * SECOND)
    await scene.watch.once()
    assert scene.heard.types == []  # the first short rest may be a hiccup
    await scene.put(breaker="open", opened=2, not_before=clock() + MINUTE, last_reason="http_500")
    for _ in range(3):
        await scene.watch.once()
    assert scene.heard.types == ["channel_broken"]
    assert "http_500" in scene.heard.drafts[0].fields["message"]
    await scene.put(last_accepted_at=clock())
    for _ in range(2):
        await scene.watch.once()
    assert scene.heard.types == ["channel_broken", "channel_mended"]
    assert scene.heard.drafts[0].identity == scene.heard.drafts[1].identity


async def test_what_could_not_be_told_is_told_when_the_store_is_back(
    database: Database, clock: HandClock, book: Callable[[str], Book]
) -> None:
    scene = Scene(database, clock, book("{}"))
    await scene.put(breaker="open", opened=2, not_before=clock() + MINUTE, last_reason="http_500")
    await scene.watch.once()
    await scene.put(last_accepted_at=clock())
    scene.rules = RulesNews("b" * 12, clock(), ["rules/routes.yaml:1: wrong"])
    scene.heard.away = True
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await scene.watch.once()
    scene.heard.away = False
    for _ in range(2):
        await scene.watch.once()
    assert scene.heard.types == ["channel_broken", "channel_mended", "rules_reloaded", "rules_rejected"]


async def test_a_flow_that_refuses_us_is_news_at_once(
    database: Database, clock: HandClock, book: Callable[[str], Book]
) -> None:
    scene = Scene(database, clock, book("{}"))
    await scene.put(breaker="open", opened=1, not_before=clock() + 15 * MINUTE, last_reason="flow_disabled")
    await scene.watch.once()
    await scene.restarted().once()
    assert scene.heard.types == ["channel_broken", "channel_broken"]
    assert len({draft.identity for draft in scene.heard.drafts}) == 1  # the store adds it once


async def test_a_channel_that_was_not_used_for_sixty_days_is_news(
    database: Database, clock: HandClock, book: Callable[[str], Book]
) -> None:
    scene = Scene(database, clock, book("{}"))
    await scene.put(last_accepted_at=clock())
    clock.now += SILENT
    await scene.watch.once()
    assert scene.heard.types == []
    clock.now += DAY
    for _ in range(2):
        await scene.watch.once()
    assert scene.heard.types == ["channel_silent"]
    assert telemetry.SINCE_ACCEPTED.labels("platform")._value.get() == (SILENT + DAY) / SECOND


async def test_rules_that_changed_or_were_refused_are_news(
    database: Database, clock: HandClock, book: Callable[[str], Book]
) -> None:
    scene = Scene(database, clock, book("{}"))
    await scene.watch.once()
    assert scene.heard.types == []
    scene.rules = replace(scene.rules, problems=["routes.yaml:3: unknown field 'servise'"])
    for _ in range(2):
        await scene.watch.once()
    scene.rules = RulesNews("b" * 12, clock(), [])
    for _ in range(2):
        await scene.watch.once()
    assert scene.heard.types == ["rules_rejected", "rules_reloaded"]
    assert "servise" in scene.heard.drafts[0].fields["message"]
