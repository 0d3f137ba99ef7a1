"""`shipbell demo --upstreams`: what it prints is a section of the rules that leads to what it serves."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import typer

from app.cli.demo_upstreams import seconds, section
from app.clients.upstreams import load_upstreams
from app.estate import load_estate
from app.kernel.yaml import load
from app.standins.standins import create_standins
from app.standins.story.tell import tell
from tests.cli.conftest import Shipbell
from tests.conftest import START
from tests.running.rules import SHIPPED


def test_the_sections_load_and_name_every_service(tmp_path: Path) -> None:
    standins = create_standins(tell(START, services=8, tickets=4), tmp_path)
    told = load(section("http://127.0.0.1:8100", standins), "upstreams.yaml")
    upstreams, _ = load_upstreams([told])
    assert upstreams.gitops
    assert upstreams.gitops.repository == "http://127.0.0.1:8100/git/gitops.git"
    assert upstreams.bitbucket
    assert upstreams.bitbucket.url == "http://127.0.0.1:8100/bitbucket/2.0"
    assert upstreams.jira
    assert set(upstreams.argocd) == {"demo"}
    shipped = load((SHIPPED / "estate.yaml").read_text("utf-8"), "estate.yaml")
    assert set(load_estate([shipped, told]).services) == set(standins.story.services)


def test_with_the_services_of_the_shipped_estate_nothing_is_added(tmp_path: Path) -> None:
    standins = create_standins(tell(START, services=5, tickets=4), tmp_path)
    assert "services:" not in section("http://127.0.0.1:8100", standins)


def test_latency_is_written_with_its_unit() -> None:
    assert [seconds(text) for text in ("150ms", "2s", "0ms", "99999s")] == [0.15, 2.0, 0.0, 60.0]
    for wrong in ("150", "1m", "-1s", ""):
        with pytest.raises(typer.BadParameter):
            seconds(wrong)


def test_a_wrong_option_is_wrong_usage(shipbell: Shipbell) -> None:
    for words in (("--latency", "3"), ("--error-rate", "2"), ("--services", "0"), ("--port", "70000")):
        assert shipbell("demo", "--upstreams", *words).code == 2, words


def test_it_serves_until_it_is_told_to_end_and_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app", "demo", "--upstreams", "--port", "0", "--services", "2"]
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        told = "".join(iter(process.stdout.readline, "\n"))
        found = re.search(r"url: (http://127\.0\.0\.1:\d+)/argocd", told)
        assert found, told
        answered = httpx.get(f"{found[1]}/argocd/api/v1/applications", headers={"authorization": "Bearer demo"})
        assert len(answered.json()["items"]) == 8
        busy = subprocess.run(
            [*command, "--port", found[1].rpartition(":")[2]],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert (busy.returncode, "is taken" in busy.stderr) == (1, True)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert "2 services, 80 tickets" in said
    assert "Traceback" not in said
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []
