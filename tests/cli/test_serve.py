"""`shipbell serve`: the first run, and what stops a start."""

import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.cli import serve as verb
from app.config.names import secret_name
from app.config.settings import Settings
from app.main import source_names
from tests.cli.conftest import Shipbell
from tests.running.hooks import environment
from tests.running.process import Process
from tests.running.rules import SHIPPED, sink_rules


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings of every server that was started; it ends at once."""
    started: list[Settings] = []

    class Ended:
        def run(self) -> None:
            raise KeyboardInterrupt

    def build(settings: Settings) -> Any:
        started.append(settings)
        return Ended()

    monkeypatch.setattr(verb, "build_server", build)
    monkeypatch.setattr(verb.logs, "configure", lambda *_, **__: None)
    monkeypatch.setattr(verb.logs, "self_test", lambda: None)
    return started


def test_the_first_run_writes_random_secrets_that_count_at_once(shipbell: Shipbell, served: list[Settings]) -> None:
    said = shipbell("serve")
    assert (said.code, str(Path(".env").resolve()) in said.err.replace("\n", "")) == (0, True)
    assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600
    lines = Path(".env").read_text(encoding="utf-8").splitlines()
    variables = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    secrets = {secret_name(name) for name in source_names()}
    assert {"SHIPBELL_SECRET_ARGOCD", "SHIPBELL_SECRET_BITBUCKET", "SHIPBELL_SECRET_REPORTS"} < secrets
    assert set(variables) == secrets | {"SHIPBELL_API_TOKENS"}
    assert len(set(variables.values())) == len(variables)
    assert all(len(value) >= 43 for value in variables.values())
    assert served[0].api_tokens == (variables["SHIPBELL_API_TOKENS"],)
    assert not any(value in said.out + said.err for value in variables.values())


def test_a_second_run_writes_nothing(shipbell: Shipbell, served: list[Settings]) -> None:
    shipbell("serve")
    before = Path(".env").read_bytes()
    said = shipbell("serve")
    assert (said.code, said.err, Path(".env").read_bytes()) == (0, "", before)
    assert served[0].api_tokens == served[1].api_tokens


def test_whoever_has_set_a_secret_or_listens_to_others_gets_no_file(shipbell: Shipbell, served: list[Settings]) -> None:
    shipbell("serve", SHIPBELL_SECRET_BITBUCKET="0123456789")
    shipbell("serve", SHIPBELL_API_TOKENS_FILE="/dev/null")
    shipbell("serve", "--host", "0.0.0.0")
    assert not Path(".env").exists()
    assert len(served) == 3


def test_a_folder_that_cannot_be_written_is_a_sentence(
    shipbell: Shipbell, served: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> int:
        raise PermissionError(13, "read-only")

    monkeypatch.setattr("app.config.environment.os.open", refuse)
    said = shipbell("serve")
    assert (said.code, "cannot write .env: PermissionError" in said.err, served) == (1, True, [])


def test_options_win_over_variables(shipbell: Shipbell, served: list[Settings]) -> None:
    shipbell("serve", "--host", "::1", "--port", "8001", SHIPBELL_PORT="9000", SHIPBELL_SECRET_BITBUCKET="0123456789")
    assert (served[0].host, served[0].port) == ("::1", 8001)


def test_it_refuses_an_address_that_others_reach_without_tokens(shipbell: Shipbell) -> None:
    for host in ("0.0.0.0", "192.0.2.1", "::", "example.com"):
        said = shipbell("serve", "--host", host, SHIPBELL_SECRET_BITBUCKET="0123456789")
        assert (said.code, "SHIPBELL_API_TOKENS" in said.err) == (1, True), host


async def test_the_first_run_of_all_listens_asks_for_its_token_and_ends_in_order(tmp_path: Path) -> None:
    process = Process(tmp_path, {"SHIPBELL_RULES_DIR": str(SHIPPED), "SHIPBELL_LOG_FORMAT": "json"})
    client = await process.start()
    assert (await client.request("GET", "/api/v1/events")).status_code == 401
    token = (tmp_path / ".env").read_text(encoding="utf-8").split(":")[-1].strip()
    answer = await client.request("GET", "/api/v1/events", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    said = process.said
    assert "alembic" not in said
    assert "uvicorn" not in said
    process.signal(signal.SIGINT)
    assert await process.ended() == 0
    assert '"event":"stopped"' in process.said
    assert token not in process.said


async def test_a_port_that_is_taken_is_1_and_a_sentence(tmp_path: Path) -> None:
    environ = environment(SHIPBELL_RULES_DIR=str(sink_rules(tmp_path / "rules")), SINK_URL="https://example.com/x")
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    first = Process(folders[0], environ)
    port = str((await first.start()).port)
    second = Process(folders[1], {**environ, "SHIPBELL_PORT": port})
    second.launch()
    assert await second.ended() == 1
    assert f"error: cannot listen on 127.0.0.1:{port}" in second.said
    assert "Traceback" not in second.said
    beside = Process(folders[0], environ)
    beside.launch()
    assert await beside.ended() == 1
    assert f"error: another process ({first.pid}) uses" in beside.said
    assert "Traceback" not in beside.said
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
    await first.stop()


A_LOOP_DIED = """
import threading
from app.cli.serve import run_to_its_end

class Server:
    def run(self):
        threading.Thread(target=threading.Event().wait).start()  # nobody will ever set it
        raise SystemExit(70)

run_to_its_end(Server())
"""


def test_a_process_whose_loop_died_ends_whatever_thread_is_left_behind() -> None:
    ended = subprocess.run([sys.executable, "-c", A_LOOP_DIED], timeout=120, check=False, capture_output=True)
    assert (ended.returncode, ended.stderr) == (70, b"")
