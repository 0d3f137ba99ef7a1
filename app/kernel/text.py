"""Text from outside is data: bounded, without NUL and lone surrogates."""

import re

MESSAGE_LIMIT = 8192
TITLE_LIMIT = 300
LIST_LIMIT = 100

# Control characters (a terminal obeys them), line separators (a log line has to stay one), and what
# turns the direction of writing or has no width (a reader is shown something else than is there).
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def clean(text: str, limit: int = TITLE_LIMIT) -> str:
    """The text with NUL and lone surrogates replaced by U+FFFD, cut to `limit` characters with an ellipsis."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def visible(text: str, keep: str = "") -> str:
    """The text with everything that a terminal would obey or hide shown as `\\u001b`, but for `keep`."""
    return _UNSEEN.sub(lambda found: found[0] if found[0] in keep else f"\\u{ord(found[0]):04x}", text)
