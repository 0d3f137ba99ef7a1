"""Writes docs/reference/ from the code: `python -m docs.generate`, or with `--check` says what is out of step."""

import sys
from collections.abc import Mapping
from pathlib import Path

from docs.pages import (
    api,
    cards,
    channels,
    commands,
    events,
    gates,
    measures,
    metrics,
    outcomes,
    rules,
    settings,
    sources,
)

FOLDER = Path(__file__).parent / "reference"
_MODULES = (settings, commands, api, events, rules, cards, sources, channels, outcomes, gates, measures, metrics)


def pages() -> dict[str, str]:
    """Every page of the reference by its path in the folder."""
    found: dict[str, str] = {}
    for module in _MODULES:
        for path, text in module.pages().items():
            found[path] = (
                f"<!-- Written by `python -m docs.generate` from {module.ORIGIN}: change it there. -->\n{text}"
            )
    return found


def stale(wanted: Mapping[str, str], folder: Path = FOLDER) -> list[str]:
    """The paths that are missing, differ, or should not be there."""
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.md")}
    differ = [path for path, text in wanted.items() if path in there and there[path].read_text("utf-8") != text]
    return sorted({*differ, *(wanted.keys() ^ there.keys())})


def write(wanted: Mapping[str, str], folder: Path = FOLDER) -> None:
    """Make the folder hold these pages and no others."""
    for path in stale(wanted, folder):
        file = folder / path
        if path in wanted:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(wanted[path], "utf-8")
        else:
            file.unlink()


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` only compare: 1 if any is out of step."""
    wanted = pages()
    behind = stale(wanted)
    if "--check" not in arguments:
        write(wanted)
        print(f"{len(wanted)} pages, {len(behind)} of them changed")
        return 0
    for path in behind:
        print(f"docs/reference/{path} is not what the code says: run python -m docs.generate")
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
