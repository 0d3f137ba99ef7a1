"""`shipbell serve`: run the service."""

import sys
from typing import Annotated

import typer
import uvicorn

from app.cli.faults import tell
from app.cli.server import DrainingServer
from app.config.environment import is_first_run, read_environment, write_first_environment
from app.config.settings import Settings, read_settings
from app.kernel import logs
from app.kernel.clock import SECOND
from app.kernel.errors import ShipbellError

KEEP_ALIVE_SECONDS = 75
GRACEFUL_SECONDS = 20
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
    try:
        settings = _settings(host, port)
        logs.configure(settings.log_level, json_lines={"json": True, "text": False}.get(settings.log_format))
        logs.self_test()
        server = build_server(settings)
    except ShipbellError as error:
        raise tell(error) from None
    server.run()
    if not server.started:
        raise typer.Exit(1)


def _settings(host: str | None, port: int | None) -> Settings:
    environ = read_environment()
    given = {"SHIPBELL_HOST": host, "SHIPBELL_PORT": None if port is None else str(port)}
    environ |= {name: value for name, value in given.items() if value is not None}
    settings = read_settings(environ)
    if is_first_run(environ):
        from app.main import LOOPBACK, source_names

        if settings.host in LOOPBACK:
            written = write_first_environment(source_names())
            typer.secho(f"First run: wrote random secrets and an API token to {written}", fg="green", err=True)
    return settings


def build_server(settings: Settings) -> uvicorn.Server:
    """The server with our guarded protocol. Raises ConfigErrors before anything listens."""
    from app.ingest.protocol import GuardedProtocol
    from app.main import create_app, prepare

    app = create_app(prepare(settings, read_environment(), write=_print))
    return DrainingServer(
        settings.drain / SECOND,
        app.state.parts.draining,
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=GuardedProtocol,
            loop="uvloop",
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
