"""A registry: of which commit an image was built, whatever it takes to be told so, and nothing else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from app.clients.auth import Bearer
from app.clients.faults import ApiFault
from app.clients.image_names import ImageName, image_name
from app.clients.registries import open_registries
from app.clients.registry import Registry
from app.clients.registry_answers import Built, Manifest, built
from app.clients.replies import read
from app.clients.upstreams import RegistryEntry
from app.kernel.secrets import Secret
from app.standins.registry import Registry as StandIn
from tests.collector.conftest import STORY
from tests.tools.serving import served

CHECKOUT = STORY.services["checkout"]
SHA = CHECKOUT.main
LABELLED = replace(STORY, services={"checkout": replace(CHECKOUT, labels={"v7": SHA})})
IMAGE = ImageName("registry.example.com", "acme/checkout", "v7")
BUILT = Built(SHA, "https://bitbucket.org/acme/checkout")


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn(LABELLED)


@pytest.fixture
async def url(stand_in: StandIn) -> AsyncIterator[str]:
    async with served(Starlette(routes=[Mount("/registry", routes=stand_in.routes())])) as root:
        yield f"{root}/registry"


def opened(url: str, **more: Any) -> Registry:
    entry = RegistryEntry(url=url, user="bell", token_env="T", **more)  # its variable's name
    (registry,) = open_registries({"registry.example.com": entry}, lambda *_: Secret("registry-CANARY-1")).values()
    return registry


async def test_a_token_is_asked_for_and_the_labels_are_read_once(url: str) -> None:
    registry = opened(url)
    assert await registry.built_from(IMAGE) == BUILT
    assert (registry.api.requests, registry.tokens.requests) == (4, 1)
    assert await registry.built_from(IMAGE) == BUILT  # a tag may move: what it is now is asked, and no more
    assert (registry.api.requests, registry.tokens.requests) == (5, 1)
    pinned = replace(IMAGE, reference=next(digest for _, digest in registry._kept))
    assert await registry.built_from(pinned) == BUILT
    assert registry.api.requests == 5


async def test_what_is_kept_elsewhere_is_fetched_without_the_token_if_it_may(url: str, stand_in: StandIn) -> None:
    stand_in.far = url.replace("127.0.0.1", "localhost") + "/far"
    host = stand_in.far.split("/")[2]
    assert await opened(url, storage=(host,)).built_from(IMAGE) == BUILT
    for far, said in ((stand_in.far, "https on port 443"), ("https://127.0.0.1/far", "cannot be read")):
        stand_in.far = far
        with pytest.raises(ApiFault, match=said) as caught:
            await opened(url).built_from(IMAGE)
        assert "signed" not in str(caught.value)


async def test_a_document_that_is_not_the_one_that_was_named_is_refused(url: str, stand_in: StandIn) -> None:
    stand_in.far = url.replace("127.0.0.1", "localhost") + "/far"
    registry = opened(url, storage=(stand_in.far.split("/")[2],))
    for digest, (kind, body) in [*stand_in._documents.items()]:
        stand_in._documents[digest] = (kind, body)
    digest = stand_in._index(LABELLED.services["checkout"], "v7")
    changed = {each: (kind, body.replace(b"v7", b"v8")) for each, (kind, body) in stand_in._documents.items()}
    assert digest in changed
    stand_in._index = lambda *_: digest  # type: ignore[method-assign]
    stand_in._documents = changed
    with pytest.raises(ApiFault, match="not the one that was named"):
        await registry.built_from(IMAGE)


async def test_an_image_that_is_not_there(url: str) -> None:
    with pytest.raises(ApiFault) as caught:
        await opened(url).built_from(replace(IMAGE, repository="acme/nothing"))
    assert caught.value.kind == "not_found"


async def test_our_token_is_shown_to_no_other_host() -> None:
    """A challenge that leads elsewhere is refused, and so is a plain `Basic` where a bearer token is configured."""
    heard: list[str] = []
    challenge = 'Bearer realm="https://evil.example.com/token",service="x"'

    async def refuse(request: Request) -> Response:
        heard.append(request.headers.get("authorization", ""))
        return JSONResponse({}, 401, {"www-authenticate": challenge})

    async with served(Starlette(routes=[Route("/{path:path}", refuse)])) as root:
        registry = opened(root)
        with pytest.raises(ApiFault, match="leads to evil"):
            await registry.built_from(IMAGE)
        assert (heard, registry.tokens.requests) == ([""], 0)
        challenge = 'Basic realm="x"'
        registry = opened(root)
        with pytest.raises(ApiFault) as caught:
            await registry.built_from(IMAGE)
        assert caught.value.kind == "auth_error"
        assert [each.partition(" ")[0] for each in heard[1:]] == ["", "Basic"]
        registry.auth = Bearer(Secret("registry-CANARY-2"))
        registry._passes.clear()
        with pytest.raises(ApiFault, match="none is configured"):
            await registry.built_from(IMAGE)
        assert heard[-1] == "Bearer registry-CANARY-2"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("registry.example.com/acme/checkout:1.4", ("registry.example.com", "acme/checkout", "1.4")),
        ("localhost:5000/checkout:1.4", ("localhost:5000", "checkout", "1.4")),
        ("nginx:1.27", ("docker.io", "library/nginx", "1.27")),
        ("acme/checkout:1.4@sha256:" + "a" * 64, ("docker.io", "acme/checkout", "sha256:" + "a" * 64)),
        ("registry.example.com/acme/checkout", None),
        ("registry.example.com/../v2/_catalog:x", None),
        ("registry.example.com/acme/checkout:1.4/../../token", None),
        ("registry.example.com/acme/checkout@sha256:12", None),
        ("", None),
    ],
)
def test_names_of_images(text: str, name: tuple[str, str, str] | None) -> None:
    assert image_name(text) == (ImageName(*name) if name else None)


def test_what_counts_as_a_commit_and_which_image_of_an_index() -> None:
    revision = "org.opencontainers.image.revision"
    assert built({revision: "A" * 40}) == Built("a" * 40)
    assert built({revision: "1.4.0"}) == built({revision: None}) == built({}) == Built()
    index = {
        "annotations": None,
        "manifests": [
            {"digest": "sha256:" + "1" * 64, "platform": {"os": "windows", "architecture": "amd64"}},
            {"digest": "sha256:" + "2" * 64, "platform": {"os": "linux", "architecture": "amd64"}},
            {"digest": "sha256:" + "3" * 64, "platform": {"os": "unknown", "architecture": "unknown"}},
        ],
    }
    one = read(Manifest, index, "x").image()
    assert one is not None
    assert one.digest == "sha256:" + "2" * 64
    with pytest.raises(ApiFault, match="digest"):
        read(Manifest, {"config": {"digest": "sha256:../../v2"}}, "x")
