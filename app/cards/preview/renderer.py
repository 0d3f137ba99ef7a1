"""Microsoft's renderer of Adaptive Cards and the Markdown that it needs: fetched by `make preview`, not in git."""

from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

FILES = ("markdown-it.min.js", "adaptivecards.min.js")


@dataclass(frozen=True, slots=True)
class Renderer:
    """The renderer's scripts, in the order in which a page loads them."""

    scripts: tuple[str, ...]


def find_renderer(folder: Traversable | None = None) -> Renderer | None:
    """The renderer that was fetched into this package (or `folder`), or None: the page then shows text and JSON."""
    place = folder or resources.files("app.cards.preview") / "renderer"
    files = [place / name for name in FILES]
    if not all(file.is_file() for file in files):
        return None
    return Renderer(tuple(file.read_text(encoding="utf-8") for file in files))
