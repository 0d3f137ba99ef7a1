"""The bench's command line: everything when nothing is named, and a mistake is told."""

import pytest

from bench.__main__ import SCENARIOS, _arguments


def test_without_a_name_all_scenarios_are_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["bench"])
    asked = _arguments()
    assert (asked.scenarios, asked.rounds, asked.quick) == ([], 3, False)


def test_some_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["bench", *SCENARIOS[:2], "--quick"])
    assert _arguments().scenarios == list(SCENARIOS[:2])


def test_a_name_that_there_is_not_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "acept"])
    with pytest.raises(SystemExit, match="2"):
        _arguments()
    assert "acept" in capsys.readouterr().err
