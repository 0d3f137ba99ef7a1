"""`shipbell gate` in its surroundings: the table of the documentation, row by row, each with its exit code."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.gates.clones import Clone
from tests.gates.conftest import Run, World

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "gates.md"
_ROW = re.compile(r"^\| (\d+) \| .* \| (\d) \|$", re.MULTILINE)
BROKEN = "gates:\n  freezer: {}\n"
FROZEN = """gates:
  freeze: {windows: [{name: always, start: 2020-01-01, end: 2090-01-01}]}
"""
NOBODY = "http://127.0.0.1:9"
BITBUCKET_STEP = {
    "BITBUCKET_REPO_FULL_NAME": "acme/checkout", "BITBUCKET_BUILD_NUMBER": "7", "BITBUCKET_COMMIT": "HEAD-OF-CLONE",
    "BITBUCKET_DEPLOYMENT_ENVIRONMENT": "test", "BITBUCKET_STEP_TRIGGERER_UUID": "{ada}",
}  # fmt: skip
GITLAB_JOB = {"GITLAB_CI": "true", "CI_PROJECT_PATH": "acme/checkout", "CI_COMMIT_SHA": "HEAD-OF-CLONE",
              "CI_ENVIRONMENT_NAME": "qa"}  # fmt: skip
HOSTILE = {"BITBUCKET_REPO_FULL_NAME": "acme/checkout", "BITBUCKET_COMMIT": "; rm -rf /", "BITBUCKET_BRANCH": "--help",
           "BITBUCKET_TAG": "\x1b[2J$(id)", "BITBUCKET_DEPLOYMENT_ENVIRONMENT": "qa"}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """What is committed, set and typed, and what comes of it. `where` None: the step's variables say it."""

    number: int
    code: int
    word: str
    commit: str = "SHOP-1: done"
    typed: tuple[str, ...] = ()
    environment: str | None = "prod"
    service: str | None = "checkout"
    gate: str = "fix-version"
    baseline: str | None = "base"
    rules: str | None = ""
    variables: dict[str, str | None] = field(default_factory=dict)
    switches: dict[str, Any] = field(default_factory=dict)
    shallow: bool = False


CASES = [
    Case(1, 0, "ALLOW"),
    Case(2, 1, "SHOP-3  no Fix Version", "SHOP-3: pay"),
    Case(3, 1, "SHOP-6  not found, or hidden", "SHOP-6: x"),
    Case(4, 2, "has no field Fix Version", "SHOP-5: x"),
    Case(5, 2, "it is wrong, or it has expired", switches={"expired": {"jira"}}),
    Case(6, 2, "no Jira is set up", variables={"JIRA_TOKEN": None}),
    Case(7, 2, "an HTML page instead of JSON", switches={"html": {"jira"}}),
    Case(8, 2, "squashed or force-pushed", baseline="deadbeef99"),
    Case(9, 2, "the clone here is shallow", shallow=True),
    Case(10, 0, "no commit is new", baseline="head"),
    Case(11, 0, "names a ticket", "tidy up"),
    Case(12, 2, "nobody can say what runs", baseline=None),
    Case(13, 0, "the pipeline goes on all the same", baseline="deadbeef99", environment="qa"),
    Case(14, 2, "the pipeline stops here", baseline="deadbeef99", environment="qa", typed=("--on-unknown", "block")),
    Case(15, 0, "goes on all the same", baseline="deadbeef99", typed=("--on-unknown", "allow")),
    Case(16, 0, "Bypassed by {ada}: SKIP_JIRA_FIX_VERSION_CHECK=true", "SHOP-3: pay",
         variables={"SKIP_JIRA_FIX_VERSION_CHECK": "true", **BITBUCKET_STEP}),
    Case(17, 1, "SHOP-3", "SHOP-3: pay", variables={"SKIP_JIRA_FIX_VERSION_CHECK": "false"}),
    Case(18, 0, "Bypassed by eve: it burns", "SHOP-3: pay", ("--skip", "--reason", "it burns"),
         variables={"USER": "eve"}, rules=None),
    Case(19, 3, "--skip needs a --reason", typed=("--skip",)),
    Case(20, 3, "there is no gate 'fix-versions'", gate="fix-versions"),
    Case(21, 3, "No such option", typed=("--fix",)),
    Case(22, 3, "did you mean 'checkout'?", service="chekout"),
    Case(23, 3, "--environment is missing", environment=None),
    Case(24, 3, "gate.yaml:11: there is no gate 'freezer'", rules=BROKEN),
    Case(25, 3, "cannot be read", typed=("--rules", "nowhere.yaml")),
    Case(26, 3, "there is nobody to ask", rules=None),
    Case(27, 2, "the service gives no answer", rules=None, gate="health",
         variables={"SHIPBELL_URL": NOBODY, "SHIPBELL_TOKEN": "CANARY"}),
    Case(28, 2, "the service answered 401", rules=None, gate="health", switches={"expired": {"bitbucket"}},
         variables={"SHIPBELL_URL": "{world}/bitbucket/2.0", "SHIPBELL_TOKEN": "CANARY"}),
    Case(29, 0, "The verdict was not recorded", variables={"SHIPBELL_URL": NOBODY, "SHIPBELL_TOKEN": "CANARY"}),
    Case(30, 1, "BLOCK  fix-version  checkout -> qa", "SHOP-3: pay", environment=None, service=None,
         variables=BITBUCKET_STEP),
    Case(31, 1, "BLOCK  fix-version  checkout -> qa", "SHOP-3: pay", environment=None, service=None,
         variables=GITLAB_JOB),
    Case(32, 1, "BLOCK  fix-version  checkout -> qa", "SHOP-3: pay", environment=None, service=None, variables=HOSTILE),
    Case(33, 2, "git cannot be run", variables={"PATH": "/nonexistent"}),
    Case(34, 1, "always  lasts until 2090-01-01", gate="freeze", rules=FROZEN),
    Case(35, 0, "BLOCK", "SHOP-3: pay", ("--dry-run",)),
    Case(36, 1, "cannot be written", "SHOP-3: pay", ("--junit", "/nonexistent/gate.xml")),
    Case(37, 2, "no service is asked", gate="health"),
    Case(38, 0, "The rules ask for no gate here", gate="all"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.number))
