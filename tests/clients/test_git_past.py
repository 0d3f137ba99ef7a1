"""What another commit had, over the tree of one."""

from pathlib import Path

import pytest

from app.clients.git import Mirror
from tests.tools.repository import Repository

FILE = "apps/pay now/overlays/prod/kustomization.yaml"


@pytest.mark.parametrize("size", [0, 5])
async def test_files_and_names_of_an_earlier_commit(tmp_path: Path, size: int) -> None:
    repository = Repository(tmp_path / "served" / "gitops.git")
    beside = "apps/pay now/overlays/prod/.argocd-source.yaml"
    first = repository.commit({FILE: "one\n", "large.bin": b"x" * (size << 20), beside: ""})
    second = repository.commit({FILE: "two\n"})
    mirror = Mirror(f"file://{repository.folder}", tmp_path / "cache", protocols={"file"})
    async with mirror.tree() as tree:
        assert tree.read_at(first, FILE) == b"one\n"
        assert tree.read_at(second, FILE) == b"two\n"
        assert tree.read_at(first, "large.bin") == (None if size else b"")
        assert tree.read_at(first, "no such file") is None
        assert tree.read_at("0" * 40, FILE) is None
        assert tree.read_at(first, "apps") is None  # a folder
        assert tree.read_at(first, f"{FILE}\nHEAD:{FILE}") is None
        assert tree.names_at(first, "apps/pay now/overlays/prod") == (".argocd-source.yaml", "kustomization.yaml")
        assert tree.names_at(first, FILE) == tree.names_at(first, "nowhere") == ()
        assert tree.read(FILE) == b"two\n"
