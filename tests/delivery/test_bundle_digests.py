"""What a digest says: it counts all, mentions everybody once, and outlives its events."""

import orjson
import pytest
import sqlalchemy as sa

from app.delivery import bundler as bundling
from app.kernel.clock import DAY, HOUR, MINUTE
from app.store.deliveries import owe_again
from app.store.tables import deliveries, events
from tests.delivery.scenes import GROUP, Scene, scene
from tests.store.rows import snapshot

__all__ = ["scene"]


async def test_a_digest_counts_all_and_shows_what_went_wrong_first(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.due_bundles.PAGE", 7)
    monkeypatch.setattr("app.store.due_bundles.TIMES", 5)
    monkeypatch.setattr(bundling, "TIMES", 5)
    broken = {"status": "failed", "service": "basket", "error": "\nImagePullBackOff\nlong"}
    await scene.wait(GROUP, "bad", fields=broken)
    await scene.wait(GROUP, *(f"e{n:03}" for n in range(130)), max_wait=HOUR)
    await scene.pass_(2 * MINUTE)
    view = await scene.digest()
    detail = view["digest"]
    assert (detail["how"], detail["by"], detail["count"], detail["failed"]) == ("group", "batches", 131, 1)
    assert detail["counts"] == [{"outcome": "succeeded", "count": 130}, {"outcome": "failed", "count": 1}]
    assert detail["services"] == ["basket", "checkout"]
    assert [item["id"] for item in detail["items"]] == ["bad", *(f"e{n:03}" for n in range(129, 30, -1))]
    assert detail["items"][0]["error"] == "ImagePullBackOff"
    assert (view["service"], view["environment"], view["environment_tier"]) == ("unmapped", "dev", "development")


async def test_a_digest_survives_its_events(scene: Scene) -> None:
    await scene.wait(GROUP, "e1", "e2")
    await scene.database.write(lambda c: c.execute(sa.delete(events).where(events.c.id == "e1")))
    await scene.pass_(2 * MINUTE)
    detail = (await scene.digest())["digest"]
    assert detail["count"] == 2
    assert {"id": "e1"} in detail["items"]


async def test_a_digest_mentions_everybody_once_and_twenty_at_most(scene: Scene) -> None:
    for n in range(15):
        people = [{"name": f"P{n}", "address": None}, {"name": f"P{n + 10}", "address": None}]
        await scene.wait(GROUP, f"e{n:02}", extra=orjson.dumps({"mentions": people, "message": "hi"}))
    await scene.pass_(2 * MINUTE)
    (row,) = (await scene.database.read(snapshot)).values()
    kept = orjson.loads(row.extra)
    assert kept.keys() == {"mentions"}
    names = [person["name"] for person in kept["mentions"]]
    assert len(names) == len(set(names)) == 20


async def test_a_dead_digest_can_be_owed_again(scene: Scene) -> None:
    await scene.wait(GROUP, "e1", "e2", extra=b'{"mentions":[{"name":"Ada","address":null}]}')
    await scene.pass_(2 * MINUTE)
    now = scene.database.clock()
    await scene.database.write(lambda c: c.execute(sa.update(deliveries).values(state="dead", finished_at=now)))
    (dead,) = (await scene.database.read(snapshot)).values()
    again = await scene.database.write(lambda c: owe_again(c, dead.id, now, DAY))
    row = (await scene.database.read(snapshot))[again]
    assert (row.event_id, row.card, row.generation, row.extra) == (dead.event_id, "batch", 1, dead.extra)
