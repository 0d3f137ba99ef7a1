"""Runs git: without prompts, hooks and anybody's configuration, within a time, and with all of its children."""

import asyncio
import os
import shutil
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import cast

from app.clients.git_faults import GitFault
from app.clients.surroundings import ssh_command

MOST_OUTPUT = 64 << 20
"""Bytes of one answer that are taken; an answer that is longer is an `integration_error`."""
_MOST_WORDS = 64 * 1024
_CONFIG = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "credential.helper": "",
    "fetch.recurseSubmodules": "no",
    "gc.autoDetach": "false",  # it would outlive the limit of time
    "http.followRedirects": "false",  # the header with the token would go along
    "http.lowSpeedLimit": "100",
    "http.lowSpeedTime": "30",
    "log.showSignature": "false",
    "protocol.version": "2",
}


class Git:
    """The program git on one bare repository.

    `environment` holds what the operator's surroundings have to say (see `surroundings`: ssh, proxies, certificates);
    nothing else is handed on. `limit` is in seconds, for each command.
    """

    def __init__(self, folder: Path, protocols: str, environment: Mapping[str, str], limit: float) -> None:
        program = shutil.which("git", path=environment.get("PATH"))
        self.folder = folder
        self.limit = limit
        self._program = program or "git"
        self._environment = {
            "PATH": os.defpath,
            "HOME": "/nonexistent",
            **environment,
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "",
            "SSH_ASKPASS": "",
            "GIT_SSH_COMMAND": ssh_command(environment),
            "GIT_ALLOW_PROTOCOL": protocols,
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_OPTIONAL_LOCKS": "0",
        }

    def environment(self, folder: Path, config: Mapping[str, str]) -> dict[str, str]:
        """The whole environment of a command; `config` goes that way because arguments are everybody's to see."""
        told = {**_CONFIG, **config}
        found = {**self._environment, "GIT_DIR": str(folder), "GIT_CONFIG_COUNT": str(len(told))}
        for number, (key, value) in enumerate(told.items()):
            found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        if not config:  # reads ask nobody: what is not here stays away (git 2.45, and the older ones that were mended)
            found["GIT_NO_LAZY_FETCH"] = "1"
        return found

    @property
    def program(self) -> str:
        """The path of git."""
        return self._program

    async def run(
        self, *arguments: str, folder: Path | None = None, config: Mapping[str, str] | None = None
    ) -> tuple[int, bytes, str]:
        """Exit code, what it printed, what it complained of. Raises GitFault when it takes too long or says too much.

        However it ends, cancelled too, no process of it is left.
        """
        environment = self.environment(folder or self.folder, config or {})
        try:
            process = await self._start(arguments, environment, asyncio.subprocess.PIPE)
        except OSError as error:
            raise GitFault("integration_error", f"git cannot be run: {type(error).__name__}") from None
        try:
            async with asyncio.timeout(self.limit):
                printed, said = await asyncio.gather(
                    _read(cast(asyncio.StreamReader, process.stdout), MOST_OUTPUT),
                    _read(cast(asyncio.StreamReader, process.stderr), _MOST_WORDS, cut=True),
                )
                return await process.wait(), printed, said.decode("utf-8", "replace")
        except TimeoutError:
            raise GitFault("unreachable", f"git {arguments[0]} took longer than {self.limit:g} s") from None
        finally:
            kill_group(process.pid)
            await process.wait()

    async def stream(self, *arguments: str) -> AsyncIterator[bytes]:
        """What it prints, as it comes: nothing of it is kept here. Raises GitFault, also when it ends in an error."""
        process = await self._start(arguments, self.environment(self.folder, {}), asyncio.subprocess.DEVNULL)
        try:
            async with asyncio.timeout(self.limit):
                stream = cast(asyncio.StreamReader, process.stdout)
                while chunk := await stream.read(64 * 1024):
                    yield chunk
                if await process.wait():
                    raise GitFault("integration_error", f"git {arguments[0]} ended with {process.returncode}")
        except TimeoutError:
            raise GitFault("unreachable", f"git {arguments[0]} took longer than {self.limit:g} s") from None
        finally:
            kill_group(process.pid)
            await process.wait()

    async def _start(self, arguments: Sequence[str], environment: Mapping[str, str], stderr: int) -> Process:
        """A process in a group of its own. Who is cancelled meanwhile ends all of it: asyncio ends only the first."""
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *(self._program, *arguments),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=stderr,
                env=environment,
                start_new_session=True,
            )
        )
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            process = await starting
            kill_group(process.pid)
            await process.wait()
            raise


def kill_group(pid: int) -> None:
    """End a process that was started with a session of its own, and its children."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


async def _read(stream: asyncio.StreamReader, most: int, *, cut: bool = False) -> bytes:
    kept = bytearray()
    while chunk := await stream.read(64 * 1024):
        if len(kept) + len(chunk) <= most:
            kept += chunk
        elif not cut:
            raise GitFault("integration_error", f"git printed more than {most >> 20} MiB")
    return bytes(kept)
