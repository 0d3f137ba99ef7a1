"""A group of alerts as Alertmanager sends it (version 4) and Grafana (version 1): the version tells nothing."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictInt, StrictStr

from app.kernel.ids import derived_id
from app.kernel.shapes import Shape
from app.kernel.timestamps import parse_timestamp


def _labels(value: Any) -> Any:
    """Labels are texts; null is none of them."""
    return {} if value is None else value


Labels = Annotated[dict[StrictStr, StrictStr], BeforeValidator(_labels)]


class Alert(Shape):
    """One alert. `endsAt` is Go's zero time, empty or missing while it fires."""

    status: StrictStr
    labels: Labels
    annotations: Labels = {}
    startsAt: StrictStr | None = None  # noqa: N815
    endsAt: StrictStr | None = None  # noqa: N815
    generatorURL: StrictStr | None = None  # noqa: N815
    fingerprint: StrictStr | None = None

    @property
    def began(self) -> datetime | None:
        return parse_timestamp(self.startsAt)

    @property
    def ended(self) -> datetime | None:
        return parse_timestamp(self.endsAt)

    @property
    def key(self) -> str:
        """The alert, and when it began: the same alert another time is another incident.

        Old versions send no fingerprint; it stands for the labels, so they are as good.
        """
        alert = (self.fingerprint or "")[:64] or derived_id(*(f"{k}={v}" for k, v in sorted(self.labels.items())))[:16]
        began = self.began
        return f"{alert}:{began.isoformat(timespec='milliseconds')}" if began else alert


class Group(Shape):
    """The message. A template of somebody's own has no `alerts`."""

    alerts: Annotated[list[Alert], Field(max_length=5000)]
    truncatedAlerts: Annotated[StrictInt, Field(ge=0, le=10**6)] | None = None  # noqa: N815
    externalURL: StrictStr | None = None  # noqa: N815
    orgId: StrictInt | None = None  # noqa: N815
