"""News of Shipbell itself becomes events like any other: routed by the same rules, kept with the rest."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from app.cards import MINIMAL
from app.events import Draft, flat
from app.events.own import NO_RECEIPT, SOURCE
from app.ingest.outcome import stored
from app.ingest.planning import count_planned, plan_routed
from app.ingest.process import Book
from app.routing import Routing, Rulebook, Send, route
from app.store import Connection, Database, counters
from app.store import events as event_store

ALERT = "alerts_to"
"""Stands where the name of a rule stands, for a channel that is told of another one's end."""
ALERT_CARD = "generic"

Decide = Callable[[Book, Mapping[str, object]], Routing]


def tell(connection: Connection, book: Book, drafts: Sequence[Draft], now: int, decide: Decide) -> Mapping[str, int]:
    """Store the news that is new and owe its cards; returns how many, by channel. The same news twice adds nothing."""
    events = [book.estate.event(draft, source=SOURCE, receipt=NO_RECEIPT, received_at=now) for draft in drafts]
    views = [(event, flat(event)) for event in events]
    new = event_store.add(connection, [stored(event, view) for event, view in views])
    routed = [(view, decide(book, view)) for event, view in views if event.id in new]
    return plan_routed(connection, routed, book.max_age, now)


def by_rules(book: Book, view: Mapping[str, object]) -> Routing:
    """What the rules say, and beside it the channel that wants to hear when this one breaks."""
    routing = route(book.rules, view)
    channel = book.rules.channels.get(str(view.get("channel")))
    to = channel.alerts_to if channel else None
    if to is None or any(send.channel == to for send in routing.sends):
        return routing
    card = ALERT_CARD if ALERT_CARD in book.rules.known.cards else MINIMAL
    return routing._replace(sends=(*routing.sends, Send(to, card, ALERT, "")))


class Teller:
    """Writes own news, and tells the courier. One for the process; several replicas tell each piece once."""

    def __init__(
        self, database: Database, book: Callable[[], Book], on_planned: Callable[[Iterable[str]], None]
    ) -> None:
        self._database, self._book, self._on_planned = database, book, on_planned

    @property
    def rules(self) -> Rulebook:
        """The rules in force."""
        return self._book().rules

    async def tell(self, drafts: Sequence[Draft]) -> None:
        """Route this news by the rules. Raises StoreUnavailable."""
        if drafts:
            await self.write(lambda connection, book, now: tell(connection, book, drafts, now, by_rules))

    async def write(self, work: Callable[[Connection, Book, int], Mapping[str, int]]) -> None:
        """Do this in a transaction, and count and wake for what it planned. Raises StoreUnavailable."""
        book, now = self._book(), self._database.clock()

        def counted(connection: Connection) -> Mapping[str, int]:
            planned = work(connection, book, now)
            counters.add(connection, count_planned(planned))
            return planned

        self._on_planned(await self._database.write(counted))
