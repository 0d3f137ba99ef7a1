"""One account of Datadog: points of metrics. What cannot be said there is given up with its reason."""

from collections.abc import Mapping

from pydantic import Field

from app.channels import KeyedPoster, KeyedSettings, Message
from app.events.datadog import Unsaid, points_call
from app.kernel.answers import Outcome, Verdict
from app.kernel.json import dumps
from app.kernel.secrets import SecretUrl

PATHS = ("/api/v2/series",)


class Settings(KeyedSettings):
    """Whose Datadog it is."""

    site: str = Field(
        "datadoghq.com",
        pattern=r"^[a-z0-9.-]+(:[0-9]{1,5})?$",
        description="the account's site, such as `datadoghq.eu`",
    )


class DatadogMetrics:
    """Posts what an event counts and how long it took. https://docs.datadoghq.com/api/latest/metrics/"""

    def __init__(self, poster: KeyedPoster, urls: Mapping[str, SecretUrl]) -> None:
        self._poster, self._urls = poster, urls

    async def send(self, message: Message) -> Outcome:
        """Post one event; the status code alone says what came of it."""
        try:
            call = points_call(message.event, message.sent_at)
        except Unsaid as unsaid:
            return Outcome(Verdict.PERMANENT, unsaid.reason)
        return await self._poster.send(self._urls[call.path], dumps(call.body), message.sent_at)

    async def close(self) -> None:
        """The connections belong to the outgoing HTTP, which closes them."""

    def __repr__(self) -> str:
        return f"<datadog-metrics {self._poster}>"
