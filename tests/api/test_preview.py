"""`/preview`: who may see it, what it shows by itself and by choice, and the headers that a browser is held to."""

from base64 import b64encode
from typing import Any

import httpx
import orjson
import pytest

from app.api import preview
from app.kernel.clock import iso
from app.store import events as store
from app.store.events import NewEvent
from tests.api.conftest import ALL, TOKENS, Api, StartApi
from tests.cards.preview.hostile import ALL as HOSTILE
from tests.cards.preview.test_page import Elements
from tests.conftest import START

READ = TOKENS["read"]
SAMPLE = "bitbucket/pipeline-failed"


def basic(password: str) -> dict[str, str]:
    return {"authorization": f"Basic {b64encode(f'anybody:{password}'.encode()).decode()}"}


async def seen(api: Api, **params: str) -> tuple[httpx.Response, Elements]:
    answer = await api.ask("GET", "/preview", as_=READ, params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8"), answer.text
    return answer, Elements(answer.text)


async def store_event(api: Api, event_id: str, at: int = 1, **said: str) -> None:
    """An event as processing would store it; `said` are fields of its flat view."""
    view = {"id": event_id, "type": "push", "source": "bitbucket", "service": "checkout"}
    view |= {"occurred_at": iso(START + at), "received_at": iso(START + at), **said}
    row = NewEvent(
        id=event_id, receipt_id="0" * 32, type="push", status=None, source="bitbucket", service="checkout",
        environment=None, subject="s", occurred_at=START + at, received_at=START + at, data=orjson.dumps(view),
    )  # fmt: skip
    await api.parts.database.write(lambda connection: store.add(connection, [row]))


def chosen(found: Elements) -> list[Any]:
    return [a.get("value") for tag, a in found.found if tag == "option" and "selected" in a]


async def test_it_wants_the_scope_read_like_all_of_the_api(api: Api) -> None:
    for token in (None, "nobody-knows-this-one"):
        refused = await api.ask("GET", "/preview", as_=token)
        assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
        assert refused.headers["www-authenticate"].startswith("Basic realm=")
    for scope in ("operate", "ingest"):
        assert (await api.ask("GET", "/preview", as_=TOKENS[scope])).status_code == 403
    for token in (READ, ALL):
        assert (await api.ask("GET", "/preview", as_=token)).status_code == 200


async def test_a_browser_may_give_the_token_as_a_password_here_and_nowhere_else(api: Api) -> None:
    wanted = {READ: 200, TOKENS["ingest"]: 403, "wrong": 401, "": 401}
    for password, status in wanted.items():
        assert (await api.ask("GET", "/preview", as_=None, headers=basic(password))).status_code == status, password
    assert (await api.ask("GET", "/api/v1/events", as_=None, headers=basic(READ))).status_code == 401
    for malformed in ("Basic", "Basic ", "Basic %%%", f"Basic {READ}"):
        headers = {"authorization": malformed}
        assert (await api.ask("GET", "/preview", as_=None, headers=headers)).status_code == 401, malformed


async def test_without_tokens_this_machine_may_see_it(start: StartApi) -> None:
    api = await start(SHIPBELL_API_TOKENS=None)
    assert (await api.ask("GET", "/preview", as_=None)).status_code == 200


async def test_the_browser_is_told_to_run_and_keep_nothing_else(api: Api) -> None:
    answer, _ = await seen(api, event=SAMPLE)
    policy = answer.headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert rules["form-action"] == "'self'"
    assert "unsafe" not in policy
    assert "http" not in policy
    said = {name: answer.headers[name] for name in ("cache-control", "referrer-policy", "x-content-type-options")}
    assert said == {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-content-type-options": "nosniff"}


async def test_without_events_it_offers_samples(api: Api) -> None:
    _, found = await seen(api)
    assert found.texts["note"] == "No event is stored yet: choose a sample."
    values = {a.get("value") for tag, a in found.found if tag == "option"}
    assert SAMPLE in values
    assert "text" not in found.texts


async def test_by_itself_it_shows_the_newest_event_with_the_card_that_the_rules_choose(api: Api) -> None:
    await store_event(api, "a" * 32, service="old")
    await store_event(api, "b" * 32, at=2, type="pipeline.finished", status="failed")
    answer, found = await seen(api)
    assert "checkout" in found.texts["text"]
    assert chosen(found) == [None, "b" * 32]
    assert "<option selected>pipeline</option>" in answer.text
    _, older = await seen(api, event="a" * 32, card="minimal")
    assert "old" in older.texts["text"]
    assert chosen(older) == [None, "a" * 32]


async def test_an_older_event_than_those_on_offer_is_shown_and_stays_chosen(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "RECENT", 1)
    await store_event(api, "a" * 32)
    await store_event(api, "b" * 32, at=2)
    _, found = await seen(api, event="a" * 32)
    assert chosen(found) == [None, "a" * 32]


async def test_a_card_is_shown_on_a_sample(api: Api) -> None:
    _, found = await seen(api, card="pipeline", event=SAMPLE)
    assert "checkout" in found.texts["text"]
    assert "bytes of 28,000" in found.texts["size"]
    _, other = await seen(api, card="minimal", event=SAMPLE)
    assert len(other.texts["json"]) < len(found.texts["json"])


async def test_a_sample_that_says_nothing_says_that(api: Api) -> None:
    _, found = await seen(api, event="bitbucket/push-no-change")
    assert found.texts["note"].startswith("This sample says nothing")
    assert "text" not in found.texts


async def test_what_is_not_there_is_404(api: Api) -> None:
    wrong = ("0" * 32, "bitbucket/nothing", "nobody/push", "../bitbucket/push", "bitbucket/../../main", "x" * 32)
    for params in ({"card": "pipelin"}, *({"event": event} for event in wrong)):
        answer = await api.ask("GET", "/preview", as_=READ, params=params)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), params
    assert "did you mean 'pipeline'?" in (await api.ask("GET", "/preview", params={"card": "pipelin"})).text
    assert (await api.ask("GET", "/preview", params={"card": "x" * 201})).status_code == 422


async def test_a_hostile_event_is_text_in_every_place_of_the_page(api: Api) -> None:
    said = {"service": HOSTILE, "environment": HOSTILE, "status": HOSTILE, "version": HOSTILE}
    await store_event(api, "c" * 32, **said)
    answer, found = await seen(api, card="minimal")
    assert not {"img", "iframe", "at", "a"} & {tag for tag, _ in found.found}
    assert [name for _, a in found.found for name in a if name.startswith("on")] == []
    assert answer.text.count("<script") == answer.text.count("</script>")


async def test_without_the_renderer_it_says_so(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "find_renderer", lambda: None)
    answer, found = await seen(api, event=SAMPLE)
    assert "make preview" in found.texts["no-renderer"]
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
