"""Example: say in one line where messages go."""

from app.channels import Channel, ChannelKind, Message, Tools, UrlSettings, read_kept
from app.kernel.answers import Outcome, judge, judge_fault
from app.kernel.errors import ConfigError
from app.kernel.json import dumps
from app.kernel.secrets import SecretUrl
from app.kernel.target import read_target
from app.kernel.wire import Post, WireFault


class ExampleSettings(UrlSettings):
    """A channel of this kind in `rules/channels.yaml`; each setting of its own has a description."""


class ExampleChannel:
    """Posts the card's summary as JSON."""

    def __init__(self, name: str, url: SecretUrl, post: Post) -> None:
        self._name, self._url, self._post = name, url, post

    async def send(self, message: Message) -> Outcome:
        """Post one message. Never raises for what the other side did."""
        body = dumps({"text": message.summary, "id": message.delivery})
        try:
            answer = await self._post(self._url, body, {"Content-Type": "application/json"}, channel=self._name)
        except WireFault as fault:
            return judge_fault(fault)
        return judge(answer, message.sent_at)

    async def close(self) -> None:
        """The connections belong to the outgoing HTTP, which closes them."""

    def __repr__(self) -> str:
        return f"<example {self._name} {self._url}>"


def _open(name: str, settings: ExampleSettings, tools: Tools) -> Channel:
    text = read_kept(name, settings.url_env, settings.url_file, tools)
    if text is None:
        raise ConfigError(f"channel {name!r}: {settings.url_env} is not set")
    url = SecretUrl(text)
    try:
        read_target(text, tools.extra_hosts)
    except ValueError as error:
        raise ConfigError(f"channel {name!r}: the URL cannot be used: {error}") from None
    return ExampleChannel(name, url, tools.post)


CHANNEL = ChannelKind(name="example", title="Example", settings=ExampleSettings, open=_open)
