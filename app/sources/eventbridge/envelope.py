"""What every event of EventBridge has around its `detail`.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
"""

from datetime import datetime
from typing import Any

from pydantic import Field

from app.events import Hints
from app.events.incidents import hint
from app.kernel.shapes import Shape
from app.kernel.text import clean
from app.kernel.timestamps import parse_timestamp

_KEY = 100


class Envelope(Shape):
    """One event. An account or an id may be missing: stand-ins of AWS leave them out."""

    id: str | None = None
    source: str = Field(min_length=1)
    detail_type: str = Field(alias="detail-type", min_length=1)
    account: str | None = None
    region: str | None = None
    time: str | None = None
    resources: list[Any] = []
    detail: dict[str, Any]

    @property
    def moment(self) -> datetime | None:
        """When it happened, not when it was received."""
        return parse_timestamp(self.time)

    @property
    def own_account(self) -> str | None:
        """The account, fit to be kept."""
        return clean(self.account, _KEY) if self.account else None


def own_key(*parts: str | None) -> str:
    """A natural key of parts, each bounded; what is not known is `-`."""
    return ":".join(clean(part, _KEY) if part else "-" for part in parts)


def hints(envelope: Envelope, name: str, cluster: str | None = None) -> Hints:
    """The names that may tell service and environment: many have an account for each environment."""
    labels = {"account": envelope.account, "region": envelope.region, "cluster": cluster}
    return Hints(
        service=(*hint("name", name), *hint("application", name)),
        environment=(*hint("application", name), *hint("cluster", cluster), *hint("name", cluster, envelope.account)),
        labels={key: clean(value) for key, value in labels.items() if value},
    )
