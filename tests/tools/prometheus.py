"""A Prometheus of our own: Debian's, on a free port, with what it keeps in a folder of the test."""

import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from ruamel.yaml import YAML

from tests.running.wait import until
from tests.tools.promtool import found


class Prometheus:
    """Asks one Prometheus."""

    def __init__(self, port: int) -> None:
        self._http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)

    async def close(self) -> None:
        await self._http.aclose()

    async def ready(self) -> bool:
        try:
            return (await self._http.get("/-/ready")).status_code == 200
        except httpx.TransportError:
            return False

    async def get(self, path: str, **params: str) -> Any:
        """The data of an answer that has to be a success."""
        answer = (await self._http.get(f"/api/v1/{path}", params=params)).json()
        assert answer["status"] == "success", f"{params}: {answer.get('error')}"
        return answer["data"]

    async def query(self, expression: str) -> list[Any]:
        """The series of an expression, now."""
        found: list[Any] = (await self.get("query", query=expression))["result"]
        return found


@asynccontextmanager
async def prometheus(shipped: Path, target: str, folder: Path) -> AsyncIterator[Prometheus]:
    """Prometheus with a shipped configuration, but every second, of this target, and with the rules beside the file."""
    promtool = found()
    if promtool is None:
        pytest.skip("Prometheus cannot be had on this machine")
    yaml = YAML(typ="safe", pure=True)
    config = yaml.load(shipped.read_text("utf-8"))
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(shipped.parent / "rules" / "*.yml")]
    config["scrape_configs"][0]["static_configs"] = [{"targets": [target]}]
    with (folder / "prometheus.yml").open("w") as file:
        yaml.dump(config, file)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(Path(promtool).with_name("prometheus")),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--enable-feature=exemplar-storage",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    server = Prometheus(port)
    try:
        await until(server.ready, "the start of Prometheus", 60)
        yield server
    finally:
        await server.close()
        process.terminate()
        process.wait(30)
