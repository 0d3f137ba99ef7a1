"""`shipbell report …` against a service that runs: what a step tells becomes events, once."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from app.cli import step
from tests.cli.conftest import Shipbell
from tests.reporter.conftest import BITBUCKET
from tests.running.hooks import SECRETS, TOKEN

BASE = {**BITBUCKET, "BITBUCKET_BUILD_NUMBER": "98761", "SHIPBELL_TOKEN": TOKEN}


def found(ask: Shipbell, number: int, ours: Callable[[Any], bool]) -> list[Any]:
    """Our events, once there are as many: they are processed after they are taken."""
    until = time.monotonic() + 60
    while True:
        events = [each for each in ask("events", "list", "--json", "--limit", "50").json["items"] if ours(each)]
        if len(events) >= number or time.monotonic() > until:
            return events
        time.sleep(0.1)


def test_a_deployment_begins_ends_and_is_told_once(ask: Shipbell) -> None:
    for _ in range(2):
        assert ask("report", "deployment", **BASE).out == "shipbell report: deployment.started reported\n"
        ended = ask("report", "deployment", **BASE, BITBUCKET_EXIT_CODE="127")
        assert (ended.code, ended.out) == (0, "shipbell report: deployment.finished failed reported\n")
    events = found(ask, 2, lambda event: ":98761:qa" in event["subject"])
    assert sorted(each["type"] for each in events) == ["deployment.finished", "deployment.started"]
    assert len({each["subject"] for each in events}) == 1
    assert {(each["service"], each["environment"]) for each in events} == {("checkout", "qa")}


def test_a_signed_report_is_taken_at_the_hook(ask: Shipbell) -> None:
    variables = {**BASE, "SHIPBELL_TOKEN": "", "SHIPBELL_SECRET_REPORTS": SECRETS["reports"]}
    said = ask("report", "pipeline", "--status", "failed", **variables)
    assert said.out == "shipbell report: pipeline.finished failed reported\n"
    wrong = ask("report", "pipeline", "--status", "failed", **{**variables, "SHIPBELL_SECRET_REPORTS": "another-one"})
    assert (wrong.code, "the service answered 401" in wrong.out) == (0, True)


def test_files_of_a_run_are_one_event(ask: Shipbell, tmp_path) -> None:
    for name in ("a", "b"):
        text = f"<testsuite name='{name}'><testcase name='{name}'/></testsuite>"
        (tmp_path / f"junit-{name}.xml").write_text(text, "utf-8")
    (tmp_path / "junit-c.xml").write_text("nothing that is read", "utf-8")
    said = ask("report", "tests", "--suite", "of-the-reporter", **BASE)
    assert [line.partition(" (")[0] for line in said.out.splitlines()] == [
        "shipbell report: junit-a.xml reported",
        "shipbell report: junit-b.xml reported",
        "shipbell report: junit-c.xml not reported: the service answered 422",
        "shipbell report: what came of the tests reported",
    ]
    (event,) = found(ask, 1, lambda event: event.get("suite") == "of-the-reporter")
    assert (event["passed"], event["status"], event["build"]["number"]) == (2, "succeeded", 98761)


def test_a_scan_is_taken_and_one_that_is_none_says_why(ask: Shipbell, tmp_path) -> None:
    sarif = '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Trivy"}}, "results": []}]}'
    (tmp_path / "trivy.sarif").write_text(sarif, "utf-8")
    (tmp_path / "results.json").write_text('{"jest": true}', "utf-8")
    said = ask("report", "security", **BASE)
    assert "shipbell report: trivy.sarif reported" in said.out
    assert "shipbell report: results.json not reported: the service answered 422 (" in said.out


@pytest.mark.parametrize("words", [("report", "deploymnt"), ("report",), ("report", "tests", "--bogus")])
def test_wrong_usage_is_0_where_a_step_runs_it(words: tuple[str, ...], monkeypatch, capsys) -> None:
    ended: list[int] = []
    monkeypatch.setattr("os._exit", ended.append)
    step.report(words[1:])
    assert ended == [0]
    assert "nothing was reported: " in capsys.readouterr().out


def test_not_even_an_interrupt_fails_a_step(monkeypatch, capsys) -> None:
    def interrupted(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    ended: list[int] = []
    monkeypatch.setattr("os._exit", ended.append)
    monkeypatch.setattr("app.cli.step.run", interrupted)
    step.report(["deployment"])
    assert (ended, "KeyboardInterrupt" in capsys.readouterr().out) == ([0], True)
