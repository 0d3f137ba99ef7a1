"""What Argo CD puts over an overlay's images."""

import pytest

from app.gitops import Layout, read_desired
from tests.gitops.trees import Files, workload

FILES = {
    "checkout/qa/kustomization.yaml": "resources: [d.yaml]\n"
    "images: [{name: acme/checkout, newName: mirror/c, newTag: v1}]\n",
    "checkout/qa/d.yaml": workload("d", "acme/checkout:v0", "envoy:1"),
}
LAYOUT = Layout("{service}/{env}", image="*c*", applications="argocd/*.yaml", application="{service}-{env}")


def source(*images: str) -> str:
    return "kustomize:\n  images:\n" + "".join(f"  - {image}\n" for image in images)


def application(name: str, *images: str, path: str = "checkout/qa") -> str:
    listed = f", kustomize: {{images: [{', '.join(images)}]}}" if images else ""
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata: {{name: {name}}}\nspec: {{source: {{path: {path}{listed}}}}}\n"
    )


def told(**more: str) -> tuple[str, str, str, str]:
    (row,) = read_desired(Files({**FILES, **{path.replace("__", "/"): text for path, text in more.items()}}), LAYOUT)
    return row.image, row.tag, row.digest, row.problem


def beside(name: str, text: str) -> dict[str, str]:
    return {f"checkout/qa/{name}": text}


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ("acme/checkout:v2", ("acme/checkout", "v2", "")),
        ("acme/checkout=mirror/d:v2", ("mirror/d", "v2", "")),
        ("acme/checkout=*:v2", ("mirror/c", "v2", "")),
        ("acme/checkout=*:*", ("mirror/c", "v1", "")),
        ("acme/checkout@sha256:ab", ("acme/checkout", "", "sha256:ab")),
        ("acme/checkout:v2@sha256:ab", ("acme/checkout", "v2", "sha256:ab")),
        ("acme/checkout=localhost:5000/c", ("localhost:5000/c", "v0", "")),
    ],
)
def test_a_file_beside_the_overlay_sets_images_as_the_command_does(image: str, found: tuple[str, str, str]) -> None:
    assert told(**beside(".argocd-source-checkout-qa.yaml", source(image))) == (*found, "")


def test_an_application_s_own_images_win_over_the_overlay() -> None:
    more = {"argocd/checkout.yaml": application("checkout-qa", "'acme/checkout:v5'")}
    assert told(**more) == ("acme/checkout", "v5", "", "")


def test_files_beside_win_over_the_application_the_named_one_last() -> None:
    more = {"argocd/checkout.yaml": application("shop", "'acme/checkout:v5'")}
    more |= beside(".argocd-source.yaml", source("acme/checkout:v6"))
    assert told(**more)[1] == "v6"
    more |= beside(".argocd-source-shop.yaml", source("acme/checkout:v7"))
    more |= beside(".argocd-source-other.yaml", source("acme/checkout:v8"))
    assert told(**more)[1] == "v7"


def test_an_application_of_another_namespace_has_its_file() -> None:
    more = beside(".argocd-source-team-a_checkout-qa.yaml", source("acme/checkout:v7"))
    more |= beside(".argocd-source-team-a_payments-qa.yaml", source("acme/checkout:v8"))
    assert told(**more)[1] == "v7"


def test_a_list_that_is_taken_away_leaves_the_overlay() -> None:
    more = beside(".argocd-source.yaml", source("acme/checkout:v6"))
    more |= beside(".argocd-source-checkout-qa.yaml", "kustomize: {images: null}\n")
    assert told(**more)[:2] == ("mirror/c", "v1")
    more |= beside(".argocd-source-checkout-qa.yaml", "helm: {parameters: []}\n")
    assert told(**more)[:2] == ("acme/checkout", "v6")


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (beside(".argocd-source.yaml", source("12")), "an image of the overrides is no text"),
        (beside(".argocd-source.yaml", source("acme/checkout")), "'acme/checkout' sets no image"),
        (
            beside(".argocd-source-a.yaml", source("x:1")) | beside(".argocd-source-b.yaml", source("x:1")),
            "several files of overrides, and no telling whose they are",
        ),
        (
            {"argocd/a.yaml": application("a", "'x:1'"), "argocd/b.yaml": application("b", "'x:2'")},
            "several Applications deploy this folder with different images",
        ),
    ],
)
def test_what_cannot_be_told_is_a_problem(more: dict[str, str], problem: str) -> None:
    assert told(**more) == ("", "", "", problem)


def test_applications_of_other_folders_say_nothing() -> None:
    more = {"argocd/a.yaml": application("a", "'acme/checkout:v9'", path="checkout/prod"), "argocd/b.yaml": "{"}
    assert told(**more)[1] == "v1"
