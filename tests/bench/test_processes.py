import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.processes import Command, NotStarted, Server, free_port

PARENT = """
import os, sys, time
from pathlib import Path
from bench.processes import Command, Server
sleeping = Command([sys.executable, "-c", "import time; time.sleep(600)"], 1, "/", {}, Path(sys.argv[1]))
server = Server(sleeping, os.sched_getaffinity(0))
print(server._process.pid, flush=True)
time.sleep(600)
"""


def test_a_server_that_ends_by_itself_is_told_with_its_last_words(tmp_path: Path, cores: frozenset[int]):
    argv = [sys.executable, "-c", "print('no rules here'); raise SystemExit(3)"]
    server = Server(Command(argv, free_port(), "/", {}, tmp_path), cores)
    with pytest.raises(NotStarted, match=r"ended with 3:\nno rules here"):
        server.wait_ready()


def test_settings_and_proxies_of_the_person_who_measures_do_not_reach_a_server(
    tmp_path: Path, cores: frozenset[int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SHIPBELL_PORT", "1")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    argv = [sys.executable, "-c", "import os; print(sorted(os.environ)); raise SystemExit(1)"]
    server = Server(Command(argv, free_port(), "/", {"BENCH_OWN": "1"}, tmp_path), cores)
    with pytest.raises(NotStarted) as told:
        server.wait_ready()
    assert "BENCH_OWN" in str(told.value)
    assert "SHIPBELL_PORT" not in str(told.value)
    assert "HTTPS_PROXY" not in str(told.value)
    assert "PYTHONDONTWRITEBYTECODE" not in str(told.value)  # an installed program has its bytecode


def test_when_the_bench_is_killed_its_servers_end_too(tmp_path: Path):
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        os.kill(pid, 0)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    until = time.monotonic() + 60
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert not alive(pid)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
