"""The envelope of CloudEvents 1.0 over HTTP: structured (a JSON object), binary (headers `ce-…`), or a batch (a list).

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

import base64
from typing import Any
from urllib.parse import unquote

from app.kernel.errors import BadPayload
from app.kernel.json import dumps, load_object, loads
from app.sources import Inbound

HEADERS = ("ce-specversion", "ce-id", "ce-source", "ce-type")
CDEVENTS = "dev.cdevents."
BATCH = "application/cloudevents-batch+json"
MOST = 1_000
"""Events in one batch: what they come to is stored in one transaction."""


def parts(inbound: Inbound) -> list[Inbound]:
    """The messages in a message: those of a batch, in structured mode, or the one that it is. Raises BadPayload."""
    if not inbound.headers.get("content-type", "").lower().startswith(BATCH):
        return [inbound]
    events = loads(inbound.body)
    if not isinstance(events, list) or len(events) > MOST:
        raise BadPayload(f"expected a list of at most {MOST} events")
    return [Inbound({}, dumps(event)) for event in events]


def cdevent_in(inbound: Inbound) -> dict[str, Any] | None:
    """The CDEvent in a message, as it was told; None for a CloudEvent of another kind. Raises BadPayload."""
    body = load_object(inbound.body)
    if _binary(inbound):
        return _known(inbound.headers.get("ce-type", ""), body)
    if "specversion" in body:
        return _known(_text(body, "type"), _data(body))
    if "context" in body:  # a CDEvent alone: its binding is CloudEvents, but tools post it as it is, too
        return body
    raise BadPayload("expected a CloudEvent or a CDEvent", "specversion")


def identity(inbound: Inbound) -> tuple[str, str] | None:
    """Source and id, which tell a repeat; None where they are not said. Raises BadPayload."""
    if _binary(inbound):
        pair = (unquote(inbound.headers.get("ce-source", "")), unquote(inbound.headers.get("ce-id", "")))
    else:
        body = load_object(inbound.body)
        told = body if "specversion" in body else body.get("context")
        told = told if isinstance(told, dict) else {}
        pair = (str(told.get("source") or ""), str(told.get("id") or ""))
    return pair if all(pair) else None


def _binary(inbound: Inbound) -> bool:
    return "ce-specversion" in inbound.headers or "ce-type" in inbound.headers


def _known(kind: str, data: Any) -> dict[str, Any] | None:
    if not kind.startswith(CDEVENTS):
        return None
    if not isinstance(data, dict):
        raise BadPayload("expected an object", "data")
    return data


def _data(body: dict[str, Any]) -> Any:
    if "data_base64" not in body:
        return body.get("data")
    try:
        return load_object(base64.b64decode(_text(body, "data_base64"), validate=True))
    except ValueError:
        raise BadPayload("not base64", "data_base64") from None


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise BadPayload("expected a text", name)
    return value
