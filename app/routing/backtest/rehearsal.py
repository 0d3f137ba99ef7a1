"""One rule book on a stream of events: who would have got what, and when. It sends nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.routing.backtest.bundles import FAR, Bundles
from app.routing.backtest.news import News
from app.routing.backtest.plans import Got, Part, Plan
from app.routing.backtest.posts import Posts
from app.routing.calm import dropped_at, wait_of
from app.routing.match import View
from app.routing.route import news_of
from app.routing.rulebook import Rulebook


@dataclass(slots=True)
class Heard:
    """What one channel would have heard of. All of it counts cards but `posts`, the messages that they came to."""

    cards: int = 0
    same_news: int = 0
    waited: int = 0
    muted: int = 0
    posts: int = 0


class Told(NamedTuple):
    """What comes of an event: what each channel gets, and whether the rules send it to any: else nobody hears of it.

    A channel that had the same news before gets nothing of it, though the rules send it there.
    """

    got: Mapping[str, Got]
    sent: bool


_NOTHING = Told({}, sent=False)


class Rehearsal:
    """Takes events in the order in which they were received, and does with them as the service would.

    What is only needed to send is not made, so that a month of events takes a minute.
    """

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.heard = {name: Heard() for name in book.channels}
        self.posts = {name: Posts(connection) for name, connection in book.connections.items()}
        self.nobody: Counter[tuple[str, str]] = Counter()
        """Events that nobody would get, by why and by which rule."""
        self._posts = {name: self.posts.get(channel.connection or "") for name, channel in book.channels.items()}
        self._news, self._bundles = News(), Bundles()

    def take(self, plan: Plan, view: View, at: int) -> Told:
        """An event that was received at a time (µs), and what the rules say of it."""
        if self._bundles.next_at < at:
            self._tell_due(at)
        if not plan.parts:
            self.nobody[plan.why] += 1
            return _NOTHING
        got: dict[str, Got] = {}
        sent, muted = False, ""
        for part in plan.parts:
            if part.calm and part.rule is not None and dropped_at(part.rule, at):
                muted = part.rule.name
                self._mute(part)
            else:
                sent = True
                self._send(part, view, at, got)
        if not sent:
            self.nobody["muted", muted] += 1
        return Told(got, sent)

    def finish(self) -> None:
        """No more events will come: tell what still waits."""
        self._tell_due(FAR)

    def _tell_due(self, at: int) -> None:
        for due, channel in self._bundles.due(at):
            self._post(channel, due)

    def _send(self, part: Part, view: View, at: int, got: dict[str, Got]) -> None:
        dedupe = part.dedupe
        news = news_of(dedupe, view) if dedupe is not None else None
        for channel in part.channels:
            heard = self.heard[channel]
            if dedupe is not None and news is not None and not self._news.is_new(channel, news, at, dedupe.window_us):
                heard.same_news += 1
                continue
            heard.cards += 1
            wait = wait_of(part.rule, channel, view, at) if part.calm and part.rule is not None else None
            if wait is not None and self._bundles.join(wait, channel):
                heard.waited += 1
                got[channel] = part.later
            else:
                got[channel] = part.now
                self._post(channel, at)

    def _mute(self, part: Part) -> None:
        for channel in part.channels:
            self.heard[channel].muted += 1

    def _post(self, channel: str, at: int) -> None:
        self.heard[channel].posts += 1
        posts = self._posts[channel]
        if posts is not None:
            posts.post(channel, at)
