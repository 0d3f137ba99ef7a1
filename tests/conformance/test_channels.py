"""What every room of the channels corridor keeps, whoever wrote it."""

import importlib.resources
import logging
from collections.abc import Mapping
from typing import Any

import pytest

import app.channels
from app.channels import REASONS, Channel, ChannelKind, ChannelSettings, Message, Outcome, Tools, UrlSettings, Verdict
from app.clients.outbound import Outbound
from app.kernel.discover import rooms
from app.kernel.secrets import SecretUrl
from app.kernel.wire import Answer, WireFault
from tests.fake_teams import FakeTeams, Reply

KINDS: dict[str, ChannelKind] = rooms(app.channels, "CHANNEL")
ROOMS = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
POSTING = [kind for kind in KINDS.values() if issubclass(kind.settings, UrlSettings)]
POSTING_ROOMS = pytest.mark.parametrize("kind", POSTING, ids=[kind.name for kind in POSTING])

CANARY = "CANARY-of-the-fake-teams-server"
NOW = 1_792_324_800_000_000
MESSAGE = Message(
    delivery="0199a7c2f0e47a1b8c3d2e1f0a9b8c7d",
    card={"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "text": "checkout is in prod"}]},
    summary="checkout is in prod",
    event={"type": "deployment.finished", "service": "checkout"},
    sent_at=NOW,
)


class Wire:
    """Outgoing HTTP that always ends the same way."""

    def __init__(self, end: Answer | WireFault) -> None:
        self.end = end

    async def __call__(self, url: SecretUrl, body: bytes, headers: Mapping[str, str], *, channel: str) -> Answer:
        if isinstance(self.end, WireFault):
            raise self.end
        return self.end


def opened(kind: ChannelKind, post: Any, url: str, host: str) -> Channel:
    """The channel of a kind with as few settings as it takes."""
    settings: dict[str, Any] = {"kind": kind.name}
    if issubclass(kind.settings, UrlSettings):
        settings["url_env"] = "CHANNEL_URL"
    tools = Tools({"CHANNEL_URL": url}, lambda _: url, post, lambda _: None, frozenset([host]))
    return kind.open("security", kind.settings(**settings), tools)


async def outcome_of(kind: ChannelKind, end: Answer | WireFault) -> Outcome:
    host = "127.0.0.1:8065"
    return await opened(kind, Wire(end), f"http://{host}/x?sig={CANARY}", host).send(MESSAGE)


# ------------------------------------------------------------------ the room


@ROOMS
def test_the_room_says_how_it_is_set_up_and_what_delivered_means(kind: ChannelKind) -> None:
    folder = importlib.resources.files(f"app.channels.{kind.name.replace('-', '_')}")
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert f"`{kind.name}`" in readme.splitlines()[0]
    assert "## Set it up" in readme
    assert "accepted" in readme
    named = set(kind.settings.model_fields) - set(ChannelSettings.model_fields)
    assert [name for name in named if f"`{name}`" not in readme] == []


@ROOMS
def test_every_setting_is_described(kind: ChannelKind) -> None:
    assert [name for name, field in kind.settings.model_fields.items() if not field.description] == []


def test_no_two_rooms_answer_to_one_name() -> None:
    names = [name for kind in KINDS.values() for name in (kind.name, *kind.aliases)]
    assert len(names) == len(set(names))


@ROOMS
def test_a_setting_that_nobody_knows_is_refused(kind: ChannelKind) -> None:
    with pytest.raises(ValueError, match="url_emv"):
        kind.settings.model_validate({"kind": kind.name, "url_emv": "X"})


# ------------------------------------------------------------------ F64: the table of all status codes


def expected(status: int) -> Verdict:
    """Written out once more, by hand: the table in the code is not its own proof."""
    if status in (401, 403, 404, 410) or 300 <= status < 400:
        return Verdict.BROKEN
    if status in (408, 425) or status >= 500:
        return Verdict.RETRY
    if status == 413:
        return Verdict.TOO_LARGE
    if status == 429:
        return Verdict.THROTTLED
    if status >= 400:
        return Verdict.PERMANENT
    return Verdict.DELIVERED if status >= 200 else Verdict.AMBIGUOUS


@POSTING_ROOMS
async def test_F64_every_status_code_has_its_outcome(kind: ChannelKind) -> None:
    for status in range(100, 600):
        outcome = await outcome_of(kind, Answer(status, {}, b""))
        assert (outcome.verdict, outcome.status) == (expected(status), status)
        assert outcome.reason in REASONS


@POSTING_ROOMS
@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[1]", b'{"error":', b"\xff\x00", b"{" * 16384, b"x" * 16384])
async def test_no_body_of_an_answer_makes_it_raise(kind: ChannelKind, body: bytes) -> None:
    for status in (200, 202, 400, 401, 404, 429, 500):
        assert (await outcome_of(kind, Answer(status, {}, body))).verdict is expected(status)


@POSTING_ROOMS
@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("Sun, 18 Oct 2026 12:02:00 GMT", 120), ("-5", None), ("abc", None), ("999999999", 3600), (None, None)],
)
async def test_F60_a_429_pauses_for_as_long_as_it_says(
    kind: ChannelKind, value: str | None, seconds: int | None
) -> None:
    headers = {} if value is None else {"retry-after": value}
    outcome = await outcome_of(kind, Answer(429, headers, b""))
    assert (outcome.verdict, outcome.retry_after) == (Verdict.THROTTLED, seconds)


