"""Which news each channel would have had: the same again within its window is held back."""

_SWEEP = 10_000


class News:
    """By channel and news, until when it is the same again. Forgets what is over, so it stays small."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], int] = {}
        self._sweep_at = _SWEEP

    def is_new(self, channel: str, news: str, at: int, window: int) -> bool:
        """Whether the channel has not had the news at this time (µs); from now on it has, for `window` µs."""
        key = (channel, news)
        if self._until.get(key, 0) > at:
            return False
        self._until[key] = at + window
        if len(self._until) >= self._sweep_at:
            self._until = {each: until for each, until in self._until.items() if until > at}
            self._sweep_at = max(_SWEEP, 2 * len(self._until))
        return True
