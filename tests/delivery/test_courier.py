"""The courier: what is due goes out once, in order, and the outcome is kept."""

import asyncio

import sqlalchemy as sa

from app import telemetry
from app.cards import load_cards
from app.channels import Message, Outcome
from app.kernel.answers import DELIVERED, Verdict
from app.kernel.clock import MINUTE
from app.kernel.yaml import load
from app.store import Database, counters
from app.store.delivery_list import show_delivery
from app.store.tables import events
from tests.conftest import HandClock
from tests.delivery.conftest import Post, until
from tests.store.rows import snapshot

RETRY = Outcome(Verdict.RETRY, "http_5xx", 503)
TOO_LARGE = Outcome(Verdict.TOO_LARGE, "http_413", 413)
PERMANENT = Outcome(Verdict.PERMANENT, "http_400", 400)
REFUSED = Outcome(Verdict.BROKEN, "http_404", 404)


def footer(message: Message) -> str:
    return message.card["body"][-1]["text"]


async def test_what_is_owed_goes_out_once_and_is_recorded(post: Post) -> None:
    team = post.open("team")
    post.start()
    await post.owe("e1")
    await post.settled(e1="delivered")
    await asyncio.sleep(0.1)
    assert len(team.messages) == 1
    ((row_id, row),) = (await post.database.read(snapshot)).items()
    message = team.messages[0]
    assert (message.delivery, message.attempt, message.event["id"]) == (row.key, 1, "e1")
    assert (row.rendered, row.lease_owner, row.finished_at) == (None, None, post.database.clock())
    shown = await post.database.read(lambda c: show_delivery(c, row_id))
    assert shown is not None
    assert [(each.verdict, each.reason) for each in shown[1]] == [("delivered", "ok")]
    counted = await post.database.read(counters.values)
    assert counted == {
        ("deliveries_total", ("team", "delivered")): 1,
        ("notification_attempts_total", ("team",)): 1,
    }


async def test_what_was_owed_before_the_start_goes_out(post: Post) -> None:
    await post.owe("e1", "e2")
    team = post.open("team")
    post.start()
    await post.settled(e1="delivered", e2="delivered")
    assert team.events == ["e1", "e2"]


async def test_one_after_the_other_or_as_many_as_are_allowed(post: Post) -> None:
    async def slow() -> Outcome:
        await asyncio.sleep(0.02)
        return DELIVERED

    narrow, wide = post.open("narrow", lambda _: slow()), post.open("wide", lambda _: slow(), concurrency=4)
    names = [f"e{n:02}" for n in range(12)]
    await post.owe(*names, channel="narrow")
    await post.owe(*(f"w{each}" for each in names), channel="wide")
    post.start()
    await until(lambda: len(narrow.messages) == len(wide.messages) == 12)
    assert narrow.events == names
    assert (narrow.most_at_once, wide.most_at_once) == (1, 4)


async def test_a_failure_is_tried_again_when_it_is_due_with_the_card_of_the_first_try(post: Post) -> None:
    team = post.open("team")
    team.script = [RETRY]
    post.start()
    await post.owe("e1")
    await post.settled(e1="pending http_5xx")
    assert len(team.messages) == 1
    await post.database.write(lambda c: c.execute(sa.update(events).values(data=b'{"id":"e1","service":"other"}')))
    post.clock.advance(2)
    await post.settled(e1="delivered")
    first, second = team.messages
    assert second.card == first.card
    assert (second.attempt, second.delivery) == (2, first.delivery)


async def test_a_card_that_is_too_large_goes_out_once_as_the_minimal_one(post: Post) -> None:
    team = post.open("team")
    text = 'summary: s\ncard: {type: AdaptiveCard, version: "1.4", body: [{type: TextBlock, wrap: true, text: long}]}\n'
    post.cards = load_cards({"long": load(text, "long.yaml")})
    team.script = [TOO_LARGE, DELIVERED, TOO_LARGE, TOO_LARGE]
    post.start()
    await post.owe("e1", card="long")
    await post.settled(e1="delivered")
    first, second = team.messages
    assert first.card["body"][0]["text"] == "long"
    assert "checkout" in second.card["body"][0]["text"]
    await post.owe("e2", card="long")
    await post.settled(e2="dead http_413")
    assert len(team.messages) == 4


async def test_a_message_that_is_refused_for_good_is_dead_and_the_next_goes_out(post: Post) -> None:
    team = post.open("team")
    team.script = [PERMANENT]
    post.start()
    await post.owe("e1", "e2")
    await post.settled(e1="dead http_400", e2="delivered")
    assert team.events == ["e1", "e2"]


