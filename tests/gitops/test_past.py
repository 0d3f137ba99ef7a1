"""Which image an earlier commit asked for, if one file tells it."""

from collections.abc import Mapping

import pytest

from app.gitops import Desired, image_then

PLACE = "apps/pay/overlays/prod"
OWN = f"{PLACE}/kustomization.yaml"
BASE = "apps/pay/base/deployment.yaml"
DIGEST = f"sha256:{'ab' * 32}"
IMAGE = "registry.example.com/acme/pay"


def then(files: Mapping[str, str], path: str = OWN) -> str | None:
    now = Desired("pay", "prod", "", image=IMAGE, tag="9", path=path, place=PLACE)
    names = tuple(name.rpartition("/")[2] for name in files if name.startswith(f"{PLACE}/"))
    return image_then(lambda name: files[name].encode() if name in files else None, names, now, IMAGE)


def images(*entries: str) -> str:
    return "images:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (images(f"name: {IMAGE}, newTag: '1.4'"), f"{IMAGE}:1.4"),
        (images(f"name: pay, newName: {IMAGE}, newTag: v2"), f"{IMAGE}:v2"),
        (images(f"name: {IMAGE}, digest: '{DIGEST}'"), f"{IMAGE}@{DIGEST}"),
        (images("name: registry.example.com/mesh, newTag: v1"), None),
        (images(f"name: {IMAGE}, newTag: v1", f"name: {IMAGE}, newTag: v2"), None),  # not read as kustomize would
        (images(f"name: {IMAGE}, newTag: 1e10"), None),
        ("images: [", None),
    ],
)
def test_the_overlays_own_kustomization_tells(text: str, said: str | None) -> None:
    assert then({OWN: text}) == said


def test_else_the_file_in_which_it_stands_now() -> None:
    manifest = f"spec:\n  containers:\n    - {{name: pay, image: '{IMAGE}:3'}}\n    - {{image: 'mesh:1'}}\n"
    assert then({OWN: "resources: [../../base]\n", BASE: manifest}, BASE) == f"{IMAGE}:3"
    assert then({OWN: images(f"name: {IMAGE}, newTag: v1"), BASE: manifest}, BASE) == f"{IMAGE}:v1"
    assert then({BASE: manifest}, OWN) is None
    assert then({}) is None


def test_what_may_have_been_put_over_it_is_not_told() -> None:
    own = images(f"name: {IMAGE}, newTag: v1")
    assert then({OWN: own, f"{PLACE}/.argocd-source-pay-prod.yaml": ""}) is None
    assert then({OWN: own, f"{PLACE}/Kustomization": own}) is None
