import base64
import json
import time
from typing import Any

import pytest
from standardwebhooks import Webhook

from app.channels import Message, Outcome, Verdict
from app.channels.cloudevents import CHANNEL
from app.events.cdevents import cdevent
from app.kernel.errors import ConfigError
from app.kernel.wire import WireFault
from tests.channels.conftest import Open, Wire
from tests.events.cdevents.views import rollout, view
from tests.tools.cdevents import faults, needs_schemas

SECRET = "whsec_" + base64.b64encode(b"thirty-two bytes of a test key!!").decode()
URL = "https://bus.example.com/shipbell/T0k3nInThePath"


@pytest.fixture
def deployed(message: Message) -> Message:
    return message._replace(event=rollout())


def body(wire: Wire) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(wire.posts[-1][1])
    return found


async def test_it_posts_a_cdevent_in_structured_mode(open_channel: Open, wire: Wire, deployed: Message) -> None:
    channel = open_channel(CHANNEL, {"BUS": URL}, url_env="BUS")
    assert await channel.send(deployed) == Outcome(Verdict.DELIVERED, "ok", 202)
    ((url, _, headers, name),) = wire.posts
    assert (url, name) == (URL, "security")
    assert headers == {
        "Content-Type": "application/cloudevents+json",
        "webhook-id": deployed.delivery,
        "webhook-timestamp": "1792324800",
    }
    assert body(wire) == {
        "specversion": "1.0",
        "id": deployed.delivery,
        "source": "/shipbell/argocd/prod%20eu",
        "type": "dev.cdevents.service.deployed.0.3.0",
        "subject": "checkout",
        "time": "2026-11-22T10:00:00.000000Z",
        "datacontenttype": "application/cdevents+json",
        "data": cdevent(rollout()),
    }


@needs_schemas
async def test_what_is_in_it_fits_its_schema(open_channel: Open, wire: Wire, deployed: Message) -> None:
    await open_channel(CHANNEL, {"BUS": URL}, url_env="BUS").send(deployed)
    assert faults(body(wire)["data"]) == []


async def test_what_has_no_cdevent_goes_out_as_it_is(open_channel: Open, wire: Wire, message: Message) -> None:
    event = view("deployment.health_changed", status="degraded")
    await open_channel(CHANNEL, {"BUS": URL}, url_env="BUS").send(message._replace(event=event))
    assert body(wire) == {
        "specversion": "1.0",
        "id": message.delivery,
        "source": "/shipbell/argocd/prod%20eu",
        "type": "shipbell.deployment.health_changed",
        "subject": "deployment.health_changed:1",
        "time": "2026-11-22T10:00:00.000000Z",
        "datacontenttype": "application/json",
        "data": {"event": event, "summary": message.summary},
    }


async def test_no_text_of_a_restricted_ticket_leaves(open_channel: Open, wire: Wire, message: Message) -> None:
    ticket = {"key": "HR-1", "summary": "S3cret", "restricted": True}
    event = view("ticket.updated", ticket=ticket, actor={"name": "S3cret"}, tickets=[{"key": "HR-1"}])
    secret = message._replace(event=event, summary="S3cret", card={"type": "AdaptiveCard", "body": ["S3cret"]})
    await open_channel(CHANNEL, {"BUS": URL}, url_env="BUS").send(secret)
    assert body(wire)["type"] == "shipbell.ticket.updated"
    assert body(wire)["data"]["event"]["id"] == event["id"]
    assert b"S3cret" not in wire.posts[0][1]


async def test_our_own_news_and_a_test_card_are_cloudevents_too(
    open_channel: Open, wire: Wire, message: Message
) -> None:
    channel = open_channel(CHANNEL, {"BUS": URL}, url_env="BUS")
    await channel.send(message._replace(event=view("shipbell.channel_broken", source="shipbell", instance=None)))
    assert (body(wire)["type"], body(wire)["source"]) == ("shipbell.channel_broken", "/shipbell/shipbell")
    await channel.send(message._replace(event={"service": "Shipbell", "type": "a test card"}))
    assert body(wire).keys() == {"specversion", "id", "source", "type", "datacontenttype", "data"}
    assert (body(wire)["type"], body(wire)["source"]) == ("shipbell.a test card", "/shipbell")


async def test_a_repeat_has_the_same_id_and_body_and_its_own_signature(
    open_channel: Open, wire: Wire, deployed: Message
) -> None:
    channel = open_channel(CHANNEL, {"BUS": URL, "KEY": SECRET}, url_env="BUS", secret_env="KEY")
    now = int(time.time() * 1_000_000)
    await channel.send(deployed._replace(sent_at=now - 2_000_000))
    await channel.send(deployed._replace(sent_at=now, attempt=2))
    (_, one, first, _), (_, two, second, _) = wire.posts
    assert one == two
    assert first["webhook-id"] == second["webhook-id"] == deployed.delivery
    assert first["webhook-signature"] != second["webhook-signature"]
    assert Webhook(SECRET).verify(two, dict(second))["id"] == deployed.delivery


async def test_no_connection_is_tried_again(open_channel: Open, wire: Wire, deployed: Message) -> None:
    wire.end = WireFault("connect", sent=False)
    channel = open_channel(CHANNEL, {"BUS": URL}, url_env="BUS")
    assert await channel.send(deployed) == Outcome(Verdict.RETRY, "connect")


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "BUS is not set"),
        ({"BUS": URL}, "KEY, its signing secret, is not set"),
        ({"BUS": "http://bus.example.com/T0k3nInThePath", "KEY": SECRET}, "https on port 443"),
        ({"BUS": URL, "KEY": "whsec_dG9vIHNob3J0"}, "not a Standard Webhooks secret"),
    ],
)
def test_what_cannot_work_is_refused_without_showing_a_secret(
    environ: dict[str, str], says: str, open_channel: Open
) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        open_channel(CHANNEL, environ, url_env="BUS", secret_env="KEY")
    assert "T0k3n" not in str(caught.value)
    assert environ.get("KEY", "none such") not in str(caught.value)
