"""A name that nobody knows is refused, whoever asks by it; one of which there is nothing yet has an empty answer."""

import pytest

from tests.api.conftest import Api
from tests.api.test_environments import AT
from tests.api.test_owners import LISTS
from tests.measures.rows import add, row

ASKED = {
    **LISTS, "/api/v1/dora": {}, "/api/v1/dora/reconcile": {}, "/api/v1/dora/change_lead_time/rows": {},
    "/api/v1/environments/waiting": {"from": "prod", "to": "prod"},
}  # fmt: skip
NAMES = {"service": "checkout", "team": "storefront", "environment": "prod"}
"""What the estate has, and nothing was ever told of."""


@pytest.fixture
async def gone(api: Api) -> Api:
    """The estate of today knows nothing of what was deployed once."""
    was = row("deployment", id="W1", live_at=AT, service="web", environment="old", team="pages")
    await api.parts.database.write(lambda connection: add(connection, was))
    return api


@pytest.mark.parametrize("what", NAMES)
async def test_a_misspelt_name_is_told_the_nearest(gone: Api, what: str) -> None:
    for path, asked in ASKED.items():
        if what == "environment" and path.endswith("/waiting"):
            continue  # it asks for two, by other names
        answer = await gone.ask("GET", path, params={**asked, what: NAMES[what][:-1] + "z"})
        title = answer.json()["title"]
        assert (answer.status_code, NAMES[what] in title) == (422, True), (path, title)
        assert title.startswith(f"the estate has no such {what}; "), path


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
