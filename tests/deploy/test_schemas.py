"""Every object is what its kind allows, and has nothing that its kind does not know."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from tests.deploy.manifests import Manifest, Manifests
from tests.house.checkout import ROOT

OLDEST = "1.30"
"""What the page on Kubernetes promises."""
VERSIONS = (OLDEST, kubernetes_validate.latest_version())
OF_OTHERS = {("monitoring.coreos.com/v1", "ServiceMonitor"): "servicemonitor.json"}


def schema(name: str) -> Any:
    return json.loads((Path(__file__).parent / "schemas" / name).read_text("utf-8"))


def check(manifest: Manifest, version: str) -> None:
    own = OF_OTHERS.get((manifest["apiVersion"], manifest["kind"]))
    if own:
        jsonschema.validate(manifest, schema(own))
    else:
        kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_valid(manifests: Manifests, version: str) -> None:
    assert len(manifests.all) >= 9
    for manifest in manifests.all:
        check(manifest, version)


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("Deployment", ["spec", "template", "spec"]),
        ("Service", ["spec"]),
        ("NetworkPolicy", ["spec"]),
        ("ServiceMonitor", ["spec"]),
    ],
)
def test_a_typo_is_found(sqlite: Manifests, kind: str, path: list[str]) -> None:
    manifest = place = deepcopy(sqlite.one(kind))
    for key in path:
        place = place[key]
    place["enableServiceLink"] = False
    with pytest.raises(jsonschema.ValidationError):
        check(manifest, OLDEST)


def test_no_object_is_there_twice(manifests: Manifests) -> None:
    names = [(each["kind"], each["metadata"]["name"]) for each in manifests.all]
    assert len(names) == len(set(names))


def test_the_page_names_the_oldest_version_that_is_checked() -> None:
    assert f"Kubernetes {OLDEST}" in (ROOT / "docs" / "how-to" / "kubernetes.md").read_text("utf-8")


def test_argo_cds_application_is_valid() -> None:
    application = YAML(typ="safe", pure=True).load(ROOT / "deploy" / "argocd" / "shipbell-application.yaml")
    jsonschema.validate(application, schema("application.json"))
    application["spec"]["syncPolicy"]["automatic"] = {}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(application, schema("application.json"))
