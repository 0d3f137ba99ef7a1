"""A question, and what comes of it: a verdict with its reasons, what was looked at, and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.kernel.errors import ShipbellError

Verdict = Literal["allow", "block", "unknown"]
Weight = Literal["block", "unknown", "note"]
"""What a reason does to the verdict: a note does nothing."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is about to be deployed where. `now` in µs; what nobody said is empty.

    `before` is the environment that comes before it in the order of promotion; `commit` a commit, tag or branch.
    `unreleased` and `release` are for the gate `fix-version`.
    """

    service: str
    environment: str
    now: int
    tier: str = ""
    before: str = ""
    commit: str = ""
    version: str = ""
    baseline: str = ""
    unreleased: bool = False
    release: str = ""

    @property
    def artifact(self) -> str:
        """What is to be deployed, for people."""
        return self.version or self.commit[:12] or "what nobody named"

    def first_step(self) -> tuple[str, ...]:
        """What has to be done before anything about a commit can be known: to name it."""
        return () if self.version or self.commit else ("Say what is to be deployed: --commit or --version.",)


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that was found. `code` is from the gate's own list; `subject` is a ticket, a scan, an incident."""

    weight: Weight
    code: str
    text: str
    subject: str = ""
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A gate's answer. `looked_at` says in a sentence what it is based on; `steps` what to do, then ask again.

    `checked` are the things that it looked at, one by one. Whoever went past it stands in `bypassed_by`.
    """

    gate: str
    verdict: Verdict
    reasons: Sequence[Reason] = ()
    steps: Sequence[str] = ()
    checked: Sequence[str] = ()
    looked_at: str = ""
    bypassed_by: str = ""
    bypass_reason: str = ""
    trace: Sequence[str] = ()
    links: Mapping[str, str] = field(default_factory=dict)


class CannotTell(ShipbellError):
    """A gate has not the evidence that it needs: its verdict is `unknown`, for this reason."""

    def __init__(self, code: str, text: str, steps: Sequence[str] = (), looked_at: str = "") -> None:
        self.code, self.text, self.steps, self.looked_at = code, text, tuple(steps), looked_at
        super().__init__(text)


def decided(
    gate: str,
    reasons: Sequence[Reason],
    steps: Sequence[str] = (),
    *,
    checked: Sequence[str] = (),
    looked_at: str = "",
    links: Mapping[str, str] | None = None,
) -> Decision:
    """The decision that reasons come to: one that blocks outweighs one that cannot tell. Steps are for these two."""
    weights = {reason.weight for reason in reasons}
    verdict: Verdict = "block" if "block" in weights else "unknown" if "unknown" in weights else "allow"
    todo = () if verdict == "allow" else tuple(steps)
    return Decision(gate, verdict, tuple(reasons), todo, tuple(checked), looked_at, links=links or {})


def together(decisions: Sequence[Decision]) -> Verdict:
    """The verdict of several gates."""
    verdicts = {decision.verdict for decision in decisions}
    return "block" if "block" in verdicts else "unknown" if "unknown" in verdicts else "allow"
