"""A server that speaks SQS over a socket, in this process: moto's."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

import boto3
from moto.server import ThreadedMotoServer
from moto.sqs.models import Message, sqs_backends

from app import telemetry
from app.kernel.samples import load_sample
from app.store import Database, counters

REGION, ACCOUNT = "eu-west-1", "123456789012"
ENVIRON = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": REGION,
           "AWS_EC2_METADATA_DISABLED": "true"}  # fmt: skip


_numbers = count(1)


@dataclass(frozen=True)
class Sqs:
    """The server: AWS's own client, and a look behind it."""

    client: Any

    def queue(self) -> str:
        """The URL of a new queue: no long poll of an earlier test still waits for what it is given."""
        url: str = self.client.create_queue(QueueName=f"shipbell-{next(_numbers)}")["QueueUrl"]
        return url

    def send(self, url: str, bodies: Sequence[str]) -> None:
        """Put messages into the queue, behind the server's back: it counts the whole queue anew for each it is sent."""
        queue = sqs_backends[ACCOUNT][REGION].queues[url.rsplit("/", 1)[-1]]
        for body in bodies:
            message = Message(str(uuid4()), body, {})
            message.mark_sent(delay_seconds=0)
            queue.add_message(message)

    def left(self, url: str) -> tuple[int, int]:
        """How many messages wait, and how many are in somebody's hand."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return int(found[names[0]]), int(found[names[1]])

    def times_out(self, url: str) -> None:
        """Whoever has messages in hand has had them for too long: they are given out again."""
        queue = sqs_backends[ACCOUNT][REGION].queues[url.rsplit("/", 1)[-1]]
        for message in queue._messages:
            message.visible_at = 0


@contextmanager
def serving() -> Iterator[Sqs]:
    """The server, for as long as the block lasts."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield Sqs(
            boto3.client(
                "sqs", endpoint_url=f"http://{host}:{port}", region_name=REGION, aws_access_key_id="testing",
                aws_secret_access_key="testing",
            )
        )  # fmt: skip
    finally:
        server.stop()


def events(count: int, first: int = 0) -> list[str]:
    """Bodies of EventBridge, each another event."""
    body = json.loads(load_sample("app.sources.eventbridge", "lambda-published").body)
    found = []
    for number in range(first, first + count):
        body["id"] = f"5a0a7b0e-8a4e-a8b1-3f0d-{number:012d}"
        body["detail"]["eventID"] = f"2f6b0c1e-0f55-4a5b-8f8a-{number:012d}"
        found.append(json.dumps(body))
    return found


COUNTED = (telemetry.RECEIVED, telemetry.DUPLICATE)


async def counted(database: Database) -> tuple[int, ...]:
    """Received, repeats."""
    values = await database.read(counters.values)
    return tuple(values.get((metric.name, ("eventbridge",)), 0) for metric in COUNTED)
