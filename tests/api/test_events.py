"""Events over HTTP: filters, the remedy for unmapped names, and why."""

import orjson
import sqlalchemy as sa

from app.store.tables import events
from tests.api.conftest import Api, StartApi
from tests.api.rows import at, hex_id
from tests.conftest import START
from tests.running.hooks import sample
from tests.store.rows import add_events


async def told(api: Api) -> str:
    """The id of the event of a webhook that came over the door."""
    hook = sample("bitbucket", "pipeline-failed")
    taken = await api.ask("POST", hook.path, as_=None, content=hook.body, headers=hook.signed())
    return str((await api.settled(taken.json()["receipt"]))["events"][0])


async def test_events_are_found_by_each_field_of_the_contract(api: Api) -> None:
    def work(connection):  # type: ignore[no-untyped-def]
        for number in range(1, 4):
            add_events(connection, [hex_id(number)], START + number)
        other = {"source": "argocd", "type": "deployment.finished", "service": "basket", "environment": "prod",
                 "status": "succeeded"}  # fmt: skip
        connection.execute(sa.update(events).where(events.c.id == hex_id(2)).values(other))

    await api.parts.database.write(work)

    async def found(**filters: str) -> list[int]:
        return [int(item["id"], 16) for item in (await api.get("/api/v1/events", **filters))["items"]]

    assert await found() == [3, 2, 1]
    for field, value in (("source", "argocd"), ("type", "deployment.finished"), ("service", "basket"),
                         ("environment", "prod"), ("status", "succeeded")):  # fmt: skip
        assert await found(**{field: value}) == [2], field
        other = {"source": "gitlab", "type": "tests.finished", "status": "stopped"}.get(field, "unmapped")
        assert await found(**{field: other}) == [], field
    assert await found(since=at(2)) == [3, 2]  # from that time on
    assert await found(until=at(2)) == [1]  # before that time
    assert await found(since=at(2), until=at(3), source="argocd") == [2]


async def test_an_item_has_the_fields_of_the_contract_also_when_they_are_unknown(api: Api) -> None:
    await api.parts.database.write(lambda c: add_events(c, [hex_id(1)], START))
    item = (await api.get("/api/v1/events"))["items"][0]
    assert item.keys() >= {"id", "type", "source", "service", "environment", "status", "occurred_at"}
    assert item["environment"] is None


async def test_an_unmapped_name_comes_with_the_line_to_add(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest process")
    hook = sample("bitbucket", "pipeline-failed")
    body = hook.body.replace(b"acme/checkout", b"acme/unheard-of")
    other = type(hook)("bitbucket", body, hook.headers)
    taken = await api.ask("POST", other.path, as_=None, content=body, headers=other.signed())
    receipt = await api.settled(taken.json()["receipt"])
    item = (await api.get("/api/v1/events", service="unmapped"))["items"][0]
    assert item["id"] == receipt["events"][0]
    assert item["remedy"] == 'services: {unheard-of: {repositories: ["acme/unheard-of"]}}'
    assert item["original"]["service"] == "acme/unheard-of"


async def test_a_mapped_event_has_no_remedy(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest process")
    assert "remedy" not in await api.get(f"/api/v1/events/{await told(api)}")


async def test_an_event_says_what_was_decided_and_why(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest process")
    event = await told(api)
    routing = (await api.get(f"/api/v1/events/{event}"))["routing"]
    assert routing["rev"] == api.parts.rules.now.rev
    why = await api.get(f"/api/v1/events/{event}/explain", channel="sink")
    assert (why["event"], why["decided"]) == (event, routing)
    assert "builds" in why["text"]
    assert orjson.dumps(why["today"])


async def test_why_is_also_told_to_people(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest process")
    event = await told(api)
    answer = await api.ask("GET", f"/api/v1/events/{event}/explain", params={"as": "text"})
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == (await api.get(f"/api/v1/events/{event}/explain"))["text"]
    assert (await api.ask("GET", f"/api/v1/events/{event}/explain", params={"as": "html"})).status_code == 422


async def test_an_unknown_event_is_404_and_what_is_no_id_is_422(api: Api) -> None:
    for path, status in ((hex_id(9), 404), (f"{hex_id(9)}/explain", 404), ("x", 422), ("x/explain", 422)):
        assert (await api.ask("GET", f"/api/v1/events/{path}")).status_code == status, path
