"""Our template, filled in by Datadog: all values are texts, and a variable that says nothing stays empty."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StrictStr

from app.kernel.errors import BadPayload
from app.kernel.ids import derived_id
from app.kernel.shapes import Shape
from app.kernel.timestamps import parse_timestamp

SCHEMA = "shipbell.datadog/v1"


def _said(text: str) -> str | None:
    """A variable that Datadog does not know is left as it was: `$ALERT_PRIORITY`."""
    text = text.strip()
    return None if not text or text.startswith("$") or text in ("null", "None", "n/a") else text


Said = Annotated[StrictStr, AfterValidator(_said)] | None


class Message(Shape):
    """A transition of a monitor."""

    transition: Annotated[StrictStr, Field(min_length=1, max_length=100)]
    alert: Said = None
    cycle: Said = None
    group: Said = None
    priority: Said = None
    tags: Said = None
    scope: Said = None
    link: Said = None
    date: Said = None
    title: Said = None
    organisation: Said = None

    @property
    def key(self) -> str:
        """The cycle: it links a trigger with its recovery. Without it, the monitor and the group of it."""
        key = self.cycle or (f"{self.alert}:{derived_id(self.group)[:16]}" if self.alert and self.group else self.alert)
        if not key or len(key) > 200:
            raise BadPayload("expected the alert's cycle or its id", "cycle")
        return key

    @property
    def at(self) -> datetime | None:
        return parse_timestamp(self.date)
