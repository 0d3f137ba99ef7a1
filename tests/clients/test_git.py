"""Our copy of a repository: real git, over real HTTP."""

import asyncio
import base64
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.clients.auth import Basic, Bearer
from app.clients.git import Mirror
from app.clients.git_faults import GitFault
from app.kernel.clock import SECOND
from app.kernel.secrets import Secret
from app.standins.git_http import GitHttp
from tests.tools.repository import Repository
from tests.tools.serving import served

TOKEN = "t0ken-of-acme-4711"
HEADER = "Basic " + base64.b64encode(f"x-token-auth:{TOKEN}".encode()).decode()
AUTH = Basic("x-token-auth", Secret(TOKEN))
FILE = "checkout/kustomization.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "served" / "gitops.git")


@pytest.fixture
async def url(repository: Repository) -> AsyncIterator[str]:
    async with served(GitHttp(repository.folder.parent, HEADER)) as root:
        yield f"{root}/gitops.git"


@pytest.fixture
def mirror(repository: Repository, tmp_path: Path) -> Mirror:
    """A copy by the file protocol: what does not need a server is quicker without."""
    return Mirror(repository.folder.as_uri(), tmp_path / "copies", protocols={"file"})


async def content(mirror: Mirror, ref: str = "", path: str = FILE) -> bytes | None:
    async with mirror.tree(ref) as tree:
        return await asyncio.to_thread(tree.read, path)


def copy_of(tmp_path: Path) -> Path:
    (found,) = (tmp_path / "copies").glob("*.git")
    return found


async def test_it_is_cloned_once_and_fetched_from_then_on(repository: Repository, url: str, tmp_path: Path) -> None:
    first = repository.commit({FILE: "one"})
    mirror = Mirror(url, tmp_path / "copies", auth=AUTH)
    assert await mirror.fetch()
    assert not await mirror.fetch()
    made = copy_of(tmp_path).stat().st_ino
    second = repository.commit({FILE: "two"})
    assert await content(mirror) == b"one"
    assert await mirror.fetch()
    assert (await mirror.resolve(), await content(mirror), await content(mirror, first)) == (second, b"two", b"one")
    assert copy_of(tmp_path).stat().st_ino == made
    kept = [path.read_bytes() for path in (tmp_path / "copies").rglob("*") if path.is_file()]
    assert not [data for data in kept if TOKEN.encode() in data or HEADER.split()[1].encode() in data]


async def test_a_wrong_token_says_so_and_shows_nothing(repository: Repository, url: str, tmp_path: Path) -> None:
    repository.commit({FILE: "one"})
    with pytest.raises(GitFault) as caught:
        await Mirror(url, tmp_path / "copies", auth=Bearer(Secret("wrong-token-0815"))).fetch()
    assert caught.value.kind == "auth_error"
    assert "0815" not in str(caught.value)
    assert not list((tmp_path / "copies").glob("*.git*/*"))
    right = Mirror(url, tmp_path / "copies", auth=AUTH)
    assert await content(right) == b"one"


async def test_what_is_not_there_is_told_apart(repository: Repository, url: str, tmp_path: Path) -> None:
    kinds = {}
    for name, address, branches in [
        ("repository", url.replace("gitops", "other"), ()),
        ("branch", url, ("none",)),
        ("host", "http://127.0.0.1:9/acme/gitops.git", ()),
    ]:
        with pytest.raises(GitFault) as caught:
            await Mirror(address, tmp_path / "copies", auth=AUTH, branches=branches).fetch()
        kinds[name] = caught.value.kind
    assert kinds == {"repository": "not_found", "branch": "not_found", "host": "unreachable"}


async def test_a_large_file_stays_where_it_is(repository: Repository, url: str, tmp_path: Path) -> None:
    repository.commit({FILE: "one"}, objects={"dump.sql": repository.zeros(100)})
    mirror = Mirror(url, tmp_path / "copies", auth=AUTH)
    async with mirror.tree() as tree:
        assert sorted(tree.paths()) == [FILE, "dump.sql"]
        assert (tree.read("dump.sql"), tree.refused("dump.sql")) == (None, "larger than 1 MiB")
        assert (tree.read(FILE), tree.refused(FILE)) == (b"one", "")
    listed = [path.stat().st_size for path in copy_of(tmp_path).rglob("*.pack")]
    assert sum(listed) < 10_000


async def test_a_host_that_filters_nothing_sends_it_and_it_is_not_read(repository: Repository, mirror: Mirror) -> None:
    repository.commit({FILE: "x" * (1 << 20), "dump.sql": "x" * ((1 << 20) + 1)})
    async with mirror.tree() as tree:
        assert len(tree.read(FILE) or b"") == 1 << 20
        assert (tree.read("dump.sql"), tree.refused("dump.sql")) == (None, "larger than 1 MiB (1 MiB)")
        assert len(tree.read(FILE) or b"") == 1 << 20


async def test_links_and_odd_names_are_listed_and_not_followed(repository: Repository, mirror: Mirror) -> None:
    repository.commit({"caf\udce9.yaml": "x", "empty.yaml": ""}, links={"loop": "loop", "out": "/etc/passwd"})
    async with mirror.tree() as tree:
        assert sorted(tree.paths()) == ["caf\\xe9.yaml", "empty.yaml", "loop", "out"]
        for link in ("loop", "out"):
            assert (tree.read(link), tree.refused(link)) == (None, "a symbolic link, which is not followed")
        assert (tree.read("caf\\xe9.yaml"), tree.read("empty.yaml"), tree.read("out/x")) == (b"x", b"", None)


