"""Whatever an object names is there: secrets, config maps, keys, volumes, labels, ports, paths, settings."""

import re

from fastapi import FastAPI

from app.api import routes
from tests.deploy.manifests import Manifests, found_in, selects
from tests.house.checkout import ROOT
from tests.house.test_image import environment, stage

PAGE = ROOT / "docs" / "how-to" / "kubernetes.md"


def paths_of_the_service() -> set[str]:
    app = FastAPI()
    routes.install(app)
    return set(app.openapi()["paths"])


def test_every_config_map_and_key_is_there(manifests: Manifests) -> None:
    named = [
        *(each["configMapRef"] for each in manifests.container["envFrom"] if "configMapRef" in each),
        *found_in(manifests.pod["volumes"], "configMap"),
    ]
    for each in named:
        data = manifests.one("ConfigMap", each["name"])["data"]
        assert {item["key"] for item in each.get("items", [])} <= data.keys()
    assert {each["name"] for each in named} == {each["metadata"]["name"] for each in manifests.kind("ConfigMap")}


def test_no_secret_is_here_and_the_page_says_how_each_is_made(manifests: Manifests) -> None:
    assert manifests.kind("Secret") == []
    made = dict(re.findall(r"kubectl .*create secret generic ([\w-]+) (.*)", PAGE.read_text("utf-8")))
    for secret in found_in(manifests.pod["volumes"], "secret"):
        keys = set(re.findall(r"--from-file=([\w-]+)", made[secret["secretName"]]))
        assert {item["key"] for item in secret["items"]} == keys
        assert secret["defaultMode"] == 0o440
    (channels,) = (each["secretRef"] for each in manifests.container["envFrom"] if "secretRef" in each)
    assert channels["name"] in made
    assert channels["optional"] is True


def test_a_setting_that_names_a_file_names_a_mounted_one(manifests: Manifests) -> None:
    files = {value for name, value in manifests.settings.items() if name.endswith("_FILE")}
    mounts = {mount["name"]: mount["mountPath"] for mount in manifests.container["volumeMounts"]}
    mounted = {
        f"{mounts[volume['name']]}/{item['path']}"
        for volume in manifests.pod["volumes"]
        for item in volume.get("secret", {}).get("items", [])
    }
    assert files == mounted


def test_every_volume_is_mounted_and_every_mount_has_one(manifests: Manifests) -> None:
    volumes = [volume["name"] for volume in manifests.pod["volumes"]]
    mounts = [mount["name"] for mount in manifests.container["volumeMounts"]]
    assert sorted(volumes) == sorted(mounts)
    assert not [mount for mount in manifests.container["volumeMounts"] if "subPath" in mount]
    claims = {claim["claimName"] for claim in found_in(manifests.pod["volumes"], "persistentVolumeClaim")}
    assert claims == {claim["metadata"]["name"] for claim in manifests.kind("PersistentVolumeClaim")}


def test_every_selector_finds_the_pods_and_the_monitor_finds_the_service(manifests: Manifests) -> None:
    service, monitor = manifests.one("Service"), manifests.one("ServiceMonitor")
    assert service["spec"]["selector"]
    assert service["spec"]["selector"].items() <= manifests.labels.items()
    selectors = [
        manifests.deployment["selector"],
        *(policy["spec"]["podSelector"] for policy in manifests.kind("NetworkPolicy")),
        *(budget["spec"]["selector"] for budget in manifests.kind("PodDisruptionBudget")),
        *found_in(manifests.pod, "labelSelector"),
    ]
    assert all(selects(selector, manifests.labels) for selector in selectors)
    assert selects(monitor["spec"]["selector"], service["metadata"]["labels"])


def test_every_port_has_its_name(manifests: Manifests) -> None:
    (port,) = manifests.container["ports"]
    assert str(port["containerPort"]) == environment()["SHIPBELL_PORT"] == dict(stage(""))["EXPOSE"]
    (served,) = manifests.one("Service")["spec"]["ports"]
    (endpoint,) = manifests.one("ServiceMonitor")["spec"]["endpoints"]
    assert (served["targetPort"], endpoint["port"]) == (port["name"], served["name"])
    probes = [value for name, value in manifests.container.items() if name.endswith("Probe")]
    assert [probe["httpGet"]["port"] for probe in probes] == [port["name"]] * 3
    (entry,) = manifests.one("NetworkPolicy")["spec"]["ingress"]
    assert [each["port"] for each in entry["ports"]] == [port["name"]]


def test_every_path_is_one_of_the_service(manifests: Manifests) -> None:
    asked = [probe["path"] for probe in found_in(manifests.container, "httpGet")]
    asked += [endpoint["path"] for endpoint in manifests.one("ServiceMonitor")["spec"]["endpoints"]]
    assert set(asked) == {"/healthz", "/readyz", "/metrics"}
    assert set(asked) <= paths_of_the_service()


def test_everything_is_in_one_namespace_that_is_made(manifests: Manifests) -> None:
    (namespace,) = manifests.kind("Namespace")
    others = [each for each in manifests.all if each["kind"] != "Namespace"]
    assert {each["metadata"]["namespace"] for each in others} == {namespace["metadata"]["name"]}
