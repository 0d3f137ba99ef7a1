"""`shipbell serve`: run the service."""

import logging
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer
import uvicorn

from app.cli.server import DrainingServer
from app.config.environment import is_first_run, read_environment, write_first_environment
from app.config.settings import LOOPBACK, Settings, read_settings
from app.kernel import logs
from app.kernel.clock import SECOND
from app.kernel.lasting import lasting

if TYPE_CHECKING:
    from app.api.front import Front

KEEP_ALIVE_SECONDS = 75
GRACEFUL_SECONDS = 12  # longer than a request may take to arrive; the couriers need the rest of the 30 s
MAX_CONNECTIONS = 4000


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of SHIPBELL_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, instead of SHIPBELL_PORT.")] = None,
) -> None:
    """Run the service: the webhooks' door, the API, the processor and the couriers.

    Settings are SHIPBELL_* variables, also from a `.env` here. The very first run writes one with random secrets.

    Examples:

      shipbell serve

      SHIPBELL_DATABASE_URL=postgresql://shipbell@db/shipbell shipbell serve --host 0.0.0.0
    """
    given = {"SHIPBELL_HOST": host, "SHIPBELL_PORT": None if port is None else str(port)}
    settings = _settings({name: value for name, value in given.items() if value is not None})
    logs.configure(settings.log_level, json_lines={"json": True, "text": False}.get(settings.log_format))
    logs.self_test()
    run_to_its_end(build_server(settings))


def run_to_its_end(server: uvicorn.Server) -> None:
    """Serve until a signal; when a loop has died, end the process whatever threads are left behind."""
    try:
        with suppress(KeyboardInterrupt):  # Ctrl-C: uvicorn has ended in order by now, and raises it again
            server.run()
    except SystemExit as end:
        # Nobody closed what was open: a thread that still waits for work would hold the interpreter for ever, and a
        # process that neither serves nor ends is never started anew.
        logging.shutdown()
        sys.stdout.flush()
        os._exit(end.code if isinstance(end.code, int) else 1)


def _settings(given: dict[str, str]) -> Settings:
    environ = read_environment() | given
    settings = read_settings(environ)
    if settings.host not in LOOPBACK or not is_first_run(environ):
        return settings
    from app.main import source_names

    written = write_first_environment(source_names())
    typer.secho(f"First run: wrote random secrets and an API token to {written}", fg="green", err=True)
    return read_settings(read_environment() | given)


def build_server(settings: Settings) -> uvicorn.Server:
    """The service as the settings and the environment say. Raises ConfigErrors before anything listens."""
    with lasting():
        from app.main import create_app, prepare

        return server_of(create_app(prepare(settings, read_environment(), write=_print)), settings)


def server_of(app: "Front", settings: Settings) -> uvicorn.Server:
    """The server of an application that stands: one worker, our protocol, nothing that logs requests."""
    from app.ingest.protocol import GuardedProtocol

    return DrainingServer(
        settings.drain / SECOND,
        app.parts.draining,
        app.life(),
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=GuardedProtocol,
            loop="uvloop",
            lifespan="off",
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=MAX_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACEFUL_SECONDS,
        ),
    )


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
