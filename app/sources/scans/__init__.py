"""Security scans: the files that scanners write, posted by a pipeline as they are.

The API's `POST /api/v1/security/scans` stores each file as a receipt of this source. No such file says which
service or commit it is of, so the query's parameters are kept beside it as headers `x-shipbell-<parameter>`.
"""

from app.kernel.errors import BadPayload
from app.kernel.ids import derived_id
from app.kernel.signing import BearerToken
from app.sources import Inbound, Parsed, Source
from app.sources.scans.detect import read_file
from app.sources.scans.draft import digest, draft_of
from app.sources.scans.parameters import HEADERS, PARAMETERS, read_parameters

MAX_BYTES = 25 << 20
"""The largest file that is read: 25 MiB."""


def parse(inbound: Inbound) -> Parsed:
    """The one event of a file. BadPayload says what was looked for, or which parameter cannot be."""
    if len(inbound.body) > MAX_BYTES:
        raise BadPayload(f"larger than {MAX_BYTES >> 20} MiB")
    parameters = read_parameters(inbound.headers)
    return [draft_of(read_file(inbound.body, parameters.tool), parameters, inbound.body)]


def delivery_key(inbound: Inbound) -> str | None:
    """The file with its parameters: two services may post the same bytes (`no findings`)."""
    given = [f"{name}={inbound.headers[name]}" for name in HEADERS if inbound.headers.get(name)]
    return derived_id(digest(inbound.body), *given) if given else None


SOURCE = Source(
    name="scans",
    title="Security scans",
    scheme=BearerToken(),
    parse=parse,
    types=frozenset({"security.scan_finished"}),
    dedupe=delivery_key,
    keeps=HEADERS,
    door="api",
)

__all__ = ["PARAMETERS", "SOURCE"]
