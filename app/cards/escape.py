"""Text from outside, written so that it is shown and does nothing: as Markdown, as a URL, as plain text."""

import re
from urllib.parse import quote, urlsplit


class Safe(str):
    """Text that is ready as it stands: Markdown of ours, or a whole URL that was looked at."""

    __slots__ = ()


MAX_URL = 2048

# Control characters but newline and tab, and the marks that turn or hide the direction of what follows.
_UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_MENTION = re.compile(r"<(?=\s*(?:/\s*)?at\b)", re.IGNORECASE)
# A mark stands escaped only where it would open or close something: the phones' parser shows the backslash.
# Each alternative begins with its mark, so that `re` jumps from one to the next: ten times quicker.
_MARKS = re.compile(
    r"\\|\[|\]|<|>|`"
    r"|\*(?:(?<!\s\*)|(?!\s))"
    r"|_(?:(?<![^\W_]_)|(?![^\W_]))"
    r"|~(?:(?=~)|(?<=~~))"
    r"|!$|&(?=#?\w+;)"
)
# What would make a list, a heading or a line across of a text that begins so; U+200B shows nothing.
_BLOCK = re.compile(r"\s*(?:(?:[-+*]|\d{1,9}[.)]|#{1,6})(?:\s|$)|([-_*])\s*(?:\1\s*)+$)")
_BLANK = " \u200b"
_SPACES = re.compile(r"\s+")
# Most texts need nothing: these two say so at once.
_QUIET = re.compile(r"(?!\d+[.)](?:\s|$))[A-Za-z0-9][A-Za-z0-9 ,;:/@%'\"().?+=$^{|}-]*|#\d+")
_QUIET_URL = re.compile(
    r"https://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:[/?#][A-Za-z0-9._~:/?#@!$&'*+,;=%-]*)?"
)

_URL_KEEP = "!#$%&'*+,-./:;=?@_~"  # RFC 3986 without brackets and parentheses: they would end a Markdown link
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?")


def plain(text: str) -> str:
    """Text without what a screen would not show, in which nothing is a Teams mention."""
    if text.isascii() and text.isprintable() and "<" not in text:
        return text
    return _MENTION.sub("<\u200b", _UNSHOWN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def markdown(text: str) -> str:
    """Text as Markdown that shows it: one line, no link, no emphasis, no list, no mention.

    Backslashes work in Teams' web renderer; the phones' parser takes them away only before `[ ] )` and emphasis.
    """
    if _QUIET.fullmatch(text):
        return text
    line = plain(text)
    if not line.isprintable() or "  " in line:
        line = _SPACES.sub(" ", line)
    begins = _BLOCK.match(line)
    line = _MARKS.sub(_escaped, line)
    return "\u200b" + line if begins else line


def _escaped(mark: re.Match[str]) -> str:
    return "\\" + mark[0]


def url(text: str) -> str:
    """A whole https URL with what is unsafe in it percent-encoded, or "" when nobody should click on it.

    Refused: another scheme, user names before the host (`https://bank.example@evil.example`), a host
    that is not plain ASCII, more than 2,048 characters.
    """
    if len(text) > MAX_URL:
        return ""
    if _QUIET_URL.fullmatch(text):
        return text
    if not text.startswith("https://") or "\\" in text or not text.isprintable():
        return ""
    try:
        if not _HOST.fullmatch(urlsplit(text).netloc):
            return ""
    except ValueError:
        return ""
    found = quote(text, safe=_URL_KEEP)
    return found if len(found) <= MAX_URL else ""


def url_part(text: str) -> str:
    """Text as a piece of a URL: everything that means something in one is percent-encoded."""
    return quote(text, safe="", errors="replace")


def url_text(text: str, length: int) -> str:
    """The beginning of a text as a piece of a URL that has at most `length` characters when it is percent-encoded."""
    found = ""
    for char in text[:length]:
        piece = url_part(char)
        if len(found) + len(piece) > length:
            break
        found += piece
    return found


def link(text: str, target: str) -> str:
    """A Markdown link of ours, or the text alone when the target is no https URL. What shows nothing reads `link`."""
    where = url(target)
    shown = markdown(text)
    if not where:
        return shown
    return f"[{shown if shown.strip(_BLANK) else 'link'}]({where})"