async def test_a_forced_push_is_what_is_there_now(repository: Repository, mirror: Mirror) -> None:
    repository.commit({FILE: "one"})
    old = await mirror.resolve()
    new = repository.commit({FILE: "other"}, forced=True)
    assert await mirror.fetch()
    assert (await mirror.resolve(), await content(mirror)) == (new, b"other")
    assert not await mirror.contains(new, old)


def _removed(copy: Path) -> None:
    shutil.rmtree(copy)


def _without_packs(copy: Path) -> None:
    shutil.rmtree(copy / "objects" / "pack")


def _without_head(copy: Path) -> None:
    (copy / "HEAD").unlink()


def _scribbled(copy: Path) -> None:
    for pack in (copy / "objects").rglob("*"):
        if pack.is_file():
            pack.chmod(0o600)
            pack.write_bytes(b"nonsense" * 8)


def _empty(copy: Path) -> None:
    shutil.rmtree(copy)
    copy.mkdir()


@pytest.mark.parametrize("broken", [_removed, _without_packs, _without_head, _scribbled, _empty])
async def test_a_broken_copy_mends_itself(broken: Any, repository: Repository, mirror: Mirror, tmp_path: Path) -> None:
    sha = repository.commit({FILE: "one"})
    await mirror.fetch()
    broken(copy_of(tmp_path))
    assert (await mirror.resolve(), await content(mirror), len(await mirror.log(FILE, 0))) == (sha, b"one", 1)
    broken(copy_of(tmp_path))
    repository.commit({FILE: "two"})
    await mirror.fetch()
    assert await content(mirror) == b"two"
    assert [path.suffix for path in (tmp_path / "copies").iterdir() if path.is_dir()] == [".git"]


async def test_a_copy_that_breaks_under_a_tree_is_made_anew_by_the_next_fetch(
    repository: Repository, mirror: Mirror, tmp_path: Path
) -> None:
    repository.commit({FILE: "one"})

    async def read_on() -> None:
        async with mirror.tree() as tree:
            tree.close()
            tree.read(FILE)

    with pytest.raises(GitFault, match="cache_broken"):
        await read_on()
    made = copy_of(tmp_path).stat().st_ino
    await mirror.fetch()
    assert copy_of(tmp_path).stat().st_ino != made
    assert await content(mirror) == b"one"


async def test_branches_are_copied_by_name_and_gone_ones_go(repository: Repository, tmp_path: Path) -> None:
    shas = {f"environment/{name}": repository.commit({FILE: name}, branch=f"environment/{name}") for name in "ab"}
    repository.commit({FILE: "main"})
    one = Mirror(repository.folder.as_uri(), tmp_path / "copies", branches=["environment/*"], protocols={"file"})
    assert await one.branches() == shas
    assert await content(one, "environment/b") == b"b"
    with pytest.raises(GitFault, match="none of them is named"):
        await one.resolve()
    named = Mirror(repository.folder.as_uri(), tmp_path / "named", branches=["main"], protocols={"file"})
    assert await content(named) == b"main"
    repository._git("branch", "-D", "environment/a")
    assert await one.fetch()
    assert set(await one.branches()) == {"environment/b"}
    with pytest.raises(GitFault, match="not_found"):
        await one.resolve("environment/a")


@pytest.mark.parametrize(
    "ref", ["none", "--upload-pack=x", "-x", "main..main", "main^", "a b", "@{-1}", "0" * 40, "\n"]
)
async def test_names_that_are_none(ref: str, repository: Repository, mirror: Mirror) -> None:
    repository.commit({FILE: "one"})
    with pytest.raises(GitFault) as caught:
        await mirror.resolve(ref)
    assert caught.value.kind == "not_found"


async def test_an_empty_repository_has_no_default_branch(repository: Repository, mirror: Mirror) -> None:
    with pytest.raises(GitFault) as caught:
        await mirror.fetch()
    assert caught.value.kind == "not_found"


async def test_what_one_commit_has_and_another_has_not(repository: Repository, mirror: Mirror) -> None:
    shas = [repository.commit({FILE: str(number)}, f"No. {number}\n\nSHOP-{number} wé") for number in range(4)]
    found = await mirror.commits_between(shas[3][:9], shas[0])
    assert [commit.message for commit in found] == [f"No. {number}\n\nSHOP-{number} wé" for number in (3, 2, 1)]
    assert (found[0].sha, found[0].parents, found[0].author) == (shas[3], (shas[2],), "Ann")
    assert (found[0].email, found[0].committed_at) == ("ann@acme.example", 1_790_000_004 * SECOND)
    assert [commit.sha for commit in await mirror.commits_between(shas[3], shas[0], limit=1)] == [shas[3]]
    assert await mirror.commits_between(shas[0], shas[3]) == []
    assert (await mirror.contains(shas[3], shas[0]), await mirror.contains(shas[0], shas[3])) == (True, False)
    assert await mirror.contains(shas[1], shas[1])
    with pytest.raises(GitFault, match="not_found"):
        await mirror.commits_between(shas[3], "f" * 40)


async def test_when_a_path_was_changed_on_the_branch_itself(repository: Repository, mirror: Mirror) -> None:
    repository.commit({FILE: "1"}, "First")
    repository.commit({"other": "1"}, "Elsewhere")
    repository._git("branch", "topic")
    repository.commit({FILE: "2"}, "Of the topic", branch="topic")
    repository.commit({"other": "2"}, "Elsewhere again")
    repository.merge("Merge", "main", "topic")
    assert [commit.message for commit in await mirror.log(FILE, 0)] == ["Merge", "First"]
    assert [commit.message for commit in await mirror.log("checkout", 1_790_000_002 * SECOND)] == ["Merge"]
    assert await mirror.log("*", 0) == []
