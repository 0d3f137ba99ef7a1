"""A shipped sample as the event that it would become, for looking at a card without a service or a history."""

from typing import Any

from app.estate import Estate
from app.events import flat
from app.kernel.samples import Sample
from app.sources import Ignored, Inbound, Source

_NO_RECEIPT = "0" * 32


def sample_view(source: Source, sample: Sample, estate: Estate, now: int) -> dict[str, Any] | None:
    """The flat view of the sample's first event, received at `now` (µs); None when it says nothing that we use.

    Raises BadPayload for a sample that cannot be read.
    """
    parsed = source.parse(Inbound(sample.headers, sample.body))
    if isinstance(parsed, Ignored) or not parsed:
        return None
    return flat(estate.event(parsed[0], source=source.name, receipt=_NO_RECEIPT, received_at=now))
