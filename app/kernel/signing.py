"""How a request proves who sent it: the schemes, sans I/O, in constant time, over raw bytes.

Each scheme can verify (for the door) and sign (for samples, `shipbell send` and tests).
A room says which one its vendor uses.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from app.kernel.errors import Unauthorized

_HEX64 = re.compile(r"[0-9a-f]{64}")


class Scheme(Protocol):
    """`headers` have lower-case names; `token` is the last part of the path, if there was one."""

    in_path: bool

    def verify(self, headers: Mapping[str, str], body: bytes, token: str, secrets: Sequence[bytes]) -> int:
        """The index of the secret that fits. Raises Unauthorized, and nothing else."""
        ...

    def sign(self, body: bytes, secret: bytes) -> dict[str, str]:
        """The headers that make a request with this body genuine."""
        ...


class HubSignature:
    """`X-Hub-Signature: sha256=<hex HMAC-SHA256 of the raw body>` (Bitbucket, GitHub's newer header).

    https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/
    """

    in_path = False

    def __init__(self, header: str = "x-hub-signature") -> None:
        self.header = header

    def verify(self, headers: Mapping[str, str], body: bytes, token: str, secrets: Sequence[bytes]) -> int:
        presented = headers.get(self.header, "")
        if not presented.startswith("sha256=") or not _HEX64.fullmatch(presented, 7):
            raise Unauthorized
        given = presented[7:].encode()
        for index, secret in enumerate(secrets):
            if hmac.compare_digest(hmac.digest(secret, body, "sha256").hex().encode(), given):
                return index
        raise Unauthorized

    def sign(self, body: bytes, secret: bytes) -> dict[str, str]:
        return {self.header: "sha256=" + hmac.digest(secret, body, "sha256").hex()}


class BearerToken:
    """`Authorization: Bearer <token>` for systems that cannot sign (Argo CD notifications)."""

    in_path = False

    def verify(self, headers: Mapping[str, str], body: bytes, token: str, secrets: Sequence[bytes]) -> int:
        scheme, _, value = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized
        return match_token(value.strip(), secrets)

    def sign(self, body: bytes, secret: bytes) -> dict[str, str]:
        return {"authorization": "Bearer " + secret.decode()}


class PathToken:
    """`/hooks/<source>/<token>` for systems that can be given nothing but a URL (SourceClear)."""

    in_path = True

    def verify(self, headers: Mapping[str, str], body: bytes, token: str, secrets: Sequence[bytes]) -> int:
        return match_token(token, secrets)

    def sign(self, body: bytes, secret: bytes) -> dict[str, str]:
        return {}


def match_token(value: str, secrets: Sequence[bytes]) -> int:
    """The index of the secret that equals `value`; digests are compared, so length tells nothing."""
    given = hashlib.sha256(value.encode("utf-8", "replace")).digest()
    if value:
        for index, secret in enumerate(secrets):
            if hmac.compare_digest(hashlib.sha256(secret).digest(), given):
                return index
    raise Unauthorized
