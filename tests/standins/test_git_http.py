"""The stand-in of a git host: the real git clones from it, over HTTP."""

import asyncio
import base64
import os
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from app.standins.git_http import GitHttp
from tests.tools.repository import Repository
from tests.tools.serving import served

KEY = "Basic " + base64.b64encode(b"x-token-auth:s3cret-of-acme").decode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with the repository `gitops.git`: one commit with one file."""
    folder = tmp_path / "repositories"
    Repository(folder / "gitops.git").commit({"checkout/kustomization.yaml": "images: []\n"})
    return folder


async def git(*arguments: str | Path, header: str = "") -> int:
    environment = {"PATH": os.environ["PATH"], "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1"}
    asked = ["-c", f"http.extraHeader=Authorization: {header}"] if header else []
    process = await asyncio.create_subprocess_exec(
        "git", *asked, *arguments, env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    return await asyncio.wait_for(process.wait(), 20)


async def test_git_clones_from_under_a_prefix(root: Path, tmp_path: Path) -> None:
    async with served(Starlette(routes=[Mount("/git", GitHttp(root))])) as url:
        assert await git("clone", "--quiet", f"{url}/git/gitops.git", tmp_path / "clone") == 0
        partial = ("clone", "--quiet", "--bare", "--filter=blob:none", "--depth=1")
        assert await git(*partial, f"{url}/git/gitops.git", tmp_path / "partial") == 0
    assert (tmp_path / "clone" / "checkout" / "kustomization.yaml").read_text() == "images: []\n"


async def test_without_the_key_it_says_401(root: Path, tmp_path: Path) -> None:
    async with served(Starlette(routes=[Mount("/git", GitHttp(root, authorization=KEY))])) as url:
        assert await git("clone", "--quiet", f"{url}/git/gitops.git", tmp_path / "no") == 128
        assert await git("clone", "--quiet", f"{url}/git/gitops.git", tmp_path / "yes", header=KEY) == 0
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/gitops.git/info/refs?service=git-upload-pack", 200),
        ("/gitops.git/info/refs?service=git-receive-pack", 403),
        ("/other.git/info/refs?service=git-upload-pack", 404),
        ("/gitops.git/%2e%2e/%2e%2e/%2e%2e/etc/passwd", 500),  # git ends without a word
    ],
)
async def test_it_serves_what_git_serves_and_takes_no_push(root: Path, path: str, status: int) -> None:
    transport = httpx.ASGITransport(app=GitHttp(root))
    async with httpx.AsyncClient(transport=transport, base_url="http://git") as client:
        assert (await client.get(path)).status_code == status
