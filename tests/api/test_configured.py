"""What is in force, over HTTP."""

from pathlib import Path

from app.store.channel_states import ChannelState, enrol, own, save
from tests.api.conftest import Api, StartApi
from tests.api.rows import add_delivery
from tests.running.wait import until


async def test_the_rules_in_force_and_the_doors(start: StartApi) -> None:
    api = await start(SHIPBELL_SECRET_ARGOCD=None, SHIPBELL_SECRET_SOURCECLEAR="auth:none")
    rules = await api.get("/api/v1/rules")
    assert (rules["rules"], rules["problems"]) == (["builds", "own-news"], [])
    assert rules["rev"] == api.parts.rules.now.rev
    doors = {"argocd": "shut: no secret", "bitbucket": "open", "scans": "api", "sourceclear": "open to all"}
    assert rules["sources"].items() >= doors.items()


async def test_a_refused_change_is_shown_beside_the_rules_that_stay(api: Api, tmp_path: Path) -> None:
    before = await api.get("/api/v1/rules")
    with (tmp_path / "rules" / "routes.yaml").open("a") as routes:
        routes.write("  - {name: broken, match: {servise: x}, to: [everything], card: pipeline}\n")
    await until(lambda: api.parts.rules.now.problems, "the look at the changed file")
    after = await api.get("/api/v1/rules")
    assert (after["rev"], after["rules"], after["loaded_at"]) == (before["rev"], before["rules"], before["loaded_at"])
    assert "servise" in after["problems"][0]


async def test_a_channel_that_never_sent_stands_closed(api: Api) -> None:
    assert (await api.get("/api/v1/channels"))["items"] == [
        {"name": "sink", "kind": "console", "waiting": 0, "breaker": "closed", "paused_until": None,
         "last_accepted_at": None, "last_reason": None}
    ]  # fmt: skip


async def test_a_channel_shows_its_breaker_its_pause_and_what_waits(api: Api) -> None:
    def work(connection):  # type: ignore[no-untyped-def]
        enrol(connection, ["sink"])
        own(connection, ["sink"], "me", 0, 1)
        save(connection, [ChannelState("sink", 60_000_000, "open", 5, 1, 1_000_000, "http_5xx")], "me")
        for number, state in enumerate(("pending", "inflight", "dead"), 1):
            add_delivery(connection, number, state)

    await api.parts.database.write(work)
    (sink,) = (await api.get("/api/v1/channels"))["items"]
    assert (sink["breaker"], sink["last_reason"], sink["waiting"]) == ("open", "http_5xx", 2)
    assert sink["paused_until"] == "1970-01-01T00:01:00.000000Z"
    assert sink["last_accepted_at"] == "1970-01-01T00:00:01.000000Z"
