"""Which of the two bodies it is, read into one shape."""

from typing import Any

from app.kernel.errors import BadPayload
from app.kernel.json import load_object
from app.kernel.shapes import fit
from app.sources.argocd.message import Installation, Maybe, Message, Shape
from app.sources.argocd.stock import Stock, as_message

SCHEMA = "shipbell.argocd/v1"


class Context(Shape):
    """The `context` of the notifications ConfigMap, where a body carries it."""

    argocd_url: str | None = None
    instance: str | None = None


class Wrapped(Shape):
    """An Application with something beside it: `{"app": {{toJson .app}}, "context": {{toJson .context}}}`."""

    app: Stock
    context: Maybe[Context] = Context()
    trigger: str | None = None


def read(body: bytes) -> Message:
    """The body as the state of an application. Raises BadPayload with the path of what did not fit."""
    return _message(load_object(body))


def read_state(body: bytes) -> Message | None:
    """The same for our own schema only; None for a stock Application. Raises BadPayload."""
    value = load_object(body)
    return _message(value) if "schema" in value else None


def _message(value: dict[str, Any]) -> Message:
    if "schema" in value:
        if value["schema"] != SCHEMA:
            raise BadPayload(f"an unknown schema: expected {SCHEMA}", "schema")
        return fit(Message, value)
    if "metadata" in value:
        return as_message(fit(Stock, value), None, Installation())
    if "app" in value:
        wrapped = fit(Wrapped, value)
        context = wrapped.context
        return as_message(wrapped.app, wrapped.trigger, Installation(url=context.argocd_url, instance=context.instance))
    raise BadPayload(f"neither a body with the schema {SCHEMA} nor an Application (`metadata`, or `app`)")
