"""What a round came to: what was found, what was news, what is not known, and which services were left as they were."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

ALL = "*"
"""Stands for every service, where an upstream is stale for all of them."""
UNKNOWN_LIMIT = 200
"""Lines of what is not known that are kept; the rest is counted."""


@dataclass(slots=True)
class Summary:
    """Filled while a round goes on. `told` counts news by kind; `stale` says why a service kept its last state, and
    `failed` names the upstreams that were the reason.

    `unknown` are lines for people: an overlay that cannot be read, an image tag without a commit, a hidden ticket.
    """

    services: int = 0
    done: int = 0
    told: Counter[str] = field(default_factory=Counter)
    looked: Counter[str] = field(default_factory=Counter)
    unknown: list[str] = field(default_factory=list)
    more_unknown: int = 0
    stale: dict[str, list[str]] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def not_known(self, line: str) -> None:
        """Note what could not be found out, once."""
        if line in self.unknown:
            return
        if len(self.unknown) < UNKNOWN_LIMIT:
            self.unknown.append(line)
        else:
            self.more_unknown += 1

    def left(self, service: str, upstream: str, why: str) -> None:
        """Note that a service (or `*`: all of them) keeps its last good state in some part, and why."""
        self.failed.add(upstream)
        self.stale.setdefault(service, []).append(why)

    def to_dict(self) -> Mapping[str, object]:
        """The same as plain values."""
        return {
            "services": self.services,
            "looked_at": dict(self.looked),
            "news": dict(self.told),
            "unknown": [*self.unknown, *([f"… and {self.more_unknown} more"] if self.more_unknown else [])],
            "stale": self.stale,
            "calls": dict(self.calls),
            "seconds": round(self.seconds, 2),
        }
