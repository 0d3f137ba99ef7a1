"""Applications that stand in the GitOps repository: what they set goes before what their overlays say."""

from pathlib import Path

import pytest

from app.clients.opening import open_clients
from app.clients.upstreams import GitOpsEntry, Upstreams
from app.collector.desired import Repository as Desired
from app.collector.summary import Summary
from app.standins.git_http import GitHttp
from tests.collector.conftest import World
from tests.gitops.trees import workload
from tests.tools.repository import Repository
from tests.tools.serving import served

FILES = {
    "applications/checkout/overlays/qa/kustomization.yaml": "resources: [d.yaml]\n"
    "images: [{name: acme/checkout, newTag: v1}]\n",
    "applications/checkout/overlays/qa/d.yaml": workload("d", "acme/checkout:v0"),
    "applications/basket/overlays/qa/d.yaml": workload("d", "acme/basket:v0"),
    "argocd/shop/checkout.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: checkout-qa}\n"
    "spec:\n  source:\n    path: applications/checkout/overlays/qa\n    kustomize: {images: ['acme/checkout:v2']}\n",
    "applications/basket/overlays/qa/kustomization.yaml": "resources: [d.yaml]\n"
    "images: [{name: acme/basket, newTag: v1}]\n",
    "applications/basket/overlays/qa/.argocd-source-basket-qa.yaml": "kustomize: {images: ['acme/basket:v3']}\n",
    "applications/basket/overlays/qa/.argocd-source-basket-blue.yaml": "kustomize: {images: ['acme/basket:v4']}\n",
}


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ({}, {"checkout": "v1", "basket": ""}),
        ({"applications": "argocd/**.yaml", "application": "{service}-{env}"}, {"checkout": "v2", "basket": "v3"}),
    ],
)
async def test_what_is_configured_is_read(
    world: World, tmp_path: Path, named: dict[str, str], found: dict[str, str]
) -> None:
    repository = Repository(tmp_path / "served" / "gitops.git")
    repository.commit(FILES)
    async with served(GitHttp(repository.folder.parent)) as url:
        entry = GitOpsEntry(repository=f"{url}/gitops.git", **named)  # type: ignore[arg-type]  # texts, all of them
        git = open_clients(Upstreams(gitops=entry), {}.get, tmp_path / "copies").gitops
        assert git is not None
        rows = await Desired().read(git, world.building.rules.now.book.estate, Summary())
    assert {service: row.tag for service, _, row in rows} == found
