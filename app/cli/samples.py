"""Finds a shipped sample, or a sample's file, with the source that it is of."""

from pathlib import Path

import typer

import app.sources
from app.cli.faults import USAGE, say
from app.kernel.discover import rooms
from app.kernel.samples import Sample, load_sample, read_sample, sample_names
from app.kernel.yaml import did_you_mean
from app.sources import Source

_API_ROOMS = {"/api/v1/incidents": "incidents", "/api/v1/tests/results": "tests"}


def names() -> list[str]:
    """Every shipped sample as `source/name`."""
    return [f"{room}/{name}" for room in rooms(app.sources, "SOURCE") for name in sample_names(_module(room))]


def sendable() -> list[str]:
    """Those that a sender sends: what only the service tells itself comes through no door."""
    inside = {name for name, source in rooms(app.sources, "SOURCE").items() if source.door == "inside"}
    return [name for name in names() if name.partition("/")[0] not in inside]


def find(sample: str) -> tuple[Source, Sample]:
    """The sample of this name or file. Exits with the nearest name when there is none."""
    sources, known = rooms(app.sources, "SOURCE"), names()
    if sample in known:
        room, _, name = sample.partition("/")
        return sources[room], load_sample(_module(room), name)
    if sample.endswith(".http") and Path(sample).is_file():
        found = read_sample(Path(sample).read_bytes())
        path = found.path.partition("?")[0]
        room = path.split("/")[2] if path.startswith("/hooks/") else _API_ROOMS.get(path, "scans")
        for source in sources.values():
            if room in (source.name, *source.aliases):
                return source, found
    raise _nothing(sample, known)


def _module(room: str) -> str:
    """A room's module: Python's names have no hyphen."""
    return f"app.sources.{room.replace('-', '_')}"


def _nothing(sample: str, known: list[str]) -> typer.Exit:
    return say(f"there is no sample {sample!r} ({did_you_mean(sample, known) or 'shipbell send --list'})", USAGE)
