import base64
import json
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.channels import Message, Outcome, Verdict
from app.channels.webhook import CHANNEL
from app.kernel.errors import ConfigError
from app.kernel.wire import Answer, WireFault
from tests.channels.conftest import Open, Wire

SECRET = "whsec_" + base64.b64encode(b"thirty-two bytes of a test key!!").decode()
URL = "https://hook.example.com/shipbell/T0k3nInThePath"


async def test_it_posts_event_card_summary_and_delivery(open_channel: Open, wire: Wire, message: Message) -> None:
    channel = open_channel(CHANNEL, {"HOOK": URL}, url_env="HOOK")
    assert await channel.send(message) == Outcome(Verdict.DELIVERED, "ok", 202)
    ((url, body, headers, name),) = wire.posts
    assert (url, name) == (URL, "security")
    assert json.loads(body) == {
        "event": message.event,
        "card": message.card,
        "summary": message.summary,
        "delivery": message.delivery,
    }
    assert headers == {
        "Content-Type": "application/json",
        "webhook-id": message.delivery,
        "webhook-timestamp": "1792324800",
    }


async def test_with_a_secret_any_standard_receiver_can_verify_it(
    open_channel: Open, wire: Wire, message: Message
) -> None:
    now = int(time.time() * 1_000_000)
    channel = open_channel(CHANNEL, {"HOOK": URL, "KEY": SECRET}, url_env="HOOK", secret_env="KEY")
    await channel.send(Message(message.delivery, message.card, "Straße ✓", message.event, sent_at=now))
    _, body, headers, _ = wire.posts[0]
    assert Webhook(SECRET).verify(body, dict(headers))["summary"] == "Straße ✓"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body + b" ", dict(headers))


async def test_a_retry_has_the_same_id(open_channel: Open, wire: Wire, message: Message) -> None:
    channel = open_channel(CHANNEL, {"HOOK": URL, "KEY": SECRET}, url_env="HOOK", secret_env="KEY")
    await channel.send(message)
    again = Message(message.delivery, message.card, message.summary, message.event, message.sent_at + 10**6, attempt=2)
    await channel.send(again)
    ids = [headers["webhook-id"] for _, _, headers, _ in wire.posts]
    assert ids == [message.delivery] * 2
    assert wire.posts[0][2]["webhook-signature"] != wire.posts[1][2]["webhook-signature"]


async def test_only_the_status_counts(open_channel: Open, wire: Wire, message: Message) -> None:
    channel = open_channel(CHANNEL, {"HOOK": URL}, url_env="HOOK")
    wire.end = Answer(200, {}, b'{"error": "of yours, not of ours"}')
    assert (await channel.send(message)).verdict is Verdict.DELIVERED
    wire.end = WireFault("connect", sent=False)
    assert await channel.send(message) == Outcome(Verdict.RETRY, "connect")


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "HOOK is not set"),
        ({"HOOK": URL}, "KEY, its signing secret, is not set"),
        ({"HOOK": "http://hook.example.com/T0k3nInThePath", "KEY": SECRET}, "https on port 443"),
        ({"HOOK": URL, "KEY": SECRET.removeprefix("whsec_")}, "not a Standard Webhooks secret"),
        ({"HOOK": URL, "KEY": "whsec_dG9vIHNob3J0"}, "not a Standard Webhooks secret"),
        ({"HOOK": URL, "KEY": "whsec_###"}, "not a Standard Webhooks secret"),
        ({"HOOK": URL, "KEY": "whsec_ümläut"}, "not a Standard Webhooks secret"),
    ],
)
def test_what_cannot_work_is_refused_without_showing_a_secret(
    environ: dict[str, str], says: str, open_channel: Open
) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        open_channel(CHANNEL, environ, url_env="HOOK", secret_env="KEY")
    assert "T0k3n" not in str(caught.value)
    assert environ.get("KEY", "none such") not in str(caught.value)
