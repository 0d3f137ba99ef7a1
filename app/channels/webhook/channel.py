"""One webhook: posts JSON and signs it, so that the receiver can tell that it is ours and not a repeat."""

from app.channels import Message
from app.kernel.answers import Outcome, judge, judge_fault
from app.kernel.json import dumps
from app.kernel.secrets import SecretUrl
from app.kernel.standard_webhooks import Signer
from app.kernel.wire import Post, WireFault


class WebhookChannel:
    """Posts `{event, card, summary, delivery}`; with a key signed as https://www.standardwebhooks.com says.

    `webhook-id` is the delivery's id, the same over all attempts: what a receiver drops repeats by.
    """

    def __init__(self, name: str, url: SecretUrl, signer: Signer, post: Post) -> None:
        self._name, self._url, self._signer, self._post = name, url, signer, post

    async def send(self, message: Message) -> Outcome:
        """Post one message; the status code alone says what came of it."""
        content = {
            "event": message.event,
            "card": message.card,
            "summary": message.summary,
            "delivery": message.delivery,
        }
        body = dumps(content)
        headers = {"Content-Type": "application/json", **self._signer.headers(message.delivery, message.sent_at, body)}
        try:
            answer = await self._post(self._url, body, headers, channel=self._name)
        except WireFault as fault:
            return judge_fault(fault)
        return judge(answer, message.sent_at)

    async def close(self) -> None:
        """The connections belong to the outgoing HTTP, which closes them."""

    def __repr__(self) -> str:
        return f"<webhook {self._name} {self._url}>"
