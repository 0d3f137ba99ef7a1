"""The page on patterns says what is so: its rules load, its operators are all there are, its examples compile."""

import re
from collections.abc import Callable

import pytest

from app.kernel.yaml import load
from app.routing import Rulebook
from app.routing.patterns import compile_pattern
from app.routing.patterns.bounds import MAX_ALTERNATIVES, MAX_CHARACTERS, MAX_DEPTH
from app.routing.patterns.operators import OPERATORS
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "how-to" / "eventbridge-patterns.md").read_text("utf-8")
RULES = re.findall(r"^```yaml\n(rules:\n.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = re.findall(r"^\| `(\{.*?\})` \|", PAGE, re.MULTILINE)


def test_there_is_something_to_test() -> None:
    assert (len(RULES), len(EXAMPLES)) == (3, 10)


@pytest.mark.parametrize("rules", RULES)
def test_the_rules_load(rules: str, with_rules: Callable[..., Rulebook]) -> None:
    cards = ("deployment", "deployment-failed", "security", "generic")
    assert with_rules(rules, cards=cards).rules[0].pattern is not None


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_operators_compile(example: str) -> None:
    assert compile_pattern({"field": [load(example, "page").value]}).paths() == ("field",)


def test_every_operator_is_told() -> None:
    assert {re.findall(r'"([\w-]+)"', example)[0] for example in EXAMPLES} == set(OPERATORS)


def test_the_bounds_are_told() -> None:
    bounds = f"{MAX_CHARACTERS:,} characters as JSON without spaces, {MAX_DEPTH} levels, and {MAX_ALTERNATIVES:,} "
    assert bounds in PAGE


def test_what_is_said_of_worst_findings_is_so() -> None:
    pattern = compile_pattern(load(RULES[2], "page").value["rules"][0]["pattern"])
    mendable = {"severity": "low", "fix": "1.2.4"}
    scan = {"type": "security.scan_finished", "worst": [{"severity": "critical"}, mendable]}
    assert not pattern.matches(scan)
    assert pattern.matches({**scan, "worst": [{"severity": "critical", "fix": "2.0"}, mendable]})
