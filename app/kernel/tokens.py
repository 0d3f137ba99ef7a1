"""The bearer tokens of our own API: a name, scopes, and a digest to compare with."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

SCOPES = frozenset({"read", "operate", "ingest"})


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token of the API, kept as its digest."""

    name: str
    scopes: frozenset[str]
    digest: bytes


def find_token(tokens: Iterable[Token], presented: str) -> Token | None:
    """The token that was presented; compared as digests, in constant time."""
    digest = hashlib.sha256(presented.encode("utf-8", "replace")).digest()
    found = None
    for token in tokens:
        if hmac.compare_digest(token.digest, digest):
            found = token
    return found
