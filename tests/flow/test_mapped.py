"""A source that is only a file: through the door, and taken over by a running service."""

from pathlib import Path

import orjson

from tests.fake_teams import FakeTeams
from tests.mapped.conftest import EXAMPLE
from tests.mapped.test_reading import RELEASE
from tests.running.client import total
from tests.running.fixtures import StartService
from tests.running.wait import until

SECRET = "secret-of-the-deployer-0123"
BODY = orjson.dumps(RELEASE)


async def test_a_new_file_opens_a_door_and_its_messages_are_events(
    start: StartService, sink_settings: dict[str, str], teams: FakeTeams
) -> None:
    service = await start(SHIPBELL_SECRET_DEPLOYER=SECRET)
    headers = {"x-deployer-token": SECRET, "content-type": "application/json"}
    assert (await service.request("POST", "/hooks/deployer", content=BODY, headers=headers)).status_code == 404
    folder = Path(sink_settings["SHIPBELL_RULES_DIR"]) / "sources"
    folder.mkdir()
    (folder / "deployer.yaml").write_text(EXAMPLE, "utf-8")

    async def open_door() -> bool:
        return (await service.get("/api/v1/rules"))["sources"].get("deployer") == "open"

    await until(open_door, "the new door")
    wrong = {**headers, "x-deployer-token": "another"}
    assert (await service.request("POST", "/hooks/deployer", content=BODY, headers=wrong)).status_code == 401
    answer = await service.request("POST", "/hooks/deployer", content=BODY, headers=headers)
    assert answer.status_code == 202
    receipt = await service.settled(answer.json()["receipt"])
    assert (receipt["state"], receipt["source"]) == ("processed", "deployer")
    event = await service.get(f"/api/v1/events/{receipt['events'][0]}")
    assert (event["type"], event["status"], event["version"]) == ("deployment.finished", "succeeded", "1.43.0")
    assert (event["source"], event["subject"]) == ("deployer", "deployment:deployer:812")
    again = await service.request("POST", "/hooks/deployer", content=BODY, headers=headers)
    assert again.json()["outcome"] == "duplicate"
    assert total(await service.metrics(), "events_total", source="deployer") == 1
