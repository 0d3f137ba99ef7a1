"""Our events as Datadog takes them: as events, as points of metrics, as deployments and failures of its DORA page.

Each is a pure function of the flat view. What cannot be said there is `Unsaid`, with a reason of the closed list.
"""

from app.events.datadog.calls import Call, Unsaid, address
from app.events.datadog.dora import dora_call
from app.events.datadog.news import news_call
from app.events.datadog.points import points_call
from app.events.datadog.tags import tags

__all__ = ["Call", "Unsaid", "address", "dora_call", "news_call", "points_call", "tags"]
