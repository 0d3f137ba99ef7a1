"""What is measured: Shipbell and its peers, each as a command to start and a request to send."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Command
from bench.template import Template

PEERS = Path(__file__).parent.parent.parent / ".peers"
"""Where `make bench-peers` puts what is not Python."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one run happens: an empty folder, the port to listen on, the sink's port."""

    folder: Path
    port: int
    sink: int


@dataclass(frozen=True, slots=True)
class System:
    """One thing that takes the load. `version` says what ran; `command` prepares the folder.

    Of one that `keeps_promises` a refused or broken request makes the measurement unusable; a peer's only count less.
    """

    name: str
    version: str
    template: Template
    command: Callable[[Place], Command]
    keeps_promises: bool = False
