"""One receiver of CloudEvents: posts each event in structured mode, signed if it has a key."""

from app.channels import Message
from app.channels.cloudevents.envelope import cloudevent
from app.kernel.answers import Outcome, judge, judge_fault
from app.kernel.json import dumps
from app.kernel.secrets import SecretUrl
from app.kernel.standard_webhooks import Signer
from app.kernel.wire import Post, WireFault

CONTENT_TYPE = "application/cloudevents+json"


class CloudEventsChannel:
    """Posts one CloudEvent a message; the card stays here. A repeat has the same `id` and `source`."""

    def __init__(self, name: str, url: SecretUrl, signer: Signer, post: Post) -> None:
        self._name, self._url, self._signer, self._post = name, url, signer, post

    async def send(self, message: Message) -> Outcome:
        """Post one message; the status code alone says what came of it."""
        body = dumps(cloudevent(message))
        headers = {"Content-Type": CONTENT_TYPE, **self._signer.headers(message.delivery, message.sent_at, body)}
        try:
            answer = await self._post(self._url, body, headers, channel=self._name)
        except WireFault as fault:
            return judge_fault(fault)
        return judge(answer, message.sent_at)

    async def close(self) -> None:
        """The connections belong to the outgoing HTTP, which closes them."""

    def __repr__(self) -> str:
        return f"<cloudevents {self._name} {self._url}>"
