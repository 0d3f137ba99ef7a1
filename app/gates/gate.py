"""What a room of the gates is: its settings, the evidence that it gathers, and a pure decision on that."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.estate import Estate
from app.gates.model import CannotTell, Decision, Question
from app.kernel.durations import parse_duration

if TYPE_CHECKING:
    from app.clients.checkout import Checkout
    from app.clients.opening import Clients
    from app.facts.model import Scan, TestRun


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


Duration = Annotated[int, BeforeValidator(_duration), Field(gt=0)]
"""Written as `30m`, kept in µs."""


class GateSettings(BaseModel):
    """What `gates.<name>` in the rules says; closed and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Running:
    """What runs (or is desired) in an environment: its version, its commit if that is known, and who says so."""

    version: str
    sha: str = ""
    whence: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """A time in an environment, from `since` until `until` (µs; None: still there). `failed_by`: why it failed."""

    version: str | None
    sha: str | None
    since: int
    until: int | None
    failed_by: str | None = None


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """An incident that nobody has closed; `opened_at` in µs."""

    id: str
    title: str
    opened_at: int
    priority: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class FailRate:
    """The change fail rate: of `counted` deployments, the share that failed; None where it cannot be said."""

    ratio: float | None
    counted: int


class Facts(Protocol):
    """What the service knows. All of it is about one service; times are µs."""

    async def running(self, service: str, environment: str) -> Running | None:
        """What runs there now; None when nobody has told."""
        ...

    async def scans(self, question: Question) -> "Sequence[Scan]":
        """The scans of this commit or version, the newest first."""
        ...

    async def last_scan(self, service: str) -> int | None:
        """When anything of the service was scanned last."""
        ...

    async def test_runs(self, question: Question, environment: str) -> "Sequence[TestRun]":
        """The runs of tests of this commit or version there, the newest first."""
        ...

    async def stays(self, question: Question, environment: str) -> Sequence[Stay]:
        """When this commit or version was there, the newest first."""
        ...

    async def health(self, service: str, environment: str) -> str | None:
        """How what runs there is, in the platform's words; None when nobody tells."""
        ...

    async def open_incidents(self, service: str) -> Sequence[OpenIncident]:
        """What is broken now, the newest first."""
        ...

    async def fail_rate(self, service: str, window: int) -> FailRate:
        """Of its deployments to production in the last `window` µs."""
        ...


Say = Callable[[str], None]
Runs = Callable[[str, str], Awaitable[Running | None]]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where evidence may come from; what is not there is None. `say` notes a step for whoever wants to follow."""

    estate: Estate
    clients: "Clients | None" = None
    facts: Facts | None = None
    runs: Runs | None = None
    checkout: "Checkout | None" = None
    say: Say = lambda _: None

    def known(self) -> Facts:
        """The service's facts. Raises CannotTell where there are none."""
        if self.facts is None:
            raise CannotTell(
                "no_facts",
                "this gate looks at what the service knows, and no service is asked",
                ("Set SHIPBELL_URL and SHIPBELL_TOKEN in the pipeline.",),
            )
        return self.facts


S = TypeVar("S", bound=GateSettings)
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Gate(Generic[S, E]):
    """A room. `gather` may ask anybody and raises CannotTell, ApiFault or GitFault; `decide` is pure.

    `codes` are its reasons, each with what it means.
    """

    name: str
    title: str
    question: str
    settings: type[S]
    gather: Callable[[Question, S, Sources], Awaitable[E]]
    decide: Callable[[Question, S, E], Decision]
    codes: dict[str, str]


AnyGate = Gate[Any, Any]
