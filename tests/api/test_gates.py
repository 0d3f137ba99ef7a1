"""Gates over HTTP: asked by the facts, recorded as events, shown in the story of a change, looked at in advance."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.kernel.clock import DAY, HOUR
from app.store import fact_tables as tables
from tests.api.conftest import TOKENS, Api, StartApi
from tests.measures.rows import add, row
from tests.running.rules import rewrite
from tests.running.wait import until

SHA, OLD = "4f" * 20, "9e" * 20
NEW = "c" * 32
ESTATE = """\
version: 1
environments: {qa: {tier: testing}, prod: {tier: production}}
services: {checkout: {repositories: [acme/checkout]}, basket: {}}
gates:
  ask:
    - {environments: [prod], services: [checkout], gates: [security, tests, promotion, health]}
    - {environments: [qa], services: [checkout], gates: [freeze]}
  health: {change_fail_rate: 0.3}
"""


def scan(at: int, **what: Any) -> tuple[sa.Table, dict[str, Any]]:
    return tables.fact_scans, {
        "id": "s", "service": "checkout", "environment": None, "at": at, "tool": "veracode", "kind": "sast",
        "scan_id": None, "verdict": "passed", "critical": 0, "high": 1, "medium": 0, "low": 0, "advisory": False,
        "version": None, "sha": SHA[:12], "report_url": None, **what,
    }  # fmt: skip


def run_of_tests(at: int) -> tuple[sa.Table, dict[str, Any]]:
    return tables.fact_test_runs, {
        "id": "t", "service": "checkout", "environment": "qa", "at": at, "suite": "e2e", "run_id": "1",
        "status": "succeeded", "passed": 3, "failed": 0, "skipped": 0, "flaky": 0, "total": 3, "version": "2.0",
        "sha": SHA, "report_url": None,
    }  # fmt: skip


@pytest.fixture
async def asked(start: StartApi, tmp_path: Path) -> Api:
    """A version that was scanned and tested, and was in QA for two hours; it runs there, and an older one in prod."""
    rewrite(tmp_path / "rules" / "estate.yaml", ESTATE)
    api = await start(SHIPBELL_ROLES="ingest process")
    now = api.parts.clock()
    here = {"service": "checkout", "version": "2.0", "sha": SHA, "repository": "acme/checkout"}
    rows = (
        scan(now - DAY), run_of_tests(now - HOUR),
        row("deployment", id="old", environment="qa", live_at=now - DAY, **{**here, "sha": OLD, "version": "1.9"}),
        row("deployment", id=NEW, environment="qa", live_at=now - 2 * HOUR, **here),
        row("environment", service="checkout", environment="qa", actual_version="2.0", deployment_id=NEW,
            health="Healthy"),
    )  # fmt: skip
    await api.parts.database.write(lambda connection: add(connection, *rows))
    return api


async def post(api: Api, name: str, **said: Any) -> Any:
    body = {"service": "checkout", "environment": "prod", "commit": SHA, "version": "2.0", **said}
    answer = await api.ask("POST", f"/api/v1/gates/{name}", as_=TOKENS["ingest"], json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_all_are_asked_by_the_facts(asked: Api) -> None:
    found = await post(asked, "all")
    verdicts = {each["gate"]: each["verdict"] for each in found["decisions"]}
    assert verdicts == dict.fromkeys(("security", "tests", "promotion", "health"), "allow")
    assert (found["verdict"], found["tier"], found["on_unknown"]) == ("allow", "production", "block")


async def test_another_commit_was_neither_scanned_nor_tested(asked: Api) -> None:
    found = await post(asked, "all", commit="1" * 40, version="2.1")
    codes = [each["code"] for decision in found["decisions"] for each in decision["reasons"]]
    assert (found["verdict"], codes) == ("block", ["not_scanned", "not_tested", "never_there", "too_few"])


async def test_a_version_alone_is_judged_by_the_scan_of_the_commit_that_was_deployed_under_it(asked: Api) -> None:
    assert (await post(asked, "security", commit="", version="2.0"))["verdict"] == "allow"
    assert (await post(asked, "security", commit="", version="1.9"))["verdict"] == "block"
    assert (await post(asked, "security", commit="", version=""))["verdict"] == "block"


async def test_a_version_that_was_two_commits_is_judged_by_neither(asked: Api) -> None:
    again = {"service": "checkout", "version": "2.0", "sha": "77" * 20, "repository": "acme/checkout"}
    rows = [row("deployment", id="again", environment="prod", live_at=asked.parts.clock(), **again)]
    await asked.parts.database.write(lambda connection: add(connection, *rows))
    assert (await post(asked, "security", commit="", version="2.0"))["verdict"] == "block"


@pytest.mark.parametrize(("version", "passes"), [("2.0", True), ("2.1", False)])
async def test_the_documented_pipe_passes_only_when_every_gate_allows(asked: Api, version: str, passes: bool) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "gates.md").read_text("utf-8")
    pipe = page.partition("api/v1/gates/all")[2].partition("```")[0].rpartition("| ")[2]
    body = {"service": "checkout", "environment": "prod", "commit": SHA if passes else "1" * 40, "version": version}
    answer = await asked.ask("POST", "/api/v1/gates/all", as_=TOKENS["ingest"], json=body)
    verdicts = {each["gate"]: each["verdict"] for each in answer.json()["decisions"]}
    assert verdicts["health"] == "allow"  # one that allows is not all of them
    done = subprocess.run(["/bin/sh", "-ec", pipe], input=answer.content, timeout=60)
    assert (answer.json()["verdict"] == "allow", done.returncode == 0) == (passes, passes), verdicts


async def test_a_version_that_left_is_known_by_when_the_next_came(asked: Api) -> None:
    assert (await post(asked, "promotion", commit=OLD, version="1.9"))["verdict"] == "allow"


async def test_an_open_incident_and_failures_block(asked: Api) -> None:
    now = asked.parts.clock()
    failed = {"service": "checkout", "environment": "prod", "failed_by": "rollback"}
    rows = [row("deployment", id=f"f{n}", live_at=now - (n + 1) * HOUR, **failed) for n in range(6)]
    rows += [row("incident", id="I1", service="checkout", opened_at=now - HOUR, title="Payments fail")]
    rows += [row("incident", id="I2", service="checkout", opened_at=now - DAY, resolved_at=now)]
    await asked.parts.database.write(lambda connection: add(connection, *rows))
    (decision,) = (await post(asked, "health"))["decisions"]
    assert [(each["code"], each["subject"]) for each in decision["reasons"]] == [
        ("open_incident", "I1"),
        ("fail_rate", None),
    ]


async def test_a_verdict_is_an_event_in_the_story_of_the_change(asked: Api) -> None:
    found = await post(asked, "security", repository="acme/checkout", build=7, step="s:1")
    await asked.settled(found["receipt"])
    (event,) = (await asked.get("/api/v1/events", type="gate.decided"))["items"]
    assert (event["gate"], event["verdict"], event["commit"]["sha"]) == ("security", "allow", SHA)

    async def shown() -> Any:
        return (await asked.get(f"/api/v1/deployments/{NEW}"))["gates"]

    gates = await until(shown, "the story")
    assert [(each["gate"], each["verdict"], each["environment"]) for each in gates] == [("security", "allow", "prod")]
    metrics = (await asked.ask("GET", "/metrics")).text
    assert 'gate_evaluations_total{gate="security",result="allow",service="checkout"} 1.0' in metrics
    assert 'gate_evaluations_total{gate="freeze",result="block",service="basket"} 0.0' in metrics
    assert 'gate_evaluation_duration_seconds_count{gate="security"} 0.0' not in metrics  # of the whole process


async def test_who_goes_past_is_recorded_and_counted(asked: Api) -> None:
    skip = {"by": "ada", "reason": "it burns", "gate": ""}
    found = await post(asked, "security", commit="1" * 40, skip=skip)
    assert (found["verdict"], found["decisions"][0]["bypassed_by"]) == ("allow", "ada")
    await asked.settled(found["receipt"])
    (event,) = (await asked.get("/api/v1/events", type="gate.decided"))["items"]
    assert (event["bypassed_by"], event["bypass_reason"]) == ("ada", "it burns")
    metrics = (await asked.ask("GET", "/metrics")).text
    assert 'gate_evaluations_total{gate="security",result="bypass",service="checkout"} 1.0' in metrics


async def test_a_dry_run_and_a_look_record_nothing(asked: Api) -> None:
    assert (await post(asked, "all", dry_run=True))["receipt"] is None
    found = (await asked.get("/api/v1/gates"))["items"]
    assert [(each["service"], each["environment"], each["verdict"]) for each in found] == [
        ("checkout", "qa", "allow"),
        ("checkout", "prod", "allow"),
    ]
    assert (found[1]["commit"], found[1]["version"]) == (SHA, "2.0")  # what runs in QA would go to prod next
    assert (await asked.get("/api/v1/gates", environment="qa"))["items"] == found[:1]
    assert (await asked.get("/api/v1/receipts"))["items"] == []


async def test_fix_version_without_jira_is_unknown_and_not_an_error(asked: Api) -> None:
    found = await post(asked, "fix-version", dry_run=True, on_unknown="allow")
    assert (found["verdict"], found["on_unknown"]) == ("unknown", "allow")
    assert found["decisions"][0]["reasons"][0]["code"] == "no_jira"


@pytest.mark.parametrize(
    ("name", "said", "status", "word"),
    [
        ("frost", {}, 404, "freeze"),
        ("freeze", {"service": "chekout"}, 422, "did you mean 'checkout'?"),
        ("freeze", {"environment": "moon"}, 422, "environment"),
        ("freeze", {"servise": "checkout"}, 422, "servise"),
        ("freeze", {"skip": {"by": "ada", "reason": ""}}, 422, "reason"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    asked: Api, name: str, said: dict[str, Any], status: int, word: str
) -> None:
    body = {"service": "checkout", "environment": "prod", **said}
    answer = await asked.ask("POST", f"/api/v1/gates/{name}", as_=TOKENS["ingest"], json=body)
    assert (answer.status_code, word in answer.text) == (status, True), answer.text
    assert (await asked.get("/api/v1/receipts"))["items"] == []


async def test_a_look_at_what_is_not_there_is_refused(asked: Api) -> None:
    assert (await asked.ask("GET", "/api/v1/gates", params={"service": "moon"})).status_code == 422
