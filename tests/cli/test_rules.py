"""`shipbell rules …` and `shipbell cards …` on a folder, without a service."""

from pathlib import Path
from xml.etree import ElementTree

import orjson

from tests.cli.conftest import Shipbell
from tests.running.rules import shipped_rules


def failing(folder: Path) -> Path:
    """The shipped rules with one test that does not hold."""
    rules = shipped_rules(folder / "failing")
    with (rules / "tests.yaml").open("a", encoding="utf-8") as tests:
        tests.write(
            "  - name: wishful\n    event: {type: pipeline.finished, service: checkout, status: failed}\n"
            "    expect: {send: {security: pipeline}}\n"
        )
    return rules


def test_rules_that_are_right_are_0(shipbell: Shipbell) -> None:
    said = shipbell("rules", "check")
    assert (said.code, said.out.endswith(": right\n")) == (0, True)
    assert shipbell("rules", "check", "--json").json["ok"] is True


def test_every_fault_is_told_at_once_with_file_line_and_suggestion(shipbell: Shipbell, broken_rules: Path) -> None:
    said = shipbell("rules", "check", "--rules", str(broken_rules))
    assert (said.code, said.out) == (1, "")
    lines = said.err.splitlines()
    assert any("routes.yaml:" in line and "did you mean 'environment'?" in line for line in lines), lines
    assert any("channels.yaml:" in line and "did you mean 'channels'?" in line for line in lines), lines


def test_a_channel_that_says_what_its_kind_does_not_take_is_told(shipbell: Shipbell, tmp_path: Path) -> None:
    rules = shipped_rules(tmp_path / "own")
    file = rules / "channels.yaml"
    file.write_text(file.read_text().replace("url_env: TEAMS_QA_URL", "url: https://example.com/?sig=a"))
    said = shipbell("rules", "check", "--rules", str(rules))
    assert (said.code, "channels.yaml:" in said.err, "did you mean 'url_env'?" in said.err) == (1, True, True)
    assert "sig=a" not in said.err


def test_the_faults_are_also_json(shipbell: Shipbell, broken_rules: Path) -> None:
    said = shipbell("rules", "check", "--rules", str(broken_rules), "--json")
    assert (said.code, said.json["ok"], len(said.json["problems"])) == (1, False, 2)


def test_the_tests_of_the_rules_run_one_line_each(shipbell: Shipbell) -> None:
    said = shipbell("rules", "test")
    lines = said.out.splitlines()
    assert said.code == 0
    assert all(line.startswith("ok   ") for line in lines[:-1])
    assert lines[-1] == f"{len(lines) - 1} passed, 0 failed"


def test_a_test_that_fails_is_1_with_its_line_and_in_the_report(shipbell: Shipbell, tmp_path: Path) -> None:
    said = shipbell("rules", "test", "--rules", str(failing(tmp_path)), "--junit", "out.xml")
    assert said.code == 1
    assert "FAIL wishful" in said.out
    assert "tests.yaml:" in said.out
    suite = ElementTree.parse("out.xml").getroot()
    assert (suite.get("failures"), suite.get("tests")) == ("1", str(len(suite)))
    (case,) = [case for case in suite if len(case)]
    assert (case.get("name"), case[0].tag) == ("wishful", "failure")
    assert "security" in (case[0].text or "")
    found = {each["name"]: each for each in shipbell("rules", "test", "--rules", "failing", "--json").json}
    assert (found["wishful"]["passed"], bool(found["wishful"]["problems"])) == (False, True)


def test_an_event_in_a_file_is_explained(shipbell: Shipbell) -> None:
    Path("event.json").write_bytes(orjson.dumps({"type": "pipeline.finished", "status": "failed", "service": "basket"}))
    said = shipbell("rules", "explain", "event.json")
    assert (said.code, "failed-pipelines" in said.out) == (0, True)
    only = shipbell("rules", "explain", "event.json", "--channel", "security", "--json")
    assert only.json["today"]


def test_an_unknown_channel_is_told_the_nearest(shipbell: Shipbell) -> None:
    Path("event.json").write_bytes(orjson.dumps({"type": "pipeline.finished"}))
    said = shipbell("rules", "explain", "event.json", "--channel", "securty")
    assert (said.code, "did you mean 'security'?" in said.err) == (2, True)


def test_a_file_that_holds_no_event_is_1_and_a_sentence(shipbell: Shipbell) -> None:
    of_type = '{"type": "pipeline.finished", '
    times = [f'{of_type}"received_at": {time}}}' for time in ('"noon"', '"2026-03-04T12:00:00"', "5", '"1969-01-01Z"')]
    times.append(f'{of_type}"occurred_at": "9999-12-31T23:59:59-14:00"}}')
    for text in ("[]", "{", "null", "", "{}", '{"type": "pipeline.finnished"}', '{"type": {}}', *times):
        Path("event.json").write_text(text, encoding="utf-8")
        said = shipbell("rules", "explain", "event.json")
        assert (said.code, said.err.startswith("error: ")) == (1, True), text


def test_the_schema_is_for_these_channels_and_cards(shipbell: Shipbell) -> None:
    schema = shipbell("rules", "schema").json
    assert "payments-deploys" in orjson.dumps(schema).decode()
    assert schema["$schema"].startswith("https://json-schema.org/")


def test_the_cards_are_linted(shipbell: Shipbell, tmp_path: Path) -> None:
    assert shipbell("cards", "lint").out.endswith("cards: right\n")
    assert "pipeline" in shipbell("cards", "lint", "--json").json["cards"]
    rules = shipped_rules(tmp_path / "rules")
    card = rules / "cards" / "pipeline.yaml"
    card.write_text(card.read_text(encoding="utf-8").replace("e.build", "e.biuld", 1), encoding="utf-8")
    said = shipbell("cards", "lint", "--rules", "rules")
    assert (said.code, "pipeline.yaml:" in said.err, "biuld" in said.err) == (1, True, True)


def test_what_is_neither_a_file_nor_an_id_is_told_before_anybody_is_asked(shipbell: Shipbell) -> None:
    for words in (("rules", "explain", "evnt.json"), ("cards", "preview", "deployment", "--event", "nope")):
        said = shipbell(*words)
        assert (said.code, "neither a file nor the id of an event" in said.err) == (2, True), words
