import pytest

from app.events.cdevents.purl import artifact, image_purl
from tests.events.cdevents.views import SHA, rollout

DIGEST = "sha256:" + "0b31b1c0" * 8


@pytest.mark.parametrize(
    ("image", "purl"),
    [
        ("checkout", "pkg:oci/checkout"),
        ("checkout:1.2", "pkg:oci/checkout?tag=1.2"),
        ("ghcr.io/acme/Checkout:1.2", "pkg:oci/checkout?repository_url=ghcr.io/acme/Checkout&tag=1.2"),
        ("localhost:5000/checkout", "pkg:oci/checkout?repository_url=localhost%3A5000/checkout"),
        (f"ghcr.io/a/b@{DIGEST}", f"pkg:oci/b@{DIGEST.replace(':', '%3A')}?repository_url=ghcr.io/a/b"),
        (f"b:1@{DIGEST}", f"pkg:oci/b@{DIGEST.replace(':', '%3A')}?tag=1"),
    ],
)
def test_an_image_is_known_by_its_name_its_place_and_its_digest(image: str, purl: str) -> None:
    assert image_purl(image) == purl


def test_of_several_images_the_one_of_the_version_is_meant() -> None:
    images = ["proxy:9", "acme/checkout:1.43.0"]
    assert artifact(rollout(images=images)) == "pkg:oci/checkout?repository_url=acme/checkout&tag=1.43.0"
    assert artifact(rollout(images=images, version="2")) == "pkg:oci/proxy?tag=9"


def test_without_an_image_it_is_our_service_at_what_is_known() -> None:
    assert artifact(rollout(images=[])) == "pkg:generic/checkout@1.43.0"
    assert artifact(rollout(images=[], version=None)) == f"pkg:generic/checkout@{SHA}"
    assert artifact(rollout(images=[], version=None, commit=None)) is None
    assert artifact(rollout(images=[], service="unmapped")) is None
