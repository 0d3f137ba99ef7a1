"""The registries that the section `upstreams` names, by the host that stands in an image's name."""

from collections.abc import Callable, Mapping

from app.clients.api import Api, Limits
from app.clients.auth import Auth, Basic, Bearer
from app.clients.image_names import DOCKER
from app.clients.registry import MOST_BYTES, Registry
from app.clients.upstreams import RegistryEntry
from app.kernel.secrets import Secret

_LIMITS = Limits(whole=MOST_BYTES, deadline=30)
# Docker's own is asked elsewhere than it is called: https://distribution.github.io/distribution/spec/auth/token/
_ELSEWHERE = {DOCKER: ("https://registry-1.docker.io", "https://auth.docker.io")}


def open_registries(
    entries: Mapping[str, RegistryEntry], token: Callable[[str, str], Secret]
) -> Mapping[str, Registry]:
    """A client of each. Raises ConfigError for a host that is none."""
    return {host.lower(): _registry(host.lower(), entry, token) for host, entry in entries.items()}


def url_of(host: str, entry: RegistryEntry) -> str:
    """Where it is asked."""
    return entry.url or _ELSEWHERE.get(host.lower(), (f"https://{host.lower()}",))[0]


def _registry(host: str, entry: RegistryEntry, token: Callable[[str, str], Secret]) -> Registry:
    _, usual_tokens = _ELSEWHERE.get(host, (None, None))
    url, auth, name = url_of(host, entry), _auth(host, entry, token), f"registries.{host}"
    tokens_at = entry.tokens_at or (None if entry.url else usual_tokens) or url
    ours = auth if isinstance(auth, Basic) else None
    return Registry(
        Api(name, url, limits=_LIMITS), Api(f"{name}.tokens", tokens_at, ours, limits=_LIMITS), auth, entry.storage
    )


def _auth(host: str, entry: RegistryEntry, token: Callable[[str, str], Secret]) -> Auth | None:
    if entry.token_env is None:
        return None
    secret = token(entry.token_env, f"registries.{host}")
    return Basic(entry.user, secret) if entry.user else Bearer(secret)
