"""Bodies are bounded before anybody is asked who sends them."""

from collections.abc import AsyncIterator

from tests.api.conftest import Api, StartApi


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield b" " * 65536


async def test_a_large_body_is_413_before_it_is_read_and_before_the_token_is_asked_for(start: StartApi) -> None:
    api = await start(SHIPBELL_MAX_BODY_BYTES="2048")
    for path in ("/api/v1/replay", "/api/v1/deliveries/1/retry", "/nothing"):
        answer = await api.ask("POST", path, as_=None, content=endless(), headers={"content-length": "2049"})
        assert (answer.status_code, answer.headers["connection"]) == (413, "close"), path
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await api.ask("POST", "/api/v1/replay", content=b"{" + b" " * 2046 + b"}")).status_code == 422  # it fits


async def test_a_body_of_unknown_length_is_411(api: Api) -> None:
    answer = await api.ask("POST", "/api/v1/replay", content=endless(), headers={"transfer-encoding": "chunked"})
    assert (answer.status_code, answer.headers["connection"]) == (411, "close")
