"""The pods may do nothing that they need not, and reach nobody that they need not."""

from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from app.config.settings import read_settings
from app.kernel.errors import ConfigErrors
from tests.deploy.manifests import Manifests
from tests.house.test_image import stage


def test_the_pod_is_what_the_restricted_profile_allows(manifests: Manifests) -> None:
    labels = manifests.one("Namespace")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    pod, own = manifests.pod["securityContext"], manifests.container["securityContext"]
    assert (pod["runAsNonRoot"], pod["seccompProfile"]) == (True, {"type": "RuntimeDefault"})
    assert own == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not {"hostNetwork", "hostPID", "hostIPC"} & manifests.pod.keys()
    allowed = {"configMap", "emptyDir", "projected", "secret", "persistentVolumeClaim", "name"}
    assert all(volume.keys() <= allowed for volume in manifests.pod["volumes"])
    assert manifests.pod["automountServiceAccountToken"] is False


def test_it_is_the_user_of_the_image_who_may_read_the_secrets(manifests: Manifests) -> None:
    pod = manifests.pod["securityContext"]
    assert f"{pod['runAsUser']}:{pod['runAsGroup']}" == dict(stage(""))["USER"]
    assert pod["fsGroup"] == pod["runAsGroup"]


def test_it_asks_for_what_it_needs_and_may_end_in_peace(manifests: Manifests) -> None:
    resources = manifests.container["resources"]
    assert resources == {"requests": {"cpu": "100m", "memory": "160Mi"}, "limits": {"memory": "512Mi"}}
    assert manifests.pod["terminationGracePeriodSeconds"] == 45
    assert read_settings({"SHIPBELL_DRAIN": manifests.settings["SHIPBELL_DRAIN"]}).drain == 5_000_000
    start = manifests.container["startupProbe"]
    assert start["periodSeconds"] * start["failureThreshold"] == 300


def test_the_service_does_not_set_a_setting_of_its_own_pods(manifests: Manifests) -> None:
    # What Kubernetes would set for a Service of this name: the one is no port, and the service would not start.
    name = manifests.one("Service")["metadata"]["name"].upper()
    with pytest.raises(ConfigErrors, match="SHIPBELL_PORT"):
        read_settings({f"{name}_PORT": "tcp://10.0.0.1:80"})
    assert manifests.pod["enableServiceLinks"] is False


def test_our_labels_keep_their_names(manifests: Manifests) -> None:
    (endpoint,) = manifests.one("ServiceMonitor")["spec"]["endpoints"]
    assert endpoint["honorLabels"] is True


def _reaches(policies: list[dict[str, Any]], address: str, port: int) -> bool:
    """Whether some rule with addresses lets out to this one."""
    target = ip_address(address)
    for rule in (rule for policy in policies for rule in policy["spec"].get("egress", [])):
        if port not in [each["port"] for each in rule["ports"]]:
            continue
        for block in (each["ipBlock"] for each in rule["to"] if "ipBlock" in each):
            inside = target in ip_network(block["cidr"])
            if inside and not any(target in ip_network(each) for each in block.get("except", [])):
                return True
    return False


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.169.254", "100.100.0.1", "fd00::1", "fe80::1", "::1"]
)
def test_nothing_inside_the_network_is_asked(manifests: Manifests, address: str) -> None:
    policies = manifests.kind("NetworkPolicy")
    assert not _reaches(policies, address, 443)
    assert not _reaches(policies, address, 80)


def test_what_it_calls_is_reached_and_nothing_else(manifests: Manifests) -> None:
    policies = manifests.kind("NetworkPolicy")
    assert _reaches(policies, "52.112.0.1", 443)
    assert _reaches(policies, "2603:1000::1", 443)
    assert not _reaches(policies, "52.112.0.1", 80)
    assert not _reaches(policies, "52.112.0.1", 5432)
    assert _reaches(policies, "10.1.2.3", 5432) is (manifests.overlay == "postgres")


def test_both_directions_are_closed_but_for_what_is_named(manifests: Manifests) -> None:
    policy = manifests.one("NetworkPolicy")["spec"]
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
    (entry,) = policy["ingress"]
    assert [list(each) for each in entry["from"]] == [["namespaceSelector"]]
    (names,) = entry["from"][0]["namespaceSelector"]["matchExpressions"]
    assert names["values"] == ["argocd", "ingress-nginx", "monitoring"]
    assert all(rule["to"] and rule["ports"] for rule in policy["egress"])
    dns = policy["egress"][0]
    assert [(each["protocol"], each["port"]) for each in dns["ports"]] == [("UDP", 53), ("TCP", 53)]
    assert [list(each) for each in dns["to"]] == [["namespaceSelector"]]
