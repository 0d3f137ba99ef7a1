"""Rows of desired state from whole trees, in every layout."""

from collections.abc import Mapping

import pytest

from app.gitops import Desired, Layout, Place, environment_branches, read_desired, read_place
from app.kernel.errors import ConfigError
from tests.gitops.trees import Files, workload

SEED = "applications/{service}/overlays/{env}/kustomization.yaml"
BASE = {
    "applications/checkout/base/kustomization.yaml": "resources: [deployment.yaml]\n",
    "applications/checkout/base/deployment.yaml": workload("checkout", "acme/checkout:none", "acme/envoy:1.30"),
}


def overlay(tag: str, service: str = "checkout") -> str:
    return f"resources:\n- ../../base\nimages:\n- name: acme/{service}\n  newTag: {tag}\n"


def rows(files: Mapping[str, str | bytes], layout: Layout, given: Mapping[str, str] | None = None) -> list[Desired]:
    return read_desired(Files(files), layout, given)


def short(found: list[Desired]) -> list[tuple[str, str, str, str]]:
    return [(row.service, row.environment, row.tag, row.problem) for row in found]


def test_a_row_for_each_service_and_environment_with_its_line_and_sidecars() -> None:
    files = {
        **BASE,
        "applications/checkout/overlays/qa/kustomization.yaml": overlay("3f2a9bc"),
        "applications/checkout/overlays/prod/kustomization.yaml": overlay("'1e10'"),
        "applications/README.md": "not one",
    }
    prod, qa = rows(files, Layout(SEED))
    assert (prod.service, prod.environment, prod.tag) == ("checkout", "prod", "1e10")
    assert (qa.image, qa.tag, qa.problem) == ("acme/checkout", "3f2a9bc", "")
    assert (qa.path, qa.line) == ("applications/checkout/overlays/qa/kustomization.yaml", 5)
    assert qa.place == "applications/checkout/overlays/qa"
    assert [(image.name, image.tag) for image in qa.sidecars] == [("acme/envoy", "1.30")]
    assert read_place(Files(files), Layout(SEED), Place("checkout", "qa", qa.place)) == [qa]


def test_one_broken_overlay_is_a_problem_with_file_and_line_and_the_others_stand() -> None:
    broken = "applications/checkout/overlays/qa/kustomization.yaml"
    files = {**BASE, broken: overlay("1e10"), "applications/checkout/overlays/prod/kustomization.yaml": overlay("v1")}
    prod, qa = rows(files, Layout(SEED))
    assert (prod.tag, prod.problem) == ("v1", "")
    assert (qa.tag, qa.path, qa.line) == ("", broken, 5)
    assert "1e10" in qa.problem
    assert "quote it" in qa.problem


@pytest.mark.parametrize(
    ("template", "path", "found"),
    [
        ("apps/{service}/overlays/{env}", "apps/checkout/overlays/qa/kustomization.yaml", ("checkout", "qa", "")),
        ("overlays/{env}/{service}", "overlays/qa/checkout/Kustomization", ("checkout", "qa", "")),
        ("in/{env}/*/{cluster}/{service}", "in/qa/eu/blue/checkout/kustomization.yml", ("checkout", "qa", "blue")),
        ("**/{service}/stages/{env}", "a/b/checkout/stages/qa/kustomization.yaml", ("checkout", "qa", "")),
        ("{service}-{env}", "checkout-qa/kustomization.yaml", ("checkout", "qa", "")),
        ("{service}-{env}", "checkout-pre-prod/kustomization.yaml", ("checkout", "pre-prod", "")),
        ("{service}/{service}-{env}", "checkout/checkout-qa/kustomization.yaml", ("checkout", "qa", "")),
    ],
)  # fmt: skip
def test_a_layout_finds_its_places(template: str, path: str, found: tuple[str, str, str]) -> None:
    files = {path: "resources: [d.yaml]\n", path.rpartition("/")[0] + "/d.yaml": workload("d", "acme/checkout:v1")}
    (row,) = rows(files, Layout(template, environments=("qa", "prod", "pre-prod")))
    assert (row.service, row.environment, row.cluster) == found
    assert row.tag == "v1"


@pytest.mark.parametrize("path", ["checkout/payments-qa/d.yaml", "other/qa/d.yaml", "checkout/base/d.yaml"])
def test_what_does_not_fit_is_no_place(path: str) -> None:
    layout = Layout("{service}/{service}-{env}" if "-" in path else "checkout/{env}")
    assert rows({path: workload("d", "acme/checkout:v1")}, layout) == []


def test_rendered_manifests_need_no_kustomization() -> None:
    files = {"qa/checkout/deployment.yaml": workload("d", "acme/checkout:v1"), "qa/checkout/notes.txt": "containers: ["}
    assert short(rows(files, Layout("{env}/{service}"))) == [("checkout", "qa", "v1", "")]
    assert short(rows(files, Layout("{env}/{service}/deployment.yaml"))) == [("checkout", "qa", "v1", "")]


