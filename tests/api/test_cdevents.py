"""Events as CDEvents over HTTP: what comes, what is left out, page by page."""

from typing import Any

import pytest

from app.events.cdevents import cdevent
from app.kernel.clock import MINUTE, iso
from tests.api.conftest import Api
from tests.conftest import START
from tests.events.cdevents.views import REPOSITORY, SHA, View, rollout, view
from tests.tools.cdevents import faults, needs_schemas
from tests.world.stored import tell


def story() -> list[View]:
    """The oldest first: a commit, its build, a rollout with a health change before and after, one that went nowhere."""
    commit = {"sha": SHA, "message": "Keep the card", "authored_at": iso(START)}
    views = [
        view("change.pushed", ref="main", ref_kind="branch", after=SHA, commits=[commit], repository=REPOSITORY),
        view("pipeline.finished", status="succeeded", commit={"sha": SHA[:12]}, repository=REPOSITORY),
        view("deployment.health_changed", status="progressing"),
        rollout(repository=None, commit=None, version=SHA[:9], subject="deployment:1"),
        view("deployment.health_changed", status="healthy"),
        rollout(status="superseded", subject="deployment:2"),
    ]
    times = [iso(START + number * MINUTE) for number in range(len(views))]
    return [
        each | {"id": f"{number:032x}", "occurred_at": time, "received_at": time}
        for number, (each, time) in enumerate(zip(views, times, strict=True))
    ]


@pytest.fixture
async def told(api: Api) -> Api:
    await api.parts.database.write(lambda connection: tell(connection, story()))
    return api


async def asked(api: Api, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = await api.get("/api/v1/events", format="cdevents", **more)
    return found


@needs_schemas
async def test_they_fit_their_schemas(told: Api) -> None:
    items = (await asked(told))["items"]
    assert [faults(each) for each in items] == [[]] * 2


async def test_what_has_no_word_is_counted_with_the_reason(told: Api) -> None:
    page = await asked(told)
    assert [each["context"]["type"] for each in page["items"]] == [
        "dev.cdevents.service.deployed.0.3.0",
        "dev.cdevents.pipelinerun.finished.0.3.0",
    ]
    assert page["left_out"] == [
        {"type": "change.pushed", "reason": "no_type", "count": 1},
        {"type": "deployment.finished", "reason": "no_outcome", "count": 1},
        {"type": "deployment.health_changed", "reason": "no_type", "count": 2},
    ]
    assert page["next"] is None


async def test_build_and_rollout_of_a_commit_are_one_chain_by_the_facts(told: Api) -> None:
    deployed, built = (await asked(told))["items"]
    assert deployed["context"]["chainId"] == built["context"]["chainId"]
    assert "chainId" not in cdevent(story()[3])["context"]  # type: ignore[operator, index]


async def test_pages_and_filters_are_those_of_the_listing(told: Api) -> None:
    pages, cursor = [], None
    while True:
        page = await asked(told, limit=2, **({"cursor": cursor} if cursor else {}))
        pages.append((len(page["items"]), sum(each["count"] for each in page["left_out"])))
        cursor = page["next"]
        if cursor is None:
            break
    assert pages == [(0, 2), (1, 1), (1, 1)]
    assert (await asked(told, type="pipeline.finished"))["left_out"] == []
    assert [each["context"]["id"] for each in (await asked(told, service="checkout", limit=5))["items"]] == [
        f"{number:032x}" for number in (3, 1)
    ]


async def test_the_listing_itself_is_as_before_and_no_other_format_is_known(told: Api) -> None:
    page = await told.get("/api/v1/events", limit=1)
    assert page.keys() == {"items", "next"}
    assert page["items"][0]["type"] == "deployment.finished"
    assert (await told.ask("GET", "/api/v1/events", params={"format": "xml"})).status_code == 422
