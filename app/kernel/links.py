"""Links that come from outside: shown, or followed, only when they lead where they should."""

from collections.abc import Collection
from urllib.parse import urlsplit

NO_URL = "SHIPBELL_URL is no URL: write it as https://shipbell.example.com"
"""What is said of an address that is none; never the value, which may be a token in the wrong place."""


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


def is_address(url: str) -> bool:
    """Whether it says where a service is: http or https, a host, and neither a query nor blanks."""
    if any(char <= " " or char in "\x7f\\?#" for char in url):
        return False
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna"), parts.port
    except ValueError:  # a port, an address in brackets or a part of the name that cannot be
        return False
    return parts.scheme in ("http", "https") and bool(host) and port != 0
