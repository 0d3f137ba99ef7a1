"""One webhook: posts JSON and signs it, so that the receiver can tell that it is ours and not a repeat."""

from standardwebhooks import Webhook

from app.channels import Message
from app.kernel.answers import Outcome, judge, judge_fault
from app.kernel.clock import SECOND, to_datetime
from app.kernel.json import dumps
from app.kernel.secrets import SecretUrl
from app.kernel.wire import Post, WireFault


class WebhookChannel:
    """Posts `{event, card, summary, delivery}`; with a key signed as https://www.standardwebhooks.com says.

    `webhook-id` is the delivery's id, the same over all attempts: what a receiver drops repeats by.
    """

    def __init__(self, name: str, url: SecretUrl, key: bytes | None, post: Post) -> None:
        self._name, self._url, self._post = name, url, post
        self._webhook = Webhook(key) if key else None

    async def send(self, message: Message) -> Outcome:
        """Post one message; the status code alone says what came of it."""
        content = {
            "event": message.event,
            "card": message.card,
            "summary": message.summary,
            "delivery": message.delivery,
        }
        body = dumps(content)
        try:
            answer = await self._post(self._url, body, self._headers(message, body), channel=self._name)
        except WireFault as fault:
            return judge_fault(fault)
        return judge(answer, message.sent_at)

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message.delivery,
            "webhook-timestamp": str(message.sent_at // SECOND),
        }
        if self._webhook is not None:
            headers["webhook-signature"] = self._webhook.sign(
                message.delivery, to_datetime(message.sent_at), body.decode()
            )
        return headers

    async def close(self) -> None:
        """The connections belong to the outgoing HTTP, which closes them."""

    def __repr__(self) -> str:
        return f"<webhook {self._name} {self._url}>"
