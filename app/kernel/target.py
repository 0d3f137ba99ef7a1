"""A URL that we may post to, parsed once and by the parser that also connects: two parsers are two opinions."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from yarl import URL

# Printable ASCII without the backslash, which some parsers read as a slash; no blanks, no line ends.
_PLAIN = re.compile(r"[!-\[\]-~]+")
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")


@dataclass(frozen=True, slots=True)
class Target:
    """`extra` says that the operator named this host:port: it may be plain http and a private address."""

    url: URL
    extra: bool

    @property
    def host(self) -> str:
        """The host in lower case, safe to show."""
        return self.url.host or ""


def read_target(text: str, extra_hosts: Collection[str]) -> Target:
    """Parse a URL. Raises ValueError, whose text never shows the URL.

    It is https on port 443 without user, password or fragment, unless its `host:port` is one of `extra_hosts`
    (`127.0.0.1:8065`, `[::1]:8065`, `chat.example.com:443`).
    """
    try:
        url = URL(text, encoded=True) if _PLAIN.fullmatch(text) else None
        host, port = (url.host, url.port) if url else (None, None)
    except ValueError:
        url = host = None
    if url is None or not host or not _HOST.fullmatch(host):
        raise ValueError("it is not a URL")
    if url.scheme not in ("https", "http"):
        raise ValueError("it has to begin with https://")
    if url.raw_user is not None or url.raw_password is not None or url.raw_fragment:
        raise ValueError("it may have no user, password or fragment")
    name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    extra = name in extra_hosts
    if not extra and (url.scheme != "https" or port != 443):
        raise ValueError("it has to be https on port 443, or its host:port one of SHIPBELL_EXTRA_CHANNEL_HOSTS")
    return Target(url, extra)