def test_a_branch_for_each_environment() -> None:
    layout = Layout("{service}", mode="branch-per-env", branch="environment/{env}")
    branches = environment_branches(layout, ["main", "environment/qa", "environment/qa-next", "environment/x/y"])
    assert branches == {"environment/qa": {"env": "qa"}}
    files = {"checkout/deployment.yaml": workload("d", "acme/checkout:v1")}
    assert short(rows(files, layout, branches["environment/qa"])) == [("checkout", "qa", "v1", "")]


def test_explicit_places_take_the_place_of_the_template() -> None:
    files = {
        "apps/checkout/qa/d.yaml": workload("d", "acme/checkout:v1"),
        "elsewhere/kustomization.yaml": "resources: [d.yaml]\n",
        "elsewhere/d.yaml": workload("d", "acme/checkout:v2"),
    }
    places = (
        Place("checkout", "qa", "elsewhere/kustomization.yaml"),
        Place("checkout", "prod", "nowhere"),
    )
    found = rows(files, Layout("apps/{service}/{env}", explicit=places))
    assert short(found) == [("checkout", "prod", "", "is not there"), ("checkout", "qa", "v2", "")]


def test_a_folder_of_many_services_has_a_row_for_each_image() -> None:
    files = {
        "environments/qa/kustomization.yaml": "resources: [d.yaml]\n"
        "images: [{name: api, newName: acme/api, newTag: v2}]\n",
        "environments/qa/d.yaml": workload("d", "api:v0", "acme/web:v1"),
    }
    layout = Layout("environments/{env}")
    assert short(rows(files, layout)) == [("api", "qa", "v2", ""), ("web", "qa", "v1", "")]


@pytest.mark.parametrize(
    ("images", "rule", "told"),
    [
        (["acme/checkout:v1", "acme/envoy:1"], "{service}", [("acme/checkout", "v1", "")]),
        (["a/checkout:v1", "a/checkout-x:2"], "{service}*", [("a/checkout", "v1", ""), ("a/checkout-x", "2", "")]),
        (["ACME/Checkout:v1", "acme/x:1"], "{service}", [("ACME/Checkout", "v1", "")]),
        (["acme/shop:v1"], "{service}", [("acme/shop", "v1", "")]),
        (["acme/a:1", "acme/b:1"], "{service}", [("", "", "none of the images is the service's own: acme/a, acme/b")]),
        (["acme/checkout:1", "other/checkout:2"], "acme/{service}", [("acme/checkout", "1", "")]),
        (["checkout:1", "checkout:2"], "{service}", [("checkout", "", "checkout is wanted in 2 versions: 1 and 2")]),
        (["acme/checkout"], "{service}", [("acme/checkout", "", "acme/checkout has neither a tag nor a digest")]),
        ([], "{service}", [("", "", "there is no image")]),
    ],
)  # fmt: skip
def test_the_service_s_own_image(images: list[str], rule: str, told: list[tuple[str, str, str]]) -> None:
    files = {"checkout/qa/d.yaml": workload("d", *images) if images else "kind: ConfigMap\n"}
    found = rows(files, Layout("{service}/{env}", image=rule))
    assert [(row.image, row.tag, row.problem) for row in found] == told


def test_a_renamed_image_is_still_the_service_s_own() -> None:
    files = {
        "checkout/qa/kustomization.yaml": "resources: [d.yaml]\n"
        "images: [{name: checkout, newName: mirror/p1, digest: 'sha256:ab'}]\n",
        "checkout/qa/d.yaml": workload("d", "checkout:v1", "envoy:1"),
    }
    (row,) = rows(files, Layout("{service}/{env}"))
    assert (row.image, row.tag, row.digest) == ("mirror/p1", "", "sha256:ab")


def test_a_base_out_of_sight_leaves_what_the_overlay_says() -> None:
    files = {
        "checkout/qa/kustomization.yaml": "resources: ['https://git.example.com/acme/base?ref=v1']\n"
        "images:\n- {name: acme/checkout, newTag: v3}\n- {name: acme/envoy, newName: mirror/envoy}\n"
    }
    (row,) = rows(files, Layout("{service}/{env}"))
    assert (row.image, row.tag) == ("acme/checkout", "v3")
    assert [(image.name, image.tag) for image in row.sidecars] == [("mirror/envoy", "")]


def test_two_places_that_disagree_are_both_not_believed() -> None:
    files = {
        "a/checkout/qa/d.yaml": workload("d", "x/checkout:1"),
        "b/checkout/qa/d.yaml": workload("d", "x/checkout:2"),
    }
    found = rows(files, Layout("*/{service}/{env}"))
    assert [(row.tag, row.problem) for row in found] == [
        ("", "several places want different versions of x/checkout")
    ] * 2


@pytest.mark.parametrize(
    "layout",
    [
        Layout(""),
        Layout("{team}/{env}"),
        Layout("{service}/{env}", image=""),
        Layout("{service}/{env}", applications="{x}"),
        Layout("{service}", mode="branch-per-env", branch="environments"),
    ],
)
def test_a_layout_that_cannot_work_is_said_at_once(layout: Layout) -> None:
    with pytest.raises(ConfigError):
        rows({"checkout/qa/d.yaml": workload("d", "x/checkout:1")}, layout)
