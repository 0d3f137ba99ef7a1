"""A message as a CloudEvent 1.0: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md"""

from typing import Any

from app.channels import Message
from app.events.cdevents import Why, cdevent, source_uri

_OURS = "shipbell."
_NO_TEXT = ("id", "type", "subject", "source", "instance", "service", "environment", "occurred_at", "received_at")


def cloudevent(message: Message) -> dict[str, Any]:
    """The CDEvent of a message's event in a CloudEvent, else the event itself as one of our own types.

    `id` is the delivery's: the same over all attempts, and a replay is news.
    https://github.com/cdevents/spec/blob/main/cloudevents-binding.md says how the rest is filled.
    """
    made = cdevent(message.event)
    if isinstance(made, Why):
        return _own(message, _bare(message) if made is Why.RESTRICTED else _whole(message))
    context = made["context"]
    return {
        "specversion": "1.0",
        "id": message.delivery,
        "source": context["source"],
        "type": context["type"],
        "subject": made["subject"]["id"],
        "time": context["timestamp"],
        "datacontenttype": "application/cdevents+json",
        "data": made,
    }


def _own(message: Message, data: dict[str, Any]) -> dict[str, Any]:
    event = message.event
    told = {"subject": event.get("subject"), "time": event.get("occurred_at")}
    return {
        "specversion": "1.0",
        "id": message.delivery,
        "source": source_uri(event),
        "type": _OURS + event["type"].removeprefix(_OURS),
        **{name: value for name, value in told.items() if value},
        "datacontenttype": "application/json",
        "data": data,
    }


def _whole(message: Message) -> dict[str, Any]:
    return {"event": message.event, "summary": message.summary}


def _bare(message: Message) -> dict[str, Any]:
    """That there is news of it, and nothing that anybody wrote."""
    return {"event": {name: message.event[name] for name in _NO_TEXT if name in message.event}}
