"""`--direct`: the shipped rules applied in the step, and the cards posted from there."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.cli.report_direct import direct
from app.reporter.command import run
from tests.reporter.conftest import BITBUCKET, Service
from tests.reporter.test_documented_table import ROOT

FAILED = {**BITBUCKET, "BITBUCKET_EXIT_CODE": "1"}
RULES = str(ROOT / "rules")


@pytest.fixture
def teams(service: Service) -> dict[str, str]:
    host = service.url.removeprefix("http://")
    service.mode = "202"
    return {"TEAMS_PLATFORM_URL": f"{service.url}/platform?sig=key-of-the-flow", "SHIPBELL_EXTRA_CHANNEL_HOSTS": host}


def posted(*words: str, budget: float = 60.0, **variables: str) -> list[str]:
    said: list[str] = []
    assert run([*words, "--direct", "--rules", RULES], variables, write=said.append, direct=direct, budget=budget) == 0
    return said


def card(service: Service, number: int = -1) -> str:
    message: Any = json.loads(service.heard[number][2])
    return json.dumps(message["attachments"][0]["content"], ensure_ascii=False)


def test_a_failed_deployment_is_posted_and_what_has_no_address_is_printed(
    service: Service, teams: dict[str, str]
) -> None:
    said = posted("deployment", "--version", "2.14.0", **FAILED, **teams)
    assert said[:2] == [
        "shipbell report: deployment.finished → platform-deployments: posted",
        "shipbell report: deployment.finished → qa-team: printed here",
    ]
    assert [path for path, _, _ in service.heard] == ["/platform?sig=key-of-the-flow"]
    assert "2.14.0" in card(service)
    assert "key-of-the-flow" not in "\n".join(said)


def test_what_no_rule_wants_is_said_and_not_posted(service: Service, teams: dict[str, str]) -> None:
    assert posted("deployment", **BITBUCKET, **teams) == [
        "shipbell report: deployment.started: no rule wants it posted"
    ]
    assert service.heard == []


def test_files_are_read_by_the_rooms_of_the_service(service: Service, teams: dict[str, str]) -> None:
    for name, inner in (("a", "<failure>broken</failure>"), ("b", "")):
        text = f"<testsuite name='{name}'><testcase name='{name}'>{inner}</testcase></testsuite>"
        Path(f"junit-{name}.xml").write_text(text, "utf-8")
    Path("junit-c.xml").write_text("no results", "utf-8")
    said = posted("tests", **BITBUCKET, TEAMS_QA_URL=teams["TEAMS_PLATFORM_URL"], **teams)
    assert said[0].startswith("shipbell report: junit-c.xml not posted: ")
    assert [line.rpartition(": ")[2] for line in said[1:]] == ["posted"] * len(service.heard)
    assert "1" in card(service)


def test_a_scan_without_findings_is_read(teams: dict[str, str]) -> None:
    scan = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Trivy"}}, "results": []}]}
    Path("trivy.sarif").write_text(json.dumps(scan), "utf-8")
    Path("x.sarif").write_text("{}", "utf-8")
    said = posted("security", **BITBUCKET, **teams)
    assert any(line.startswith("shipbell report: x.sarif not posted: ") for line in said)
    assert any("security.scan_finished" in line for line in said)


def test_a_channel_that_refuses_is_a_line_and_no_failure(service: Service, teams: dict[str, str]) -> None:
    service.mode = "404"
    said = posted("deployment", **FAILED, **teams)
    assert said[0].startswith("shipbell report: deployment.finished → platform-deployments: not posted: ")
    assert len(service.heard) == 1


def test_a_channel_that_hangs_is_left_behind_within_the_budget(service: Service, teams: dict[str, str]) -> None:
    posted("deployment", **FAILED, **teams)  # all is loaded
    service.mode = "hangs"
    began = time.monotonic()
    said = posted("deployment", budget=1.2, **FAILED, **teams)
    assert time.monotonic() - began < 3
    assert any("not posted: timeout" in line or "are over" in line for line in said)


def test_rules_that_are_wrong_or_missing_are_lines() -> None:
    said: list[str] = []
    run(["deployment", "--direct"], FAILED, write=said.append, direct=direct)
    assert said == ["shipbell report: not posted: rules: there is no such folder (set SHIPBELL_RULES_DIR)"]


_LOADED = """
import os, sys
os._exit = lambda code: (_ for _ in ()).throw(SystemExit(code))
sys.argv = ["shipbell", "report", *{words!r}]
from app.cli import main
try:
    main()
except SystemExit as end:
    sys.stderr.write(f"\\n{{end.code}} " + " ".join(sys.modules))
"""


def loaded(*words: str) -> tuple[str, set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", _LOADED.format(words=words)], env={"PYTHONPATH": str(ROOT), **FAILED},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    code, *modules = done.stderr.splitlines()[-1].split()
    return code, {module.partition(".")[0] for module in modules} | set(modules)


def test_a_report_loads_next_to_nothing() -> None:
    code, modules = loaded("pipeline")
    assert (code, "app.reporter.command" in modules) == ("0", True)
    libraries = {
        "typer",
        "rich",
        "pydantic",
        "orjson",
        "httpx",
        "aiohttp",
        "asyncio",
        "jinja2",
        "fastapi",
        "sqlalchemy",
    }
    assert not modules & {*libraries, "app.events", "app.config.settings"}


def test_direct_loads_neither_the_framework_nor_the_database() -> None:
    code, modules = loaded("pipeline", "--direct", "--rules", RULES)
    assert (code, "app.cli.report_direct" in modules) == ("0", True)
    assert not modules & {"fastapi", "starlette", "uvicorn", "sqlalchemy", "aiosqlite", "asyncpg", "alembic", "typer"}
