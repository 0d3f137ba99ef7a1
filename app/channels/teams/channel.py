"""One Teams channel: a card goes to its workflow as the only attachment of a message."""

from collections.abc import Mapping

from app.channels import Message
from app.channels.teams.flow import judge_flow
from app.kernel.answers import Outcome, judge_fault
from app.kernel.json import dumps
from app.kernel.secrets import Secret, SecretUrl
from app.kernel.wire import Post, WireFault

_CARD = "application/vnd.microsoft.card.adaptive"


class TeamsChannel:
    """Posts cards to one workflow. `headers` are sent beside ours: a key that the flow's trigger condition asks for."""

    def __init__(self, name: str, url: SecretUrl, headers: Mapping[str, Secret], post: Post) -> None:
        self._name, self._url, self._post = name, url, post
        # In the letters that others write them in: a header of ours is replaced, not sent twice.
        self._headers = {name.title(): value.reveal() for name, value in headers.items()}
        self._headers["Content-Type"] = "application/json; charset=utf-8"

    async def send(self, message: Message) -> Outcome:
        """Post one card. The flow posts each attachment as a message of its own, so there is one.

        `summary` is what the toast shows. https://learn.microsoft.com/en-us/connectors/teams
        """
        attachment = {"contentType": _CARD, "contentUrl": None, "content": message.card}
        body = dumps({"type": "message", "attachments": [attachment], "summary": message.summary})
        try:
            answer = await self._post(self._url, body, self._headers, channel=self._name)
        except WireFault as fault:
            return judge_fault(fault)
        return judge_flow(answer, message.sent_at)

    async def close(self) -> None:
        """The connections belong to the outgoing HTTP, which closes them."""

    def __repr__(self) -> str:
        return f"<teams {self._name} {self._url}>"
