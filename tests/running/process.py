"""The service as a process of its own, to be killed, stopped and started again."""

import os
import re
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.running.children import Child, Cradle, real
from tests.running.client import Client
from tests.running.wait import until

_LISTENS = re.compile(rb'url"?[:=]"?http://127\.0\.0\.1:(\d+)')


class Process:
    """A service in a folder of its own; one start after the other. Without a cradle it is `python -m app serve`."""

    def __init__(self, folder: Path, environ: Mapping[str, str], cradle: Cradle | None = None) -> None:
        self.folder, self.environ = folder, dict(environ)
        self.log = folder / "process.log"
        self._cradle = cradle
        self._process: Child | None = None
        self._client: Client | None = None
        self._from = 0

    @property
    def client(self) -> Client:
        assert self._client is not None, "not ready"
        return self._client

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def said(self) -> str:
        """What the present run printed, to both streams."""
        return self.log.read_bytes()[self._from :].decode(errors="replace") if self.log.exists() else ""

    def launch(self, fault: str = "", args: Sequence[str] = ("serve",)) -> None:
        """Start, and do not wait; `fault` is one of faults.py, and needs a cradle."""
        assert not self.alive
        self._from = self.log.stat().st_size if self.log.exists() else 0
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SHIPBELL_", "TEAMS_"))}
        environ = {**kept, "SHIPBELL_PORT": "0", "SHIPBELL_DISK_RESERVE_BYTES": "0", **self.environ}
        if self._cradle is not None:
            self._process = self._cradle.fork(self.folder, environ, self.log, fault)
        else:
            assert not fault
            self._process = real(self.folder, environ, self.log, args)

    async def ready(self) -> Client:
        """Wait until it listens."""

        def port() -> int | None:
            found = _LISTENS.search(self.log.read_bytes() if self.log.exists() else b"", self._from)
            assert found or self.alive, f"it ended with {self.code}:\n{self.said[-3000:]}"
            return int(found[1]) if found else None

        listens = await until(port, "the start of the process", 60)
        assert listens
        self._client = Client(listens)
        return self._client

    async def start(self, fault: str = "") -> Client:
        self.launch(fault)
        return await self.ready()

    @property
    def code(self) -> int | None:
        return self._process.poll() if self._process else None

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self, patience: float = 60.0) -> int:
        """Its exit code, once it has ended by itself."""
        await until(lambda: not self.alive, "the end of the process", patience)
        await self._forget_client()
        code = self.code
        assert code is not None
        return code

    async def kill(self) -> None:
        """kill -9."""
        if self.alive:
            self.signal(signal.SIGKILL)
        if self._process is not None:
            await self.ended()

    async def stop(self) -> int:
        """SIGTERM, and wait."""
        self.signal(signal.SIGTERM)
        return await self.ended()

    async def _forget_client(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None


def resident_kib(pid: int) -> int | None:
    """How much memory a process has in use, or None where there is no /proc."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) if found else None
