"""Overlays made by chance: a base, a component and an overlay, with everything that may set an image."""

import random

from tests.gitops.trees import workload

NAMES = ("acme/checkout", "acme/checkout-proxy", "registry.acme.example:5000/envoy", "busybox", "new/checkout")
TAGS = ("v1", "1.2.3", "'1e10'", '"0123"', "3f2a9bc", "2026-11-22", "7e12345", "''", "null", "1e10f", "~", "=", "12:30")
ODD_TAGS = ("1e10", "0123", "1.10", "yes", "[a]")
DIGEST = "sha256:" + "ab" * 32


def overlay(seed: int) -> dict[str, str]:
    """The files of one; the overlay itself is the folder `overlay`."""
    dice = random.Random(seed)
    files = {
        "base/one.yaml": workload("one", *(_image(dice) for _ in range(dice.randint(1, 3)))),
        "base/two.yaml": workload("two", _image(dice), kind="Rollout", lists="initContainers"),
        "base/kustomization.yaml": "resources:\n- one.yaml\n- two.yaml\n" + _images(dice, 2),
        "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n" + _images(dice, 2),
        "middle/kustomization.yml": "resources: [../base, three.yaml]\n" + _images(dice, 1),
        "middle/three.yaml": workload("three", _image(dice)),
    }
    text = f"resources:\n- ../{dice.choice(('base', 'middle'))}\n" + _images(dice, 3)
    if dice.random() < 0.5:
        text += "components: [../part]\n"
    if dice.random() < 0.4:
        text += _patch(dice)
    if dice.random() < 0.15:
        text += dice.choice(("images2: []\n", "namespace: 12\n", "commonLabels: []\n", "resources2:\n", "kind: Foo\n"))
    files["overlay/kustomization.yaml"] = text
    return files


def _image(dice: random.Random) -> str:
    name, tag = dice.choice(NAMES), dice.choice(("", ":base", ":v1", ":1.0"))
    return name + tag + (f"@{DIGEST}" if dice.random() < 0.15 else "")


def _images(dice: random.Random, most: int) -> str:
    entries = [_entry(dice) for _ in range(dice.randint(0, most))]
    return "images:\n" + "".join(entries) if entries else "images: []\n"


def _entry(dice: random.Random) -> str:
    name = dice.choice(NAMES) + dice.choice(("", "", "", ":base", ":v1"))
    lines = [f"- name: {name}"]
    if dice.random() < 0.3:
        lines.append(f"  newName: {dice.choice(NAMES)}")
    if dice.random() < 0.8:
        lines.append(f"  newTag: {dice.choice(ODD_TAGS if dice.random() < 0.04 else TAGS)}")
    if dice.random() < 0.2:
        lines.append(f"  digest: {DIGEST}")
    return "\n".join(lines) + "\n"


def _patch(dice: random.Random) -> str:
    image = _image(dice)
    merge = f"""patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: one}}
    spec: {{template: {{spec: {{containers: [{{name: {dice.choice(("c0", "extra"))}, image: '{image}'}}]}}}}}}
"""
    operation = f"""patches:
- target: {{kind: Deployment, name: o.*}}
  patch: |-
    - {{op: replace, path: /spec/template/spec/containers/0/image, value: '{image}'}}
"""
    return dice.choice((merge, operation))
