"""Repositories that mean harm, or that somebody broke: a problem with its place, and always an end."""

import pytest

from app.gitops import Desired, Layout, read_desired
from app.gitops.walk import MOST_CONTAINERS, MOST_STEPS
from tests.gitops.trees import Files, workload

OVERLAY = "checkout/qa/kustomization.yaml"


def read(text: str | bytes, more: dict[str, str | bytes] | None = None, links: tuple[str, ...] = ()) -> Desired:
    (row,) = read_desired(Files({OVERLAY: text, **(more or {})}, links), Layout("{service}/qa"), {"env": "qa"})
    return row


def problem(text: str | bytes, more: dict[str, str | bytes] | None = None, links: tuple[str, ...] = ()) -> str:
    row = read(text, more, links)
    assert (row.tag, row.digest, row.image) == ("", "", "")
    return f"{row.path}:{row.line}: {row.problem}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("resources: [../../../../etc/passwd]", ":1: '../../../../etc/passwd' leads out of the repository"),
        ("resources: [/etc/passwd]", ":1: '/etc/passwd' leads out of the repository"),
        ("resources:\n- x\n- ../qa", ":2: 'x' is not there"),
        ("resources:\n- ../qa", ":2: a cycle: checkout/qa leads back to itself"),
        ("resources: ['']", ":1: '' is not there"),
        (b"resources: []\n# caf\xe9\n", ":2: not UTF-8"),
        ("namespace: a\nnamespace: b\n", ":2: the key 'namespace' stands there twice"),
        ("images:\n- name: a\n  newTag: b\n  newTag: c\n", ":4: the key 'newTag' stands there twice"),
        ("images:\n- name: a\n  newTag: b\n  NewTag: c\n", ":4: the field 'newTag' stands there twice"),
        ("namespace: a\n---\nnamespace: b\n", ":0: the kustomization holds more than one document"),
        ("images: [{name: 'a(', newTag: b}]\nresources: [d.yaml]", ":1: the image name 'a(' cannot be used"),
        ("images: [{name: a, newTag: !!binary YQ==}]", ":1: binary text is not read"),
        ("a: *b\n", ":1: the anchor 'b' is not there yet"),
        ("a: &a [*a]\n", ":1: the anchor 'a' is not there yet"),
        ("? [a]\n: b\n", ":1: a key of several parts"),
        ("<<: 3\n", ":1: '<<' takes maps only"),
        ("a: \x00\n", ":0: not YAML"),
    ],
)
def test_a_kustomization_is_a_problem_with_its_line(text: str | bytes, told: str) -> None:
    assert problem(text, {"checkout/qa/d.yaml": workload("d", "acme/checkout:v1")}).startswith(OVERLAY + told)


@pytest.mark.parametrize("text", ["[" * 200_000, "- " * 200_000, "{a: " * 50_000, "images:\n" + "- a\n" * 200_000])
def test_brackets_without_end_do_not_end_the_process(text: str) -> None:
    assert "more than 50000 values or 100 levels" in problem(text) or "not YAML" in problem(text)


def test_aliases_do_not_explode() -> None:
    bomb = "a: &a0 [x, x]\n" + "".join(f"a{n}: &a{n + 1} [*a{n}, *a{n}]\n" for n in range(60))
    assert "aliases included" in problem(bomb)


def test_two_kustomizations_in_one_folder() -> None:
    more: dict[str, str | bytes] = {"checkout/qa/kustomization.yml": "namespace: x\n"}
    told = "the folder checkout/qa holds kustomization.yaml and kustomization.yml: kustomize takes one"
    assert problem("namespace: x\n", more).endswith(told)


def test_links_are_not_followed() -> None:
    link = "checkout/qa/d.yaml"
    assert problem("resources: [d.yaml]", links=(link,)) == f"{link}:0: a symbolic link, which is not followed"
    assert problem("resources: [../d]", links=("checkout/d",)).endswith("a symbolic link, which is not followed")


def test_a_linked_kustomization_is_a_problem_too() -> None:
    (row,) = read_desired(Files({}, [OVERLAY]), Layout("{service}/{env}"))
    assert (row.path, row.problem) == (OVERLAY, "a symbolic link, which is not followed")


def test_a_long_cycle_ends() -> None:
    files: dict[str, str | bytes] = {f"c/{n}/kustomization.yaml": f"resources: [../{(n + 1) % 40}]" for n in range(40)}
    assert "a cycle: c/0 leads back to itself" in problem("resources: [../../c/0]", files)


def test_folders_that_double_come_to_an_end() -> None:
    files: dict[str, str | bytes] = {
        f"c/{n}/kustomization.yaml": f"resources: [../{n + 1}, ../{n + 1}]" for n in range(40)
    }
    files["c/40/kustomization.yaml"] = "resources: [d.yaml]"
    files["c/40/d.yaml"] = workload("d", "acme/checkout:v1")
    told = problem("resources: [../../c/0]", files)
    assert f"reaches more than {MOST_STEPS} files" in told or f"more than {MOST_CONTAINERS} containers" in told


def test_components_that_double_come_to_an_end() -> None:
    head = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
    files: dict[str, str | bytes] = {
        f"c/{n}/kustomization.yaml": f"{head}components: [../{n + 1}, ../{n + 1}]" for n in range(40)
    }
    files["c/40/kustomization.yaml"] = head
    assert f"reaches more than {MOST_STEPS} files" in problem("components: [../../c/0]", files)


@pytest.mark.parametrize(
    "more",
    [
        "transformers: [t.yaml]\n",
        "replacements: [{source: {kind: ConfigMap, name: v}, targets: [{fieldPaths: [spec.containers.0.image]}]}]\n",
        "images: [{name: acme/checkout, tagSuffix: -hot}]\n",
        "patches: [{target: {labelSelector: a=b}, path: p.yaml}]\n",
        "patches: [{target: {kind: Deployment}, path: j.yaml}]\n",
        "patches: [{path: 'https://example.com/p.yaml'}]\n",
    ],
)
def test_what_may_set_an_image_unseen_is_no_guess(more: str) -> None:
    files: dict[str, str | bytes] = {
        "checkout/qa/d.yaml": workload("d", "acme/checkout:v1"),
        "checkout/qa/t.yaml": "kind: ImageTagTransformer\nimageTag: {name: acme/checkout, newTag: v2}\n",
        "checkout/qa/p.yaml": workload("d", "acme/checkout:v3"),
        "checkout/qa/j.yaml": "- {op: add, path: /spec/template/spec/containers/-, value: {name: x, image: y}}\n",
    }
    assert problem("resources: [d.yaml]\n" + more, files)
    assert read("resources: [d.yaml]\n", files).tag == "v1"
