"""The two overlays are what they promise, and differ in that alone."""

import tomllib
from typing import Any

from ruamel.yaml import YAML

from tests.deploy.manifests import FOLDER, Manifests
from tests.house.checkout import ROOT

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def volume(manifests: Manifests, name: str) -> dict[str, Any] | None:
    return next((each for each in manifests.pod["volumes"] if each["name"] == name), None)


def test_the_image_is_this_version(manifests: Manifests) -> None:
    assert manifests.container["image"] == f"registry.example.com/shipbell:{VERSION}"


def test_sqlite_is_one_process_that_ends_before_the_next_begins_and_keeps_its_file(sqlite: Manifests) -> None:
    assert (sqlite.deployment["replicas"], sqlite.deployment["strategy"]) == (1, {"type": "Recreate"})
    claim = sqlite.one("PersistentVolumeClaim")
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert claim["metadata"]["annotations"] == {"argocd.argoproj.io/sync-options": "Prune=false,Delete=false"}
    (path,) = (each["mountPath"] for each in sqlite.container["volumeMounts"] if each["name"] == "data")
    assert sqlite.settings["SHIPBELL_DATABASE_URL"] == f"sqlite:///{path}/shipbell.db"
    assert sqlite.kind("PodDisruptionBudget") == []  # with one replica it would stop every drain of its node
    assert "topologySpreadConstraints" not in sqlite.pod


def test_postgres_has_replicas_that_are_never_all_away(postgres_overlay: Manifests) -> None:
    spec = postgres_overlay.deployment
    assert spec["replicas"] == 3
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    assert postgres_overlay.one("PodDisruptionBudget")["spec"]["maxUnavailable"] == 1
    spread = {
        each["topologyKey"]: each["whenUnsatisfiable"] for each in postgres_overlay.pod["topologySpreadConstraints"]
    }
    assert spread == {"kubernetes.io/hostname": "DoNotSchedule", "topology.kubernetes.io/zone": "ScheduleAnyway"}
    assert postgres_overlay.kind("PersistentVolumeClaim") == []
    assert volume(postgres_overlay, "data") is None


def test_they_share_all_the_rest(sqlite: Manifests, postgres_overlay: Manifests) -> None:
    own = {"sqlite": {"SHIPBELL_DATABASE_URL"}, "postgres": {"SHIPBELL_DATABASE_URL_FILE"}}
    settings = [
        {name: value for name, value in each.settings.items() if name not in own[each.overlay]}
        for each in (sqlite, postgres_overlay)
    ]
    assert settings[0] == settings[1]
    for kind in ("Namespace", "Service", "ServiceMonitor"):
        assert sqlite.one(kind) == postgres_overlay.one(kind)
    for part in ("image", "ports", "resources", "securityContext", "livenessProbe", "readinessProbe", "startupProbe"):
        assert sqlite.container[part] == postgres_overlay.container[part]


def test_a_changed_setting_rolls_the_pods_and_a_changed_rule_does_not(manifests: Manifests) -> None:
    names = {each["metadata"]["name"] for each in manifests.kind("ConfigMap")}
    (settings,) = names - {"shipbell-rules", "shipbell-cards"}
    assert settings.startswith("shipbell-settings-")


def test_argo_cd_deploys_an_overlay_of_this_version_to_where_it_belongs(postgres_overlay: Manifests) -> None:
    whole = YAML(typ="safe", pure=True).load(ROOT / "deploy" / "argocd" / "shipbell-application.yaml")
    spec = whole["spec"]
    assert ROOT / spec["source"]["path"] == FOLDER / "overlays" / "postgres"
    assert (ROOT / spec["source"]["path"] / "kustomization.yaml").is_file()
    assert spec["source"]["targetRevision"] == f"v{VERSION}"
    assert spec["destination"]["namespace"] == postgres_overlay.one("Deployment")["metadata"]["namespace"]
    assert whole["metadata"]["namespace"] == "argocd"
    assert "finalizers" not in whole["metadata"]
