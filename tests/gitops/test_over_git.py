"""From a commit in a real repository to what is desired: what git gives is what is read."""

import asyncio
from pathlib import Path

from app.clients.git import Mirror
from app.gitops import Desired, Layout, read_desired
from tests.gitops.trees import workload
from tests.tools.repository import Repository

LAYOUT = Layout("applications/{service}/overlays/{env}/kustomization.yaml")


async def desired(mirror: Mirror) -> list[Desired]:
    await mirror.fetch()
    async with mirror.tree() as tree:
        return await asyncio.to_thread(read_desired, tree, LAYOUT)


async def test_what_harms_one_overlay_leaves_the_others(tmp_path: Path) -> None:
    folder = "applications/checkout/overlays"
    overlay = "resources: [../../base]\nimages: [{name: acme/checkout, newTag: 3f2a9bc}]\n"
    repository = Repository(tmp_path / "served.git")
    repository.commit(
        {
            "applications/checkout/base/kustomization.yaml": "resources: [d.yaml]\n",
            "applications/checkout/base/d.yaml": workload("d", "acme/checkout:none"),
            f"{folder}/good/kustomization.yaml": overlay,
            f"{folder}/looped/kustomization.yaml": "resources: [loop]\n",
            f"{folder}/out/kustomization.yaml": "resources: [../../../../../../etc]\n",
            f"{folder}/large/kustomization.yaml": "#" * ((1 << 20) + 1),
            f"{folder}/latin/kustomization.yaml": b"# caf\xe9\n",
            f"{folder}/number/kustomization.yaml": "images:\n- name: acme/checkout\n  newTag: 1e10\n",
        },
        links={f"{folder}/looped/loop": "loop", f"{folder}/linked/kustomization.yaml": "/etc/passwd"},
    )
    mirror = Mirror(repository.folder.as_uri(), tmp_path / "copies", protocols={"file"})
    found = {row.environment: (row.tag, row.line, row.problem) for row in await desired(mirror)}
    assert found == {
        "good": ("3f2a9bc", 2, ""),
        "looped": ("", 0, "a symbolic link, which is not followed"),
        "out": ("", 1, "'../../../../../../etc' leads out of the repository"),
        "large": ("", 0, "larger than 1 MiB (1 MiB)"),
        "latin": ("", 1, "not UTF-8"),
        "number": ("", 3, "newTag: 1e10 is a number to kustomize: quote it"),
        "linked": ("", 0, "a symbolic link, which is not followed"),
    }
    repository.commit({f"{folder}/good/kustomization.yaml": overlay.replace("3f2a9bc", "v2")}, forced=True)
    (row,) = await desired(mirror)
    assert (row.tag, row.problem) == ("", "'../../base' is not there")
