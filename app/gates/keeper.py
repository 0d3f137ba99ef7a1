"""Asks gates: gathers what each needs, has it decide, and makes `unknown` of everything that goes wrong."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.clients.faults import ApiFault
from app.clients.git_faults import GitFault
from app.gates.faults import fault_reason
from app.gates.found import ALL, GATES
from app.gates.gate import AnyGate, Sources
from app.gates.model import CannotTell, Decision, Question, Reason
from app.gates.section import Asked
from app.kernel import logs

log = logs.get("gates")

PATIENCE = 60.0
"""Seconds that one gate may take."""


@dataclass(frozen=True, slots=True)
class Bypass:
    """Somebody goes past: who, why, and past which gate (all that are asked without a name)."""

    by: str
    reason: str
    gate: str = ""


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """Asks the gates, by what the rules say."""

    asked: Asked
    sources: Sources
    gates: Mapping[str, AnyGate] = field(default_factory=lambda: GATES)
    patience: float = PATIENCE

    def names(self, name: str, question: Question) -> list[str]:
        """The gates that a name stands for: itself, or those that the rules ask for."""
        return self.asked.names(question.service, question.environment) if name == ALL else [name]

    async def ask(self, name: str, question: Question, bypass: Bypass | None = None) -> list[Decision]:
        """Ask a gate, or `all`; a gate that is gone past is not asked. Never raises for what a gate cannot find out."""
        return list(await asyncio.gather(*(self._one(each, question, bypass) for each in self.names(name, question))))

    async def _one(self, name: str, question: Question, bypass: Bypass | None) -> Decision:
        if bypass is not None and bypass.gate in ("", name):
            text = f"not asked: {bypass.by} goes past this gate"
            return Decision(
                name, "allow", (Reason("note", "bypassed", text),), bypassed_by=bypass.by, bypass_reason=bypass.reason
            )
        trace: list[str] = []
        sources = replace(self.sources, say=lambda text: self._noted(trace, text))
        try:
            async with asyncio.timeout(self.patience):
                decision = await self._asked(self.gates[name], question, sources)
        except TimeoutError:
            decision = _unknown(name, Reason("unknown", "timed_out", f"no verdict within {self.patience:g} s"), ())
        except Exception as error:  # a defect is no verdict
            log.error("a gate failed", action="gate", gate=name, exc_info=True)
            text = f"a fault of Shipbell's own: {type(error).__name__}; it says nothing about the change"
            steps = ("Tell whoever runs Shipbell.",)
            decision = _unknown(name, Reason("unknown", "internal_error", text), steps)
        return replace(decision, trace=tuple(trace))

    def _noted(self, trace: list[str], text: str) -> None:
        trace.append(text)
        self.sources.say(text)

    async def _asked(self, gate: AnyGate, question: Question, sources: Sources) -> Decision:
        settings = self.asked.settings_of(gate, question.service, question.environment)
        try:
            evidence = await gate.gather(question, settings, sources)
        except CannotTell as why:
            return _unknown(gate.name, Reason("unknown", why.code, why.text), why.steps, why.looked_at)
        except ApiFault as fault:
            return _faulty(gate.name, fault.upstream, fault.kind, fault.detail)
        except GitFault as fault:
            return _faulty(gate.name, "git", fault.kind, fault.detail)
        return gate.decide(question, settings, evidence)


def _faulty(name: str, upstream: str, kind: str, detail: str) -> Decision:
    reason, step = fault_reason(upstream, kind, detail)
    return _unknown(name, reason, (step,))


def _unknown(name: str, reason: Reason, steps: Sequence[str], looked_at: str = "") -> Decision:
    return Decision(name, "unknown", (reason,), tuple(steps), looked_at=looked_at)
