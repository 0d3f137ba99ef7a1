"""What v2 and v3 write alike."""

from typing import Annotated

from pydantic import Field, StrictStr

from app.kernel.shapes import Shape

Id = Annotated[StrictStr, Field(min_length=1, max_length=200)]
Word = StrictStr | None


class Reference(Shape):
    """A service, priority or user, named by its summary."""

    summary: Word = None
    type: Word = None


def actor(agent: Reference | None) -> dict[str, str] | None:
    """Who did it: a person, or a rule or tool."""
    if agent is None or not agent.summary:
        return None
    return {"name": agent.summary, "kind": "human" if (agent.type or "").startswith("user") else "system"}
