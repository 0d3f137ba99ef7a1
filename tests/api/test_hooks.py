"""The door as OpenAPI shows it, and as it answers where it is not."""

import httpx

from tests.api.conftest import Api, StartApi
from tests.running.hooks import sample


async def test_a_process_that_takes_no_webhooks_says_503_never_404(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="process deliver")
    hook = sample("bitbucket", "push")
    for path in (hook.path, "/hooks/sourceclear/any-token", "/hooks/nobody"):
        answer = await api.ask("POST", path, as_=None, content=hook.body, headers=hook.signed())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30"), path
        assert "SHIPBELL_ROLES" in answer.json()["title"]
    assert (await api.get("/api/v1/receipts"))["items"] == []


async def test_where_the_door_is_the_route_behind_it_is_never_reached(api: Api) -> None:
    hook = sample("bitbucket", "push")
    answer = await api.ask("POST", hook.path, as_=None, content=hook.body, headers=hook.signed())
    assert answer.status_code == 202
    assert (await api.ask("POST", "/hooks/nobody", as_=None)).status_code == 404


async def test_who_has_the_secret_is_told_that_cloudevents_are_welcome(api: Api) -> None:
    hook = sample("cloudevents", "service-deployed")
    asked = {"webhook-request-origin": "events.example.com", "webhook-request-rate": "120"}

    async def agree(path: str = hook.path, **headers: str) -> httpx.Response:
        return await api.ask("OPTIONS", path, as_=None, headers=headers)

    answer = await agree(**hook.signed(), **asked)
    assert (answer.status_code, answer.content) == (200, b"")
    told = {name: answer.headers[name] for name in ("allow", "webhook-allowed-origin", "webhook-allowed-rate")}
    assert told == {"allow": "POST", "webhook-allowed-origin": "events.example.com", "webhook-allowed-rate": "*"}
    assert (await agree(**asked)).status_code == 401
    assert (await agree(**asked, authorization="Bearer another")).status_code == 401
    refused = [await agree(**hook.signed(), **{"webhook-request-origin": name}) for name in ("", "a b", "*", "x/y")]
    assert [each.status_code for each in refused] == [400] * 4
    assert all("webhook-allowed-origin" not in each.headers for each in refused)
    elsewhere = sample("bitbucket", "push")
    assert (await agree(elsewhere.path, **elsewhere.signed(), **asked)).status_code == 405
    assert (await api.get("/api/v1/receipts"))["items"] == []
