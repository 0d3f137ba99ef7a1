"""Text from outside is data: bounded, without NUL and lone surrogates."""

MESSAGE_LIMIT = 8192
TITLE_LIMIT = 300
LIST_LIMIT = 100


def clean(text: str, limit: int = TITLE_LIMIT) -> str:
    """The text with NUL and lone surrogates replaced by U+FFFD, cut to `limit` characters with an ellipsis."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text if len(text) <= limit else text[: limit - 1] + "…"
