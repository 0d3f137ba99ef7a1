"""What a card would be, had it to be sent now: the event of a shipped sample, and what the rules put on a card."""

from collections.abc import Mapping
from typing import Any

from app.cards import MINIMAL, CardContext
from app.cards.mentions import mention
from app.cards.words import words
from app.estate import Estate
from app.events import flat
from app.events.own import NO_RECEIPT
from app.kernel.samples import Sample
from app.routing import Rulebook, route_stored
from app.sources import Ignored, Inbound, Source


def sample_view(source: Source, sample: Sample, estate: Estate, now: int) -> dict[str, Any] | None:
    """The flat view of the sample's first event, received at `now` (µs); None when it says nothing that we use.

    Raises BadPayload for a sample that cannot be read.
    """
    parsed = source.parse(Inbound(sample.headers, sample.body))
    if isinstance(parsed, Ignored) or not parsed:
        return None
    return flat(estate.event(parsed[0], source=source.name, receipt=NO_RECEIPT, received_at=now))


def as_sent(rules: Rulebook, view: Mapping[str, Any], card: str | None) -> tuple[str, CardContext]:
    """The card of this name, or the first that the rules choose, and what it would be rendered from.

    Its mentions are those of the first rule that sends it; a card that no rule sends for this event has none.
    """
    routing = route_stored(rules, view)
    send = next((one for one in routing.sends if card in (None, one.card)), None)
    people = [(person.name, person.address) for person in send.mentions] if send else []
    text, entities = mention(people)
    said = words(routing.message.text, view) if routing.message else ""
    name = card or (send.card if send else MINIMAL)
    return name, CardContext(view, mentions=text, entities=entities, easter_egg=said)