def test_the_table(
    case: Case, run: Run, rules: Callable[..., Path], clone: Clone, world: World, tmp_path: Path
) -> None:
    base, head = clone.head, clone.commit(case.commit)
    world.standing.switches = world.standing.switches.model_copy(update=case.switches)
    words = [case.gate, *(("--rules", str(rules(case.rules))) if case.rules is not None else ())]
    words += ["--service", case.service] if case.service else []
    words += ["--environment", case.environment] if case.environment else []
    words += ["--baseline", {"base": base, "head": head}.get(case.baseline, case.baseline)] if case.baseline else []
    if case.shallow:
        clone.git("clone", "--quiet", "--depth", "1", clone.folder.as_uri(), str(tmp_path / "shallow"))
        words += ["--repo-dir", str(tmp_path / "shallow")]
    variables = {
        name: value and value.replace("HEAD-OF-CLONE", head).replace("{world}", world.url)
        for name, value in case.variables.items()
    }
    said = run(*words, *case.typed, **variables)
    assert (said.code, case.word in said.out + said.err) == (case.code, True), said
    assert "\x1b" not in said.out


def test_the_page_has_the_same_table() -> None:
    rows = {int(number): int(code) for number, code in _ROW.findall(PAGE.read_text(encoding="utf-8"))}
    assert rows == {case.number: case.code for case in CASES}


def test_junit_has_a_case_for_each_ticket(run: Run, rules: Callable[..., Path], clone: Clone, tmp_path: Path) -> None:
    base = clone.head
    clone.commit("SHOP-1, SHOP-3 and SHOP-5 <&>\x07")
    file = tmp_path / "gate.xml"
    words = ("fix-version", "--service", "checkout", "--environment", "qa", "--baseline", base)
    assert run(*words, "--rules", str(rules()), "--junit", str(file)).code == 1
    (suite,) = ElementTree.parse(file).getroot()
    assert {name: suite.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "4", "failures": "1", "errors": "1",
    }  # fmt: skip
    kinds = {case.get("name"): [child.get("type") for child in case] for case in suite}
    assert kinds == {
        "gate fix-version": [],
        "SHOP-1": [],
        "SHOP-3": ["missing_fix_version"],
        "SHOP-5": ["no_such_field"],
    }


def test_a_fault_of_our_own_is_unknown_and_not_a_verdict(
    run: Run, rules: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.gate_local.open_checkout", lambda *_: 1 / 0)
    said = run("freeze", "--service", "checkout", "--environment", "prod", "--rules", str(rules()))
    assert (said.code, "a fault of Shipbell's own: ZeroDivisionError" in said.out) == (2, True)


def test_a_look_at_all_services_needs_no_service(run: Run, rules: Callable[..., Path]) -> None:
    file = rules("gates:\n  ask: [{gates: [freeze], environments: [prod]}]\n")
    found = run("all", "--dry-run", "--rules", str(file), "--json")
    assert [(each["service"], each["verdict"]) for each in found.json] == [("checkout", "allow"), ("basket", "allow")]
    assert "checkout  prod" in run("all", "--dry-run", "--rules", str(file)).out
    assert "ask for no gate" in run("all", "--dry-run", "--rules", str(rules())).out


def test_each_step_is_shown_on_demand(run: Run, rules: Callable[..., Path], clone: Clone) -> None:
    base = clone.head
    clone.commit("SHOP-1: x")
    words = ("fix-version", "--service", "checkout", "--environment", "qa", "--baseline", base, "--rules", str(rules()))
    said = run(*words, "--debug")
    for step in ("Jira knows us as", "is sought as", "1 commits from", "Jira: 1 found"):
        assert step in said.err
    assert run(*words).err == ""
