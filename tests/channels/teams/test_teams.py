import json

import pytest
from pydantic import ValidationError

from app.channels import Message, Outcome, Verdict
from app.channels.teams import CHANNEL, TeamsSettings
from app.kernel.errors import ConfigError
from app.kernel.wire import Answer, WireFault
from tests.channels.conftest import Open, Wire

URL = (
    "https://default7a.b2.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/4f1c"
    "/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=S3cr3tS1gnature"
)


async def test_it_posts_the_card_as_the_only_attachment(open_channel: Open, wire: Wire, message: Message) -> None:
    channel = open_channel(CHANNEL, {"TEAMS_URL": f" {URL}\n"}, url_env="TEAMS_URL")
    assert await channel.send(message) == Outcome(Verdict.DELIVERED, "ok", 202)
    ((url, body, headers, name),) = wire.posts
    assert (url, name) == (URL, "security")
    assert headers == {"Content-Type": "application/json; charset=utf-8"}
    assert json.loads(body) == {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": dict(message.card),
            }
        ],
        "summary": "checkout 1.4 is in prod",
    }


async def test_the_answer_is_read_as_a_flows(open_channel: Open, wire: Wire, message: Message) -> None:
    channel = open_channel(CHANNEL, {"TEAMS_URL": URL}, url_env="TEAMS_URL")
    wire.end = Answer(400, {}, b'{"error": {"code": "WorkflowTriggerIsNotEnabled"}}')
    assert await channel.send(message) == Outcome(Verdict.BROKEN, "flow_disabled", 400)
    wire.end = WireFault("timeout", sent=True)
    assert await channel.send(message) == Outcome(Verdict.AMBIGUOUS, "timeout")


async def test_without_a_url_it_prints_and_says_so_once(
    open_channel: Open, wire: Wire, printed: list[str], message: Message
) -> None:
    channel = open_channel(CHANNEL, {"TEAMS_URL": " "}, url_env="TEAMS_URL")
    assert [await channel.send(message), await channel.send(message)] == [Outcome(Verdict.DELIVERED)] * 2
    assert printed[0] == "channel security: TEAMS_URL is not set, so its cards are printed here\n"
    assert len(printed) == 3
    assert "checkout is in prod" in printed[1]
    assert wire.posts == []


async def test_further_headers_come_from_settings(open_channel: Open, wire: Wire, message: Message) -> None:
    environ = {"TEAMS_URL": URL, "FLOW_KEY": "k3y-of-the-flow"}
    channel = open_channel(CHANNEL, environ, url_env="TEAMS_URL", headers_env={"X-flow-Key": "FLOW_KEY"})
    await channel.send(message)
    assert wire.posts[0][2]["X-Flow-Key"] == "k3y-of-the-flow"
    assert "k3y" not in repr(channel)


def test_the_url_may_stand_in_a_file(open_channel: Open, printed: list[str]) -> None:
    channel = open_channel(CHANNEL, files={"/run/secrets/teams": URL + "\n"}, url_file="/run/secrets/teams")
    assert "powerplatform.com/…#" in repr(channel)
    assert printed == []


@pytest.mark.parametrize(
    ("settings", "environ", "says"),
    [
        ({"url_file": "/nowhere/teams"}, {}, "the file /nowhere/teams cannot be read"),
        ({"url_file": "/empty"}, {}, "the file /empty is empty"),
        ({"url_env": "T"}, {"T": "https://hook.example.com/x?sig=S3cr3tS1gnature"}, "its host is not"),
        ({"url_env": "T", "headers_env": {"X-Key": "K"}}, {"T": URL}, "K, the value of its header X-Key, is not set"),
        ({"url_env": "T", "headers_env": {"X-Key": "K"}}, {"T": URL, "K": "a\r\nHost: b"}, "not printable"),
    ],
)
def test_what_cannot_work_is_refused_without_showing_a_secret(
    settings: dict[str, str], environ: dict[str, str], says: str, open_channel: Open
) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        open_channel(CHANNEL, environ, files={"/empty": " \n"}, **settings)
    assert "S3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"url_env": "A", "url_file": "/b"},
        {"url": URL},
        {"url_env": "A", "headers_env": {"Authorization": "B"}},
        {"url_env": "A", "headers_env": {"content-type": "B"}},
        {"url_env": "A", "headers_env": {"X Key": "B"}},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TeamsSettings.model_validate({"kind": "teams", **settings})
