"""What the documentation tests read: the hand-written pages, and the commands and paths that they quote."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")


def written() -> list[Path]:
    """Pages that people write: README and the like, docs without the generated ones, READMEs of rooms."""
    docs = [path for path in (ROOT / "docs").rglob("*.md") if not {"reference", "templates"} & set(path.parts)]
    rooms = [*(ROOT / "app").glob("*/*/README.md")]
    return sorted([*ROOT.glob("*.md"), *(ROOT / "bench").glob("*.md"), *docs, *rooms])


def quoted(text: str) -> Iterator[str]:
    """Every line of a fenced block without its comment, and every piece of inline code."""
    for language, block in _FENCED.findall(text):
        if language in ("", "sh", "yaml"):
            for line in block.replace("\\\n", " ").splitlines():
                yield line.split("  #")[0].strip().removeprefix("- ")
    yield from _INLINE.findall(_FENCED.sub("", text).replace("\n", " "))


def reference(name: str) -> str:
    return (REFERENCE / name).read_text("utf-8")