async def test_F64_a_channel_that_refuses_us_waits_for_a_new_configuration(post: Post) -> None:
    team = post.open("team", lambda _: REFUSED)
    post.start()
    await post.owe("e1", "e2")
    await post.settled(e1="pending http_404", e2="pending")
    post.clock.advance(10 * 60)
    await asyncio.sleep(0.1)
    assert team.events == ["e1"]
    mended = post.open("team")
    await post.settled(e1="delivered", e2="delivered")
    assert mended.events == ["e1", "e2"]
    rows = await post.database.read(snapshot)
    assert [row.tries for row in rows.values()] == [1, 1]  # the refusal cost nothing


async def test_an_event_that_is_gone_is_a_dead_letter(post: Post) -> None:
    team = post.open("team")
    await post.owe("e1")
    await post.database.write(lambda c: c.execute(sa.delete(events)))
    post.start()
    await post.settled(e1="dead render")
    assert team.messages == []


async def test_a_channel_that_raises_is_in_doubt_and_the_others_go_on(post: Post) -> None:
    async def broken() -> Outcome:
        raise TypeError("a defect")

    post.open("team", lambda _: broken())
    qa = post.open("qa")
    post.start()
    await post.owe("e1")
    await post.owe("e2", channel="qa")
    await post.settled(e1="pending protocol", e2="delivered")
    assert qa.events == ["e2"]


async def test_a_channel_that_left_the_rules_keeps_what_it_is_owed(post: Post) -> None:
    gone = post.open("team")
    qa = post.open("qa")
    post.start()
    await post.owe("e0", channel="qa")
    await post.settled(e0="delivered")
    post.channels = {"qa": post.channels["qa"]}
    post.courier.wake(["qa"])
    await post.left("team")
    await post.owe("e1")
    await post.owe("e2", channel="qa")
    await post.settled(e2="delivered", e1="pending")
    assert (gone.messages, qa.events) == ([], ["e0", "e2"])
    again = post.open("team")
    await post.settled(e1="delivered")
    assert again.events == ["e1"]


async def test_the_labels_stand_under_the_card(post: Post) -> None:
    team = post.open("team")
    post.start()
    await post.owe("e1", rule="no rule")
    await post.owe("e2", generation=1)
    await post.settled(e1="delivered", e2="delivered")
    assert footer(team.messages[0]).startswith("no rule · ref ")
    assert footer(team.messages[1]).startswith("replayed · ref ")


async def test_the_age_of_the_news_is_measured_from_its_receipt(post: Post) -> None:
    post.open("team")
    await post.owe("e1")
    before = telemetry.LATENCY._sum.get()
    post.clock.advance(90)
    post.start()
    await post.settled(e1="delivered")
    assert telemetry.LATENCY._sum.get() - before == 90


async def test_too_old_is_never_sent(post: Post) -> None:
    team = post.open("team")
    await post.owe("e1", max_age_us=MINUTE)
    post.clock.advance(60)
    post.start()
    await asyncio.sleep(0.2)
    assert team.messages == []
    assert (await post.states()) == {"e1": "pending"}  # until the reaper comes


async def test_two_replicas_deliver_everything_once(database: Database, clock: HandClock) -> None:
    replicas = [Post(database, clock, owner) for owner in ("a", "b")]
    seen: list[str] = []

    def say(message: Message) -> Outcome:
        seen.append(message.event["id"])
        return DELIVERED

    names = [f"e{n:03}" for n in range(60)]
    for replica in replicas:
        replica.open("team", say, concurrency=4)
        replica.open("qa", say, concurrency=4)
        replica.courier._alone, replica.courier._taken_over = False, True  # as on PostgreSQL
    await replicas[0].owe(*names[:30])
    await replicas[0].owe(*names[30:], channel="qa")
    for replica in replicas:
        replica.start()
    await replicas[0].settled(**dict.fromkeys(names, "delivered"))
    assert sorted(seen) == names
    for replica in replicas:
        await replica.stop()


async def test_F46_the_channels_of_a_dead_replica_move(database: Database, clock: HandClock) -> None:
    first, second = Post(database, clock, "a"), Post(database, clock, "b")
    for replica in (first, second):
        replica.courier._alone, replica.courier._taken_over = False, True
    lost, found = first.open("team"), second.open("team")
    first.start()
    await first.owe("e1")
    await first.settled(e1="delivered")
    second.start()
    await first.crash()
    await second.owe("e2")
    await asyncio.sleep(0.1)
    assert found.messages == []
    clock.advance(31)
    await second.settled(e2="delivered")
    assert (lost.events, found.events) == (["e1"], ["e2"])
    await second.stop()


async def test_a_drained_replica_gives_its_channels_back_at_once(database: Database, clock: HandClock) -> None:
    """No lease has to end: the clock stands still."""
    first, second = Post(database, clock, "a"), Post(database, clock, "b")
    for replica in (first, second):
        replica.courier._alone, replica.courier._taken_over = False, True
        replica.open("team")
    first.start()
    await first.owe("e1")
    await first.settled(e1="delivered")
    await first.stop()
    second.start()
    await second.owe("e2")
    await second.settled(e2="delivered")
    await second.stop()
