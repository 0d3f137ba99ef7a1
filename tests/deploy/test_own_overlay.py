"""The overlay of one's own that the page shows is one: it builds, and changes what it says."""

import os
import re
import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.deploy.manifests import FOLDER, Manifest, Manifests
from tests.house.checkout import ROOT
from tests.tools.kubectl import kustomize

PAGE = ROOT / "docs" / "how-to" / "kubernetes.md"
REMOTE = re.compile(r"https://git\.example\.com/platform/shipbell//(\S+)\?ref=v[\d.]+")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The page's file beside a team's own rules; what it fetches is the checkout."""
    text = re.findall(r"```yaml\n(# kustomization.yaml\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[0]
    (named,) = REMOTE.findall(text)
    assert ROOT / named == FOLDER / "overlays" / "postgres"
    # Links are not followed: /tmp is one on some machines.
    here = os.path.relpath(ROOT / named, tmp_path.resolve())
    (tmp_path / "kustomization.yaml").write_text(REMOTE.sub(here, text), "utf-8")
    for rule in (ROOT / "rules").glob("*.yaml"):
        shutil.copy(rule, tmp_path)
    (tmp_path / "people.yaml").write_text("# ours\n", "utf-8")
    return tmp_path


def test_it_changes_the_image_a_setting_and_the_rules_and_nothing_else(
    folder: Path, postgres_overlay: Manifests
) -> None:
    built: list[Manifest] = list(YAML(typ="safe", pure=True).load_all(kustomize(folder)))
    found = {(each["kind"], each["metadata"]["name"]): each for each in built}
    pod = found["Deployment", "shipbell"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["image"].rpartition(":")[0] == "registry.acme.io/shipbell"
    settings = found["ConfigMap", container["envFrom"][0]["configMapRef"]["name"]]["data"]
    assert settings == {**postgres_overlay.settings, "SHIPBELL_PUBLIC_URL": "https://shipbell.acme.io"}
    rules = found["ConfigMap", "shipbell-rules"]["data"]
    assert rules == {**postgres_overlay.one("ConfigMap", "shipbell-rules")["data"], "people.yaml": "# ours\n"}
    assert found["ConfigMap", "shipbell-cards"] == postgres_overlay.one("ConfigMap", "shipbell-cards")
    assert pod["volumes"] == postgres_overlay.pod["volumes"]
    assert len(built) == len(postgres_overlay.all)
