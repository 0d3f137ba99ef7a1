"""Tells the log of refused requests, so that a wrong secret is found, without letting strangers fill it."""

from app.kernel import logs

EVERY_SECONDS = 10.0

log = logs.get("door")


class Refusals:
    """The first of a kind is logged at once, the next ones after ten seconds, with the number of those between."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[float, int]] = {}

    def tell(self, source: str, reason: str, now: float) -> None:
        """One more refused request. Both words are from closed lists; `now` is in seconds of any steady clock."""
        told_at, unsaid = self._kept.get((source, reason), (now - EVERY_SECONDS, 0))
        if now - told_at < EVERY_SECONDS:
            self._kept[source, reason] = (told_at, unsaid + 1)
            return
        self._kept[source, reason] = (now, 0)
        log.warning("refused", action="accept", source=source, reason=reason, unsaid=unsaid)
