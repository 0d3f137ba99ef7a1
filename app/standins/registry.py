"""A registry of the story's images over its HTTP API: tokens, an index, manifests, and configurations with labels."""

import hashlib
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.standins.answers import answer
from app.standins.story.model import Service, Story

_INDEX, _IMAGE = (f"application/vnd.oci.image.{name}.v1+json" for name in ("index", "manifest"))
_CONFIGURATION = "application/vnd.oci.image.config.v1+json"
_PASS = "a-pass-of-the-registry"  # noqa: S105  # whoever has been told it may read
_BASE = {"org.opencontainers.image.title": "base", "org.opencontainers.image.version": "12"}


class Registry:
    """The routes. A token is asked for by `Basic`, and a pass is handed out for it, as `Bearer` from then on."""

    def __init__(self, story: Story) -> None:
        self._services = {f"acme/{name}": each for name, each in story.services.items()}
        self._documents: dict[str, tuple[str, bytes]] = {}
        self.far = ""
        """Where blobs are kept, if they are kept elsewhere: the beginning of their addresses."""

    def routes(self) -> list[Route]:
        """Under `/registry`."""
        return [
            Route("/token", self.token),
            Route("/v2/{repository:path}/manifests/{reference}", self.manifest),
            Route("/v2/{repository:path}/blobs/{digest}", self.blob),
            Route("/far/{digest}", self.kept),
        ]

    async def token(self, request: Request) -> Response:
        """A pass, for a name and its token."""
        if not request.headers.get("authorization", "").startswith("Basic "):
            return answer({"errors": [{"code": "UNAUTHORIZED"}]}, 401)
        return answer({"token": _PASS, "expires_in": 300})

    async def manifest(self, request: Request) -> Response:
        """The index that a tag names; by digest what that names."""
        repository, reference = request.path_params["repository"], request.path_params["reference"]
        service = self._services.get(repository)
        if refused := self._refused(request):
            return refused
        if service is not None and ":" not in reference:
            return self._shown(self._index(service, reference))
        return self._shown(reference) if reference in self._documents else _unknown("MANIFEST_UNKNOWN")

    async def blob(self, request: Request) -> Response:
        """A configuration, or the way to where it is kept."""
        digest = request.path_params["digest"]
        if refused := self._refused(request):
            return refused
        if self.far:
            return RedirectResponse(f"{self.far}/{digest}?signed=for-you")
        return self._shown(digest) if digest in self._documents else _unknown("BLOB_UNKNOWN")

    async def kept(self, request: Request) -> Response:
        """The same where it is kept: nobody brings a token there."""
        if "authorization" in request.headers:
            return answer({"message": "only one auth mechanism allowed"}, 400)
        return self._shown(request.path_params["digest"])

    def _refused(self, request: Request) -> Response | None:
        if request.headers.get("authorization") == f"Bearer {_PASS}":
            return None
        realm = str(request.url).partition("/registry/")[0] + "/registry/token"
        challenge = f'Bearer realm="{realm}",service="registry.example.com",scope="repository:acme/x:pull"'
        return answer({"errors": [{"code": "UNAUTHORIZED"}]}, 401, {"www-authenticate": challenge})

    def _index(self, service: Service, tag: str) -> str:
        """The digest of the index of a tag: an image for linux, and an attestation of it."""
        commit = service.labels.get(tag) or (tag if tag in service.commits else None)
        said = {"org.opencontainers.image.revision": commit} if commit else {}
        source = f"https://bitbucket.org/acme/{service.name}"
        labels = _BASE | said | ({"org.opencontainers.image.source": source} if commit else {})
        configuration = self._document(_CONFIGURATION, {"os": "linux", "tag": tag, "config": {"Labels": labels}})
        image = self._document(
            _IMAGE, {"schemaVersion": 2, "mediaType": _IMAGE, "layers": [], "config": {"digest": configuration}}
        )
        attested = self._document(_IMAGE, {"schemaVersion": 2, "layers": [], "config": {"digest": configuration}})
        nowhere = {"os": "unknown", "architecture": "unknown"}
        both = [
            {"mediaType": _IMAGE, "digest": attested, "platform": nowhere},
            {"mediaType": _IMAGE, "digest": image, "platform": {"os": "linux", "architecture": "amd64"}},
        ]
        return self._document(_INDEX, {"schemaVersion": 2, "mediaType": _INDEX, "manifests": both, "annotations": None})

    def _document(self, kind: str, value: dict[str, Any]) -> str:
        body = orjson.dumps(value)
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        self._documents[digest] = (kind, body)
        return digest

    def _shown(self, digest: str) -> Response:
        kind, body = self._documents[digest]
        return Response(body, headers={"docker-content-digest": digest}, media_type=kind)


def _unknown(code: str) -> Response:
    return answer({"errors": [{"code": code, "message": "unknown"}]}, 404)
