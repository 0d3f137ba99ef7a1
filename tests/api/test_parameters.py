"""A parameter that nobody reads is refused on every route of the API."""

from app.api.parameters import MOST_SHOWN
from tests.api.conftest import Api
from tests.api.test_access import SCOPES, path_of


async def test_a_misspelt_filter_answers_what_was_meant_and_not_everything(api: Api) -> None:
    answer = await api.ask("GET", "/api/v1/environments?enviroment=prod")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "no parameter 'enviroment' here; did you mean 'environment'?"


async def test_no_route_takes_what_it_does_not_read(api: Api) -> None:
    for method, template in SCOPES:
        answer = await api.ask(method, f"{path_of(template)}?zzqx=1")
        assert answer.status_code == 422, (method, template, answer.text)
        assert answer.json()["title"].startswith("no parameter 'zzqx' here; known are: "), template


async def test_a_name_is_told_back_in_bounds(api: Api) -> None:
    answer = await api.ask("GET", f"/api/v1/events?{'z' * 5000}=1")
    assert (answer.status_code, len(answer.json()["title"]) < 400) == (422, True)
    assert "z" * (MOST_SHOWN + 1) not in answer.text
