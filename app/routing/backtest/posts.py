"""The posts over one connection: how many would come together, and what its budget would make of them."""

from collections import deque

from app.kernel.clock import SECOND
from app.routing.rulebook import Connection


class Posts:
    """Posts in the order of time. All that is kept is what lies within the connection's window.

    What finds no room waits for the next free post. With `when_full: digest`, whatever its channel has to say until
    then goes out with it, in one message.
    """

    def __init__(self, connection: Connection) -> None:
        self.wanted = 0
        self.sent = 0
        """How many went out: fewer than were wanted when some became digests."""
        self.most = 0
        """The most that were wanted in one window, and when (µs) that window ended."""
        self.most_at = 0
        self.no_room = 0
        """How many did not go out at once, and how long one had to wait at most, µs."""
        self.longest_wait = 0
        self._digests = connection.when_full == "digest"
        self._window = connection.per_seconds * SECOND
        self._in_window: deque[int] = deque()
        self._last_sent: deque[int] = deque(maxlen=connection.posts)
        self._digest_at: dict[str, int] = {}

    def post(self, channel: str, at: int) -> None:
        """A post to a channel of this connection at a time (µs) not before the last one's."""
        self._count(at)
        goes = self._digest_at.get(channel, 0)
        if goes <= at:
            goes = self._send(at)
            if self._digests and goes > at:
                self._digest_at[channel] = goes
        if goes > at:
            self.no_room += 1
            self.longest_wait = max(self.longest_wait, goes - at)

    def _send(self, at: int) -> int:
        """When a message that is there at a time goes out."""
        sent = self._last_sent
        goes = max(at, sent[0] + self._window) if len(sent) == sent.maxlen else at
        sent.append(goes)
        self.sent += 1
        return goes

    def _count(self, at: int) -> None:
        self.wanted += 1
        inside = self._in_window
        inside.append(at)
        while inside[0] <= at - self._window:
            inside.popleft()
        if len(inside) > self.most:
            self.most, self.most_at = len(inside), at
