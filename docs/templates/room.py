"""Opens a room: copies a template under a new name. `python -m docs.templates.room source gitea`."""

import re
import sys
from pathlib import Path

TEMPLATES = Path(__file__).parent
CORRIDORS = {"source": "sources", "channel": "channels"}
_NAME = re.compile(r"[a-z][a-z0-9]{1,30}")


def open_room(kind: str, name: str, app: Path) -> Path:
    """The folder of the new room in `app`. Raises ValueError that says what is wrong with the wish."""
    if kind not in CORRIDORS:
        raise ValueError(f"there are rooms for a {' or a '.join(CORRIDORS)}, not for a {kind!r}")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be a room's name: write NAME=gitea, lower-case letters and digits")
    folder = app / CORRIDORS[kind] / name
    if folder.exists():
        raise ValueError(f"{folder} exists already")
    for template in sorted((TEMPLATES / kind).rglob("*")):
        if template.is_file() and template.suffix != ".pyc":
            target = folder / template.relative_to(TEMPLATES / kind)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_renamed(template.read_text("utf-8"), name), "utf-8")
    return folder


def _renamed(text: str, name: str) -> str:
    """The template's own name as the new one; a host such as ci.example.com stays."""
    for old, new in (("example", name), ("Example", name.capitalize())):
        text = re.sub(rf"{old}(?!\.com)", new, text)
    return text


def main(arguments: list[str]) -> int:
    """Open the room and say what comes next."""
    kind, name = arguments
    try:
        folder = open_room(kind, name, Path("app"))
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{folder} is open. What to write into it: CONTRIBUTING.md. What it has to keep: pytest tests/conformance")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
