"""The service reads a queue: from a message to the event, and in order to its end."""

from collections.abc import Mapping

import pytest

from app.config.settings import read_settings
from app.kernel.errors import ConfigErrors
from app.main import prepare
from tests.running.client import total
from tests.running.in_process import running
from tests.running.wait import until
from tests.tools.sqs import ENVIRON, events, serving


async def test_a_message_becomes_an_event_and_the_queue_is_empty(
    sink_settings: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    with serving() as sqs:
        queue = sqs.queue()
        async with running({**sink_settings, "SHIPBELL_SQS_QUEUE_URL": queue}) as service:
            sqs.send(queue, events(12))

            async def processed() -> bool:
                told = (await service.get("/api/v1/receipts", source="eventbridge", limit=100))["items"]
                return [each["state"] for each in told] == ["processed"] * 12

            await until(processed, "the events")
            await until(lambda: sqs.left(queue) == (0, 0), "the deletes")
            assert total(await service.counted(), "queue_messages_total", outcome="stored") == 12
        sqs.send(queue, events(1, first=50))
        assert sum(sqs.left(queue)) == 1, "nobody deletes it any more"


def test_without_the_packages_a_start_says_what_to_install(
    sink_settings: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.clients.sqs.find_spec", lambda _: None)
    environ = {**sink_settings, "SHIPBELL_SQS_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/111122223333/shipbell"}
    with pytest.raises(ConfigErrors, match=r"shipbell\[aws\]"):
        prepare(read_settings(environ), environ, write=lambda _: None)
