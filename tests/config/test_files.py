"""The rules folder as one set: everything that is wrong, with its file and line."""

from pathlib import Path

import pytest

from app.config.files import load_rules
from app.kernel.errors import ConfigErrors
from tests.running.rules import ONE_SINK, shipped_rules, sink_rules

KINDS = ("teams", "webhook", "console")


def problems(folder: Path) -> list[str]:
    with pytest.raises(ConfigErrors) as caught:
        load_rules(folder, KINDS)
    return [str(problem) for problem in caught.value.problems]


def test_the_shipped_folder_is_right_and_without_warnings(tmp_path: Path) -> None:
    found = load_rules(shipped_rules(tmp_path / "rules"), KINDS)
    assert (len(found.rules.rules) > 10, len(found.cards.names) > 6, list(found.warnings)) == (True, True, [])


def test_a_folder_that_is_not_there_is_told_with_the_setting(tmp_path: Path) -> None:
    (only,) = problems(tmp_path / "nothing")
    assert "there is no such folder" in only
    assert "SHIPBELL_RULES_DIR" in only


def test_an_empty_folder_is_a_fault_and_no_silence(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    assert problems(tmp_path / "rules") == [f"{tmp_path / 'rules'}: the folder holds no *.yaml file"]


def test_all_sections_may_stand_in_one_file(tmp_path: Path) -> None:
    folder = sink_rules(tmp_path / "rules", ONE_SINK)
    both = (folder / "estate.yaml").read_text(encoding="utf-8").replace("version: 1\n", "") + ONE_SINK
    (folder / "estate.yaml").unlink()
    (folder / "routes.yaml").write_text(both, encoding="utf-8")
    assert "checkout" in load_rules(folder, KINDS).estate.services


def test_faults_of_several_files_are_told_together_with_their_lines(tmp_path: Path) -> None:
    folder = shipped_rules(tmp_path / "rules")
    for name, text in (("channels.yaml", "channels: {x: {kind: pager}}"), ("routes.yaml", "rules: [[]]")):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")
    found = problems(folder)
    assert {problem.split(":")[0] for problem in found} == {"rules/channels.yaml", "rules/routes.yaml"}
    assert all(problem.split(":")[1].isdigit() for problem in found)


def test_the_estate_and_the_cards_are_held_against_the_rules(tmp_path: Path) -> None:
    folder = shipped_rules(tmp_path / "rules")
    (folder / "cards" / "pipeline.yaml").unlink()
    estate = folder / "estate.yaml"
    estate.write_text(estate.read_text(encoding="utf-8").replace("  qa: ", "  qs: "), encoding="utf-8")
    found = "\n".join(problems(folder))
    assert "pipeline" in found
    assert "qa" in found


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"rules: [", b"a: 1\na: 2\n", b"- 1\n", b"\x00"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    folder = shipped_rules(tmp_path / "rules")
    (folder / "broken.yaml").write_bytes(content)
    assert any(problem.startswith("rules/broken.yaml") for problem in problems(folder))


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    folder = shipped_rules(tmp_path / "rules")
    (folder / "odd.yaml").mkdir()
    assert problems(folder) == ["rules/odd.yaml: cannot be read: Is a directory"]


@pytest.mark.parametrize("name", ["estate.yaml", "cards/deployment.yaml", "sources/own.yaml"])
def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path: Path, name: str) -> None:
    file = shipped_rules(tmp_path / "rules") / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes("# ours\n# Größe\n".encode("latin-1"))
    assert problems(tmp_path / "rules") == [f"rules/{name}:2: the byte 0xf6 is no UTF-8 (save the file as UTF-8)"]


def test_a_failing_test_of_the_rules_is_a_fault_unless_tests_are_left_out(tmp_path: Path) -> None:
    folder = shipped_rules(tmp_path / "rules")
    with (folder / "tests.yaml").open("a", encoding="utf-8") as tests:
        tests.write("  - {name: wishful, event: {type: change.pushed}, expect: {send: {qa-team: security}}}\n")
    (only,) = problems(folder)
    assert only.startswith("rules/tests.yaml:")
    assert "the test 'wishful' fails" in only
    assert load_rules(folder, KINDS, tests=False).rules


def test_hidden_and_other_files_are_not_read(tmp_path: Path) -> None:
    folder = shipped_rules(tmp_path / "rules")
    (folder / "notes.txt").write_bytes(b"\xff")
    (folder / "routes.yaml~").write_bytes(b"\xff")
    assert load_rules(folder, KINDS)


def test_a_file_that_is_not_read_is_told(tmp_path: Path) -> None:
    folder = shipped_rules(tmp_path / "rules")
    for name in ("more.yml", "cards/mine.yml"):
        (folder / name).write_text("rules: []\n", encoding="utf-8")
    assert list(load_rules(folder, KINDS).warnings) == [
        "rules/cards/mine.yml: is not read (only *.yaml is: rename it)",
        "rules/more.yml: is not read (only *.yaml is: rename it)",
    ]


def test_a_gate_for_an_environment_that_is_misspelt_is_no_gate_that_is_never_asked(tmp_path: Path) -> None:
    folder = shipped_rules(tmp_path / "rules")
    (folder / "gates.yaml").write_text(
        "gates:\n  ask:\n    - {environments: [prd], gates: [freeze]}\n", encoding="utf-8"
    )
    assert problems(folder) == ["rules/gates.yaml:3: 'prd' is not in the estate (did you mean 'prod'?)"]


def test_a_group_in_a_card_for_one_event_is_told(tmp_path: Path) -> None:
    folder = shipped_rules(tmp_path / "rules")
    routes = folder / "routes.yaml"
    routes.write_text(
        routes.read_text(encoding="utf-8").replace("card: deployment-digest}", "card: deployment}"), encoding="utf-8"
    )
    (folder / "tests.yaml").unlink()
    said = "\n".join(load_rules(folder, KINDS).warnings)
    assert "the rule 'dev-deployments-together' groups into the card rules/cards/deployment.yaml" in said
