"""Events as CDEvents: a page of the listing for tools that speak those, and what has no word in them."""

from collections import Counter
from typing import Any

import orjson
from pydantic import BaseModel, Field

from app.api.paging import Page
from app.events.cdevents import MAKERS, Why, cdevent
from app.store import Connection
from app.store.cdevent_joins import joins


class LeftOut(BaseModel):
    """How many events of a type have no CDEvent, and why."""

    type: str
    reason: Why
    count: int


class CDEvents(Page[dict[str, Any]]):
    """The CDEvents of a page of events."""

    left_out: list[LeftOut] = Field(description="Events of this page that have no CDEvent.")


def as_cdevents(connection: Connection, stored: Page[bytes]) -> CDEvents:
    """The CDEvents of a page of events as they are stored, in their order."""
    views = [orjson.loads(data) for data in stored.items]
    known = joins(connection, [view for view in views if view["type"] in MAKERS])
    made = [(view, cdevent(view, known[view["id"]]) if view["id"] in known else Why.NO_TYPE) for view in views]
    counted = Counter((view["type"], each) for view, each in made if isinstance(each, Why))
    return CDEvents(
        items=[each for _, each in made if not isinstance(each, Why)],
        next=stored.next,
        left_out=[LeftOut(type=kind, reason=why, count=count) for (kind, why), count in sorted(counted.items())],
    )
