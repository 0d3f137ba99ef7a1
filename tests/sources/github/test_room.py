"""The room's door: kinds, the ping, the delivery's name, and GitHub's own example of a signature."""

import pytest

from app.kernel.errors import BadPayload, Unauthorized
from app.sources import Ignored, Inbound
from app.sources.github import SOURCE, parse
from tests.sources.github.conftest import Send


def test_unused_events_and_the_ping_are_ignored(send: Send) -> None:
    assert send("issues") == Ignored("unused_type")
    assert parse(Inbound({"x-github-event": "ping"}, b'{"zen":"x"}')) == Ignored("ping")


def test_message_without_its_kind_is_refused() -> None:
    with pytest.raises(BadPayload) as refusal:
        parse(Inbound({}, b"{}"))
    assert refusal.value.path == "headers.x-github-event"


def test_delivery_is_known_by_its_id() -> None:
    assert SOURCE.dedupe(Inbound({"x-github-delivery": "d-1"}, b"")) == "d-1"
    assert SOURCE.dedupe(Inbound({}, b"")) is None


def test_signature_of_the_vendors_page_opens_and_the_old_one_does_not() -> None:
    """https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation"""
    secret, body = b"It's a Secret to Everybody", b"Hello, World!"
    digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert SOURCE.scheme.verify({"x-hub-signature-256": f"sha256={digest}"}, body, "", [b"other", secret]) == 1
    for header in ({"x-hub-signature": f"sha256={digest}"}, {"x-hub-signature-256": digest}):
        with pytest.raises(Unauthorized):
            SOURCE.scheme.verify(header, body, "", [secret])