@POSTING_ROOMS
@pytest.mark.parametrize("reason", ["dns", "connect", "tls", "timeout", "reset", "protocol", "blocked_address"])
async def test_without_an_answer_it_is_ambiguous_only_if_something_left(kind: ChannelKind, reason: str) -> None:
    unsent = Verdict.BROKEN if reason == "blocked_address" else Verdict.RETRY
    assert await outcome_of(kind, WireFault(reason, sent=False)) == Outcome(unsent, reason)
    if reason != "blocked_address":
        assert await outcome_of(kind, WireFault(reason, sent=True)) == Outcome(Verdict.AMBIGUOUS, reason)


# ------------------------------------------------------------------ over real HTTP, and nothing tells the URL

REPLIES = [
    (Reply(202), Verdict.DELIVERED),
    (Reply(302, {"Location": "http://169.254.169.254/"}), Verdict.BROKEN),
    (Reply(400, body=b"no"), Verdict.PERMANENT),
    (Reply(401), Verdict.BROKEN),
    (Reply(413), Verdict.TOO_LARGE),
    (Reply(429, {"Retry-After": "7"}), Verdict.THROTTLED),
    (Reply(503), Verdict.RETRY),
    (Reply(fault="silent"), Verdict.AMBIGUOUS),
    (Reply(fault="drip", delay=0.1), Verdict.AMBIGUOUS),
    (Reply(fault="close"), Verdict.AMBIGUOUS),
    (Reply(fault="cut"), Verdict.AMBIGUOUS),
    (Reply(fault="reset"), Verdict.AMBIGUOUS),
    (Reply(fault="garbage"), Verdict.AMBIGUOUS),
    (Reply(202, fault="huge"), Verdict.DELIVERED),
    (Reply(202, fault="gzip_bomb"), Verdict.DELIVERED),
]


@POSTING_ROOMS
async def test_F53_no_url_in_any_log_outcome_or_repr(kind: ChannelKind, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with FakeTeams() as server:
        outbound = Outbound(frozenset([server.host]), total=0.4, connect=0.4)
        channel = opened(kind, outbound, server.url, server.host)
        server.script(*(reply for reply, _ in REPLIES))
        outcomes = [await channel.send(MESSAGE) for _ in REPLIES]
        posts = list(server.posts)
        await server.stop()
        outcomes.append(await channel.send(MESSAGE))
        await channel.close()
        await outbound.close()
    assert [outcome.verdict for outcome in outcomes] == [*(verdict for _, verdict in REPLIES), Verdict.RETRY]
    assert len(posts) == len(REPLIES)
    assert {post.sha256 for post in posts} == {posts[0].sha256}
    assert CANARY in server.url
    shown = caplog.text + repr(outcomes) + repr(channel) + repr(vars(channel).get("_url"))
    assert CANARY not in shown
    assert "/paths/invoke" not in shown
