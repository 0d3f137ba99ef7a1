"""`shipbell consume`: what it needs, and what it says."""

import pytest

from tests.cli.conftest import Shipbell
from tests.tools.sqs import ENVIRON, events, serving


def test_without_a_queue_it_is_wrong_usage(shipbell: Shipbell) -> None:
    said = shipbell("consume", "sqs")
    assert (said.code, "SHIPBELL_SQS_QUEUE_URL" in said.err) == (2, True)
    assert shipbell("consume", "sqs", "--queue-url", "shipbell").code == 1


def test_without_the_packages_it_says_what_to_install(shipbell: Shipbell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.clients.sqs.find_spec", lambda _: None)
    said = shipbell("consume", "sqs", "--queue-url", "https://sqs.eu-west-1.amazonaws.com/111122223333/shipbell")
    assert (said.code, "pip install 'shipbell[aws]'" in said.err) == (1, True)


def test_it_says_what_became_of_the_messages(shipbell: Shipbell) -> None:
    with serving() as sqs:
        queue = sqs.queue()
        sqs.send(queue, [*events(2), *events(1)])
        said = shipbell("consume", "sqs", "--queue-url", queue, "--until-empty", **ENVIRON)
    assert (said.code, said.out) == (0, "stored 2, duplicate 1, released 0, not deleted 0\n")
