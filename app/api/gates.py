"""Gates: what is asked before a deployment, and a look at what they would say."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from app import telemetry
from app.api.access import allow
from app.api.errors import refusals
from app.api.named import refuse_unknown
from app.api.owners import Owner, services_of
from app.api.parts import Parts, parts_of
from app.api.taking import take, takes
from app.gates import told
from app.gates.asking import UnknownName, question
from app.gates.found import ALL, GATES
from app.gates.keeper import Bypass
from app.gates.model import Decision, Question
from app.gates.preview import preview
from app.kernel.clock import monotonic
from app.kernel.json import dumps
from app.kernel.tokens import Token

router = APIRouter(prefix="/api/v1/gates", tags=["gates"])

Short = Annotated[str, Field(max_length=300)]
_ASKED: dict[str, Any] = {
    "service": "checkout", "environment": "prod", "commit": "4f0c2b9e61d7a8835be04d1c9a7f32e6508bd1c4",
    "version": "2.14.0", "repository": "acme/checkout", "build": 512,
}  # fmt: skip
_ANSWER: dict[str, Any] = {
    "gate": "fix-version", "service": "checkout", "environment": "prod", "tier": "production",
    "commit": "4f0c2b9e61d7a8835be04d1c9a7f32e6508bd1c4", "version": "2.14.0", "verdict": "block",
    "on_unknown": "block", "receipt": "019ad3c0a1b27c3d8e4f5a6b7c8d9e0f",
    "decisions": [
        {"gate": "fix-version", "verdict": "block",
         "reasons": [{"weight": "block", "code": "missing_fix_version", "subject": "SHOP-17",
                      "text": "no Fix Version: Pay by invoice (In Test)",
                      "link": "https://acme.atlassian.net/browse/SHOP-17"}],
         "steps": ["Open each ticket above and set its field “Fix versions” to the release that this goes into.",
                   "Run this step again: nothing has to be pushed for a ticket that was changed in Jira."],
         "checked": ["SHOP-17", "SHOP-21"], "looked_at": "7 commits from 67318a0d81b9 to 4f0c2b9e61d7; 2 tickets",
         "bypassed_by": None, "bypass_reason": None, "trace": []}
    ],
}  # fmt: skip


class Skip(BaseModel):
    """Going past: who, why, and past which gate (all, without a name). Recorded."""

    model_config = ConfigDict(extra="forbid")

    by: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Annotated[str, Field(min_length=1, max_length=300)]
    gate: Short = ""


class Ask(BaseModel):
    """What is about to be deployed where, and who asks."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _ASKED})

    service: Short = Field("", description="our name of it, or one that the estate knows; else the repository's")
    environment: Short
    commit: Short = Field("", description="a commit, a tag or a branch")
    version: Short = Field("", description="the image tag, say")
    baseline: Short = Field("", description="count from this commit or version, not from what runs there")
    unreleased: bool = Field(False, description="only unreleased Fix Versions count")
    release: Short = Field("", description="only this Fix Version counts")
    on_unknown: Literal["block", "allow"] | None = Field(None, description="else: block before production alone")
    skip: Skip | None = None
    dry_run: bool = Field(False, description="nothing is recorded, and nobody is told")
    repository: Short = ""
    provider: Short = ""
    branch: Short = ""
    build: int | None = Field(None, ge=0, le=10**9)
    build_url: Short = ""
    step: Short = Field("", description="what tells two runs of a step apart")


class ReasonShown(BaseModel):
    """A thing that was found. A note does nothing to the verdict."""

    weight: Literal["block", "unknown", "note"]
    code: str
    subject: str | None
    text: str
    link: str | None


class DecisionShown(BaseModel):
    """One gate's answer; `steps` say what to do, `trace` what was asked on the way."""

    gate: str
    verdict: Literal["allow", "block", "unknown"]
    reasons: list[ReasonShown]
    steps: list[str]
    checked: list[str]
    looked_at: str | None
    bypassed_by: str | None
    bypass_reason: str | None
    trace: list[str]


