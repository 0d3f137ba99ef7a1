"""What a rule wants sent, and what makes it the same delivery whenever it is wanted."""

from typing import NamedTuple

from app.kernel.ids import derived_id
from app.routing.calm import Wait


class Wanted(NamedTuple):
    """A card that a rule wants sent: `generation` 0 for news, n for its n-th replay; `max_age_us` how long it may wait.

    `dedupe` is what counts as the same news and its window in µs; it holds
    for each channel apart. `extra` is what else was decided at routing (mentions, message), as JSON. With `wait` it
    goes out with others, in a bundle.
    """

    event_id: str
    channel: str
    card: str
    rule: str
    generation: int
    max_age_us: int
    dedupe: tuple[str, int] | None = None
    extra: bytes | None = None
    wait: Wait | None = None


def delivery_key(event_id: str, channel: str, generation: int) -> str:
    """What makes a delivery the same: a channel gets an event once in a generation, whatever the rules say by then."""
    return derived_id("delivery", event_id, channel, generation)
