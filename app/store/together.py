"""Which of the cards in a bundle belong together. Pure: the same cards, however they came, give the same answer."""


class Together:
    """Cards in the order of their times, as long as each came before those before it were due. Times in µs.

    They are due at `max(until, min(last + wait, first + max_wait))`: see `app.routing.calm.Wait`.
    """

    def __init__(self, wait: int, max_wait: int) -> None:
        self._wait, self._max_wait = wait, max_wait
        self.count = self.first = self.last = self.until = self.due = 0

    def take(self, at: int, until: int) -> bool:
        """Take the next card, at a time not before the last one's; False if it comes too late for these."""
        if self.count and at > self.due:
            return False
        self.first = self.first if self.count else at
        self.last, self.until = at, max(self.until, until)
        self.due = max(self.until, min(self.last + self._wait, self.first + self._max_wait))
        self.count += 1
        return True
