"""Why, over HTTP: what became of each card, beside what the rules say."""

from sqlalchemy import Connection

from app.delivery.bundler import Bundler
from app.kernel.clock import MINUTE
from app.routing.calm import Wait
from app.store.channel_states import enrol, own
from app.store.claims import claim
from app.store.deliveries import plan
from app.store.events import record_routings
from app.store.results import Attempt, Change, Result, record
from tests.api.conftest import StartApi
from tests.api.rows import hex_id
from tests.conftest import START
from tests.store.rows import add_events, want


def waiting() -> Wait:
    return Wait("group", "builds", "same", "digest", at=START, wait=MINUTE, max_wait=5 * MINUTE)


async def test_each_attempt_and_its_http_answer_is_told(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest")
    now = api.parts.clock()

    def work(connection: Connection) -> None:
        add_events(connection, [hex_id(1)], START)
        plan(connection, [want(hex_id(1), "sink")], now)
        enrol(connection, ["sink"])
        own(connection, ["sink"], "me", now, MINUTE)
        [mine] = claim(connection, "sink", "me", 1, now, MINUTE)
        tried = Attempt(now, now + 1, "retry", "http_503", 503)
        record(connection, [Result(mine.id, mine.fence, Change("pending", "http_503", 503), tried)], now)

    await api.parts.database.write(work)
    why = await api.get(f"/api/v1/events/{hex_id(1)}/explain")
    [delivery] = why["deliveries"]
    assert (delivery["channel"], delivery["state"], delivery["history"][0]["http_status"]) == ("sink", "pending", 503)
    assert "sink: delivery 1, card 'generic': pending (http_503)" in why["text"]
    assert ": retry, http_503, HTTP 503" in why["text"]
    elsewhere = await api.ask("GET", f"/api/v1/events/{hex_id(1)}/explain", params={"channel": "snik"})
    assert (elsewhere.status_code, "did you mean 'sink'?" in elsewhere.json()["title"]) == (422, True)


async def test_the_bundle_that_a_card_waits_in_is_told(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest")

    def work(connection: Connection) -> None:
        add_events(connection, [hex_id(1)], START)
        plan(connection, [want(hex_id(1), "sink", wait=waiting())], START)

    await api.parts.database.write(work)
    why = await api.get(f"/api/v1/events/{hex_id(1)}/explain")
    [bundle] = why["bundles"]
    assert (bundle["how"], bundle["by"], bundle["closed_at"], bundle["told_by"]) == ("group", "builds", None, None)
    assert why["deliveries"] == []
    assert "sink: waits for others, by the rule 'builds', until 20" in why["text"]


async def test_what_a_mute_dropped_is_told(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest")
    kept = '{"sends": [], "muted": [{"channel": "sink", "rule": "chatty", "by": "nights"}]}'

    def work(connection: Connection) -> None:
        add_events(connection, [hex_id(1)], START)
        record_routings(connection, [(hex_id(1), START, "a" * 12, kept)])

    await api.parts.database.write(work)
    text = (await api.get(f"/api/v1/events/{hex_id(1)}/explain"))["text"]
    assert "sink: not sent: the rule 'chatty' keeps silent during 'nights'" in text
    assert "nothing was owed" not in text


async def test_of_two_states_the_older_one_is_not_said_to_be_told(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest")
    old, new = hex_id(1), hex_id(2)

    def work(connection: Connection) -> None:
        add_events(connection, [old, new], START)
        for at, event in enumerate((old, new), START):
            last = Wait("coalesce", "previews", "same", "", at=at, wait=MINUTE, max_wait=MINUTE)
            plan(connection, [want(event, "sink", wait=last)], START)

    await api.parts.database.write(work)
    assert await Bundler(api.parts.database, lambda _: None).once() == 1
    told = {event: (await api.get(f"/api/v1/events/{event}/explain"))["text"] for event in (old, new)}
    assert ": a newer state was told, by delivery 1" in told[old]
    assert ": told by delivery 1" in told[new]
