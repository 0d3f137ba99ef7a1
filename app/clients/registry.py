"""A registry of images over its HTTP API, asked for one thing: of which commit an image was built.

No layer is ever read: the index, the manifest and the configuration alone, and no more than their labels need.
https://github.com/opencontainers/distribution-spec/blob/main/spec.md
https://distribution.github.io/distribution/spec/auth/token/
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from app.clients.api import Api
from app.clients.auth import Auth, Basic, Bearer
from app.clients.faults import ApiFault, Elsewhere, Kind
from app.clients.image_names import ImageName
from app.clients.registry_answers import Built, Configuration, Manifest, built
from app.clients.replies import parsed, read
from app.kernel.clock import monotonic
from app.kernel.errors import BadPayload
from app.kernel.secrets import Secret

MOST_BYTES = 4 << 20
"""Of one document: what registries take themselves."""
MOST_KEPT = 10_000
_ACCEPT = ", ".join(
    [
        *("application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json"),
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ]
)
_PART = re.compile(r'(\w+)="([^"]*)"')


@dataclass(slots=True)
class _Pass:
    """A token for one repository, until then (seconds)."""

    token: Secret
    until: float


@dataclass(slots=True)
class Registry:
    """One registry. `tokens` hands out tokens for it, at the one address that the configuration knows.

    `auth` is ours; `storage` are the `host:port`s, beside public ones, to which it may send us for a document.
    """

    api: Api
    tokens: Api
    auth: Auth | None = None
    storage: Collection[str] = ()
    _passes: dict[str, _Pass] = field(default_factory=dict, init=False)
    _kept: dict[tuple[str, str], Built] = field(default_factory=dict, init=False)

    async def built_from(self, image: ImageName) -> Built:
        """What an image was built from. Annotations go before labels, which images inherit from those below them.

        Answers are kept by digest, for ever. Raises ApiFault: `not_found` where there is no such image.
        """
        repository, kept = image.repository, self._kept.get((image.repository, image.reference))
        if kept is not None:
            return kept
        first, digest = await self._manifest(repository, image.reference)
        found = self._kept.get((repository, digest)) or built(first.annotations)
        if not found.revision and (one := first.image()) is not None:
            first = (await self._manifest(repository, one.digest))[0]
            found = built(first.annotations)
        if not found.revision and first.config is not None:
            found = built((await self._configuration(repository, first.config.digest)).labels)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        if digest:
            self._kept[repository, digest] = found
        return found

    async def _manifest(self, repository: str, reference: str) -> tuple[Manifest, str]:
        """The document, and its digest."""
        value, headers = await self._ask(repository, f"/v2/{repository}/manifests/{reference}")
        told = reference if ":" in reference else headers.get("docker-content-digest", "")
        return read(Manifest, value, self.api.name), told

    async def _configuration(self, repository: str, digest: str) -> Configuration:
        try:
            value, _ = await self._ask(repository, f"/v2/{repository}/blobs/{digest}")
        except Elsewhere as elsewhere:
            from app.clients.blobs import fetch_blob  # its library is long in loading, and few ask a registry

            body = await fetch_blob(self.api.name, elsewhere.location, digest, self.storage, MOST_BYTES)
            try:
                value = parsed(body)
            except BadPayload as error:
                raise ApiFault("integration_error", self.api.name, str(error)) from None
        return read(Configuration, value, self.api.name)

    async def _ask(self, repository: str, path: str) -> tuple[object, Mapping[str, str]]:
        """Ask with the token that we have, and once more with the one that the registry asks for."""
        for last in (False, True):
            challenges: list[str] = []

            def judge(status: int, headers: Mapping[str, str], heard: list[str] = challenges) -> Kind | None:
                if status == 401:
                    heard.append(headers.get("www-authenticate", ""))
                return None

            try:
                reply = await self.api.get(path, headers=self._headers(repository), judge=judge)
            except ApiFault as fault:
                if last or fault.kind != "auth_error" or not challenges:
                    raise
                await self._obtain(repository, challenges[0])
                continue
            return reply.value, reply.headers
        raise AssertionError("the last try returns or raises")

    def _headers(self, repository: str) -> dict[str, str]:
        known = self._passes.get(repository)
        if known is not None and known.until > monotonic():
            return {"Accept": _ACCEPT, "Authorization": known.token.reveal()}
        return {"Accept": _ACCEPT} | ({"Authorization": self.auth.header()} if isinstance(self.auth, Bearer) else {})

    async def _obtain(self, repository: str, challenge: str) -> None:
        """What a challenge asks for: our name and token themselves, or a token that is handed out for them."""
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "basic" and isinstance(self.auth, Basic):
            self._passes[repository] = _Pass(Secret(self.auth.header()), monotonic() + 3600)
            return
        parts = dict(_PART.findall(rest))
        realm = parts.get("realm", "")
        if scheme.lower() != "bearer" or not realm:
            raise ApiFault("auth_error", self.api.name, "it asks for a token, and none is configured", 401)
        wanted = {"scope": f"repository:{repository}:pull"}
        if service := parts.get("service"):
            wanted["service"] = service
        said = (await self.tokens.get(f"{realm}{'&' if '?' in realm else '?'}{urlencode(wanted)}")).value
        token = (said.get("token") or said.get("access_token")) if isinstance(said, dict) else None
        if not isinstance(token, str) or not token:
            raise ApiFault("integration_error", self.tokens.name, "it hands out no token")
        seconds = said.get("expires_in")
        lasts = seconds if isinstance(seconds, int | float) and 0 < seconds < 86_400 else 60
        self._passes[repository] = _Pass(Secret(f"Bearer {token}"), monotonic() + lasts - 5)
