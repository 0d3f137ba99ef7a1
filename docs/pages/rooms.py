"""A room's README as a part of the reference."""

import re
from importlib import resources

_RELATIVE = re.compile(r"\[([^\]]+)\]\((?!https?://|#)([^)]*)\)")
_SISTER = re.compile(r"\.\./([a-z_]+)/README\.md")


def readme(room: str) -> str:
    """The README of a room's module. Links to its sisters lead to their pages; those to files become plain text."""

    def moved(link: re.Match[str]) -> str:
        sister = _SISTER.fullmatch(link[2])
        return f"[{link[1]}]({sister[1]}.md)" if sister else link[1]

    return _RELATIVE.sub(moved, (resources.files(room) / "README.md").read_text("utf-8"))


def below(text: str) -> str:
    """The text with its headings one level down."""
    out, fenced = [], False
    for line in text.splitlines():
        fenced ^= line.lstrip().startswith("```")
        out.append(f"#{line}" if line.startswith("#") and not fenced else line)
    return "\n".join(out)
