"""A bare copy of a git repository: fetched, never checked out, made anew when it is broken."""

import asyncio
import fcntl
import hashlib
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeVar

from app.clients.auth import Auth
from app.clients.git_command import Git
from app.clients.git_faults import GitFault, fault_of
from app.clients.git_log import FORMAT, Commit, commits
from app.clients.git_tree import GitTree, listed
from app.clients.git_url import PROTOCOLS, checked_url
from app.kernel.clock import SECOND

T = TypeVar("T")

_DEFAULT = "refs/shipbell/default"
_FILTER = "blob:limit=1m"
_HEX = re.compile(r"[0-9a-f]{7,64}", re.ASCII)
_REF = re.compile(r"(?!-)(?!.*(\.\.|@\{|//))[^\x00-\x20\x7f~^:?*\[\\]{1,250}")
_UNNAMED = re.compile(r"[^a-z0-9]+")


class Mirror:
    """Our copy of one repository. Every method but `fetch` reads what is there, and fetches the first time only.

    `branches` are the ones to copy, as names or with one `*`; without them it is the default branch. `environment`
    and `limit` (seconds a command) are git's, see `Git`. Raises ConfigError for a URL that git may not have, and
    GitFault from every method; a copy that is broken is made anew once before it is a fault.
    """

    def __init__(
        self,
        url: str,
        folder: Path,
        *,
        auth: Auth | None = None,
        branches: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        limit: float = 120.0,
        protocols: AbstractSet[str] = PROTOCOLS,
    ) -> None:
        self._url = checked_url(url, protocols)
        name = _UNNAMED.sub("-", url.rsplit("/", 1)[-1].removesuffix(".git").lower()).strip("-")
        self._place = folder / f"{name}-{hashlib.sha256(url.encode()).hexdigest()[:12]}.git"
        self._auth = auth
        self._branches = tuple(branches)
        self._git = Git(self._place, ":".join(sorted(protocols)), environment or {}, limit)
        self._lock = asyncio.Lock()
        self._copy = 0
        self._broken = False

    async def fetch(self) -> bool:
        """Bring the copy up to date, or make it. Whether any branch has moved since."""
        async with self._alone():
            before = b"" if self._broken or not self._place.exists() else await self._refs()
            if not before:
                await self._clone()
            else:
                try:
                    await self._pull(self._place)
                except GitFault as fault:
                    if fault.kind != "cache_broken":
                        raise
                    await self._clone()
            return await self._refs() != before

    async def branches(self) -> dict[str, str]:
        """Branch → SHA of its last commit."""
        printed = await self._asking("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads")
        lines = (line.partition(" ") for line in printed.decode("utf-8", "replace").splitlines())
        return {name: sha for sha, _, name in lines}

    async def resolve(self, ref: str = "") -> str:
        """The SHA of a branch, of a (shortened) SHA, or of the default branch. GitFault `not_found` without one."""
        if ref and not _REF.fullmatch(ref):
            raise GitFault("not_found", f"{ref!r} is no name of a commit")
        return await self._reading(lambda: self._resolve(ref))

    @asynccontextmanager
    async def tree(self, ref: str = "") -> AsyncIterator[GitTree]:
        """The files of a commit; the tree may be used in one thread at a time until the block ends."""
        sha = await self.resolve(ref)
        printed = await self._asking("ls-tree", "-r", "-l", "-z", "--full-tree", sha)
        command = [self._git.program, "cat-file", "--batch"]
        tree = GitTree(listed(printed), command, self._git.environment(self._place, {}), self._git.limit)
        try:
            yield tree
        except GitFault as fault:
            self._broken = self._broken or fault.kind == "cache_broken"
            raise
        finally:
            await asyncio.to_thread(tree.close)

    async def commits_between(self, new: str, old: str, limit: int = 1_000) -> list[Commit]:
        """What `new` has and `old` has not, newest first, `limit` at most. An unknown one is `not_found`."""
        reached, excluded = await self.resolve(new), await self.resolve(old)
        printed = await self._asking("log", "-z", FORMAT, f"--max-count={limit}", reached, f"^{excluded}")
        return list(commits(printed))

    async def contains(self, new: str, old: str) -> bool:
        """Whether `old` is `new` or one of its ancestors."""
        reached, sought = await self.resolve(new), await self.resolve(old)
        printed = await self._asking("rev-list", "--max-count=1", sought, f"^{reached}")
        return not printed

    async def log(self, path: str, since: int, ref: str = "", limit: int = 1_000) -> list[Commit]:
        """The commits on a branch's own line that changed a path since a time (µs), newest first: when it landed.

        What a merge brought counts as the merge.
        """
        sha = await self.resolve(ref)
        span = (f"--max-age={max(since, 0) // SECOND}", f"--max-count={limit}", "--first-parent")
        return list(commits(await self._asking("log", "-z", FORMAT, *span, sha, "--", path)))

    async def _resolve(self, ref: str) -> str:
        name, owed = self._name(ref)
        code, printed, said = await self._git.run("for-each-ref", "--format=%(objectname)", name)
        if code or (owed and not printed):
            raise GitFault("cache_broken", said or f"{name} is gone")
        if not printed and not _HEX.fullmatch(ref):
            raise GitFault("not_found", f"there is no branch {ref!r}")
        wanted = printed.decode().split()[0] if printed else ref
        code, found, said = await self._git.run("rev-parse", "--verify", "--end-of-options", f"{wanted}^{{commit}}")
        if code == 0:
            return found.decode().strip()
        raise GitFault("cache_broken", said) if printed else GitFault("not_found", f"there is no commit {ref}")

    def _name(self, ref: str) -> tuple[str, bool]:
        """The full name of a ref, and whether a whole copy has it for certain."""
        alone = self._branches[0] if len(self._branches) == 1 and "*" not in self._branches[0] else ""
        if not ref and self._branches and not alone:
            raise GitFault("not_found", "several branches are copied, and none of them is named")
        branch = ref or alone
        return (f"refs/heads/{branch}", branch in self._branches) if branch else (_DEFAULT, True)

    async def _asking(self, *arguments: str) -> bytes:
        """What a command prints that only reads."""

        async def ask() -> bytes:
            code, printed, said = await self._git.run(*arguments)
            if code:
                raise GitFault("cache_broken", said)
            return printed

        return await self._reading(ask)

    async def _reading(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask the copy; make it when there is none, and anew, once, when it is broken."""
        copy, there = self._copy, self._place.exists()
        if there:
            try:
                return await ask()
            except GitFault as fault:
                if fault.kind != "cache_broken":
                    raise
        async with self._alone():
            mended = copy != self._copy or (not there and self._place.exists())
            if not mended:
                await self._clone()
        return await ask()

    async def _refs(self) -> bytes:
        """All branches with their commits; empty when there are none, or when they cannot be read."""
        code, printed, _ = await self._git.run("for-each-ref", "--format=%(objectname) %(refname)")
        return b"" if code else printed

    async def _clone(self) -> None:
        """A new copy, made beside the old one and put into its place when it is whole."""
        for cut_off in self._place.parent.glob(f"{self._place.name}.*.new"):  # we are alone: nobody makes it now
            await asyncio.to_thread(shutil.rmtree, cut_off, ignore_errors=True)
        fresh = Path(mkdtemp(prefix=f"{self._place.name}.", suffix=".new", dir=self._place.parent))
        try:
            code, _, said = await self._git.run("init", "--quiet", "--bare", "--template=", folder=fresh)
            if code:
                raise GitFault("integration_error", said)
            try:
                await self._pull(fresh)
            except GitFault as fault:
                raise GitFault("integration_error", fault.detail) if fault.kind == "cache_broken" else fault from None
            await asyncio.to_thread(shutil.rmtree, self._place, ignore_errors=True)
            await asyncio.to_thread(fresh.replace, self._place)
        finally:
            await asyncio.to_thread(shutil.rmtree, fresh, ignore_errors=True)
        self._copy += 1
        self._broken = False

    async def _pull(self, folder: Path) -> None:
        """Fetch the branches as they are now, forced or not; files that nobody reads stay where they are."""
        wanted = [f"+refs/heads/{name}:refs/heads/{name}" for name in self._branches] or [f"+HEAD:{_DEFAULT}"]
        config = {"remote.origin.url": self._url, "remote.origin.promisor": "true"}
        config["remote.origin.partialclonefilter"] = _FILTER  # told here, git writes it nowhere: reads ask nobody
        if self._auth:
            config["http.extraHeader"] = f"Authorization: {self._auth.header()}"
        options = ("--quiet", "--force", "--prune", "--no-tags", "--no-write-fetch-head", f"--filter={_FILTER}")
        code, _, said = await self._git.run("fetch", *options, "origin", *wanted, folder=folder, config=config)
        if code:
            raise fault_of(said)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Nobody else fetches meanwhile, in no other process either."""
        async with self._lock:
            try:
                self._place.parent.mkdir(parents=True, exist_ok=True)
                with self._place.with_suffix(".lock").open("w") as lock:
                    await self._locked(lock.fileno())
                    yield
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise GitFault("integration_error", f"the copy cannot be written: {reason}") from None

    async def _locked(self, lock: int) -> None:
        """Wait for the lock, as long as one command may take. It goes with its file, or with the process."""
        for _ in range(int(self._git.limit * 10)):
            try:
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                await asyncio.sleep(0.1)
        raise GitFault("unreachable", "another process fetches, and does not come to an end")
