"""Our reading and kustomize's own, over the same files: the same images, or refused by both."""

import re
from pathlib import Path

import pytest

from app.gitops.model import Unreadable
from app.gitops.walk import Walk
from tests.gitops.overlays import overlay
from tests.gitops.trees import Files, laid, workload
from tests.tools.kubectl import kustomized

TEXTS = (
    *(
        "1e400",
        "7e12345",
        "1e10f",
        "2024-01-02",
        "12:30",
        "190:20:30.15",
        "=",
        "0o9",
        "0b12",
        "0xfffffffffffffffffffff",
    ),
    *(".e3", "--", "._1", "!!str 1e10", "!foo bar", "! 12", "'1e10'", "|-\n    1e10", "2024-01-02T10:00:00Z", "9e"),
    *("null", "~", '""'),
)
NO_TEXTS = ("1e10", "0123", "1.10", "1234e56", "yes", "y", '!!int "3"')


def ours(files: dict[str, str], folder: str = "overlay") -> list[str] | None:
    """The images, or None when it is refused."""
    try:
        containers, whole = Walk(Files(files), files).overlay(folder)
    except Unreadable:
        return None
    assert whole
    return sorted(container.image for container in containers)


def theirs(files: dict[str, str], folder: Path) -> list[str] | None:
    laid(files, folder)
    printed = kustomized(folder / "overlay")
    return None if printed is None else sorted(re.findall(r"^ *(?:- )?image: '?([^\s']+)'?$", printed, re.MULTILINE))


@pytest.mark.parametrize("seed", range(12))
def test_the_images_of_an_overlay(seed: int, tmp_path: Path) -> None:
    files = overlay(seed)
    assert ours(files) == theirs(files, tmp_path), files


def tagged(*tags: str) -> dict[str, str]:
    """An overlay that sets each tag, of an image of its own."""
    entries = "".join(f"- name: acme/i{number}\n  newTag: {tag}\n" for number, tag in enumerate(tags))
    return {
        "overlay/one.yaml": workload("one", *(f"acme/i{number}:base" for number in range(len(tags)))),
        "overlay/kustomization.yaml": f"resources: [one.yaml]\nimages:\n{entries}",
    }


def test_tags_that_both_take_for_text(tmp_path: Path) -> None:
    files = tagged(*TEXTS)
    assert ours(files) == theirs(files, tmp_path) is not None


@pytest.mark.parametrize("tag", NO_TEXTS)
def test_tags_that_both_refuse(tag: str, tmp_path: Path) -> None:
    files = tagged(tag)
    assert theirs(files, tmp_path) is None
    assert ours(files) is None


REFUSED = {
    "two files": {"overlay/kustomization.yml": "resources: []\n"},
    "a cycle": {
        "overlay/kustomization.yaml": "resources: [../other]\n",
        "other/kustomization.yaml": "bases: [../overlay]",
    },
    "missing": {"overlay/kustomization.yaml": "resources: [nothing.yaml]\n"},
    "absolute": {"overlay/kustomization.yaml": "resources: [/etc/hostname]\n"},
    "a folder without": {"overlay/kustomization.yaml": "resources: [../empty]\n", "empty/x.yaml": workload("x", "a:1")},
    "empty": {"overlay/kustomization.yaml": "# nothing\n"},
    "a list": {"overlay/kustomization.yaml": "- a\n"},
    "a component as a resource": {
        "overlay/kustomization.yaml": "resources: [../part]\n",
        "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
    },
    "a resource as a component": {
        "overlay/kustomization.yaml": "components: [../part]\n",
        "part/kustomization.yaml": "namespace: x\n",
    },
    "an unknown field": {"overlay/kustomization.yaml": "image: []\n"},
    "an unknown field of an image": {"overlay/kustomization.yaml": "images: [{name: a, tag: b}]\n"},
    "images as a map": {"overlay/kustomization.yaml": "images: {name: a}\n"},
    "a number as a name": {"overlay/kustomization.yaml": "images: [{name: 12, newTag: b}]\n"},
    "not YAML": {"overlay/kustomization.yaml": "images:\n- name: a\n\tnewTag: b\n"},
    "a patch of nothing": {
        "overlay/kustomization.yaml": "patches: [{path: patch.yaml}]\n",
        "overlay/patch.yaml": workload("absent", "a:1"),
    },
}


@pytest.mark.parametrize("files", REFUSED.values(), ids=REFUSED)
def test_what_both_refuse(files: dict[str, str], tmp_path: Path) -> None:
    files = {"overlay/kustomization.yaml": "namespace: x\n", **files}
    assert theirs(files, tmp_path) is None
    assert ours(files) is None
