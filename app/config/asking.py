"""The clients of the upstreams that the rules name: opened when they are named, opened anew when that changes."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from app import telemetry
from app.clients.upstreams import Upstreams

if TYPE_CHECKING:
    from app.clients.opening import Clients


class Asking:
    """Holds them for as long as the rules say the same. What asks over HTTP is loaded only where it is wanted."""

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self._environ, self._folder = environ, folder
        self._named: tuple[Upstreams, tuple[str, ...]] = (Upstreams(), ())
        self.clients: Clients | None = None
        self.named = asyncio.Event()
        """Set once the rules name something to ask."""

    def opened(self, upstreams: Upstreams, environments: tuple[str, ...]) -> "Clients | None":
        """The clients for what is named; those that are open if it is the same. Raises ConfigErrors."""
        if upstreams == Upstreams():
            return None
        if self.clients is not None and (upstreams, environments) == self._named:
            return self.clients
        from app.clients.opening import open_clients

        return open_clients(upstreams, self._environ.get, self._folder, environments)

    def take(self, clients: "Clients | None", upstreams: Upstreams, environments: tuple[str, ...]) -> "Clients | None":
        """Put them in force; returns those that are to be closed."""
        before, self.clients = self.clients, clients
        self._named = (upstreams, environments)
        if clients is not None:
            from app.clients.faults import KINDS

            telemetry.create_upstream_series([*clients.apis()], KINDS)
            self.named.set()
        return before if before is not clients else None
