"""Veracode's explanations: HTML or plain text, what is wrong first and then what to do about it."""

from contextlib import suppress
from html.parser import HTMLParser

from app.kernel.text import clean

_LONGEST = 8192
_BREAKS = frozenset({"span", "p", "br", "div", "li"})


class _Paragraphs(HTMLParser):
    """Collects the text between breaks; tags, comments and the like are dropped."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[list[str]] = [[]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.blocks.append([])

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS:
            self.blocks.append([])

    def handle_data(self, data: str) -> None:
        first, *others = data.replace("\r\n", "\n").split("\n\n")
        self.blocks[-1].append(first)
        self.blocks.extend([other] for other in others)


def paragraphs(text: str) -> list[str]:
    """The paragraphs as plain text, each on one line and bounded, without the list of references at the end."""
    reader = _Paragraphs()
    with suppress(AssertionError):  # Python's parser gives up so on `<![x`: what was read until there is kept
        reader.feed(text[:_LONGEST] + "<br>")  # a break flushes; `close()` is quadratic over unclosed tags
    lines = (clean(" ".join("".join(block).split())) for block in reader.blocks)
    return [line for line in lines if line and not line.startswith("References:")]
