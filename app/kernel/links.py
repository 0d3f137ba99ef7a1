"""Links that come from outside: shown only when they lead where they should."""

from collections.abc import Collection
from urllib.parse import urlsplit


def https_under(url: str | None, domains: Collection[str]) -> str | None:
    """The URL if it is https and its host is one of the domains or below one, without user or port; else None."""
    if not url or len(url) > 2048 or any(char <= " " or char in "\x7f\\" for char in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = parts.netloc.lower()
    if parts.scheme != "https" or not any(host == domain or host.endswith("." + domain) for domain in domains):
        return None
    return url
