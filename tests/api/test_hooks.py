"""The door as OpenAPI shows it, and as it answers where it is not."""

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
