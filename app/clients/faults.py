"""What can go wrong with an API that we ask: a closed list, in words that show neither a token nor a query."""

from typing import Literal, get_args

from app.kernel.errors import ShipbellError
from app.kernel.secrets import scrub
from app.kernel.text import visible

Kind = Literal[
    "unreachable",
    "rate_limited",
    "auth_error",
    "forbidden",
    "not_found",
    "integration_error",
    "circuit_open",
    "budget_spent",
]
"""`unreachable`: no answer, or one of the 500s. `integration_error`: an answer that we cannot use, or a question
that was not understood. `circuit_open` and `budget_spent`: not asked at all."""

KINDS: tuple[Kind, ...] = get_args(Kind)
PASSING: frozenset[Kind] = frozenset({"unreachable", "rate_limited"})
"""What may be over at the next try."""
LONGEST_DETAIL = 300
"""Characters of an upstream's own words that are kept."""

_BY_STATUS: dict[int, Kind] = {
    401: "auth_error",
    403: "forbidden",
    404: "not_found",
    408: "unreachable",
    425: "unreachable",
    429: "rate_limited",
}


class ApiFault(ShipbellError):
    """An upstream gave no usable answer. `detail` may be shown; `retry_after` is in seconds, where it was told.

    `revisions` are the ones that a 404 said it does not know (Bitbucket).
    """

    def __init__(
        self,
        kind: Kind,
        upstream: str,
        detail: str,
        status: int | None = None,
        *,
        retry_after: float | None = None,
        revisions: tuple[str, ...] = (),
    ) -> None:
        self.kind, self.upstream, self.status, self.retry_after = kind, upstream, status, retry_after
        self.revisions = revisions
        self.detail = scrub(visible(detail, ""))[:LONGEST_DETAIL]
        super().__init__(f"{upstream}: {kind}: {self.detail}")


class Elsewhere(ApiFault):
    """An answer that sends us to another host. `location` may hold a key, and is shown to nobody."""

    def __init__(self, upstream: str, detail: str, location: str) -> None:
        super().__init__("integration_error", upstream, detail)
        self.location = location


def kind_of(status: int) -> Kind | None:
    """What an HTTP status says on its own; None for 200 and 201."""
    if status in (200, 201):
        return None
    if status >= 500:
        return "unreachable"
    return _BY_STATUS.get(status, "integration_error")
