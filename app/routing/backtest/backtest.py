"""Today's rules, and changed ones beside them, on the same stream of events."""

from collections.abc import Mapping

from app.routing.backtest.findings import Lost, Row, Sample
from app.routing.backtest.plans import Got, Plans
from app.routing.backtest.rehearsal import Rehearsal
from app.routing.match import View
from app.routing.rulebook import Rulebook


class Backtest:
    """Takes events in the order in which they were received. What it keeps does not grow with their number."""

    def __init__(self, today: Rulebook, changed: Rulebook | None = None) -> None:
        self.today = Rehearsal(today)
        self.changed = Rehearsal(changed) if changed is not None else None
        self._plans = Plans([today] if changed is None else [today, changed])
        self.rows: dict[tuple[str, str], Row] = {}
        self.lost = Lost()
        self.events = 0
        self.first_at = self.last_at = 0
        """When the first and the last event were received, µs."""

    def take(self, view: View, at: int) -> None:
        """An event that was received at a time, µs. Raises ValueError when it was received before the last one."""
        if at < self.last_at:
            raise ValueError("events must come in the order in which they were received")
        self.events += 1
        self.first_at, self.last_at = self.first_at or at, at
        plans = self._plans.plans(view)
        was = self.today.take(plans[0], view, at)
        for channel, got in was.got.items():
            self._row(got, channel).today += 1
        if self.changed is None:
            return
        now = self.changed.take(plans[1], view, at)
        for channel, got in now.got.items():
            self._row(got, channel).changed += 1
        if was.got and not now.sent:
            self.lost.add(next(iter(was.got.values())).rule, view)
        if was.got != now.got:
            self._compare(view, was.got, now.got)

    def finish(self) -> None:
        """No more events will come."""
        self.today.finish()
        if self.changed is not None:
            self.changed.finish()

    def _compare(self, view: View, was: Mapping[str, Got], now: Mapping[str, Got]) -> None:
        for channel in was.keys() | now.keys():
            before, after = was.get(channel), now.get(channel)
            if after is None and before is not None:
                self._row(before, channel).differs("less", Sample(view, before, None))
            elif after is not None and before is None:
                self._row(after, channel).differs("more", Sample(view, None, after))
            elif after is not None and before is not None and after.card != before.card:
                self._row(after, channel).differs("other_card", Sample(view, before, after))

    def _row(self, got: Got, channel: str) -> Row:
        key = (got.rule, channel)
        row = self.rows.get(key)
        if row is None:
            row = self.rows[key] = Row()
        return row
