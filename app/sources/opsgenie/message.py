"""The alert in a message: the part that we use. Anything but its id may be missing."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictInt, StrictStr

from app.kernel.shapes import Shape
from app.kernel.timestamps import parse_timestamp


def _texts(value: Any) -> Any:
    """Texts of a list; of anything else none: nothing of ours depends on the rest."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _details(value: Any) -> Any:
    return {key: item for key, item in value.items() if isinstance(item, str)} if isinstance(value, dict) else {}


Words = Annotated[list[str], BeforeValidator(_texts)]


class Alert(Shape):
    """An alert. `createdAt` is in ms; `updatedAt` in ms with six more digits that only count."""

    alertId: Annotated[StrictStr, Field(min_length=1, max_length=200)]  # noqa: N815
    message: StrictStr | None = None
    entity: StrictStr | None = None
    username: StrictStr | None = None
    priority: StrictStr | StrictInt | None = None
    tags: Words = []
    teams: Words = []
    details: Annotated[dict[str, str], BeforeValidator(_details)] = {}
    createdAt: StrictInt | None = None  # noqa: N815
    updatedAt: StrictInt | None = None  # noqa: N815

    @property
    def created(self) -> datetime | None:
        return parse_timestamp(self.createdAt)

    @property
    def updated(self) -> datetime | None:
        return parse_timestamp(None if self.updatedAt is None else self.updatedAt // 10**6)


class Origin(Shape):
    """Where the action came from; `web` is a person in the browser."""

    type: StrictStr | None = None


class Message(Shape):
    """What happened to an alert."""

    alert: Alert
    source: Origin | None = None
    integrationName: StrictStr | None = None  # noqa: N815
