"""The peers in Python: a bare echo, FastAPI's echo, and the service that a platform team would write itself."""

import sys
from importlib.metadata import version

from bench.bodies import bitbucket
from bench.processes import Command
from bench.systems import Place, System

SECRET = "a-secret-of-the-bench-with-32-bytes!"
PATH = "/hooks/bitbucket"


def bare_echo() -> System:
    """uvicorn with uvloop and httptools, and an application that only answers."""
    return _uvicorn("bare uvicorn echo", "bench.echo:app", f"uvicorn {version('uvicorn')}")


def fastapi_echo() -> System:
    """The same behind a FastAPI route."""
    return _uvicorn("FastAPI echo", "bench.fastapi_echo:app", f"FastAPI {version('fastapi')}")


def baseline() -> System:
    """FastAPI, an ORM row per request, a background task, one shared httpx client."""
    ran = f"FastAPI {version('fastapi')}, SQLAlchemy {version('sqlalchemy')} ORM, httpx {version('httpx')}"
    return _uvicorn("FastAPI + ORM service", "bench.baseline_service:app", ran)


def _uvicorn(name: str, application: str, ran: str) -> System:
    def command(place: Place) -> Command:
        argv = [sys.executable, "-m", "uvicorn", application, "--port", str(place.port), "--no-access-log",
                "--log-level", "warning", "--loop", "uvloop", "--http", "httptools"]  # fmt: skip
        environ = {
            "BASELINE_SECRET": SECRET,
            "BASELINE_SINK": f"http://127.0.0.1:{place.sink}/",
            "BASELINE_DATABASE": str(place.folder / "baseline.db"),
        }
        return Command(argv, place.port, "/healthz", environ, place.folder)

    return System(name, ran, bitbucket(PATH, SECRET), command)
