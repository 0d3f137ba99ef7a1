"""Every listing that goes by service answers the same five choices of an owner."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from app.kernel.clock import HOUR
from app.store import events
from app.store.events import NewEvent
from app.store.fact_tables import fact_chains
from tests.api.conftest import Api, StartApi
from tests.api.test_environments import AT, arrived, place
from tests.measures.rows import add, row
from tests.running.rules import ONE_SINK, rewrite

ESTATE = """\
version: 1
environments: {qa: {tier: testing}, prod: {tier: production}}
services:
  pay: {team: payments, pod: buy, business_area: commerce, component: pay-api}
  web: {team: pages, owners: [{since: 2000-01-01, component: front}, {since: 2099-01-01, pod: far, component: far}]}
  idle: {}
"""
GATES = (
    ONE_SINK.replace("kind: webhook, url_env: SINK_URL, concurrency: 8", "kind: console")
    + """\
gates:
  freeze: {windows: [{name: always, start: 2020-01-01, end: 2090-01-01}]}
  ask: [{gates: [freeze], environments: [prod]}]
"""
)
OF_WEB = {"team": "pages", "pod": "look", "business_area": "visitors", "component": "front", "platform": "ecs"}
LISTS = {
    "/api/v1/environments": {}, "/api/v1/environments/waiting": {"from": "qa", "to": "prod"}, "/api/v1/tickets": {},
    "/api/v1/events": {}, "/api/v1/deployments": {}, "/api/v1/gates": {},
}  # fmt: skip
"""Every one that goes by service; `/api/v1/dora…` has the same by when it was, see test_dora."""


def happened(service: str) -> NewEvent:
    data = b'{"service": "%s", "environment": "prod"}' % service.encode()
    return NewEvent(service.ljust(32, "0"), "r" * 32, "deployment.finished", "succeeded", "argocd", service, "prod",
                    "deployment:1", AT, AT, data)  # fmt: skip


def told(connection: Connection) -> None:
    """The labels of web's deployments said its pod and area; the estate knows its team and its component."""
    said = {"service": "web", "pod": "look", "business_area": "visitors", "team": "pages", "component": "front"}
    add(
        connection,
        row("deployment", id="P1", live_at=AT, pod="buy", business_area="commerce", team="payments", platform="lambda"),
        row("deployment", id="W1", **{**said, "pod": "before"}, live_at=AT - HOUR, platform="argocd"),
        row("deployment", id="W2", **said, live_at=AT, platform="ecs"),
        *(row("environment", service=name, environment="prod") for name in ("pay", "web")),
        *(arrived("new", "qa", AT + 2, service=name) for name in ("pay", "web")),
        place("PAY-1", "qa"),
        (place("WEB-1", "qa")[0], {**place("WEB-1", "qa")[1], "service": "web"}),
    )  # fmt: skip
    connection.execute(fact_chains.insert(), [{"service": name, "environment": "prod"} for name in ("pay", "web")])
    events.add(connection, [happened("pay"), happened("web")])


@pytest.fixture
async def owned(start: StartApi, settings: Mapping[str, str]) -> Api:
    folder = Path(settings["SHIPBELL_RULES_DIR"])
    rewrite(folder / "estate.yaml", ESTATE)
    rewrite(folder / "routes.yaml", GATES)
    api = await start()
    await api.parts.database.write(told)
    return api


async def services(api: Api, path: str, **asked: Any) -> set[str]:
    """The services of an answer's rows, of whatever kind."""
    answer = await api.get(path, **LISTS[path], **asked)
    rows = [each for name in ("items", "commits", "tickets") for each in answer.get(name, ())]
    return {each["service"] for each in rows}


async def test_a_list_leaves_what_the_owner_has(owned: Api) -> None:
    for path in LISTS:
        assert await services(owned, path) >= {"pay", "web"}, path
        for part, value in OF_WEB.items():
            assert await services(owned, path, **{part: value}) == {"web"}, (path, part)
        assert await services(owned, path, **OF_WEB, service="web") == {"web"}, path
        assert await services(owned, path, pod="buy", team="pages") == set(), path
        assert await services(owned, path, pod="look", service="pay") == set(), path
        assert await services(owned, path, pod="far") == set(), "it will be, but not yet"


async def test_of_a_day_of_the_past_it_is_who_owned_it_then(owned: Api) -> None:
    async def on(pod: str, at: int) -> list[str]:
        moment = datetime.fromtimestamp(at / 1e6, UTC).isoformat()
        return [row["service"] for row in (await owned.get("/api/v1/environments", on=moment, pod=pod))["items"]]

    assert await on("before", AT - HOUR + 1) == ["web"]
    assert await on("look", AT - HOUR + 1) == []
    assert await on("look", AT + 1) == ["web"]
