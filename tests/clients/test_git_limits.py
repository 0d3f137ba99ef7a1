"""Git is held to its time, one fetch at a time, and leaves no process behind."""

import asyncio
import fcntl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from app.clients.git import Mirror
from app.clients.git_faults import GitFault, fault_of
from app.clients.git_tree import GitTree
from app.clients.git_url import checked_url
from app.kernel.errors import ConfigError
from app.standins.git_http import GitHttp
from tests.running.wait import until
from tests.tools.repository import Repository
from tests.tools.serving import served


@asynccontextmanager
async def silent() -> AsyncIterator[int]:
    """The port of a server that takes everything and says nothing."""
    open_ones: list[asyncio.StreamWriter] = []

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.append(writer)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    for writer in open_ones:
        writer.close()


def left(port: int) -> list[str]:
    printed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in printed.splitlines() if f":{port}/" in line and "git" in line]


async def test_a_host_that_hangs_costs_its_time_and_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with silent() as port:
        mirror = Mirror(f"http://127.0.0.1:{port}/x.git", tmp_path)
        run = mirror._git.run

        async def impatient(*words: str, **more: Any) -> Any:
            mirror._git.limit = 0.4 if words[0] == "fetch" else 60
            return await run(*words, **more)

        monkeypatch.setattr(mirror._git, "run", impatient)
        with pytest.raises(GitFault, match=r"git: unreachable: git fetch took longer than 0\.4 s"):
            await asyncio.wait_for(mirror.fetch(), 60)
        assert left(port) == []
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []


async def test_a_round_that_is_cut_off_leaves_no_process(tmp_path: Path) -> None:
    async with silent() as port:
        mirror = Mirror(f"http://127.0.0.1:{port}/x.git", tmp_path)
        round_ = asyncio.create_task(mirror.fetch())
        await until(lambda: left(port), "git")
        round_.cancel()
        await asyncio.gather(round_, return_exceptions=True)
        assert left(port) == []


async def test_a_round_that_is_cut_off_while_git_starts_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, started = asyncio.create_subprocess_exec, asyncio.Event()

    async def slowly(*words: str, **more: Any) -> Any:
        process = await start(*words, **more)
        if "fetch" in words:
            await until(lambda: left(port), "git")
            started.set()
            await asyncio.sleep(0.1)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", slowly)
    async with silent() as port:
        round_ = asyncio.create_task(Mirror(f"http://127.0.0.1:{port}/x.git", tmp_path).fetch())
        await started.wait()
        round_.cancel()
        await asyncio.gather(round_, return_exceptions=True)
        assert left(port) == []


class Listening:
    """Lets requests through, and keeps in which order they came."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.methods: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.methods.append(scope["method"])
        await self._app(scope, receive, send)


async def test_two_rounds_never_fetch_at_once(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "served" / "gitops.git")
    repository.commit({"a": "b"})
    app = Listening(GitHttp(tmp_path / "served"))
    async with served(app) as root:
        mirrors = [Mirror(f"{root}/gitops.git", tmp_path / "copies") for _ in range(2)]
        changed = await asyncio.gather(*(mirror.fetch() for mirror in [*mirrors, *mirrors]))
    assert sorted(changed) == [False, False, False, True]
    fetches = "".join(app.methods).split("GET")[1:]
    assert fetches == ["POSTPOST", "POST", "POST", "POST"]  # each asked to its end before the next began


async def test_what_git_is_told_of_the_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of ours: a secret of the service, or a GIT_DIR of the hook in which it was started."""
    repository = Repository(tmp_path / "served.git")
    sha = repository.commit({"a": "b"})
    for name, value in [("GIT_DIR", "/nowhere"), ("GIT_CONFIG_PARAMETERS", "'a.b'='c'"), ("SHIPBELL_SECRET_X", "s")]:
        monkeypatch.setenv(name, value)
    mirror = Mirror(repository.folder.as_uri(), tmp_path / "copies", protocols={"file"})
    assert await mirror.resolve() == sha
    environment = mirror._git.environment(tmp_path, {})
    assert not {"SHIPBELL_SECRET_X", "GIT_CONFIG_PARAMETERS"} & environment.keys()
    assert environment["GIT_TERMINAL_PROMPT"] == "0"


def _read(tree: GitTree) -> bytes | GitFault:
    try:
        return tree.read("a")
    except GitFault as fault:
        return fault


