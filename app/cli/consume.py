"""`shipbell consume sqs`: take events of EventBridge out of a queue, in a process of its own."""

import asyncio
import signal
from collections.abc import Mapping
from functools import partial
from typing import Annotated

import typer

import app.sources
from app.cli.faults import USAGE, say
from app.cli.output import AsJson, print_json
from app.clients.sqs import need_extra, open_queue
from app.config.environment import read_environment
from app.config.settings import Settings, read_settings
from app.ingest.committer import Committer
from app.ingest.consumer import Consumer
from app.kernel import logs
from app.kernel.clock import system_clock
from app.kernel.discover import rooms
from app.store.migrate import upgrade
from app.store.opening import open_database

consume_cli = typer.Typer(name="consume", help="Take messages out of a queue.", no_args_is_help=True)


@consume_cli.callback()
def consume() -> None:
    """Take messages out of a queue."""


@consume_cli.command("sqs")
def sqs(
    queue_url: Annotated[
        str | None, typer.Option("--queue-url", help="URL of the queue, instead of SHIPBELL_SQS_QUEUE_URL.")
    ] = None,
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="End when the queue gives nothing; 1 if it cannot be asked.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Store the messages of a queue of Amazon SQS as receipts of the source eventbridge, and delete them.

    The service does this by itself where SHIPBELL_SQS_QUEUE_URL is set. With SQLite it must be stopped meanwhile; with
    PostgreSQL this runs beside it. Goes on until SIGTERM or Ctrl-C, and finishes then what is in hand. Credentials and
    the region come from where AWS's own tools take them.

    Examples:

      shipbell consume sqs --queue-url https://sqs.eu-west-1.amazonaws.com/111122223333/shipbell

      shipbell consume sqs --until-empty
    """
    given = {} if queue_url is None else {"SHIPBELL_SQS_QUEUE_URL": queue_url}
    settings = read_settings(read_environment() | given)
    if not settings.sqs_queue_url:
        raise say("no queue is named: give --queue-url, or set SHIPBELL_SQS_QUEUE_URL", USAGE)
    need_extra(settings.sqs_queue_url)
    logs.configure(settings.log_level, json_lines={"json": True, "text": False}.get(settings.log_format))
    taken = asyncio.run(_consume(settings, until_empty))
    if as_json:
        print_json(dict(taken))
    else:
        typer.echo(", ".join(f"{outcome.replace('_', ' ')} {count}" for outcome, count in taken.items()))


async def _consume(settings: Settings, until_empty: bool) -> Mapping[str, int]:
    """Returns how many messages came to what."""
    database = open_database(settings.database_url, system_clock)
    committer = Committer(database, _nothing)
    source = rooms(app.sources, "SOURCE")["eventbridge"]
    consumer = Consumer(partial(open_queue, settings.sqs_queue_url), source, committer, system_clock)
    loop = asyncio.get_running_loop()
    try:
        await database.start()
        await database.write(upgrade)
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, consumer.stop)
        await consumer.run(until_empty=until_empty)
        await committer.flush()
    finally:
        await database.close()
    return consumer.taken


def _nothing() -> None:
    """The service looks for itself what is new."""
