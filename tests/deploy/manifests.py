"""What an overlay comes to, by kind and name."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML

from tests.house.checkout import ROOT
from tests.tools.kubectl import kustomize

OVERLAYS = ("sqlite", "postgres")
Manifest = dict[str, Any]
FOLDER = ROOT / "deploy" / "kubernetes"


@lru_cache(maxsize=8)
def _built(folder: str) -> str:
    return kustomize(ROOT / folder)


class Manifests:
    """All objects of an overlay. What is asked for by `one` has to be there once."""

    def __init__(self, overlay: str) -> None:
        text = _built(f"deploy/kubernetes/overlays/{overlay}")
        self.overlay = overlay
        self.all: list[Manifest] = list(YAML(typ="safe", pure=True).load_all(text))

    def kind(self, kind: str) -> list[Manifest]:
        return [each for each in self.all if each["kind"] == kind]

    def one(self, kind: str, name: str = "shipbell") -> Manifest:
        (found,) = (each for each in self.kind(kind) if each["metadata"]["name"] == name)
        return found

    @property
    def deployment(self) -> Manifest:
        """The Deployment's spec."""
        spec: Manifest = self.one("Deployment")["spec"]
        return spec

    @property
    def pod(self) -> Manifest:
        spec: Manifest = self.deployment["template"]["spec"]
        return spec

    @property
    def container(self) -> Manifest:
        (container,) = self.pod["containers"]
        found: Manifest = container
        return found

    @property
    def labels(self) -> Mapping[str, str]:
        """Those of the pods."""
        found: Mapping[str, str] = self.deployment["template"]["metadata"]["labels"]
        return found

    @property
    def settings(self) -> Mapping[str, str]:
        """What the container is given as plain variables."""
        (name,) = (each["configMapRef"]["name"] for each in self.container["envFrom"] if "configMapRef" in each)
        data: Mapping[str, str] = self.one("ConfigMap", name)["data"]
        return data


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a label selector with `matchLabels` alone, and not an empty one, takes these labels."""
    assert selector.keys() == {"matchLabels"}
    return bool(selector["matchLabels"]) and selector["matchLabels"].items() <= labels.items()


def found_in(value: Any, key: str) -> Iterator[Any]:
    """Every value under a key, however deep."""
    if isinstance(value, dict):
        if key in value:
            yield value[key]
        for each in value.values():
            yield from found_in(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from found_in(each, key)
