"""What JSM Operations and Opsgenie answer of an alert, as far as we use it, and of Opsgenie's incidents.

https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-alerts/
https://docs.opsgenie.com/docs/alert-api
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AliasChoices, AliasPath, BeforeValidator, Field

from app.clients.replies import Moment
from app.kernel.timestamps import parse_timestamp

Text = Annotated[str, BeforeValidator(lambda value: value if isinstance(value, str) else "")]
Flag = Annotated[bool, BeforeValidator(bool)]
Texts = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: [each for each in value if isinstance(each, str)] if isinstance(value, list) else ()),
]
Details = Annotated[
    Mapping[str, str],
    BeforeValidator(
        lambda value: {k: v for k, v in value.items() if isinstance(v, str)} if isinstance(value, dict) else {}
    ),
]
_EPOCH = 10**11
"""From here on a number of ms is a time and no duration."""


def _at(*paths: str) -> Any:
    found = [AliasPath(*path.split(".")) for path in paths]
    return Field(validation_alias=AliasChoices(*found))


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert, or an incident of Opsgenie, which has its own time of beginning and end (of the impact).

    `details` come with a single alert alone, never in a list. How long it took to acknowledge and to close it,
    Opsgenie says in ms, and JSM as a time.
    """

    id: Annotated[str, Field(min_length=1, max_length=200)]
    message: Text = ""
    status: Text = ""
    acknowledged: Flag = False
    priority: str | int | None = None
    entity: Text = ""
    tags: Texts = ()
    details: Annotated[Details, _at("details", "extraProperties")] = field(default_factory=dict)
    integration: Annotated[Text, _at("integrationName", "integration.name")] = ""
    services: Annotated[Texts, _at("impactedServices")] = ()
    created: Annotated[Moment, _at("impactStartDate", "createdAt")] = None
    updated: Annotated[Moment, _at("updatedAt")] = None
    acknowledged_by: Annotated[Text, _at("report.acknowledgedBy", "acknowledgedBy")] = ""
    closed_by: Annotated[Text, _at("report.closedBy", "closedBy")] = ""
    ack_time: Annotated[Any, _at("ackTime", "report.ackTime")] = None
    close_time: Annotated[Any, _at("impactEndDate", "closeTime", "report.closeTime")] = None
    link: Annotated[Text, _at("links.web")] = ""

    @property
    def is_over(self) -> bool:
        return self.status in ("closed", "resolved")

    @property
    def acknowledged_at(self) -> datetime | None:
        """None as well where nobody says when."""
        return self._moment(self.ack_time) if self.acknowledged else None

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed; of one that does not say, when it was touched last."""
        return (self._moment(self.close_time) or self.updated) if self.is_over else None

    def _moment(self, said: Any) -> datetime | None:
        if isinstance(said, int) and not isinstance(said, bool) and said < _EPOCH:
            return self.created + timedelta(milliseconds=said) if self.created and said > 0 else None
        return parse_timestamp(said)
