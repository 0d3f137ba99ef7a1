"""Shipbell as it is started by hand: `python -m app serve`, with a rule book of 50 rules and a webhook channel."""

import sys
from importlib.metadata import PackageNotFoundError, version

from bench.bodies import bitbucket
from bench.processes import Command
from bench.rulebook import RULES, write_rules
from bench.systems import Place, System
from bench.systems.python_peers import PATH, SECRET

EVERYTHING = "ingest,process,deliver"
INGEST = "ingest"


def shipbell(roles: str = EVERYTHING, database: str | None = None) -> System:
    """With these roles, on this database, or on an SQLite file of its own."""

    def command(place: Place) -> Command:
        environ = {
            "SHIPBELL_HOST": "127.0.0.1",
            "SHIPBELL_PORT": str(place.port),
            "SHIPBELL_ROLES": roles,
            "SHIPBELL_DATABASE_URL": database or f"sqlite:///{place.folder / 'shipbell.db'}",
            "SHIPBELL_RULES_DIR": str(write_rules(place.folder)),
            "SHIPBELL_SECRET_BITBUCKET": SECRET,
            "SHIPBELL_EXTRA_CHANNEL_HOSTS": f"127.0.0.1:{place.sink}",
            "SHIPBELL_LOG_FORMAT": "json",
            "BENCH_SINK_URL": f"http://127.0.0.1:{place.sink}/",
        }
        return Command([sys.executable, "-m", "app", "serve"], place.port, "/readyz", environ, place.folder)

    kept = "PostgreSQL" if database else "SQLite, synchronous=FULL"
    ran = f"Shipbell {_version()}, {roles}, {RULES} rules, {kept}"
    return System("Shipbell", ran, bitbucket(PATH, SECRET), command, keeps_promises=True)


def _version() -> str:
    try:
        return version("shipbell")
    except PackageNotFoundError:
        return "from the checkout"
