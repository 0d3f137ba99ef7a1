"""Which addresses of repositories git may be given: it takes some for options, and runs programs for others."""

import ipaddress
import re
from collections.abc import Set as AbstractSet
from urllib.parse import urlsplit

from app.kernel.errors import ConfigError

_SCP = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9][A-Za-z0-9.-]*:(?!-)[^\s:]+")
_DANGEROUS = ("--upload-pack", "--receive-pack", "--exec", "--config", "::")
PROTOCOLS = frozenset({"https", "ssh", "http"})


def checked_url(url: str, protocols: AbstractSet[str] = PROTOCOLS) -> str:
    """The URL of a repository, if git may have it: https, ssh (also as `git@host:path`), http on this machine only.

    Raises ConfigError: for other protocols (`ext::` runs a program), options in the place of an address, a host or
    path that begins with `-`, and passwords, which would stand in logs.
    """
    if not url or url.startswith("-") or any(char.isspace() or not char.isprintable() for char in url):
        raise ConfigError("this is no URL of a repository")
    if any(word in url for word in _DANGEROUS):
        raise ConfigError("the URL of a repository holds an option of git or a helper program")
    if "ssh" in protocols and _SCP.fullmatch(url):
        return url
    _check_parts(url, protocols)
    return url


def _check_parts(url: str, protocols: AbstractSet[str]) -> None:
    try:
        parts = urlsplit(url)
        host, password = parts.hostname or "", parts.password
    except ValueError:
        raise ConfigError("this is no URL of a repository") from None
    if parts.scheme not in protocols:
        allowed = ", ".join(sorted(protocols))
        raise ConfigError(f"a repository is read by {allowed}, not by {parts.scheme or 'a path'!r}")
    if password is not None or (parts.username is not None and parts.scheme != "ssh"):
        raise ConfigError("the URL of a repository holds a user or password", hint="name its variable in token_env")
    if parts.scheme != "file" and (not host or host.startswith("-")):
        raise ConfigError("the URL of a repository has no host")
    if parts.scheme == "http" and not _here(host):
        raise ConfigError("a token would be readable on its way", hint="use https")


def _here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
