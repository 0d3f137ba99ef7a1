"""A start waits for nothing that is not needed before the first webhook: what it reads is looked at in a process."""

import json
import subprocess
import sys
from pathlib import Path

from tests.running.hooks import environment
from tests.running.rules import ONE_SINK, sink_rules

ROOT = Path(__file__).parents[1]
_STARTED = """
import asyncio, json, sys
from app.cli.serve import build_server
from app.config.settings import read_settings
from app.config.environment import read_environment

async def start(server):
    async with server._life:
        ready = (await server.config.app.probes["/readyz"]()).status_code
        print(json.dumps([ready, list(sys.modules)]))

asyncio.run(start(build_server(read_settings(read_environment()))))
"""
LATER = {
    "fastapi",  # with the first question of the API, or soon after the start
    "app.api.routes",
    "aiohttp",  # with the first message to a channel
    "httpx",  # with the first client of an upstream
    "app.collector.collector",
    "alembic",  # for an older database
    "asyncpg",  # for PostgreSQL
    "sqlalchemy.orm",  # half loaded in one thread it stopped another
    "sqlalchemy.ext.asyncio",
    "aiobotocore",
    "app.standins",
    "app.reporter",
}


def test_a_start_reads_only_what_it_needs(tmp_path: Path) -> None:
    settings = environment(
        SHIPBELL_DATABASE_URL=f"sqlite:///{tmp_path / 'shipbell.db'}",
        SHIPBELL_RULES_DIR=str(sink_rules(tmp_path / "rules", ONE_SINK)),
        SHIPBELL_DISK_RESERVE_BYTES="0",
        SHIPBELL_EXTRA_CHANNEL_HOSTS="127.0.0.1:9",
        SINK_URL="http://127.0.0.1:9/",
        PYTHONPATH=str(ROOT),
    )
    done = subprocess.run(
        [sys.executable, "-c", _STARTED], capture_output=True, text=True, cwd=tmp_path, env=settings, timeout=120
    )
    ready, modules = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("[")))
    assert ready == 200
    assert "app.ingest.committer" in modules
    assert not LATER & set(modules)
