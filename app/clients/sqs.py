"""A queue of Amazon SQS: long polling, deletes and visibility, ten messages at a time. Needs the extra `aws`.

Credentials and the region come from where AWS's own tools take them. https://docs.aws.amazon.com/sdkref/latest/guide/
"""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from app.clients.faults import ApiFault, Kind
from app.kernel.errors import ConfigError

WAIT_SECONDS = 20
"""How long SQS holds a question open while there is no message: the longest that it knows."""
MOST = 10
"""Messages of one answer, and of one batch: the most that SQS knows."""
VISIBILITY_SECONDS = 60
"""How long a message is ours when it was given to us. It is extended as long as we have it in hand."""

_SPARE_SECONDS = 10
_REGION = re.compile(r"(?:^|\.)sqs(?:-fips)?\.([a-z0-9-]+)\.|^([a-z0-9-]+)\.queue\.")
_DENIED = re.compile(
    "AccessDenied|UnrecognizedClient|InvalidClientTokenId|SignatureDoesNotMatch|ExpiredToken|InvalidAccess"
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `handle` names this time of having it, `received` counts how often it was given out."""

    handle: str
    body: str = field(repr=False)
    received: int


class Queue:
    """One queue. Every question raises ApiFault, and nothing else."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    async def receive(self, wait_seconds: int = WAIT_SECONDS) -> list[Message]:
        """At most MOST messages, as soon as there is one; none after `wait_seconds`."""
        answer = await self._ask(
            self._client.receive_message,
            MaxNumberOfMessages=MOST,
            WaitTimeSeconds=wait_seconds,
            VisibilityTimeout=VISIBILITY_SECONDS,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
        return [
            Message(each["ReceiptHandle"], each["Body"], int(each["Attributes"].get("ApproximateReceiveCount", 1)))
            for each in answer.get("Messages", ())
        ]

    async def delete(self, messages: Sequence[Message]) -> list[Message]:
        """Delete them; returns those of which SQS says that it did not."""
        if not messages:
            return []
        entries = [{"Id": str(index), "ReceiptHandle": each.handle} for index, each in enumerate(messages)]
        answer = await self._ask(self._client.delete_message_batch, Entries=entries)
        return [messages[int(failed["Id"])] for failed in answer.get("Failed", ())]

    async def hold(self, messages: Sequence[Message], seconds: int) -> list[Message]:
        """Nobody else is given them for so long (0: at once); returns those of which SQS says that it did not."""
        if not messages:
            return []
        entries = [
            {"Id": str(index), "ReceiptHandle": each.handle, "VisibilityTimeout": seconds}
            for index, each in enumerate(messages)
        ]
        answer = await self._ask(self._client.change_message_visibility_batch, Entries=entries)
        return [messages[int(failed["Id"])] for failed in answer.get("Failed", ())]

    async def _ask(self, call: Callable[..., Any], **asked: Any) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: dict[str, Any] = await call(QueueUrl=self._url, **asked)
        except ClientError as error:
            told = error.response.get("Error", {})
            code = str(told.get("Code", ""))
            raise ApiFault(_kind(code), "sqs", f"{code}: {told.get('Message', '')}") from None
        except (BotoCoreError, OSError, TimeoutError) as error:
            raise ApiFault("unreachable", "sqs", str(error) or type(error).__name__) from None
        return answer


@asynccontextmanager
async def open_queue(url: str) -> AsyncIterator[Queue]:
    """The queue of a URL, for as long as the block lasts. The URL's host is who is asked. Raises ApiFault."""
    from aiobotocore.config import AioConfig
    from botocore.exceptions import BotoCoreError

    parts = urlsplit(url)
    config = AioConfig(
        connect_timeout=5,
        read_timeout=WAIT_SECONDS + _SPARE_SECONDS,  # else each long poll would end as an error
        retries={"mode": "standard", "max_attempts": 2},
    )
    try:
        made = _session().create_client(
            "sqs", endpoint_url=f"{parts.scheme}://{parts.netloc}", region_name=region_of(url), config=config
        )
        client = await made.__aenter__()
    except BotoCoreError as error:
        raise ApiFault("integration_error", "sqs", str(error)) from None
    try:
        yield Queue(client, url)
    finally:
        await made.__aexit__(None, None, None)


@cache
def _session() -> Any:
    """One for the process: it reads AWS's description of SQS, which takes half a second."""
    from aiobotocore.session import get_session

    return get_session()


def region_of(url: str) -> str | None:
    """The region that a queue's host names; None where it names none: then AWS's own settings say."""
    found = _REGION.search(urlsplit(url).hostname or "")
    return (found[1] or found[2]) if found else None


def need_extra(url: str) -> None:
    """Raises ConfigError where a queue is named, and the packages for it are not installed."""
    if url and find_spec("aiobotocore") is None:
        raise ConfigError("a queue of SQS needs the packages of the extra `aws`", hint="pip install 'shipbell[aws]'")


def _kind(code: str) -> Kind:
    if _DENIED.search(code):
        return "auth_error"
    if "NonExistentQueue" in code or "QueueDoesNotExist" in code:
        return "not_found"
    return "rate_limited" if "Throttl" in code else "unreachable"
