"""What a source's room hands up: the news in our words, with the vendor's names still beside it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple


class Hints(NamedTuple):
    """The vendor's names from which the estate finds our service and environment.

    `service` and `environment` are (kind, value) pairs, the most telling first. Kinds: `name` (already
    meant as ours), `repository` (full name), `application` (Argo CD), `project` (a scanner's project),
    `namespace`, `cluster`, `path`, `branch`. `labels` and `tags` are the vendor's, complete.
    """

    service: tuple[tuple[str, str], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    labels: Mapping[str, str] = MappingProxyType({})


class Draft(NamedTuple):
    """One piece of news, before the estate has named its service.

    `identity` and `state` make the event's id together with source, type and time, so the same news
    gives the same id however often it comes. `occurred_at` is the source's clock, or None.
    `fields` are envelope and body fields by name, as plain values; `texts` are searched for tickets.
    `only_if` names what the estate has to say of its labels, or it is not told: not every alert is an `incident`.
    """

    type: str
    subject: str
    identity: str
    state: str = ""
    status: str | None = None
    occurred_at: datetime | None = None
    hints: Hints = Hints()
    fields: Mapping[str, Any] = MappingProxyType({})
    original_status: str | None = None
    original_type: str | None = None
    instance: str | None = None
    texts: tuple[str, ...] = ()
    only_if: Literal["incident"] | None = None
