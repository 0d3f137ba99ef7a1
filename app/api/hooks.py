"""The webhooks' door as OpenAPI describes it, and as it answers where this process does not take any.

Where it does, `app/ingest/door.py` stands before these routes and they are never reached.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path
from pydantic import BaseModel, ConfigDict

from app.api.errors import documented

router = APIRouter(tags=["webhooks"])

SourceName = Annotated[str, Path(examples=["bitbucket"])]
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The message as the vendor sends and signs it.",
        "content": {"application/json": {"example": {"push": {"changes": []}}}},
    }
}
_REFUSALS = {
    **documented(401, 404, 413, 415, 503),
    401: {**documented(401)[401], "description": "The request does not prove who sent it; one text for all reasons."},
    "default": {"description": "No other answer: what becomes of the message is the receipt's state."},
    503: {**documented(503)[503], "description": "Could not be stored: send it again after `Retry-After` seconds."},
}


class Taken(BaseModel):
    """The request is durable. `duplicate` is one that had been stored before, with the first one's receipt."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"receipt": "019ad3c0a1b27c3d8e4f5a6b7c8d9e0f", "outcome": "accepted"}}
    )

    receipt: str
    outcome: Literal["accepted", "duplicate"]


@router.post("/hooks/{source}", status_code=202, responses=_REFUSALS, openapi_extra=_BODY)
async def take(source: SourceName) -> Taken:
    """Take a webhook. It is durable before the answer; what becomes of it is the receipt's state."""
    raise _elsewhere()


@router.post("/hooks/{source}/{token}", status_code=202, responses=_REFUSALS, openapi_extra=_BODY)
async def take_with_token(source: SourceName, token: str) -> Taken:
    """Take a webhook of a source that cannot sign: the secret is in the path."""
    raise _elsewhere()


def _elsewhere() -> HTTPException:
    """Never a 404: vendors switch off a hook for less."""
    return HTTPException(503, "this process takes no webhooks: SHIPBELL_ROLES lacks ingest", {"retry-after": "30"})