async def test_a_tree_that_is_held_too_long_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Repository(tmp_path / "served.git")
    repository.commit({"a": "b"})
    mirror = Mirror(repository.folder.as_uri(), tmp_path / "copies", protocols={"file"})
    async with mirror.tree() as tree:
        assert tree.read("a") == b"b"
    monkeypatch.setattr("app.clients.git.GitTree", lambda *given: GitTree(*given[:-1], 0.3))
    async with mirror.tree() as tree:
        await asyncio.sleep(0.3)
        await until(lambda: isinstance(_read(tree), GitFault), "the end of the tree")
        with pytest.raises(GitFault, match="git cannot read a"):
            tree.read("a")


async def test_a_lock_of_another_process_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Repository(tmp_path / "served.git")
    repository.commit({"a": "b"})
    mirror = Mirror(repository.folder.as_uri(), tmp_path / "copies", protocols={"file"})
    await mirror.fetch()
    (path,) = (tmp_path / "copies").glob("*.lock")
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        monkeypatch.setattr(mirror._git, "limit", 0.5)
        with pytest.raises(GitFault, match="another process fetches"):
            await mirror.fetch()
        monkeypatch.undo()
    assert not await mirror.fetch()


async def test_what_a_killed_process_left_is_tidied_up(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "served.git")
    repository.commit({"a": "b"})
    mirror = Mirror(repository.folder.as_uri(), tmp_path / "copies", protocols={"file"})
    left_over = mirror._place.with_name(f"{mirror._place.name}.x1.new")
    left_over.mkdir(parents=True)
    await mirror.fetch()
    assert [path for path in (tmp_path / "copies").iterdir() if path.is_dir()] == [mirror._place]


async def test_a_folder_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    mirror = Mirror("https://git.example.com/acme/gitops.git", tmp_path / "file" / "copies")
    with pytest.raises(GitFault, match="the copy cannot be written: Not a directory"):
        await mirror.fetch()


@pytest.mark.parametrize(
    "url",
    [
        *("https://git.example.com/acme/gitops.git", "ssh://git@git.example.com:7999/acme/gitops.git"),
        *("git@git.example.com:acme/gitops.git", "http://127.0.0.1:8000/git/gitops.git", "http://localhost/g.git"),
    ],
)
def test_addresses_that_git_may_have(url: str) -> None:
    assert checked_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        *("", "--upload-pack=touch /tmp/x", "-x", "https://git.example.com/--upload-pack=x", "ext::sh -c id"),
        *("ext::sh%20-c%20id", "fd::17", "transport::https://git.example.com/a", "file:///etc", "/etc", "../gitops"),
        *(
            "git://git.example.com/a",
            "ftp://git.example.com/a",
            "https://",
            "https://-x/a",
            "ssh://-oProxyCommand=id/a",
        ),
        *("git@-x:a", "git@git.example.com:-x", "https://user:key@git.example.com/a", "https://key@git.example.com/a"),
        *(
            "ssh://git:key@git.example.com/a",
            "http://git.example.com/a",
            "https://git.example.com/a b",
            "https://[::/a",
        ),
        *("https://git.example.com/a\n", "https://git.example.com/a\x00", "git@git.example.com:a --exec=x"),
    ],
)
def test_addresses_that_git_may_not_have(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Mirror(url, tmp_path)
    assert "key" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("fatal: Authentication failed for 'https://u:key@git.example.com/x'", "auth_error"),
        ("fatal: could not read Username for 'https://git.example.com': terminal prompts disabled", "auth_error"),
        ("git@git.example.com: Permission denied (publickey).\nfatal: Could not read from remote", "auth_error"),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 403", "forbidden"),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 429", "rate_limited"),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 301", "not_found"),
        ("remote: Repository not found", "not_found"),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 503", "unreachable"),
        ("fatal: unable to access 'https://x/': Could not resolve host: x", "unreachable"),
        ("fatal: early EOF", "unreachable"),
        ("error: object file ./objects/ab/cd is empty", "cache_broken"),
        ("", "cache_broken"),
    ],
)
def test_what_git_complains_of(said: str, kind: str) -> None:
    fault = fault_of(said)
    assert fault.kind == kind
    assert "key@" not in fault.detail
    assert fault.detail


def test_a_token_that_git_was_refused_is_called_that() -> None:
    assert "the token" not in fault_of("fatal: early EOF").detail
    detail = fault_of("fatal: could not read Username for 'https://x': terminal prompts disabled").detail
    assert detail.endswith("there is no token, or it is refused")
