"""The pages of sources: what rooms there are, and each room's README."""

import inspect

import app.sources
from app.kernel.discover import rooms
from app.kernel.samples import sample_names
from app.sources import Source
from docs.pages.markdown import code, codes, first_line, table
from docs.pages.rooms import readme

ORIGIN = "app/sources/"

_INTRO = """# Sources

A source is a system that sends to us. Each is a folder in `app/sources/`; it has a door when it has a
[secret](settings.md#secrets-of-sources). To add one: [CONTRIBUTING.md](../contributing.md).
"""


def pages() -> dict[str, str]:
    """`sources.md`, and `sources/<name>.md` for each room."""
    found = rooms(app.sources, "SOURCE")
    rows = [
        (f"[{source.title}](sources/{name}.md)", code(door(source)), codes(sorted(source.types)))
        for name, source in found.items()
    ]
    index = f"{_INTRO}\n{table(['source', 'door', 'events'], rows)}\n"
    return {"sources.md": index, **{f"sources/{name}.md": _room(source) for name, source in found.items()}}


API_DOORS = {
    "scans": "/api/v1/security/scans",
    "incidents": "/api/v1/incidents",
    "tests": "/api/v1/tests/results",
}


def door(source: Source) -> str:
    """Where it sends to."""
    if source.door == "api":
        return f"POST {API_DOORS[source.name]}"
    if source.door == "inside":
        return "none: it is part of the service"
    return f"POST /hooks/{source.name}" + ("/<token>" if source.scheme.in_path else "")


def _room(source: Source) -> str:
    module = f"app.sources.{source.name.replace('-', '_')}"
    facts = [
        ("door", code(door(source))),
        ("other names", codes(source.aliases) or "–"),
        (
            "proof",
            _proof(source),
        ),
        ("event types", codes(sorted(source.types))),
        ("headers that are kept", codes(("content-type", "user-agent", *source.keeps))),
        ("what tells a repeat", _repeat(source)),
        ("samples", codes(f"{source.name}/{name}" for name in sample_names(module))),
    ]
    return f"{readme(module).rstrip()}\n\n## In short\n\n{table(['', ''], facts)}\n"


def _proof(source: Source) -> str:
    ways = {"api": "a bearer token with the scope `ingest`", "inside": "none is needed"}
    return ways.get(source.door) or first_line(type(source.scheme))


def _repeat(source: Source) -> str:
    text = inspect.getdoc(source.dedupe)
    return first_line(source.dedupe) if text else "the body's hash"
