"""The language: what rules, cards, facts and the API speak."""

from app.events.draft import Draft, Hints
from app.events.envelope import UNMAPPED, Envelope
from app.events.event import EVENT_MODELS, EVENT_TYPES, Event, flat, parse_event, to_json

__all__ = [
    "EVENT_MODELS",
    "EVENT_TYPES",
    "UNMAPPED",
    "Draft",
    "Envelope",
    "Event",
    "Hints",
    "flat",
    "parse_event",
    "to_json",
]
