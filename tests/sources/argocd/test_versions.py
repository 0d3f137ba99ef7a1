import pytest

from app.sources.argocd.message import Origin
from app.sources.argocd.versions import image_version, source_version

SHA, DIGEST = "0a" * 20, "sha256:" + "0b" * 32


@pytest.mark.parametrize(
    ("images", "version"),
    [
        (["registry.example.com:5000/acme/checkout:1.2.3"], "1.2.3"),
        (["checkout:1.2.3@" + DIGEST], "1.2.3"),
        (["acme/checkout:1.2.3", "mesh/proxy:9.9"], "1.2.3"),
        (["acme/checkout:1.2.3", "acme/checkout:1.2.2"], None),
        (["acme/web:7", "acme/worker:7"], "7"),
        (["acme/web:7", "acme/worker:8"], None),
        (["acme/checkout@" + DIGEST], None),
        (["registry.example.com:5000/acme/checkout"], None),
        (["acme/check:1", "acme/out:2"], None),
        ([], None),
        ([":", "@", "/"], None),
    ],
)
def test_the_tag_of_the_applications_own_image(images: list[str], version: str | None) -> None:
    assert image_version(images, "shop-checkout-prod") == version


@pytest.mark.parametrize(
    ("origins", "revisions", "version"),
    [
        ([Origin(chart="shop", target_revision="4.*")], ["4.8.1"], "4.8.1"),
        ([Origin(path="x"), Origin(chart="shop")], [SHA, "4.8.1"], "4.8.1"),
        ([Origin(target_revision="v1.4.0")], [SHA], "v1.4.0"),
        ([Origin(target_revision="main")], [SHA], SHA[:7]),
        ([Origin(target_revision="HEAD")], [], None),
        ([], ["main"], None),
        ([], [], None),
    ],
)
def test_without_a_tag_the_source_says_the_version(
    origins: list[Origin], revisions: list[str], version: str | None
) -> None:
    assert source_version(origins, revisions) == version
