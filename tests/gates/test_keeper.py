"""The gatekeeper: whatever goes wrong in a gate is `unknown` and not a verdict on the change."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from app.clients.faults import KINDS, ApiFault
from app.clients.git_faults import GitFault
from app.estate import load_estate
from app.gates.faults import CODES
from app.gates.found import GATES
from app.gates.gate import AnyGate, Gate, GateSettings, Sources
from app.gates.keeper import Bypass, Gatekeeper
from app.gates.model import CannotTell, Decision, Question, decided, together
from app.gates.section import Asked, Entry
from tests.conftest import START

ASKED = Question("checkout", "qa", START)


def keeper(*raised: BaseException | None, **more: Any) -> Gatekeeper:
    """Gates named a, b, … each of which raises what it is given, or allows."""

    def gate(name: str, error: BaseException | None) -> AnyGate:
        async def gather(*_: object) -> None:
            if isinstance(error, TimeoutError):
                await asyncio.sleep(60)
            if error is not None:
                raise error

        return Gate(name, name, name, GateSettings, gather, lambda *_: decided(name, ()), {})

    gates = {name: gate(name, error) for name, error in zip("abc", raised, strict=False)}
    asked = Asked((Entry(gates=tuple(gates)),))
    return Gatekeeper(asked, Sources(load_estate([])), gates, **more)


@pytest.mark.parametrize("kind", KINDS)
async def test_each_fault_of_an_api_is_a_reason_of_its_own(kind: Any) -> None:
    (decision,) = await keeper(ApiFault(kind, "jira", "HTTP 500 for GET /x")).ask("a", ASKED)
    assert (decision.verdict, decision.reasons[0].code) == ("unknown", f"jira_{kind}")
    assert kind in CODES
    assert "Jira" in decision.reasons[0].text
    assert decision.steps
    assert "{" not in decision.reasons[0].text + decision.steps[0]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (GitFault("auth_error", "no"), "git_auth_error"),
        (CannotTell("no_facts", "nobody"), "no_facts"),
        (RuntimeError("CANARY"), "internal_error"),
    ],
)
async def test_everything_else_is_unknown_too(error: Exception, code: str) -> None:
    (decision,) = await keeper(error).ask("a", ASKED)
    assert (decision.verdict, decision.reasons[0].code) == ("unknown", code)
    assert "CANARY" not in str(decision)


async def test_a_gate_that_hangs_is_unknown_in_time() -> None:
    (decision,) = await keeper(TimeoutError(), patience=0.05).ask("a", ASKED)
    assert (decision.verdict, decision.reasons[0].code) == ("unknown", "timed_out")


async def test_all_are_those_that_the_rules_ask_for() -> None:
    found = await keeper(None, CannotTell("no_facts", "nobody"), None).ask("all", ASKED)
    assert [(each.gate, each.verdict) for each in found] == [("a", "allow"), ("b", "unknown"), ("c", "allow")]
    assert together(found) == "unknown"
    assert together([]) == "allow"
    assert together([*found, replace(found[0], verdict="block")]) == "block"


async def test_who_goes_past_a_gate_is_recorded_and_the_gate_is_not_asked() -> None:
    one = keeper(RuntimeError(), RuntimeError())
    past = await one.ask("all", ASKED, Bypass("ada", "it burns"))
    assert [(each.verdict, each.bypassed_by, each.bypass_reason) for each in past] == [("allow", "ada", "it burns")] * 2
    part = await one.ask("all", ASKED, Bypass("ada", "it burns", "b"))
    assert [(each.verdict, each.bypassed_by) for each in part] == [("unknown", ""), ("allow", "ada")]


async def test_gates_that_need_facts_say_so_without_them() -> None:
    question = replace(ASKED, before="dev")
    for name in ("security", "tests", "promotion", "health"):
        (decision,) = await Gatekeeper(Asked(), Sources(load_estate([]))).ask(name, question)
        assert (decision.verdict, decision.reasons[0].code) == ("unknown", "no_facts"), name
        assert "no_facts" in GATES[name].codes


async def test_promotion_into_the_first_environment_cannot_be_asked() -> None:
    (decision,) = await Gatekeeper(Asked(), Sources(load_estate([]))).ask("promotion", ASKED)
    assert isinstance(decision, Decision)
    assert decision.reasons[0].code == "no_environment"
