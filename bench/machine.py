"""What the figures were measured on: nothing that tells whose machine it is."""

import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path

from bench import wrk
from bench.bench import Bench

_PACKAGES = ("uvicorn", "uvloop", "httptools", "fastapi", "pydantic", "sqlalchemy", "aiosqlite", "asyncpg", "aiohttp")


def lines(bench: Bench) -> list[str]:
    """Processor, cores, memory, kernel, file system, Python, packages."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return [
        f"- processor: {_processor()}, {len(bench.both)} cores used: one for the server, one for the load and the sink",
        f"- memory: {_memory_gb():.0f} GB; kernel: {platform.system()} {platform.release().split('-')[0]}",
        f"- data on: {_file_system()}",
        f"- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}",
        f"- load: {_wrk()}, one thread, 64 connections, closed loop; open loops and ledgers by the bench itself",
    ]


def _wrk() -> str:
    try:
        return wrk.version()
    except wrk.NotSetUp:
        return "wrk is not set up"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gb() -> float:
    line = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    return int(line.split()[1]) * 1024 / 1e9


def _file_system() -> str:
    """The kind of file system that the checkout, and so the bench's data, lies on."""
    place, best, kind = str(Path(__file__).resolve()), "", "unknown"
    for line in Path("/proc/mounts").read_text().splitlines():
        _, mount, found, *_ = line.split(" ")
        if place.startswith(mount.rstrip("/") + "/") and len(mount) >= len(best):
            best, kind = mount, found
    return kind
