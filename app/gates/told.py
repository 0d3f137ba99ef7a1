"""A decision as it is told: the answer of `POST /api/v1/gates/{name}` and of `--json`, and the event `gate.decided`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.gates.model import Decision, Question, Reason, together
from app.kernel.clock import iso

SCHEMA = "shipbell.report/v1"
OnUnknown = Literal["block", "allow"]


@dataclass(frozen=True, slots=True)
class Asker:
    """The step of a pipeline that asks, as it says itself; "" and None is not known."""

    repository: str = ""
    provider: str = ""
    build: int | None = None
    build_url: str = ""
    branch: str = ""
    step: str = ""
    author: str = ""
    author_email: str = ""


def stops(on_unknown: OnUnknown | None, tier: str) -> OnUnknown:
    """What a pipeline does when nobody can tell: before production, and where nobody knows what it is, it stops."""
    return on_unknown or ("block" if tier in ("production", "") else "allow")


def answer(name: str, question: Question, decisions: Sequence[Decision], on_unknown: OnUnknown) -> dict[str, Any]:
    """Everything about the verdict, as JSON has it."""
    return {
        "gate": name,
        "service": question.service,
        "environment": question.environment,
        "tier": question.tier or None,
        "commit": question.commit or None,
        "version": question.version or None,
        "verdict": together(decisions),
        "on_unknown": on_unknown,
        "decisions": [_shown(each) for each in decisions],
    }


def _shown(decision: Decision) -> dict[str, Any]:
    return {
        "gate": decision.gate,
        "verdict": decision.verdict,
        "reasons": [
            {"weight": each.weight, "code": each.code, "subject": each.subject or None, "text": each.text,
             "link": each.link}
            for each in decision.reasons
        ],
        "steps": list(decision.steps),
        "checked": list(decision.checked),
        "looked_at": decision.looked_at or None,
        "bypassed_by": decision.bypassed_by or None,
        "bypass_reason": decision.bypass_reason or None,
        "trace": list(decision.trace),
    }  # fmt: skip


def report(question: Question, decisions: Sequence[Decision], asker: Asker) -> tuple[str, dict[str, Any]]:
    """The body of a report with an event for each decision, and its key: the same over all tries to send it."""
    where = asker.repository or question.service
    run = f"{where}:{asker.build if asker.build is not None else '-'}:{asker.step or '-'}"
    at = iso(question.now)
    events = [_event(each, question, asker, f"gate:{each.gate}:{run}"[:300], at) for each in decisions]
    key = f"gate:{run}:{question.environment}:{'+'.join(each.gate for each in decisions)}:{at}"
    return key[-100:], {"schema": SCHEMA, "events": events}


def _event(decision: Decision, question: Question, asker: Asker, subject: str, at: str) -> dict[str, Any]:
    whole = set(question.commit) <= set("0123456789abcdef") and len(question.commit) >= 7
    author = _said({"name": asker.author, "email": asker.author_email})
    event = {
        "type": "gate.decided",
        "subject": subject,
        "key": at,
        "occurred_at": at,
        "service": question.service,
        "environment": question.environment,
        "version": question.version,
        "repository": _said({"provider": asker.provider, "full_name": asker.repository}),
        "commit": _said({"sha": question.commit, "branch": asker.branch, "author": author}) if whole else None,
        "build": _said({"number": asker.build, "url": asker.build_url, "ref": asker.branch}),
        "gate": decision.gate,
        "verdict": decision.verdict,
        "reasons": [_line(each) for each in _worth_telling(decision)],
        "bypassed_by": decision.bypassed_by,
        "bypass_reason": decision.bypass_reason[:300],
        "checked_tickets": list(decision.checked)[:100],
    }  # fmt: skip
    return _said(event)


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", {}, [])}


def _worth_telling(decision: Decision) -> Sequence[Reason]:
    if decision.verdict == "allow":
        return decision.reasons
    return [each for each in decision.reasons if each.weight != "note"]


def _line(reason: Reason) -> str:
    return (f"{reason.subject}: {reason.text}" if reason.subject else reason.text)[:300]
