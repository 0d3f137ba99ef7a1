"""Lambda: the call that gave a function new code, as CloudTrail recorded it. That it succeeded is not that it works.

https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
"""

import base64
import re
from datetime import datetime

from pydantic import Field, StrictBool

from app.events import Draft
from app.events.kubernetes import present
from app.kernel.shapes import Shape, fit
from app.kernel.text import TITLE_LIMIT, clean
from app.kernel.timestamps import parse_timestamp
from app.sources.eventbridge.envelope import Envelope, hints, own_key
from app.sources.eventbridge.identity import Identity, actor

CALL = "UpdateFunctionCode20150331v2"
UNPUBLISHED = "$LATEST"

# A name, `123456789012:function:name`, or a whole ARN; each may end in `:version` or `:alias`.
_NAMED = re.compile(r"(?:(?:arn:[^:]+:lambda:[^:]*:)?\d*:?function:)?(?P<name>[A-Za-z0-9_-]+)(?::[^:]+)?", re.ASCII)


class Asked(Shape):
    """What was asked for."""

    functionName: str = Field(min_length=1)  # noqa: N815
    dryRun: StrictBool | None = None  # noqa: N815
    imageUri: str | None = None  # noqa: N815


class Answered(Shape):
    """What came of it; null when the call failed."""

    codeSha256: str | None = None  # noqa: N815
    version: str | None = None


class Call(Shape):
    """The record of one call."""

    eventName: str  # noqa: N815
    eventID: str | None = None  # noqa: N815
    eventTime: str | None = None  # noqa: N815
    errorCode: str | None = None  # noqa: N815
    errorMessage: str | None = None  # noqa: N815
    userIdentity: Identity | None = None  # noqa: N815
    requestParameters: Asked  # noqa: N815
    responseElements: Answered | None = None  # noqa: N815


def read(envelope: Envelope) -> Draft | str:
    """The deployment, or why it is none: `unused_type`, `dry_run`. Raises BadPayload."""
    if envelope.detail.get("eventName") != CALL:
        return "unused_type"
    call = fit(Call, envelope.detail)
    if call.requestParameters.dryRun:
        return "dry_run"
    return _draft(envelope, call)


def _draft(envelope: Envelope, call: Call) -> Draft:
    name = function_name(call.requestParameters.functionName)
    moment = parse_timestamp(call.eventTime) or envelope.moment
    outcome = "failed" if call.errorCode else "succeeded"
    which = own_key(envelope.account, envelope.region, name, call.eventID or envelope.id or _text(moment))
    image = call.requestParameters.imageUri
    return Draft(
        type="deployment.finished",
        status=outcome,
        subject=clean(f"deployment:lambda:{which}", TITLE_LIMIT),
        identity=f"lambda:{which}",
        state=outcome,
        occurred_at=moment,
        hints=hints(envelope, name),
        original_type=CALL,
        original_status=clean(call.errorCode) if call.errorCode else None,
        instance=envelope.own_account,
        fields=present(
            platform="lambda",
            finished_at=moment,
            version=None if call.errorCode else _version(image, call.responseElements),
            images=[image] if image else [],
            error=_error(call),
            actor=actor(call.userIdentity),
        ),
    )


def function_name(said: str) -> str:
    """The bare name of a function; what has no shape of Lambda's stays as it is."""
    found = _NAMED.fullmatch(said.strip())
    return found["name"] if found else clean(said, 140)


def _version(image: str | None, answer: Answered | None) -> str | None:
    """The image's tag; else the number of the version with the code's hash; of code that was not published the hash.

    Numbers alone would be the same for several functions of one service, and `$LATEST` for all there ever was. The
    hash is in capitals, so that nobody takes it for a commit.
    """
    tag = (image or "").partition("@")[0].rsplit("/", 1)[-1].partition(":")[2]
    if tag and tag != "latest":
        return tag
    if answer is None:
        return None
    number = answer.version if answer.version != UNPUBLISHED else None
    return "+".join(part for part in (number, _code(answer.codeSha256)) if part) or None


def _code(digest: str | None) -> str | None:
    """The first 32 bits of the code's hash, which comes in base64."""
    try:
        return base64.b64decode(digest or "", validate=True)[:4].hex().upper() or None
    except ValueError:
        return None


def _error(call: Call) -> str | None:
    return ": ".join(part for part in (call.errorCode, call.errorMessage) if part) if call.errorCode else None


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
