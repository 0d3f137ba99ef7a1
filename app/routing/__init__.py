"""The rule book: which card of an event goes to which channels, and why. It decides and sends nothing."""

from app.routing.explain import Explanation, explain
from app.routing.lint import lint
from app.routing.load import load_rulebook
from app.routing.route import Routing, Send, route, route_scheduled, route_stored
from app.routing.rulebook import Channel, Connection, Rulebook
from app.routing.schema import editor_schema
from app.routing.trials import TrialResult, run_trials

__all__ = [
    "Channel",
    "Connection",
    "Explanation",
    "Routing",
    "Rulebook",
    "Send",
    "TrialResult",
    "editor_schema",
    "explain",
    "lint",
    "load_rulebook",
    "route",
    "route_scheduled",
    "route_stored",
    "run_trials",
]
