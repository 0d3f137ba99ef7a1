"""Our events as CDEvents (https://cdevents.dev, 0.6.0-draft), for tools that speak those."""

from app.events.cdevents.event import MAKERS, SPEC_VERSION, cdevent
from app.events.cdevents.links import Join, repository_key
from app.events.cdevents.names import source_uri
from app.events.cdevents.said import Why

__all__ = ["MAKERS", "SPEC_VERSION", "Join", "Why", "cdevent", "repository_key", "source_uri"]
