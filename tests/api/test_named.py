"""A name that nobody knows is refused, whoever asks by it; one of which there is nothing yet has an empty answer."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.api.conftest import Api, StartApi
from tests.api.rows import add_delivery
from tests.api.test_environments import AT
from tests.api.test_owners import LISTS
from tests.measures.rows import add, row
from tests.running.rules import ESTATE, rewrite

ASKED = {
    **LISTS, "/api/v1/dora": {}, "/api/v1/dora/reconcile": {}, "/api/v1/dora/change_lead_time/rows": {},
    "/api/v1/environments/waiting": {"from": "qa", "to": "prod"},
}  # fmt: skip
NAMES = {"service": "checkout", "team": "storefront", "environment": "prod", "pod": "buy", "business_area": "commerce",
         "component": "checkout-api"}  # fmt: skip
"""What the estate has, and nothing was ever told of."""
OTHERS = {
    "source": ("argocd", ["/api/v1/events", "/api/v1/receipts"]), "type": ("tests.finished", ["/api/v1/events"]),
    "status": ("superseded", ["/api/v1/events"]), "channel": ("sink", ["/api/v1/deliveries", "/api/v1/bundles"]),
    "platform": ("lambda", ASKED),
}  # fmt: skip
"""What else a listing goes by, and which do."""


@pytest.fixture
async def gone(start: StartApi, settings: Mapping[str, str]) -> Api:
    """The estate of today knows nothing of what was deployed once."""
    owned = "{team: storefront, pod: buy, business_area: commerce, component: checkout-api, "
    estate = ESTATE.replace("{team: storefront, ", owned).replace("  prod:", "  qa: {tier: testing}\n  prod:")
    rewrite(Path(settings["SHIPBELL_RULES_DIR"]) / "estate.yaml", estate)
    api = await start()
    where = {"service": "web", "environment": "old", "team": "pages"}
    was = row("deployment", id="W1", live_at=AT, **where), row("environment", deployment_id="W1", **where)
    await api.parts.database.write(lambda connection: add(connection, *was))
    return api


@pytest.mark.parametrize("what", NAMES)
async def test_a_misspelt_name_is_told_the_nearest(gone: Api, what: str) -> None:
    for path, asked in ASKED.items():
        if what == "environment" and path.endswith("/waiting"):
            continue  # it asks for two, by other names
        answer = await gone.ask("GET", path, params={**asked, what: NAMES[what][:-1] + "z"})
        title = answer.json()["title"]
        assert (answer.status_code, NAMES[what] in title) == (422, True), (path, title)
        assert title.startswith(f"the estate has no such {what.replace('_', ' ')}; "), path


@pytest.mark.parametrize("what", OTHERS)
async def test_so_is_any_other_word_that_a_listing_goes_by(gone: Api, what: str) -> None:
    word, paths = OTHERS[what]
    for path in paths:
        answer = await gone.ask("GET", path, params={**ASKED.get(path, {}), what: f"{word}z"})
        assert (answer.status_code, answer.json()["title"]) == (
            422, f"there is no such {what}; did you mean {word!r}?"
        ), path  # fmt: skip
        await gone.get(path, **ASKED.get(path, {}), **{what: word})


async def test_a_status_is_one_of_the_type_that_is_asked_for(api: Api) -> None:
    asked = {"type": "deployment.health_changed", "status": "error"}
    answer = await api.ask("GET", "/api/v1/events", params=asked)
    assert (answer.status_code, "healthy" in answer.json()["title"]) == (422, True)


async def test_what_is_gone_from_the_rules_still_has_its_past(api: Api) -> None:
    await api.parts.database.write(lambda connection: add_delivery(connection, 1, "delivered", channel="closed-down"))
    assert len((await api.get("/api/v1/deliveries", channel="closed-down"))["items"]) == 1
    assert (await api.get("/api/v1/events", source="shipbell"))["items"] == []


async def test_nothing_of_an_unknown_source_is_read_anew(api: Api) -> None:
    answer = await api.ask("POST", "/api/v1/replay", json={"source": "argcd", "dry_run": True})
    assert (answer.status_code, "argocd" in answer.json()["title"]) == (422, True)


async def test_what_is_known_or_was_once_has_an_answer(gone: Api) -> None:
    for service in ("checkout", "web", "unmapped"):
        await gone.get("/api/v1/dora", service=service)
        await gone.get("/api/v1/events", service=service)
    assert (await gone.get("/api/v1/deployments", team="storefront"))["items"] == []
    found = await gone.get("/api/v1/deployments", service="web", team="pages", environment="old")
    assert [each["id"] for each in found["items"]] == ["W1"]


async def test_who_may_not_look_is_told_no_name(gone: Api) -> None:
    answer = await gone.ask("GET", "/api/v1/dora?service=chekout", as_=None)
    assert (answer.status_code, "checkout" in answer.text) == (401, False)
