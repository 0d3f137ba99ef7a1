from app.channels import Message, Outcome, Verdict
from app.channels.console import CHANNEL
from tests.channels.conftest import Open


async def test_it_prints_the_card_below_its_channels_name(
    open_channel: Open, printed: list[str], message: Message
) -> None:
    assert await open_channel(CHANNEL).send(message) == Outcome(Verdict.DELIVERED)
    (text,) = printed
    assert text.startswith("── security ──\n")
    assert "checkout is in prod" in text
    assert text.endswith("\n\n")


async def test_F09_a_terminal_is_given_nothing_to_obey(
    open_channel: Open, printed: list[str], message: Message
) -> None:
    hostile = "a\x1b[2J\x1b]0;title\x07\r\u202eb\x9b"
    card = {"type": "AdaptiveCard", "body": [{"type": "TextBlock", "text": hostile}]}
    await open_channel(CHANNEL).send(message._replace(card=card))
    assert not set(printed[0]) & set("\x1b\x07\r\u202e\x9b")
    assert "title" in printed[0]
