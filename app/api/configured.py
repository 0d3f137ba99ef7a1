"""What is in force: the rules, the doors of the sources, the channels."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from app.api.access import allow
from app.api.errors import refusals
from app.api.parts import Parts, parts_of
from app.kernel.clock import iso
from app.store import status

router = APIRouter(prefix="/api/v1", tags=["configuration"])


class RulesInForce(BaseModel):
    """The rules in force. `problems` are those of a later change that was refused."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "rev": "7a09f379d359",
                "loaded_at": "2026-11-22T10:00:00.000000Z",
                "problems": ["rules/routes.yaml:31: unknown field 'servise' (did you mean 'service'?)"],
                "rules": ["failed-deployments", "deployments"],
                "sources": {"bitbucket": "open", "argocd": "shut: no secret"},
            }
        }
    )

    rev: str
    loaded_at: str
    problems: list[str]
    rules: list[str]
    sources: dict[str, str]


class Channel(BaseModel):
    """A channel: its kind, whether it is paused or its breaker open, and how many cards wait."""

    name: str
    kind: str
    waiting: int = 0
    breaker: str = "closed"
    paused_until: str | None = None
    last_accepted_at: str | None = None
    last_reason: str | None = None


class Channels(BaseModel):
    """Every channel of the rules in force."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"items": [Channel(name="security", kind="teams").model_dump()]}}
    )

    items: list[Channel]


@router.get("/rules", dependencies=[Depends(allow("read"))], responses=refusals("read"))
async def rules(parts: Annotated[Parts, Depends(parts_of)]) -> RulesInForce:
    """The rules in force, what was wrong with the last change if it was refused, and how the sources' doors stand."""
    state, book = parts.rules.now, parts.book().rules
    return RulesInForce(
        rev=state.rev,
        loaded_at=iso(state.loaded_at),
        problems=list(state.problems),
        rules=[rule.name for rule in (*book.rules, *book.scheduled)],
        sources=dict(parts.doors()),
    )


@router.get("/channels", dependencies=[Depends(allow("read"))], responses=refusals("read"))
async def channels(parts: Annotated[Parts, Depends(parts_of)]) -> Channels:
    """Every channel: its kind, whether it is paused or broken, and how much waits."""
    states = await parts.database.read(status.channels)
    return Channels(
        items=[Channel(name=name, kind=kind, **states.get(name, {})) for name, kind in parts.channels().items()]
    )
