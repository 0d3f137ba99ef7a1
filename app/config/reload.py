"""The rules in force: loaded whole, swapped whole, and the old ones kept when the new ones have a fault."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from watchfiles import awatch

from app import telemetry
from app.api.parts import RulesState
from app.cards import Cards
from app.channels import REASONS, ChannelKind
from app.clients.late_outbound import LateOutbound
from app.clients.upstreams import Collect, Upstreams
from app.config.asking import Asking
from app.config.environment import FileTwins
from app.config.files import RuleSet, load_rules
from app.config.secrets import open_sources
from app.delivery.opening import OpenChannel, open_channels
from app.gates.found import GATES
from app.gates.gate import Sources
from app.gates.keeper import Gatekeeper
from app.gates.known import StoredFacts
from app.gates.section import Asked
from app.ingest.door import OpenSource
from app.ingest.process import Book
from app.kernel.clock import Clock
from app.kernel.errors import ConfigErrors
from app.kernel.live import Live
from app.sources import Source
from app.store import Database

log = structlog.get_logger("rules")

GRACE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Loaded:
    """One generation of the rules with its open channels; whoever reads it once sees one state."""

    book: Book
    cards: Cards
    upstreams: Upstreams
    collect: Collect
    gates: Asked
    channels: Mapping[str, OpenChannel]
    mapped: Mapping[str, Source]
    doors: Mapping[str, OpenSource]


class Rules:
    """Loads, watches and swaps. `now` is the generation in force."""

    def __init__(
        self,
        folder: Path,
        kinds: Mapping[str, ChannelKind],
        environ: Mapping[str, str],
        allowed: frozenset[str],
        write: Callable[[str], None],
        cache: Path = Path(".shipbell-cache"),
    ) -> None:
        self._folder, self._kinds, self._environ, self._secrets = folder, kinds, FileTwins(environ), environ
        self._allowed, self._write = allowed, write
        self._outbound = LateOutbound(allowed)
        self.asking = Asking(self._environ, cache)
        self._live: Live[Loaded | None] = Live(None)
        self._told: Callable[[Iterable[str]], None] = lambda _: None
        self.state = Live(RulesState("", 0))
        self.warnings: tuple[str, ...] = ()

    @property
    def now(self) -> Loaded:
        """The generation in force."""
        loaded = self._live.now
        if loaded is None:
            raise RuntimeError("the rules have not been loaded")
        return loaded

    @property
    def mapped(self) -> Mapping[str, Source]:
        """The sources that are a file of the rules; none before these are loaded."""
        return {} if self._live.now is None else self._live.now.mapped

    @property
    def doors(self) -> Mapping[str, OpenSource]:
        """Those of them that have a secret."""
        return {} if self._live.now is None else self._live.now.doors

    @property
    def variables(self) -> frozenset[str]:
        """The variables that channels and upstreams name by `url_env`, `token_env` and the like."""
        if self._live.now is None:
            return frozenset()
        written = self._live.now.book.rules.channels.values()
        kept = [value for each in written for key, value in each.settings.items() if key.endswith("_env")]
        named = {name for value in kept for name in (value.values() if isinstance(value, dict) else (value,))}
        return self._live.now.upstreams.variables() | named

    def gatekeeper(self, database: Database) -> Gatekeeper:
        """Asks gates by the rules in force: by the facts, and by whatever may be asked beside them."""
        estate = self.now.book.estate
        facts = StoredFacts(database, estate)
        return Gatekeeper(self.now.gates, Sources(estate, self.asking.clients, facts, facts.running))

    async def open_outbound(self) -> None:
        """Load what messages are posted by, before there is one."""
        await self._outbound.open()

    def on_change(self, told: Callable[[Iterable[str]], None]) -> None:
        """Call `told` with the channels' names after each change."""
        self._told = told

    def load(self, now: int) -> Loaded | None:
        """Put in force what the folder says; returns the generation before. Raises ConfigErrors: nothing changed."""
        return self._take(self._read(), now)

    def _read(self) -> RuleSet:
        words = [word for kind in self._kinds.values() for word in (kind.name, *kind.aliases)]
        return load_rules(self._folder, words)

    def _take(self, rule_set: RuleSet, now: int) -> Loaded | None:
        upstreams, environments = rule_set.upstreams, rule_set.estate.environments
        doors = open_sources(rule_set.mapped, self._secrets)
        clients = self.asking.opened(upstreams, environments)
        channels = open_channels(rule_set.rules, self._kinds, self._environ, self._outbound, self._allowed, self._write)
        ages = {name: opened.max_age_us for name, opened in channels.items()}
        before = self._live.now
        book = Book(rule_set.estate, rule_set.rules, ages.__getitem__)
        loaded = Loaded(
            book,
            rule_set.cards,
            rule_set.upstreams,
            rule_set.collect,
            rule_set.gates,
            channels,
            rule_set.mapped,
            doors,
        )
        self._live.swap(loaded)
        self.state.swap(RulesState(rule_set.rules.rev, now))
        replaced = self.asking.take(clients, upstreams, environments)
        if replaced is not None:
            asyncio.get_running_loop().call_later(GRACE_SECONDS, _soon, replaced.close)
        telemetry.RELOAD_OK.set(1)
        telemetry.RULES_INFO.clear()
        telemetry.RULES_INFO.labels(rule_set.rules.rev).set(1)
        telemetry.create_source_series({name: source.types for name, source in rule_set.mapped.items()})
        telemetry.create_estate_series(rule_set.estate.services, GATES)
        telemetry.create_rule_series(sorted(channels), [rule.name for rule in rule_set.rules.rules], sorted(REASONS))
        self.warnings = tuple(rule_set.warnings)
        return before

    async def watch(self, clock: Clock) -> None:
        """Follow the folder until cancelled; a load that fails keeps the old rules and says why."""
        async for _ in awatch(self._folder, debounce=300, step=100, recursive=True):
            await self.reload(clock())

    async def reload(self, now: int) -> bool:
        """Load what the folder says now; returns whether it was taken."""
        try:
            before = self._take(await asyncio.to_thread(self._read), now)  # half a second that the door does not wait
        except ConfigErrors as error:
            telemetry.RELOAD_OK.set(0)
            state = self.state.now
            self.state.swap(RulesState(state.rev, state.loaded_at, [str(each) for each in error.problems]))
            log.error(
                "the rules were not taken, the old ones stay", action="rules", problems=list(map(str, error.problems))
            )
            return False
        log.info("the rules were changed", action="rules", rev=self.state.now.rev)
        for warning in self.warnings:
            log.warning(warning, action="rules")
        self._told(self.now.channels)
        if before is not None:
            asyncio.get_running_loop().call_later(GRACE_SECONDS, _soon, partial(_closed, before))
        return True

    async def close(self) -> None:
        """Close the channels, the clients and their connections."""
        for opened in self.now.channels.values():
            await opened.channel.close()
        await self._outbound.close()
        if self.asking.clients is not None:
            await self.asking.clients.close()


_closing: set[asyncio.Task[None]] = set()


async def _closed(loaded: Loaded) -> None:
    """Messages that were on their way with the old channels have had their time."""
    for opened in loaded.channels.values():
        await opened.channel.close()


def _soon(close: Callable[[], Coroutine[Any, Any, None]]) -> None:
    task = asyncio.get_running_loop().create_task(close())
    _closing.add(task)
    task.add_done_callback(_closing.discard)
