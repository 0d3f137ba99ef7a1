"""Which addresses of an upstream are asked: those of the host that the operator named, and of no other."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import httpx

from app.clients.faults import ApiFault, Elsewhere
from app.kernel.errors import ConfigError

LONGEST_URL = 8192


def segment(text: str) -> str:
    """One segment of a path, whatever stands in it: slashes of a branch too."""
    return quote(text, safe="")


class Addressed:
    """URLs below the one of the upstream. The token goes with each of them, so none leads to another host."""

    def __init__(self, upstream: str, url: str) -> None:
        """Raises ConfigError for what is no http(s) URL, or holds a password."""
        self._upstream = upstream
        try:
            self._base = httpx.URL(url.rstrip("/"))
        except httpx.InvalidURL:
            raise ConfigError(f"{upstream}: its url is not one") from None
        if self._base.scheme not in ("http", "https") or not self._base.host or self._base.userinfo:
            raise ConfigError(f"{upstream}: its url has to be https://host, without user and password")
        if self._base.query or self._base.fragment:
            raise ConfigError(f"{upstream}: its url has no query")

    @property
    def host(self) -> str:
        """The host alone."""
        return self._base.host

    def of(self, path: str, params: Mapping[str, str | int | Sequence[str]] | None = None) -> httpx.URL:
        """A percent-encoded path below the upstream's URL, or a link that it gave us, which is taken as it is."""
        if path.startswith(("http://", "https://")):
            return self._same_host(path)
        url = httpx.URL(f"{self._base}{path}")
        return url.copy_merge_params({name: _plain(value) for name, value in params.items()}) if params else url

    def redirected(self, url: httpx.URL, location: str) -> httpx.URL:
        """Where an answer sends us to. Raises Elsewhere when that is another host."""
        try:
            return self._same_host(str(url.join(location)))
        except (httpx.InvalidURL, ValueError):
            raise self._elsewhere("nowhere") from None
        except ApiFault as fault:
            raise Elsewhere(self._upstream, fault.detail, str(url.join(location))) from None

    def _same_host(self, link: str) -> httpx.URL:
        try:
            url = httpx.URL(link)
        except httpx.InvalidURL:
            raise self._elsewhere("nowhere") from None
        if _origin(url) != _origin(self._base) or url.userinfo or len(link) > LONGEST_URL:
            raise self._elsewhere(url.host)
        return url

    def _elsewhere(self, where: str) -> ApiFault:
        return ApiFault("integration_error", self._upstream, f"a link that leads to {where}, not to {self.host}")


def _plain(value: str | int | Sequence[str]) -> str | int | list[str]:
    return value if isinstance(value, str | int) else list(value)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