class Verdict(BaseModel):
    """The answer of all gates that were asked: `block` outweighs `unknown`, and that outweighs `allow`."""

    model_config = ConfigDict(json_schema_extra={"example": _ANSWER})

    gate: str
    service: str
    environment: str
    tier: str | None
    commit: str | None
    version: str | None
    verdict: Literal["allow", "block", "unknown"]
    on_unknown: Literal["block", "allow"]
    decisions: list[DecisionShown]
    receipt: str | None = None


class Preview(BaseModel):
    """What the gates would say, service by service."""

    items: list[Verdict]


@router.post("/{name}", responses=refusals("ingest", 404, 422))
async def post_gate(
    name: str,
    ask: Ask,
    parts: Annotated[Parts, Depends(parts_of)],
    token: Annotated[Token, Depends(allow("ingest"))],
) -> Verdict:
    """Ask a gate (or `all`: those that the rules ask for) before a deployment. The verdict is an event of its own.

    Always answers 200 with a verdict; whoever asks decides by `verdict`, and by `on_unknown` where it is unknown.
    """
    if name not in (*GATES, ALL):
        raise HTTPException(404, f"there is no such gate; there are {', '.join((*GATES, ALL))}")
    keeper = parts.gates()
    asked = _question(parts, ask)
    began = monotonic()
    decisions = await keeper.ask(name, asked, Bypass(**ask.skip.model_dump()) if ask.skip else None)
    for each in decisions:
        telemetry.GATE_SECONDS.labels(each.gate).observe(monotonic() - began)
    shown = told.answer(name, asked, decisions, told.stops(ask.on_unknown, asked.tier))
    receipt = None if ask.dry_run or not decisions else await _tell(parts, ask, asked, decisions)
    return Verdict.model_validate({**shown, "receipt": receipt})


def _question(parts: Parts, ask: Ask) -> Question:
    try:
        return question(
            parts.book().estate,
            parts.clock(),
            service=ask.service,
            environment=ask.environment,
            repository=ask.repository,
            commit=ask.commit,
            version=ask.version,
            baseline=ask.baseline,
            unreleased=ask.unreleased,
            release=ask.release,
        )
    except UnknownName as error:
        raise HTTPException(422, str(error)) from None


async def _tell(parts: Parts, ask: Ask, asked: Question, decisions: list[Decision]) -> str | None:
    """Make the verdict durable as a report like any other; None when nothing is taken now: the verdict stands."""
    if not takes(parts):
        return None
    said = ask.model_dump(include={"repository", "provider", "branch", "build", "build_url", "step"})
    key, body = told.report(asked, decisions, told.Asker(**said))
    headers = {"content-type": "application/json", "x-shipbell-report": key}
    return (await take(parts, parts.sources["reports"], headers, dumps(body), ())).receipt


@router.get("", dependencies=[Depends(allow("read"))], responses=refusals("read", 422))
async def list_gates(
    parts: Annotated[Parts, Depends(parts_of)],
    owner: Owner,
    service: Annotated[str | None, Query(max_length=100, description="Only this one.", examples=["checkout"])] = None,
    environment: Annotated[str | None, Query(max_length=100, description="Only there.", examples=["prod"])] = None,
) -> Preview:
    """What the gates that the rules ask for would say now of what would be deployed next. Nothing is recorded.

    What would be deployed next is what runs in the environment before; in the first one, the head of the main branch.
    """
    estate = parts.book().estate
    for what, named, known in (
        ("service", service, estate.services),
        ("environment", environment, estate.environments),
    ):
        if named is not None and named not in known:
            raise HTTPException(422, f"the estate has no such {what}; it has {', '.join(known)}")
    await refuse_unknown(parts, **owner)
    services = await services_of(parts, owner, service)
    found = await preview(parts.gates(), parts.clock(), services, environment)
    return Preview.model_validate({"items": found})
